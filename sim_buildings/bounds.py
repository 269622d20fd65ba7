"""One small function that every compiled module needs."""

from __future__ import annotations


def within(value: float, low: float, high: float) -> float:
    """``value`` moved into [low, high]."""
    if value < low:
        return low
    return high if value > high else value
