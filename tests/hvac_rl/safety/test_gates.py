"""One reading, one wish: what is turned away, in which words, and where the edges lie."""

from __future__ import annotations

from dataclasses import replace
from math import inf, nan

import pytest

from hvac_rl.points import Point
from hvac_rl.records import Quality, Reading, Snapshot
from hvac_rl.safety.gates import (
    bad_input,
    bad_wish,
    first_bad_input,
    higher_command,
    unlisted,
    who_commands,
)
from hvac_rl.units import UNITS

NOW_S, OLDEST_S = 1_000_000.0, 1350.0
POINT = Point(
    name="air", device="d", of="z", brick="Zone_Air_Temperature_Sensor", unit=UNITS["degC"],
    address="1", low=-10.0, high=50.0,
)  # fmt: skip
GOOD = Reading(point="air", time_s=NOW_S, value=21.0)


def why(**changes: object) -> str:
    reading = replace(GOOD, **changes)  # type: ignore[arg-type]
    return bad_input(POINT, Snapshot(time_s=NOW_S, readings={"air": reading}), OLDEST_S)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ""),
        ({"time_s": NOW_S - OLDEST_S}, ""),
        ({"time_s": NOW_S - OLDEST_S - 1.0}, "air is stale (23 min old)"),
        ({"time_s": NOW_S + 60.0}, ""),
        ({"time_s": NOW_S + 90.0}, "air is from the future (2 min ahead)"),
        ({"value": -10.0}, ""),
        ({"value": 50.0}, ""),
        ({"value": -10.5}, "air reads -10.5 degC, outside its plausible -10 to 50"),
        ({"value": 50.5}, "air reads 50.5 degC, outside its plausible -10 to 50"),
        ({"value": nan}, "air is not a finite number"),
        ({"value": -inf}, "air is not a finite number"),
        ({"value": None, "quality": Quality.NO_ANSWER}, "air: no answer"),
        ({"quality": Quality.FAULT, "detail": "out of service"}, "air: fault (out of service)"),
        ({"value": None}, "air: good"),
    ],
)
def test_why_a_reading_cannot_be_trusted(changes: dict[str, object], expected: str) -> None:
    assert why(**changes) == expected


def test_the_first_of_several_is_named() -> None:
    other = replace(POINT, name="co2")
    now = Snapshot(time_s=NOW_S, readings={"air": GOOD})
    assert first_bad_input([POINT, other], now, OLDEST_S) == "co2 was not read"
    assert first_bad_input([POINT], now, OLDEST_S) == ""


@pytest.mark.parametrize(
    ("wishes", "expected"),
    [
        ({"air": 20.0}, ""),
        ({}, "no wish for air"),
        ({"air": nan}, "the wish for air is not a finite number"),
        ({"air": inf}, "the wish for air is not a finite number"),
    ],
)
def test_why_a_wish_cannot_be_used(wishes: dict[str, float], expected: str) -> None:
    assert bad_wish([POINT], wishes) == expected


def test_what_is_not_on_the_list_is_sorted_out() -> None:
    assert unlisted({"b": 1.0, "air": 1.0, "a": 1.0}, ["air"]) == ["a", "b"]


@pytest.mark.parametrize(("level", "expected"), [(None, None), (12, 12), (13, None), (14, None)])
def test_who_stands_above_us(level: int | None, expected: int | None) -> None:
    assert higher_command(replace(GOOD, commanded_by=level), 13) == expected
    assert higher_command(None, 13) is None


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        (1, "life safety or equipment (priority 1)"),
        (6, "life safety or equipment (priority 6)"),
        (7, "an operator (priority 7)"),
        (8, "an operator (priority 8)"),
        (9, "another sequence (priority 9)"),
    ],
)
def test_levels_in_words(level: int, expected: str) -> None:
    assert who_commands(level) == expected
