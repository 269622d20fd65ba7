"""The numeric guard of an air handler, in the tiers of :mod:`hvac_rl.safety.zone_tiers`."""

from __future__ import annotations

from hvac_rl.safety.intervals import named, narrowed, settle
from hvac_rl.safety.limits import AirHandlerLimits
from hvac_rl.safety.rules import (
    SECONDS_PER_DAY,
    clamp,
    condensation_floor,
    must_run,
    outdoor_air_floor,
    rate_range,
    starts_hold,
    timer_holds,
)
from hvac_rl.safety.values import (
    CO2,
    CONDENSATION,
    FREE,
    HARD,
    MUST_RUN,
    OUTDOOR_AIR,
    RATE,
    STARTS,
    TIMER,
    AirHandlerBound,
    AirHandlerFacts,
    AirHandlerGuardState,
    AirHandlerWish,
)


def guard_air_handler(
    wish: AirHandlerWish,
    facts: AirHandlerFacts,
    limits: AirHandlerLimits,
    state: AirHandlerGuardState,
    now_s: float,
) -> tuple[AirHandlerWish, AirHandlerGuardState, AirHandlerBound]:
    """What an air handler may be told now, the state after, and what bound each value."""
    day = now_s // SECONDS_PER_DAY
    return guard_air_handler_on(day, wish, facts, limits, state, now_s)


def guard_air_handler_on(
    day: float,
    wish: AirHandlerWish,
    facts: AirHandlerFacts,
    limits: AirHandlerLimits,
    state: AirHandlerGuardState,
    now_s: float,
) -> tuple[AirHandlerWish, AirHandlerGuardState, AirHandlerBound]:
    """:func:`guard_air_handler` with the number of the day given."""
    same_day = day == state.day
    supply_writes = state.supply_air_writes if same_day else 0.0
    static_writes = state.static_pressure_writes if same_day else 0.0
    outdoor_writes = state.outdoor_air_writes if same_day else 0.0

    enable, enable_bound = _enable(wish.enable, facts, limits, state, now_s)

    low, high = limits.supply_air_min_c, limits.supply_air_max_c
    supply_bound = HARD if clamp(wish.supply_air_c, low, high) != wish.supply_air_c else FREE
    damp_c = condensation_floor(facts.highest_dew_point_c, -limits.supply_below_dew_point_k, high)
    low, high, supply_bound = narrowed(
        low, high, damp_c, high, wish.supply_air_c, supply_bound, CONDENSATION
    )
    rate_low, rate_high = rate_range(
        state.supply_air_c, now_s - state.supply_air_time_s, limits.supply_air_rate_k_per_h
    )
    supply_low, supply_high, supply_bound = narrowed(
        low, high, rate_low, rate_high, wish.supply_air_c, supply_bound, RATE
    )
    supply_air_c, supply_bound = settle(
        clamp(wish.supply_air_c, supply_low, supply_high),
        state.supply_air_c,
        low,
        high,
        limits.supply_air_write_deadband_k,
        supply_writes,
        limits.writes_per_day,
        supply_bound,
    )

    low, high = limits.static_pressure_min_pa, limits.static_pressure_max_pa
    pressure_wish = wish.static_pressure_pa
    static_bound = HARD if clamp(pressure_wish, low, high) != pressure_wish else FREE
    rate_low, rate_high = rate_range(
        state.static_pressure_pa,
        now_s - state.static_pressure_time_s,
        limits.static_pressure_rate_pa_per_h,
    )
    static_low, static_high, static_bound = narrowed(
        low, high, rate_low, rate_high, pressure_wish, static_bound, RATE
    )
    static_pressure_pa, static_bound = settle(
        clamp(pressure_wish, static_low, static_high),
        state.static_pressure_pa,
        low,
        high,
        limits.static_pressure_write_deadband_pa,
        static_writes,
        limits.writes_per_day,
        static_bound,
    )

    low, high = 0.0, facts.design_outdoor_air_m3_s
    air_wish = wish.outdoor_air_m3_s
    outdoor_bound = HARD if clamp(air_wish, low, high) != air_wish else FREE
    floor = outdoor_air_floor(
        facts.required_outdoor_air_m3_s,
        facts.highest_co2_ppm,
        facts.any_occupied,
        facts.design_outdoor_air_m3_s,
        limits,
    )
    fresh = OUTDOOR_AIR if facts.highest_co2_ppm <= limits.co2_ceiling_ppm else CO2
    low, high, outdoor_bound = narrowed(low, high, floor, high, air_wish, outdoor_bound, fresh)
    rate_low, rate_high = rate_range(
        state.outdoor_air_m3_s,
        now_s - state.outdoor_air_time_s,
        limits.outdoor_air_rate_per_h * facts.design_outdoor_air_m3_s,
    )
    outdoor_low, outdoor_high, outdoor_bound = narrowed(
        low, high, rate_low, rate_high, air_wish, outdoor_bound, RATE
    )
    outdoor_air_m3_s, outdoor_bound = settle(
        clamp(air_wish, outdoor_low, outdoor_high),
        state.outdoor_air_m3_s,
        low,
        high,
        limits.outdoor_air_write_deadband_m3_s,
        outdoor_writes,
        limits.writes_per_day,
        outdoor_bound,
    )

    supply_moved = supply_air_c != state.supply_air_c
    static_moved = static_pressure_pa != state.static_pressure_pa
    outdoor_moved = outdoor_air_m3_s != state.outdoor_air_m3_s
    after = AirHandlerGuardState(
        enable,
        supply_air_c,
        static_pressure_pa,
        outdoor_air_m3_s,
        now_s if enable != state.enable else state.enable_time_s,
        now_s if supply_moved else state.supply_air_time_s,
        now_s if static_moved else state.static_pressure_time_s,
        supply_writes + 1.0 if supply_moved else supply_writes,
        static_writes + 1.0 if static_moved else static_writes,
        outdoor_writes + 1.0 if outdoor_moved else outdoor_writes,
        day,
        now_s if outdoor_moved else state.outdoor_air_time_s,
        now_s if enable > 0.5 and not state.enable > 0.5 else state.start_time_s,
    )
    permitted = AirHandlerWish(enable, supply_air_c, static_pressure_pa, outdoor_air_m3_s)
    bound = AirHandlerBound(
        named(enable_bound, enable, wish.enable),
        named(supply_bound, supply_air_c, wish.supply_air_c),
        named(static_bound, static_pressure_pa, pressure_wish),
        named(outdoor_bound, outdoor_air_m3_s, air_wish),
    )
    return permitted, after, bound


def _enable(
    wish: float,
    facts: AirHandlerFacts,
    limits: AirHandlerLimits,
    state: AirHandlerGuardState,
    now_s: float,
) -> tuple[float, int]:
    # A wish that is not a number runs the fan: the careful state of a ventilation system.
    wanted = 0.0 if wish < 0.5 else 1.0
    if must_run(facts.any_occupied, facts.room_beyond_limits):
        return 1.0, HARD if wanted > 0.5 else MUST_RUN
    running = state.enable > 0.5
    if running or not state.enable < 0.5:
        # It runs, or nobody knows.
        if running and wanted < 0.5 and timer_holds(True, now_s - state.enable_time_s, limits):
            return 1.0, TIMER
        return wanted, HARD
    if wanted > 0.5:
        if timer_holds(False, now_s - state.enable_time_s, limits):
            return 0.0, TIMER
        if starts_hold(now_s - state.start_time_s, limits):
            return 0.0, STARTS
    return wanted, HARD
