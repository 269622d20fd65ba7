"""Gates: what must hold before any wish is even looked at. A gate that shuts ends in release.

They run before the numeric tiers and only in the daemon: they judge the *quality* of what was
read and wished, never its amount.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import isfinite

from hvac_rl.points import Point
from hvac_rl.records import Quality, Reading, Snapshot

LOWEST_PRIORITY_VALUE = 9
HIGHEST_PRIORITY_VALUE = 15
OPERATOR_LEVELS = (7, 8)
# A reading may be this much ahead of its snapshot: two clocks are never one.
AHEAD_S = 60.0


def priority_is_ours(priority: int) -> bool:
    """BACnet priorities 9-15 are open to a supervisor; 1-8 belong to life safety, equipment and
    the operator (ASHRAE 135-2020, clause 19.2 and table 19-1), 16 to the BMS's own schedule.
    """
    return LOWEST_PRIORITY_VALUE <= priority <= HIGHEST_PRIORITY_VALUE


def bad_input(point: Point, snapshot: Snapshot, oldest_s: float) -> str:
    """Why this point's reading cannot be trusted; empty when it can."""
    reading = snapshot.readings.get(point.name)
    if reading is None:
        return f"{point.name} was not read"
    if reading.quality is not Quality.GOOD or reading.value is None:
        why = reading.quality.value.replace("_", " ")
        return f"{point.name}: {why}" + (f" ({reading.detail})" if reading.detail else "")
    if not isfinite(reading.value):
        return f"{point.name} is not a finite number"
    age_s = snapshot.time_s - reading.time_s
    if age_s < -AHEAD_S:
        return f"{point.name} is from the future ({-age_s / 60.0:.0f} min ahead)"
    if age_s > oldest_s:
        return f"{point.name} is stale ({age_s / 60.0:.0f} min old)"
    if not point.low <= reading.value <= point.high:
        return (
            f"{point.name} reads {reading.value:g} {point.unit.si}, "
            f"outside its plausible {point.low:g} to {point.high:g}"
        )
    return ""


def first_bad_input(points: Iterable[Point], snapshot: Snapshot, oldest_s: float) -> str:
    """The first reason among these points; empty when all can be trusted."""
    for point in points:
        reason = bad_input(point, snapshot, oldest_s)
        if reason:
            return reason
    return ""


def bad_wish(points: Iterable[Point], wishes: Mapping[str, float]) -> str:
    """Why the wishes for these points cannot be used; empty when they can."""
    for point in points:
        wish = wishes.get(point.name)
        if wish is None:
            return f"no wish for {point.name}"
        if not isfinite(wish):
            return f"the wish for {point.name} is not a finite number"
    return ""


def unlisted(wishes: Iterable[str], listed: Iterable[str]) -> list[str]:
    """Wishes for points that are not on the site's list of commandable points."""
    return sorted(set(wishes) - set(listed))


def higher_command(reading: Reading | None, priority: int) -> int | None:
    """The priority level above ours that commands a point now, if one does."""
    if reading is None or reading.commanded_by is None or reading.commanded_by >= priority:
        return None
    return reading.commanded_by


def who_commands(level: int) -> str:
    """In words, who sits at a priority level."""
    if level in OPERATOR_LEVELS:
        return f"an operator (priority {level})"
    if level < min(OPERATOR_LEVELS):
        return f"life safety or equipment (priority {level})"
    return f"another sequence (priority {level})"
