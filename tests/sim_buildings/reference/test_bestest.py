"""BESTEST: the cases as data, the reduction of a year, the table, and EnergyPlus's figures."""

from __future__ import annotations

import json
from dataclasses import replace
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from hvac_rl.errors import ConfigError
from sim_buildings.reference import annual
from sim_buildings.reference.bestest import as_json, compare, outputs_of, table
from sim_buildings.reference.bestest_cases import CASES, Case
from sim_buildings.reference.bestest_energyplus import build, heating_setpoints_c, run_case
from sim_buildings.reference.bestest_ranges import PUBLISHED, is_standard_weather
from sim_buildings.reference.bestest_result import CaseHours, CaseResult, Extreme, reduce_hours

needs_energyplus = pytest.mark.skipif(
    not annual.available(), reason="EnergyPlus is not installed (extra: energyplus)"
)


def hours_of(air_c: float = 21.0, heating_w: float = 0.0) -> CaseHours:
    year = np.full(8760, 1.0)
    return CaseHours(air_c * year, heating_w * year, 0.0 * year, 0.0 * year)


def fake(case: Case) -> CaseResult:
    return reduce_hours(case.name, hours_of(heating_w=500.0))


def test_the_twelve_cases() -> None:
    assert set(CASES) == set(PUBLISHED)
    assert len(CASES) == 12


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_every_case_has_the_geometry_of_the_standard(case: Case) -> None:
    assert case.floor_m2 == pytest.approx(48.0)
    assert case.volume_m3 == pytest.approx(129.6)
    assert sum(window.area_m2 for window in case.windows) == pytest.approx(12.0)


def test_wall_resistance_of_the_standard() -> None:
    """Surface to surface, table of the standard: 1.789 light and 1.797 m2K/W heavy."""
    light = sum(layer.resistance_m2_k_w for layer in CASES["600"].fabric.wall)
    heavy = sum(layer.resistance_m2_k_w for layer in CASES["900"].fabric.wall)
    assert light == pytest.approx(1.789, abs=1e-3)
    assert heavy == pytest.approx(1.797, abs=1e-3)


def test_heavy_is_heavier() -> None:
    def capacity(case: Case) -> float:
        return sum(layer.capacity_j_m2_k for layer in case.fabric.wall)

    assert capacity(CASES["900"]) > 8.0 * capacity(CASES["600"])


def test_setback_falls_at_once_and_rises_linearly() -> None:
    setpoints = heating_setpoints_c(CASES["640"])
    assert len(setpoints) == 144
    assert setpoints[: 7 * 6] == [10.0] * 42
    assert setpoints[7 * 6 : 8 * 6] == pytest.approx(np.linspace(10.0, 20.0, 7)[1:].tolist())
    assert setpoints[8 * 6 : 23 * 6] == [20.0] * 90
    assert setpoints[23 * 6 :] == [10.0] * 6


def test_free_float_has_no_plant_and_night_ventilation_has_its_fan() -> None:
    assert "ZoneControl:Thermostat" not in build(CASES["900FF"])
    assert "ZoneVentilation:DesignFlowRate" not in build(CASES["900FF"])
    assert "ZoneVentilation:DesignFlowRate" in build(CASES["950FF"])


def outward(points: list[tuple[float, float, float]]) -> tuple[float, ...]:
    """Unit normal of a polygon whose corners run counterclockwise, seen from its front."""
    corners = np.array(points)
    normal = np.cross(corners[1] - corners[0], corners[2] - corners[1])
    return tuple((normal / np.linalg.norm(normal)).round(9) + 0.0)


NORMALS = {
    "south": (0.0, -1.0, 0.0),
    "east": (1.0, 0.0, 0.0),
    "north": (0.0, 1.0, 0.0),
    "west": (-1.0, 0.0, 0.0),
    "roof": (0.0, 0.0, 1.0),
    "floor": (0.0, 0.0, -1.0),
}


