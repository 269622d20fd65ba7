"""Carrying commands out, whatever the protocol: check, send, settle, read back, judge.

An acknowledged write is not an effective one, so nothing is OK before it has been read back.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from adapters.held import Held
from adapters.presence import Presence
from hvac_rl.records import Command, CommandKind, Outcome, Receipt

LOWEST_PRIORITY, HIGHEST_PRIORITY = 9, 15
"""The only priorities a supervisor may use: 1 to 8 belong to life safety, equipment and people,
16 is where the building's own logic writes."""

RELATIVE_TOLERANCE = 1e-5
"""Room for what a 32-bit float on the wire loses (6e-8) and a controller's own arithmetic."""


def same_raw(one: float, other: float) -> bool:
    return abs(one - other) <= RELATIVE_TOLERANCE * max(1.0, abs(other))


@dataclass(slots=True)
class Attempt:
    """A command on its way, and what is known of it so far."""

    command: Command
    acknowledged: bool = False
    receipt: Receipt | None = None

    def end(self, outcome: Outcome, detail: str = "", effective: float | None = None) -> None:
        self.receipt = Receipt(
            command=self.command, outcome=outcome, effective=effective, detail=detail
        )


Step = Callable[[Sequence[Attempt]], Awaitable[None]]


async def carry_out(
    commands: Sequence[Command],
    presence: Presence,
    send: Step,
    verify: Step,
    *,
    insist: bool = False,
    held: Held | None = None,
) -> list[Receipt]:
    """One receipt a command, in order, within the device's deadline plus the settling time.

    ``send`` sets ``acknowledged`` or ends an attempt as REFUSED; ``verify`` gets what was
    acknowledged and ends it. What neither has ended is NO_ANSWER. ``insist`` tries even a device
    that was silent a moment ago: giving a point back is always worth one more deadline. ``held``
    keeps count of what must still be given back.

    Raises ValueError when a command's priority is outside 9 to 15 or it lacks a value: such a
    command must never have been made.
    """
    attempts = [Attempt(command) for command in commands]
    for attempt in attempts:
        refuse_unlawful(attempt.command)
        _stop_at_limits(attempt)
    due = [attempt for attempt in attempts if attempt.receipt is None]
    if held is not None:
        held.writing([attempt.command for attempt in due])
    if due and (insist or presence.may_try):
        async with presence.call(urgent=True, insist=insist) as sending:
            await send(due)
        left_s = sending.left_s
        acknowledged = [a for a in due if a.acknowledged and a.receipt is None]
        if acknowledged:
            settle_s = max(_settle_s(attempt.command) for attempt in acknowledged)
            if settle_s > 0:
                await asyncio.sleep(settle_s)
            async with presence.call(left_s, urgent=True):
                await verify(acknowledged)
    receipts = [attempt.receipt or _no_answer(attempt, presence) for attempt in attempts]
    if held is not None:
        held.note(receipts)
    return receipts


def refuse_unlawful(command: Command) -> None:
    """Raises ValueError: the last line of defence against a priority that is not ours."""
    if not LOWEST_PRIORITY <= command.priority <= HIGHEST_PRIORITY:
        raise ValueError(
            f"{command.point.name}: priority {command.priority} is not ours to use, "
            f"only {LOWEST_PRIORITY} to {HIGHEST_PRIORITY}"
        )
    if command.kind is not CommandKind.RELEASE and command.value is None:
        raise ValueError(f"{command.point.name}: a {command.kind.value} needs a value")


def value_of(command: Command) -> float:
    """The value [SI] of a SET or HEARTBEAT. Raises ValueError for a command without one."""
    if command.value is None:
        raise ValueError(f"{command.point.name}: a {command.kind.value} has no value")
    return command.value


def wanted_raw(command: Command) -> float:
    """The value in the unit that the device speaks."""
    return command.point.unit.from_si(value_of(command))


def _stop_at_limits(attempt: Attempt) -> None:
    command = attempt.command
    if command.kind is CommandKind.RELEASE:
        return
    value = value_of(command)
    if not math.isfinite(value):
        attempt.end(Outcome.REFUSED, f"{value} is not a number; nothing was sent")
        return
    if command.kind is CommandKind.HEARTBEAT:
        return
    write = command.point.write
    if write is None:
        attempt.end(Outcome.REFUSED, "not a writable point; nothing was sent")
    elif not write.minimum <= value <= write.maximum:
        attempt.end(
            Outcome.REFUSED,
            f"{value:g} is outside {write.minimum:g} to {write.maximum:g} "
            f"{command.point.unit.si}; nothing was sent",
        )


def _settle_s(command: Command) -> float:
    write = command.point.write
    return write.settle_s if write and command.kind is CommandKind.SET else 0.0


def _no_answer(attempt: Attempt, presence: Presence) -> Receipt:
    if attempt.acknowledged:
        detail = "acknowledged, but not read back in time"
    else:
        detail = presence.detail or "no answer to this command"
    return Receipt(command=attempt.command, outcome=Outcome.NO_ANSWER, detail=detail)
