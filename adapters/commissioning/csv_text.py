"""CSV files as tools and spreadsheets leave them: encodings, separators, decimal commas."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from hvac_rl.errors import ConfigError

SEPARATORS = (";", ",", "\t")
YES = ("y", "yes", "true", "1", "x", "j", "ja", "oui", "rw", "r/w", "read/write", "w")
NO = ("n", "no", "false", "0", "nein", "non", "r", "ro", "read", "readonly", "read only", "-")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a file: its number, counted from 1, and its cells, stripped."""

    number: int
    cells: tuple[str, ...]


def read_text(path: Path, encoding: str | None = None) -> str:
    """The file's text: UTF-16 and UTF-8 by their marks, UTF-8 if it is, Windows-1252 otherwise.

    Raises ConfigError when it cannot be read or is not in the encoding asked for.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ConfigError(str(path), f"cannot be read: {error.strerror}") from error
    guesses = ["utf-8-sig", "cp1252", "latin-1"]
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        guesses = ["utf-16"]
    for guess in [encoding] if encoding else guesses:
        try:
            return raw.decode(guess)
        except (UnicodeDecodeError, LookupError) as error:
            if encoding:
                raise ConfigError(str(path), f"is not text in {encoding}: {error}") from error
    raise ConfigError(str(path), "is not text in UTF-8, UTF-16 or Windows-1252")


def read_lines(text: str, separator: str | None = None) -> list[Line]:
    """The lines that hold anything. The separator is the one that is there most often."""
    chosen = separator or max(SEPARATORS, key=text.count)
    rows = csv.reader(io.StringIO(text), delimiter=chosen, skipinitialspace=True)
    lines = []
    for row in rows:
        cells = tuple(cell.strip() for cell in row)
        if any(cells):
            lines.append(Line(rows.line_num, cells))
    return lines


def plain(header: str) -> str:
    """A column's heading, to be compared: "# Device obj.-Instance " -> "deviceobjinstance"."""
    return "".join(c for c in header.lower() if c.isalnum())


def number(text: str, where: str) -> float | None:
    """ "21,5", "1.234,5", "1,234.5" and "2.5e-05"; None for nothing.

    Raises ConfigError for what is no number.
    """
    said = text.strip().replace(" ", "").replace("\u00a0", "")
    if not said:
        return None
    if "," in said and "." in said:
        thousands, decimal = (".", ",") if said.rfind(",") > said.rfind(".") else (",", ".")
        said = said.replace(thousands, "").replace(decimal, ".")
    else:
        said = said.replace(",", ".")
    try:
        return float(said)
    except ValueError as error:
        raise ConfigError(where, f"must be a number, not {text!r}") from error


def whole(text: str, where: str) -> int:
    value = number(text, where)
    if value is None or value != int(value) or value < 0:
        raise ConfigError(where, f"must be a whole number, not {text!r}")
    return int(value)


def yes_or_no(text: str, where: str) -> bool | None:
    """None when the cell is empty. Raises ConfigError for what is neither."""
    said = text.strip().lower()
    if not said:
        return None
    if said in YES:
        return True
    if said in NO:
        return False
    raise ConfigError(where, f"must be Y or N, not {text!r}")


def write_lines(
    path: Path, rows: Sequence[Sequence[object]], separator: str, encoding: str
) -> None:
    """Raises ConfigError when the encoding lacks a character or the file cannot be written."""
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=separator, lineterminator="\r\n").writerows(rows)
    try:
        path.write_bytes(buffer.getvalue().encode(encoding))
    except UnicodeEncodeError as error:
        raise ConfigError(
            str(path),
            f"{error.object[error.start]!r} cannot be written in {encoding}",
            "Choose another --encoding, for example utf-8-sig.",
        ) from error
    except (OSError, LookupError) as error:
        raise ConfigError(str(path), f"cannot be written: {error}") from error


def shown(value: float | None) -> str:
    """A number for a cell; whole ones without a point, "" for None."""
    return "" if value is None else f"{value:.10g}"
