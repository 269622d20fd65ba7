"""What flows through one control cycle, in order: frozen, complete, never reread.

``Reading -> Snapshot -> Decision -> Command -> Receipt -> CycleRecord``
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from hvac_rl.points import Point


class Quality(StrEnum):
    GOOD = "good"
    FAULT = "fault"
    """The device itself says so: status flag, reliability, out of service."""
    NO_ANSWER = "no_answer"
    INVALID = "invalid"
    """Not a finite number, or of the wrong type."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One point's value in SI (``None`` unless the quality is good), and who commands it.

    ``time_s`` is site time [s since the epoch]. ``commanded_by`` is the BACnet priority (1-16) in
    effect, ``None`` where nobody commands or the protocol has no levels. ``ours`` is the value in
    our own slot (SI), ``None`` when the slot is empty.
    """

    point: str
    time_s: float
    value: float | None
    quality: Quality = Quality.GOOD
    detail: str = ""
    commanded_by: int | None = None
    ours: float | None = None
    beneath: float | None = None
    """What would be in effect without our slot (SI); ``None`` where the protocol hides it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Every reading of one cycle."""

    time_s: float
    readings: Mapping[str, Reading]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A wish: one engineering value (SI) for each commandable point, and whose wish it is."""

    time_s: float
    wishes: Mapping[str, float]
    chosen_by: str
    modes: Mapping[str, str] = field(default_factory=dict)
    """The mode that the policy chose for each zone."""


class CommandKind(StrEnum):
    SET = "set"
    RELEASE = "release"
    HEARTBEAT = "heartbeat"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What may be written. Only the guard makes one; adapters write nothing else."""

    kind: CommandKind
    point: Point
    priority: int
    value: float | None = None
    """SI; ``None`` for a release."""
    wish: float | None = None
    rule: str = ""
    """The guard's rule that bound this value, or the reason of a release."""


class Outcome(StrEnum):
    OK = "ok"
    UNCHANGED = "unchanged"
    """Not sent: the building already holds it."""
    OVERRIDDEN = "overridden"
    """Acknowledged, but a higher priority commands the point."""
    REFUSED = "refused"
    NO_ANSWER = "no_answer"
    MISMATCH = "mismatch"
    """Acknowledged, yet the value read back is another."""
    WATCHED = "watched"
    """Not sent: we only watch here."""
    BUDGET = "budget"
    """Not sent: the point's writes of this day are spent; its last value stays."""
    BLOCKED = "blocked"
    """Not sent: the writer's gate is closed (kill switch, mode, a newer process)."""


NOT_SENT = (Outcome.UNCHANGED, Outcome.WATCHED, Outcome.BUDGET, Outcome.BLOCKED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What became of a command. ``effective`` is the value read back (SI)."""

    command: Command
    outcome: Outcome
    effective: float | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something a person must hear of. Levels as ASHRAE Guideline 36-2021 numbers them: 1 is life
    safety, 2 critical equipment, 3 urgent, 4 normal.
    """

    name: str
    level: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleRecord:
    """All that one cycle saw, wished, was allowed, and did."""

    number: int
    time_s: float
    snapshot: Snapshot
    decision: Decision | None
    commands: tuple[Command, ...]
    receipts: tuple[Receipt, ...]
    control: Mapping[str, str]
    """Who controls each zone and air handler: the policy's or the rule's name, or "bms: why"."""
    notes: tuple[str, ...]
    """What the guard turned away, and holds."""
    duration_s: float
    """Wall time of the whole cycle."""
    alarms: tuple[Alarm, ...] = ()
