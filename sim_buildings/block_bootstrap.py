"""A year's days put together anew, in blocks that join where days resemble each other.

The nearest-neighbour bootstrap of Lall and Sharma 1996 (Water Resources Research 32(3)), with
blocks of several days in place of single ones: a block begins at the successor of a day that
resembles the one before, both of the same season. A day is named by its shift: target day d shows
source day d + shift, and a block keeps its shift.
"""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

BLOCK_DAYS = 4.0
"""Mean length of a block; lengths are geometric. Assumed."""
SEASON_DAYS = 15
"""The largest shift. Assumed."""
SHIFTS: Ints = np.arange(-SEASON_DAYS, SEASON_DAYS + 1)
NEIGHBOURS = round(sqrt(SHIFTS.size))
WEIGHTS: Floats = (1.0 / np.arange(1, NEIGHBOURS + 1)) / np.sum(1.0 / np.arange(1, NEIGHBOURS + 1))
"""Of the first, second, ... neighbour; number and weights as in Lall and Sharma."""


def neighbours(features: Floats) -> Ints:
    """For each day and shift the shifts that a new block may take on it, nearest first.

    ``features``: (days, kinds), standardised. Shape (days, SHIFTS, NEIGHBOURS), indices of SHIFTS.
    """
    n = features.shape[0]
    before = (np.arange(n)[:, None] - 1 + SHIFTS) % n
    seen = features[before]
    distance = ((seen[:, :, None, :] - seen[:, None, :, :]) ** 2).sum(axis=3)
    # A block that goes on is no new block.
    own = np.arange(SHIFTS.size)
    distance[:, own, own] = np.inf
    nearest: Ints = np.argsort(distance, axis=2, kind="stable")[:, :, :NEIGHBOURS]
    return nearest


def draw_days(table: Ints, random: np.random.Generator) -> Ints:
    """For each target day its source day, (days,). ``table``: of :func:`neighbours`."""
    n = len(table)
    fresh = random.random(n) < 1.0 / BLOCK_DAYS
    ranks: Ints = random.choice(np.arange(NEIGHBOURS), n, p=WEIGHTS)
    shift = int(random.integers(SHIFTS.size))
    source = np.arange(n, dtype=np.int64)
    for day in range(n):
        if day > 0 and fresh[day]:
            shift = int(table[day, shift, ranks[day]])
        source[day] += shift - SEASON_DAYS
    wrapped: Ints = source % n
    return wrapped


def expected(table: Ints, values: Floats) -> Floats:
    """The mean of ``values`` (days,) over all years that can be drawn, by target day, (days,).

    Close to the values' own mean within SEASON_DAYS, which need not be the season's; neighbours are
    not met equally often either. Who draws years can take it back.
    """
    n = table.shape[0]
    chance = np.full(SHIFTS.size, 1.0 / SHIFTS.size)
    mean = np.empty(n)
    for day in range(n):
        if day > 0:
            jumped = np.bincount(table[day].ravel(), np.outer(chance, WEIGHTS).ravel(), SHIFTS.size)
            chance = chance + (jumped - chance) / BLOCK_DAYS
        mean[day] = chance @ values[(day + SHIFTS) % n]
    return mean
