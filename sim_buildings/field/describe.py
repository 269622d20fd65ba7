"""A building of the catalogue as its devices and its site file know it."""

from __future__ import annotations

from math import isnan

import numpy as np
from numpy.typing import NDArray

from hvac_rl.errors import ConfigError
from sim_buildings.building import Building, Zone
from sim_buildings.field.building import (
    FieldAirHandler,
    FieldBuilding,
    FieldSchedule,
    FieldTariff,
    FieldZone,
)
from sim_buildings.occupancy import holiday_dates, workdays
from sim_buildings.plant_curves import HEATING
from sim_buildings.sun_course import ROWS_PER_DAY, ROWS_PER_HOUR
from sim_buildings.world import World

Floats = NDArray[np.float64]

WEEK = (0, 1, 2, 3, 4, 5, 6)
MONDAY_TO_FRIDAY = WEEK[:5]
OPEN_ON = {"workdays": MONDAY_TO_FRIDAY, "six_days": WEEK[:6], "every_day": WEEK}


def describe(building: Building, world: World) -> FieldBuilding:
    """What the field knows of ``building``, with the prices and emissions of ``world``.

    Raises ConfigError for prices that are not the same every workday and every other day: a site
    file has no more than that.
    """
    return FieldBuilding(
        name=building.name,
        title=building.title,
        utc_offset_h=world.utc_offset_h,
        zones=tuple(_zone(zone) for zone in building.zones),
        air_handlers=tuple(
            FieldAirHandler(
                name=handler.name,
                design_outdoor_air_m3_s=building.design_outdoor_air_m3_s(handler),
                design_supply_air_m3_s=building.design_airflow_m3_s(handler),
                design_static_pressure_pa=handler.design_static_pressure_pa,
            )
            for handler in building.air_handlers
        ),
        burns_gas=HEATING[building.plant.heating].gas,
        schedule=_schedule(building, world),
        tariff=_tariff(building, world),
    )


def _zone(zone: Zone) -> FieldZone:
    return FieldZone(
        name=zone.name,
        served_by=zone.air_handler,
        area_m2=zone.area_m2,
        design_people=zone.design_people,
        full_light_lux=zone.full_light_lux,
        azimuth_deg=None if isnan(zone.azimuth_deg) else zone.azimuth_deg,
        has_blind=zone.blinds and zone.window_area_m2 > 0.0,
    )


def _schedule(building: Building, world: World) -> FieldSchedule:
    schedule = building.schedule
    free = holiday_dates(building.holidays_country, building.holidays_subdivision, world.year)
    return FieldSchedule(
        workdays=OPEN_ON[schedule.days],
        start_h=schedule.start_h,
        end_h=schedule.end_h,
        holidays=() if schedule.days == "every_day" else tuple(sorted(free)),
    )


def _tariff(building: Building, world: World) -> FieldTariff:
    free = holiday_dates(building.holidays_country, building.holidays_subdivision, world.year)
    working = workdays(building, world.year)
    price = _days(world.rows.price_per_kwh)
    return FieldTariff(
        workdays=MONDAY_TO_FRIDAY,
        holidays=tuple(sorted(free)),
        workday=_same_every_day(price[working], world),
        other=_same_every_day(price[~working], world),
        # Nothing decides by these; where they vary from day to day, their mean is said.
        carbon_kg_per_kwh=_typical(_days(world.rows.carbon_kg_per_kwh)),
    )


def _days(rows: Floats) -> Floats:
    """Values by row as hours of days, (days, 24)."""
    return rows.reshape(-1, ROWS_PER_DAY)[:, ::ROWS_PER_HOUR]


def _typical(days: Floats) -> tuple[float, ...]:
    same = (days == days[0]).all(axis=0)
    return tuple(np.where(same, days[0], days.mean(axis=0)).tolist())


def _same_every_day(price: Floats, world: World) -> tuple[float, ...]:
    if (price != price[0]).any():
        raise ConfigError(
            f"tariff {world.tariff}",
            "changes from day to day; a site file has one price for each hour of the day",
            "Choose flat, time_of_use or demand_charge.",
        )
    return tuple(price[0].tolist())
