"""What the building management system does by itself: a fixed week, typical practice.

It reads the clock and the rooms at a substep's start and answers with its own value of every
commandable point. An override that is not NaN replaces it.
"""

from __future__ import annotations

from typing import NamedTuple

from sim_buildings.bounds import within
from sim_buildings.buffers import Buffers, Floats
from sim_buildings.columns import (
    BLIND,
    COOLING,
    ENABLE,
    HANDLER_BMS,
    HANDLER_EFFECTIVE,
    HANDLER_OVERRIDE,
    HEATING,
    HW_COLDEST,
    HW_ON,
    HW_WARMEST,
    LIGHT,
    OUTDOOR_AIR,
    STATE_NIGHT_CYCLE,
    STATIC_PRESSURE,
    SUPPLY_AIR,
    X_HOUR,
    X_WORKDAY,
    Z_AIR,
    ZONE_BMS,
    ZONE_EFFECTIVE,
    ZONE_OVERRIDE,
)
from sim_buildings.lanes import LANES, at, of
from sim_buildings.parameter_columns import (
    PB_LIGHTS_END,
    PB_LIGHTS_OFF,
    PB_LIGHTS_START,
    PB_NIGHT_CYCLE,
    PB_OCCUPIED_COOLING,
    PB_OCCUPIED_END,
    PB_OCCUPIED_HEATING,
    PB_OCCUPIED_START,
    PB_SETBACK_COOLING,
    PB_SETBACK_HEATING,
    PB_SUPPLY_AIR,
    PB_WARM_UP_SUPPLY_AIR,
    PH_AIRFLOW,
    PH_OUTDOOR_AIR,
    PH_STATIC_PRESSURE,
)
from sim_buildings.parameters import Params

# What actuators and thermostats can be told at all; a wilder override is moved in here.
SETPOINT_MIN_C, SETPOINT_MAX_C = 5.0, 45.0
SUPPLY_AIR_MIN_C, SUPPLY_AIR_MAX_C = 5.0, 45.0
STATIC_PRESSURE_MOST = 2.0
"""Times the design static pressure."""


class NightDuty(NamedTuple):
    """What the fan does while the building is unoccupied, 0 or 1 each."""

    runs: float
    heats: float


def night_cycle(
    running: float,
    coldest_c: float,
    warmest_c: float,
    setback_heating_c: float,
    setback_cooling_c: float,
    width_k: float,
) -> NightDuty:
    """The fan's duty while the building is unoccupied.

    Starts when a room has passed its setback by ``width_k`` and stops when all are back by as
    much on the other side.
    """
    band_k = width_k if running < 0.5 else -width_k
    cold = 1.0 if coldest_c < setback_heating_c - band_k else 0.0
    warm = 1.0 if warmest_c > setback_cooling_c + band_k else 0.0
    return NightDuty(cold if cold > warm else warm, cold)


def overridden(own: float, override: float, low: float, high: float) -> float:
    """The value in force: the override moved into [low, high], or the BMS's own for NaN."""
    moved = within(override, low, high)
    return moved if override == override else own


def between(hour: float, start_h: float, end_h: float) -> float:
    """1 if an hour of day lies in [start, end), else 0."""
    # A product of two choices, not an "and": see blend.
    begun = 1.0 if hour >= start_h else 0.0
    not_over = 1.0 if hour < end_h else 0.0
    return begun * not_over


def blend(which: float, one: float, other: float) -> float:
    """``one`` where ``which`` is 1, ``other`` where it is 0, exactly.

    A choice between values that were read would let the compiler read but the one chosen, which
    keeps it from running lanes side by side.
    """
    return which * one + (1.0 - which) * other


def bms_values(params: Params, buffers: Buffers, weather: Floats) -> None:
    """Fill what the BMS asks of every point, and what is in force; remember the night cycle."""
    for h in range(buffers.handlers.shape[0]):
        handler = buffers.handlers[h]
        for lane in range(LANES):
            handler[at(HW_COLDEST, lane)] = 1e3
            handler[at(HW_WARMEST, lane)] = -1e3
    for z in range(buffers.zones.shape[0]):
        zone_bms(params.building, weather, buffers.zones[z])
        coldest_and_warmest(buffers.zones[z], buffers.handlers[params.handler_of[z]])
    for h in range(buffers.handlers.shape[0]):
        handler_bms(params.building, params.handlers[h], weather, buffers.handlers[h])


