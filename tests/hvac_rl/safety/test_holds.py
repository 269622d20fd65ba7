"""Who has a point, since when, and until when."""

from __future__ import annotations

from math import inf, nan

import pytest

from hvac_rl.records import Reading
from hvac_rl.safety.holds import Hold, hold_after, only_while_commanded, who_holds

HOLD_S = 7200.0
T0 = 1_000_000.0


def reads(level: int | None, value: float | None = 22.0) -> Reading:
    return Reading(point="p", time_s=T0, value=value, commanded_by=level)


def after(
    hold: Hold | None,
    reading: Reading | None,
    now_s: float = T0,
    foreign: dict[int, str] | None = None,
) -> Hold | None:
    return hold_after(hold, reading, 13, now_s, HOLD_S, foreign or {})


@pytest.mark.parametrize("level", [None, 13, 14, 16])
def test_who_stands_below_us_holds_nothing(level: int | None) -> None:
    assert after(None, reads(level)) is None


@pytest.mark.parametrize("level", [1, 6, 7, 8, 9, 12])
def test_who_stands_above_us_has_the_point(level: int) -> None:
    assert after(None, reads(level)) == Hold(level, 22.0, T0, T0 + HOLD_S)


def test_a_hold_ends_at_its_expiry_and_outlives_it_while_commanded() -> None:
    hold = after(None, reads(8))
    assert after(hold, reads(16), T0 + HOLD_S - 1.0) == hold
    assert after(hold, reads(16), T0 + HOLD_S) is None
    assert after(hold, reads(8), T0 + 10 * HOLD_S) == hold
    assert after(after(hold, reads(8), T0 + 10 * HOLD_S), reads(16), T0 + 10 * HOLD_S) is None


@pytest.mark.parametrize("reading", [None, reads(None, None)])
def test_what_cannot_be_read_ends_nothing(reading: Reading | None) -> None:
    hold = after(None, reads(8))
    assert after(hold, reading, T0 + 2 * HOLD_S) == hold
    assert after(None, reading) is None


def test_a_new_command_begins_anew() -> None:
    hold = after(None, reads(8))
    again = after(hold, reads(8, 23.0), T0 + 60.0)
    assert again == Hold(8, 23.0, T0 + 60.0, T0 + 60.0 + HOLD_S)
    other = after(hold, reads(7), T0 + 60.0)
    assert other == Hold(7, 22.0, T0 + 60.0, T0 + 60.0 + HOLD_S)
    same = after(hold, reads(8, 22.0 + 22e-5), T0 + 60.0)
    assert same == hold
    assert after(hold, reads(8, 22.0 + 23e-5), T0 + 60.0) != hold
    small = after(None, reads(8, 0.5))
    assert after(small, reads(8, 0.5 + 0.9e-5), T0 + 60.0) == small
    assert after(small, reads(8, 0.5 + 1.2e-5), T0 + 60.0) != small


@pytest.mark.parametrize("value", [nan, inf])
def test_a_command_that_is_no_number_is_one_command(value: float) -> None:
    hold = after(None, reads(8, value))
    assert hold == Hold(8, 0.0, T0, T0 + HOLD_S)
    assert after(hold, reads(8, value), T0 + 60.0) == hold


def test_life_safety_and_equipment_have_it_only_while_they_command() -> None:
    assert after(after(None, reads(5)), reads(16), T0 + 1.0) is None
    equipment = {10: "equipment", 11: "night sequence"}
    assert after(after(None, reads(10)), reads(16), T0 + 1.0, equipment) is None
    assert after(after(None, reads(11)), reads(16), T0 + 1.0, equipment) is not None


@pytest.mark.parametrize(("level", "only"), [(1, True), (6, True), (7, False), (8, False),
                                             (9, False), (10, True)])  # fmt: skip
def test_which_levels_hold(level: int, only: bool) -> None:
    assert only_while_commanded(level, {10: "equipment", 9: "sequence"}) is only


@pytest.mark.parametrize(
    ("level", "words"),
    [
        (8, "an operator (priority 8)"), (7, "an operator (priority 7)"),
        (6, "life safety or equipment (priority 6)"), (9, "another sequence (priority 9)"),
        (10, "night sequence (priority 10)"),
    ],
)  # fmt: skip
def test_who_holds_in_words(level: int, words: str) -> None:
    assert who_holds(Hold(level, nan, T0, T0), {10: "night sequence"}) == words
