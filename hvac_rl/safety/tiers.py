"""The numeric guard: a wish goes in, what is permitted comes out, with the rule that bound it.

Tiers, highest first: hard limits, protective actions, equipment timers, rates, comfort and glare,
write budget; the deadband between heating and cooling outranks rates and comfort. A wish that
nothing permits is projected to the nearest permitted value, never refused. Pure functions of
numbers and named tuples; the simulator compiles them unchanged.
"""

from __future__ import annotations

from hvac_rl.safety.limits import AirHandlerLimits, ZoneLimits
from hvac_rl.safety.rules import (
    SECONDS_PER_DAY,
    blind_retract,
    clamp,
    comfort_cooling,
    comfort_heating,
    cooling_range,
    glare_range,
    heating_range,
    is_small_change,
    light_floor,
    must_run,
    narrow,
    outdoor_air_floor,
    rate_range,
    room_rescue,
    separate,
    timer_holds,
)
from hvac_rl.safety.values import (
    BUDGET,
    COMFORT,
    DEADBAND,
    FREE,
    HARD,
    PROTECTIVE,
    RATE,
    TIMER,
    AirHandlerBound,
    AirHandlerFacts,
    AirHandlerGuardState,
    AirHandlerWish,
    ZoneBound,
    ZoneFacts,
    ZoneGuardState,
    ZoneWish,
)


def changed_by(low: float, high: float, new_low: float, new_high: float, wish: float) -> bool:
    """Whether the step from one interval to the next moved the permitted value."""
    return clamp(wish, low, high) != clamp(wish, new_low, new_high)


def narrowed(
    low: float, high: float, rule_low: float, rule_high: float, wish: float, bound: int, tier: int
) -> tuple[float, float, int]:
    """Narrow by one rule; name its tier if that moved the value."""
    new_low, new_high = narrow(low, high, rule_low, rule_high)
    if changed_by(low, high, new_low, new_high, wish):
        return new_low, new_high, tier
    return new_low, new_high, bound


def settle(
    value: float,
    last: float,
    low: float,
    high: float,
    deadband: float,
    writes: float,
    budget: float,
    bound: int,
) -> tuple[float, int]:
    """Last tier, one point: keep the last value where that is permitted and a write is not due.

    ``low`` and ``high`` are the hard and protective interval: what safety moves is written
    whatever the budget says.
    """
    if not low <= last <= high:
        return value, bound
    if is_small_change(value, last, deadband):
        return last, bound
    if writes >= budget and value != last:
        return last, BUDGET
    return value, bound


def guard_zone(
    wish: ZoneWish,
    facts: ZoneFacts,
    wind_m_s: float,
    full_light_lux: float,
    limits: ZoneLimits,
    state: ZoneGuardState,
    now_s: float,
) -> tuple[ZoneWish, ZoneGuardState, ZoneBound]:
    """What a zone may be told now, the state after telling it, and what bound each value.

    Applying it twice at the same state changes nothing: ``guard(guard(wish)) == guard(wish)``.
    """
    day = now_s // SECONDS_PER_DAY
    return guard_zone_on(day, wish, facts, wind_m_s, full_light_lux, limits, state, now_s)


def guard_zone_on(
    day: float,
    wish: ZoneWish,
    facts: ZoneFacts,
    wind_m_s: float,
    full_light_lux: float,
    limits: ZoneLimits,
    state: ZoneGuardState,
    now_s: float,
) -> tuple[ZoneWish, ZoneGuardState, ZoneBound]:
    """:func:`guard_zone` with the number of the day, which budgets count by, given."""
    same_day = day == state.day
    setpoint_writes = state.setpoint_writes if same_day else 0.0
    blind_writes = state.blind_writes if same_day else 0.0
    light_writes = state.light_writes if same_day else 0.0

    heating_c, cooling_c, heating_bound, cooling_bound = _setpoints(
        wish, facts, limits, state, now_s, setpoint_writes
    )
    blind, blind_bound = _blind(wish.blind, facts, wind_m_s, limits, state, now_s, blind_writes)
    light, light_bound = _light(wish.light, facts, full_light_lux, limits, state, light_writes)

    setpoints_moved = heating_c != state.heating_c or cooling_c != state.cooling_c
    blind_moved = blind != state.blind
    light_moved = light != state.light
    after = ZoneGuardState(
        heating_c,
        cooling_c,
        blind,
        light,
        now_s if setpoints_moved else state.setpoint_time_s,
        now_s if blind_moved else state.blind_time_s,
        setpoint_writes + 1.0 if setpoints_moved else setpoint_writes,
        blind_writes + 1.0 if blind_moved else blind_writes,
        light_writes + 1.0 if light_moved else light_writes,
        day,
    )
    bound = ZoneBound(heating_bound, cooling_bound, blind_bound, light_bound)
    return ZoneWish(heating_c, cooling_c, blind, light), after, bound


