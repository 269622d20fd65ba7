"""Zone heat against hand calculations."""

from __future__ import annotations

from dataclasses import replace
from math import exp

import numpy as np
import pytest

from sim_buildings.air import AIR_HEAT_J_M3_K, infiltration_m3_s, thicker
from sim_buildings.building import Building
from sim_buildings.columns import (
    B_FAN,
    B_REHEAT,
    COOLING,
    HEATING,
    LIGHT,
    Z_AIR,
    Z_IDEAL_HEAT,
    Z_INFILTRATION_HEAT,
    Z_INTERZONE_HEAT,
    Z_OPAQUE_HEAT,
    Z_SLAB_HEAT,
    Z_SOLAR,
    Z_WINDOW_HEAT,
)
from sim_buildings.outer_films import sky_loss_w_m2
from sim_buildings.simulation import Simulation
from sim_buildings.thermal import (
    EMITTANCE,
    air_equation,
    coupled_nodes,
)


@pytest.mark.parametrize("sky_k", [0.0, -15.0])
def test_steady_heating_is_about_ua_times_difference(
    empty_building: Building, constant_world, sky_k: float
) -> None:
    """A little less: outer surfaces see one another, and all are colder than the air."""
    inside_c, outside_c, wind_m_s = 20.0, 2.0, 4.0
    world = constant_world(
        outdoor_c=outside_c, wind_m_s=wind_m_s, sky_c=outside_c + sky_k, ground_c=12.0
    )
    # Carpet and slab take days to settle: less slab, same losses; and some ground beneath.
    zones = tuple(
        replace(z, mass_capacity_j_k_m2=5000.0, slab_edge_w_m_k=0.0, ground_u_w_m2_k=0.3)
        if z.name == "core"
        else replace(z, mass_capacity_j_k_m2=5000.0)
        for z in empty_building.zones
    )
    settled = replace(empty_building, zones=zones)
    simulation = Simulation(settled, world, start_s=world.start_s, dt_s=300.0)
    override = np.full((len(zones), 4), np.nan)
    override[:, HEATING], override[:, COOLING], override[:, LIGHT] = inside_c, 30.0, 0.0
    simulation.step(override, np.array([[1.0, 35.0, np.nan, 0.0]]), steps=288 * 9)

    hand_w = 0.0
    local_wind = settled.air_handlers[0].local_wind
    for z in zones:
        walls = z.wall_u_w_m2_k * z.wall_area_m2
        roof = z.roof_u_w_m2_k * z.roof_area_m2
        glass = z.window_u_w_m2_k * z.window_area_m2
        outer_m2 = z.wall_area_m2 + z.window_area_m2
        cracks = infiltration_m3_s(
            z.infiltration_m3_s_m2 * outer_m2 * z.infiltration_constant,
            z.infiltration_m3_s_m2 * outer_m2 * z.infiltration_per_k,
            z.infiltration_m3_s_m2 * outer_m2 * z.infiltration_per_m_s,
            inside_c - outside_c,
            local_wind * wind_m_s,
            z.infiltration_fan_on,
        ) * thicker(outside_c)
        conduction = walls + roof + glass + z.slab_edge_w_m_k * z.slab_edge_m
        hand_w += (conduction + AIR_HEAT_J_M3_K * cracks) * (inside_c - outside_c)
        hand_w += z.ground_u_w_m2_k * z.area_m2 * (inside_c - 12.0)
        # A wall sees a third of the sky.
        third = 0.5 * 0.5**0.5
        loss = float(sky_loss_w_m2(np.array(outside_c), np.array(outside_c + sky_k)))
        hand_w += EMITTANCE * (roof + third * walls) / 17.0 * loss
        hand_w += 0.84 * third * glass / 29.2 * loss
    assert simulation.zone_out[:, Z_AIR] == pytest.approx(inside_c, abs=1e-6)
    assert simulation.zone_out[:, Z_INTERZONE_HEAT] == pytest.approx(0.0, abs=1e-3)
    given_w = simulation.building_out[B_REHEAT] + simulation.building_out[B_FAN]
    assert 0.92 * hand_w < given_w < 0.96 * hand_w


