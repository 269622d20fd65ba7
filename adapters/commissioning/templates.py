"""One mapped unit turned into hundreds: a template of its points, applied to its brothers.

``{unit}`` in a template stands for the unit's name. A brother is found in a scan or a list by a
pattern such as ``VAV-{floor}-{n}``; each of its points by name, or by object where the unit is a
device of its own. Without a list, ranges name the units and every one is taken for alike.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from adapters.commissioning.csv_text import read_text
from adapters.commissioning.listed import Drafted, Listed, WriteProposal
from adapters.commissioning.site_rows import point_row
from hvac_rl.errors import ConfigError

UNIT = "{unit}"
NAMES = ("name", "device", "of")
"""Keys in which a unit's name may stand."""
CERTAIN = 1.0
_FIELD = re.compile(r"\{(\w+)(?::(0\d+))?\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """``points`` are rows of a site file with ``{unit}`` for the unit; ``own_device`` when every
    unit is a device of its own, with the same objects in each."""

    pattern: str
    own_device: bool
    points: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Applied:
    """Every row of the list, and what a person should look at."""

    rows: list[Drafted]
    units: list[str]
    missing: list[tuple[str, str]]
    """Unit and the template's point that it has not."""


def make_template(rows: Sequence[Drafted], unit: str, pattern: str) -> Template:
    """The mapped points of one unit. Raises ConfigError when there are none."""
    own = [row for row in rows if row.of == unit and row.mapped]
    if not own:
        known = ", ".join(sorted({row.of for row in rows if row.mapped})[:12])
        raise ConfigError(unit, "has no mapped point in this list", f"There are: {known}.")
    if _regex(pattern).fullmatch(unit) is None:
        raise ConfigError(
            f"pattern {pattern}",
            f"does not fit {unit}, from which the template is made",
            "What stands in braces is a whole number, as in VAV-{floor}-{n}.",
        )
    devices = {row.device for row in own}
    others = {row.device for row in rows if row.of != unit and row.mapped}
    alone = len(devices) == 1 and not devices & others
    points = []
    for row in own:
        found = {
            key: value.replace(unit, UNIT) if key in NAMES else value
            for key, value in point_row(row).items()
        }
        points.append({**found, "list_name": row.listed.name.replace(unit, UNIT)})
    return Template(pattern=pattern, own_device=alone, points=tuple(points))


def write_template(path: Path, template: Template) -> None:
    raw = {
        "template": template.pattern,
        "own_device": template.own_device,
        "points": [dict(point) for point in template.points],
    }
    text = "# A unit's points; {unit} is its name. Read by hvac-rl points apply.\n"
    path.write_text(text + yaml.safe_dump(raw, sort_keys=False, allow_unicode=True), "utf-8")


def read_template(path: Path) -> Template:
    """Raises ConfigError."""
    try:
        raw = yaml.safe_load(read_text(path))
        points = tuple(dict(point) for point in raw["points"])
        for index, point in enumerate(points):
            for key in ("name", "device", "brick", "unit", "list_name"):
                if not isinstance(point.get(key), str):
                    raise ConfigError(f"{path}: points[{index}].{key}", "must be text")
        return Template(
            pattern=str(raw["template"]), own_device=bool(raw["own_device"]), points=points
        )
    except (yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        raise ConfigError(
            str(path), f"is not a template: {error!r}", "hvac-rl points template writes one."
        ) from error


def apply_to_list(template: Template, rows: Sequence[Drafted]) -> Applied:
    """Every unit of the list that the pattern fits gets the template's mapping, point by point.

    What an object cannot do is not taken over: a value without a priority array stays read only.
    """
    regex = _regex(template.pattern)
    units = list(dict.fromkeys(row.of for row in rows if regex.fullmatch(row.of)))
    if not units:
        raise ConfigError(f"pattern {template.pattern}", "fits no unit of this list")
    by_key: dict[tuple[str, str], Mapping[str, Any]] = {}
    for unit in units:
        for point in template.points:
            by_key[unit, _key(point, unit, template.own_device)] = point
    used: set[tuple[str, str]] = set()
    done = []
    for row in rows:
        key = (row.of, row.listed.place if template.own_device else row.listed.name)
        if key not in by_key:
            done.append(row)
            continue
        used.add(key)
        done.append(_as_template(row, by_key[key]))
    missing = [
        (unit, str(point["name"]).replace(UNIT, unit))
        for (unit, key), point in by_key.items()
        if (unit, key) not in used
    ]
    return Applied(_unique(done), units, missing)


def generate(
    template: Template, ranges: Mapping[str, range], instance: str | None
) -> list[Drafted]:
    """Units by number, each taken for a device of its own like the first: check them on site.

    ``instance`` is a pattern of the device's instance number, as ``{floor}{n:02}``.
    """
    if not template.own_device:
        raise ConfigError(
            f"template {template.pattern}",
            "its units share a device, so their objects cannot be known without a list",
            "Give a scan or a list of them with --to.",
        )
    names = [name for name, _ in _FIELD.findall(template.pattern)]
    if set(names) != set(ranges):
        raise ConfigError(
            f"template {template.pattern}", f"needs a --range for each of {', '.join(names)}"
        )
    rows = []
    for numbers in itertools.product(*(ranges[name] for name in names)):
        values = dict(zip(names, numbers, strict=True))
        unit = _filled(template.pattern, values)
        device_instance = None
        if instance is not None:
            text = _filled(instance, values)
            if not text.isdecimal():
                raise ConfigError(f"--instance {instance}", f"{text!r} is no instance number")
            device_instance = int(text)
        rows += [_generated(point, unit, device_instance) for point in template.points]
    return rows


def parse_range(text: str) -> tuple[str, range]:
    """ "floor=1-5" -> ("floor", range(1, 6))."""
    match = re.fullmatch(r"(\w+)=(\d+)(?:-(\d+))?", text.strip())
    if match is None or (match[3] and int(match[3]) < int(match[2])):
        raise ConfigError(f"--range {text}", 'must be as "floor=1-5"')
    return match[1], range(int(match[2]), int(match[3] or match[2]) + 1)


def _regex(pattern: str) -> re.Pattern[str]:
    """A pattern's fields are numbers; a pattern without any is one unit."""
    parts = []
    end = 0
    seen: set[str] = set()
    for match in _FIELD.finditer(pattern):
        if match[1] in seen:
            raise ConfigError(f"pattern {pattern}", f"has {{{match[1]}}} twice")
        seen.add(match[1])
        parts += [re.escape(pattern[end : match.start()]), r"\d+"]
        end = match.end()
    parts.append(re.escape(pattern[end:]))
    return re.compile("".join(parts))


def _filled(pattern: str, values: Mapping[str, int]) -> str:
    def number(match: re.Match[str]) -> str:
        if match[1] not in values:
            raise ConfigError(f"pattern {pattern}", f"there is no range for {{{match[1]}}}")
        return f"{values[match[1]]:{match[2] or 'd'}}"

    return _FIELD.sub(number, pattern)


def _key(point: Mapping[str, Any], unit: str, own_device: bool) -> str:
    if not own_device:
        return str(point["list_name"]).replace(UNIT, unit)
    if "object" in point:
        return str(point["object"])
    return f"{point.get('table')} {point.get('register')}"


def _as_template(row: Drafted, point: Mapping[str, Any]) -> Drafted:
    write = point.get("write")
    notes: tuple[str, ...] = ()
    if write and row.listed.commandable is False and not row.listed.modbus:
        notes = ("read only: unlike the template's, this one cannot be commanded",)
        write = None
    return replace(
        row,
        name=str(point["name"]).replace(UNIT, row.of),
        brick=str(point["brick"]),
        unit=str(point["unit"]),
        low=point.get("low"),
        high=point.get("high"),
        write=WriteProposal(**write) if write else None,
        confidence=CERTAIN,
        notes=notes,
    )


def _generated(point: Mapping[str, Any], unit: str, device_instance: int | None) -> Drafted:
    kept = {"name", "device", "of", "brick", "unit", "low", "high", "write", "list_name"}
    address = {key: value for key, value in point.items() if key not in kept}
    device = str(point["device"])
    kind, _, instance = str(address.get("object", "")).partition(",")
    write = point.get("write")
    # A device that is not named after its unit is its unit's all the same: it gets its name.
    named = device.replace(UNIT, unit) if UNIT in device else unit
    return Drafted(
        name=str(point["name"]).replace(UNIT, unit),
        device=named,
        of=unit,
        brick=str(point["brick"]),
        unit=str(point["unit"]),
        address=address,
        low=point.get("low"),
        high=point.get("high"),
        write=WriteProposal(**write) if write else None,
        confidence=0.5,
        notes=("from the template alone: nobody has seen this device",),
        listed=Listed(
            device=named,
            device_instance=device_instance,
            name=str(point["list_name"]).replace(UNIT, unit),
            object_type=kind,
            instance=int(instance) if instance.isdecimal() else None,
            modbus={} if kind else address,
        ),
    )


def _unique(rows: Sequence[Drafted]) -> list[Drafted]:
    count = Counter(row.name for row in rows)
    return [
        replace(row, name=f"{row.of}.{row.name}") if count[row.name] > 1 else row for row in rows
    ]
