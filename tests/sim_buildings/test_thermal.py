"""Zone heat against hand calculations."""

from __future__ import annotations

from dataclasses import replace
from math import exp

import numpy as np
import pytest

from sim_buildings.air import AIR_HEAT_J_M3_K, infiltration_m3_s
from sim_buildings.building import Building
from sim_buildings.columns import B_FAN, B_REHEAT, COOLING, HEATING, Z_AIR, Z_INTERZONE_HEAT
from sim_buildings.simulation import Simulation
from sim_buildings.solar import SKY_DEPRESSION_K
from sim_buildings.thermal import air_equation, beyond_film, coupled_node


def test_steady_heating_is_ua_times_difference(empty_building: Building, constant_world) -> None:
    inside_c, outside_c, wind_m_s = 20.0, 2.0, 4.0
    world = constant_world(outdoor_c=outside_c, wind_m_s=wind_m_s)
    # Carpet and slab take days to settle: less slab, same losses.
    zones = tuple(replace(z, mass_capacity_j_k_m2=5000.0) for z in empty_building.zones)
    simulation = Simulation(
        replace(empty_building, zones=zones), world, start_s=world.start_s, dt_s=300.0
    )
    override = np.full((len(zones), 4), np.nan)
    override[:, HEATING], override[:, COOLING] = inside_c, 30.0
    simulation.step(override, np.array([1.0, 35.0, np.nan, 0.0]), steps=288 * 9)

    hand_w = 0.0
    for z in zones:
        conduction = (
            z.wall_u_w_m2_k * z.wall_area_m2
            + z.roof_u_w_m2_k * z.roof_area_m2
            + z.window_u_w_m2_k * z.window_area_m2
            + z.slab_edge_w_m_k * z.slab_edge_m
        )
        outer_m2 = z.wall_area_m2 + z.window_area_m2
        cracks = infiltration_m3_s(
            z.infiltration_m3_s_m2 * outer_m2,
            empty_building.air_handler.local_wind * wind_m_s,
            True,
        )
        hand_w += (conduction + AIR_HEAT_J_M3_K * cracks) * (inside_c - outside_c)
        hand_w += z.roof_u_w_m2_k * z.roof_area_m2 * SKY_DEPRESSION_K
    assert simulation.zone_out[:, Z_AIR] == pytest.approx(inside_c, abs=1e-6)
    assert simulation.zone_out[:, Z_INTERZONE_HEAT] == pytest.approx(0.0, abs=1e-3)
    given_w = simulation.building_out[B_REHEAT] + simulation.building_out[B_FAN]
    assert given_w == pytest.approx(hand_w, rel=1e-4)


def test_without_services_everything_ends_at_the_outdoor_temperature() -> None:
    """Backward Euler is stable at any substep: a day at a time goes straight there."""
    air_c, mass_c = 40.0, -10.0
    for _ in range(400):
        a, b = coupled_node(mass_c, 1e6, 20.0, 100.0, 5.0, 0.0, 86_400.0)
        n, d = air_equation(air_c, 1e5, 50.0, 5.0, 0.0, 0.0, 0.0, 100.0, a, b, 0.0, 86_400.0)
        air_c = n / d
        mass_c = a + b * air_c
    assert (air_c, mass_c) == (pytest.approx(5.0), pytest.approx(5.0))


def test_one_capacity_cools_by_its_time_constant() -> None:
    """C dT/dt = -K T has the solution T = T0 exp(-K t / C)."""
    air_c, dt_s, hour_s = 20.0, 1.0, 3600.0
    for _ in range(round(hour_s / dt_s)):
        n, d = air_equation(air_c, 1e6, 200.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, dt_s)
        air_c = n / d
    assert air_c == pytest.approx(20.0 * exp(-200.0 * hour_s / 1e6), rel=1e-4)


def test_an_element_with_its_film_keeps_its_u_value() -> None:
    outer = beyond_film(0.5, 10.0, 8.0)
    assert 1.0 / (1.0 / outer + 1.0 / (8.0 * 10.0)) == pytest.approx(0.5 * 10.0)
