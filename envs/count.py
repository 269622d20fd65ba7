"""What a substep adds to the KPIs of a decision."""

from __future__ import annotations

from envs.control_columns import (
    C_AWAY,
    C_COST,
    C_DISCOMFORT,
    T_AIR_QUALITY_PPMH,
    T_COST,
    T_COST_HVAC,
    T_COST_LIGHTING,
    T_DISCOMFORT_KH,
    T_EMISSIONS_KG,
    T_ENERGY_KWH,
    T_GUARD_CHANGES,
    T_PEAK_KW,
)
from envs.memory import Memory
from hvac_rl.control.kpis import KpiLimits, co2_excess_ppm, thermal_discomfort_k
from sim_buildings.buffers import Buffers, Floats
from sim_buildings.columns import (
    B_CARBON,
    B_COOLING,
    B_COOLING_COIL,
    B_EQUIPMENT,
    B_GAS,
    B_GAS_PRICE,
    B_HEATING,
    B_LIGHTS,
    B_PRICE,
    B_REHEAT,
    B_TOTAL,
    BW_COST_PER_HEAT,
    H_COOLING_COIL,
    H_FAN,
    H_SUPPLY_FLOW,
    HW_COST_PER_FLOW,
    STATE_AIR,
    Z_AIRFLOW,
    Z_CO2,
    Z_FLOOR_HEAT,
    Z_LIGHTS,
    Z_PEOPLE,
    Z_REHEAT,
)
from sim_buildings.lanes import LANES, at
from sim_buildings.parameters import Params

JOULES_PER_KWH = 3.6e6
SECONDS_PER_HOUR = 3600.0
WATTS_PER_KW = 1000.0
# IPCC 2006 Guidelines, volume 2, table 1.4: natural gas, 56.1 kg CO2/GJ of net heat.
GAS_KG_PER_KWH = 0.202


def begin_count(memory: Memory) -> None:
    """Clear the totals of the decision before."""
    building = memory.building
    for lane in range(LANES):
        building[at(T_DISCOMFORT_KH, lane)] = 0.0
        building[at(T_AIR_QUALITY_PPMH, lane)] = 0.0
        building[at(T_ENERGY_KWH, lane)] = 0.0
        building[at(T_COST, lane)] = 0.0
        building[at(T_EMISSIONS_KG, lane)] = 0.0
        building[at(T_PEAK_KW, lane)] = 0.0
        building[at(T_GUARD_CHANGES, lane)] = 0.0
        building[at(T_COST_HVAC, lane)] = 0.0
        building[at(T_COST_LIGHTING, lane)] = 0.0
    for z in range(memory.zones.shape[0]):
        zone = memory.zones[z]
        for lane in range(LANES):
            zone[at(C_COST, lane)] = 0.0
            zone[at(C_DISCOMFORT, lane)] = 0.0


def count(dt_s: float, band: Floats, params: Params, buffers: Buffers, memory: Memory) -> None:
    """Add one substep to the building's totals and the zones' shares.

    ``band``: the comfort band and the CO2 limit, KpiLimits. A zone bears its light, and of the
    plant's power its share of heat and of airflow.
    """
    limits = KpiLimits(band[0], band[1], band[2])
    heat_rate(buffers.building)
    for h in range(buffers.handlers.shape[0]):
        rates(buffers.building, buffers.handlers[h])
    for z in range(buffers.zones.shape[0]):
        zone, control = buffers.zones[z], memory.zones[z]
        count_zone(
            dt_s, limits, zone, buffers.handlers[params.handler_of[z]], buffers.building, control
        )
        add_comfort(dt_s, limits, zone, memory.building)
    count_building(dt_s, buffers.building, memory.building)


def rates(building: Floats, handler: Floats) -> None:
    """What a watt of heat and a flow of air cost each second, of one air handler.

    The handlers share the cooling plant's power by the heat that their coils take.
    """
    for lane in range(LANES):
        price = building[at(B_PRICE, lane)]
        coil_w, flow = building[at(B_COOLING_COIL, lane)], handler[at(H_SUPPLY_FLOW, lane)]
        coil_share = handler[at(H_COOLING_COIL, lane)] / (coil_w if coil_w > 1.0 else 1.0)
        moved_w = handler[at(H_FAN, lane)] + building[at(B_COOLING, lane)] * coil_share
        handler[at(HW_COST_PER_FLOW, lane)] = moved_w * price / (flow if flow > 0.0 else 1.0)


