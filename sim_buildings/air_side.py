"""The air side's part of a substep: boxes, air handler and plant."""

from __future__ import annotations

from sim_buildings.air import AIR_HEAT_J_M3_K, OUTDOOR_CO2_PPM
from sim_buildings.air_handler import condition_air
from sim_buildings.buffers import W_D, W_N, Buffers
from sim_buildings.columns import (
    B_COOLING_COIL,
    B_FAN,
    B_MIXED_AIR,
    B_OUTDOOR_FLOW,
    B_RETURN_AIR,
    B_SUPPLY_AIR,
    B_SUPPLY_CO2,
    B_SUPPLY_FLOW,
    B_VENTILATION,
    COOLING,
    HEATING,
    OUTDOOR_AIR,
    STATE_AIR,
    STATE_CO2,
    STATE_SUPPLY_AIR,
    STATIC_PRESSURE,
    SUPPLY_AIR,
    Z_AIR_SUPPLY_HEAT,
    Z_AIRFLOW,
    Z_DISCHARGE_AIR,
    Z_REHEAT,
)
from sim_buildings.parameters import Params
from sim_buildings.plant import cooling_capacity_w, heating_capacity_w
from sim_buildings.vav_box import (
    cooling_airflow_m3_s,
    heating_airflow_and_reheat,
    largest_airflow_m3_s,
)

# Airflows depend on the supply temperature and it on them: how often they are settled in turn.
SETTLINGS = 3


def supply_air(params: Params, outdoor_c: float, buffers: Buffers) -> None:
    """Settle the boxes with the air handler, then share out the heating plant."""
    command, building = buffers.handler_effective, buffers.building_out
    cooling = calls_for_cooling(buffers)
    capacity_w = cooling_capacity_w(outdoor_c, params.plant)
    supply_c = command[SUPPLY_AIR] if cooling else buffers.handler_state[STATE_SUPPLY_AIR]
    for _ in range(SETTLINGS):
        reheat_w = set_boxes(params, supply_c, command[STATIC_PRESSURE], buffers)
        flow, return_c, return_ppm = return_air(buffers)
        air = condition_air(
            flow,
            return_c,
            outdoor_c,
            command[OUTDOOR_AIR],
            command[SUPPLY_AIR],
            command[STATIC_PRESSURE],
            cooling,
            capacity_w,
            params.handler,
        )
        supply_c = air.supply_c
    share = 1.0
    heating_w = heating_capacity_w(outdoor_c, params.plant)
    if reheat_w > heating_w:
        share = heating_w / reheat_w
    for z in range(buffers.zone_out.shape[0]):
        out = buffers.zone_out[z]
        out[Z_REHEAT] *= share
        stream_w_per_k = AIR_HEAT_J_M3_K * out[Z_AIRFLOW]
        air_c = buffers.zone_state[z, STATE_AIR]
        out[Z_AIR_SUPPLY_HEAT] = stream_w_per_k * (supply_c - air_c) + out[Z_REHEAT]
        out[Z_DISCHARGE_AIR] = supply_c + out[Z_REHEAT] / stream_w_per_k
    buffers.handler_state[STATE_SUPPLY_AIR] = supply_c
    building[B_SUPPLY_AIR] = supply_c
    building[B_MIXED_AIR] = air.mixed_c
    building[B_RETURN_AIR] = return_c
    building[B_SUPPLY_FLOW] = flow
    building[B_OUTDOOR_FLOW] = air.outdoor_m3_s
    building[B_SUPPLY_CO2] = return_ppm + air.outdoor_m3_s / flow * (OUTDOOR_CO2_PPM - return_ppm)
    building[B_COOLING_COIL] = air.coil_w
    building[B_FAN] = air.fan_w
    building[B_VENTILATION] = AIR_HEAT_J_M3_K * air.outdoor_m3_s * (outdoor_c - return_c)


def calls_for_cooling(buffers: Buffers) -> bool:
    """Whether some zone would end above its cooling setpoint without supply air."""
    for z in range(buffers.work.shape[0]):
        free_c = buffers.work[z, W_N] / buffers.work[z, W_D]
        if free_c > buffers.zone_effective[z, COOLING]:
            return True
    return False


def set_boxes(
    params: Params, supply_c: float, static_pressure_pa: float, buffers: Buffers
) -> float:
    """Airflow and wanted reheat of every box into the zone outputs; answers total reheat [W]."""
    zones, handler = params.zones, params.handler
    total_w = 0.0
    for z in range(buffers.zone_out.shape[0]):
        out, work = buffers.zone_out[z], buffers.work[z]
        air_c = buffers.zone_state[z, STATE_AIR]
        cooling_c = buffers.zone_effective[z, COOLING]
        # A heating setpoint above the cooling setpoint would heat and cool at once.
        heating_c = buffers.zone_effective[z, HEATING]
        heating_c = heating_c if heating_c < cooling_c else cooling_c
        largest = largest_airflow_m3_s(
            zones.airflow_max_m3_s[z], static_pressure_pa, handler.design_static_pressure_pa
        )
        least = zones.airflow_min_m3_s[z]
        largest = largest if largest > least else least
        free_c = work[W_N] / work[W_D]
        if free_c > cooling_c:
            out[Z_REHEAT] = 0.0
            out[Z_AIRFLOW] = cooling_airflow_m3_s(
                free_c, work[W_D], air_c, supply_c, cooling_c, least, largest
            )
        else:
            heating_flow = zones.airflow_heating_m3_s[z]
            out[Z_AIRFLOW], out[Z_REHEAT] = heating_airflow_and_reheat(
                free_c,
                work[W_D],
                air_c,
                supply_c,
                heating_c,
                least,
                heating_flow if heating_flow < largest else largest,
                zones.reheat_capacity_w[z],
                handler.discharge_max_c,
            )
        total_w += out[Z_REHEAT]
    return total_w


def return_air(buffers: Buffers) -> tuple[float, float, float]:
    """(flow [m3/s], temperature [°C], CO2 [ppm]) of the air that the zones give back."""
    flow, heat, co2 = 0.0, 0.0, 0.0
    for z in range(buffers.zone_out.shape[0]):
        zone_flow = buffers.zone_out[z, Z_AIRFLOW]
        flow += zone_flow
        heat += zone_flow * buffers.zone_state[z, STATE_AIR]
        co2 += zone_flow * buffers.zone_state[z, STATE_CO2]
    return flow, heat / flow, co2 / flow


def still_air(buffers: Buffers) -> None:
    """The air handler is off: no flow, no coil; its sensors drift to the rooms' air."""
    mean_c, mean_ppm = 0.0, 0.0
    zones = buffers.zone_out.shape[0]
    for z in range(zones):
        mean_c += buffers.zone_state[z, STATE_AIR] / zones
        mean_ppm += buffers.zone_state[z, STATE_CO2] / zones
        for column in (Z_AIRFLOW, Z_REHEAT, Z_AIR_SUPPLY_HEAT):
            buffers.zone_out[z, column] = 0.0
        buffers.zone_out[z, Z_DISCHARGE_AIR] = buffers.zone_state[z, STATE_AIR]
    building = buffers.building_out
    for column in (B_SUPPLY_FLOW, B_OUTDOOR_FLOW, B_COOLING_COIL, B_FAN, B_VENTILATION):
        building[column] = 0.0
    for column in (B_SUPPLY_AIR, B_MIXED_AIR, B_RETURN_AIR):
        building[column] = mean_c
    building[B_SUPPLY_CO2] = mean_ppm
    buffers.handler_state[STATE_SUPPLY_AIR] = mean_c
