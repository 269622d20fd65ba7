"""The point list of the simulated building: from it come the devices and the site file alike.

One BACnet controller a zone, one an air handler, the first with the weather station on it, and a
Modbus gateway for blinds, lights, light sensors and the meters; a large building has several
gateways, with the meters on the first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hvac_rl.zones import (
    AIR_HANDLER_COMMANDS,
    AIR_HANDLER_SENSORS,
    SITE,
    SITE_SENSORS,
    ZONE_COMMANDS,
    ZONE_SENSORS,
)
from sim_buildings.field.building import FieldAirHandler, FieldBuilding, FieldZone

GATEWAY = "room-gateway"
ZONES_A_GATEWAY = 48
"""Each zone has a pair of registers in blocks of a hundred."""
HEARTBEAT_REGISTER = 0
TIME_OUT_REGISTER = 0
"""Input register: seconds without a moved heartbeat after which remote values are dropped."""

# First register (0-based) of each block on the gateway; zones follow one another in pairs.
BLIND, LIGHT, DAYLIGHT, FACADE, POWER, ENERGY, GAS = 100, 200, 300, 400, 500, 502, 506
BLIND_COIL, LIGHT_COIL = 0, 64


@dataclass(frozen=True, slots=True)
class BacnetPlace:
    kind: str
    """Object type in the standard's hyphenated spelling."""
    instance: int
    label: str
    """Object name on the controller, after the device's."""


@dataclass(frozen=True, slots=True)
class ModbusPlace:
    """A wish is in a holding register and its ``coil``; what is in force, and every sensor, in
    the input register of the same number."""

    register: int
    datatype: str = "float32"
    coil: int | None = None


