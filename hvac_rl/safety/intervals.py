"""Intervals: how a wish is narrowed rule by rule, and what is kept when a write is not due.

Pure functions of numbers; the simulator compiles them unchanged.
"""

from __future__ import annotations

from hvac_rl.safety.rules import clamp, is_small_change, narrow
from hvac_rl.safety.values import BUDGET, FREE, SMALL


def changed_by(low: float, high: float, new_low: float, new_high: float, wish: float) -> bool:
    """Whether the step from one interval to the next moved the permitted value."""
    return clamp(wish, low, high) != clamp(wish, new_low, new_high)


def narrowed(
    low: float, high: float, rule_low: float, rule_high: float, wish: float, bound: int, tier: int
) -> tuple[float, float, int]:
    """Narrow by one rule; name its tier if that moved the value."""
    new_low, new_high = narrow(low, high, rule_low, rule_high)
    if changed_by(low, high, new_low, new_high, wish):
        return new_low, new_high, tier
    return new_low, new_high, bound


def settle(
    value: float,
    last: float,
    low: float,
    high: float,
    deadband: float,
    writes: float,
    budget: float,
    bound: int,
) -> tuple[float, int]:
    """Last tier, one point: keep the last value where that is permitted and a write is not due.

    ``low`` and ``high`` are the hard and protective interval: what safety moves is written
    whatever the budget says.
    """
    if not low <= last <= high:
        return value, bound
    if is_small_change(value, last, deadband):
        return last, bound
    if writes >= budget:
        return last, BUDGET
    return value, bound


def named(bound: int, value: float, wish: float) -> int:
    """The rule to record: none where the wish went through, else the last that bound it."""
    if value == wish:
        return FREE
    return SMALL if bound == FREE else bound
