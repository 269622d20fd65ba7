"""A building of the catalogue as its devices and its site file know it."""

from __future__ import annotations

from math import isnan

from sim_buildings.building import Building
from sim_buildings.field.building import (
    FieldAirHandler,
    FieldBuilding,
    FieldSchedule,
    FieldZone,
)
from sim_buildings.occupancy import holiday_dates
from sim_buildings.tariff import CARBON, OTHER_PRICE, WORKDAY_PRICE
from sim_buildings.world import World

MONDAY_TO_FRIDAY = (0, 1, 2, 3, 4)


def describe(building: Building, world: World) -> FieldBuilding:
    free = holiday_dates(building.holidays_country, building.holidays_subdivision, world.year)
    return FieldBuilding(
        name=building.name,
        title=building.title,
        utc_offset_h=world.utc_offset_h,
        zones=tuple(
            FieldZone(
                name=zone.name,
                area_m2=zone.area_m2,
                design_people=zone.design_people,
                full_light_lux=zone.full_light_lux,
                azimuth_deg=None if isnan(zone.azimuth_deg) else zone.azimuth_deg,
            )
            for zone in building.zones
        ),
        air_handler=FieldAirHandler(
            name=building.air_handler.name,
            design_outdoor_air_m3_s=building.design_outdoor_air_m3_s,
            design_supply_air_m3_s=building.design_airflow_m3_s,
        ),
        schedule=FieldSchedule(
            workdays=MONDAY_TO_FRIDAY,
            start_h=building.schedule.start_h,
            end_h=building.schedule.end_h,
            holidays=tuple(sorted(free)),
            price_workday=WORKDAY_PRICE,
            price_other=OTHER_PRICE,
            carbon_kg_per_kwh=CARBON,
        ),
    )
