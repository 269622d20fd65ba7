"""Heat waves and cold snaps, drawn by day. All figures are assumptions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Spell:
    """How often a kind of spell comes, how long it lasts, and how strong it is at its height."""

    per_year: float
    """Mean number; the number is Poisson distributed."""
    least_days: int
    most_days: int
    least_strength: float
    """What the daily mean gains at the spell's height, in standard deviations of this place and
    season; negative for cold."""
    most_strength: float
    clearness: float
    """Factor on clearness at the spell's height."""
    warm_season: bool
    """Spells begin on the warmest quarter of the days, or on the coldest."""


HEAT_WAVE = Spell(1.0, 4, 9, 1.5, 2.5, 1.1, True)
COLD_SNAP = Spell(1.0, 3, 7, -1.6, -0.8, 1.05, False)


@dataclass(frozen=True, slots=True)
class Spells:
    """What spells add to each day of a year, (days,) each."""

    warming_k: Floats
    clearness: Floats


def draw_spells(
    kind: Spell, season_c: Floats, spread_c: Floats, random: np.random.Generator
) -> Spells:
    """A year's spells.

    ``season_c``: daily mean temperature smoothed over the year; ``spread_c``: standard deviation
    of the daily mean around it, (days,) each.
    """
    n = season_c.size
    order = np.argsort(season_c, kind="stable")
    starts = order[-(n // 4) :] if kind.warm_season else order[: n // 4]
    warming, clearness = np.zeros(n), np.ones(n)
    for _ in range(random.poisson(kind.per_year)):
        first = int(random.choice(starts))
        length = int(random.integers(kind.least_days, kind.most_days + 1))
        strength = random.uniform(kind.least_strength, kind.most_strength)
        # Rises and falls over a day or two, with its height between.
        course = np.minimum(1.0, 1.5 * np.sin(np.pi * (np.arange(length) + 0.5) / length))
        days = (first + np.arange(length)) % n
        added_k = strength * spread_c[days] * course
        stronger = np.abs(added_k) > np.abs(warming[days])
        warming[days] = np.where(stronger, added_k, warming[days])
        clearness[days] = np.where(stronger, kind.clearness**course, clearness[days])
    return Spells(warming, clearness)
