"""Controllers on weeks apart from training: to choose between them, or to test what was chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from envs.batch import Batch
from envs.calendar_split import DAYS_PER_WEEK, Part
from envs.control_columns import N_TOTALS, T_PEAK_KW
from envs.setting import make_scene
from hvac_rl.control.encoding import FEATURE_NAMES, RULE_MODE
from hvac_rl.ports import Policy
from sim_buildings.building import Building
from sim_buildings.weather import HOURS_PER_DAY
from sim_buildings.world import make_world

Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class WeekTotals:
    """Totals of one controller, shape (weeks, N_TOTALS); columns as in
    :mod:`envs.control_columns`."""

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
        scene = make_scene(building, [make_world(building, seed=seed) for seed in chosen])
        days = part.first_days
        world = np.repeat(np.arange(len(chosen)), len(days))
        self._batch = Batch(scene, len(world))
        everyone = np.ones(len(world), dtype=np.bool_)
        self._batch.reset(everyone, world, np.tile(days, len(chosen)) * HOURS_PER_DAY)
        self._beginning = self._batch.snapshot()

    def run(
        self,
        policy: Policy | None,
        *,
        name: str,
        supervised: bool = True,
        progress: Progress = lambda done, total, words: None,
    ) -> WeekTotals:
        """``policy`` None is the base rule alone; not ``supervised`` the BMS's own schedule."""
        batch = self._batch
        batch.restore(self._beginning)
        batch.supervised = True
        if not supervised:
            batch.unsupervise()
        size = batch.size
        columns = [FEATURE_NAMES.index(feature) for feature in policy.features] if policy else []
        totals = np.zeros((size, N_TOTALS))
        hours = DAYS_PER_WEEK * HOURS_PER_DAY
        modes = np.full((size, batch.zones), RULE_MODE, dtype=np.int64)
        for hour in range(hours):
            if policy is not None:
                flat = batch.observations.reshape(size * batch.zones, -1)[:, columns]
                modes = np.array(policy.choose(flat.tolist()), dtype=np.int64).reshape(modes.shape)
            batch.step(modes)
            last = batch.totals
            peak = np.maximum(totals[:, T_PEAK_KW], last[:, T_PEAK_KW])
            totals += last
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
