"""The catalogue, and every wrong file refused with file, key and reason."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter

import numpy as np
import pytest

from hvac_rl.errors import ConfigError
from sim_buildings.building import CATALOG, catalogue, check_building, load_building
from sim_buildings.parameters import parameters

TEXT = (CATALOG / "small_office.toml").read_text(encoding="utf-8")


def test_the_small_office() -> None:
    building = load_building("small_office")
    assert building.zone_names == ("core", "south", "east", "north", "west")
    assert sum(zone.roof_area_m2 for zone in building.zones) == pytest.approx(27.69 * 18.46, 1e-3)
    gross = sum(zone.wall_area_m2 + zone.window_area_m2 for zone in building.zones)
    assert gross == pytest.approx(2 * (27.69 + 18.46) * 3.05, rel=1e-3)
    glass = sum(zone.window_area_m2 for zone in building.zones)
    assert glass / gross == pytest.approx(0.212, abs=0.001)  # Deru et al.: 21.2 %
    assert np.isnan(building.zones[0].azimuth_deg)
    assert building.zones[1].azimuth_deg == 180.0


@pytest.mark.parametrize(
    ("name", "zones", "air_handlers", "area_m2", "glass"),
    [
        # Deru et al.: 33.0 %, 38.0 %, 7.1 % of the wall is glass.
        ("medium_office", 15, 3, 4982.0, 0.330),
        ("large_office", 200, 8, 8 * 3563.1, 0.380),
        ("retail", 5, 5, 2294.0, 0.071),
        ("house", 5, 1, 192.0, 36.5 / 151.2),
        ("small_office", 5, 1, 511.0, 0.212),
    ],
)
def test_the_catalogue(
    name: str, zones: int, air_handlers: int, area_m2: float, glass: float
) -> None:
    building = load_building(name)
    assert len(building.zones) == zones
    assert len(building.air_handlers) == air_handlers
    assert building.area_m2 == pytest.approx(area_m2, rel=1e-3)
    windows = sum(zone.window_area_m2 for zone in building.zones)
    walls = sum(zone.wall_area_m2 for zone in building.zones)
    assert windows / (windows + walls) == pytest.approx(glass, abs=0.001)
    check_building(building, name)


def test_every_file_of_the_catalogue_loads_under_its_name() -> None:
    assert len(catalogue()) >= 5
    for name in catalogue():
        building = load_building(name)
        assert building.name == name
        for zone in building.zones:
            assert 2.5 <= zone.volume_m3 / zone.area_m2 <= 6.2
            assert zone.roof_area_m2 <= zone.area_m2
            # Names of devices: short, lower case.
            assert len(zone.name) <= 12
            assert zone.name == zone.name.lower()
            assert zone.name.replace("_", "").isalnum()


def test_the_walls_of_an_office_close_around_its_storeys() -> None:
    for name, around_m, storeys in (
        ("medium_office", 2 * (49.91 + 33.27), 3),
        ("large_office", 2 * (73.11 + 48.74), 8),
    ):
        building = load_building(name)
        gross = sum(zone.wall_area_m2 + zone.window_area_m2 for zone in building.zones)
        assert gross == pytest.approx(around_m * 3.96 * storeys, rel=1e-3)
        edge = sum(zone.slab_edge_m for zone in building.zones)
        assert edge == pytest.approx(around_m, rel=1e-3)


def test_the_house_heats_its_floors_and_cools_nothing() -> None:
    house = load_building("house")
    assert all(zone.floor_heating and zone.use == "home" for zone in house.zones)
    assert house.plant.heating == "hydronic_heat_pump"
    assert house.plant.cooling_capacity_w == 0.0
    (unit,) = house.air_handlers
    # But in summer the unit brings as much as people need.
    least_m3_s = sum(zone.airflow_min_m3_s for zone in house.zones)
    assert least_m3_s == pytest.approx(house.design_outdoor_air_m3_s(unit), rel=0.05)
    assert sum(zone.design_people for zone in house.zones) == pytest.approx(5.0)


def test_the_shop_has_a_unit_for_each_zone_and_opens_every_day() -> None:
    shop = load_building("retail")
    assert shop.schedule.days == "every_day"
    assert all(len(shop.served_by(handler)) == 1 for handler in shop.air_handlers)
    assert {handler.fan for handler in shop.air_handlers} == {"constant_volume"}
    for zone in shop.zones:
        assert zone.airflow_min_m3_s == zone.airflow_heating_m3_s == zone.airflow_max_m3_s


def test_the_large_office_is_read_in_no_time() -> None:
    begun = perf_counter()
    load_building("large_office")
    assert perf_counter() - begun < 0.5


def test_north_is_north_however_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "office.toml"
    path.write_text(TEXT.replace("azimuth_deg = 0.0", "azimuth_deg = 360.0"), encoding="utf-8")
    assert load_building(path).azimuths_deg == (0.0, 90.0, 180.0, 270.0)


def test_exchange_between_zones_is_symmetric() -> None:
    for name in catalogue():
        building = load_building(name)
        params = parameters(building)
        links = {
            (zone, int(params.link_other[k]), int(params.link_edge[k]))
            for zone in range(len(building.zones))
            for k in range(params.link_start[zone], params.link_start[zone + 1])
        }
        assert len(links) == 2 * len(building.interfaces)
        assert {(other, zone, edge) for zone, other, edge in links} == links


@pytest.mark.parametrize(
    ("old", "new", "where", "message"),
    [
        ("area_m2 = 149.66", "area_m2 = -1.0", "zones[0].area_m2", "more than 0"),
        ("area_m2 = 149.66", 'area_m2 = "big"', "zones[0].area_m2", "must be a number"),
        ("area_m2 = 149.66", "area_m2 = nan", "zones[0].area_m2", "must be a number"),
        ("area_m2 = 149.66\n", "", "zones[0].area_m2", "missing"),
        ("area_m2 = 149.66", "area_m2 = 149.66\nsofas = 3", "zones[0].sofas", "unknown key"),
        ("window_shgc = 0.39", "window_shgc = 1.2", "zones[0].window_shgc", "0 to 1"),
        ("azimuth_deg = 180.0", "azimuth_deg = 400.0", "zones[1].facades[0].azimuth_deg", "360"),
        ("facades = []", "", "zones[0].facades", "must be a list"),
        ('name = "south"', 'name = "core"', "zones[1].name", "twice"),
        (
            "airflow_min_m3_s = 0.0769",
            "airflow_min_m3_s = 9.0",
            "zones[0].airflow_min_m3_s",
            "more",
        ),
        (
            "airflow_max_m3_s = 0.385",
            "airflow_max_m3_s = 9.0",
            "zones[0].airflow_max_m3_s",
            "changes the air",
        ),
        ("wall_u_w_m2_k = 0.704", "wall_u_w_m2_k = 9.0", "zones[0].wall_u_w_m2_k", "less than"),
        ('between = ["core", "south"]', 'between = ["core", "attic"]', "interfaces[0]", "attic"),
        ('between = ["core", "south"]', 'between = ["core", "core"]', "interfaces[0]", "different"),
        ('between = ["core", "south"]', 'between = ["core"]', "interfaces[0]", "two zones"),
        (
            "cooling_capacity_w = 45000.0",
            "cooling_capacity_w = -1",
            "plant.cooling_capacity_w",
            "0",
        ),
        ("cooling_cop = 3.8", "cooling_cop = 0", "plant.cooling_cop", "more than 0"),
        (
            "heating_capacity_w = 74000.0",
            "heating_capacity_w = 0",
            "plant.heating_capacity_w",
            "reheat",
        ),
        ("[plant]", '[plant]\ncooling = "magic"', "plant.cooling", "Known are"),
        ('name = "core"', 'name = "core"\nair_handler = "x"', "zones[0].air_handler", "ahu"),
        ('name = "core"', 'name = "core"\nuse = "circus"', "zones[0].use", "Known are"),
        ('name = "ahu"', 'name = "ahu"\ncooling_coil_w = 0', "air_handlers[0].cooling_coil_w", "0"),
        ('name = "ahu"', 'name = "ahu"\nheat_recovery = 2', "air_handlers[0].heat_recovery", "1"),
        (
            "[[air_handlers]]",
            '[[air_handlers]]\nname = "spare"\n[[air_handlers]]',
            "air_handlers[0].",
            "missing",
        ),
        ("start_h = 8.0", 'start_h = 8.0\ndays = "never"', "schedule.days", "every_day"),
        ("[plant]", "[planet]", "plant", "missing"),
        ("occupied_heating_c = 21.0", "occupied_heating_c = 25.0", "bms.occupied_heating", "less"),
        ("start_h = 8.0", "start_h = 20.0", "schedule.start_h", "less than end_h"),
        ('title = "Small office"', "title = 3", "title", "must be a text"),
        ('title = "Small office"', 'title = "x"\ncolour = "red"', "colour", "unknown key"),
    ],
)
def test_a_wrong_file_is_refused(
    tmp_path: Path, old: str, new: str, where: str, message: str
) -> None:
    assert old in TEXT
    path = tmp_path / "office.toml"
    path.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        load_building(path)
    assert refused.value.where.startswith(f"office.toml: {where}")
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("old", "new", "where", "message"),
    [
        ("reheat_capacity_w = 3200.0", "reheat_capacity_w = 99000.0", "zones[0].reheat", "175"),
        ("ground_u_w_m2_k = 0.35", "ground_u_w_m2_k = 12", "zones[0].ground_u", "mass_film"),
        ("heat_recovery = 0.8", "heat_recovery = 1.2", "air_handlers[0].heat_recovery", "0 to 1"),
        ("window_shgc = 0.50", "window_shgc = -0.1", "zones[0].window_shgc", "0 to 1"),
        ("floor_heating = true", 'floor_heating = "yes"', "zones[0].floor_heating", "true or"),
        ("volume_m3 = 166.7", "volume_m3 = 5", "zones[0].airflow_max_m3_s", "changes the air"),
        ("occupied_heating_c = 21.0", "occupied_heating_c = 60", "bms.occupied_heating_c", "40"),
    ],
)
def test_an_impossible_house_is_refused(
    tmp_path: Path, old: str, new: str, where: str, message: str
) -> None:
    text = (CATALOG / "house.toml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "house.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        load_building(path)
    assert refused.value.where.startswith(f"house.toml: {where}")
    assert message in str(refused.value)


def test_what_is_not_there_or_not_toml(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="small_office"):
        load_building("castle")
    with pytest.raises(ConfigError, match="cannot be read"):
        load_building(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_text("a = = 3")
    with pytest.raises(ConfigError, match="is not TOML"):
        load_building(tmp_path / "bad.toml")
