"""A building in EnergyPlus that takes the guard's commands and answers with readings."""

from __future__ import annotations

import json
import shutil
import tempfile
import weakref
from collections.abc import Sequence
from datetime import date
from math import floor, isfinite, nan, radians, sin
from pathlib import Path
from typing import NamedTuple

from hvac_rl.safety.values import AirHandlerWish, ZoneWish
from sim_buildings.energyplus.calendar import SiteDays
from sim_buildings.energyplus.errors import EnergyPlusError
from sim_buildings.energyplus.exchange import Actuator, Internal, Run, Variable
from sim_buildings.energyplus.mapping import Mapping, check_names
from sim_buildings.energyplus.models import (
    ELECTRICITY,
    GAS,
    STEPS_PER_HOUR,
    daylight_name,
    enable_schedules,
    has_daylight,
    outdoor_air_schedule,
    prepare,
    supply_air_schedule,
    with_period,
)
from sim_buildings.energyplus.objects import Model, Table
from sim_buildings.energyplus.worker import Worker

STEP_S = 3600.0 / STEPS_PER_HOUR
# The engine stops for good when heating stands above cooling.
LEAST_DEADBAND_K = 0.5
SHADE_OFF, EXTERIOR_SHADE_ON = 0.0, 3.0

AIR, CO2, PEOPLE, DAYLIGHT, FACADE = (
    "Zone Mean Air Temperature",
    "Zone Air CO2 Concentration",
    "Zone People Occupant Count",
    "Daylighting Reference Point 1 Illuminance",
    "Surface Outside Face Incident Solar Radiation Rate per Area",
)
SITE_VARIABLES = (
    "Site Outdoor Air Drybulb Temperature",
    "Site Wind Speed",
    "Site Direct Solar Radiation Rate per Area",
    "Site Diffuse Solar Radiation Rate per Area",
    "Site Solar Altitude Angle",
)


class ZoneReadings(NamedTuple):
    """What a zone's sensors read: means over the last quarter hour, CO2 at its end."""

    air_c: float
    co2_ppm: float
    people: float
    daylight_lux: float
    """On the task in the middle of the floor, without electric light; 0 without windows."""
    facade_w_m2: float


class PlantReadings(NamedTuple):
    """The building and its surroundings over the last quarter hour."""

    zones: tuple[ZoneReadings, ...]
    outdoor_c: float
    wind_m_s: float
    ghi_w_m2: float
    electric_power_w: float
    """Of the whole building: plant, lights, equipment."""
    gas_power_w: float
    extra: tuple[float, ...]
    """The variables that were asked for besides."""


