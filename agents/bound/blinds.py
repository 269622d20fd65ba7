"""What a blind can do for a zone in each control step: sun let in now, light needed next.

The position stays one number; the pair (mean solar gain, least electric light of the next step) is
a curve over it, and the program may take any mixture of points of that curve.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.bound.week import Week
from envs.clock_tables import ROWS_PER_CYCLE
from hvac_rl.safety.limits import ZoneLimits
from sim_buildings.glass import slats
from sim_buildings.parameter_columns import PZ_CLOSED_LIGHT, PZ_CLOSED_SOLAR, PZ_FULL_LIGHT

Floats = NDArray[np.floating]

POSITIONS = 41
HAIR = 0.005
NEAR = 1e-3
SLOPES = (0.25, 0.5, 1.0, 2.0)
"""Of lines under a curve, over the slope from its one end to the other."""


class Blinds(NamedTuple):
    """By control step and zone, (K, Z)."""

    solar_least_w: Floats
    solar_most_w: Floats
    least_light: Floats
    """Level 0 .. 1, whatever the blind does."""
    lines: tuple[tuple[Floats, Floats], ...]
    """(a, b): the next step's light is at least b - a x (this step's sun [W])."""


def make_blinds(week: Week, limits: ZoneLimits, light_target_lux: float) -> Blinds:
    """Lines under each step's curve.

    While the guard has asked for glare protection for two steps running, the blind is at least as
    closed as it asks, less the smallest change that is written.
    """
    steps, zones = week.occupied.shape
    # Wind and frost retract a blind, glare or not; near the threshold precision may decide.
    calm = week.wind_at_step < limits.blind_wind_limit_m_s - NEAR
    thawed = week.outdoor_at_step > limits.blind_frost_c + NEAR
    safe = (calm & thawed)[:, None]
    glares = week.occupied & (week.facade_w_m2 > limits.glare_w_m2) & safe
    # After one step the blind may still be held by its timer; after two it may not.
    held = glares & np.vstack([np.zeros((1, zones), dtype=bool), glares[:-1]])
    lowest = np.where(held, limits.glare_blind - limits.blind_write_deadband, 0.0)
    fine = np.linspace(0.0, 1.0, POSITIONS)
    position = lowest[:, :, None] + (1.0 - lowest[:, :, None]) * fine
    solar = np.zeros_like(position)
    daylight = np.zeros_like(position)
    covered, sine, diffuse_between = _slats(position)
    cosine = np.sqrt(1.0 - sine * sine)
    last = ROWS_PER_CYCLE - 1
    for sun in week.suns:
        z = sun.zone
        closed_solar = week.params.zones[z, PZ_CLOSED_SOLAR]
        closed_light = week.params.zones[z, PZ_CLOSED_LIGHT]
        cover, sin, cos, between_d = (a[:, z] for a in (covered, sine, cosine, diffuse_between))
        for j in range(ROWS_PER_CYCLE):
            rows = slice(j, steps * ROWS_PER_CYCLE, ROWS_PER_CYCLE)
            profile = sun.profile[rows, None]
            between = np.clip(1.0 - sin - cos * profile, 0.0, 1.0)
            heat = sun.solar_m2 * sun.window_beam[rows, None] * _through(
                cover, between, closed_solar
            ) + sun.diffuse_m2 * sun.diffuse[rows, None] * _through(cover, between_d, closed_solar)
            solar[:, z] += heat / ROWS_PER_CYCLE
            if j == last:
                daylight[:, z] += sun.light_lux * (
                    sun.beam[rows, None] * _through(cover, between, closed_light)
                    + sun.diffuse[rows, None] * _through(cover, between_d, closed_light)
                )
    full = week.params.zones[:, PZ_FULL_LIGHT][None, :, None]
    wish = np.clip((light_target_lux - daylight) / full, 0.0, 1.0)
    light = np.maximum(wish - limits.light_write_deadband, 0.0)
    next_in = np.vstack([week.occupied[1:], np.zeros((1, zones), dtype=bool)])
    light = np.where(next_in[:, :, None], light, 0.0)
    least = np.vstack([np.zeros((1, zones)), light.min(axis=2)[:-1]])
    span = solar[:, :, 0] - solar[:, :, -1]
    rise = light[:, :, -1] - light[:, :, 0]
    turns = (span > 1.0) & (rise > 1e-3)
    whole = np.where(turns, rise / np.where(turns, span, 1.0), 0.0)
    lines = []
    for share in SLOPES:
        slope = share * whole
        # The lowest line of this slope over all positions: no mixture of them lies beneath it.
        offset = (light + slope[:, :, None] * solar).min(axis=2)
        lines.append((slope, offset))
    # Between two positions of the grid both change by little: a hair covers it.
    return Blinds(solar[:, :, -1], solar[:, :, 0], least, tuple((a, b - HAIR) for a, b in lines))


def _through(covered: Floats, between: Floats, closed: float) -> Floats:
    return np.asarray(1.0 - covered * (1.0 - closed) * (1.0 - between))


def _slats(position: Floats) -> tuple[Floats, Floats, Floats]:
    known, inverse = np.unique(position, return_inverse=True)
    values = np.array([slats(float(p)) for p in known])
    shaped = values[inverse.reshape(position.shape)]
    return shaped[..., 0], shaped[..., 1], shaped[..., 2]
