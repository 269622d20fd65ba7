"""What the building management system does by itself: a fixed week, typical practice.

It reads the clock and the rooms at a substep's start and answers with its own value of every
commandable point. An override that is not NaN replaces it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim_buildings.bounds import within
from sim_buildings.columns import (
    BLIND,
    COOLING,
    ENABLE,
    HEATING,
    LIGHT,
    OUTDOOR_AIR,
    STATE_AIR,
    STATE_NIGHT_CYCLE,
    STATIC_PRESSURE,
    SUPPLY_AIR,
)
from sim_buildings.parameters import BmsParams, HandlerParams

Floats = NDArray[np.float64]

# What actuators and thermostats can be told at all; a wilder override is moved in here.
SETPOINT_MIN_C, SETPOINT_MAX_C = 5.0, 45.0
SUPPLY_AIR_MIN_C, SUPPLY_AIR_MAX_C = 5.0, 45.0
STATIC_PRESSURE_MOST = 2.0
"""Times the design static pressure."""


def night_cycle(
    running: float, coldest_c: float, warmest_c: float, bms: BmsParams
) -> tuple[float, float]:
    """(runs, heats) as 0 or 1: the fan's duty while the building is unoccupied.

    Starts when a room has passed its setback by ``night_cycle_k`` and stops when all are back
    by as much on the other side.
    """
    band_k = bms.night_cycle_k if running < 0.5 else -bms.night_cycle_k
    cold = coldest_c < bms.setback_heating_c - band_k
    warm = warmest_c > bms.setback_cooling_c + band_k
    return (1.0 if cold or warm else 0.0), (1.0 if cold else 0.0)


def bms_values(
    hour: float,
    workday: bool,
    zone_state: Floats,
    handler_state: Floats,
    bms: BmsParams,
    zone_bms: Floats,
    handler_bms: Floats,
) -> None:
    """Fill ``zone_bms`` (Z, 4) and ``handler_bms`` (4,); remember the night cycle.

    ``hour``: local standard time of day [h].
    """
    occupied = workday and bms.occupied_start_h <= hour < bms.occupied_end_h
    lit = workday and bms.lights_start_h <= hour < bms.lights_end_h
    coldest_c = zone_state[0, STATE_AIR]
    warmest_c = coldest_c
    for z in range(zone_state.shape[0]):
        air_c = zone_state[z, STATE_AIR]
        coldest_c = air_c if air_c < coldest_c else coldest_c
        warmest_c = air_c if air_c > warmest_c else warmest_c
        zone_bms[z, HEATING] = bms.occupied_heating_c if occupied else bms.setback_heating_c
        zone_bms[z, COOLING] = bms.occupied_cooling_c if occupied else bms.setback_cooling_c
        zone_bms[z, BLIND] = 0.0
        zone_bms[z, LIGHT] = 1.0 if lit else bms.lights_off_level

    runs, heats = 0.0, 0.0
    if not occupied:
        runs, heats = night_cycle(handler_state[STATE_NIGHT_CYCLE], coldest_c, warmest_c, bms)
    handler_state[STATE_NIGHT_CYCLE] = runs
    handler_bms[ENABLE] = 1.0 if occupied else runs
    handler_bms[SUPPLY_AIR] = bms.warm_up_supply_air_c if heats > 0.5 else bms.supply_air_c
    handler_bms[STATIC_PRESSURE] = bms.static_pressure_pa
    handler_bms[OUTDOOR_AIR] = bms.outdoor_air_m3_s if occupied else 0.0


def overridden(own: float, override: float, low: float, high: float) -> float:
    """The value in force: the override moved into [low, high], or the BMS's own for NaN."""
    return own if override != override else within(override, low, high)


def merge(
    zone_bms: Floats,
    handler_bms: Floats,
    zone_override: Floats,
    handler_override: Floats,
    handler: HandlerParams,
    zone_effective: Floats,
    handler_effective: Floats,
) -> None:
    """Fill what is in force, ``zone_effective`` (Z, 4) and ``handler_effective`` (4,)."""
    for z in range(zone_bms.shape[0]):
        for k in (HEATING, COOLING):
            zone_effective[z, k] = overridden(
                zone_bms[z, k], zone_override[z, k], SETPOINT_MIN_C, SETPOINT_MAX_C
            )
        for k in (BLIND, LIGHT):
            zone_effective[z, k] = overridden(zone_bms[z, k], zone_override[z, k], 0.0, 1.0)
    handler_effective[ENABLE] = overridden(handler_bms[ENABLE], handler_override[ENABLE], 0.0, 1.0)
    handler_effective[SUPPLY_AIR] = overridden(
        handler_bms[SUPPLY_AIR], handler_override[SUPPLY_AIR], SUPPLY_AIR_MIN_C, SUPPLY_AIR_MAX_C
    )
    handler_effective[STATIC_PRESSURE] = overridden(
        handler_bms[STATIC_PRESSURE],
        handler_override[STATIC_PRESSURE],
        0.0,
        STATIC_PRESSURE_MOST * handler.design_static_pressure_pa,
    )
    handler_effective[OUTDOOR_AIR] = overridden(
        handler_bms[OUTDOOR_AIR], handler_override[OUTDOOR_AIR], 0.0, handler.design_airflow_m3_s
    )
