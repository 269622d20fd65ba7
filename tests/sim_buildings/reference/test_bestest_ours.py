"""BESTEST in our simulator, held against EnergyPlus for three cases."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim_buildings.reference import annual, bestest_ours
from sim_buildings.reference.assembly import inside, store
from sim_buildings.reference.bestest_cases import CASES, GLASS_2020, HEAVY, LIGHT
from sim_buildings.reference.bestest_energyplus import run_case
from sim_buildings.reference.double_glass import glazing

needs_energyplus = pytest.mark.skipif(
    not annual.available(), reason="EnergyPlus is not installed (extra: energyplus)"
)


@pytest.fixture(scope="module")
def denver() -> Path:
    return annual.weather_file("usa_co_denver")


def test_glass_of_the_standard() -> None:
    """Two clear panes: transmittance 0.699, SHGC near 0.77, U near 2.8 with common films."""
    found = glazing(GLASS_2020, 8.29, 25.0)
    assert found.solar_transmittance == pytest.approx(0.699, abs=0.001)
    assert found.shgc == pytest.approx(0.77, abs=0.01)
    assert found.u_w_m2_k == pytest.approx(2.9, abs=0.15)


def test_a_wall_stores_heat_up_to_its_insulation() -> None:
    concrete = inside(HEAVY.wall)
    assert concrete.capacity_j_m2_k == pytest.approx(140_000.0)
    assert concrete.resistance_m2_k_w == pytest.approx(0.1 / 0.51 / 3.0)
    plasterboard = inside(LIGHT.wall)
    assert plasterboard.capacity_j_m2_k == pytest.approx(0.012 * 950.0 * 840.0)


def test_concrete_outside_of_insulation_is_where_a_wall_stores_heat() -> None:
    turned = tuple(reversed(HEAVY.wall))
    outside = store(turned, 15.0)
    assert outside.capacity_j_m2_k == pytest.approx(140_000.0)
    assert outside.resistance_m2_k_w > HEAVY.wall[1].resistance_m2_k_w


@needs_energyplus
@pytest.mark.parametrize("name", ["600", "900"])
def test_loads_are_those_of_energyplus(name: str, denver: Path) -> None:
    theirs, ours = run_case(CASES[name], denver), bestest_ours.run_case(CASES[name], denver)
    assert ours.heating_mwh == pytest.approx(theirs.heating_mwh, rel=0.10)
    assert ours.cooling_mwh == pytest.approx(theirs.cooling_mwh, rel=0.10)
    assert ours.peak_heating_kw.value == pytest.approx(theirs.peak_heating_kw.value, rel=0.15)
    assert ours.peak_cooling_kw.value == pytest.approx(theirs.peak_cooling_kw.value, rel=0.15)
    assert ours.transmitted_solar_mwh == pytest.approx(theirs.transmitted_solar_mwh, rel=0.03)


@needs_energyplus
def test_free_float_is_that_of_energyplus(denver: Path) -> None:
    case = CASES["600FF"]
    theirs, ours = run_case(case, denver), bestest_ours.run_case(case, denver)
    assert ours.max_air_c.value == pytest.approx(theirs.max_air_c.value, abs=3.0)
    assert ours.min_air_c.value == pytest.approx(theirs.min_air_c.value, abs=2.0)
    assert ours.mean_air_c == pytest.approx(theirs.mean_air_c, abs=0.5)
