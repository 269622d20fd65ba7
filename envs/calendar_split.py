"""Which weeks of the year are for training and which for testing; they never overlap.

Weather is one typical year, so what keeps test from training is the calendar: every fourth week
is a test week. People and forecast errors differ by seed besides.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

TEST_EVERY_WEEKS = 4
DAYS_PER_WEEK = 7
WEEKS = 52
TRAINING_SEEDS = tuple(range(1000, 1008))
TEST_SEEDS = tuple(range(3000, 3004))


def is_test_week(week: int) -> bool:
    """``week`` counts from 0 on the first of January, seven days each."""
    return week % TEST_EVERY_WEEKS == TEST_EVERY_WEEKS - 1


def first_days(test: bool) -> NDArray[np.int64]:
    """The day of the year (from 0) on which each training or test week begins."""
    weeks = [week for week in range(WEEKS) if is_test_week(week) == test]
    return np.array(weeks, dtype=np.int64) * DAYS_PER_WEEK
