"""Units at the edge: whatever a device speaks is SI inside, with temperature in degrees Celsius.

Conversion factors: NIST Special Publication 811 (2008), appendix B.
A temperature *difference* is a unit of its own: 9 °F of difference is 5 K, not -12.8 °C.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unit:
    """``si = raw * scale + offset``; ``quantity`` says what may be compared with what."""

    name: str
    quantity: str
    si: str
    scale: float = 1.0
    offset: float = 0.0

    def to_si(self, raw: float) -> float:
        return raw * self.scale + self.offset

    def from_si(self, value: float) -> float:
        return (value - self.offset) / self.scale


_TABLE = (
    Unit("degC", "temperature", "degC"),
    Unit("degF", "temperature", "degC", 5 / 9, -160 / 9),
    Unit("K", "temperature", "degC", 1.0, -273.15),
    Unit("delta_degC", "temperature_difference", "delta_degC"),
    Unit("delta_degF", "temperature_difference", "delta_degC", 5 / 9),
    Unit("fraction", "fraction", "fraction"),
    Unit("percent", "fraction", "fraction", 0.01),
    Unit("bool", "state", "bool"),
    Unit("count", "count", "count"),
    Unit("ppm", "concentration", "ppm"),
    Unit("ppb", "concentration", "ppm", 1e-3),
    Unit("lux", "illuminance", "lux"),
    Unit("footcandle", "illuminance", "lux", 10.76391),
    Unit("W/m2", "irradiance", "W/m2"),
    Unit("W", "power", "W"),
    Unit("kW", "power", "W", 1e3),
    Unit("MW", "power", "W", 1e6),
    Unit("Btu/h", "power", "W", 0.2930711),
    Unit("kBtu/h", "power", "W", 293.0711),
    Unit("ton", "power", "W", 3516.853),  # of refrigeration, 12,000 Btu/h
    Unit("hp", "power", "W", 745.6999),
    Unit("J", "energy", "J"),
    Unit("kJ", "energy", "J", 1e3),
    Unit("MJ", "energy", "J", 1e6),
    Unit("GJ", "energy", "J", 1e9),
    Unit("Wh", "energy", "J", 3.6e3),
    Unit("kWh", "energy", "J", 3.6e6),
    Unit("MWh", "energy", "J", 3.6e9),
    Unit("kBtu", "energy", "J", 1.055_055_852_62e6),
    Unit("Pa", "pressure", "Pa"),
    Unit("hPa", "pressure", "Pa", 1e2),
    Unit("kPa", "pressure", "Pa", 1e3),
    Unit("bar", "pressure", "Pa", 1e5),
    Unit("psi", "pressure", "Pa", 6894.757),
    Unit("inH2O", "pressure", "Pa", 249.0889),
    Unit("m3/s", "flow", "m3/s"),
    Unit("L/s", "flow", "m3/s", 1e-3),
    Unit("L/min", "flow", "m3/s", 1e-3 / 60),
    Unit("L/h", "flow", "m3/s", 1e-3 / 3600),
    Unit("m3/h", "flow", "m3/s", 1 / 3600),
    Unit("gpm", "flow", "m3/s", 6.309020e-5),
    Unit("cfm", "flow", "m3/s", 4.719474e-4),
    Unit("m/s", "speed", "m/s"),
    Unit("km/h", "speed", "m/s", 1 / 3.6),
    Unit("mph", "speed", "m/s", 0.44704),
    Unit("ft/min", "speed", "m/s", 0.00508),
    Unit("kg/s", "mass_flow", "kg/s"),
    Unit("kg/h", "mass_flow", "kg/s", 1 / 3600),
)

UNITS: dict[str, Unit] = {unit.name: unit for unit in _TABLE}
