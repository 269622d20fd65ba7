"""Reading, drafting and preparing models, and what is read from their geometry."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pytest

from hvac_rl.errors import ConfigError, MissingExtra
from sim_buildings.energyplus import package
from sim_buildings.energyplus.calendar import SiteDays
from sim_buildings.energyplus.draft import draft_mapping
from sim_buildings.energyplus.geometry import floor_centre, outer_walls
from sim_buildings.energyplus.mapping import Site, kept_mappings, load_mapping
from sim_buildings.energyplus.models import prepare, with_period
from sim_buildings.energyplus.objects import Model, load_model
from sim_buildings.energyplus.surroundings import Surroundings, midnight
from sim_buildings.energyplus.worker import Worker
from sim_buildings.tariff import OFF_PEAK, ON_PEAK


def square(azimuth_deg: float, zone: str = "Hall") -> dict[str, object]:
    """A wall of 4 m by 3 m, vertices counterclockwise seen from outside."""
    angle = np.radians(azimuth_deg)
    out = np.array([np.sin(angle), np.cos(angle), 0.0])
    right = np.array([-np.cos(angle), np.sin(angle), 0.0])
    up = np.array([0.0, 0.0, 3.0])
    corners = [10 * out - 2 * right + up, 10 * out - 2 * right, 10 * out + 2 * right,
               10 * out + 2 * right + up]  # fmt: skip
    return {
        "surface_type": "Wall",
        "zone_name": zone,
        "outside_boundary_condition": "Outdoors",
        "vertices": [
            {f"vertex_{axis}_coordinate": float(v) for axis, v in zip("xyz", corner, strict=True)}
            for corner in corners
        ],
    }


@pytest.mark.parametrize("azimuth_deg", [0.0, 30.0, 90.0, 180.0, 275.0])
def test_a_wall_looks_where_its_normal_points(azimuth_deg: float) -> None:
    table = {
        "Zone": {"HALL": {"direction_of_relative_north": 20.0}},
        "Building": {"b": {"north_axis": 15.0}},
        "GlobalGeometryRules": {
            "r": {"coordinate_system": "World", "vertex_entry_direction": "Counterclockwise"}
        },
        "BuildingSurface:Detailed": {"wall": square(azimuth_deg)},
    }
    wall = outer_walls(Model("m", table))[0]
    assert wall.azimuth_deg == pytest.approx(azimuth_deg, abs=0.01)
    assert wall.area_m2 == pytest.approx(12.0)
    table["GlobalGeometryRules"]["r"]["coordinate_system"] = "Relative"
    turned = outer_walls(Model("m", table))[0].azimuth_deg
    assert turned == pytest.approx((azimuth_deg + 35.0) % 360.0, abs=0.01)
    table["GlobalGeometryRules"]["r"] = {
        "coordinate_system": "World", "vertex_entry_direction": "Clockwise",
    }  # fmt: skip
    behind = outer_walls(Model("m", table))[0].azimuth_deg
    assert behind == pytest.approx((azimuth_deg + 180.0) % 360.0, abs=0.01)


def test_geometry_of_the_reference_office(worker: Worker) -> None:
    model = load_model("small_office", worker)
    walls = {wall.zone: wall for wall in outer_walls(model) if wall.windows}
    assert [walls[f"Perimeter_ZN_{k}"].azimuth_deg for k in (1, 2, 3, 4)] == [180, 90, 0, 270]
    # Deru et al. 2011: windows are 21 % of the wall.
    glass = sum(wall.window_m2 for wall in walls.values())
    assert glass / sum(wall.area_m2 for wall in walls.values()) == pytest.approx(0.2, abs=0.02)
    assert len(walls["Perimeter_ZN_1"].windows) == 6
    # 27.69 m by 18.46 m, perimeter zones 5 m deep.
    assert floor_centre(model, "Core_ZN") == pytest.approx((13.845, 9.23, 0.0), abs=0.01)
    assert floor_centre(model, "Nowhere") is None


@pytest.mark.parametrize("name", ["small_office", "medium_office"])
def test_a_kept_table_is_the_draft_with_other_names(name: str, worker: Worker) -> None:
    kept = load_mapping(kept_mappings()[name])
    draft = draft_mapping(name, "usa_il_chicago", worker)
    renamed = tuple(
        replace(zone, name=own.name, azimuth_deg=own.azimuth_deg)
        for zone, own in zip(draft.zones, kept.zones, strict=True)
    )
    assert replace(draft, title=kept.title, zones=renamed) == kept
    azimuths = [[zone.azimuth_deg for zone in mapping.zones] for mapping in (draft, kept)]
    np.testing.assert_array_equal(*azimuths)


def test_preparing_leaves_the_model_alone(worker: Worker) -> None:
    model = load_model("medium_office", worker)
    before = json.dumps(model.table, sort_keys=True)
    table = prepare(model, load_mapping(kept_mappings()["medium_office"]))
    assert json.dumps(model.table, sort_keys=True) == before
    assert not [k for k in table if k.startswith("Output:")]
    managers = table["SetpointManager:Scheduled"]
    own = {managers[f"VAV_{k} SAT setpoint"]["schedule_name"] for k in (1, 2, 3)}
    assert len(own) == 3
    lists = {loop["availability_manager_list_name"] for loop in table["AirLoopHVAC"].values()}
    for name in lists:
        managers = table["AvailabilityManagerAssignmentList"][name]["managers"]
        assert managers[0]["availability_manager_object_type"] == "AvailabilityManager:NightCycle"


def test_a_period_has_its_holidays() -> None:
    free = SiteDays(Site(start_h=8.0, end_h=18.0), "m.toml").holidays(2026, 10)
    made = with_period({"Zone": {}}, date(2026, 12, 24), 10, free)
    days = [h["start_date"] for h in made["RunPeriodControl:SpecialDays"].values()]
    assert sorted(days) == ["1/1", "12/25"]
    assert made["RunPeriod"]["run"]["end_year"] == 2027
    assert "RunPeriodControl:SpecialDays" not in with_period({}, date(2026, 3, 2), 5, free)
    with pytest.raises(ValueError, match="1 to 365 days"):
        with_period({}, date(2026, 1, 1), 366, ())


def test_energy_that_is_not_counted_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"m.idf: DistrictCooling: this building buys"):
        prepare(Model("m.idf", {"Zone": {}, "DistrictCooling": {"d": {}}}), None)


@pytest.mark.parametrize(
    ("content", "message"),
    [("{", "is not JSON"), ("[]", "it has no Zone"), ('{"Zoon": {}}', "it has no Zone")],
)
def test_a_file_that_is_no_model_is_named(
    content: str, message: str, worker: Worker, tmp_path: Path
) -> None:
    path = tmp_path / "model.epJSON"
    path.write_text(content)
    with pytest.raises(ConfigError, match=rf"model.epJSON: .*{message}"):
        load_model(path, worker)


def test_names_of_the_package_and_missing_files(engine: None) -> None:
    assert package.model_path("small_office").suffix == ".idf"
    with pytest.raises(ConfigError, match=r"(?s)smal_office: is neither .* small_office"):
        package.model_path("smal_office")
    with pytest.raises(ConfigError, match=r"nowhere.epw: there is no such weather file"):
        package.weather_path("nowhere.epw")


def test_without_the_engine_one_is_told_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyenergyplus.dataset", None)
    with pytest.raises(MissingExtra, match=r"(?s)not installed.*pip install pyenergyplus-lbnl"):
        Worker()


def test_an_unknown_country_is_named() -> None:
    with pytest.raises(ConfigError, match=r"m.toml: site.holidays_country: no holidays .* 'XX'"):
        SiteDays(Site(start_h=8.0, end_h=18.0, holidays_country="XX"), "m.toml")


def test_surroundings_know_time_price_and_weather(engine: None) -> None:
    days = SiteDays(Site(start_h=8.0, end_h=18.0), "m.toml")
    around = Surroundings(days, package.weather_path("usa_il_chicago"))
    monday = datetime(2026, 7, 13, 15, 15)
    assert around.time_facts(monday).scheduled
    assert around.time_facts(monday).hours_to_end == 2.75
    assert around.price_per_kwh(monday) == ON_PEAK
    holiday = datetime(2026, 12, 25, 15, 0)
    assert not around.time_facts(holiday).workday
    assert around.price_per_kwh(holiday) == OFF_PEAK
    assert around.prices(monday, 24).shape == (24,)
    now = [around.forecast(monday, 24) for _ in range(2)]
    np.testing.assert_array_equal(*now)
    assert 15.0 < now[0][0][0] < 40.0
    assert now[0][1].max() > 300.0
    around.seed(1)
    assert (around.forecast(monday, 24)[0] != now[0][0]).any()
    # A typical year meets itself again.
    assert np.isfinite(around.forecast(midnight(-3), 24)[0]).all()
    assert midnight(-3) == datetime(2025, 12, 29)
