"""What a BACnet object says its unit is, held against what the site file says.

Misreading °F as °C stays inside many limits; a pressure taken for a temperature need not. So
another quantity is refused, and another unit of the same quantity is named in the log: units
properties are often left at their default, and the integrator knows better.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bacpypes3.basetypes import EngineeringUnits

from hvac_rl.units import UNITS, Unit

FIRST_PROPRIETARY = 256
NO_UNITS = "no-units"

SAME_UNIT = {
    "degrees-celsius": "degC",
    "degrees-fahrenheit": "degF",
    "degrees-kelvin": "K",
    "delta-degrees-kelvin": "delta_degC",
    "delta-degrees-fahrenheit": "delta_degF",
    "percent": "percent",
    "parts-per-million": "ppm",
    "luxes": "lux",
    "watts-per-square-meter": "W/m2",
    "watts": "W",
    "kilowatts": "kW",
    "joules": "J",
    "kilowatt-hours": "kWh",
    "kilo-btus": "kBtu",
    "pascals": "Pa",
    "inches-of-water": "inH2O",
    "cubic-meters-per-second": "m3/s",
    "liters-per-second": "L/s",
    "cubic-meters-per-hour": "m3/h",
    "cubic-feet-per-minute": "cfm",
    "meters-per-second": "m/s",
    "miles-per-hour": "mph",
    "kilograms-per-second": "kg/s",
    "parts-per-billion": "ppb",
    "foot-candles": "footcandle",
    "megawatts": "MW",
    "btus-per-hour": "Btu/h",
    "kilo-btus-per-hour": "kBtu/h",
    "horsepower": "hp",
    "tons-refrigeration": "ton",
    "kilojoules": "kJ",
    "megajoules": "MJ",
    "watt-hours": "Wh",
    "megawatt-hours": "MWh",
    "hectopascals": "hPa",
    "kilopascals": "kPa",
    "bars": "bar",
    "pounds-force-per-square-inch": "psi",
    "liters-per-minute": "L/min",
    "liters-per-hour": "L/h",
    "us-gallons-per-minute": "gpm",
    "kilometers-per-hour": "km/h",
    "feet-per-minute": "ft/min",
    "kilograms-per-hour": "kg/h",
}
"""BACnet's name -> the name in the site file."""

SAME_QUANTITY = {
    "percent-relative-humidity": "fraction",
    "per-mille": "fraction",
    "watts-per-square-foot": "irradiance",
    "milliwatts": "power",
    "btus": "energy",
    "mega-btus": "energy",
    "therms": "energy",
    "ton-hours": "energy",
    "millibars": "pressure",
    "centimeters-of-water": "pressure",
    "millimeters-of-water": "pressure",
    "inches-of-mercury": "pressure",
    "millimeters-of-mercury": "pressure",
    "centimeters-of-mercury": "pressure",
    "cubic-meters-per-minute": "flow",
    "cubic-feet-per-second": "flow",
    "cubic-feet-per-hour": "flow",
    "feet-per-second": "speed",
    "kilograms-per-minute": "mass_flow",
    "grams-per-second": "mass_flow",
}
"""Units that the site file cannot name, but whose quantity is known."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """``device`` is the device's own word for its unit."""

    device: str
    same_quantity: bool
    same_unit: bool


def compare(said: Any, configured: Unit) -> Comparison:
    """A unit that says nothing (none, or the vendor's own) agrees with everything."""
    name = str(said)
    if not isinstance(said, EngineeringUnits) or name == NO_UNITS or said >= FIRST_PROPRIETARY:
        return Comparison(name, same_quantity=True, same_unit=True)
    ours = SAME_UNIT.get(name)
    quantity = UNITS[ours].quantity if ours else SAME_QUANTITY.get(name, "")
    return Comparison(
        name,
        same_quantity=quantity == configured.quantity,
        same_unit=ours == configured.name,
    )
