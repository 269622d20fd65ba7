"""A recorded year: its sums are the meters', its picture is drawn, its plan has no gaps."""

from __future__ import annotations

from dataclasses import replace
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from matplotlib import image
from rich.console import Console

from sim_buildings.building import Building, catalogue, load_building
from sim_buildings.picture_energy import hourly_kw, peak_day
from sim_buildings.picture_zones import extreme_week
from sim_buildings.show_picture import draw_year
from sim_buildings.show_plan import plan_of, rooms_of, side_of, storeys_of
from sim_buildings.show_year import comfort_table, year_table
from sim_buildings.simulation import Simulation
from sim_buildings.weather import ROW_S
from sim_buildings.world import World, make_world
from sim_buildings.year import END_USES, WARM_UP_DAYS, YearRecord, record_year


@pytest.fixture(scope="module")
def record(building: Building, world: World) -> YearRecord:
    return record_year(building, world)


def test_the_end_uses_are_the_meters(building: Building, world: World, record: YearRecord) -> None:
    simulation = Simulation(building, world, start_s=world.start_s, dt_s=ROW_S)
    simulation.warm_up(WARM_UP_DAYS)
    simulation.step(steps=world.n_rows)
    electric = sum(record.kwh(name) for name in END_USES if "gas" not in name)
    assert electric == pytest.approx(simulation.energy_j / 3.6e6, rel=1e-6)
    assert record.kwh("heating (gas)") == pytest.approx(simulation.gas_j / 3.6e6, abs=1e-9)
    assert record.days == 365
    assert record.air_c.shape == (8760, 5)


def test_gas_is_metered_too() -> None:
    shop = load_building("retail")
    world = make_world(shop, seed=7)
    record = record_year(shop, world)
    simulation = Simulation(shop, world, start_s=world.start_s, dt_s=ROW_S)
    simulation.warm_up(WARM_UP_DAYS)
    simulation.step(steps=world.n_rows)
    assert record.kwh("heating (gas)") == pytest.approx(simulation.gas_j / 3.6e6, rel=1e-6)


def test_hourly_means_lie_between_what_is_possible(record: YearRecord) -> None:
    bms = record.building.bms
    assert 10.0 < record.air_c.min() < record.air_c.max() < 40.0
    assert record.heating_c.min() == pytest.approx(bms.setback_heating_c)
    assert record.heating_c.max() == pytest.approx(bms.occupied_heating_c)
    assert 0.0 < record.relative_humidity.min() < record.relative_humidity.max() < 1.0
    # People are those of the world, by the hour.
    people = record.world.rows.people.reshape(8760, 12, 5).mean(axis=1)
    np.testing.assert_allclose(record.people, people)


def test_discomfort_counts_occupied_hours_alone(record: YearRecord) -> None:
    nobody = replace(record, people=np.zeros_like(record.people))
    assert not nobody.outside_kh.any()
    bms = record.building.bms
    warm = replace(
        record,
        people=np.ones_like(record.people),
        air_c=np.full_like(record.air_c, bms.occupied_cooling_c + 2.0),
    )
    np.testing.assert_allclose(warm.outside_kh, 2.0 * 8760)


def test_progress_rises(constant_world, building: Building) -> None:  # type: ignore[no-untyped-def]
    heard: list[float] = []
    record_year(building, constant_world(), heard.append)
    assert heard == sorted(heard)
    assert len(heard) == 10


def test_weeks_and_days_are_the_extreme_ones(record: YearRecord) -> None:
    daily = record.outdoor_c.reshape(365, 24).mean(axis=1)
    cold, warm = extreme_week(record, -1.0), extreme_week(record, 1.0)
    # 5 January 2026 is a Monday.
    assert (cold - 4) % 7 == (warm - 4) % 7 == 0
    assert daily[cold : cold + 7].mean() < daily.mean() - 10.0
    assert daily[warm : warm + 7].mean() > daily.mean() + 10.0
    day = peak_day(record)
    assert hourly_kw(record)[day * 24 : day * 24 + 24].max() == hourly_kw(record).max()


def test_the_page_is_drawn(record: YearRecord, tmp_path: Path) -> None:
    path = tmp_path / "year.png"
    draw_year(path, record)
    pixels = image.imread(path)
    assert pixels.shape[0] > 1500
    assert pixels.shape[1] > 1200
    # Every sixth of the page has something on it.
    for part in np.array_split(pixels[..., :3], 6):
        assert part.std() > 0.05


def test_the_tables_have_the_sums(record: YearRecord) -> None:
    recorder = Console(width=140, record=True, file=StringIO())
    recorder.print(year_table(record), comfort_table(record))
    text = recorder.export_text()
    whole = sum(record.kwh(name) for name in END_USES)
    assert f"{whole:,.0f}" in text
    assert "heating (gas)" not in text
    assert f"{record.outside_kh[1]:,.0f}" in text


@pytest.mark.parametrize("name", catalogue())
def test_a_plan_covers_its_storey_without_overlap(name: str) -> None:
    building = load_building(name)
    tiles = plan_of(building)
    assert sorted(z for tile in tiles for z in tile.members) == list(range(len(building.zones)))
    for tile in tiles:
        area = building.zones[tile.members[0]].area_m2
        assert tile.width * tile.height == pytest.approx(area, rel=1e-6)
    for k, a in enumerate(tiles):
        for b in tiles[:k]:
            wide = min(a.x + a.width, b.x + b.width) - max(a.x, b.x)
            high = min(a.y + a.height, b.y + b.height) - max(a.y, b.y)
            assert wide < 1e-6 or high < 1e-6, (a.name, b.name)


def test_storeys_and_sides() -> None:
    assert storeys_of(load_building("large_office")) == 8
    assert storeys_of(load_building("small_office")) == 1
    rooms = rooms_of(load_building("large_office"))
    assert len(rooms) == 25
    assert all(len(room.members) == 8 for room in rooms)
    assert [side_of(a) for a in (0.0, 44.0, 46.0, 180.0, 270.0, 350.0)] == [
        "north", "north", "east", "south", "west", "north",
    ]  # fmt: skip
    assert side_of(float("nan")) == "inside"
