"""One substep of a block of buildings: the functions that are compiled.

Order of a substep, everything read at its start: neighbours, sun and gains, what each zone would
do without supply air, boxes and air handlers, plant, new temperatures, CO2 and humidity, totals.
Arrays only: nothing is allocated.
"""

from __future__ import annotations

from sim_buildings.air_side import (
    begin_handlers,
    box,
    call_for_cooling,
    condition_air,
    deliver,
    estimate_supply,
    ideal_loads,
    plant_capacity,
    return_air,
    share_out_heat,
)
from sim_buildings.bms import bms_values
from sim_buildings.buffers import Buffers, Floats
from sim_buildings.columns import (
    B_CARBON,
    B_COOLING,
    B_COOLING_COIL,
    B_ENERGY,
    B_EQUIPMENT,
    B_FAN,
    B_GAS,
    B_GAS_ENERGY,
    B_GAS_PRICE,
    B_GHI,
    B_HEATING,
    B_LIGHTS,
    B_OUTDOOR,
    B_PRICE,
    B_PUMPS,
    B_REHEAT,
    B_TOTAL,
    B_WIND,
    BW_COOLING_CAPACITY,
    BW_HEATING_CAPACITY,
    H_COOLING_COIL,
    H_FAN,
    X_CARBON,
    X_GAS_PRICE,
    X_GHI,
    X_OUTDOOR,
    X_PRICE,
    X_WIND,
    Z_EQUIPMENT,
    Z_LIGHTS,
    Z_REHEAT,
)
from sim_buildings.lanes import LANES, at, of
from sim_buildings.parameter_columns import (
    PB_COOLING_COP,
    PB_COOLING_HIGH,
    PB_COOLING_INPUT_0,
    PB_COOLING_INPUT_1,
    PB_COOLING_INPUT_2,
    PB_COOLING_INPUT_3,
    PB_COOLING_LOSS,
    PB_COOLING_LOW,
    PB_HEATING_COP,
    PB_HEATING_GAS,
    PB_HEATING_HIGH,
    PB_HEATING_INPUT_0,
    PB_HEATING_INPUT_1,
    PB_HEATING_INPUT_2,
    PB_HEATING_INPUT_3,
    PB_HEATING_LOSS,
    PB_HEATING_LOW,
    PB_PUMP,
)
from sim_buildings.parameters import Params
from sim_buildings.plant import cubic, input_w
from sim_buildings.zone_step import zone_equation, zone_gains, zone_result
from sim_buildings.zone_surroundings import (
    begin_zone,
    facade_sun,
    neighbour,
    remember,
    set_blinds,
)


def command_block(params: Params, buffers: Buffers, weather: Floats) -> None:
    """The BMS's scan: its own values, overrides merged, blinds moved."""
    bms_values(params, buffers, weather)
    set_blinds(buffers)


def step_block(params: Params, buffers: Buffers, weather: Floats, dt_s: float, ideal: bool) -> None:
    """Advance the buildings of a block by ``dt_s`` under a row of weather and the zones' people.

    What is in force was settled by :func:`command_block`.

    ``ideal``: zones get whatever heat or cold keeps them between their setpoints, from nowhere.
    """
    building = buffers.building
    begin_handlers(params, buffers)
    plant_capacity(params, buffers, weather)
    for z in range(buffers.zones.shape[0]):
        remember(buffers.zones[z], buffers.before[z])
    for z in range(buffers.zones.shape[0]):
        zone, own = buffers.zones[z], params.zones[z]
        handler = buffers.handlers[params.handler_of[z]]
        begin_zone(own, weather, zone)
        for k in range(params.link_start[z], params.link_start[z + 1]):
            neighbour(params.edges[params.link_edge[k]], buffers.before[params.link_other[k]], zone)
        for k in range(params.facade_start[z], params.facade_start[z + 1]):
            facade_sun(params.facades[k], own, params.facade_sun[k], weather, zone)
        zone_gains(own, zone, weather)
        zone_equation(own, zone, handler, building, weather, dt_s)
        call_for_cooling(zone, handler)
    begin_totals(building, weather)
    for h in range(buffers.handlers.shape[0]):
        estimate_supply(params.handlers[h], buffers.handlers[h])
    for z in range(buffers.zones.shape[0]):
        h = params.handler_of[z]
        if ideal:
            ideal_loads(buffers.zones[z])
        else:
            box(
                params.zones[z], params.handlers[h], buffers.zones[z], buffers.handlers[h],
                buffers.zone_faults[z],
            )  # fmt: skip
        return_air(buffers.zones[z], buffers.handlers[h])
    for h in range(buffers.handlers.shape[0]):
        condition_air(
            params.handlers[h], buffers.handlers[h], building, buffers.handler_faults[h], weather
        )
        add_handler(buffers.handlers[h], building)
    for z in range(buffers.zones.shape[0]):
        add_reheat(buffers.zones[z], building)
    share_out_heat(building)
    for z in range(buffers.zones.shape[0]):
        zone, handler = buffers.zones[z], buffers.handlers[params.handler_of[z]]
        if not ideal:
            deliver(params.zones[z], zone, handler, building)
        zone_result(params.zones[z], zone, handler, buffers.zone_faults[z], weather, dt_s)
        add_zone(zone, building)
    end_totals(params.building, building, dt_s)


