"""What the guard answers each cycle, and what it is told of the site once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hvac_rl.records import Alarm, Command
from hvac_rl.safety.limits import AirHandlerLimits, ZoneLimits

__all__ = ["Alarm", "GuardSettings", "Verdict"]


@dataclass(frozen=True, slots=True)
class GuardSettings:
    """The site's limits and how the guard judges what it reads.

    ``oldest_s``: a reading older than this is stale. ``hold_s``: how long a point stays with an
    operator or another sequence after it commanded. ``foreign``: whose the levels between the
    operator's and ours are, ``"equipment"`` or any other word for a sequence.
    """

    zone_limits: Mapping[str, ZoneLimits]
    air_handler_limits: Mapping[str, AirHandlerLimits]
    priority: int
    oldest_s: float
    hold_s: float
    foreign: Mapping[int, str] = field(default_factory=dict)


@dataclass(slots=True)
class Verdict:
    """Everything that may be written this cycle, who controls what, and what was turned away."""

    commands: list[Command] = field(default_factory=list)
    control: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    alarms: list[Alarm] = field(default_factory=list)
