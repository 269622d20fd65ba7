"""Small functions that every compiled module needs."""

from __future__ import annotations


def within(value: float, low: float, high: float) -> float:
    """``value`` moved into [low, high]."""
    if value < low:
        return low
    return high if value > high else value


def larger(one: float, other: float) -> float:
    """The larger of two numbers."""
    return one if one > other else other


def smaller(one: float, other: float) -> float:
    """The smaller of two numbers."""
    return one if one < other else other
