"""The air handler: mixing with an economiser, cooling coil and supply fan.

Local loops are ideal: within one substep dampers and coil reach what they aim at or their end.
Sensible heat only.
"""

from __future__ import annotations

from typing import NamedTuple

from sim_buildings.air import AIR_HEAT_J_M3_K
from sim_buildings.bounds import within
from sim_buildings.parameters import HandlerParams


class HandlerAir(NamedTuple):
    """What the air handler does with its air."""

    supply_c: float
    mixed_c: float
    outdoor_m3_s: float
    coil_w: float
    """Heat that the cooling coil takes [W]."""
    fan_w: float
    """Electric power of the fan [W]; all of it warms the air."""


def fan_power_w(flow_m3_s: float, static_pressure_pa: float, handler: HandlerParams) -> float:
    """Electric power of a fan that holds ``static_pressure_pa`` in the duct [W].

    P = V (p_static + p_internal (V / V_design)^2) / eta: resistance before the duct's sensor
    follows the square of the flow (the fan laws), what the controller holds does not. Constant
    total efficiency.
    """
    share = flow_m3_s / handler.design_airflow_m3_s
    pressure_pa = static_pressure_pa + handler.internal_pressure_pa * share * share
    return flow_m3_s * pressure_pa / handler.fan_efficiency


def outdoor_air_share(
    return_c: float, outdoor_c: float, wanted_mixed_c: float, least_share: float, cooling: bool
) -> float:
    """Outdoor share of the supply air [-], with a differential dry-bulb economiser.

    When a zone calls for cooling and outdoor air is cooler than return air, the dampers aim at
    ``wanted_mixed_c``: x = (T_return - T_wanted) / (T_return - T_outdoor), between the least share
    and 1 (ASHRAE 90.1-2019, 6.5.1.1, differential dry-bulb high limit).
    """
    if not cooling or outdoor_c >= return_c:
        return least_share
    share = (return_c - wanted_mixed_c) / (return_c - outdoor_c)
    return within(share, least_share, 1.0)


def condition_air(
    flow_m3_s: float,
    return_c: float,
    outdoor_c: float,
    least_outdoor_m3_s: float,
    supply_setpoint_c: float,
    static_pressure_pa: float,
    cooling: bool,
    coil_capacity_w: float,
    handler: HandlerParams,
) -> HandlerAir:
    """Mix, cool and blow ``flow_m3_s`` (more than 0).

    Economiser and coil work only while some zone calls for cooling; otherwise mixed air goes out
    as it is, warmed by the fan, and the boxes reheat it where needed.
    """
    fan_w = fan_power_w(flow_m3_s, static_pressure_pa, handler)
    stream_w_per_k = AIR_HEAT_J_M3_K * flow_m3_s
    fan_rise_k = fan_w / stream_w_per_k
    least_share = within(least_outdoor_m3_s / flow_m3_s, 0.0, 1.0)
    share = outdoor_air_share(
        return_c, outdoor_c, supply_setpoint_c - fan_rise_k, least_share, cooling
    )
    mixed_c = return_c + share * (outdoor_c - return_c)
    coil_w = 0.0
    if cooling:
        wanted_w = stream_w_per_k * (mixed_c + fan_rise_k - supply_setpoint_c)
        coil_w = within(wanted_w, 0.0, coil_capacity_w)
    supply_c = mixed_c + fan_rise_k - coil_w / stream_w_per_k
    return HandlerAir(supply_c, mixed_c, share * flow_m3_s, coil_w, fan_w)
