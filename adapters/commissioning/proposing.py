"""A listed point into a draft row: class, place, unit, whether it may be commanded, how sure.

Nothing is proposed writable unless it is a command of a zone or an air handler, the list or the
object itself says that it can be commanded and given back, and its partner is there too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from adapters.commissioning.listed import Drafted, Listed, WriteProposal
from adapters.commissioning.rules import Rules, default_rules
from adapters.commissioning.unit_words import SaidUnit, read_unit
from hvac_rl.units import UNITS
from hvac_rl.zones import (
    AIR_HANDLER_COMMANDS,
    AIR_HANDLER_SENSORS,
    QUANTITY_OF,
    SITE,
    SITE_SENSORS,
    ZONE_COMMANDS,
    ZONE_SENSORS,
)

ZONE_KIND, AIR_HANDLER_KIND, PLANT_KIND = "zone", "air_handler", "plant"
SITE_ONLY = {
    "Outside_Air_Temperature_Sensor",
    "Outside_Air_Humidity_Sensor",
    "Wind_Speed_Sensor",
    "Natural_Gas_Usage_Sensor",
    "Electric_Energy_Sensor",
    "Electric_Power_Sensor",
}
"""What is read at some device but says something of the whole site."""
PAIR = {
    "Heating_Zone_Air_Temperature_Setpoint": "Cooling_Zone_Air_Temperature_Setpoint",
    "Cooling_Zone_Air_Temperature_Setpoint": "Heating_Zone_Air_Temperature_Setpoint",
}
QUANTITY_CONCEPTS = {
    "temperature": ("temperature",),
    "temperature_difference": ("difference",),
    "humidity": ("humidity",),
    "pressure": ("pressure",),
    "flow": ("flow",),
    "concentration": ("co2",),
    "illuminance": ("illuminance",),
    "irradiance": ("irradiance",),
    "power": ("power", "unit_power"),
    "energy": ("energy",),
    "speed": ("speed",),
    "fraction": ("percent",),
}
OF_WATER = ("gpm", "L/min", "L/h")
"""Units in which nobody gives an air flow."""
ELECTRIC = ("W", "kW", "MW")
"""Of the units of power, those of an electricity meter; the others are heat's."""
# A word of the name that cannot be true of the unit: the unit is what the controller computes in.
CONTRADICTED = {"temperature", "humidity", "pressure", "flow", "co2", "power", "energy"}
CERTAIN, LIKELY, DOUBTFUL = 0.95, 0.75, 0.5


@dataclass(frozen=True, slots=True)
class Place:
    """Which zone or equipment; ``sure`` when its name was recognised."""

    of: str
    kind: str
    sure: bool
    rest: str
    """The point's name without the place."""


def draft(listed: Iterable[Listed], rules: Rules | None = None) -> list[Drafted]:
    """One row a listed point, in order; names are unique."""
    known = rules or default_rules()
    rows = [propose(point, known) for point in listed]
    return _unique_names(_pairs_only(rows))


def propose(point: Listed, rules: Rules) -> Drafted:
    place = _place(point, rules)
    said = read_unit(point.unit)
    concepts = _concepts(point, place, said, rules)
    rule = next((rule for rule in rules.classes if rule.fits(concepts)), None)
    brick = rule.brick if rule else ""
    notes: list[str] = []
    if rule is None:
        notes.append("no rule fits its name, unit and type")
    elif not brick:
        notes.append(rule.why)
    of = SITE if brick in SITE_ONLY or (_is_roof_sun(brick, place)) else place.of
    unit, unit_note = _unit(point, brick, said)
    if unit_note:
        notes.append(unit_note)
    write, why_not = _write(point, brick, unit, place, rules)
    if why_not:
        notes.append(why_not)
    low, high = _range(brick, unit, rules)
    return Drafted(
        name=point.name,
        device=point.device,
        of=of,
        brick=brick,
        unit=unit,
        address=_address(point),
        low=low,
        high=high,
        write=write,
        confidence=_confidence(point, brick, said, place, concepts, rules),
        notes=tuple(notes),
        listed=point,
    )