class EnergyPlusPlant:
    """One model under one mapping; ``start`` a period, then ``step`` by quarter hours.

    ``extra``: further output variables to be read. Readings hold the quarter hour before a command;
    a command acts over the whole next one. Raises EnergyPlusError.
    """

    def __init__(
        self,
        model: Model,
        mapping: Mapping,
        weather: Path,
        *,
        extra: Sequence[Variable] = (),
        worker: Worker | None = None,
        mapping_file: str = "mapping",
    ) -> None:
        check_names(mapping, model, mapping_file)
        self.mapping = mapping
        self.days = SiteDays(mapping.site, mapping_file)
        self._name = model.name
        self._weather = weather
        self._worker = worker or Worker()
        self._table = prepare(model, mapping)
        self._sensors = [has_daylight(model, zone) for zone in mapping.zones]
        self._variables = (*self._wanted(), *extra)
        self._actuators = tuple(_actuators(mapping))
        self._lights = tuple(
            Internal("Lighting Power Design Level", name)
            for zone in mapping.zones
            for name in zone.lights
        )
        self._folder = Path(tempfile.mkdtemp(prefix="hvac-rl-energyplus-"))
        self._finish = weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)

    @property
    def worker(self) -> Worker:
        return self._worker

    def start(self, first: date, days: int) -> PlantReadings:
        """Begin at midnight of ``first``; the readings are of the engine's own warm-up."""
        table = with_period(self._table, first, days, self.days.holidays(first.year, days))
        run = Run(
            write_model(table, self._folder),
            str(self._weather),
            self._variables,
            (ELECTRICITY,),
            (GAS,),
            self._actuators,
            self._lights,
        )
        internals, values = self._worker.start(run, self._name)
        for light, watts in zip(self._lights, internals, strict=True):
            if not isfinite(watts):
                raise EnergyPlusError(self._name, f"{light.key}: the engine knows no such lights")
        self._light_w = internals
        return self._readings(values)

    def step(self, zones: Sequence[ZoneWish], handlers: Sequence[AirHandlerWish]) -> PlantReadings:
        """One quarter hour under these commands, one a zone and one an air handler.

        A NaN leaves that point to the model's own control.
        """
        values: list[float] = []
        light = iter(self._light_w)
        for zone, command in zip(self.mapping.zones, zones, strict=True):
            heating_c, cooling_c = command.heating_c, command.cooling_c
            if cooling_c - heating_c < LEAST_DEADBAND_K:
                heating_c = cooling_c - LEAST_DEADBAND_K
            values += [heating_c, cooling_c]
            values += [command.light * next(light) for _ in zone.lights]
            values += _shades(command.blind, len(zone.windows))
        for handler, wish in zip(self.mapping.air_handlers, handlers, strict=True):
            if handler.enable:
                values += [wish.enable, wish.enable]
            if handler.supply_air_manager:
                values.append(wish.supply_air_c)
            if handler.outdoor_air_controller:
                share = wish.outdoor_air_m3_s / handler.design_outdoor_air_m3_s
                values.append(min(share, 1.0) if isfinite(share) else nan)
        return self._readings(self._worker.step(tuple(values)))

    def close(self) -> None:
        """End the engine's process and remove what was written."""
        self._worker.close()
        self._finish()

    def _wanted(self) -> list[Variable]:
        wanted = [Variable(name, "Environment") for name in SITE_VARIABLES]
        for zone, sensor in zip(self.mapping.zones, self._sensors, strict=True):
            wanted += [Variable(AIR, zone.zone), Variable(CO2, zone.zone)]
            # The engine counts no people where the model has none.
            if zone.design_people > 0.0:
                wanted.append(Variable(PEOPLE, zone.zone))
            if sensor:
                wanted.append(Variable(DAYLIGHT, daylight_name(zone)))
            if zone.facade:
                wanted.append(Variable(FACADE, zone.facade))
        return wanted

    def _readings(self, values: tuple[float, ...]) -> PlantReadings:
        left = iter(values)
        outdoor_c, wind_m_s, direct, diffuse, height_deg = (next(left) for _ in SITE_VARIABLES)
        zones = []
        for zone, sensor in zip(self.mapping.zones, self._sensors, strict=True):
            zones.append(
                ZoneReadings(
                    next(left),
                    next(left),
                    next(left) if zone.design_people > 0.0 else 0.0,
                    next(left) if sensor else 0.0,
                    next(left) if zone.facade else 0.0,
                )
            )
        *extra, electricity_j, gas_j = left
        return PlantReadings(
            tuple(zones),
            outdoor_c,
            wind_m_s,
            diffuse + direct * max(sin(radians(height_deg)), 0.0),
            electricity_j / STEP_S,
            gas_j / STEP_S,
            tuple(extra),
        )


def write_model(table: Table, folder: Path) -> str:
    """Write a model where the engine can read it; its path."""
    path = folder / "model.epJSON"
    path.write_text(json.dumps(table), encoding="utf-8")
    return str(path)


def _actuators(mapping: Mapping) -> list[Actuator]:
    """In the order in which ``step`` gives their values."""
    wanted: list[Actuator] = []
    for zone in mapping.zones:
        for which in ("Heating Setpoint", "Cooling Setpoint"):
            wanted.append(Actuator("Zone Temperature Control", which, zone.zone))
        wanted += [Actuator("Lights", "Electricity Rate", name) for name in zone.lights]
        wanted += [Actuator("Window Shading Control", "Control Status", w) for w in zone.windows]
    for handler in mapping.air_handlers:
        if handler.enable:
            for name in enable_schedules(handler):
                wanted.append(Actuator("Schedule:Constant", "Schedule Value", name))
        if handler.supply_air_manager:
            name = supply_air_schedule(handler)
            wanted.append(Actuator("Schedule:Constant", "Schedule Value", name))
        if handler.outdoor_air_controller:
            name = outdoor_air_schedule(handler)
            wanted.append(Actuator("Schedule:Constant", "Schedule Value", name))
    return wanted


def _shades(blind: float, windows: int) -> list[float]:
    """A shade is open or closed: as many of them close as come nearest to the position."""
    if not isfinite(blind):
        return [nan] * windows
    closed = floor(blind * windows + 0.5)
    return [EXTERIOR_SHADE_ON if k < closed else SHADE_OFF for k in range(windows)]
