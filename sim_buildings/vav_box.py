"""A variable-air-volume box with a reheat coil, and its thermostat.

The loop is an ideal PI controller: it finds the airflow or the reheat with which the zone's air
reaches its setpoint at the substep's end, within the box's limits. Two maxima: cooling up to the
largest flow; heating first warms the least flow to the largest discharge temperature, then raises
the flow to the heating maximum (ASHRAE Guideline 36-2021, 5.6; ASHRAE 90.1-2010, 6.5.2.1).
"""

from __future__ import annotations

from math import sqrt

from sim_buildings.bounds import within

# Supply air must be cooler than the zone by this much before more of it helps.
LEAST_COOLING_K = 0.1


def largest_airflow_m3_s(
    design_m3_s: float, static_pressure_pa: float, design_pressure_pa: float
) -> float:
    """What an open damper passes [m3/s]: V_design sqrt(p / p_design), at most V_design.

    A pressure-independent box never opens beyond its design flow.
    """
    share = static_pressure_pa / design_pressure_pa
    return design_m3_s * sqrt(share if share < 1.0 else 1.0)


def cooling_airflow_m3_s(
    free_c: float,
    response_w_per_k: float,
    air_c: float,
    supply_c: float,
    cooling_setpoint_c: float,
    least_m3_s: float,
    largest_m3_s: float,
    air_heat_j_m3_k: float,
) -> float:
    """Airflow that brings the zone to its cooling setpoint [m3/s].

    ``free_c``: the zone's air at the substep's end without supply air; ``response_w_per_k``: heat
    that moves it by one kelvin. Solves d (T_free - T_set) = rho c V (T_air - T_supply).
    """
    excess_w = response_w_per_k * (free_c - cooling_setpoint_c)
    lift_k = air_c - supply_c
    helps = excess_w > 0.0 and lift_k > LEAST_COOLING_K
    wanted = excess_w / (air_heat_j_m3_k * (lift_k if helps else 1.0))
    return within(wanted, least_m3_s, largest_m3_s) if helps else least_m3_s


def heating_airflow_and_reheat(
    free_c: float,
    response_w_per_k: float,
    air_c: float,
    supply_c: float,
    heating_setpoint_c: float,
    least_m3_s: float,
    heating_m3_s: float,
    reheat_capacity_w: float,
    discharge_max_c: float,
    air_heat_j_m3_k: float,
) -> tuple[float, float]:
    """(airflow [m3/s], reheat [W]) that bring the zone to its heating setpoint."""
    needed_w = response_w_per_k * (heating_setpoint_c - free_c)
    rise_k = discharge_max_c - supply_c
    lift_k = discharge_max_c - air_c
    least_reheat_w = needed_w + air_heat_j_m3_k * least_m3_s * (air_c - supply_c)
    heats = least_reheat_w > 0.0 and rise_k > 0.0
    rise_k = rise_k if heats else 1.0
    # More flow than the coil can warm to the discharge limit would only chill the zone.
    affordable_m3_s = reheat_capacity_w / (air_heat_j_m3_k * rise_k)
    most_m3_s = affordable_m3_s if affordable_m3_s < heating_m3_s else heating_m3_s
    most_m3_s = most_m3_s if most_m3_s > least_m3_s else least_m3_s
    wants_more = heats and least_reheat_w > air_heat_j_m3_k * least_m3_s * rise_k and lift_k > 0.0
    wanted_m3_s = needed_w / (air_heat_j_m3_k * (lift_k if wants_more else 1.0))
    flow_m3_s = within(wanted_m3_s, least_m3_s, most_m3_s) if wants_more else least_m3_s
    reheat_w = needed_w + air_heat_j_m3_k * flow_m3_s * (air_c - supply_c)
    hottest_w = air_heat_j_m3_k * flow_m3_s * rise_k
    reheat_w = reheat_w if reheat_w < hottest_w else hottest_w
    reheat_w = reheat_w if reheat_w < reheat_capacity_w else reheat_capacity_w
    return flow_m3_s, reheat_w if heats else 0.0
