"""The air handler: mixing with an economiser and heat recovery, cooling coil and supply fan.

Local loops are ideal: within one substep dampers and coil reach what they aim at or their end.
"""

from __future__ import annotations

from typing import NamedTuple

from sim_buildings.air import (
    AIR_HEAT_J_KG_K,
    VAPORISATION_J_KG,
    saturation_humidity,
)
from sim_buildings.bounds import within

# Air leaves a wet coil close to saturation: ASHRAE HVAC Systems and Equipment, chapter 23, shows
# leaving states near 95 % relative humidity for coils of usual depth.
LEAVING_SATURATION = 0.95


class Stream(NamedTuple):
    """Air on its way through the handler: temperature [°C] and humidity ratio [kg/kg]."""

    air_c: float
    humidity: float


class Coil(NamedTuple):
    """What the cooling coil does: leaving air, and heat taken, latent part of total [W]."""

    leaving_c: float
    leaving_humidity: float
    total_w: float
    latent_w: float


def fan_power_w(
    flow_m3_s: float,
    static_pressure_pa: float,
    design_airflow_m3_s: float,
    internal_pressure_pa: float,
    efficiency: float,
) -> float:
    """Electric power of a fan that holds ``static_pressure_pa`` in the duct [W].

    P = V (p_static + p_internal (V / V_design)^2) / eta: resistance before the duct's sensor
    follows the square of the flow (the fan laws), what the controller holds does not. Constant
    total efficiency.
    """
    share = flow_m3_s / design_airflow_m3_s
    pressure_pa = static_pressure_pa + internal_pressure_pa * share * share
    return flow_m3_s * pressure_pa / efficiency


def outdoor_air_share(
    return_c: float,
    outdoor_c: float,
    wanted_mixed_c: float,
    least_share: float,
    free_cooling: bool,
) -> float:
    """Outdoor share of the supply air [-], with a differential dry-bulb economiser.

    While it cools for free the dampers aim at ``wanted_mixed_c``: x = (T_return - T_wanted) /
    (T_return - T_outdoor), between the least share and 1 (ASHRAE 90.1-2019, 6.5.1.1, differential
    dry-bulb high limit).
    """
    lift_k = return_c - outdoor_c
    free = free_cooling and lift_k > 0.0
    share = (return_c - wanted_mixed_c) / (lift_k if free else 1.0)
    return within(share, least_share, 1.0) if free else least_share


def cool(
    entering: Stream,
    flow_m3_s: float,
    wanted_c: float,
    capacity_w: float,
    air_heat_j_m3_k: float,
) -> Coil:
    """Cool ``flow_m3_s`` to ``wanted_c`` as far as the total capacity goes.

    The leaving air is at most 95 % saturated; sensible and latent heat shrink together when the
    capacity does not reach.
    """
    stream_w_per_k = air_heat_j_m3_k * flow_m3_s
    vapour_w = stream_w_per_k / AIR_HEAT_J_KG_K * VAPORISATION_J_KG
    drop_k = entering.air_c - wanted_c
    drop_k = drop_k if drop_k > 0.0 else 0.0
    dry = entering.humidity - LEAVING_SATURATION * saturation_humidity(entering.air_c - drop_k)
    dry = dry if dry > 0.0 and drop_k > 0.0 else 0.0
    total_w = stream_w_per_k * drop_k + vapour_w * dry
    share = capacity_w / total_w if total_w > capacity_w else 1.0
    return Coil(
        entering.air_c - share * drop_k,
        entering.humidity - share * dry,
        share * total_w,
        share * vapour_w * dry,
    )
