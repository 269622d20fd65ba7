"""No heat appears or vanishes: what the nodes store is what flowed, to rounding."""

from __future__ import annotations

import numpy as np
import pytest

from sim_buildings.building import Building
from sim_buildings.columns import (
    B_COOLING_COIL,
    B_ENERGY,
    B_FAN,
    B_REHEAT,
    B_TOTAL,
    B_VENTILATION,
    STATE_AIR,
    STATE_ENVELOPE,
    STATE_MASS,
    Z_AIR_SUPPLY_HEAT,
    Z_EQUIPMENT,
    Z_INFILTRATION_HEAT,
    Z_INTERZONE_HEAT,
    Z_LIGHTS,
    Z_OPAQUE_HEAT,
    Z_PEOPLE_HEAT,
    Z_SLAB_HEAT,
    Z_SOLAR,
    Z_WINDOW_HEAT,
)
from sim_buildings.simulation import Simulation
from sim_buildings.world import World

DAY_S = 86_400.0
FROM_OUTSIDE = (
    Z_PEOPLE_HEAT,
    Z_LIGHTS,
    Z_EQUIPMENT,
    Z_SOLAR,
    Z_WINDOW_HEAT,
    Z_INFILTRATION_HEAT,
    Z_OPAQUE_HEAT,
    Z_SLAB_HEAT,
)


def stored_j(simulation: Simulation) -> np.ndarray:
    zones, state = simulation.params.zones, simulation.zone_state
    return np.array(
        zones.air_j_per_k * state[:, STATE_AIR]
        + zones.envelope_j_per_k * state[:, STATE_ENVELOPE]
        + zones.mass_j_per_k * state[:, STATE_MASS]
    )


@pytest.mark.parametrize("dt_s", [60.0, 300.0])
@pytest.mark.parametrize("first_day", [10, 190], ids=["winter", "summer"])
def test_a_week_closes(building: Building, world: World, dt_s: float, first_day: int) -> None:
    simulation = Simulation(building, world, start_s=world.start_s + first_day * DAY_S, dt_s=dt_s)
    simulation.warm_up(3)
    before = stored_j(simulation)
    steps = round(7 * DAY_S / dt_s)
    zone_j = np.zeros(len(building.zones))
    building_j = gross_j = metered_j = 0.0
    random = np.random.default_rng(5)
    override = np.full((len(building.zones), 4), np.nan)
    for k in range(steps):
        if k % 100 == 0:  # somebody plays with setpoints, blinds and light
            override[:] = random.uniform([15, 20, 0, 0], [24, 30, 1, 1], override.shape)
        simulation.step(override)
        zone, out = simulation.zone_out, simulation.building_out
        outside = zone[:, FROM_OUTSIDE].sum(axis=1)
        zone_j += dt_s * (outside + zone[:, Z_AIR_SUPPLY_HEAT] + zone[:, Z_INTERZONE_HEAT])
        services_w = out[B_FAN] + out[B_REHEAT] + out[B_VENTILATION] - out[B_COOLING_COIL]
        building_j += dt_s * (outside.sum() + services_w)
        gross_j += dt_s * np.abs(zone[:, FROM_OUTSIDE]).sum()
        metered_j += dt_s * out[B_TOTAL]
    gained = stored_j(simulation) - before
    assert np.abs(gained - zone_j).max() <= 1e-9 * gross_j
    assert abs(gained.sum() - building_j) <= 1e-9 * gross_j
    assert simulation.building_out[B_ENERGY] == pytest.approx(metered_j, rel=1e-12)


def test_what_one_zone_gives_the_others_get(building: Building, world: World) -> None:
    simulation = Simulation(building, world, start_s=world.start_s + 20 * DAY_S)
    simulation.warm_up(1)
    for _ in range(600):
        simulation.step()
        flows = simulation.zone_out[:, Z_INTERZONE_HEAT]
        assert abs(flows.sum()) <= 1e-12 * np.abs(flows).sum()
        assert np.abs(flows).max() > 0.0


@pytest.mark.parametrize("dt_s", [60.0, 300.0])
@pytest.mark.parametrize("first_day", [10, 190], ids=["winter", "summer"])
def test_halving_the_substep_hardly_changes_a_week(
    building: Building, world: World, dt_s: float, first_day: int
) -> None:
    """Within half a percent of the energy above what light and equipment take anyway."""
    energy_j = []
    for one in (dt_s, dt_s / 2):
        start_s = world.start_s + first_day * DAY_S
        simulation = Simulation(building, world, start_s=start_s, dt_s=one)
        simulation.warm_up(3)
        hvac_j = 0.0
        for _ in range(7 * 288):
            simulation.step(steps=round(300.0 / one))
            out = simulation.building_out
            hvac_j += 300.0 * (out[B_FAN] + out[B_REHEAT] + out[B_COOLING_COIL])
        energy_j.append((simulation.energy_j, hvac_j))
    (coarse, coarse_hvac), (fine, fine_hvac) = energy_j
    assert coarse == pytest.approx(fine, rel=0.005)
    assert coarse_hvac == pytest.approx(fine_hvac, rel=0.02)
