"""The numeric guard of a zone: a wish goes in, what is permitted comes out, with what bound it.

Tiers, highest first: hard limits, protective actions, equipment timers, rates, comfort and glare,
write budget; the deadband between heating and cooling outranks rates and comfort. A wish that
nothing permits is projected to the nearest permitted value, never refused. Pure functions of
numbers and named tuples; the simulator compiles them unchanged.
"""

from __future__ import annotations

from hvac_rl.safety.intervals import named, narrowed, settle
from hvac_rl.safety.limits import ZoneLimits
from hvac_rl.safety.rules import (
    SECONDS_PER_DAY,
    blind_protection,
    clamp,
    comfort_cooling,
    comfort_heating,
    condensation_floor,
    cooling_range,
    egress_floor,
    glare_range,
    heating_range,
    is_small_change,
    light_floor,
    rate_range,
    room_rescue,
    separate,
)
from hvac_rl.safety.values import (
    BUDGET,
    COMFORT,
    CONDENSATION,
    DEADBAND,
    FREE,
    GLARE,
    HARD,
    LIGHT_FLOOR,
    RATE,
    ROOM,
    SiteWeather,
    ZoneBound,
    ZoneFacts,
    ZoneGuardState,
    ZoneWish,
)


def guard_zone(
    wish: ZoneWish,
    facts: ZoneFacts,
    weather: SiteWeather,
    full_light_lux: float,
    limits: ZoneLimits,
    state: ZoneGuardState,
    now_s: float,
) -> tuple[ZoneWish, ZoneGuardState, ZoneBound]:
    """What a zone may be told now, the state after telling it, and what bound each value.

    Applying it twice at the same state changes nothing: ``guard(guard(wish)) == guard(wish)``.
    """
    day = now_s // SECONDS_PER_DAY
    return guard_zone_on(day, wish, facts, weather, full_light_lux, limits, state, now_s)


def guard_zone_on(
    day: float,
    wish: ZoneWish,
    facts: ZoneFacts,
    weather: SiteWeather,
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
    protection = blind_protection(weather, facts.contact_open, limits)
    blind, blind_bound = _blind(wish.blind, facts, protection, limits, state, now_s, blind_writes)
    light, light_bound = _light(
        wish.light, facts, full_light_lux, limits, state, now_s, light_writes
    )

    setpoints_moved = heating_c != state.heating_c or cooling_c != state.cooling_c
    blind_moved = blind != state.blind
    light_moved = light != state.light
    after = ZoneGuardState(
        heating_c,
        cooling_c,
        blind,
        light,
        now_s if setpoints_moved else state.setpoint_time_s,
        # The interval begins when the storm ends, so that a gust does not pump the blind.
        now_s if blind_moved or protection != FREE else state.blind_time_s,
        setpoint_writes + 1.0 if setpoints_moved else setpoint_writes,
        blind_writes + 1.0 if blind_moved else blind_writes,
        light_writes + 1.0 if light_moved else light_writes,
        day,
        now_s if facts.occupied else state.presence_time_s,
    )
    bound = ZoneBound(
        named(heating_bound, heating_c, wish.heating_c),
        named(cooling_bound, cooling_c, wish.cooling_c),
        named(blind_bound, blind, wish.blind),
        named(light_bound, light, wish.light),
    )
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
        h_low, h_high, least_heating, 1e9, wish.heating_c, h_bound, ROOM
    )
    c_low, c_high, c_bound = narrowed(
        c_low, c_high, -1e9, largest_cooling, wish.cooling_c, c_bound, ROOM
    )
    damp_c = condensation_floor(
        facts.dew_point_c, limits.condensation_margin_k, limits.comfort_max_c
    )
    c_low, c_high, c_bound = narrowed(
        c_low, c_high, damp_c, 1e9, wish.cooling_c, c_bound, CONDENSATION
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
        if writes >= limits.setpoint_writes_per_day:
            return state.heating_c, state.cooling_c, BUDGET, BUDGET
    return heating_apart, cooling_apart, h_bound, c_bound


def _blind(
    wish: float,
    facts: ZoneFacts,
    protection: int,
    limits: ZoneLimits,
    state: ZoneGuardState,
    now_s: float,
    writes: float,
) -> tuple[float, int]:
    low, high = 0.0, 1.0
    bound = HARD if clamp(wish, low, high) != wish else FREE
    most = 1.0 if protection == FREE else 0.0
    low, high, bound = narrowed(low, high, 0.0, most, wish, bound, protection)
    safe_low, safe_high = low, high
    if now_s - state.blind_time_s < limits.blind_min_interval_s and state.blind == state.blind:
        low, high, bound = narrowed(low, high, state.blind, state.blind, wish, bound, RATE)
    glare_low, glare_high = glare_range(facts.occupied, facts.facade_w_m2, limits)
    low, high, bound = narrowed(low, high, glare_low, glare_high, wish, bound, GLARE)
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
    now_s: float,
    writes: float,
) -> tuple[float, int]:
    low, high = 0.0, 1.0
    bound = HARD if clamp(wish, low, high) != wish else FREE
    work = light_floor(facts.occupied, facts.daylight_lux, full_light_lux, limits)
    leaving = egress_floor(facts.occupied, now_s - state.presence_time_s, limits)
    floor = work if work > leaving else leaving
    low, high, bound = narrowed(low, high, floor, 1.0, wish, bound, LIGHT_FLOOR)
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
