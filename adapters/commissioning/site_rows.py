"""Drafts as rows of a site file, and a site file's rows back again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from adapters.commissioning.csv_text import read_text
from adapters.commissioning.listed import Drafted, Listed, WriteProposal
from hvac_rl.errors import ConfigError
from hvac_rl.service.site_schema import PointRow
from hvac_rl.zones import AIR_HANDLER_COMMANDS, AIR_HANDLER_SENSORS, SITE, ZONE_COMMANDS

HEAD = """\
# A draft by hvac-rl points: every row is a proposal. Compare it with the controllers' own lists,
# fill in what is marked, then take the sections over into the site file and run
# `hvac-rl points check`. Nothing has been written to any device.
"""
COMMANDS = {*ZONE_COMMANDS, *AIR_HANDLER_COMMANDS}
CHECK_BELOW = 0.8
"""Confidence under which a row is marked for a person to look at."""


def draft_yaml(rows: Sequence[Drafted]) -> str:
    """Devices, zones, air handlers and points, each as in a site file."""
    used = [row for row in rows if row.mapped]
    left = [row for row in rows if not row.mapped]
    lines = [HEAD, "devices:", *_devices(rows), "", "zones:", *_zones(used), ""]
    lines += ["air_handlers:", *_air_handlers(used), "", "points:"]
    for row in used:
        lines += [f"  # {note}" for note in _remarks(row)]
        # A site file takes a command with its write section only.
        unfinished = row.brick in COMMANDS and row.write is None
        lines.append(f"  {'# ' if unfinished else ''}- {_flow(point_row(row))}")
    if left:
        lines += ["", f"  # Not used: {len(left)} rows without a class, place or unit."]
    for row in left:
        why = "; ".join(row.notes)
        lines.append(f"  # {row.device} {row.listed.place} {row.name!r}: {why}")
    return "\n".join(lines) + "\n"


def point_row(row: Drafted) -> dict[str, Any]:
    """The keys of one point in a site file."""
    found: dict[str, Any] = {
        "name": row.name, "device": row.device, "of": row.of, "brick": row.brick, "unit": row.unit,
    }  # fmt: skip
    if row.low is not None:
        found["low"] = row.low
    if row.high is not None:
        found["high"] = row.high
    found |= dict(row.address)
    if row.write:
        found["write"] = {
            "minimum": row.write.minimum,
            "maximum": row.write.maximum,
            "deadband": row.write.deadband,
            "daily_writes": row.write.daily_writes,
        }
        if row.write.settle_s:
            found["write"]["settle_s"] = row.write.settle_s
        if row.write.eeprom:
            found["write"]["eeprom"] = True
    return found


def read_site_rows(path: Path) -> list[Drafted]:
    """The points of a site file or of a draft. Raises ConfigError."""
    try:
        raw = yaml.safe_load(read_text(path))
    except yaml.YAMLError as error:
        raise ConfigError(str(path), f"is not YAML: {error}") from error
    points = raw.get("points") if isinstance(raw, dict) else None
    if not isinstance(points, list) or not points:
        raise ConfigError(f"{path}: points", "is missing or empty")
    devices = {
        str(row.get("name")): row for row in raw.get("devices") or [] if isinstance(row, dict)
    }
    return [_drafted(row, index, path, devices) for index, row in enumerate(points)]


def _drafted(
    raw: object, index: int, path: Path, devices: Mapping[str, Mapping[str, Any]]
) -> Drafted:
    try:
        row = PointRow.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        keys = ".".join(str(key) for key in first["loc"])
        raise ConfigError(f"{path}: points[{index}].{keys}", first["msg"]) from error
    address = dict(row.model_extra or {})
    device = devices.get(row.device, {})
    write = row.write
    kind, _, instance = str(address.get("object", "")).partition(",")
    return Drafted(
        name=row.name,
        device=row.device,
        of=row.of,
        brick=row.brick,
        unit=row.unit,
        address=address,
        low=None if row.low == float("-inf") else row.low,
        high=None if row.high == float("inf") else row.high,
        write=WriteProposal(**write.model_dump()) if write else None,
        confidence=1.0,
        listed=Listed(
            device=row.device,
            device_instance=device.get("device_instance", device.get("unit_id")),
            device_address=str(device.get("address", "")),
            name=row.name,
            object_type=kind.strip(),
            instance=int(instance) if instance.strip().isdecimal() else None,
            modbus={} if kind else address,
            unit=row.unit,
            minimum=write.minimum if write else None,
            maximum=write.maximum if write else None,
            settable=write is not None,
        ),
    )


def _devices(rows: Iterable[Drafted]) -> list[str]:
    seen: dict[str, Listed] = {}
    for row in rows:
        seen.setdefault(row.device, row.listed)
    lines = []
    for name, listed in seen.items():
        if listed.modbus:
            unit = listed.device_instance or 1
            keys = {"name": name, "adapter": "modbus", "host": "SAY WHERE", "unit_id": unit}
        else:
            keys = {"name": name, "adapter": "bacnet"}
            keys["address"] = listed.device_address or "SAY WHERE"
            if listed.device_instance is not None:
                keys["device_instance"] = listed.device_instance
        keys["comes_back"] = "watchdog"
        lines.append(f"  - {_flow(keys)}")
    return [
        "  # comes_back: bms_lease with a heartbeat point is safer; see ADAPTERS.md.",
        *lines,
    ]


def _zones(rows: Iterable[Drafted]) -> list[str]:
    handlers = set(_handler_names(rows))
    names = [row.of for row in rows if row.of != SITE and row.of not in handlers and _of_zone(row)]
    return [
        "  # area_m2, design_people, full_light_lux and served_by are the building's: say them.",
        *(
            f"  - {{name: {_flow(name)}, area_m2: 0, design_people: 0, full_light_lux: 500, "
            "served_by: SAY WHICH}"
            for name in dict.fromkeys(names)
        ),
    ]


def _of_zone(row: Drafted) -> bool:
    return row.brick.startswith("Zone_") or row.brick in ZONE_COMMANDS


def _handler_names(rows: Iterable[Drafted]) -> list[str]:
    """What has an air handler's points and none of a zone's own."""
    rows = list(rows)
    zones = {row.of for row in rows if _of_zone(row)}
    bricks = {*AIR_HANDLER_SENSORS, *AIR_HANDLER_COMMANDS}
    return list(
        dict.fromkeys(
            row.of for row in rows if row.brick in bricks and row.of not in zones and row.of != SITE
        )
    )


def _air_handlers(rows: Iterable[Drafted]) -> list[str]:
    return [
        f"  - {{name: {_flow(name)}, design_outdoor_air_m3_s: 0}}" for name in _handler_names(rows)
    ]


def _remarks(row: Drafted) -> list[str]:
    said = list(row.notes)
    if row.confidence < CHECK_BELOW:
        said.insert(0, f"CHECK, confidence {row.confidence:.2f}")
    if said and row.listed.description:
        said.append(f"the list says: {row.listed.description}")
    return ["; ".join(said)] if said else []


def _flow(value: Any) -> str:
    text = yaml.safe_dump(
        value, default_flow_style=True, sort_keys=False, width=10_000, allow_unicode=True
    )
    return text.removesuffix("\n").removesuffix("\n...")
