"""Limits and the rule's numbers as rows of an array, and back into the tuples that rules take.

Rows are what compiled code takes quickly, and what lets every lane have a rule of its own.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hvac_rl.control.base_rule import RuleParameters
from hvac_rl.safety.limits import AirHandlerLimits, ZoneLimits
from sim_buildings.buffers import Floats
from sim_buildings.lanes import of


def as_row(numbers: Sequence[float], real: type) -> Floats:
    """A tuple's numbers as a row of parameters."""
    return np.array(numbers, dtype=real)


def zone_limits_of(row: Floats, lane: int) -> ZoneLimits:
    """A zone's limits of ``lane`` from their row, in the order of the tuple's fields."""
    return ZoneLimits(
        row[of(0, lane)],  # occupied_min_c
        row[of(1, lane)],  # occupied_max_c
        row[of(2, lane)],  # unoccupied_min_c
        row[of(3, lane)],  # unoccupied_max_c
        row[of(4, lane)],  # comfort_min_c
        row[of(5, lane)],  # comfort_max_c
        row[of(6, lane)],  # heating_setpoint_max_c
        row[of(7, lane)],  # cooling_setpoint_min_c
        row[of(8, lane)],  # setpoint_deadband_k
        row[of(9, lane)],  # setpoint_rate_k_per_h
        row[of(10, lane)],  # blind_wind_limit_m_s
        row[of(11, lane)],  # blind_min_interval_s
        row[of(12, lane)],  # glare_w_m2
        row[of(13, lane)],  # glare_blind
        row[of(14, lane)],  # occupied_blind_max
        row[of(15, lane)],  # light_floor_lux
        row[of(16, lane)],  # light_occupied_min
        row[of(17, lane)],  # setpoint_writes_per_day
        row[of(18, lane)],  # blind_moves_per_day
        row[of(19, lane)],  # light_writes_per_day
        row[of(20, lane)],  # setpoint_write_deadband_k
        row[of(21, lane)],  # blind_write_deadband
        row[of(22, lane)],  # light_write_deadband
        row[of(23, lane)],  # blind_frost_c
        row[of(24, lane)],  # condensation_margin_k
        row[of(25, lane)],  # light_egress_s
    )


def handler_limits_of(row: Floats, lane: int) -> AirHandlerLimits:
    """An air handler's limits of ``lane`` from their row, in the order of the tuple's fields."""
    return AirHandlerLimits(
        row[of(0, lane)],  # supply_air_min_c
        row[of(1, lane)],  # supply_air_max_c
        row[of(2, lane)],  # supply_air_rate_k_per_h
        row[of(3, lane)],  # static_pressure_min_pa
        row[of(4, lane)],  # static_pressure_max_pa
        row[of(5, lane)],  # static_pressure_rate_pa_per_h
        row[of(6, lane)],  # outdoor_air_per_person_m3_s
        row[of(7, lane)],  # outdoor_air_per_area_m3_s_m2
        row[of(8, lane)],  # co2_ceiling_ppm
        row[of(9, lane)],  # co2_span_ppm
        row[of(10, lane)],  # min_on_s
        row[of(11, lane)],  # min_off_s
        row[of(12, lane)],  # writes_per_day
        row[of(13, lane)],  # supply_air_write_deadband_k
        row[of(14, lane)],  # static_pressure_write_deadband_pa
        row[of(15, lane)],  # outdoor_air_write_deadband_m3_s
        row[of(16, lane)],  # starts_per_h
        row[of(17, lane)],  # outdoor_air_rate_per_h
        row[of(18, lane)],  # supply_below_dew_point_k
    )


def rule_of(row: Floats, lane: int) -> RuleParameters:
    """The rule's numbers of ``lane`` from their row, in the order of the tuple's fields."""
    return RuleParameters(
        row[of(0, lane)],  # occupied_heating_c
        row[of(1, lane)],  # occupied_cooling_c
        row[of(2, lane)],  # setback_heating_c
        row[of(3, lane)],  # setup_cooling_c
        row[of(4, lane)],  # standby_k
        row[of(5, lane)],  # warm_up_k_per_h
        row[of(6, lane)],  # cool_down_k_per_h
        row[of(7, lane)],  # warm_up_outdoor_per_k
        row[of(8, lane)],  # cool_down_outdoor_per_k
        row[of(9, lane)],  # start_margin_h
        row[of(10, lane)],  # longest_start_h
        row[of(11, lane)],  # glare_w_m2
        row[of(12, lane)],  # glare_blind
        row[of(13, lane)],  # heat_w_m2
        row[of(14, lane)],  # heat_outdoor_c
        row[of(15, lane)],  # light_target_lux
        row[of(16, lane)],  # supply_air_cold_c
        row[of(17, lane)],  # supply_air_warm_c
        row[of(18, lane)],  # reset_outdoor_low_c
        row[of(19, lane)],  # reset_outdoor_high_c
        row[of(20, lane)],  # static_pressure_low_pa
        row[of(21, lane)],  # static_pressure_high_pa
        row[of(22, lane)],  # purge_h
        row[of(23, lane)],  # purge_cooling_c
        row[of(24, lane)],  # purge_outdoor_c
    )