def _place(point: Listed, rules: Rules) -> Place:
    for text in (point.name, point.device):
        for kind, patterns in rules.places.items():
            # The last one in the name is the narrowest: "AC01.VAV012" is a box of an air handler.
            found = [m for pattern in patterns for m in pattern.finditer(text)]
            if found:
                last = max(found, key=lambda m: (m.end(), m.end() - m.start()))
                whole = text[last.start() : last.end()]
                rest = point.name
                if text == point.name:
                    rest = text[: last.start()] + " " + text[last.end() :]
                return Place(whole, kind, True, rest)
    rest = point.name
    if rest.lower().startswith(point.device.lower()):
        rest = rest[len(point.device) :]
    for kind, pattern in rules.device_places.items():
        if pattern.match(point.device):
            return Place(point.device, kind, True, rest)
    return Place(point.device, "", False, rest)


def _concepts(point: Listed, place: Place, said: SaidUnit, rules: Rules) -> set[str]:
    path, own = _path_and_own(place)
    # A letter alone means something at the end ("ZN-T"), but not in a path ("B01'F02'...").
    concepts = rules.reader.concepts(path, 2) | rules.reader.concepts(own)
    concepts |= rules.reader.concepts(point.description)
    from_unit = set(QUANTITY_CONCEPTS.get(said.quantity, ()))
    if from_unit & CONTRADICTED:
        concepts -= CONTRADICTED - from_unit
    concepts |= from_unit
    if said.unit in OF_WATER:
        concepts.add("water")
    if said.unit and said.unit not in ELECTRIC:
        concepts.discard("unit_power")
    if point.binary:
        concepts.add("is_binary")
    elif point.multi_state:
        concepts.add("is_multi")
    else:
        concepts.add("is_analog")
    if point.is_input:
        concepts.add("is_input")
    elif point.is_output:
        concepts.add("is_output")
    else:
        concepts.add("is_value")
    if place.kind in (ZONE_KIND, AIR_HANDLER_KIND):
        concepts.add(f"in_{place.kind}")
    return concepts


def _is_roof_sun(brick: str, place: Place) -> bool:
    return brick == "Solar_Irradiance_Sensor" and place.kind != ZONE_KIND


def _unit(point: Listed, brick: str, said: SaidUnit) -> tuple[str, str]:
    """The site file's unit and what is to be said of it."""
    if point.binary:
        return "bool", ""
    if point.multi_state:
        return "count", ""
    if said.unit:
        return said.unit, ""
    if not brick:
        return "", ""
    if point.unit.strip():
        return "", f"its unit {point.unit!r} is none of a site file: say which"
    return "", "the list gives no unit: say which the controller uses"


def _write(
    point: Listed, brick: str, unit: str, place: Place, rules: Rules
) -> tuple[WriteProposal | None, str]:
    """The write section, or why a command is not proposed as one."""
    commands = {ZONE_KIND: ZONE_COMMANDS, AIR_HANDLER_KIND: AIR_HANDLER_COMMANDS}
    if brick not in ZONE_COMMANDS and brick not in AIR_HANDLER_COMMANDS:
        return None, ""
    if brick not in commands.get(place.kind, {}):
        return None, f"read only: {place.of} is not known as what a {brick} commands"
    if point.commandable is False:
        why = "a register: say how it is given back" if point.modbus else "it cannot be commanded"
        return None, f"read only: {why}"
    if point.commandable is None:
        return None, "read only: nothing says that it can be commanded and given back"
    strange = _strange(point, place, rules)
    if strange:
        # A word that nobody here knows may be the one that forbids it: "purge", "emergency".
        return None, f"read only: say yourself if {strange[0]!r} is to be commanded"
    if not unit:
        return None, "read only: its unit is not known"
    role = commands[place.kind][brick]
    if UNITS[unit].quantity != QUANTITY_OF[role]:
        return None, f"read only: {unit} is not the unit of a {brick}"
    return _in_unit(rules.writes[brick], unit, point), ""


