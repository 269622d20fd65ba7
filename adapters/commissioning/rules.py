"""The mapping rules, read from ``mapping_rules.toml`` and checked."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from adapters.commissioning.words import Reader, vocabulary
from hvac_rl.errors import ConfigError

RULES_FILE = Path(__file__).with_name("mapping_rules.toml")
FROM_ELSEWHERE = {
    "is_input", "is_output", "is_value", "is_binary", "is_multi", "is_analog",
    "in_zone", "in_air_handler", "illuminance", "irradiance", "percent", "difference",
    "unit_power", "fan_unit",
}  # fmt: skip
"""Concepts that no word stands for: from the unit, the object's type, the place."""


@dataclass(frozen=True, slots=True)
class ClassRule:
    """``brick`` for concepts that hold all of ``every``, one of ``some``, one of ``also`` and
    nothing of ``none``; an empty ``brick`` turns the point down, with ``why``."""

    brick: str
    why: str
    every: frozenset[str]
    some: frozenset[str]
    also: frozenset[str]
    none: frozenset[str]

    def fits(self, concepts: set[str]) -> bool:
        return (
            self.every <= concepts
            and not self.none & concepts
            and (not self.some or bool(self.some & concepts))
            and (not self.also or bool(self.also & concepts))
        )


@dataclass(frozen=True, slots=True)
class Rules:
    reader: Reader
    classes: tuple[ClassRule, ...]
    places: Mapping[str, tuple[re.Pattern[str], ...]]
    """Kind of place (zone, air_handler, plant) -> patterns in a name."""
    device_places: Mapping[str, re.Pattern[str]]
    writes: Mapping[str, Mapping[str, float]]
    """Brick class -> the write section in SI."""
    ranges: Mapping[str, tuple[float, float]]


@cache
def default_rules() -> Rules:
    return load_rules(RULES_FILE)


def load_rules(path: Path) -> Rules:
    """Raises ConfigError for a file that is not as it should be."""
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(str(path), f"cannot be read as mapping rules: {error}") from error
    try:
        known = {*raw["words"], *FROM_ELSEWHERE}
        places = dict(raw["places"])
        devices = {
            kind: re.compile(places.pop(f"device_{kind}"), re.IGNORECASE)
            for kind in ("zone", "air_handler")
        }
        return Rules(
            reader=Reader(vocabulary(raw["words"], raw["abbreviations"])),
            classes=tuple(_class(row, known) for row in raw["class"]),
            places={kind: _patterns(rows) for kind, rows in places.items()},
            device_places=devices,
            writes=raw["writes"],
            ranges={brick: (low, high) for brick, (low, high) in raw["ranges"].items()},
        )
    except (KeyError, TypeError, ValueError, re.error) as error:
        raise ConfigError(str(path), f"mapping rules: {error}") from error


def _class(row: dict[str, Any], known: set[str]) -> ClassRule:
    keys = {"brick", "why", "all", "any", "none", "with_one_of"}
    if not set(row) <= keys:
        raise ValueError(f"a class has {', '.join(sorted(set(row) - keys))}, which is no key")
    sets = {key: frozenset(row.get(key, ())) for key in ("all", "any", "none", "with_one_of")}
    for concepts in sets.values():
        if not concepts <= known:
            strange = ", ".join(sorted(concepts - known))
            raise ValueError(f"{row['brick'] or row.get('why')}: no concept {strange}")
    return ClassRule(
        row["brick"],
        row.get("why", ""),
        sets["all"],
        sets["any"],
        sets["with_one_of"],
        sets["none"],
    )


def _patterns(rows: Sequence[str]) -> tuple[re.Pattern[str], ...]:
    """Whole words: not inside other letters or digits."""
    return tuple(
        re.compile(rf"(?<![A-Za-z0-9])(?:{row})(?![A-Za-z0-9])", re.IGNORECASE) for row in rows
    )
