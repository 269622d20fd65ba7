"""People: how many are in each zone, every five minutes.

Each zone is drawn from its own random stream, named by (seed, use, building, zone): what happens in
the building, how far a simulation runs and which other zones there are change nothing. Meeting
rooms alone depend on others: they hold the office workers who left their desks for a meeting, as
far as there are seats.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache

import holidays
import numpy as np
from numpy.typing import NDArray

from hvac_rl.errors import ConfigError
from sim_buildings.building import Building, Zone
from sim_buildings.meetings import fill_rooms
from sim_buildings.office_people import office_year
from sim_buildings.presence import HOLIDAY, SATURDAY, WORKDAY, Days
from sim_buildings.streams import STREAM_MEETING_ROOMS, STREAM_OCCUPANCY, stream
from sim_buildings.sun_course import ROWS_PER_DAY
from sim_buildings.visitors import core_year, home_year, retail_year

Floats = NDArray[np.float64]

OFFICE, MEETING, RETAIL, HOME, CORE = "office", "meeting", "retail", "home", "core"
USES = (OFFICE, MEETING, RETAIL, HOME, CORE)


@lru_cache(maxsize=32)
def holiday_dates(country: str, subdivision: str, year: int) -> frozenset[date]:
    """Public holidays of a year."""
    return frozenset(holidays.country_holidays(country, subdiv=subdivision, years=year))


def day_types(building: Building, year: int) -> Days:
    """For each day of ``year`` WORKDAY, SATURDAY or HOLIDAY (Sundays too), (days,)."""
    free = holiday_dates(building.holidays_country, building.holidays_subdivision, year)
    kinds = [
        HOLIDAY
        if day in free or day.weekday() == 6
        else SATURDAY
        if day.weekday() == 5
        else WORKDAY
        for day in _days(year)
    ]
    return np.array(kinds, dtype=np.int64)


def workdays(building: Building, year: int) -> NDArray[np.bool_]:
    """For each day of ``year`` whether it is a weekday and no public holiday."""
    working: NDArray[np.bool_] = day_types(building, year) == WORKDAY
    return working


def open_days(building: Building, year: int) -> NDArray[np.bool_]:
    """For each day of ``year`` whether the building's schedule expects people."""
    kinds = day_types(building, year)
    if building.schedule.days == "every_day":
        return np.ones(kinds.size, dtype=np.bool_)
    opened = kinds == WORKDAY
    if building.schedule.days == "six_days":
        opened |= kinds == SATURDAY
    return np.asarray(opened, dtype=np.bool_)


def headcount(design_people: float) -> int:
    """Work places, seats or residents of a zone."""
    return max(1, round(design_people))


def zone_use(zone: Zone) -> str:
    """What a zone is used for. Raises ConfigError for a use that has no profile."""
    use = str(getattr(zone, "use", OFFICE))
    if use not in USES:
        raise ConfigError(
            f"zone {zone.name}: use", f"unknown: {use!r}", f"Known: {', '.join(USES)}"
        )
    return use


def year_of_people(building: Building, year: int, seed: int) -> Floats:
    """People in each zone, shape (rows, zones)."""
    days = day_types(building, year)
    uses = [zone_use(zone) for zone in building.zones]
    people = np.zeros((len(uses), days.size * ROWS_PER_DAY))
    attending = np.zeros(0)
    for z, (zone, use) in enumerate(zip(building.zones, uses, strict=True)):
        random = stream(seed, STREAM_OCCUPANCY, building.name, zone.name)
        count = headcount(zone.design_people)
        if use == OFFICE:
            people[z], leave = office_year(random, count, days)
            attending = leave if attending.size == 0 else attending + leave
        elif use == RETAIL:
            people[z] = retail_year(random, count, days)
        elif use == HOME:
            people[z] = home_year(random, count, days)
        elif use == CORE:
            people[z] = core_year(random, count, days)
    rooms = sorted((building.zones[z].name, z) for z, use in enumerate(uses) if use == MEETING)
    if rooms and attending.size:
        seats = [headcount(building.zones[z].design_people) for _, z in rooms]
        random = stream(seed, STREAM_MEETING_ROOMS, building.name)
        for (_, z), held in zip(rooms, fill_rooms(random, attending, seats), strict=True):
            people[z] = held
    return np.ascontiguousarray(people.T)


def _days(year: int) -> Sequence[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=k) for k in range((date(year + 1, 1, 1) - first).days)]