def heat_rate(building: Floats) -> None:
    """What a watt of heat costs each second."""
    for lane in range(LANES):
        heat_w = building[at(B_REHEAT, lane)]
        cost = building[at(B_HEATING, lane)] * building[at(B_PRICE, lane)]
        cost = cost + building[at(B_GAS, lane)] * building[at(B_GAS_PRICE, lane)]
        building[at(BW_COST_PER_HEAT, lane)] = cost / (heat_w if heat_w > 1.0 else 1.0)


def count_zone(
    dt_s: float, limits: KpiLimits, zone: Floats, handler: Floats, building: Floats, control: Floats
) -> None:
    """One zone's share of the cost, its discomfort, and how long it has been empty."""
    for lane in range(LANES):
        people = zone[at(Z_PEOPLE, lane)]
        air_c = zone[at(STATE_AIR, lane)]
        heat_w = zone[at(Z_REHEAT, lane)] + zone[at(Z_FLOOR_HEAT, lane)]
        rate = (
            heat_w * building[at(BW_COST_PER_HEAT, lane)]
            + zone[at(Z_AIRFLOW, lane)] * handler[at(HW_COST_PER_FLOW, lane)]
            + zone[at(Z_LIGHTS, lane)] * building[at(B_PRICE, lane)]
        )
        away_s = control[at(C_AWAY, lane)] + dt_s
        control[at(C_COST, lane)] += rate * (dt_s / JOULES_PER_KWH)
        control[at(C_DISCOMFORT, lane)] += thermal_discomfort_k(air_c, people > 0.0, limits) * (
            dt_s / SECONDS_PER_HOUR
        )
        control[at(C_AWAY, lane)] = 0.0 if people > 0.0 else away_s


def add_comfort(dt_s: float, limits: KpiLimits, zone: Floats, totals: Floats) -> None:
    """One zone's discomfort into its building's totals."""
    for lane in range(LANES):
        occupied = zone[at(Z_PEOPLE, lane)] > 0.0
        hours = dt_s / SECONDS_PER_HOUR
        cold_or_warm_k = thermal_discomfort_k(zone[at(STATE_AIR, lane)], occupied, limits)
        stale_ppm = co2_excess_ppm(zone[at(Z_CO2, lane)], occupied, limits)
        totals[at(T_DISCOMFORT_KH, lane)] += cold_or_warm_k * hours
        totals[at(T_AIR_QUALITY_PPMH, lane)] += stale_ppm * hours


def count_building(dt_s: float, building: Floats, totals: Floats) -> None:
    """Energy, cost, emissions and peak of one substep."""
    for lane in range(LANES):
        kwh = dt_s / JOULES_PER_KWH
        electric_kwh = building[at(B_TOTAL, lane)] * kwh
        gas_kwh = building[at(B_GAS, lane)] * kwh
        price, gas_price = building[at(B_PRICE, lane)], building[at(B_GAS_PRICE, lane)]
        fixed_kwh = (building[at(B_LIGHTS, lane)] + building[at(B_EQUIPMENT, lane)]) * kwh
        cost = electric_kwh * price + gas_kwh * gas_price
        totals[at(T_ENERGY_KWH, lane)] += electric_kwh + gas_kwh
        totals[at(T_COST, lane)] += cost
        totals[at(T_COST_HVAC, lane)] += cost - fixed_kwh * price
        totals[at(T_COST_LIGHTING, lane)] += building[at(B_LIGHTS, lane)] * kwh * price
        totals[at(T_EMISSIONS_KG, lane)] += (
            electric_kwh * building[at(B_CARBON, lane)] + gas_kwh * GAS_KG_PER_KWH
        )
        power_kw = building[at(B_TOTAL, lane)] / WATTS_PER_KW
        peak_kw = totals[at(T_PEAK_KW, lane)]
        totals[at(T_PEAK_KW, lane)] = power_kw if power_kw > peak_kw else peak_kw
