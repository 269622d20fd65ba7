"""Register maps as manufacturers print them, as CSV: one register or coil a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from adapters.commissioning.csv_text import (
    Line,
    number,
    plain,
    read_lines,
    read_text,
    shown,
    whole,
    write_lines,
    yes_or_no,
)
from adapters.commissioning.listed import Listed
from hvac_rl.errors import ConfigError

COLUMNS = (
    "name", "unit id", "table", "register", "type", "byte order", "word order", "scale",
    "offset", "unit", "minimum", "maximum", "writable", "description",
)  # fmt: skip
VARIANTS = {
    "pointname": "name", "point": "name", "label": "name", "tag": "name", "signal": "name",
    "bezeichnung": "name",
    "unitid": "unitid", "slave": "unitid", "slaveid": "unitid", "deviceid": "unitid",
    "stationaddress": "unitid",
    "registertype": "table", "function": "table", "functioncode": "table", "area": "table",
    "address": "register", "registeraddress": "register", "pointaddress": "register",
    "adresse": "register", "reg": "register",
    "datatype": "type", "format": "type", "dataformat": "type", "datentyp": "type",
    "byteorder": "byteorder", "wordorder": "wordorder", "endian": "wordorder",
    "factor": "scale", "multiplier": "scale", "faktor": "scale", "gain": "scale",
    "units": "unit", "engineeringunit": "unit", "einheit": "unit",
    "min": "minimum", "max": "maximum", "low": "minimum", "high": "maximum",
    "access": "writable", "rw": "writable", "writeable": "writable", "zugriff": "writable",
    "desc": "description", "comment": "description", "notes": "description",
    "beschreibung": "description",
}  # fmt: skip
TABLES = {
    "coil": "coil", "coils": "coil", "0x": "coil", "1": "coil", "fc1": "coil", "do": "coil",
    "discrete": "discrete", "discreteinput": "discrete", "discreteinputs": "discrete",
    "1x": "discrete", "2": "discrete", "fc2": "discrete", "di": "discrete",
    "input": "input", "inputregister": "input", "inputregisters": "input", "3x": "input",
    "4": "input", "fc4": "input", "ir": "input",
    "holding": "holding", "holdingregister": "holding", "holdingregisters": "holding",
    "4x": "holding", "3": "holding", "fc3": "holding", "hr": "holding",
}  # fmt: skip
"""Numbers are function codes: 3 reads holding registers, 4 input registers."""
TYPES = {
    "bool": "bool", "bit": "bool", "boolean": "bool",
    "int16": "int16", "int": "int16", "short": "int16", "s16": "int16", "sint16": "int16",
    "uint16": "uint16", "uint": "uint16", "word": "uint16", "u16": "uint16", "ushort": "uint16",
    "int32": "int32", "long": "int32", "dint": "int32", "s32": "int32", "sint32": "int32",
    "uint32": "uint32", "dword": "uint32", "udint": "uint32", "u32": "uint32",
    "int64": "int64", "uint64": "uint64",
    "float32": "float32", "float": "float32", "real": "float32", "single": "float32",
    "f32": "float32",
    "float64": "float64", "double": "float64", "lreal": "float64", "f64": "float64",
}  # fmt: skip
ORDERS = {
    "big": "big", "bigendian": "big", "be": "big", "abcd": "big", "msb": "big", "high": "big",
    "little": "little", "littleendian": "little", "le": "little", "cdab": "little",
    "swapped": "little", "lsb": "little", "low": "little",
}  # fmt: skip
BY_LEADING_DIGIT = {"0": "coil", "1": "discrete", "3": "input", "4": "holding"}
ZERO, ONE, DIGITS = "0", "1", "4xxxx"
ADDRESSINGS = (ZERO, ONE, DIGITS)


def looks_like_modbus_map(lines: Sequence[Line]) -> bool:
    columns = _columns(lines[0]) if lines else {}
    return {"name", "register"} <= set(columns)


def read_modbus_map(
    path: Path, encoding: str | None = None, device: str = "", addressing: str | None = None
) -> list[Listed]:
    """``addressing``: "0" when registers are counted from 0, "1" when from 1, "4xxxx" when the
    first digit says the table (40001 is holding register 0). Maps differ, so it must be said,
    unless every address has five digits or more and there is no column for the table.

    Raises ConfigError naming file, line and column.
    """
    lines = read_lines(read_text(path, encoding))
    if not looks_like_modbus_map(lines):
        raise ConfigError(str(path), f"needs the columns name and register of: {COLUMNS}")
    columns = _columns(lines[0])
    chosen = addressing or _addressing(lines[1:], columns, path)
    return [_listed(line, columns, path, device or path.stem, chosen) for line in lines[1:]]


def write_modbus_map(path: Path, points: Sequence[Listed], encoding: str = "utf-8-sig") -> None:
    """Registers counted from 0, as everywhere here."""
    rows: list[list[object]] = [list(COLUMNS)]
    for point in points:
        place = point.modbus
        if not place:
            raise ConfigError(f"{path}: {point.name}", "is not a Modbus register")
        rows.append(
            [
                point.name,
                point.device_instance if point.device_instance is not None else "",
                place["table"],
                place["register"],
                place.get("type", "bool"),
                place.get("byte_order", ""),
                place.get("word_order", ""),
                place.get("scale", ""),
                place.get("offset", ""),
                point.unit,
                shown(point.minimum),
                shown(point.maximum),
                {True: "Y", False: "N", None: ""}[point.settable],
                point.description,
            ]
        )
    write_lines(path, rows, ",", encoding)


def _columns(line: Line) -> dict[str, int]:
    found: dict[str, int] = {}
    for index, cell in enumerate(line.cells):
        name = plain(cell)
        found.setdefault(VARIANTS.get(name, name), index)
    return found


def _cell(line: Line, columns: Mapping[str, int], name: str) -> str:
    index = columns.get(name)
    return line.cells[index] if index is not None and index < len(line.cells) else ""


def _addressing(body: Sequence[Line], columns: Mapping[str, int], path: Path) -> str:
    addresses = [_cell(line, columns, "register") for line in body]
    if "table" not in columns and all(
        len(text) >= 5 and text.isdecimal() and text[0] in BY_LEADING_DIGIT for text in addresses
    ):
        return DIGITS
    raise ConfigError(
        f"{path}: register",
        "it cannot be told whether registers are counted from 0 or from 1",
        "Say --addressing 0, 1 or 4xxxx: the manufacturer's manual knows.",
    )


def _listed(
    line: Line, columns: Mapping[str, int], path: Path, device: str, addressing: str
) -> Listed:
    def cell(name: str) -> str:
        return _cell(line, columns, name)

    def where(name: str) -> str:
        return f"{path}:{line.number}: {name}"

    table, register = _place(cell("table"), cell("register"), addressing, where)
    place: dict[str, object] = {"table": table, "register": register}
    if table in ("input", "holding"):
        place |= _format(cell, where)
    unit_id = whole(cell("unitid"), where("unit id")) if cell("unitid") else None
    return Listed(
        device=device if unit_id is None else f"{device}-{unit_id}",
        device_instance=unit_id,
        name=cell("name"),
        modbus=place,
        description=cell("description"),
        unit=cell("unit"),
        minimum=number(cell("minimum"), where("minimum")),
        maximum=number(cell("maximum"), where("maximum")),
        settable=yes_or_no(cell("writable"), where("writable")),
    )


def _place(table: str, register: str, addressing: str, where: object) -> tuple[str, int]:
    assert callable(where)
    count = whole(register, where("register"))
    if addressing == DIGITS:
        digits = f"{count:05d}" if count < 100_000 else str(count)
        named = BY_LEADING_DIGIT.get(digits[0])
        if named is None or int(digits[1:]) < 1:
            raise ConfigError(where("register"), f"{register} is no address such as 40001")
        return named, int(digits[1:]) - 1
    known = TABLES.get(plain(table))
    if known is None:
        raise ConfigError(
            where("table"), f"must be coil, discrete, input or holding, not {table!r}"
        )
    if addressing == ONE:
        if count == 0:
            raise ConfigError(where("register"), "0 cannot be: registers are counted from 1")
        count -= 1
    return known, count


def _format(cell: object, where: object) -> dict[str, object]:
    assert callable(cell)
    assert callable(where)
    kind = TYPES.get(plain(cell("type")))
    if kind is None:
        raise ConfigError(where("type"), f"{cell('type')!r} is no data type known here")
    found: dict[str, object] = {"type": kind}
    for key, column in (("byte_order", "byteorder"), ("word_order", "wordorder")):
        said = plain(cell(column))
        if said:
            if said not in ORDERS:
                raise ConfigError(where(column), f"must be big or little, not {cell(column)!r}")
            found[key] = ORDERS[said]
    for key in ("scale", "offset"):
        value = number(cell(key), where(key))
        if value is not None:
            found[key] = value
    if found.get("byte_order") == "big":
        del found["byte_order"]
    return found
