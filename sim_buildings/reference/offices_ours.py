"""The reference offices in our simulator, with ideal loads and EnergyPlus's own gains."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from sim_buildings.building import Building
from sim_buildings.columns import COOLING, ENABLE, HEATING, LIGHT, STATE_AIR, Z_IDEAL_HEAT, Z_SOLAR
from sim_buildings.reference.office_building import build, passes
from sim_buildings.reference.office_data import (
    Floats,
    OfficeData,
)
from sim_buildings.reference.offices_energyplus import OfficeRun
from sim_buildings.simulation import Simulation
from sim_buildings.weather import load_weather
from sim_buildings.world import World, make_world

YEAR = 2017
STEP_S = 150.0
STEPS_PER_HOUR = 24
WARM_UP_DAYS = 20
HOURS_A_YEAR = 8760
DAYS_OF_MONTH = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class Gains(NamedTuple):
    """Heat of people, lights and equipment by hour [W], each (8760, zones)."""

    convective: Floats
    radiant: Floats


@dataclass(frozen=True)
class OwnHours:
    """Hourly averages of one zone, each (hours,)."""

    air_c: Floats
    heating_w: Floats
    cooling_w: Floats
    transmitted_solar_w: Floats


def run_ours(
    run: OfficeRun, epw: Path, *, first_day: int = 0, days: int = 365
) -> dict[str, OwnHours]:
    """``days`` from ``first_day`` of the year of ``run`` in our simulator, by zone.

    Setpoints, infiltration and gains are those of EnergyPlus's year.
    """
    data = run.data
    weather = load_weather(str(epw), YEAR)
    gains = _gains(run)
    building = build(data, weather, gains.radiant.max(axis=0))
    world = _world(building, data, gains, epw)
    start = world.start_s + first_day * 86_400.0
    simulation = Simulation(
        building, world, start_s=start - WARM_UP_DAYS * 86_400.0, dt_s=STEP_S, ideal=True
    )
    commands = _Commands(data, building, gains)
    first_hour = 24 * first_day
    _hours(simulation, commands, range(first_hour - 24 * WARM_UP_DAYS, first_hour))
    found = _hours(simulation, commands, range(first_hour, first_hour + 24 * days))
    hours = {}
    for z, zone in enumerate(data.zones):
        air_c, ideal_w, up_w, sun_w = found[:, z].T
        hours[zone.name] = OwnHours(air_c, up_w, up_w - ideal_w, sun_w * passes(zone))
    return hours


def _gains(run: OfficeRun) -> Gains:
    convective, radiant = [], []
    for zone in run.data.zones:
        hours = run.zones[zone.name]
        of_people = _mean_radiant([(p.people, p.radiant_fraction) for p in zone.people])
        of_lights = _mean_radiant(
            [(g.power_w, g.radiant_fraction + g.visible_fraction) for g in zone.lights]
        )
        of_equipment = _mean_radiant([(g.power_w, g.radiant_fraction) for g in zone.equipment])
        all_w = hours.people_sensible_w + hours.lights_w + hours.equipment_w
        radiant_w = (
            of_people * hours.people_sensible_w
            + of_lights * hours.lights_w
            + of_equipment * hours.equipment_w
        )
        radiant.append(radiant_w)
        convective.append(all_w - radiant_w)
    return Gains(np.stack(convective, axis=1), np.stack(radiant, axis=1))


def _mean_radiant(parts: list[tuple[float, float]]) -> float:
    size = sum(weight for weight, _ in parts)
    return sum(weight * share for weight, share in parts) / size if size else 0.0


def _world(building: Building, data: OfficeData, gains: Gains, epw: Path) -> World:
    world = make_world(building, str(epw), YEAR)
    rows = world.rows
    hours = np.repeat(np.array(data.ground_c), np.array(DAYS_OF_MONTH) * 24)
    a_row = rows.outdoor_c.size // HOURS_A_YEAR
    # Zones that stand for partitions come last; nobody is in them.
    nobody = len(building.zones) - len(data.zones)
    convective = np.pad(gains.convective, ((0, 0), (0, nobody)))
    people = np.asarray(np.round(np.repeat(convective, a_row, axis=0)), dtype=np.float64)
    return replace(world, rows=rows._replace(people=people, ground_c=np.repeat(hours, a_row)))


class _Commands:
    """The overrides of each hour of the year."""

    def __init__(self, data: OfficeData, building: Building, gains: Gains) -> None:
        n = len(building.zones)
        self.zones = np.full((HOURS_A_YEAR, n, 4), np.nan)
        for z, zone in enumerate(data.zones):
            if zone.heating_schedule is not None:
                self.zones[:, z, HEATING] = data.schedules[zone.heating_schedule]
            if zone.cooling_schedule is not None:
                self.zones[:, z, COOLING] = data.schedules[zone.cooling_schedule]
            most_w = gains.radiant[:, z].max()
            self.zones[:, z, LIGHT] = gains.radiant[:, z] / most_w if most_w else 0.0
        self.handlers = np.full((HOURS_A_YEAR, len(building.air_handlers), 4), np.nan)
        self.handlers[:, :, ENABLE] = 0.0
        for h, handler in enumerate(building.air_handlers):
            if handler.name == "scheduled":
                self.handlers[:, h, ENABLE] = _pressed(data)


def _pressed(data: OfficeData) -> Floats:
    """1 where infiltration is a quarter, else 0."""
    schedules: Mapping[str, Floats] = {
        leak.schedule: data.schedules[leak.schedule]
        for zone in data.zones
        for leak in zone.infiltration
        if float(data.schedules[leak.schedule].min()) < 1.0
    }
    (schedule,) = schedules.values()
    pressed: Floats = (schedule < 0.5).astype(np.float64)
    return pressed


def _hours(simulation: Simulation, commands: _Commands, hours: range) -> Floats:
    """Hourly means of air [°C], ideal heat, its heating part and sun [W], (hours, zones, 4)."""
    found = np.empty((len(hours), len(simulation.zones), 4))
    for k, hour in enumerate(hours):
        zone, handler = commands.zones[hour % HOURS_A_YEAR], commands.handlers[hour % HOURS_A_YEAR]
        total = np.zeros((len(simulation.zones), 4))
        for _ in range(STEPS_PER_HOUR):
            simulation.step(zone, handler)
            ideal_w = simulation.zones[:, Z_IDEAL_HEAT]
            total[:, 0] += simulation.zones[:, STATE_AIR]
            total[:, 1] += ideal_w
            total[:, 2] += np.maximum(ideal_w, 0.0)
            total[:, 3] += simulation.zones[:, Z_SOLAR]
        found[k] = total / STEPS_PER_HOUR
    return found
