"""Half the substep, the same year: what the length of a substep is worth."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from sim_buildings.buffers import Buffers
from sim_buildings.building import load_building
from sim_buildings.columns import (
    B_COOLING,
    B_COOLING_COIL,
    B_EQUIPMENT,
    B_FAN,
    B_GAS,
    B_HEATING,
    B_LIGHTS,
    B_PUMPS,
    B_REHEAT,
    B_TOTAL,
    STATE_AIR,
)
from sim_buildings.compiled import compiled
from sim_buildings.parameters import Params
from sim_buildings.simulation import Simulation, run_block
from sim_buildings.world import make_world
from sim_buildings.world_tables import WorldTables

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

YEAR_S = 365 * 86_400.0
USES = (
    B_FAN, B_COOLING, B_HEATING, B_PUMPS, B_LIGHTS, B_EQUIPMENT, B_TOTAL, B_GAS, B_COOLING_COIL,
    B_REHEAT,
)  # fmt: skip


@compiled
def add_up(
    params: Params,
    tables: WorldTables,
    weather_of: Ints,
    people_of: Ints,
    row: Ints,
    dt_s: float,
    steps: int,
    buffers: Buffers,
    energy_j: Floats,
    mean_c: Floats,
) -> None:
    for k in range(steps):
        run_block(params, tables, weather_of, people_of, row, k * dt_s, dt_s, 1, False, buffers)
        for i in range(energy_j.shape[0]):
            energy_j[i] += dt_s * buffers.building[USES[i]]
        for z in range(mean_c.shape[0]):
            mean_c[z] += buffers.zones[z, STATE_AIR] / steps


def a_year(name: str, dt_s: float) -> tuple[Floats, Floats]:
    """(energy by USES [J], mean air temperature of each zone [°C])"""
    building = load_building(name)
    world = make_world(building, seed=7)
    simulation = Simulation(building, world, start_s=world.start_s, dt_s=dt_s)
    simulation.warm_up(3)
    energy_j, mean_c = np.zeros(len(USES)), np.zeros(len(building.zones))
    add_up(
        simulation.params,
        simulation._tables,
        simulation._index.weather,
        simulation._index.people,
        simulation._row,
        dt_s,
        round(YEAR_S / dt_s),
        simulation.buffers,
        energy_j,
        mean_c,
    )
    return energy_j, mean_c


# Largest change of any use (all: of the total), and of any zone's mean temperature. Measured:
# small office 0.40 % (fan), total 0.010 %, 0.009 K; medium office 0.68 % (fan), 0.005 %, 0.024 K;
# house 0.11 %, 0.018 %, 0.003 K. The shop's fans have one flow: within a substep its cooling is on
# or off, so the shorter substep uses up to 2.5 % less, and its zones move by 0.26 K.
LIMITS = {
    "small_office": (0.005, 0.0005, 0.02),
    "medium_office": (0.008, 0.0005, 0.03),
    "house": (0.0015, 0.0005, 0.005),
    "retail": (0.03, 0.006, 0.3),
}


@pytest.mark.parametrize("name", LIMITS)
def test_halving_the_substep_hardly_changes_a_year(name: str) -> None:
    use_share, total_share, mean_k = LIMITS[name]
    coarse, middle, fine = (a_year(name, dt_s) for dt_s in (300.0, 150.0, 75.0))
    for (long_j, long_c), (short_j, short_c) in ((coarse, middle), (middle, fine)):
        used = short_j > 0.0
        assert (long_j[~used] == 0.0).all()
        change = np.abs(long_j[used] / short_j[used] - 1.0)
        assert change.max() <= use_share, f"{name}: {change}"
        total = USES.index(B_TOTAL)
        assert abs(long_j[total] / short_j[total] - 1.0) <= total_share
        assert np.abs(long_c - short_c).max() <= mean_k
    # And it converges: the second halving changes less than the first.
    first = np.abs(coarse[0] - middle[0]).sum()
    assert np.abs(middle[0] - fine[0]).sum() < first
