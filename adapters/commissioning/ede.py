"""EDE, the exchange format of BACnet point lists (BACnet Interest Group Europe, layout 2.3).

A header block (PROJECT_NAME and the like), one line of column names, one line an object. Tools
differ in the names of columns, in separators and encodings, and in whether "#" leads a line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
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
from adapters.commissioning.unit_words import bacnet_code, bacnet_name
from hvac_rl.errors import ConfigError

LAYOUT = "2.3"
COLUMNS = (
    "keyname",
    "device obj.-instance",
    "object-name",
    "object-type",
    "object-instance",
    "description",
    "present-value-default",
    "min-present-value",
    "max-present-value",
    "settable",
    "supports COV",
    "hi-limit",
    "low-limit",
    "state-text-reference",
    "unit-code",
    "vendor-specific-address",
)
MANDATORY = 5
VARIANTS = {
    "key": "keyname",
    "deviceobjectinstance": "deviceobjinstance",
    "deviceinstance": "deviceobjinstance",
    "deviceobjinst": "deviceobjinstance",
    "deviceid": "deviceobjinstance",
    "name": "objectname",
    "type": "objecttype",
    "instance": "objectinstance",
    "objectinst": "objectinstance",
    "desc": "description",
    "defaultpresentvalue": "presentvaluedefault",
    "presentvalue": "presentvaluedefault",
    "minpresentval": "minpresentvalue",
    "maxpresentval": "maxpresentvalue",
    "commandable": "settable",
    "commandvalue": "settable",
    "writable": "settable",
    "writeable": "settable",
    "supportcov": "supportscov",
    "cov": "supportscov",
    "highlimit": "hilimit",
    "lolimit": "lowlimit",
    "statetext": "statetextreference",
    "statetextref": "statetextreference",
    "unit": "unitcode",
    "units": "unitcode",
    "vendorspecificaddres": "vendorspecificaddress",
    "vendoraddress": "vendorspecificaddress",
}
OBJECT_TYPES = {
    0: "analog-input", 1: "analog-output", 2: "analog-value",
    3: "binary-input", 4: "binary-output", 5: "binary-value",
    8: "device", 13: "multi-state-input", 14: "multi-state-output", 19: "multi-state-value",
    45: "integer-value", 46: "large-analog-value", 48: "positive-integer-value",
}  # fmt: skip
"""ASHRAE 135, clause 21, BACnetObjectType; what has no present value for us is left out."""
TYPE_CODES = {name: code for code, name in OBJECT_TYPES.items()}


def looks_like_ede(lines: Sequence[Line]) -> bool:
    return any(_is_heading(line) for line in lines)


def read_ede(path: Path, encoding: str | None = None) -> list[Listed]:
    """Every object with a present value; others (schedules, trends) are passed over.

    A file of state texts beside it (``*_StateTexts.csv``) is read along. Raises ConfigError
    naming file, line and column.
    """
    lines = read_lines(read_text(path, encoding))
    heading = next((line for line in lines if _is_heading(line)), None)
    if heading is None:
        raise ConfigError(
            str(path),
            "has no line with the columns of an EDE file",
            f"It needs at least: {'; '.join(COLUMNS[:MANDATORY])}.",
        )
    columns = _columns(heading)
    texts = _state_texts(path, encoding)
    body = [
        line for line in lines if line.number > heading.number and not line.cells[0].startswith("#")
    ]
    devices = _device_names(body, columns, path)
    found = [_listed(line, columns, devices, texts, path) for line in body]
    return [row for row in found if row is not None]


def write_ede(
    path: Path, points: Sequence[Listed], project: str, encoding: str = "utf-8-sig"
) -> None:
    """Writes the file and, when there are state texts, ``*_StateTexts.csv`` beside it."""
    foreign = next((p for p in points if p.object_type not in TYPE_CODES), None)
    if foreign is not None:
        raise ConfigError(
            f"{path}: {foreign.name}",
            f"is {foreign.place}, and EDE holds BACnet objects only",
            "Export registers as CSV: --format csv.",
        )
    references = _references(points)
    head: list[list[object]] = [
        ["# Engineering-Data-Exchange - B.I.G.-EU"],
        ["PROJECT_NAME", project],
        ["VERSION_OF_REFERENCEFILE", "1"],
        ["TIMESTAMP_OF_LAST_CHANGE", date.today().isoformat()],
        ["AUTHOR_OF_LAST_CHANGE", "hvac-rl"],
        ["VERSION_OF_LAYOUT", LAYOUT],
        ["# mandatory", *["mandatory"] * 4, *["optional"] * (len(COLUMNS) - MANDATORY)],
        [f"# {COLUMNS[0]}", *COLUMNS[1:]],
    ]
    rows = [*_device_rows(points), *(_row(point, references) for point in points)]
    write_lines(path, [*head, *rows], ";", encoding)
    if references:
        width = max(map(len, references))
        texts: list[list[object]] = [
            ["# State Text Reference"],
            ["# Reference Number", *(f"Text {k + 1}" for k in range(width))],
            *([number, *states] for states, number in references.items()),
        ]
        write_lines(_texts_file(path), texts, ";", encoding)


def _is_heading(line: Line) -> bool:
    names = set(_columns(line))
    return {"objectname", "objecttype", "objectinstance"} <= names


def _columns(line: Line) -> dict[str, int]:
    named = [plain(cell) for cell in line.cells]
    return {VARIANTS.get(name, name): index for index, name in enumerate(named) if name}


def _cell(line: Line, columns: Mapping[str, int], name: str) -> str:
    index = columns.get(name)
    return line.cells[index] if index is not None and index < len(line.cells) else ""


def _device_names(body: Sequence[Line], columns: Mapping[str, int], path: Path) -> dict[int, str]:
    """A list may hold the device objects too: they know what the devices are called."""
    names = {}
    for line in body:
        if _cell(line, columns, "objecttype") == str(TYPE_CODES["device"]):
            instance = whole(
                _cell(line, columns, "objectinstance"), f"{path}:{line.number}: object-instance"
            )
            names[instance] = _cell(line, columns, "objectname")
    return names


def _listed(
    line: Line,
    columns: Mapping[str, int],
    devices: Mapping[int, str],
    texts: Mapping[str, tuple[str, ...]],
    path: Path,
) -> Listed | None:
    def cell(name: str) -> str:
        return _cell(line, columns, name)

    def where(name: str) -> str:
        return f"{path}:{line.number}: {name}"

    code = whole(cell("objecttype"), where("object-type"))
    kind = OBJECT_TYPES.get(code, "")
    if not kind or kind == "device":
        return None
    device = whole(cell("deviceobjinstance"), where("device obj.-instance"))
    name = cell("objectname") or cell("keyname")
    if not name:
        raise ConfigError(where("object-name"), "is missing")
    unit = cell("unitcode")
    return Listed(
        device=devices.get(device) or f"device-{device}",
        device_instance=device,
        name=name,
        object_type=kind,
        instance=whole(cell("objectinstance"), where("object-instance")),
        description=cell("description"),
        unit=(bacnet_name(int(unit)) or unit) if unit.isdecimal() else unit,
        minimum=number(cell("minpresentvalue"), where("min-present-value")),
        maximum=number(cell("maxpresentvalue"), where("max-present-value")),
        settable=yes_or_no(cell("settable"), where("settable")),
        cov=yes_or_no(cell("supportscov"), where("supports COV")),
        default=_default(cell("presentvaluedefault")),
        high_limit=number(cell("hilimit"), where("hi-limit")),
        low_limit=number(cell("lowlimit"), where("low-limit")),
        state_texts=texts.get(cell("statetextreference"), ()),
        keyname=cell("keyname"),
        vendor_address=cell("vendorspecificaddress"),
    )


def _default(text: str) -> float | None:
    """Some tools write a state's text there: no number, and nothing hangs on it."""
    try:
        return number(text, "")
    except ConfigError:
        return None


