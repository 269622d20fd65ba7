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
}
"""BACnet's name -> the name in the site file."""

SAME_QUANTITY = {
    "percent-relative-humidity": "fraction",
    "per-mille": "fraction",
    "parts-per-billion": "concentration",
    "foot-candles": "illuminance",
    "watts-per-square-foot": "irradiance",
    "milliwatts": "power",
    "megawatts": "power",
    "btus-per-hour": "power",
    "kilo-btus-per-hour": "power",
    "horsepower": "power",
    "tons-refrigeration": "power",
    "kilojoules": "energy",
    "megajoules": "energy",
    "watt-hours": "energy",
    "megawatt-hours": "energy",
    "btus": "energy",
    "mega-btus": "energy",
    "therms": "energy",
    "ton-hours": "energy",
    "hectopascals": "pressure",
    "kilopascals": "pressure",
    "millibars": "pressure",
    "bars": "pressure",
    "pounds-force-per-square-inch": "pressure",
    "centimeters-of-water": "pressure",
    "millimeters-of-water": "pressure",
    "inches-of-mercury": "pressure",
    "millimeters-of-mercury": "pressure",
    "centimeters-of-mercury": "pressure",
    "cubic-meters-per-minute": "flow",
    "cubic-feet-per-second": "flow",
    "cubic-feet-per-hour": "flow",
    "liters-per-minute": "flow",
    "liters-per-hour": "flow",
    "us-gallons-per-minute": "flow",
    "kilometers-per-hour": "speed",
    "feet-per-minute": "speed",
    "feet-per-second": "speed",
    "kilograms-per-minute": "mass_flow",
    "kilograms-per-hour": "mass_flow",
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