def test_sun_on_a_roof_and_walls_is_the_sol_air_temperature(
    empty_building: Building, constant_world
) -> None:
    """Kept at the air's temperature it takes up U A alpha G / h_o and what its glass passes."""
    world = constant_world(outdoor_c=20.0, ghi_w_m2=400.0, facade_w_m2=100.0, sky_c=20.0)
    zones = tuple(replace(z, mass_capacity_j_k_m2=5000.0) for z in empty_building.zones)
    settled = replace(empty_building, zones=zones)
    simulation = Simulation(settled, world, start_s=world.start_s, dt_s=300.0, ideal=True)
    simulation.step(np.tile([20.0, 20.0, 0.0, 0.0], (5, 1)), steps=288 * 9)
    for z, row in zip(zones, simulation.zone_out, strict=True):
        walls = z.wall_u_w_m2_k * z.wall_area_m2 * 100.0
        roof = z.roof_u_w_m2_k * z.roof_area_m2 * 400.0
        opaque_w = (walls + roof) * z.absorptance / 17.0
        solar_w = z.window_area_m2 * z.window_shgc * z.diffuse_gain * 100.0
        assert row[Z_SOLAR] == pytest.approx(solar_w)
        # What radiation warms the masses above the air partly goes back out: both signs count.
        gains = row[[Z_OPAQUE_HEAT, Z_SLAB_HEAT, Z_WINDOW_HEAT, Z_INFILTRATION_HEAT]].sum()
        assert row[Z_IDEAL_HEAT] == pytest.approx(-(solar_w + gains), rel=1e-6)
        if not z.window_area_m2:
            # The warm roof warms the floor by radiation, so that it takes up a little less itself.
            assert 0.98 * opaque_w < gains < opaque_w


def test_without_services_everything_ends_at_the_outdoor_temperature() -> None:
    """Backward Euler is stable at any substep: a day at a time goes straight there."""
    air_c, envelope_c, mass_c = 40.0, 30.0, -10.0
    for _ in range(400):
        a_e, b_e, a_m, b_m = coupled_nodes(
            envelope_c, mass_c, 1e6, 1e6, 20.0, 10.0, 100.0, 80.0, 60.0,
            20.0 * 5.0, 10.0 * 5.0, 86_400.0,
        )  # fmt: skip
        n, d = air_equation(
            air_c, 1e5, 50.0, 50.0 * 5.0, 100.0, a_e, b_e, 80.0, a_m, b_m, 0.0, 86_400.0
        )
        air_c = n / d
        envelope_c, mass_c = a_e + b_e * air_c, a_m + b_m * air_c
    assert [air_c, envelope_c, mass_c] == pytest.approx([5.0, 5.0, 5.0])


def test_a_node_by_hand() -> None:
    # Nothing between the masses. C/dt = 100: (100 x 10 + 500) / (100 + 20 + 80), 80 / 200;
    # (50 x 20 + 100) / (50 + 10 + 40), 40 / 100.
    found = coupled_nodes(
        10.0, 20.0, 1000.0, 500.0, 20.0, 10.0, 80.0, 40.0, 0.0, 500.0, 100.0, 10.0
    )
    assert found == pytest.approx((7.5, 0.4, 11.0, 0.4))
    # 100 x 20 + 250 + 80 x 7.5 + 40 x 12 + 30; 100 + 50 + 80 x 0.6 + 40 x 0.75.
    n, d = air_equation(20.0, 1000.0, 50.0, 250.0, 80.0, 7.5, 0.4, 40.0, 12.0, 0.25, 30.0, 10.0)
    assert (n, d) == (pytest.approx(3360.0), pytest.approx(228.0))


def test_one_capacity_cools_by_its_time_constant() -> None:
    """C dT/dt = -K T has the solution T = T0 exp(-K t / C)."""
    air_c, dt_s, hour_s = 20.0, 1.0, 3600.0
    for _ in range(round(hour_s / dt_s)):
        n, d = air_equation(air_c, 1e6, 200.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, dt_s)
        air_c = n / d
    assert air_c == pytest.approx(20.0 * exp(-200.0 * hour_s / 1e6), rel=1e-4)