def _setpoints(
    wish: ZoneWish,
    facts: ZoneFacts,
    limits: ZoneLimits,
    state: ZoneGuardState,
    now_s: float,
    writes: float,
) -> tuple[float, float, int, int]:
    occupied = facts.occupied
    h_low, h_high = heating_range(occupied, limits)
    c_low, c_high = cooling_range(occupied, limits)
    h_bound = HARD if clamp(wish.heating_c, h_low, h_high) != wish.heating_c else FREE
    c_bound = HARD if clamp(wish.cooling_c, c_low, c_high) != wish.cooling_c else FREE

    least_heating, largest_cooling = room_rescue(facts.air_c, occupied, limits)
    h_low, h_high, h_bound = narrowed(
        h_low, h_high, least_heating, 1e9, wish.heating_c, h_bound, PROTECTIVE
    )
    c_low, c_high, c_bound = narrowed(
        c_low, c_high, -1e9, largest_cooling, wish.cooling_c, c_bound, PROTECTIVE
    )
    h_safe_low, h_safe_high, c_safe_low, c_safe_high = h_low, h_high, c_low, c_high

    elapsed_s = now_s - state.setpoint_time_s
    rate_low, rate_high = rate_range(state.heating_c, elapsed_s, limits.setpoint_rate_k_per_h)
    h_low, h_high, h_bound = narrowed(
        h_low, h_high, rate_low, rate_high, wish.heating_c, h_bound, RATE
    )
    rate_low, rate_high = rate_range(state.cooling_c, elapsed_s, limits.setpoint_rate_k_per_h)
    c_low, c_high, c_bound = narrowed(
        c_low, c_high, rate_low, rate_high, wish.cooling_c, c_bound, RATE
    )

    h_low, h_high, h_bound = narrowed(
        h_low, h_high, comfort_heating(occupied, limits), 1e9, wish.heating_c, h_bound, COMFORT
    )
    c_low, c_high, c_bound = narrowed(
        c_low, c_high, -1e9, comfort_cooling(occupied, limits), wish.cooling_c, c_bound, COMFORT
    )

    heating = clamp(wish.heating_c, h_low, h_high)
    cooling = clamp(wish.cooling_c, c_low, c_high)
    least = limits.setpoint_deadband_k
    if c_high - h_low >= least:
        heating_apart, cooling_apart = separate(
            heating, cooling, least, h_low, h_high, c_low, c_high
        )
    else:
        # Rates and comfort left no room for the deadband: it outranks them. The middle of what
        # they left is projected into the safe interval, the same whatever is wished.
        heating_apart, cooling_apart = separate(
            h_low, c_high, least, h_safe_low, h_safe_high, c_safe_low, c_safe_high
        )
    if heating_apart != heating:
        h_bound = DEADBAND
    if cooling_apart != cooling:
        c_bound = DEADBAND

    # The pair is kept or written as a pair, so that keeping one end cannot break the deadband.
    last_is_safe = (
        h_safe_low <= state.heating_c <= h_safe_high
        and c_safe_low <= state.cooling_c <= c_safe_high
        and state.cooling_c - state.heating_c >= limits.setpoint_deadband_k - 1e-9
    )
    if last_is_safe:
        small = limits.setpoint_write_deadband_k
        if is_small_change(heating_apart, state.heating_c, small) and is_small_change(
            cooling_apart, state.cooling_c, small
        ):
            return state.heating_c, state.cooling_c, h_bound, c_bound
        moved = heating_apart != state.heating_c or cooling_apart != state.cooling_c
        if moved and writes >= limits.setpoint_writes_per_day:
            return state.heating_c, state.cooling_c, BUDGET, BUDGET
    return heating_apart, cooling_apart, h_bound, c_bound


def _blind(
    wish: float,
    facts: ZoneFacts,
    wind_m_s: float,
    limits: ZoneLimits,
    state: ZoneGuardState,
    now_s: float,
    writes: float,
) -> tuple[float, int]:
    low, high = 0.0, 1.0
    bound = HARD if clamp(wish, low, high) != wish else FREE
    low, high, bound = narrowed(
        low, high, 0.0, blind_retract(wind_m_s, limits), wish, bound, PROTECTIVE
    )
    safe_low, safe_high = low, high
    if now_s - state.blind_time_s < limits.blind_min_interval_s and state.blind == state.blind:
        low, high, bound = narrowed(low, high, state.blind, state.blind, wish, bound, RATE)
    glare_low, glare_high = glare_range(facts.occupied, facts.facade_w_m2, limits)
    low, high, bound = narrowed(low, high, glare_low, glare_high, wish, bound, COMFORT)
    return settle(
        clamp(wish, low, high),
        state.blind,
        safe_low,
        safe_high,
        limits.blind_write_deadband,
        writes,
        limits.blind_moves_per_day,
        bound,
    )


def _light(
    wish: float,
    facts: ZoneFacts,
    full_light_lux: float,
    limits: ZoneLimits,
    state: ZoneGuardState,
    writes: float,
) -> tuple[float, int]:
    low, high = 0.0, 1.0
    bound = HARD if clamp(wish, low, high) != wish else FREE
    floor = light_floor(facts.occupied, facts.daylight_lux, full_light_lux, limits)
    low, high, bound = narrowed(low, high, floor, 1.0, wish, bound, PROTECTIVE)
    return settle(
        clamp(wish, low, high),
        state.light,
        low,
        high,
        limits.light_write_deadband,
        writes,
        limits.light_writes_per_day,
        bound,
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
    low, high, outdoor_bound = narrowed(low, high, floor, high, air_wish, outdoor_bound, PROTECTIVE)
    outdoor_air_m3_s, outdoor_bound = settle(
        clamp(air_wish, low, high),
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
    )
    permitted = AirHandlerWish(enable, supply_air_c, static_pressure_pa, outdoor_air_m3_s)
    bound = AirHandlerBound(enable_bound, supply_bound, static_bound, outdoor_bound)
    return permitted, after, bound


def _enable(
    wish: float,
    facts: AirHandlerFacts,
    limits: AirHandlerLimits,
    state: AirHandlerGuardState,
    now_s: float,
) -> tuple[float, int]:
    if must_run(facts.any_occupied, facts.room_beyond_limits):
        return 1.0, PROTECTIVE if wish < 0.5 else FREE
    # A wish that is not a number runs the fan: the careful state of a ventilation system.
    wanted = 0.0 if wish < 0.5 else 1.0
    started = state.enable == state.enable
    if started and wanted != state.enable:
        if timer_holds(state.enable > 0.5, now_s - state.enable_time_s, limits):
            return state.enable, TIMER
    return wanted, FREE
