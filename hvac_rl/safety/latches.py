"""Gates that shut and stay shut until a person opens them: life safety, and freeze's last stage.

A latch is data: when it shut and why. It is kept across restarts with the guard's memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from hvac_rl.points import Point
from hvac_rl.records import Quality, Snapshot

LIFE_SAFETY = "life safety"


@dataclass(frozen=True, slots=True)
class Latch:
    """Shut since ``since_s`` (site time) for ``reason``."""

    since_s: float
    reason: str


def life_safety_alarm(points: Iterable[Point], snapshot: Snapshot) -> str:
    """The alarm that is on now; empty when none is."""
    for point in points:
        reading = snapshot.readings.get(point.name)
        if reading and reading.quality is Quality.GOOD and reading.value is not None:
            # Written so that a reading which is not a number counts as an alarm.
            if not reading.value <= 0.5:
                return f"{point.name} is on"
    return ""


def life_safety_unreadable(points: Iterable[Point], snapshot: Snapshot) -> str:
    """The first life safety input that cannot be read; empty when all can."""
    for point in points:
        reading = snapshot.readings.get(point.name)
        if reading is None or reading.quality is not Quality.GOOD or reading.value is None:
            return f"{point.name} cannot be read"
    return ""


def shut(latches: Mapping[str, Latch], name: str, reason: str, now_s: float) -> dict[str, Latch]:
    """With ``name`` shut; one that is shut already keeps its time and reason."""
    return {name: Latch(now_s, reason), **latches}
