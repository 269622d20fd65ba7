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
    least_k: float
    """Added to the daily mean at the spell's height; negative for cold."""
    most_k: float
    clearness: float
    """Factor on clearness at the spell's height."""
    warm_season: bool
    """Spells begin on the warmest quarter of the days, or on the coldest."""


HEAT_WAVE = Spell(1.0, 4, 9, 3.0, 6.0, 1.1, True)
COLD_SNAP = Spell(1.0, 3, 7, -9.0, -4.0, 1.05, False)


@dataclass(frozen=True, slots=True)
class Spells:
    """What spells add to each day of a year, (days,) each."""

    warming_k: Floats
    clearness: Floats


def draw_spells(kind: Spell, season_c: Floats, random: np.random.Generator) -> Spells:
    """A year's spells; ``season_c``: daily mean temperature smoothed over the year, (days,)."""
    n = season_c.size
    order = np.argsort(season_c, kind="stable")
    starts = order[-(n // 4) :] if kind.warm_season else order[: n // 4]
    warming, clearness = np.zeros(n), np.ones(n)
    for _ in range(random.poisson(kind.per_year)):
        first = int(random.choice(starts))
        length = int(random.integers(kind.least_days, kind.most_days + 1))
        height_k = random.uniform(kind.least_k, kind.most_k)
        # Rises and falls over a day or two, with its height between.
        course = np.minimum(1.0, 1.5 * np.sin(np.pi * (np.arange(length) + 0.5) / length))
        days = (first + np.arange(length)) % n
        stronger = np.abs(height_k * course) > np.abs(warming[days])
        warming[days] = np.where(stronger, height_k * course, warming[days])
        clearness[days] = np.where(stronger, kind.clearness**course, clearness[days])
    return Spells(warming, clearness)
