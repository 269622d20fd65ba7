"""People: how many are in each zone, every five minutes.

Each day of each zone is drawn from its own random stream, named by (seed, stream, building, zone,
day): what happens in the building, how far a simulation runs and which zones there are change
nothing. The habits are assumptions in the spirit of the stochastic office models of Page et al.
2008 (Energy and Buildings 40(2)) and Wang et al. 2005 (Energy and Buildings 37(2)), not fitted to
measurements.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache
from zlib import crc32

import holidays
import numpy as np
from numpy.typing import NDArray

from sim_buildings.building import Building
from sim_buildings.weather import ROWS_PER_DAY, ROWS_PER_HOUR

Floats = NDArray[np.float64]

# Streams of randomness: each use has its own, so that none disturbs another.
STREAM_OCCUPANCY = 1
STREAM_FORECAST = 2

ABSENT = 0.12
ARRIVAL_H, ARRIVAL_SPREAD_H = 8.4, 0.6
DEPARTURE_H, DEPARTURE_SPREAD_H = 17.3, 0.8
LATE, LATE_UNTIL_H = 0.06, 21.0
LUNCH, LUNCH_H, LUNCH_SPREAD_H, LUNCH_LASTS_H = 0.8, 12.2, 0.4, 0.75
MEETING, MEETING_LASTS_H = 0.45, 1.0
FREE_DAY_PRESENT = 0.02


@lru_cache(maxsize=32)
def holiday_dates(country: str, subdivision: str, year: int) -> frozenset[date]:
    """Public holidays of a year."""
    return frozenset(holidays.country_holidays(country, subdiv=subdivision, years=year))


def workdays(building: Building, year: int) -> NDArray[np.bool_]:
    """For each day of ``year`` whether it is a weekday and no public holiday."""
    free = holiday_dates(building.holidays_country, building.holidays_subdivision, year)
    return np.array([day.weekday() < 5 and day not in free for day in _days(year)])


def headcount(design_people: float) -> int:
    """Work places of a zone."""
    return max(1, round(design_people))


def year_of_people(building: Building, year: int, seed: int) -> Floats:
    """People in each zone, shape (rows, zones)."""
    days = _days(year)
    working = workdays(building, year)
    people = np.zeros((len(days) * ROWS_PER_DAY, len(building.zones)))
    for z, zone in enumerate(building.zones):
        count = headcount(zone.design_people)
        names = (crc32(building.name.encode()), crc32(zone.name.encode()))
        for k, day in enumerate(days):
            key = np.random.SeedSequence(
                seed, spawn_key=(STREAM_OCCUPANCY, *names, day.toordinal())
            )
            rows = slice(k * ROWS_PER_DAY, (k + 1) * ROWS_PER_DAY)
            people[rows, z] = day_of_people(np.random.Generator(np.random.PCG64(key)), count,
                                            bool(working[k]))  # fmt: skip
    return people


def day_of_people(random: np.random.Generator, count: int, workday: bool) -> Floats:
    """People present over one day, shape (288,), of ``count`` who have their place here."""
    # Every draw is made every day, so that one probability can change without moving the others.
    uniform = random.random((5, count))
    normal = random.standard_normal((4, count))
    if workday:
        start_h = ARRIVAL_H + ARRIVAL_SPREAD_H * normal[0]
        end_h = DEPARTURE_H + DEPARTURE_SPREAD_H * normal[1]
        end_h = np.where(uniform[1] < LATE, LATE_UNTIL_H + 0.5 * normal[1], end_h)
        present = uniform[0] >= ABSENT
    else:
        start_h = 10.0 + normal[0]
        end_h = start_h + 3.0 + normal[1]
        present = uniform[0] < FREE_DAY_PRESENT
    here = present[:, None] & _between(start_h, end_h)
    lunch_h = LUNCH_H + LUNCH_SPREAD_H * normal[2]
    here &= ~((uniform[2] < LUNCH)[:, None] & _between(lunch_h, lunch_h + LUNCH_LASTS_H))
    # Meetings are held elsewhere, on the half hour, in the morning or the afternoon.
    meeting_h = np.floor((9.0 + 7.0 * uniform[4]) * 2.0) / 2.0
    here &= ~((uniform[3] < MEETING)[:, None] & _between(meeting_h, meeting_h + MEETING_LASTS_H))
    present_now: Floats = here.sum(axis=0).astype(np.float64)
    return present_now


def _between(start_h: Floats, end_h: Floats) -> NDArray[np.bool_]:
    """Shape (people, 288): whether a row begins in [start, end)."""
    hour = np.arange(ROWS_PER_DAY) / ROWS_PER_HOUR
    found: NDArray[np.bool_] = (hour >= start_h[:, None]) & (hour < end_h[:, None])
    return found


def _days(year: int) -> Sequence[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=k) for k in range((date(year + 1, 1, 1) - first).days)]