def _texts_file(path: Path) -> Path:
    stem = path.stem.removesuffix("_EDE").removesuffix("-EDE")
    return path.with_name(f"{stem}_StateTexts.csv")


def _state_texts(path: Path, encoding: str | None) -> dict[str, tuple[str, ...]]:
    file = _texts_file(path)
    if not file.exists():
        return {}
    return {
        line.cells[0]: tuple(text for text in line.cells[1:] if text)
        for line in read_lines(read_text(file, encoding))
        if line.cells[0].isdecimal()
    }


def _references(points: Sequence[Listed]) -> dict[tuple[str, ...], int]:
    """A number for each set of state texts."""
    found: dict[tuple[str, ...], int] = {}
    for point in points:
        if point.state_texts:
            found.setdefault(point.state_texts, len(found) + 1)
    return found


def _device_rows(points: Sequence[Listed]) -> list[list[object]]:
    named = {
        point.device_instance: point.device
        for point in points
        if point.device_instance is not None and point.device != f"device-{point.device_instance}"
    }
    blank: list[object] = [""] * (len(COLUMNS) - MANDATORY)
    return [
        [name, instance, name, TYPE_CODES["device"], instance, *blank]
        for instance, name in named.items()
    ]


def _row(point: Listed, references: Mapping[tuple[str, ...], int]) -> list[object]:
    code = bacnet_code(point.unit)
    flags = {True: "Y", False: "N", None: ""}
    return [
        point.keyname or point.name,
        "" if point.device_instance is None else point.device_instance,
        point.name,
        TYPE_CODES[point.object_type],
        point.instance,
        point.description,
        shown(point.default),
        shown(point.minimum),
        shown(point.maximum),
        flags[point.settable if point.settable is not None else point.priority_array],
        flags[point.cov],
        shown(point.high_limit),
        shown(point.low_limit),
        references.get(point.state_texts, ""),
        point.unit if code is None else code,
        point.vendor_address,
    ]