@dataclass(frozen=True, slots=True)
class Range:
    """What the device takes, and how often it should be written; in the point's unit."""

    minimum: float
    maximum: float
    deadband: float
    daily_writes: int


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a role is, wherever it is found; numbers in ``unit``."""

    unit: str
    description: str
    low: float | None = None
    high: float | None = None
    write: Range | None = None


@dataclass(frozen=True, slots=True)
class FieldPoint:
    device: str
    of: str
    role: str
    meaning: Meaning
    place: BacnetPlace | ModbusPlace

    @property
    def name(self) -> str:
        return f"{self.of}.{_LONG_NAME.get(self.role, self.role)}"

    @property
    def brick(self) -> str:
        return _SITE_BRICK[self.role] if self.of == SITE else _BRICK[self.role]


def point_list(building: FieldBuilding) -> list[FieldPoint]:
    """Every point of the building, device by device."""
    points: list[FieldPoint] = []
    for k, handler in enumerate(building.air_handlers):
        points += _air_handler(handler, with_weather_station=k == 0)
    for zone in building.zones:
        points += _controller(zone)
    for k, (gateway, zones) in enumerate(gateways(building).items()):
        points += _rooms(gateway, zones)
        if k == 0:
            points += _meters(gateway, building.burns_gas)
    return points


def controller_of(zone: str) -> str:
    return f"vav-{zone}"


def gateways(building: FieldBuilding) -> dict[str, Sequence[FieldZone]]:
    """The zones on each gateway, by its name."""
    parts = [
        building.zones[k : k + ZONES_A_GATEWAY]
        for k in range(0, len(building.zones), ZONES_A_GATEWAY)
    ]
    if len(parts) == 1:
        return {GATEWAY: parts[0]}
    return {f"{GATEWAY}-{k}": part for k, part in enumerate(parts, 1)}


_MEANINGS = {
    "air_temperature": Meaning("degC", "room air temperature", -10.0, 50.0),
    "co2": Meaning("ppm", "room CO2", 0.0, 5000.0),
    "occupancy": Meaning("bool", "presence, held for 15 minutes"),
    "daylight": Meaning("lux", "daylight on the workplane", 0.0, 100_000.0),
    "facade_irradiance": Meaning("W/m2", "irradiance on the facade", 0.0, 1500.0),
    "heating": Meaning("degC", "heating setpoint", write=Range(5.0, 30.0, 0.1, 48)),
    "cooling": Meaning("degC", "cooling setpoint", write=Range(15.0, 40.0, 0.1, 48)),
    "blind": Meaning("percent", "blind position", write=Range(0.0, 100.0, 5.0, 24)),
    "light": Meaning("percent", "light level", write=Range(0.0, 100.0, 3.0, 96)),
    "supply_air_temperature": Meaning("degC", "supply air temperature", -20.0, 60.0),
    "enable": Meaning("bool", "run enable", write=Range(0.0, 1.0, 0.5, 96)),
    "supply_air": Meaning(
        "degC", "supply air temperature setpoint", write=Range(8.0, 45.0, 0.2, 96)
    ),
    "outdoor_air_temperature": Meaning("degC", "outdoor air temperature", -50.0, 60.0),
    "wind_speed": Meaning("m/s", "wind speed on the roof", 0.0, 60.0),
    "global_irradiance": Meaning("W/m2", "global horizontal irradiance", 0.0, 1500.0),
    "power": Meaning("W", "electric power", 0.0, 1e7),
    "energy": Meaning("kWh", "electric energy since the start", 0.0),
    "gas": Meaning("kWh", "gas burnt since the start", 0.0),
}


def _sized(handler: FieldAirHandler) -> dict[str, Meaning]:
    """What depends on how large an air handler is."""
    most_m3_s = round(2.0 * handler.design_supply_air_m3_s, 3)
    most_pa = max(500.0, 2.0 * handler.design_static_pressure_pa)
    return {
        "supply_air_flow": Meaning("m3/s", "supply air flow", 0.0, most_m3_s),
        "outdoor_air_flow": Meaning("m3/s", "outdoor air flow", 0.0, most_m3_s),
        "static_pressure": Meaning(
            "Pa", "duct static pressure setpoint", write=Range(0.0, most_pa, 5.0, 96)
        ),
        "outdoor_air": Meaning(
            "m3/s", "outdoor air flow setpoint", write=Range(0.0, most_m3_s, 0.005, 96)
        ),
    }


_CONTROLLER = {
    "air_temperature": BacnetPlace("analog-input", 1, "ZN-T"),
    "co2": BacnetPlace("analog-input", 2, "ZN-CO2"),
    "occupancy": BacnetPlace("binary-input", 1, "OCC"),
    "heating": BacnetPlace("analog-value", 1, "HTG-SP"),
    "cooling": BacnetPlace("analog-value", 2, "CLG-SP"),
}
_AIR_HANDLER = {
    "supply_air_temperature": BacnetPlace("analog-input", 1, "SA-T"),
    "supply_air_flow": BacnetPlace("analog-input", 2, "SA-FLOW"),
    "outdoor_air_flow": BacnetPlace("analog-input", 3, "OA-FLOW"),
    "outdoor_air_temperature": BacnetPlace("analog-input", 4, "OA-T"),
    "wind_speed": BacnetPlace("analog-input", 5, "WIND"),
    "global_irradiance": BacnetPlace("analog-input", 6, "GHI"),
    "enable": BacnetPlace("binary-value", 1, "ENABLE"),
    "supply_air": BacnetPlace("analog-value", 1, "SAT-SP"),
    "static_pressure": BacnetPlace("analog-value", 2, "DSP-SP"),
    "outdoor_air": BacnetPlace("analog-value", 3, "OAF-SP"),
}


def _controller(zone: FieldZone) -> Iterator[FieldPoint]:
    for role, place in _CONTROLLER.items():
        yield FieldPoint(controller_of(zone.name), zone.name, role, _MEANINGS[role], place)


def _air_handler(handler: FieldAirHandler, *, with_weather_station: bool) -> Iterator[FieldPoint]:
    meanings = _MEANINGS | _sized(handler)
    for role, place in _AIR_HANDLER.items():
        of_site = role in _SITE_BRICK
        if with_weather_station or not of_site:
            of = SITE if of_site else handler.name
            yield FieldPoint(handler.name, of, role, meanings[role], place)


def _rooms(gateway: str, zones: Sequence[FieldZone]) -> Iterator[FieldPoint]:
    def point(zone: FieldZone, role: str, place: ModbusPlace) -> FieldPoint:
        return FieldPoint(gateway, zone.name, role, _MEANINGS[role], place)

    for i, zone in enumerate(zone for zone in zones if zone.has_blind):
        yield point(zone, "blind", ModbusPlace(BLIND + 2 * i, coil=BLIND_COIL + i))
    for i, zone in enumerate(zones):
        yield point(zone, "light", ModbusPlace(LIGHT + 2 * i, coil=LIGHT_COIL + i))
    for i, zone in enumerate(zones):
        yield point(zone, "daylight", ModbusPlace(DAYLIGHT + 2 * i))
    for i, zone in enumerate(zone for zone in zones if zone.azimuth_deg is not None):
        yield point(zone, "facade_irradiance", ModbusPlace(FACADE + 2 * i))


def _meters(gateway: str, burns_gas: bool) -> Iterator[FieldPoint]:
    # A yearly total in a 32-bit float would count in steps of several watt-hours.
    places = {"power": ModbusPlace(POWER), "energy": ModbusPlace(ENERGY, "float64")}
    if burns_gas:
        places["gas"] = ModbusPlace(GAS, "float64")
    for role, place in places.items():
        yield FieldPoint(gateway, SITE, role, _MEANINGS[role], place)


_BRICK = {
    role: brick
    for table in (ZONE_SENSORS, ZONE_COMMANDS, AIR_HANDLER_SENSORS, AIR_HANDLER_COMMANDS)
    for brick, role in table.items()
}
_SITE_BRICK = {role: brick for brick, role in SITE_SENSORS.items()}
_LONG_NAME = {
    "heating": "heating_setpoint",
    "cooling": "cooling_setpoint",
    "supply_air": "supply_air_setpoint",
    "static_pressure": "static_pressure_setpoint",
    "outdoor_air": "outdoor_air_setpoint",
}
