"""A rate as it is measured: repeated, the best and the median kept."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Rate:
    """Units a second over several repeats. The best is the least disturbed by other work."""

    best: float
    median: float


@dataclass(frozen=True, slots=True)
class Repeats:
    """How long and how often a figure is measured."""

    at_least_s: float
    times: int

    def rate(self, run: Callable[[], object], units: float) -> Rate:
        """``units`` times the calls of ``run`` a second, after one call that does not count."""
        run()
        found = []
        for _ in range(self.times):
            calls = 0
            began = time.perf_counter()
            while (elapsed := time.perf_counter() - began) < self.at_least_s or not calls:
                run()
                calls += 1
            found.append(units * calls / elapsed)
        return Rate(max(found), median(found))
