"""What the points mean together: zones, air handlers and the site, each point by its role.

A role is the point's Brick class; the table below is all that the rules and the guard know of a
building's points.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from hvac_rl.points import Point

SITE = "site"

ZONE_SENSORS = {
    "Zone_Air_Temperature_Sensor": "air_temperature",
    "Zone_CO2_Level_Sensor": "co2",
    "Occupancy_Sensor": "occupancy",
    "Illuminance_Sensor": "daylight",
    "Solar_Irradiance_Sensor": "facade_irradiance",
    "Zone_Air_Dewpoint_Sensor": "dew_point",
    "Zone_Air_Humidity_Sensor": "humidity",
    "Contact_Sensor": "contact",
}
ZONE_COMMANDS = {
    "Heating_Zone_Air_Temperature_Setpoint": "heating",
    "Cooling_Zone_Air_Temperature_Setpoint": "cooling",
    "Position_Command": "blind",
    "Lighting_Level_Command": "light",
}
AIR_HANDLER_SENSORS = {
    "Supply_Air_Temperature_Sensor": "supply_air_temperature",
    "Supply_Air_Flow_Sensor": "supply_air_flow",
    "Outside_Air_Flow_Sensor": "outdoor_air_flow",
    "Freeze_Status": "freeze_stat",
}
AIR_HANDLER_COMMANDS = {
    "Run_Enable_Command": "enable",
    "Supply_Air_Temperature_Setpoint": "supply_air",
    "Supply_Air_Static_Pressure_Setpoint": "static_pressure",
    "Outside_Air_Flow_Setpoint": "outdoor_air",
}
SITE_SENSORS = {
    "Outside_Air_Temperature_Sensor": "outdoor_air_temperature",
    "Wind_Speed_Sensor": "wind_speed",
    "Solar_Irradiance_Sensor": "global_irradiance",
    "Electric_Power_Sensor": "power",
    "Electric_Energy_Sensor": "energy",
    "Natural_Gas_Usage_Sensor": "gas",
    "Rain_Sensor": "rain",
}
# Wherever such a point belongs to, above 0.5 it releases the whole site.
LIFE_SAFETY_SENSORS = {
    "Smoke_Alarm": "life_safety",
    "Smoke_Detection_Alarm": "life_safety",
    "Emergency_Alarm": "life_safety",
}

# Without these nothing about a zone, an air handler or the site can be judged.
ZONE_NEEDS = ("air_temperature", "co2", "occupancy", "daylight")
SITE_NEEDS = ("outdoor_air_temperature", "wind_speed", "global_irradiance")
QUANTITY_OF = {
    "air_temperature": "temperature",
    "co2": "concentration",
    "occupancy": "state",
    "daylight": "illuminance",
    "facade_irradiance": "irradiance",
    "heating": "temperature",
    "cooling": "temperature",
    "blind": "fraction",
    "light": "fraction",
    "supply_air_temperature": "temperature",
    "supply_air_flow": "flow",
    "outdoor_air_flow": "flow",
    "enable": "state",
    "supply_air": "temperature",
    "static_pressure": "pressure",
    "outdoor_air": "flow",
    "outdoor_air_temperature": "temperature",
    "wind_speed": "speed",
    "global_irradiance": "irradiance",
    "power": "power",
    "energy": "energy",
    "gas": "energy",
    "dew_point": "temperature",
    "humidity": "fraction",
    "contact": "state",
    "freeze_stat": "state",
    "rain": "state",
    "life_safety": "state",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """A room or group of rooms with its points by role."""

    name: str
    area_m2: float
    design_people: float
    full_light_lux: float
    served_by: str
    azimuth_deg: float = float("nan")
    """Facade azimuth clockwise from north; NaN without a facade."""
    sensors: Mapping[str, Point] = field(default_factory=dict)
    commands: Mapping[str, Point] = field(default_factory=dict)
    spares: Mapping[str, tuple[Point, ...]] = field(default_factory=dict)
    """Further sensors of a role: what the first one says is held against them."""

    def needed_sensors(self) -> list[Point]:
        """The sensors without which the zone cannot be judged; a facade's where there is one."""
        needed = [self.sensors[role] for role in ZONE_NEEDS]
        if "facade_irradiance" in self.sensors:
            needed.append(self.sensors["facade_irradiance"])
        return needed


@dataclass(frozen=True, slots=True, kw_only=True)
class AirHandler:
    """An air handler with its points by role."""

    name: str
    design_outdoor_air_m3_s: float
    sensors: Mapping[str, Point] = field(default_factory=dict)
    commands: Mapping[str, Point] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """All that one daemon supervises."""

    zones: tuple[Zone, ...]
    air_handlers: tuple[AirHandler, ...]
    sensors: Mapping[str, Point]
    """Site-wide sensors by role."""
    spares: Mapping[str, tuple[Point, ...]] = field(default_factory=dict)
    life_safety: tuple[Point, ...] = ()

    def needed_sensors(self) -> list[Point]:
        """The site's sensors without which no zone can be judged."""
        return [self.sensors[role] for role in SITE_NEEDS]

    def points(self) -> list[Point]:
        """Every point, sensors first."""
        holders: list[Zone | AirHandler] = [*self.zones, *self.air_handlers]
        found = [*self.sensors.values(), *self.life_safety]
        for holder in holders:
            found += holder.sensors.values()
        for spares in (self.spares, *(zone.spares for zone in self.zones)):
            for points in spares.values():
                found += points
        for holder in holders:
            found += holder.commands.values()
        return found

    def commandable(self) -> list[Point]:
        return [point for point in self.points() if point.writable]


def by_role(points: Iterable[Point], of: str, table: Mapping[str, str]) -> dict[str, Point]:
    """The points of ``of`` whose Brick class is in ``table``, by role; the first of each role."""
    found: dict[str, Point] = {}
    for point in points:
        if point.of == of and point.brick in table:
            found.setdefault(table[point.brick], point)
    return found


def spares_by_role(
    points: Iterable[Point], of: str, table: Mapping[str, str]
) -> dict[str, tuple[Point, ...]]:
    """What :func:`by_role` leaves over: the further points of a role, in their order."""
    points = list(points)
    first = set(map(id, by_role(points, of, table).values()))
    found: dict[str, tuple[Point, ...]] = {}
    for point in points:
        if point.of == of and point.brick in table and id(point) not in first:
            role = table[point.brick]
            found[role] = (*found.get(role, ()), point)
    return found
