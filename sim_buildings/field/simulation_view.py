"""The simulation as the devices see it: arrays of local time become points of site time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from sim_buildings import columns
from sim_buildings.field.building import FieldBuilding
from sim_buildings.field.point_list import FieldPoint, point_list
from sim_buildings.field.simulated_building import ForecastHour, Overrides
from sim_buildings.field.site_time import StandardTime
from sim_buildings.simulation import Simulation

Array = npt.NDArray[np.float64]

HOUR_S = 3600.0
FORECAST_HOURS = 36
PRESENCE_HOLD_S = 900.0
"""A presence detector keeps saying occupied for this long after the last movement."""

_ZONE_COMMANDS = {
    "heating": columns.HEATING,
    "cooling": columns.COOLING,
    "blind": columns.BLIND,
    "light": columns.LIGHT,
}
_HANDLER_COMMANDS = {
    "enable": columns.ENABLE,
    "supply_air": columns.SUPPLY_AIR,
    "static_pressure": columns.STATIC_PRESSURE,
    "outdoor_air": columns.OUTDOOR_AIR,
}
_ZONE_SENSORS = {
    "air_temperature": columns.Z_AIR,
    "co2": columns.Z_CO2,
    "daylight": columns.Z_DAYLIGHT,
    "facade_irradiance": columns.Z_FACADE,
}
_BUILDING_SENSORS = {
    "supply_air_temperature": columns.B_SUPPLY_AIR,
    "supply_air_flow": columns.B_SUPPLY_FLOW,
    "outdoor_air_flow": columns.B_OUTDOOR_FLOW,
    "outdoor_air_temperature": columns.B_OUTDOOR,
    "wind_speed": columns.B_WIND,
    "global_irradiance": columns.B_GHI,
    "power": columns.B_TOTAL,
    "energy": columns.B_ENERGY,
}
_TRUTH_OF_ZONE = (
    columns.Z_AIR,
    columns.Z_CO2,
    columns.Z_PEOPLE,
    columns.Z_DAYLIGHT,
    columns.Z_ILLUMINANCE,
    columns.Z_FACADE,
)


class SimulationView:
    """A ``SimulatedBuilding`` over a ``Simulation``."""

    def __init__(self, simulation: Simulation, field: FieldBuilding) -> None:
        self.field = field
        self.dt_s: float = simulation.dt_s
        self._simulation = simulation
        self._time = StandardTime(field.utc_offset_h)
        zones = {zone.name: index for index, zone in enumerate(field.zones)}
        points = point_list(field)
        self._commands = [_Command(p, zones) for p in points if p.meaning.write is not None]
        self._sensors = [_Sensor(p, zones) for p in points if p.meaning.write is None]
        self._seen_s = np.full(len(zones), -np.inf)
        self._zone_override = np.full((len(zones), len(columns.ZONE_COMMANDS)), np.nan)
        self._handler_override = np.full(len(columns.HANDLER_COMMANDS), np.nan)
        self._note_presence()

    @property
    def time_s(self) -> float:
        return self._time.to_site(self._simulation.time_s)

    def step(self, overrides: Overrides) -> None:
        for command in self._commands:
            value = overrides[command.name]
            wanted = np.nan if value is None else value
            if command.zone is None:
                self._handler_override[command.column] = wanted
            else:
                self._zone_override[command.zone, command.column] = wanted
        self._simulation.step(self._zone_override, self._handler_override)
        self._note_presence()

    def sensors(self) -> Mapping[str, float]:
        return {sensor.name: self._sensed(sensor) for sensor in self._sensors}

    def scheduled(self) -> Mapping[str, float]:
        zone: Array = self._simulation.bms_zone
        handler: Array = self._simulation.bms_ahu
        return {
            c.name: float(handler[c.column] if c.zone is None else zone[c.zone, c.column])
            for c in self._commands
        }

    def truth_columns(self) -> Sequence[str]:
        names = [
            f"{zone.name}.{name}"
            for zone in self.field.zones
            for name in (*(columns.ZONE_OUT[i] for i in _TRUTH_OF_ZONE), *columns.ZONE_COMMANDS)
        ]
        handler = self.field.air_handler.name
        names += [f"{handler}.{name}" for name in columns.HANDLER_COMMANDS]
        return [*names, *columns.BUILDING_OUT]

    def truth(self) -> Sequence[float]:
        out: Array = self._simulation.zone_out[:, _TRUTH_OF_ZONE]
        zones: Array = np.concatenate([out, self._simulation.effective_zone], axis=1)
        row = [zones.ravel(), self._simulation.effective_ahu, self._simulation.building_out]
        values: list[float] = np.concatenate(row).tolist()
        return values

    def forecast(self) -> Sequence[ForecastHour]:
        hour_s = self._simulation.time_s // HOUR_S * HOUR_S
        outdoor_c, ghi_w_m2 = self._simulation.world.forecast(hour_s, FORECAST_HOURS)
        return [
            ForecastHour(self._time.to_site(hour_s + k * HOUR_S), float(outdoor), float(ghi))
            for k, (outdoor, ghi) in enumerate(zip(outdoor_c, ghi_w_m2, strict=True))
        ]

    def _note_presence(self) -> None:
        present = self._simulation.zone_out[:, columns.Z_PEOPLE] > 0.0
        self._seen_s[present] = self._simulation.time_s

    def _sensed(self, sensor: _Sensor) -> float:
        if sensor.zone is None:
            return float(self._simulation.building_out[sensor.column])
        if sensor.column is None:
            held = self._simulation.time_s - self._seen_s[sensor.zone] < PRESENCE_HOLD_S
            return float(held)
        return float(self._simulation.zone_out[sensor.zone, sensor.column])


class _Command:
    """Where a commandable point is found in the simulation's arrays."""

    def __init__(self, point: FieldPoint, zones: Mapping[str, int]) -> None:
        self.name = point.name
        self.zone = zones.get(point.of)
        table = _HANDLER_COMMANDS if self.zone is None else _ZONE_COMMANDS
        self.column = table[point.role]


class _Sensor:
    """Where a sensor is found; presence has no column of its own."""

    def __init__(self, point: FieldPoint, zones: Mapping[str, int]) -> None:
        self.name = point.name
        self.zone = zones.get(point.of)
        table = _BUILDING_SENSORS if self.zone is None else _ZONE_SENSORS
        self.column = table.get(point.role)
