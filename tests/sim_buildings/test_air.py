"""CO2 against its analytic solution, and infiltration."""

from __future__ import annotations

import numpy as np
import pytest

from sim_buildings.air import (
    CO2_PER_PERSON_M3_S,
    OUTDOOR_CO2_PPM,
    co2_after,
    infiltration_m3_s,
)
from sim_buildings.building import Building
from sim_buildings.columns import B_OUTDOOR_FLOW, COOLING, STATE_CO2, Z_AIRFLOW
from sim_buildings.simulation import Simulation


def test_one_zone_settles_at_generation_over_flow() -> None:
    ppm = OUTDOOR_CO2_PPM
    for _ in range(5000):
        ppm = co2_after(ppm, OUTDOOR_CO2_PPM, 0.03, 0.01, 0.0, 4.0, 200.0, 60.0)
    expected = OUTDOOR_CO2_PPM + 4.0 * CO2_PER_PERSON_M3_S * 1e6 / 0.04
    assert ppm == pytest.approx(expected, rel=1e-9)


def test_a_building_settles_at_generation_over_outdoor_air(
    building: Building, constant_world
) -> None:
    """Whole building: G n = V_out (c_return - c_out), without wind and economiser."""
    world = constant_world(outdoor_c=18.0, wind_m_s=0.0, people=3.0)
    simulation = Simulation(building, world, start_s=world.start_s, dt_s=300.0)
    override = np.full((len(building.zones), 4), np.nan)
    override[:, COOLING] = 45.0  # nobody calls for cooling: the economiser rests
    simulation.step(override, np.array([1.0, np.nan, np.nan, 0.15]), steps=288 * 5)
    assert simulation.building_out[B_OUTDOOR_FLOW] == pytest.approx(0.15)
    flow = simulation.zone_out[:, Z_AIRFLOW]
    mean_ppm = (flow * simulation.zone_state[:, STATE_CO2]).sum() / flow.sum()
    people = 3.0 * len(building.zones)
    expected = OUTDOOR_CO2_PPM + people * CO2_PER_PERSON_M3_S * 1e6 / 0.15
    assert mean_ppm == pytest.approx(expected, rel=1e-6)


def test_recirculation_alone_conserves_co2(empty_building: Building, constant_world) -> None:
    world = constant_world(wind_m_s=0.0)
    simulation = Simulation(empty_building, world, start_s=world.start_s, dt_s=300.0)
    simulation.zone_state[:, STATE_CO2] = [2000.0, 400.0, 800.0, 600.0, 1000.0]
    volumes = np.array([zone.volume_m3 for zone in empty_building.zones])
    before = volumes @ simulation.zone_state[:, STATE_CO2]
    override = np.full((len(volumes), 4), np.nan)
    override[:, COOLING] = 45.0
    simulation.step(override, np.array([1.0, np.nan, np.nan, 0.0]), steps=100)
    assert volumes @ simulation.zone_state[:, STATE_CO2] == pytest.approx(before, rel=1e-12)
    assert np.ptp(simulation.zone_state[:, STATE_CO2]) < 50.0


def test_doors_alone_even_out_co2_and_conserve_it(empty_building: Building, constant_world) -> None:
    world = constant_world(wind_m_s=0.0)
    simulation = Simulation(empty_building, world, start_s=world.start_s, dt_s=300.0)
    simulation.zone_state[:, STATE_CO2] = [2000.0, 400.0, 800.0, 600.0, 1000.0]
    volumes = np.array([zone.volume_m3 for zone in empty_building.zones])
    before = volumes @ simulation.zone_state[:, STATE_CO2]
    simulation.step(ahu_override=np.array([0.0, np.nan, np.nan, np.nan]), steps=288)
    assert volumes @ simulation.zone_state[:, STATE_CO2] == pytest.approx(before, rel=1e-12)
    assert np.ptp(simulation.zone_state[:, STATE_CO2]) < 10.0


def test_infiltration_is_its_design_flow_at_ten_miles_an_hour() -> None:
    assert infiltration_m3_s(0.1, 4.47, False) == pytest.approx(0.1, rel=2e-3)
    assert infiltration_m3_s(0.1, 4.47, True) == pytest.approx(0.025, rel=2e-3)
