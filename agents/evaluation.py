"""Controllers on weeks apart from training: to choose between them, or to test what was chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from envs.batch import Batch, make_setting, make_worlds
from envs.calendar_split import DAYS_PER_WEEK, Part
from envs.hour import N_TOTALS, T_PEAK_KW
from hvac_rl.control.encoding import FEATURE_NAMES, RULE_MODE
from hvac_rl.ports import Policy
from sim_buildings.building import Building
from sim_buildings.weather import HOURS_PER_DAY
from sim_buildings.world import make_world

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class WeekTotals:
    """Totals of one controller, shape (weeks, N_TOTALS); columns as in :mod:`envs.hour`."""

    name: str
    totals: NDArray[np.float64]
    zones: int

    def mean(self, column: int) -> float:
        return float(self.totals[:, column].mean())


class Exam:
    """All weeks of one part of the year in several worlds, ready to be run again and again.

    Every controller begins each week from the same state: three days under the base rule.
    """

    def __init__(
        self, building: Building, part: Part = Part.TEST, seeds: Sequence[int] | None = None
    ) -> None:
        chosen = part.seeds if seeds is None else seeds
        self._worlds = make_worlds([make_world(building, seed=seed) for seed in chosen])
        days = part.first_days
        self._world = np.repeat(np.arange(len(chosen)), len(days))
        self._hour = np.tile(days, len(chosen)) * HOURS_PER_DAY
        self._building = building

    def run(
        self,
        policy: Policy | None,
        *,
        name: str,
        supervised: bool = True,
        progress: Progress = lambda done, total, words: None,
    ) -> WeekTotals:
        """``policy`` None is the base rule alone; not ``supervised`` the BMS's own schedule."""
        size = len(self._hour)
        everyone = np.ones(size, dtype=np.bool_)
        batch = Batch(make_setting(self._building), self._worlds, size)
        batch.reset(everyone, self._world, self._hour)
        if not supervised:
            free = Batch(make_setting(self._building, supervised=False), self._worlds, size)
            free.copy_from(batch, everyone)
            free.buffers.zone_override[:] = np.nan
            free.buffers.handler_override[:] = np.nan
            batch = free
        columns = [FEATURE_NAMES.index(feature) for feature in policy.features] if policy else []
        totals = np.zeros((size, N_TOTALS))
        hours = DAYS_PER_WEEK * HOURS_PER_DAY
        modes = np.full((size, batch.zones), RULE_MODE, dtype=np.int64)
        for hour in range(hours):
            if policy is not None:
                flat = batch.observations.reshape(size * batch.zones, -1)[:, columns]
                modes = np.array(policy.choose(flat.tolist()), dtype=np.int64).reshape(modes.shape)
            batch.step(modes)
            peak = np.maximum(totals[:, T_PEAK_KW], batch.totals[:, T_PEAK_KW])
            totals += batch.totals
            totals[:, T_PEAK_KW] = peak
            progress(hour + 1, hours, name)
        return WeekTotals(name, totals, batch.zones)


def paired_difference(
    mine: WeekTotals, other: WeekTotals, column: int, resamples: int = 4000
) -> tuple[float, float, float]:
    """Mean relative difference of totals and its 95 % bootstrap interval, paired by week."""
    a, b = mine.totals[:, column], other.totals[:, column]
    rng = np.random.default_rng(0)
    draws = rng.integers(0, len(a), (resamples, len(a)))
    ratios = a[draws].sum(axis=1) / b[draws].sum(axis=1) - 1.0
    low, high = np.quantile(ratios, (0.025, 0.975))
    return float(a.sum() / b.sum() - 1.0), float(low), float(high)