@pytest.mark.parametrize("name", ["600", "620"])
def test_surfaces_and_windows_face_outwards(name: str) -> None:
    model = build(CASES[name])
    for surface, fields in model["BuildingSurface:Detailed"].items():
        points = [
            tuple(vertex[f"vertex_{axis}_coordinate"] for axis in "xyz")
            for vertex in fields["vertices"]
        ]
        assert outward(points) == NORMALS[surface]
    for window, fields in zip(
        CASES[name].windows, model["FenestrationSurface:Detailed"].values(), strict=True
    ):
        points = [
            tuple(fields[f"vertex_{i}_{axis}_coordinate"] for axis in "xyz") for i in range(1, 5)
        ]
        assert fields["building_surface_name"] == window.facade
        assert outward(points) == NORMALS[window.facade]


def test_a_year_is_reduced_to_sums_peaks_and_extremes() -> None:
    hours = hours_of(air_c=20.0, heating_w=1000.0)
    hours.heating_w[100] = 3000.0
    hours.zone_air_c[4000] = 30.0
    hours.zone_air_c[5000] = 5.0
    result = reduce_hours("600", hours)
    assert result.heating_mwh == pytest.approx((8759 * 1000 + 3000) / 1e6)
    assert result.peak_heating_kw == Extreme(3.0, 100)
    assert (result.max_air_c, result.min_air_c) == (Extreme(30.0, 4000), Extreme(5.0, 5000))
    assert result.mean_air_c == pytest.approx((8758 * 20 + 35) / 8760)


def test_hours_are_named_by_their_end() -> None:
    assert Extreme(0.0, 0).when() == "01-Jan:1"
    assert Extreme(0.0, 3 * 24 + 4).when() == "04-Jan:5"
    assert Extreme(0.0, 8759).when() == "31-Dec:24"


def test_a_year_with_a_hole_is_refused() -> None:
    hours = hours_of()
    with pytest.raises(ConfigError, match="cooling_w"):
        replace(hours, cooling_w=np.full(8760, np.nan))
    with pytest.raises(ConfigError, match="8760"):
        replace(hours, cooling_w=np.zeros(8784))


def test_only_what_the_standard_reports_is_printed() -> None:
    assert [field for field, *_ in outputs_of(CASES["650"])] == ["cooling_mwh", "peak_cooling_kw"]
    assert {field for field, *_ in outputs_of(CASES["650FF"])} == {
        "max_air_c",
        "min_air_c",
        "mean_air_c",
    }


def test_table_and_json_take_our_column() -> None:
    def ours(case: Case) -> CaseResult:
        return reduce_hours(case.name, hours_of(heating_w=550.0))

    rows = compare([CASES["600"]], fake, ours)
    console = Console(width=160, record=True, file=StringIO())
    console.print(table(rows, "somewhere", standard_weather=False))
    text = console.export_text()
    assert "+10.0 %" in text
    assert "[kW]" in text
    assert "not comparable" in text


def test_weather_is_the_standards_only_by_its_station(tmp_path: Path) -> None:
    header = "LOCATION,Denver Intl Ap,CO,USA,TMY3,{},39.83,-104.65,-7.0,1650.0\n"
    right, wrong = tmp_path / "right.epw", tmp_path / "wrong.epw"
    right.write_text(header.format("725650"))
    wrong.write_text(header.format("724695"))
    assert is_standard_weather(right)
    assert not is_standard_weather(wrong)
    plain = as_json(compare([CASES["600"]], fake), wrong)
    assert plain["standard_weather"] is False
    assert plain["cases"]["600"]["ours"] is None
    json.dumps(plain)


@needs_energyplus
def test_energyplus_runs_the_light_and_the_heavy_case() -> None:
    """Ends of the range that differ in mass alone; figures as published within a wide margin."""
    epw = annual.weather_file("usa_co_denver")
    light, heavy = run_case(CASES["600"], epw), run_case(CASES["900"], epw)
    assert light.heating_mwh == pytest.approx(4.3, rel=0.15)
    assert light.cooling_mwh == pytest.approx(6.0, rel=0.15)
    assert heavy.heating_mwh < 0.5 * light.heating_mwh
    assert heavy.cooling_mwh < 0.5 * light.cooling_mwh
    assert light.transmitted_solar_mwh == pytest.approx(heavy.transmitted_solar_mwh)
    air = light.hours.zone_air_c
    assert air.min() == pytest.approx(20.0, abs=0.05)
    assert air.max() == pytest.approx(27.0, abs=0.05)
    heated = light.hours.heating_w > 1.0
    assert not (heated & (light.hours.cooling_w > 1.0) & (air > 20.1) & (air < 26.9)).any()