def begin_totals(building: Floats, weather: Floats) -> None:
    """Clear the sums over zones and air handlers; copy weather and prices."""
    for lane in range(LANES):
        building[at(B_OUTDOOR, lane)] = weather[at(X_OUTDOOR, lane)]
        building[at(B_GHI, lane)] = weather[at(X_GHI, lane)]
        building[at(B_WIND, lane)] = weather[at(X_WIND, lane)]
        building[at(B_PRICE, lane)] = weather[at(X_PRICE, lane)]
        building[at(B_GAS_PRICE, lane)] = weather[at(X_GAS_PRICE, lane)]
        building[at(B_CARBON, lane)] = weather[at(X_CARBON, lane)]
        building[at(B_FAN, lane)] = 0.0
        building[at(B_COOLING_COIL, lane)] = 0.0
        building[at(B_LIGHTS, lane)] = 0.0
        building[at(B_EQUIPMENT, lane)] = 0.0


def add_handler(handler: Floats, building: Floats) -> None:
    """An air handler's power and heat into the building's totals."""
    for lane in range(LANES):
        building[at(B_FAN, lane)] += handler[at(H_FAN, lane)]
        building[at(B_COOLING_COIL, lane)] += handler[at(H_COOLING_COIL, lane)]


def add_reheat(zone: Floats, building: Floats) -> None:
    """The heat that a zone's coil would like into the building's total."""
    for lane in range(LANES):
        building[at(B_REHEAT, lane)] += zone[at(Z_REHEAT, lane)]


def add_zone(zone: Floats, building: Floats) -> None:
    """A zone's power and heat into the building's totals."""
    for lane in range(LANES):
        building[at(B_LIGHTS, lane)] += zone[at(Z_LIGHTS, lane)]
        building[at(B_EQUIPMENT, lane)] += zone[at(Z_EQUIPMENT, lane)]


def end_totals(own: Floats, building: Floats, dt_s: float) -> None:
    """Electric power and fuel by use, and the meters."""
    for lane in range(LANES):
        outdoor_c = building[at(B_OUTDOOR, lane)]
        heat_w, coil_w = building[at(B_REHEAT, lane)], building[at(B_COOLING_COIL, lane)]
        heating_capacity_w = building[at(BW_HEATING_CAPACITY, lane)]
        cooling_capacity_w = building[at(BW_COOLING_CAPACITY, lane)]
        cooling_input = cubic(
            outdoor_c,
            own[of(PB_COOLING_LOW, lane)],
            own[of(PB_COOLING_HIGH, lane)],
            own[of(PB_COOLING_INPUT_0, lane)],
            own[of(PB_COOLING_INPUT_1, lane)],
            own[of(PB_COOLING_INPUT_2, lane)],
            own[of(PB_COOLING_INPUT_3, lane)],
        )
        heating_input = cubic(
            outdoor_c,
            own[of(PB_HEATING_LOW, lane)],
            own[of(PB_HEATING_HIGH, lane)],
            own[of(PB_HEATING_INPUT_0, lane)],
            own[of(PB_HEATING_INPUT_1, lane)],
            own[of(PB_HEATING_INPUT_2, lane)],
            own[of(PB_HEATING_INPUT_3, lane)],
        )
        cooling_w = input_w(
            coil_w,
            cooling_capacity_w,
            own[of(PB_COOLING_COP, lane)] / cooling_input,
            own[of(PB_COOLING_LOSS, lane)],
        )
        heating_w = input_w(
            heat_w,
            heating_capacity_w,
            own[of(PB_HEATING_COP, lane)] / heating_input,
            own[of(PB_HEATING_LOSS, lane)],
        )
        cooling_part = coil_w / cooling_capacity_w if cooling_capacity_w > 0.0 else 0.0
        heating_part = heat_w / heating_capacity_w if heating_capacity_w > 0.0 else 0.0
        part = cooling_part if cooling_part > heating_part else heating_part
        pumps_w = own[of(PB_PUMP, lane)] * (part if part < 1.0 else 1.0)
        gas = own[of(PB_HEATING_GAS, lane)] > 0.5
        electric_heating_w = 0.0 if gas else heating_w
        total_w = (
            building[at(B_FAN, lane)]
            + cooling_w
            + electric_heating_w
            + pumps_w
            + building[at(B_LIGHTS, lane)]
            + building[at(B_EQUIPMENT, lane)]
        )
        gas_w = heating_w if gas else 0.0
        building[at(B_COOLING, lane)] = cooling_w
        building[at(B_HEATING, lane)] = electric_heating_w
        building[at(B_PUMPS, lane)] = pumps_w
        building[at(B_TOTAL, lane)] = total_w
        building[at(B_GAS, lane)] = gas_w
        building[at(B_ENERGY, lane)] += total_w * dt_s
        building[at(B_GAS_ENERGY, lane)] += gas_w * dt_s
