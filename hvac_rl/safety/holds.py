"""Holds: whoever commands a point above our priority has it, and keeps it for a while after.

Level 7 and 8 are the operator's; 9 to ours minus 1 are foreign, a sequence's or an equipment's as
the site says. Both make a hold. Levels 1 to 6, and foreign equipment, take the point away only as
long as they command it. A hold is data compared each cycle, not a timer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite

from hvac_rl.records import Reading
from hvac_rl.safety.gates import OPERATOR_LEVELS, higher_command, who_commands

EQUIPMENT = "equipment"
# Two readings of one command differ by no more than a 32-bit float loses.
SAME_COMMAND = 1e-5


@dataclass(frozen=True, slots=True)
class Hold:
    """A point that is somebody else's: at which level, with what value, from when to when."""

    level: int
    value: float
    since_s: float
    until_s: float
    """Site time [s]; the hold outlives it while the level still commands."""


def only_while_commanded(level: int, foreign: Mapping[int, str]) -> bool:
    """Whether a level takes a point away without holding it afterwards."""
    return level < min(OPERATOR_LEVELS) or foreign.get(level, "") == EQUIPMENT


def hold_after(
    hold: Hold | None,
    reading: Reading | None,
    priority: int,
    now_s: float,
    hold_s: float,
    foreign: Mapping[int, str],
) -> Hold | None:
    """The hold on a point after one more reading; None when the point is ours to command.

    A command that is new, at another level or of another value, begins a hold of ``hold_s``. What
    cannot be read ends nothing.
    """
    if reading is None or reading.value is None:
        return hold
    if hold is None and reading.commanded_by is None:
        return None
    level = higher_command(reading, priority)
    if level is None:
        if hold is None or now_s >= hold.until_s or only_while_commanded(hold.level, foreign):
            return None
        return hold
    # What is no number is one command all the same, and the memory keeps numbers only.
    value = reading.value if isfinite(reading.value) else 0.0
    if hold is not None and hold.level == level and _same(hold.value, value):
        return hold
    return Hold(level, value, now_s, now_s + hold_s)


def _same(one: float, other: float) -> bool:
    return abs(one - other) <= SAME_COMMAND * max(1.0, abs(one))


def who_holds(hold: Hold, foreign: Mapping[int, str]) -> str:
    """In words, who has the point."""
    named = foreign.get(hold.level)
    return f"{named} (priority {hold.level})" if named else who_commands(hold.level)
