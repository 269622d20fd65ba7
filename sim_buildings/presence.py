"""Counting people from when they come and go."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim_buildings.sun_course import ROWS_PER_DAY, ROWS_PER_HOUR

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Days = NDArray[np.int64]
"""The kind of each day of a year, (days,)."""

WORKDAY, SATURDAY, HOLIDAY = range(3)


def row_of(hour: Floats) -> Ints:
    """The first row of the day that begins at ``hour`` or later, 0 .. 288."""
    return np.clip(np.ceil(hour * ROWS_PER_HOUR), 0, ROWS_PER_DAY).astype(np.int64)


def count_between(days: int, day: Ints, start: Ints, end: Ints) -> Floats:
    """How many stays [start, end), rows of their ``day``, cover each row of the year, (rows,).

    The three arrays have one element a stay; an empty or backward stay counts nothing.
    """
    real = end > start
    width = ROWS_PER_DAY + 1
    base = day[real] * width
    size = days * width
    change = np.bincount(base + start[real], minlength=size) - np.bincount(
        base + end[real], minlength=size
    )
    count = np.cumsum(change.reshape(days, width), axis=1)[:, :ROWS_PER_DAY]
    return count.astype(np.float64).ravel()
