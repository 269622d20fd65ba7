"""The temperatures that the relaxation reckons with, and what follows from them.

They are the bound's assumption about controllers: none drives a room further than the extremes do
that the guard allows.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.batch import Batch
from envs.clock_tables import CYCLES_PER_HOUR
from envs.setting import Scene
from sim_buildings.buffers import columns_of
from sim_buildings.columns import STATE_AIR
from sim_buildings.parameter_columns import (
    PZ_ENVELOPE_AIR,
    PZ_ENVELOPE_AIR_LEAN,
    PZ_ENVELOPE_AIR_RISE,
    PZ_ENVELOPE_SURFACE,
    PZ_MASS_AIR,
    PZ_MASS_AIR_LEAN,
    PZ_MASS_AIR_RISE,
    PZ_MASS_SURFACE,
)
from sim_buildings.thermal import CONVECTION_K

Floats = NDArray[np.floating]

MARGIN_K = 1.0
"""Added to what the four extremes reach."""
# Setpoints [°C] and blinds of the extremes: nothing done with and without sun, all heat, all cold.
EXTREMES = ((16.0, 32.0, 0.0), (16.0, 32.0, 1.0), (24.5, 32.0, 0.0), (12.0, 16.0, 1.0))
STEP_K = 3.0
"""How far a room's air moves within one substep, at most."""
SURFACE_K = 9.0
"""How far envelope and mass are from the room's air, at most."""


class Band(NamedTuple):
    """Lines that hold a heat flow: slope x + low .. slope x + high."""

    slope: float
    low: float
    high: float


def air_range(scene: Scene, world: int, hour: int, hours: int) -> tuple[Floats, Floats]:
    """(lowest, highest) air temperature of each control step and zone, (K, Z) each.

    A zone's air rises with every heat that any zone gets, so rooms lie between what the extremes
    of heat, cold, sun and doing nothing make of them, all under the guard; a margin covers what the
    air handler, which all zones share, does about it.
    """
    batch = Batch(scene, len(EXTREMES), decision_h=1.0 / CYCLES_PER_HOUR)
    everyone = np.ones(batch.size, dtype=np.bool_)
    batch.reset(everyone, np.full(batch.size, world), np.full(batch.size, hour))
    wishes = np.full((batch.size, batch.zones, 4), np.nan)
    wishes[:, :, :3] = np.array(EXTREMES)[:, None, :]
    steps = hours * CYCLES_PER_HOUR
    lowest, highest = np.empty((steps, batch.zones)), np.empty((steps, batch.zones))
    before = _air(batch)
    for k in range(steps):
        batch.step_wishes(wishes)
        now = _air(batch)
        lowest[k] = np.minimum(before.min(axis=0), now.min(axis=0)) - MARGIN_K
        highest[k] = np.maximum(before.max(axis=0), now.max(axis=0)) + MARGIN_K
        before = now
    return lowest, highest


def _air(batch: Batch) -> Floats:
    rows = columns_of(batch.buffers.zones, batch.form.lanes)[0, :, STATE_AIR]
    return rows[:, : batch.size].T.astype(np.float64)


def surface_bands(own: Floats) -> tuple[Band, Band]:
    """Heat [W] from envelope and from mass to the air over their difference [K], of one zone."""
    return (
        _band(
            own[PZ_ENVELOPE_AIR],
            own[PZ_ENVELOPE_AIR_RISE],
            own[PZ_ENVELOPE_AIR_LEAN],
            own[PZ_ENVELOPE_SURFACE],
        ),
        _band(own[PZ_MASS_AIR], own[PZ_MASS_AIR_RISE], own[PZ_MASS_AIR_LEAN], own[PZ_MASS_SURFACE]),
    )


def _band(still: float, rise: float, lean: float, surface: float) -> Band:
    """Two parallel lines around K(s) x, where s may be of a difference up to STEP_K away."""
    x = np.linspace(-SURFACE_K, SURFACE_K, 721)
    flows = []
    for moved in np.linspace(-STEP_K, STEP_K, 25):
        before = surface * (x + moved)
        s = before / (np.abs(before) + CONVECTION_K)
        flows.append((still + np.abs(s) * rise + s * lean) * x)
    least, most = np.min(flows, axis=0), np.max(flows, axis=0)
    slope = float((most[-1] - least[0]) / (2.0 * SURFACE_K))
    # A hair for what lies between the points of the grid.
    hair = 0.005 * still
    return Band(
        slope, float(np.min(least - slope * x)) - hair, float(np.max(most - slope * x)) + hair
    )
