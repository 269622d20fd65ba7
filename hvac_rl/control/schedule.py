"""The building's occupancy schedule as numbers that a rule and a policy can use."""

from __future__ import annotations

from typing import NamedTuple

HOURS_PER_DAY = 24.0
LONGEST_WAIT_H = 96.0


class TimeFacts(NamedTuple):
    """Where a moment lies in the schedule. Hours are local."""

    hour: float
    """Hour of day, 0 to 24."""
    workday: bool
    workday_tomorrow: bool
    scheduled: bool
    """Inside the building's occupied hours."""
    hours_to_start: float
    """Until the next scheduled occupancy [h], 0 inside it, at most 96."""
    hours_to_end: float
    """Until the current scheduled occupancy ends [h], 0 outside it."""


def time_facts(
    hour: float,
    workday: bool,
    workday_tomorrow: bool,
    days_to_next_workday: float,
    start_h: float,
    end_h: float,
) -> TimeFacts:
    """``days_to_next_workday`` counts from today to the next *later* workday: 1 is tomorrow."""
    scheduled = workday and start_h <= hour < end_h
    if scheduled:
        wait = 0.0
    elif workday and hour < start_h:
        wait = start_h - hour
    else:
        wait = days_to_next_workday * HOURS_PER_DAY - hour + start_h
    if wait > LONGEST_WAIT_H:
        wait = LONGEST_WAIT_H
    remaining = end_h - hour if scheduled else 0.0
    return TimeFacts(hour, workday, workday_tomorrow, scheduled, wait, remaining)
