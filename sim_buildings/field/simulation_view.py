"""The simulation as the devices see it: arrays of local time become points of site time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from sim_buildings import columns
from sim_buildings.buffers import Floats
from sim_buildings.field.building import FieldBuilding
from sim_buildings.field.point_list import FieldPoint, point_list
from sim_buildings.field.simulated_building import ForecastHour, Overrides
from sim_buildings.field.site_time import StandardTime
from sim_buildings.simulation import Simulation

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
_HANDLER_SENSORS = {
    "supply_air_temperature": columns.H_SUPPLY_AIR,
    "supply_air_flow": columns.H_SUPPLY_FLOW,
    "outdoor_air_flow": columns.H_OUTDOOR_FLOW,
}
_SITE_SENSORS = {
    "outdoor_air_temperature": columns.B_OUTDOOR,
    "wind_speed": columns.B_WIND,
    "global_irradiance": columns.B_GHI,
    "power": columns.B_TOTAL,
    "energy": columns.B_ENERGY,
    "gas": columns.B_GAS_ENERGY,
}
_TRUTH_OF_ZONE = (
    columns.Z_AIR,
    columns.Z_CO2,
    columns.Z_PEOPLE,
    columns.Z_DAYLIGHT,
    columns.Z_ILLUMINANCE,
    columns.Z_FACADE,
)
_TRUTH_OF_HANDLER = (
    columns.H_SUPPLY_AIR,
    columns.H_SUPPLY_FLOW,
    columns.H_OUTDOOR_FLOW,
    columns.H_FAN,
    columns.H_COOLING_COIL,
)


class SimulationView:
    """A ``SimulatedBuilding`` over a ``Simulation``."""

    def __init__(self, simulation: Simulation, field: FieldBuilding) -> None:
        self.field = field
        self.dt_s: float = simulation.dt_s
        self._simulation = simulation
        self._time = StandardTime(field.utc_offset_h)
        zones = {zone.name: index for index, zone in enumerate(field.zones)}
        handlers = {handler.name: index for index, handler in enumerate(field.air_handlers)}
        self._seen_s = np.full(len(zones), -np.inf)
        self._zone_override = np.full((len(zones), len(columns.ZONE_COMMANDS)), np.nan)
        self._handler_override = np.full((len(handlers), len(columns.HANDLER_COMMANDS)), np.nan)
        self._commands: list[_Command] = []
        self._sensors: list[_Sensor] = []
        self._presence: list[tuple[str, int]] = []
        for point in point_list(field):
            if point.of in handlers:
                self._add_of_handler(point, handlers[point.of])
            elif point.of in zones:
                self._add_of_zone(point, zones[point.of])
            else:
                column = _SITE_SENSORS[point.role]
                self._sensors.append(_Sensor(point.name, simulation.building_out, column))
        self._note_presence()

    def _add_of_handler(self, point: FieldPoint, handler: int) -> None:
        if point.meaning.write is None:
            row = self._simulation.handler_out[handler]
            self._sensors.append(_Sensor(point.name, row, _HANDLER_SENSORS[point.role]))
            return
        bms, override = self._simulation.bms_handler[handler], self._handler_override[handler]
        self._commands.append(_Command(point.name, bms, override, _HANDLER_COMMANDS[point.role]))

    def _add_of_zone(self, point: FieldPoint, zone: int) -> None:
        if point.role == "occupancy":
            self._presence.append((point.name, zone))
        elif point.meaning.write is None:
            row = self._simulation.zone_out[zone]
            self._sensors.append(_Sensor(point.name, row, _ZONE_SENSORS[point.role]))
        else:
            bms, override = self._simulation.bms_zone[zone], self._zone_override[zone]
            self._commands.append(_Command(point.name, bms, override, _ZONE_COMMANDS[point.role]))

    @property
    def time_s(self) -> float:
        return self._time.to_site(self._simulation.time_s)

    def step(self, overrides: Overrides) -> None:
        for command in self._commands:
            value = overrides[command.name]
            command.override[command.column] = np.nan if value is None else value
        self._simulation.step(self._zone_override, self._handler_override)
        self._note_presence()

    def sensors(self) -> Mapping[str, float]:
        found = {sensor.name: float(sensor.row[sensor.column]) for sensor in self._sensors}
        held = self._simulation.time_s - self._seen_s < PRESENCE_HOLD_S
        return found | {name: float(held[zone]) for name, zone in self._presence}

    def scheduled(self) -> Mapping[str, float]:
        return {command.name: float(command.bms[command.column]) for command in self._commands}

    def truth_columns(self) -> Sequence[str]:
        names = [
            f"{zone.name}.{name}"
            for zone in self.field.zones
            for name in (*(columns.ZONE_OUT[i] for i in _TRUTH_OF_ZONE), *columns.ZONE_COMMANDS)
        ]
        names += [
            f"{handler.name}.{name}"
            for handler in self.field.air_handlers
            for name in (
                *(columns.HANDLER_OUT[i] for i in _TRUTH_OF_HANDLER),
                *columns.HANDLER_COMMANDS,
            )
        ]
        return [*names, *columns.BUILDING_OUT]

    def truth(self) -> Sequence[float]:
        now = self._simulation
        zones = np.concatenate([now.zone_out[:, _TRUTH_OF_ZONE], now.effective_zone], axis=1)
        handlers = np.concatenate(
            [now.handler_out[:, _TRUTH_OF_HANDLER], now.effective_handler], axis=1
        )
        row = np.concatenate([zones.ravel(), handlers.ravel(), now.building_out])
        values: list[float] = row.tolist()
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


class _Sensor(NamedTuple):
    """Where a sensor is found: in a live row of the simulation's."""

    name: str
    row: Floats
    column: int


class _Command(NamedTuple):
    """Where a commandable point is found: what the BMS wants, and where overrides go."""

    name: str
    bms: Floats
    override: Floats
    column: int
