"""Each controller's colour and mark, the same in every figure and table of a building."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple, TypeGuard

from agents.league.svg import INK, MUTED, SERIES

Controllers = Mapping[str, Mapping[str, Any]]

NARROW = "\u202f"
MINUS = "\u2212"
NOTHING = "–"


class Look(NamedTuple):
    """Rules are squares in ink, agents coloured dots, references diamonds, the bound a triangle."""

    colour: str
    marker: str
    filled: bool


def looks(controllers: Controllers) -> dict[str, Look]:
    """By controller; colours are given out in the order of the mapping."""
    made: dict[str, Look] = {}
    coloured = 0
    tuned = rule_called(controllers, "tuned")
    for name, one in controllers.items():
        if one["kind"] == "rule":
            ink = INK if name == tuned else MUTED
            made[name] = Look(ink, "s", name == tuned or "strong" in name)
        elif one["kind"] == "bound":
            made[name] = Look(INK, "^", False)
        else:
            marker = "o" if one["kind"] == "agent" else "D"
            made[name] = Look(SERIES[coloured % len(SERIES)], marker, one["kind"] == "agent")
            coloured += 1
    return made


def rule_called(controllers: Controllers, word: str) -> str | None:
    """The first rule with ``word`` in its name ("tuned", "strong"), None if there is none."""
    for name, one in controllers.items():
        if one["kind"] == "rule" and word in name.lower():
            return name
    return None


def known(value: Any) -> TypeGuard[float]:
    """Whether it is a number that can be shown."""
    return isinstance(value, int | float) and math.isfinite(value)


def number(value: Any, digits: int = 2) -> str:
    """With thousands set apart, and a true minus; a dash for what is not known."""
    if not known(value):
        return NOTHING
    return f"{value:,.{digits}f}".replace(",", NARROW).replace("-", MINUS)


def percent(value: Any, digits: int = 1, *, signed: bool = True) -> str:
    """A share as per cent."""
    if not known(value):
        return NOTHING
    text = f"{100.0 * value:{'+' if signed else ''}.{digits}f}".replace("-", MINUS)
    return f"{text}{NARROW}%"


def interval(pair: Any, digits: int = 1) -> str:
    """An interval of shares as per cent, "" if there is none."""
    if not pair or not all(map(known, pair)):
        return ""
    low, high = (f"{100.0 * one:+.{digits}f}".replace("-", MINUS) for one in pair)
    return f"{low} to {high}"


def duration(seconds: Any) -> str:
    """A time that a person reads: 42 s, 9.8 min, 3.1 h."""
    if not known(seconds):
        return NOTHING
    if seconds < 120.0:
        return f"{seconds:.0f}{NARROW}s"
    if seconds < 7200.0:
        return f"{seconds / 60.0:.1f}{NARROW}min"
    return f"{seconds / 3600.0:.1f}{NARROW}h"
