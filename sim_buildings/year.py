"""A year of a building under its own BMS schedule, recorded for people to look at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim_buildings.building import Building
from sim_buildings.columns import (
    B_COOLING,
    B_EQUIPMENT,
    B_FAN,
    B_GAS,
    B_HEATING,
    B_LIGHTS,
    B_OUTDOOR,
    B_PRICE,
    B_PUMPS,
    B_TOTAL,
    COOLING,
    HEATING,
    Z_AIR,
    Z_CO2,
    Z_HUMIDITY,
    Z_PEOPLE,
    ZONE_EFFECTIVE,
)
from sim_buildings.outdoor_moisture import MASS_RATIO, saturation_pressure_pa
from sim_buildings.simulation import Simulation
from sim_buildings.weather import HOURS_PER_DAY, ROW_S, ROWS_PER_HOUR
from sim_buildings.world import World

Floats = NDArray[np.float64]

WARM_UP_DAYS = 14.0
HOUR_S = 3600.0

# Of the building, by five minutes; W but the first and the last.
BUILDING_COLUMNS = (
    B_OUTDOOR, B_HEATING, B_GAS, B_COOLING, B_FAN, B_PUMPS, B_LIGHTS, B_EQUIPMENT, B_TOTAL, B_PRICE,
)  # fmt: skip
END_USES = {
    "heating (electricity)": 1,
    "heating (gas)": 2,
    "cooling": 3,
    "fans": 4,
    "pumps": 5,
    "lights": 6,
    "equipment": 7,
}
OUTDOOR, TOTAL, PRICE = 0, 8, 9
# Of the zones, as hourly means.
ZONE_COLUMNS = (
    Z_AIR, Z_CO2, Z_HUMIDITY, Z_PEOPLE, ZONE_EFFECTIVE + HEATING, ZONE_EFFECTIVE + COOLING,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class YearRecord:
    """What a building did in the year of its world; R rows of 300 s, T hours, Z zones."""

    building: Building
    world: World
    rows: Floats
    """(R, columns of BUILDING_COLUMNS)"""
    air_c: Floats
    """(T, Z) hourly means, as are the next."""
    co2_ppm: Floats
    relative_humidity: Floats
    """0 .. 1, at the site's mean pressure."""
    people: Floats
    heating_c: Floats
    """Setpoints in force."""
    cooling_c: Floats

    def end_use_w(self, name: str) -> Floats:
        """Power of an end use of END_USES by row, (R,)."""
        return self.rows[:, END_USES[name]]

    @property
    def days(self) -> int:
        return int(self.rows.shape[0]) // (HOURS_PER_DAY * ROWS_PER_HOUR)

    @property
    def outdoor_c(self) -> Floats:
        """(T,)"""
        return hourly(self.rows[:, OUTDOOR])

    @property
    def total_w(self) -> Floats:
        """Electric power, (R,)."""
        return self.rows[:, TOTAL]

    @property
    def mean_air_c(self) -> Floats:
        """Of the zones by their area, (T,)."""
        areas = [zone.area_m2 for zone in self.building.zones]
        return np.asarray(np.average(self.air_c, axis=1, weights=areas), dtype=np.float64)

    @property
    def occupied(self) -> NDArray[np.bool_]:
        """(T, Z): somebody was in for some of the hour."""
        return self.people > 0.0

    @property
    def outside_kh(self) -> Floats:
        """How far and how long occupied zones were outside the BMS's occupied setpoints, (Z,)."""
        bms = self.building.bms
        below = np.maximum(bms.occupied_heating_c - self.air_c, 0.0)
        above = np.maximum(self.air_c - bms.occupied_cooling_c, 0.0)
        return np.asarray(((below + above) * self.occupied).sum(axis=0), dtype=np.float64)

    def kwh(self, name: str) -> float:
        """An end use over the year [kWh]."""
        return float(self.end_use_w(name).sum()) * ROW_S / 3.6e6


def hourly(rows: Floats) -> Floats:
    """Means over the hour of rows of 300 s."""
    return np.asarray(rows.reshape(-1, ROWS_PER_HOUR).mean(axis=1), dtype=np.float64)


def record_year(
    building: Building, world: World, progress: Callable[[float], None] = lambda share: None
) -> YearRecord:
    """Run the world's year from 1 January under the BMS alone, after two weeks of warming up.

    ``progress`` hears the share that is done once a simulated day.
    """
    simulation = Simulation(building, world, start_s=world.start_s, dt_s=ROW_S)
    simulation.warm_up(WARM_UP_DAYS)
    hours, zones = world.n_rows // ROWS_PER_HOUR, len(building.zones)
    rows = np.zeros((world.n_rows, len(BUILDING_COLUMNS)))
    of_zones = np.zeros((hours, zones, len(ZONE_COLUMNS)))
    building_columns, zone_columns = list(BUILDING_COLUMNS), list(ZONE_COLUMNS)
    for row in range(world.n_rows):
        simulation.step()
        rows[row] = simulation.building_out[building_columns]
        of_zones[row // ROWS_PER_HOUR] += simulation.zones[:, zone_columns]
        if row % (HOURS_PER_DAY * ROWS_PER_HOUR) == 0:
            progress(row / world.n_rows)
    of_zones /= ROWS_PER_HOUR
    air_c, co2_ppm, humidity, people, heating_c, cooling_c = np.moveaxis(of_zones, 2, 0)
    return YearRecord(
        building=building,
        world=world,
        rows=rows,
        air_c=air_c,
        co2_ppm=co2_ppm,
        relative_humidity=_relative_humidity(air_c, humidity, world),
        people=people,
        heating_c=heating_c,
        cooling_c=cooling_c,
    )


def _relative_humidity(air_c: Floats, humidity_kg_kg: Floats, world: World) -> Floats:
    pressure_pa = float(np.mean(world.rows.pressure_pa))
    vapour_pa = pressure_pa * humidity_kg_kg / (MASS_RATIO + humidity_kg_kg)
    return np.asarray(vapour_pa / saturation_pressure_pa(air_c), dtype=np.float64)
