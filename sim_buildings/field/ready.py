"""A simulated building at the beginning of a run, its walls as warm as the weather made them."""

from __future__ import annotations

import calendar
from datetime import datetime

from hvac_rl.errors import ConfigError
from sim_buildings.building import load_building
from sim_buildings.field.describe import describe
from sim_buildings.field.simulation_view import SimulationView
from sim_buildings.simulation import Simulation
from sim_buildings.weather import ROW_S
from sim_buildings.world import make_world


def ready_building(
    building: str,
    *,
    start: datetime,
    seed: int,
    weather: str = "greensboro",
    tariff: str = "time_of_use",
    dt_s: float = 60.0,
    warm_up_days: float = 7,
) -> SimulationView:
    """The building at ``start``, local standard time, after ``warm_up_days`` under its BMS alone.

    Raises ConfigError for an unknown building, weather or tariff, or a step that does not fit.
    """
    if ROW_S % dt_s != 0.0:
        raise ConfigError("--dt", f"must divide {ROW_S:g} s, the step of the weather")
    loaded = load_building(building)
    world = make_world(loaded, weather, start.year, seed, tariff=tariff)
    start_s = float(calendar.timegm(start.timetuple()))
    simulation = Simulation(loaded, world, start_s=start_s, dt_s=dt_s)
    simulation.warm_up(warm_up_days)
    return SimulationView(simulation, describe(loaded, world))
