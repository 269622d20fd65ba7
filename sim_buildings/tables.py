"""TOML tables into frozen dataclasses: every key known, none missing, every number in range."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import MISSING, Field, field, fields
from functools import cache
from math import inf, isfinite
from typing import Any, TypeVar, get_type_hints

from hvac_rl.errors import ConfigError

T = TypeVar("T")


def number(
    low: float = -inf,
    high: float = inf,
    *,
    above: float | None = None,
    default: float | None = None,
) -> Any:
    """A float field with low <= value <= high, or value > ``above``; required without default."""
    limits = {"low": low, "high": high, "above": above}
    return field(default=MISSING if default is None else default, metadata=limits)


def positive(default: float | None = None) -> Any:
    return number(above=0.0, default=default)


def not_negative(default: float | None = None) -> Any:
    return number(0.0, default=default)


def fraction(default: float | None = None) -> Any:
    return number(0.0, 1.0, default=default)


def one_of(known: Collection[str], default: str) -> Any:
    """A text field that is one of ``known``."""
    return field(default=default, metadata={"known": tuple(known)})


def read(cls: type[T], table: object, where: str, given: Mapping[str, Any] | None = None) -> T:
    """``table`` as a ``cls``; ``given`` are fields that were already read.

    ``where`` is "file: key of the table", or "file: " for the whole file. Raises
    ConfigError naming the offending key.
    """
    if not isinstance(table, dict):
        raise ConfigError(where, "is not a table")
    known: tuple[Field[Any], ...] = fields(cls)  # type: ignore[arg-type]
    values: dict[str, Any] = dict(given or {})
    hints = _hints(cls)  # type: ignore[arg-type]
    for key in table:
        if key not in hints:
            names = ", ".join(sorted(hints))
            raise ConfigError(_at(where, key), "unknown key", f"Known are: {names}")
    for f in known:
        if f.name in values:
            continue
        at = _at(where, f.name)
        if f.name not in table:
            if f.default is MISSING:
                raise ConfigError(at, "missing")
            continue
        values[f.name] = _value(table[f.name], hints[f.name], f, at)
    return cls(**values)


def check_ranges(part: object, where: str) -> None:
    """Raise ConfigError for a field of ``part`` that :func:`read` would refuse.

    For parts that were changed after reading; fields that are no text, number or truth are left
    to the caller.
    """
    hints = _hints(type(part))  # type: ignore[arg-type]
    for f in fields(part):  # type: ignore[arg-type]
        if hints[f.name] in (str, bool, float):
            _value(getattr(part, f.name), hints[f.name], f, _at(where, f.name))


def rows_of(
    table: Mapping[str, object],
    key: str,
    where: str,
    *,
    needed: bool = True,
    separator: str = ": ",
) -> list[dict[str, Any]]:
    """The list of tables under ``key``; ``where`` and ``separator`` as an error shall say them.

    Raises ConfigError where it is missing though ``needed``, empty, or no list of tables.
    """
    rows = table.get(key)
    if rows is None and not needed:
        return []
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise ConfigError(f"{where}{separator}{key}", f"missing; give at least one [[{key}]] table")
    return rows


def two_names(table: Mapping[str, object], where: str) -> tuple[str, str]:
    """``between`` of an interface. Raises ConfigError."""
    between = table.get("between")
    if isinstance(between, list) and len(between) == 2:
        first, second = between
        if isinstance(first, str) and isinstance(second, str):
            return first, second
    raise ConfigError(f"{where}.between", "must be the names of two zones")


@cache
def _hints(cls: type[Any]) -> dict[str, Any]:
    """Types of a dataclass's fields by name; working them out costs more than reading a table."""
    return get_type_hints(cls)


def _at(where: str, key: str) -> str:
    return f"{where}{key}" if where.endswith(" ") else f"{where}.{key}"


def _value(raw: object, kind: object, f: Field[Any], at: str) -> object:
    if kind is str:
        if not isinstance(raw, str) or not raw:
            raise ConfigError(at, f"must be a text, is {raw!r}")
        known = f.metadata.get("known")
        if known and raw not in known:
            raise ConfigError(at, f"there is no {raw!r}", f"Known are: {', '.join(known)}")
        return raw
    if kind is bool:
        if not isinstance(raw, bool):
            raise ConfigError(at, f"must be true or false, is {raw!r}")
        return raw
    if kind is not float:
        raise TypeError(f"{at}: fields of type {kind} are read by the caller")
    if isinstance(raw, bool) or not isinstance(raw, (int, float)) or not isfinite(raw):
        raise ConfigError(at, f"must be a number, is {raw!r}")
    value = float(raw)
    limits = f.metadata
    if limits.get("above") is not None and not value > limits["above"]:
        raise ConfigError(at, f"must be more than {limits['above']:g}, is {value:g}")
    if not limits.get("low", -inf) <= value <= limits.get("high", inf):
        raise ConfigError(at, f"must lie in {limits['low']:g} to {limits['high']:g}, is {value:g}")
    return value
