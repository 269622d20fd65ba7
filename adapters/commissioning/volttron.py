"""VOLTTRON's registry files, for its BACnet and its Modbus driver."""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

from adapters.commissioning.csv_text import Line, plain, read_lines, read_text, whole, yes_or_no
from adapters.commissioning.ede import TYPE_CODES
from adapters.commissioning.listed import Listed
from hvac_rl.errors import ConfigError

BACNET_MARK, MODBUS_MARK = "bacnetobjecttype", "modbusregister"
STRUCT_TYPES = {
    "h": "int16",
    "H": "uint16",
    "i": "int32",
    "l": "int32",
    "I": "uint32",
    "L": "uint32",
    "q": "int64",
    "Q": "uint64",
    "f": "float32",
    "d": "float64",
}
_RANGE = re.compile(r"\(?(-?)\)?\s*(-?\d+(?:\.\d+)?)\s*(?:to|-)\s*(-?\d+(?:\.\d+)?)")


def looks_like_volttron(lines: Sequence[Line]) -> bool:
    heading = [plain(cell) for cell in lines[0].cells] if lines else []
    return "volttronpointname" in heading


def read_volttron(path: Path, encoding: str | None = None, device: str = "") -> list[Listed]:
    """The points of one registry file. VOLTTRON names the device elsewhere: ``device`` is its
    name here, by default the file's. Raises ConfigError naming file, line and column."""
    lines = read_lines(read_text(path, encoding), ",")
    if not looks_like_volttron(lines):
        raise ConfigError(str(path), "has no column 'Volttron Point Name'")
    columns = {plain(cell): k for k, cell in enumerate(lines[0].cells)}
    reader = _bacnet if BACNET_MARK in columns else _modbus if MODBUS_MARK in columns else None
    if reader is None:
        raise ConfigError(
            f"{path}:1",
            "is a registry of another driver: it has neither 'BACnet Object Type' nor "
            "'Modbus Register'",
        )
    found = [reader(line, columns, path, device or path.stem) for line in lines[1:]]
    return [row for row in found if row is not None]


def _cell(line: Line, columns: Mapping[str, int], *names: str) -> str:
    for name in names:
        index = columns.get(name)
        if index is not None and index < len(line.cells) and line.cells[index]:
            return line.cells[index]
    return ""


def _bacnet(line: Line, columns: Mapping[str, int], path: Path, device: str) -> Listed | None:
    where = f"{path}:{line.number}"
    if plain(_cell(line, columns, "property")) not in ("", "presentvalue"):
        return None
    camel = _cell(line, columns, BACNET_MARK)
    kind = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", camel).lower()
    if kind not in TYPE_CODES:
        raise ConfigError(f"{where}: BACnet Object Type", f"{camel!r} is none known here")
    low, high = _range(_cell(line, columns, "unitdetails", "unitsdetails"))
    return Listed(
        device=device,
        name=_cell(line, columns, "referencepointname", "pointname", "volttronpointname"),
        object_type=kind,
        instance=whole(_cell(line, columns, "index"), f"{where}: Index"),
        description=_described(line, columns),
        unit=_unit(_cell(line, columns, "units")),
        minimum=low,
        maximum=high,
        settable=yes_or_no(_cell(line, columns, "writable"), f"{where}: Writable"),
    )


def _modbus(line: Line, columns: Mapping[str, int], path: Path, device: str) -> Listed:
    where = f"{path}:{line.number}"
    code = _cell(line, columns, MODBUS_MARK)
    writable = bool(yes_or_no(_cell(line, columns, "writable"), f"{where}: Writable"))
    register = whole(_cell(line, columns, "pointaddress"), f"{where}: Point Address")
    place: dict[str, object]
    if code.upper() == "BOOL":
        place = {"table": "coil" if writable else "discrete", "register": register}
    else:
        place = {"table": "holding" if writable else "input", "register": register}
        place |= _number_format(code, f"{where}: Modbus Register")
        if yes_or_no(_cell(line, columns, "mixedendian"), f"{where}: Mixed Endian"):
            place["word_order"] = "little"
    low, high = _range(_cell(line, columns, "unitdetails", "unitsdetails"))
    return Listed(
        device=device,
        name=_cell(line, columns, "referencepointname", "pointname", "volttronpointname"),
        modbus=place,
        description=_described(line, columns),
        unit=_unit(_cell(line, columns, "units")),
        minimum=low,
        maximum=high,
        settable=writable,
    )


def _number_format(code: str, where: str) -> dict[str, object]:
    """A struct code such as ">f": byte order and type."""
    order, kind = (code[:1], code[1:]) if code[:1] in "<>!=@" else (">", code)
    if kind not in STRUCT_TYPES:
        raise ConfigError(where, f"{code!r} is not BOOL or a struct code such as '>f'")
    place: dict[str, object] = {"type": STRUCT_TYPES[kind]}
    if order == "<" and struct.calcsize(kind) > 1:
        # The whole value reversed: its registers and the bytes in each.
        place |= {"byte_order": "little", "word_order": "little"}
    return place


def _described(line: Line, columns: Mapping[str, int]) -> str:
    """VOLTTRON's own name says more than the controller's, and so do the notes."""
    ours = _cell(line, columns, "volttronpointname")
    theirs = _cell(line, columns, "referencepointname", "pointname")
    return ours if ours != theirs else _cell(line, columns, "notes")


def _unit(text: str) -> str:
    return "" if text.lower() in ("enum", "enumeration", "state", "on / off") else text


def _range(details: str) -> tuple[float | None, float | None]:
    """ "-50.00 to 250.00", "(-)39.99 to 248.00"; (None, None) for anything else."""
    match = _RANGE.match(details.strip())
    if match is None:
        return None, None
    low = float(match.group(2)) * (-1.0 if match.group(1) else 1.0)
    return low, float(match.group(3))
