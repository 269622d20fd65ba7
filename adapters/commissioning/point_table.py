"""The working format: a CSV that a spreadsheet edits, one row a point, drafts and facts side by
side. Columns of the site file come first; ``list.*`` keep what the list or the scan said.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from adapters.commissioning.csv_text import (
    Line,
    number,
    read_lines,
    read_text,
    shown,
    whole,
    write_lines,
    yes_or_no,
)
from adapters.commissioning.listed import Drafted, Listed, WriteProposal
from hvac_rl.errors import ConfigError
from hvac_rl.units import UNITS

SITE_COLUMNS = ("name", "device", "of", "brick", "unit", "low", "high")
WRITE_COLUMNS = ("writable", "minimum", "maximum", "deadband", "daily_writes", "settle_s",
    "eeprom",
)  # fmt: skip
JUDGED_COLUMNS = ("confidence", "notes")
LIST_COLUMNS = (
    "device_instance", "device_address", "name", "object_type", "instance", "description", "unit",
    "minimum", "maximum", "settable", "priority_array", "cov", "default", "high_limit",
    "low_limit", "state_texts", "keyname", "vendor_address",
)  # fmt: skip
FLAGS = {True: "Y", False: "N", None: ""}
JOIN = " | "
NUMBER_KEYS = ("scale", "offset", "release_value", "ours", "bms")
"""Address keys in which a spreadsheet may have left a decimal comma."""


def looks_like_table(lines: Sequence[Line]) -> bool:
    return bool(lines) and {"name", "of", "brick"} <= set(lines[0].cells)


def write_table(path: Path, rows: Sequence[Drafted], encoding: str = "utf-8-sig") -> None:
    addresses = [_flat(row.address) for row in rows]
    keys = list(dict.fromkeys(key for flat in addresses for key in flat))
    heading = [
        *SITE_COLUMNS, *WRITE_COLUMNS, *JUDGED_COLUMNS,
        *(f"address.{key}" for key in keys), *(f"list.{name}" for name in LIST_COLUMNS),
    ]  # fmt: skip
    body: list[list[object]] = []
    for row, flat in zip(rows, addresses, strict=True):
        body.append(
            [
                row.name, row.device, row.of, row.brick, row.unit, shown(row.low), shown(row.high),
                *_write_cells(row.write), f"{row.confidence:.2f}", JOIN.join(row.notes),
                *(flat.get(key, "") for key in keys), *_list_cells(row.listed),
            ]
        )  # fmt: skip
    write_lines(path, [heading, *body], ";", encoding)


def read_table(path: Path, encoding: str | None = None) -> list[Drafted]:
    """Raises ConfigError naming file, line and column."""
    lines = read_lines(read_text(path, encoding))
    if not looks_like_table(lines):
        raise ConfigError(str(path), "is not a point table: it needs name, of and brick")
    columns = {name: k for k, name in enumerate(lines[0].cells)}
    return [_drafted(line, columns, path) for line in lines[1:]]


def _write_cells(write: WriteProposal | None) -> list[object]:
    if write is None:
        return ["N", "", "", "", "", "", ""]
    return [
        "Y", shown(write.minimum), shown(write.maximum), shown(write.deadband),
        write.daily_writes, shown(write.settle_s), FLAGS[write.eeprom],
    ]  # fmt: skip


def _list_cells(listed: Listed) -> list[object]:
    cells: list[object] = []
    for name in LIST_COLUMNS:
        value = getattr(listed, name)
        if isinstance(value, bool) or name in ("settable", "priority_array", "cov"):
            cells.append(FLAGS[value])
        elif isinstance(value, tuple):
            cells.append(JOIN.join(value))
        elif isinstance(value, float):
            cells.append(shown(value))
        else:
            cells.append("" if value is None else value)
    return cells


def _flat(address: Mapping[str, object], prefix: str = "") -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in address.items():
        if isinstance(value, Mapping):
            found |= _flat(value, f"{prefix}{key}.")
        else:
            text = isinstance(value, str)
            found[f"{prefix}{key}"] = value if text else json.dumps(value)
    return found


def _deep(flat: Mapping[str, object]) -> dict[str, object]:
    found: dict[str, Any] = {}
    for key, value in flat.items():
        *parents, last = key.split(".")
        here = found
        for parent in parents:
            here = here.setdefault(parent, {})
        here[last] = value
    return found


def _drafted(line: Line, columns: Mapping[str, int], path: Path) -> Drafted:
    def cell(name: str) -> str:
        index = columns.get(name)
        return line.cells[index] if index is not None and index < len(line.cells) else ""

    def where(name: str) -> str:
        return f"{path}:{line.number}: {name}"

    def figure(name: str) -> float | None:
        return number(cell(name), where(name))

    unit = cell("unit")
    if unit and unit not in UNITS:
        raise ConfigError(where("unit"), f"{unit!r} is not one of {', '.join(UNITS)}")
    address = _address(cell, columns, where)
    listed = _listed(cell, where, address)
    return Drafted(
        name=cell("name") or listed.name,
        device=cell("device"),
        of=cell("of"),
        brick=cell("brick"),
        unit=unit,
        address=address,
        low=figure("low"),
        high=figure("high"),
        write=_write(cell, figure, where),
        confidence=figure("confidence") or 0.0,
        notes=tuple(note for note in cell("notes").split(JOIN) if note),
        listed=listed,
    )


def _write(cell: Any, figure: Any, where: Any) -> WriteProposal | None:
    if not yes_or_no(cell("writable"), where("writable")):
        return None
    values = {}
    for name in ("minimum", "maximum", "deadband", "daily_writes"):
        values[name] = figure(name)
        if values[name] is None:
            raise ConfigError(where(name), "is missing: a writable point needs it")
    if values["minimum"] >= values["maximum"]:
        raise ConfigError(where("minimum"), "must lie below maximum")
    return WriteProposal(
        minimum=values["minimum"],
        maximum=values["maximum"],
        deadband=values["deadband"],
        daily_writes=int(values["daily_writes"]),
        settle_s=figure("settle_s") or 0.0,
        eeprom=bool(yes_or_no(cell("eeprom"), where("eeprom"))),
    )


def _address(cell: Any, columns: Mapping[str, int], where: Any) -> dict[str, object]:
    flat: dict[str, object] = {}
    for column in columns:
        key = column.removeprefix("address.")
        if key == column or not cell(column):
            continue
        flat[key] = _value(cell(column), key.rsplit(".", 1)[-1], where(column))
    return _deep(flat)


def _value(text: str, key: str, where: str) -> object:
    """A number, a list, true or false; text for everything else."""
    if key in NUMBER_KEYS:
        return number(text, where)
    try:
        return json.loads(text)
    except ValueError:
        return text


def _listed(cell: Any, where: Any, address: Mapping[str, object]) -> Listed:
    def said(name: str) -> str:
        return str(cell(f"list.{name}"))

    def figure(name: str) -> float | None:
        return number(said(name), where(f"list.{name}"))

    def flag(name: str) -> bool | None:
        return yes_or_no(said(name), where(f"list.{name}"))

    def count(name: str) -> int | None:
        return whole(said(name), where(f"list.{name}")) if said(name) else None

    kind, instance = said("object_type"), count("instance")
    if "object" in address and not kind:
        kind, _, digits = str(address["object"]).partition(",")
        instance = whole(digits, where("address.object"))
    return Listed(
        device=cell("device"),
        name=said("name") or cell("name"),
        device_instance=count("device_instance"),
        device_address=said("device_address"),
        object_type=kind,
        instance=instance,
        modbus={} if "object" in address else address,
        description=said("description"),
        unit=said("unit"),
        minimum=figure("minimum"),
        maximum=figure("maximum"),
        settable=flag("settable"),
        priority_array=flag("priority_array"),
        cov=flag("cov"),
        default=figure("default"),
        high_limit=figure("high_limit"),
        low_limit=figure("low_limit"),
        state_texts=tuple(text for text in said("state_texts").split(JOIN) if text),
        keyname=said("keyname"),
        vendor_address=said("vendor_address"),
    )
