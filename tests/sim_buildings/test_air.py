"""What air carries, against analytic solutions; infiltration; saturation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim_buildings.air import (
    AIR_DENSITY_KG_M3,
    AIR_HEAT_J_M3_K,
    CO2_PER_PERSON_M3_S,
    OUTDOOR_CO2_PPM,
    VAPORISATION_J_KG,
    carried_after,
    infiltration_m3_s,
    saturation_humidity,
    saturation_pa,
)
from sim_buildings.building import Building
from sim_buildings.columns import (
    H_OUTDOOR_FLOW,
    H_RETURN_AIR,
    STATE_CO2,
    STATE_HUMIDITY,
    W_INFILTRATION,
    Z_AIR,
    Z_AIRFLOW,
    Z_INFILTRATION_HEAT,
)
from sim_buildings.simulation import Simulation

NOBODY_COOLS = [np.nan, 45.0, np.nan, np.nan]


@pytest.fixture(scope="module")
def tight(building: Building) -> Building:
    """Without a crack."""
    return replace(
        building, zones=tuple(replace(z, infiltration_m3_s_m2=0.0) for z in building.zones)
    )


def test_one_substep_by_hand() -> None:
    # 100 m3 in 100 s is a storage of 1 m3/s: (1000 + 0.5 x 400 + 0.5 x 420 + 10) / (1 + 1).
    assert carried_after(1000.0, 400.0, 0.5, 420.0, 0.5, 10.0, 100.0, 100.0) == 710.0
    assert carried_after(1000.0, 400.0, 0.0, 420.0, 0.0, 0.0, 100.0, 100.0) == 1000.0


@pytest.mark.parametrize("dt_s", [1.0, 300.0, 1e5])
def test_air_stays_between_what_it_was_and_what_comes(dt_s: float) -> None:
    after = carried_after(1000.0, 500.0, 0.4, 420.0, 0.1, 0.0, 80.0, dt_s)
    assert 420.0 < after < 1000.0


def test_one_zone_settles_at_generation_over_flow() -> None:
    ppm, source = OUTDOOR_CO2_PPM, 4.0 * CO2_PER_PERSON_M3_S * 1e6
    for _ in range(5000):
        ppm = carried_after(ppm, OUTDOOR_CO2_PPM, 0.03, OUTDOOR_CO2_PPM, 0.01, source, 200.0, 60.0)
    # 0.31 L/min each: 4 x 5.167e-6 m3/s in 0.04 m3/s.
    assert ppm == pytest.approx(420.0 + 4.0 * 0.31e-3 / 60.0 / 0.04 * 1e6, rel=1e-9)


def test_a_building_settles_at_generation_over_outdoor_air(tight: Building, constant_world) -> None:
    """Whole building: G n = V_out (c_return - c_out), moisture likewise, while no coil dries."""
    world = constant_world(outdoor_c=18.0, people=3.0, humidity_kg_kg=0.005)
    simulation = Simulation(tight, world, start_s=world.start_s, dt_s=300.0)
    override = np.tile(NOBODY_COOLS, (5, 1))
    simulation.step(override, np.array([[1.0, np.nan, np.nan, 0.15]]), steps=288 * 8)
    assert simulation.handlers[0, H_OUTDOOR_FLOW] == pytest.approx(0.15)
    flow = simulation.zone_out[:, Z_AIRFLOW]
    people = 3.0 * len(tight.zones)
    mean_ppm = flow @ simulation.zones[:, STATE_CO2] / flow.sum()
    expected = OUTDOOR_CO2_PPM + people * CO2_PER_PERSON_M3_S * 1e6 / 0.15
    assert mean_ppm == pytest.approx(expected, rel=1e-6)
    mean_kg_kg = flow @ simulation.zones[:, STATE_HUMIDITY] / flow.sum()
    vapour_kg_s = people * tight.zones[0].person_latent_w / VAPORISATION_J_KG
    expected = 0.005 + vapour_kg_s / (AIR_DENSITY_KG_M3 * 0.15)
    assert mean_kg_kg == pytest.approx(expected, rel=1e-6)


def test_recirculation_holds_back_one_substeps_air(tight: Building, constant_world) -> None:
    """Zones are implicit, return air is that of the start: sum (V + V' dt) c is what stays."""
    world = constant_world()
    simulation = Simulation(tight, world, start_s=world.start_s, dt_s=300.0)
    simulation.zones[:, STATE_CO2] = [2000.0, 400.0, 800.0, 600.0, 1000.0]
    volumes = np.array([zone.volume_m3 for zone in tight.zones])
    override = np.tile([5.0, 45.0, np.nan, np.nan], (5, 1))
    least = np.array([zone.airflow_min_m3_s for zone in tight.zones])
    before = (volumes + 300.0 * least) @ simulation.zones[:, STATE_CO2]
    simulation.step(override, np.array([[1.0, np.nan, np.nan, 0.0]]), steps=100)
    assert simulation.zone_out[:, Z_AIRFLOW] == pytest.approx(least)
    after = (volumes + 300.0 * least) @ simulation.zones[:, STATE_CO2]
    assert after == pytest.approx(before, rel=1e-12)
    assert np.ptp(simulation.zones[:, STATE_CO2]) < 50.0


@pytest.mark.parametrize("column", [STATE_CO2, STATE_HUMIDITY])
def test_doors_alone_even_out_and_conserve(tight: Building, constant_world, column: int) -> None:
    world = constant_world()
    simulation = Simulation(tight, world, start_s=world.start_s, dt_s=300.0)
    simulation.zones[:, column] = np.array([2.0, 0.4, 0.8, 0.6, 1.0]) * 1e-2
    volumes = np.array([zone.volume_m3 for zone in tight.zones])
    before = volumes @ simulation.zones[:, column]
    simulation.step(handler_override=np.array([[0.0, np.nan, np.nan, np.nan]]), steps=288 * 2)
    assert volumes @ simulation.zones[:, column] == pytest.approx(before, rel=1e-12)
    assert np.ptp(simulation.zones[:, column]) < 1e-4


@pytest.mark.parametrize(
    ("difference_k", "wind_m_s", "share", "expected"),
    [
        (0.0, 0.0, 1.0, 0.0606),
        (20.0, 0.0, 1.0, 0.0606 + 0.07272),  # 0.03636 a kelvin
        (-20.0, 0.0, 1.0, 0.0606 + 0.07272),  # whichever side is warmer
        (0.0, 4.0, 1.0, 0.0606 + 0.04708),  # 0.1177 for 1 m/s
        (10.0, 2.0, 0.25, 0.25 * (0.0606 + 0.03636 + 0.02354)),
        (10.0, 2.0, 0.0, 0.0),
    ],
)
def test_infiltration_has_a_constant_stack_and_wind(
    difference_k: float, wind_m_s: float, share: float, expected: float
) -> None:
    """BLAST's coefficients on a design flow of 0.1 m3/s."""
    flow = infiltration_m3_s(0.0606, 0.003636, 0.01177, difference_k, wind_m_s, share)
    assert flow == pytest.approx(expected)


@pytest.mark.parametrize("fan", [0.0, 1.0])
def test_infiltration_of_a_zone_by_hand(building: Building, constant_world, fan: float) -> None:
    leaky = {"infiltration_constant": 0.606, "infiltration_per_k": 0.03636}
    leaky |= {"infiltration_per_m_s": 0.1177, "infiltration_fan_on": 0.25}
    building = replace(building, zones=tuple(replace(z, **leaky) for z in building.zones))
    world = constant_world(outdoor_c=-5.0, wind_m_s=6.0)
    simulation = Simulation(building, world, start_s=world.start_s)
    simulation.step(handler_override=np.array([[fan, np.nan, np.nan, np.nan]]))
    local = building.air_handlers[0].local_wind
    for zone, row in zip(building.zones, simulation.zones, strict=True):
        outer_m2 = zone.wall_area_m2 + zone.window_area_m2
        # Everything began at 21 °C.
        share = 0.606 + 0.03636 * 26.0 + 0.1177 * local * 6.0
        # Outdoor air of -5 °C is denser: 293.15 / 268.15, and what its second order leaves.
        thick = 1.0 + 25.0 / 293.15 + (25.0 / 293.15) ** 2
        flow = thick * zone.infiltration_m3_s_m2 * outer_m2 * share * (0.25 if fan else 1.0)
        assert row[W_INFILTRATION] == pytest.approx(flow, rel=1e-12)
        heat_w = AIR_HEAT_J_M3_K * flow * (-5.0 - row[Z_AIR])
        assert row[Z_INFILTRATION_HEAT] == pytest.approx(heat_w, rel=1e-12)


@pytest.mark.parametrize(
    ("air_c", "pascal"),
    # ASHRAE Fundamentals, chapter 1, table 3 (kPa: 0.6112, 1.2282, 2.3392, 4.2467, 7.3844).
    [(0.0, 611.2), (10.0, 1228.2), (20.0, 2339.2), (30.0, 4246.7), (40.0, 7384.4)],
)
def test_saturation_against_the_steam_table(air_c: float, pascal: float) -> None:
    assert saturation_pa(air_c) == pytest.approx(pascal, rel=2e-3)
    assert saturation_humidity(air_c) == pytest.approx(
        0.622 * pascal / (101_325.0 - pascal), rel=2.5e-3
    )


def test_saturation_rises_and_stays_positive() -> None:
    values = np.array([saturation_pa(t) for t in np.arange(-50.0, 50.0, 0.25)])
    assert (values > 0.0).all()
    assert (np.diff(values) > 0.0).all()


def test_air_at_rest_returns_the_rooms_mean(building: Building, constant_world) -> None:
    world = constant_world()
    simulation = Simulation(building, world, start_s=world.start_s)
    before_c = simulation.zones[:, Z_AIR].copy()
    simulation.step(handler_override=np.array([[0.0, np.nan, np.nan, np.nan]]))
    assert simulation.handlers[0, H_RETURN_AIR] == pytest.approx(before_c.mean())
