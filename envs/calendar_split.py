"""Which weeks of the year are for training, for choosing and for testing; they never overlap.

Weather is one typical year, so what keeps the parts asunder is the calendar: of four weeks two are
for training, one for validation, one for testing. People and forecast errors differ by seed
besides.
"""

from __future__ import annotations

from enum import Enum

import numpy as np
from numpy.typing import NDArray

DAYS_PER_WEEK = 7
WEEKS = 52


class Part(Enum):
    """A part of the year: the weeks of each four that belong to it, and its worlds' seeds."""

    TRAINING = ((0, 2), tuple(range(1000, 1008)))
    VALIDATION = ((1,), tuple(range(2000, 2004)))
    TEST = ((3,), tuple(range(3000, 3004)))

    @property
    def seeds(self) -> tuple[int, ...]:
        seeds: tuple[int, ...] = self.value[1]
        return seeds

    @property
    def first_days(self) -> NDArray[np.int64]:
        """The day of the year (from 0) on which each of its weeks begins."""
        weeks = [week for week in range(WEEKS) if week % 4 in self.value[0]]
        return np.array(weeks, dtype=np.int64) * DAYS_PER_WEEK
