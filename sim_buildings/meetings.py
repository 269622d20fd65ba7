"""Meeting rooms: who leaves a desk for a meeting sits here, as far as there are seats.

Meetings last an hour and begin on the half hour (assumed). People without a seat meet outside the
building's zones.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim_buildings.sun_course import ROWS_PER_DAY, ROWS_PER_HOUR

Floats = NDArray[np.float64]

FIRST_MEETING_ROW = 9 * ROWS_PER_HOUR
SLOTS = 14
"""Half hours at which meetings begin: 9:00 .. 15:30."""
SLOT_ROWS = ROWS_PER_HOUR // 2
MEETING_ROWS = ROWS_PER_HOUR


def fill_rooms(
    random: np.random.Generator, attending: Floats, seats: Sequence[int]
) -> list[Floats]:
    """People in each room, (rows,) each.

    ``attending``: people who leave for a meeting, (days, SLOTS). Each half hour the rooms fill one
    after the other, in an order drawn anew, beside those who still sit there.
    """
    days, rooms = attending.shape[0], len(seats)
    order = np.argsort(random.random((days, SLOTS, rooms)), axis=2)
    capacity = np.asarray(seats, dtype=np.float64)
    every = np.arange(days)
    held = np.zeros((rooms, days, ROWS_PER_DAY))
    still = np.zeros((days, rooms))
    for slot in range(SLOTS):
        coming = np.zeros((days, rooms))
        waiting = attending[:, slot].copy()
        for rank in range(rooms):
            room = order[:, slot, rank]
            taken = np.minimum(waiting, capacity[room] - still[every, room])
            coming[every, room] = taken
            waiting -= taken
        first = FIRST_MEETING_ROW + slot * SLOT_ROWS
        held[:, :, first : first + MEETING_ROWS] += coming.T[:, :, None]
        still = coming
    return [one.ravel() for one in held]
