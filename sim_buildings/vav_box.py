"""A variable-air-volume box with a reheat coil, and its thermostat.

The loop is an ideal PI controller: it finds the airflow or the reheat with which the zone's air
reaches its setpoint at the substep's end, within the box's limits. Two maxima: cooling up to the
largest flow; heating first warms the least flow to the largest discharge temperature, then raises
the flow to the heating maximum (ASHRAE Guideline 36-2021, 5.6; ASHRAE 90.1-2010, 6.5.2.1).
"""

from __future__ import annotations

from math import sqrt

from sim_buildings.bounds import larger, smaller

# Supply air must be cooler than the zone by this much before more of it helps, and a coil able to
# warm it by this much before it heats.
LEAST_COOLING_K = 0.1
LEAST_RISE_K = 0.1


def open_damper(static_pressure_pa: float, design_pressure_pa: float) -> float:
    """Share of its design flow that an open damper passes [-]: sqrt(p / p_design), at most 1.

    A pressure-independent box never opens beyond its design flow.
    """
    share = static_pressure_pa / design_pressure_pa
    return sqrt(share if share < 1.0 else 1.0)


def box_action(
    free_c: float,
    response_w_per_k: float,
    air_c: float,
    supply_c: float,
    heating_setpoint_c: float,
    cooling_setpoint_c: float,
    least_m3_s: float,
    largest_m3_s: float,
    heating_m3_s: float,
    reheat_capacity_w: float,
    discharge_max_c: float,
    flow_per_w: float,
    air_heat_j_m3_k: float,
) -> tuple[float, float]:
    """(airflow [m3/s], reheat [W]) that bring the zone to its setpoint, within the box's limits.

    ``free_c``: the zone's air at the substep's end without supply air; ``response_w_per_k``: heat
    that moves it by one kelvin; ``flow_per_w``: flow that a watt warms from the supply to the
    largest discharge temperature, 1 / (rho c (T_max - T_supply)).

    Cooling solves d (T_free - T_set) = rho c V (T_air - T_supply) for V; heating d (T_set - T_free)
    = rho c V (T_supply - T_air) + Q for Q, and for V at the largest discharge temperature.
    """
    # Conditions are numbers, 0 or 1, and every value is worked out before one is chosen: branches
    # would keep the compiler from running lanes side by side.
    largest_m3_s = larger(largest_m3_s, least_m3_s)
    heating_m3_s = smaller(heating_m3_s, largest_m3_s)
    rise_k = discharge_max_c - supply_c
    lift_k = discharge_max_c - air_c
    drop_k = air_c - supply_c
    excess_w = response_w_per_k * (free_c - cooling_setpoint_c)
    needed_w = response_w_per_k * (heating_setpoint_c - free_c)
    least_reheat_w = needed_w + air_heat_j_m3_k * least_m3_s * drop_k
    too_warm = 1.0 if excess_w > 0.0 else 0.0
    cools = too_warm * (1.0 if drop_k > LEAST_COOLING_K else 0.0)
    heats = (1.0 - too_warm) * (1.0 if least_reheat_w > 0.0 else 0.0)
    heats = heats * (1.0 if rise_k > LEAST_RISE_K else 0.0)
    more_heat = heats * (1.0 if lift_k > 0.0 else 0.0)
    more_heat = more_heat * (1.0 if least_reheat_w * flow_per_w > least_m3_s else 0.0)
    # More flow than the coil can warm to the discharge limit would only chill the zone.
    most_heating_m3_s = larger(smaller(reheat_capacity_w * flow_per_w, heating_m3_s), least_m3_s)
    # One division serves both: what is wanted over what a cubic metre brings.
    wanted_w = excess_w if cools > 0.5 else needed_w
    each_k = drop_k if cools > 0.5 else lift_k
    each_k = each_k if cools + more_heat > 0.5 else 1.0
    most_m3_s = largest_m3_s if cools > 0.5 else most_heating_m3_s
    wanted_m3_s = smaller(larger(wanted_w / (air_heat_j_m3_k * each_k), least_m3_s), most_m3_s)
    flow_m3_s = wanted_m3_s if cools + more_heat > 0.5 else least_m3_s
    reheat_w = needed_w + air_heat_j_m3_k * flow_m3_s * drop_k
    reheat_w = smaller(smaller(reheat_w, air_heat_j_m3_k * flow_m3_s * rise_k), reheat_capacity_w)
    return flow_m3_s, heats * reheat_w
