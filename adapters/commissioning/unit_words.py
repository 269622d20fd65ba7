"""Units as point lists write them: BACnet names and codes, VOLTTRON's, symbols, habits."""

from __future__ import annotations

import re
from dataclasses import dataclass

from adapters.bacnet_units import SAME_QUANTITY, SAME_UNIT
from hvac_rl.units import UNITS


@dataclass(frozen=True, slots=True)
class SaidUnit:
    """``unit`` is the site file's name, empty when it has none for it; ``quantity`` is known more
    often. Relative humidity is a fraction of its own kind."""

    unit: str
    quantity: str


UNKNOWN = SaidUnit("", "")
_HABITS = {
    "degC": ("°c", "c", "degc", "deg c", "celsius", "grad c", "grad celsius", "℃", "gradc"),
    "degF": ("°f", "f", "degf", "deg f", "fahrenheit", "℉"),
    "K": ("kelvin",),
    "delta_degC": ("δ°c", "k", "delta k", "delta c", "delta degc"),
    "delta_degF": ("δ°f", "delta f", "delta degf"),
    "percent": ("%", "pct", "percent", "prozent", "%open", "% open"),
    "ppm": ("ppm", "parts/million"),
    "lux": ("lux", "lx"),
    "W/m2": ("w/m2", "w/m²", "w/sqm"),
    "W": ("w", "watt", "watts"),
    "kW": ("kw", "kilowatt", "kilowatts"),
    "J": ("j", "joule"),
    "kWh": ("kwh", "kilowatt hours", "kw h", "kw-hr", "kwhr"),
    "kBtu": ("kbtu",),
    "Pa": ("pa", "pascal", "pascals"),
    "inH2O": (
        "in wc",
        "inwc",
        "in.w.c.",
        "in h2o",
        "inh2o",
        "inh₂o",
        "in/wc",
        "wc",
        "iwc",
        "in wg",
    ),
    "m3/s": ("m3/s", "m³/s", "cbm/s"),
    "L/s": ("l/s", "lps", "ls"),
    "m3/h": ("m3/h", "m³/h", "cmh", "cbm/h", "qm/h"),
    "cfm": ("cfm", "cu ft/min", "ft3/min"),
    "m/s": ("m/s", "mps"),
    "mph": ("mph",),
    "kg/s": ("kg/s",),
}
_HUMIDITY = ("%rh", "% rh", "%rf", "% rf", "%r.h.", "rh", "percent relative humidity", "%hr")
_NOTHING = ("", "-", "none", "no units", "no-units", "nounits", "unitless", "95")

CAPITAL_MATTERS = ("MW", "K")
"""Megawatts are no milliwatts, and K stands for a difference in most lists."""

_BY_TEXT = {name.lower(): name for name in UNITS if name not in CAPITAL_MATTERS}
_BY_TEXT |= {text: name for name, texts in _HABITS.items() for text in texts if name in UNITS}


def read_unit(text: str) -> SaidUnit:
    """The unit meant; ``UNKNOWN`` for none and for what nobody here knows."""
    said = text.strip()
    if said.isdecimal() and said != "95":
        said = bacnet_name(int(said))
    plain = said.lower().strip("[]() ")
    if plain in _NOTHING:
        return UNKNOWN
    if plain in _HUMIDITY:
        return SaidUnit("percent", "humidity")
    if plain in _BY_TEXT:
        name = _BY_TEXT[plain]
        return SaidUnit(name, UNITS[name].quantity)
    if said in UNITS:
        return SaidUnit(said, UNITS[said].quantity)
    hyphened = _hyphened(said)
    if hyphened == "percent-relative-humidity":
        return SaidUnit("percent", "humidity")
    if hyphened in SAME_UNIT and SAME_UNIT[hyphened] in UNITS:
        name = SAME_UNIT[hyphened]
        return SaidUnit(name, UNITS[name].quantity)
    return SaidUnit("", SAME_QUANTITY.get(hyphened, ""))


def bacnet_name(code: int) -> str:
    """The standard's name of a unit code (ASHRAE 135, clause 21), empty for one not in it."""
    from bacpypes3.basetypes import EngineeringUnits

    name = str(EngineeringUnits(code))
    return "" if name.isdecimal() else name


def bacnet_code(text: str) -> int | None:
    """The standard's code of a unit, however the list spelled it."""
    from bacpypes3.basetypes import EngineeringUnits

    said = text.strip()
    if said.isdecimal():
        return int(said)
    names = {ours: theirs for theirs, ours in SAME_UNIT.items()}
    unit = read_unit(said)
    name = names.get(unit.unit, _hyphened(said))
    if unit.quantity == "humidity":
        name = "percent-relative-humidity"
    try:
        return int(EngineeringUnits(name))
    except (ValueError, TypeError, KeyError):
        return None


def _hyphened(said: str) -> str:
    """ "degreesFahrenheit" and "Degrees Fahrenheit" -> "degrees-fahrenheit"."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", said)
    return re.sub(r"[\s_]+", "-", spaced).lower()
