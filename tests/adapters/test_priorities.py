"""What a read-back of a priority array says of a command, as a table."""

from __future__ import annotations

import math

import pytest

from adapters.commanding import Attempt
from adapters.priorities import ReadBack, commander, judge_release, judge_set
from hvac_rl.points import Point
from hvac_rl.records import Command, CommandKind, Outcome
from hvac_rl.units import UNITS

POINT = Point(name="p", device="d", of="z", brick="Point", unit=UNITS["degC"], address="a")


def slots(**filled: float) -> list[float | None]:
    return [filled.get(f"p{priority}") for priority in range(1, 17)]


@pytest.mark.parametrize(
    ("filled", "by"),
    [({}, None), ({"p16": 1.0}, 16), ({"p13": 1.0, "p16": 2.0}, 13), ({"p1": 0.0, "p8": 1.0}, 1)],
)
def test_the_lowest_filled_slot_commands(filled: dict[str, float], by: int | None) -> None:
    assert commander(slots(**filled)) == by


@pytest.mark.parametrize(
    ("present", "filled", "by_hand", "outcome", "detail"),
    [
        (21.0, {"p13": 21.0}, False, Outcome.OK, ""),
        (21.0, {"p13": 21.0, "p16": 19.0}, False, Outcome.OK, ""),
        (21.00001, {"p13": 21.00001}, False, Outcome.OK, ""),
        (18.0, {"p8": 18.0, "p13": 21.0}, False, Outcome.OVERRIDDEN, "priority 8 commands it"),
        # Overridden even where the operator happens to want the same.
        (21.0, {"p8": 21.0, "p13": 21.0}, False, Outcome.OVERRIDDEN, "priority 8 commands it"),
        (18.0, {"p13": 21.0}, True, Outcome.OVERRIDDEN, "overridden at the device"),
        (18.0, {"p13": 21.0}, False, Outcome.MISMATCH, "in effect is 18, not 21"),
        # A missing value of ours is never excused by somebody above us.
        (18.0, {"p8": 18.0}, False, Outcome.MISMATCH, "priority 13 is empty"),
        (20.0, {"p13": 20.0}, False, Outcome.MISMATCH, "priority 13 holds 20, not 21"),
        (21.0, {"p13": math.nan}, False, Outcome.MISMATCH, "priority 13 holds nan, not 21"),
    ],
)
def test_judging_a_set(
    present: float, filled: dict[str, float], by_hand: bool, outcome: Outcome, detail: str
) -> None:
    attempt = Attempt(Command(kind=CommandKind.SET, point=POINT, priority=13, value=21.0))
    judge_set(attempt, 21.0, ReadBack(present, slots(**filled), by_hand))
    assert attempt.receipt is not None
    assert (attempt.receipt.outcome, attempt.receipt.detail) == (outcome, detail)
    assert attempt.receipt.effective == present


@pytest.mark.parametrize(
    ("filled", "outcome"),
    [
        ({}, Outcome.OK),
        ({"p16": 19.0}, Outcome.OK),
        ({"p8": 19.0}, Outcome.OK),
        ({"p13": 21.0}, Outcome.MISMATCH),
        ({"p13": 0.0}, Outcome.MISMATCH),
    ],
)
def test_judging_a_release(filled: dict[str, float], outcome: Outcome) -> None:
    attempt = Attempt(Command(kind=CommandKind.RELEASE, point=POINT, priority=13))
    judge_release(attempt, ReadBack(19.0, slots(**filled)))
    assert attempt.receipt is not None
    assert attempt.receipt.outcome is outcome
