"""Priority arrays: who commands a point, and what a read-back says of a command.

Sixteen slots; the lowest number that is filled wins, and an empty array means the building's own
relinquish default (ASHRAE 135, clause 19.2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from adapters.commanding import Attempt, same_raw
from hvac_rl.records import Outcome

Slots = Sequence[float | None]
"""The array as raw numbers; index 0 is priority 1."""


@dataclass(frozen=True, slots=True)
class ReadBack:
    """A commandable object as read after a write, in the unit of the device."""

    present: float
    """Its own present value, or that of the feedback point it names."""
    slots: Slots
    overridden_at_device: bool = False
    """Somebody holds it by hand on the device itself, beyond any priority."""
    tolerance: float = 0.0
    """How far ``present`` may be from what was written."""
    source: str = "in effect"
    """What ``present`` is, for a person."""


def commander(slots: Slots) -> int | None:
    """The priority (1-16) in effect, ``None`` when nobody commands."""
    for priority, value in enumerate(slots, start=1):
        if value is not None:
            return priority
    return None


def judge_set(attempt: Attempt, wanted: float, seen: ReadBack) -> None:
    """Ends the attempt. ``wanted`` is raw. Our slot is judged first: a higher priority explains
    another effective value, but never a missing value of ours."""
    priority = attempt.command.priority
    effective = attempt.command.point.unit.to_si(seen.present)
    slot = seen.slots[priority - 1]
    by = commander(seen.slots)
    if slot is None or not same_raw(slot, wanted):
        held = "is empty" if slot is None else f"holds {slot:g}, not {wanted:g}"
        attempt.end(Outcome.MISMATCH, f"priority {priority} {held}", effective)
    elif by is not None and by < priority:
        attempt.end(Outcome.OVERRIDDEN, f"priority {by} commands it", effective)
    elif same_raw(seen.present, wanted) or abs(seen.present - wanted) <= seen.tolerance:
        attempt.end(Outcome.OK, effective=effective)
    elif seen.overridden_at_device:
        attempt.end(Outcome.OVERRIDDEN, "overridden at the device", effective)
    else:
        detail = f"{seen.source} is {seen.present:g}, not {wanted:g}"
        attempt.end(Outcome.MISMATCH, detail, effective)


def judge_release(attempt: Attempt, seen: ReadBack) -> None:
    priority = attempt.command.priority
    effective = attempt.command.point.unit.to_si(seen.present)
    slot = seen.slots[priority - 1]
    if slot is None:
        attempt.end(Outcome.OK, effective=effective)
    else:
        attempt.end(Outcome.MISMATCH, f"priority {priority} still holds {slot:g}", effective)
