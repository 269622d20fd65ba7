"""People by use of zone, and meetings that take people from their desks."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from hvac_rl.errors import ConfigError
from sim_buildings.building import Building
from sim_buildings.meetings import FIRST_MEETING_ROW, MEETING_ROWS, SLOT_ROWS, SLOTS, fill_rooms
from sim_buildings.occupancy import day_types, year_of_people
from sim_buildings.office_people import office_year
from sim_buildings.presence import HOLIDAY, SATURDAY, WORKDAY, count_between, row_of
from sim_buildings.streams import STREAM_OCCUPANCY, stream

COUNT = 20


@dataclass(frozen=True)
class Used:
    """What people see of a zone."""

    name: str
    use: str
    design_people: float = COUNT


def using(building: Building, *zones: Used) -> Building:
    many: Any = zones
    return replace(building, zones=many)


def by_hour(building: Building, use: str, kind: int, zones: int = 12) -> np.ndarray:
    """Mean people by hour on days of one kind, over several zones."""
    one = using(building, *(Used(f"{use} {k}", use) for k in range(zones)))
    people = year_of_people(one, 2026, 5).reshape(365, 24, 12, zones)
    assert people.min() >= 0.0
    assert people.max() <= COUNT
    assert (people == people.round()).all()
    found: np.ndarray = people[day_types(building, 2026) == kind].mean(axis=(0, 2, 3))
    return found


def test_kinds_of_days(building: Building) -> None:
    kinds = day_types(building, 2026)

    def kind(month: int, day: int) -> int:
        return int(kinds[(date(2026, month, day) - date(2026, 1, 1)).days])

    assert kind(1, 5) == WORKDAY  # a Monday
    assert kind(1, 10) == SATURDAY
    assert kind(1, 11) == HOLIDAY  # a Sunday
    assert kind(12, 25) == HOLIDAY  # a Friday


def test_shops_are_full_on_saturdays_and_closed_at_night(building: Building) -> None:
    working, saturday, sunday = (by_hour(building, "retail", k) for k in range(3))
    assert working[:9].max() == working[20:].max() == 0.0
    assert sunday[:11].max() == sunday[18:].max() == 0.0
    assert working[9:20].min() > 1.0
    assert saturday[12:16].mean() > 1.3 * working[12:16].mean()
    assert working.argmax() in (16, 17, 18)


def test_homes_are_full_when_offices_are_empty(building: Building) -> None:
    working, saturday = by_hour(building, "home", WORKDAY), by_hour(building, "home", SATURDAY)
    assert working[:6] == pytest.approx(COUNT, rel=1e-3)
    assert 0.2 * COUNT < working[11] < 0.5 * COUNT
    assert working[21] > 0.8 * COUNT
    assert saturday[11] > 1.8 * working[11]


def test_circulation_is_thin(building: Building) -> None:
    working, sunday = by_hour(building, "core", WORKDAY), by_hour(building, "core", HOLIDAY)
    assert working[10] == pytest.approx(0.3 * COUNT, rel=0.1)
    assert working[:7].max() == 0.0
    assert 0.0 < sunday[12] < 0.1 * working[12]


def test_meetings_move_people_and_neither_make_nor_lose_them(building: Building) -> None:
    """With seats for all, desks and rooms together hold who would be at the desks otherwise."""
    offices = [Used(f"office {k}", "office") for k in range(4)]
    rooms = [Used("large", "meeting", 300.0), Used("small", "meeting", 6.0)]
    people = year_of_people(using(building, *offices, *rooms), 2026, 1)
    alone = year_of_people(using(building, *offices), 2026, 1)
    assert np.array_equal(people[:, :4], alone)
    kinds = day_types(building, 2026)
    away = np.zeros(365 * 288)
    for zone in offices:
        random = stream(1, STREAM_OCCUPANCY, building.name, zone.name)
        leave = office_year(random, COUNT, kinds)[1]
        for slot in range(SLOTS):
            first = FIRST_MEETING_ROW + slot * SLOT_ROWS
            away.reshape(365, 288)[:, first : first + MEETING_ROWS] += leave[:, slot, None]
    assert away.sum() > 0.0
    assert np.array_equal(people[:, 4:].sum(axis=1), away)
    assert people[:, 5].max() == 6.0


def test_rooms_hold_no_more_than_their_seats() -> None:
    attending = np.full((3, SLOTS), 7.0)
    large, small = fill_rooms(np.random.default_rng(0), attending, [5, 4])
    assert large.max() == 5.0
    assert small.max() == 4.0
    # 9 seats: 7 sit at 9:00, 2 more at 9:30.
    first = FIRST_MEETING_ROW
    assert (large + small).reshape(3, 288)[0, [first - 1, first, first + 6]].tolist() == [0, 7, 9]


def test_meetings_do_not_depend_on_the_order_of_zones(building: Building) -> None:
    uses = {"a": "office", "m": "meeting", "b": "office", "n": "meeting"}
    zones = [Used(name, use, 8.0 if name == "m" else COUNT) for name, use in uses.items()]
    people = year_of_people(using(building, *zones), 2026, 1)
    turned = year_of_people(using(building, *zones[::-1]), 2026, 1)
    assert np.array_equal(people, turned[:, ::-1])
    assert people[:, 1].max() > 0.0


def test_nobody_is_away_twice() -> None:
    """A single worker is here or not, whatever lunch and meeting do."""
    kinds = np.full(365, WORKDAY)
    for seed in range(10):
        people, leave = office_year(np.random.default_rng(seed), 1, kinds)
        assert set(people) == {0.0, 1.0}
        assert leave.sum() > 50.0


def test_stays_are_counted() -> None:
    day = np.array([0, 0, 1, 1])
    start, end = np.array([0, 2, 280, 50]), np.array([3, 4, 288, 40])
    count = count_between(2, day, start, end)
    assert count[:5].tolist() == [1, 1, 2, 1, 0]
    assert count[288 + 280 :].tolist() == [1] * 8
    assert count.sum() == 3 + 2 + 8
    assert row_of(np.array([-1.0, 0.01, 8.5, 30.0])).tolist() == [0, 1, 102, 288]


def test_an_unknown_use_is_refused(building: Building) -> None:
    with pytest.raises(ConfigError, match=r"zone pool: use: unknown: 'swimming'\n.*office"):
        year_of_people(using(building, Used("pool", "swimming")), 2026, 0)


def test_a_large_building_is_quick(building: Building) -> None:
    large = using(building, *(Used(f"z{k}", "office", 10.0) for k in range(200)))
    begin = time.process_time()
    assert year_of_people(large, 2026, 0).shape == (365 * 288, 200)
    assert time.process_time() - begin < 6.0
