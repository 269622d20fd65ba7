"""One substep of one building, and of many: the functions that are compiled.

Order of a substep, everything read at its start: the BMS's own values, overrides merged, gains,
what each zone would do without supply air, boxes and air handler, plant, new temperatures and CO2,
totals. Arrays only: nothing is allocated.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim_buildings.air_side import still_air, supply_air
from sim_buildings.bms import bms_values, merge
from sim_buildings.buffers import Buffers, make_buffers, one_of
from sim_buildings.columns import (
    B_CARBON,
    B_COOLING,
    B_COOLING_COIL,
    B_ENERGY,
    B_EQUIPMENT,
    B_FAN,
    B_GHI,
    B_HEATING,
    B_LIGHTS,
    B_OUTDOOR,
    B_PRICE,
    B_REHEAT,
    B_TOTAL,
    B_WIND,
    ENABLE,
    STATE_ENERGY,
    Z_EQUIPMENT,
    Z_LIGHTS,
    Z_REHEAT,
)
from sim_buildings.parameters import Params
from sim_buildings.plant import (
    cooling_capacity_w,
    cooling_cop,
    electric_w,
    heating_capacity_w,
    heating_cop,
)
from sim_buildings.weather import ROW_S
from sim_buildings.world import WorldRows, hour_of_day
from sim_buildings.zone_step import zone_equation, zone_gains, zone_result, zones_co2

# What a caller of these functions needs beside them is found here too.
__all__ = ["Buffers", "make_buffers", "one_of", "run_building", "step_batch", "step_building"]


def step_building(params: Params, rows: WorldRows, row: int, dt_s: float, buffers: Buffers) -> None:
    """Advance one building by ``dt_s``, which must divide 300 s, under the world's ``row``."""
    bms_values(
        hour_of_day(row),
        rows.workday[row] > 0.5,
        buffers.zone_state,
        buffers.handler_state,
        params.bms,
        buffers.zone_bms,
        buffers.handler_bms,
    )
    merge(
        buffers.zone_bms,
        buffers.handler_bms,
        buffers.zone_override,
        buffers.handler_override,
        params.handler,
        buffers.zone_effective,
        buffers.handler_effective,
    )
    fan_on = buffers.handler_effective[ENABLE] > 0.5
    for z in range(buffers.zone_state.shape[0]):
        zone_gains(params, rows, row, z, buffers)
        zone_equation(params, rows, row, z, dt_s, fan_on, buffers)
    if fan_on:
        supply_air(params, rows.outdoor_c[row], buffers)
    else:
        still_air(buffers)
    for z in range(buffers.zone_state.shape[0]):
        zone_result(params, rows.outdoor_c[row], z, buffers)
    # CO2 last but one: it needs the neighbours' values at the start.
    zones_co2(params, dt_s, buffers)
    building_totals(params, rows, row, dt_s, buffers)


def building_totals(
    params: Params, rows: WorldRows, row: int, dt_s: float, buffers: Buffers
) -> None:
    """Electric power by use, the meter, and the weather and prices of the row."""
    out, plant = buffers.building_out, params.plant
    outdoor_c = rows.outdoor_c[row]
    lights_w, equipment_w, reheat_w = 0.0, 0.0, 0.0
    for z in range(buffers.zone_out.shape[0]):
        lights_w += buffers.zone_out[z, Z_LIGHTS]
        equipment_w += buffers.zone_out[z, Z_EQUIPMENT]
        reheat_w += buffers.zone_out[z, Z_REHEAT]
    out[B_OUTDOOR] = outdoor_c
    out[B_GHI] = rows.ghi_w_m2[row]
    out[B_WIND] = rows.wind_m_s[row]
    out[B_PRICE] = rows.price_per_kwh[row]
    out[B_CARBON] = rows.carbon_kg_per_kwh[row]
    out[B_LIGHTS] = lights_w
    out[B_EQUIPMENT] = equipment_w
    out[B_REHEAT] = reheat_w
    out[B_COOLING] = electric_w(
        out[B_COOLING_COIL], cooling_capacity_w(outdoor_c, plant), cooling_cop(outdoor_c, plant)
    )
    out[B_HEATING] = electric_w(
        reheat_w, heating_capacity_w(outdoor_c, plant), heating_cop(outdoor_c, plant)
    )
    out[B_TOTAL] = out[B_FAN] + out[B_COOLING] + out[B_HEATING] + lights_w + equipment_w
    buffers.handler_state[STATE_ENERGY] += out[B_TOTAL] * dt_s
    out[B_ENERGY] = buffers.handler_state[STATE_ENERGY]


def run_building(
    params: Params, rows: WorldRows, start_s: float, dt_s: float, steps: int, buffers: Buffers
) -> None:
    """``steps`` substeps under unchanged overrides, from ``start_s`` after the world's start."""
    n_rows = rows.outdoor_c.shape[0]
    for k in range(steps):
        row = int((start_s + k * dt_s) // ROW_S) % n_rows
        step_building(params, rows, row, dt_s, buffers)


def step_batch(
    params: Params,
    rows: WorldRows,
    row: NDArray[np.int64],
    dt_s: float,
    batch: Buffers,
    first: int,
    end: int,
) -> None:
    """One substep of buildings ``first`` to ``end - 1`` of a batch, each under its own ``row``."""
    for b in range(first, end):
        step_building(params, rows, row[b], dt_s, one_of(batch, b))
