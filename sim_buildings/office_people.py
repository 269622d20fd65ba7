"""Office workers over a year.

The habits are assumptions in the spirit of the stochastic office models of Page et al. 2008 (Energy
and Buildings 40(2)) and Wang et al. 2005 (Energy and Buildings 37(2)), not fitted to measurements.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim_buildings.meetings import FIRST_MEETING_ROW, MEETING_ROWS, SLOT_ROWS, SLOTS
from sim_buildings.presence import WORKDAY, Days, count_between, row_of

Floats = NDArray[np.float64]

ABSENT = 0.12
ARRIVAL_H, ARRIVAL_SPREAD_H = 8.4, 0.6
DEPARTURE_H, DEPARTURE_SPREAD_H = 17.3, 0.8
LATE, LATE_UNTIL_H = 0.06, 21.0
LUNCH, LUNCH_H, LUNCH_SPREAD_H, LUNCH_LASTS_H = 0.8, 12.2, 0.4, 0.75
MEETING = 0.45
"""Share of people who have a meeting on a day; one that does not fit between arrival, lunch and
departure is not held."""
FREE_DAY_PRESENT = 0.02


def office_year(random: np.random.Generator, count: int, kinds: Days) -> tuple[Floats, Floats]:
    """(people at their places (rows,), people who leave for a meeting by day and slot).

    ``count`` have their place here. The second has the shape (days, SLOTS).
    """
    # Every draw is made every day, so that one probability can change without moving the others.
    days = kinds.size
    uniform = random.random((days, 5, count))
    normal = random.standard_normal((days, 3, count))
    working = (kinds == WORKDAY)[:, None]
    arrival = ARRIVAL_H + ARRIVAL_SPREAD_H * normal[:, 0]
    late = uniform[:, 1] < LATE
    departure = np.where(
        late, LATE_UNTIL_H + 0.5 * normal[:, 1], DEPARTURE_H + DEPARTURE_SPREAD_H * normal[:, 1]
    )
    free_arrival = 10.0 + normal[:, 0]
    free_departure = free_arrival + 3.0 + normal[:, 1]
    present = np.where(working, uniform[:, 0] >= ABSENT, uniform[:, 0] < FREE_DAY_PRESENT)
    start = row_of(np.where(working, arrival, free_arrival))
    end = np.where(present, row_of(np.where(working, departure, free_departure)), 0)

    lunch_h = LUNCH_H + LUNCH_SPREAD_H * normal[:, 2]
    eats = uniform[:, 2] < LUNCH
    lunch_start = np.maximum(row_of(lunch_h), start)
    lunch_end = np.where(eats, np.minimum(row_of(lunch_h + LUNCH_LASTS_H), end), 0)

    slot = np.floor(SLOTS * uniform[:, 4]).astype(np.int64)
    meeting_start = FIRST_MEETING_ROW + slot * SLOT_ROWS
    meeting_end = meeting_start + MEETING_ROWS
    at_lunch = (meeting_start < lunch_end) & (meeting_end > lunch_start) & (lunch_end > lunch_start)
    meets = (
        working & (uniform[:, 3] < MEETING) & (start <= meeting_start) & (meeting_end <= end)
    ) & ~at_lunch

    day = np.broadcast_to(np.arange(days)[:, None], start.shape).ravel()
    people = count_between(days, day, start.ravel(), end.ravel())
    people -= count_between(days, day, lunch_start.ravel(), lunch_end.ravel())
    away = np.where(meets, meeting_end, 0)
    people -= count_between(days, day, meeting_start.ravel(), away.ravel())
    leave = np.bincount(
        (day * SLOTS + slot.ravel())[meets.ravel()], minlength=days * SLOTS
    ).reshape(days, SLOTS)
    return people, leave.astype(np.float64)