def _strange(point: Listed, place: Place, rules: Rules) -> list[str]:
    """Unknown words of the point's own name, the path to it left aside, and its description."""
    return rules.reader.unknown(f"{_path_and_own(place)[1]} {point.description}")


def _path_and_own(place: Place) -> tuple[str, str]:
    """ "Bldg.Floor.ZN-T" -> "Bldg Floor", "ZN-T"."""
    *path, own = re.split(r"[./'\\:]", place.rest)
    return " ".join(path), own


def _in_unit(si: object, unit: str, point: Listed) -> WriteProposal:
    row = dict(si) if isinstance(si, dict) else {}
    known = UNITS[unit]
    low, high = known.from_si(row["minimum"]), known.from_si(row["maximum"])
    # What the list says the controller takes is narrower than what we would ask for, or wrong.
    if point.minimum is not None and point.maximum is not None and point.minimum < point.maximum:
        low, high = max(low, point.minimum), min(high, point.maximum)
    return WriteProposal(
        minimum=round(low, 3),
        maximum=round(high, 3),
        deadband=round(row["deadband"] / known.scale, 3),
        daily_writes=int(row["daily_writes"]),
    )


def _range(brick: str, unit: str, rules: Rules) -> tuple[float | None, float | None]:
    if brick not in rules.ranges or not unit:
        return None, None
    low, high = rules.ranges[brick]
    known = UNITS[unit]
    return round(known.from_si(low), 3), round(known.from_si(high), 3)


def _address(point: Listed) -> dict[str, object]:
    if point.modbus:
        return dict(point.modbus)
    return {"object": f"{point.object_type},{point.instance}"}


def _confidence(
    point: Listed,
    brick: str,
    said: SaidUnit,
    place: Place,
    concepts: set[str],
    rules: Rules,
) -> float:
    """How much of what was read speaks for the proposal."""
    if not brick:
        return 0.0
    sure = CERTAIN
    needs_unit = "is_analog" in concepts
    expected = {
        **ZONE_SENSORS, **ZONE_COMMANDS, **AIR_HANDLER_SENSORS, **AIR_HANDLER_COMMANDS,
        **SITE_SENSORS,
    }.get(brick)  # fmt: skip
    if needs_unit and not said.quantity:
        sure = min(sure, LIKELY)
    if expected and said.unit and UNITS[said.unit].quantity != QUANTITY_OF[expected]:
        sure = min(sure, DOUBTFUL)
    if not place.sure:
        sure -= 0.15
    strange = rules.reader.unknown(place.rest)
    return round(max(0.1, sure - 0.05 * min(3, len(strange))), 2)


def _pairs_only(rows: Sequence[Drafted]) -> list[Drafted]:
    """Heating and cooling setpoint together or none: one alone could be pushed past the other."""
    there = {(row.of, row.brick) for row in rows if row.write}
    return [
        replace(
            row,
            write=None,
            notes=(*row.notes, f"read only: {row.of} has no {PAIR[row.brick]} to go with it"),
        )
        if row.write and row.brick in PAIR and (row.of, PAIR[row.brick]) not in there
        else row
        for row in rows
    ]


def _unique_names(rows: Sequence[Drafted]) -> list[Drafted]:
    """A name that several devices use gets its device in front."""
    count = Counter(row.name for row in rows)
    named = [
        replace(row, name=f"{row.device}.{row.name}") if count[row.name] > 1 else row
        for row in rows
    ]
    seen: Counter[str] = Counter()
    unique = []
    for row in named:
        seen[row.name] += 1
        again = seen[row.name]
        unique.append(row if again == 1 else replace(row, name=f"{row.name}#{again}"))
    return unique
