"""Rows of the site file, read strictly: a wrong key is named, never replaced by a default."""

from __future__ import annotations

import math
from collections.abc import Mapping
from difflib import get_close_matches
from enum import Enum
from typing import Final


class _Required(Enum):
    VALUE = 0


REQUIRED: Final = _Required.VALUE


class Row:
    """One mapping of the site file. Every reader raises ``ValueError("key: what is wrong")``.

    Call ``done`` last: it refuses the keys that nobody asked for, so a misspelt option is an
    error instead of a silent default.
    """

    def __init__(self, raw: Mapping[str, object], prefix: str = "") -> None:
        self._raw = raw
        self._prefix = prefix
        self._asked: set[str] = set()

    def has(self, key: str) -> bool:
        self._asked.add(key)
        return key in self._raw

    def text(self, key: str, default: str | _Required = REQUIRED) -> str:
        value = self._get(key, default)
        if not isinstance(value, str) or not value:
            raise self.wrong(key, f"must be text, not {value!r}")
        return value

    def yes(self, key: str, default: bool | _Required = REQUIRED) -> bool:
        """true or false."""
        value = self._get(key, default)
        if not isinstance(value, bool):
            raise self.wrong(key, f"must be true or false, not {value!r}")
        return value

    def choice(
        self, key: str, allowed: tuple[str, ...], default: str | _Required = REQUIRED
    ) -> str:
        value = self._get(key, default)
        if not isinstance(value, str) or value not in allowed:
            raise self.wrong(key, f"must be one of {', '.join(allowed)}, not {value!r}")
        return value

    def whole(self, key: str, low: int, high: int, default: int | _Required = REQUIRED) -> int:
        value = self._get(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise self.wrong(key, f"must be a whole number {low} to {high}, not {value!r}")
        return value

    def number(self, key: str, default: float | _Required = REQUIRED) -> float:
        value = self._get(key, default)
        if (
            not isinstance(value, int | float)
            or isinstance(value, bool)
            or not math.isfinite(value)
        ):
            raise self.wrong(key, f"must be a number, not {value!r}")
        return float(value)

    def row(self, key: str) -> Row | None:
        """The nested row, or ``None`` when the key is absent."""
        if not self.has(key):
            return None
        value = self._raw[key]
        if not isinstance(value, Mapping):
            raise self.wrong(key, f"must be a mapping, not {value!r}")
        return Row(value, f"{self._prefix}{key}.")

    def numbers(self, key: str) -> dict[str, float]:
        """A mapping of names to numbers; empty when the key is absent."""
        nested = self.row(key)
        if nested is None:
            return {}
        by_text = Row({str(name): value for name, value in nested._raw.items()}, nested._prefix)
        return {name: by_text.number(name) for name in by_text._raw}

    def numbers_in(self, key: str) -> list[float]:
        """A list of numbers; raises when it is none."""
        values = self._get(key, REQUIRED)
        if not isinstance(values, list | tuple):
            raise self.wrong(key, f"must be a list of numbers, not {values!r}")
        return [Row({key: value}, self._prefix).number(key) for value in values]

    def digits(self, key: str, lengths: tuple[int, ...]) -> str:
        """A number whose digits matter, 40001; in quotes where it begins with 0."""
        value = self._get(key, REQUIRED)
        text = str(value)
        if isinstance(value, bool | float) or not text.isdecimal() or len(text) not in lengths:
            wanted = " or ".join(str(length) for length in lengths)
            raise self.wrong(key, f'must have {wanted} digits, as 40001 or "00001", not {value!r}')
        return text

    def rows(self) -> dict[str, Row]:
        """Every key is a name that the writer chose; each holds a row of its own."""
        named: dict[str, Row] = {}
        for name, value in self._raw.items():
            if not isinstance(value, Mapping):
                raise self.wrong(str(name), f"must be a mapping, not {value!r}")
            named[str(name)] = Row(value, f"{self._prefix}{name}.")
        return named

    def done(self) -> None:
        for key in self._raw:
            if key not in self._asked:
                near = get_close_matches(str(key), self._asked, 1)
                hint = f"; did you mean {near[0]!r}?" if near else ""
                raise self.wrong(str(key), f"is not known here{hint}")

    def wrong(self, key: str, what: str) -> ValueError:
        return ValueError(f"{self._prefix}{key}: {what}")

    def _get(self, key: str, default: object) -> object:
        if self.has(key):
            return self._raw[key]
        if default is REQUIRED:
            raise self.wrong(key, "is missing")
        return default


def host_and_port(row: Row, key: str, default_port: int) -> tuple[str, int]:
    """ "10.0.0.7:47808" -> its two parts; the port may be left out."""
    text = row.text(key)
    host, colon, port = text.partition(":")
    if not host or (colon and not (port.isdecimal() and int(port) < 65536)):
        raise row.wrong(key, f'must be "host:port", not {text!r}')
    return host, int(port) if colon else default_port