def zone_bms(building: Floats, weather: Floats, zone: Floats) -> None:
    """The schedule's value of each point of a zone, and the values in force."""
    for lane in range(LANES):
        hour = weather[at(X_HOUR, lane)]
        workday = weather[at(X_WORKDAY, lane)]
        start_h, end_h = building[of(PB_OCCUPIED_START, lane)], building[of(PB_OCCUPIED_END, lane)]
        lit_h, dark_h = building[of(PB_LIGHTS_START, lane)], building[of(PB_LIGHTS_END, lane)]
        heat_c, back_c = (
            building[of(PB_OCCUPIED_HEATING, lane)],
            building[of(PB_SETBACK_HEATING, lane)],
        )
        cool_c, up_c = (
            building[of(PB_OCCUPIED_COOLING, lane)],
            building[of(PB_SETBACK_COOLING, lane)],
        )
        dim = building[of(PB_LIGHTS_OFF, lane)]
        occupied = workday * between(hour, start_h, end_h)
        lit = workday * between(hour, lit_h, dark_h)
        heating_c = blend(occupied, heat_c, back_c)
        cooling_c = blend(occupied, cool_c, up_c)
        light = blend(lit, 1.0, dim)
        zone[at(ZONE_BMS + HEATING, lane)] = heating_c
        zone[at(ZONE_BMS + COOLING, lane)] = cooling_c
        zone[at(ZONE_BMS + BLIND, lane)] = 0.0
        zone[at(ZONE_BMS + LIGHT, lane)] = light
        zone[at(ZONE_EFFECTIVE + HEATING, lane)] = overridden(
            heating_c, zone[at(ZONE_OVERRIDE + HEATING, lane)], SETPOINT_MIN_C, SETPOINT_MAX_C
        )
        zone[at(ZONE_EFFECTIVE + COOLING, lane)] = overridden(
            cooling_c, zone[at(ZONE_OVERRIDE + COOLING, lane)], SETPOINT_MIN_C, SETPOINT_MAX_C
        )
        zone[at(ZONE_EFFECTIVE + BLIND, lane)] = overridden(
            0.0, zone[at(ZONE_OVERRIDE + BLIND, lane)], 0.0, 1.0
        )
        zone[at(ZONE_EFFECTIVE + LIGHT, lane)] = overridden(
            light, zone[at(ZONE_OVERRIDE + LIGHT, lane)], 0.0, 1.0
        )


def coldest_and_warmest(zone: Floats, handler: Floats) -> None:
    """Widen an air handler's range by what one zone's sensor says."""
    for lane in range(LANES):
        air_c = zone[at(Z_AIR, lane)]
        coldest_c, warmest_c = handler[at(HW_COLDEST, lane)], handler[at(HW_WARMEST, lane)]
        handler[at(HW_COLDEST, lane)] = air_c if air_c < coldest_c else coldest_c
        handler[at(HW_WARMEST, lane)] = air_c if air_c > warmest_c else warmest_c


def handler_bms(building: Floats, own: Floats, weather: Floats, handler: Floats) -> None:
    """The schedule's value of each point of an air handler, and the values in force."""
    for lane in range(LANES):
        hour = weather[at(X_HOUR, lane)]
        workday = weather[at(X_WORKDAY, lane)]
        start_h, end_h = building[of(PB_OCCUPIED_START, lane)], building[of(PB_OCCUPIED_END, lane)]
        cold_c, warm_c = (
            building[of(PB_SUPPLY_AIR, lane)],
            building[of(PB_WARM_UP_SUPPLY_AIR, lane)],
        )
        occupied = workday * between(hour, start_h, end_h)
        duty = night_cycle(
            handler[at(STATE_NIGHT_CYCLE, lane)],
            handler[at(HW_COLDEST, lane)],
            handler[at(HW_WARMEST, lane)],
            building[of(PB_SETBACK_HEATING, lane)],
            building[of(PB_SETBACK_COOLING, lane)],
            building[of(PB_NIGHT_CYCLE, lane)],
        )
        runs = (1.0 - occupied) * duty.runs
        enable = occupied + runs
        supply_c = blend((1.0 - occupied) * duty.heats, warm_c, cold_c)
        design_pa = own[of(PH_STATIC_PRESSURE, lane)]
        design_m3_s = own[of(PH_OUTDOOR_AIR, lane)]
        outdoor_m3_s = occupied * design_m3_s
        handler[at(STATE_NIGHT_CYCLE, lane)] = runs
        handler[at(HANDLER_BMS + ENABLE, lane)] = enable
        handler[at(HANDLER_BMS + SUPPLY_AIR, lane)] = supply_c
        handler[at(HANDLER_BMS + STATIC_PRESSURE, lane)] = design_pa
        handler[at(HANDLER_BMS + OUTDOOR_AIR, lane)] = outdoor_m3_s
        in_force = overridden(enable, handler[at(HANDLER_OVERRIDE + ENABLE, lane)], 0.0, 1.0)
        handler[at(HANDLER_EFFECTIVE + ENABLE, lane)] = in_force
        handler[at(HW_ON, lane)] = 1.0 if in_force > 0.5 else 0.0
        handler[at(HANDLER_EFFECTIVE + SUPPLY_AIR, lane)] = overridden(
            supply_c, handler[at(HANDLER_OVERRIDE + SUPPLY_AIR, lane)],
            SUPPLY_AIR_MIN_C, SUPPLY_AIR_MAX_C,
        )  # fmt: skip
        handler[at(HANDLER_EFFECTIVE + STATIC_PRESSURE, lane)] = overridden(
            design_pa, handler[at(HANDLER_OVERRIDE + STATIC_PRESSURE, lane)],
            0.0, STATIC_PRESSURE_MOST * design_pa,
        )  # fmt: skip
        handler[at(HANDLER_EFFECTIVE + OUTDOOR_AIR, lane)] = overridden(
            outdoor_m3_s, handler[at(HANDLER_OVERRIDE + OUTDOOR_AIR, lane)],
            0.0, own[of(PH_AIRFLOW, lane)],
        )  # fmt: skip
