"""Properties of the numeric guard: whatever is wished and whatever the sensors say."""

from __future__ import annotations

from math import isfinite, nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hvac_rl.safety.handler_tiers import guard_air_handler
from hvac_rl.safety.limits import AirHandlerLimits, ZoneLimits
from hvac_rl.safety.rules import (
    blind_protection,
    condensation_floor,
    cooling_range,
    heating_range,
    light_floor,
    room_rescue,
)
from hvac_rl.safety.values import (
    FREE,
    AirHandlerFacts,
    AirHandlerGuardState,
    AirHandlerWish,
    SiteWeather,
    ZoneFacts,
    ZoneGuardState,
    ZoneWish,
)
from hvac_rl.safety.zone_tiers import guard_zone
from tests.hvac_rl.safety.effort import examples

anything = st.floats(allow_nan=True, allow_infinity=True)
plausible = st.floats(-60.0, 60.0)
wish_value = anything | plausible | st.sampled_from([nan, 0.0, 1.0, 20.0, 21.0, 24.0])
facts = st.builds(
    ZoneFacts,
    air_c=wish_value,
    co2_ppm=anything | st.floats(300, 3000),
    occupied=st.booleans(),
    daylight_lux=anything | st.floats(0, 5000),
    facade_w_m2=anything | st.floats(0, 1000),
    dew_point_c=anything | st.floats(-10, 30),
    contact_open=st.sampled_from([False, False, False, True]),
)
wishes = st.builds(ZoneWish, wish_value, wish_value, wish_value, wish_value)
weathers = st.builds(
    SiteWeather,
    anything | st.floats(0, 30),
    anything | st.floats(-20, 40),
    st.booleans(),
    st.booleans(),
)
NOW_S = 1_784_000_000.0
since = st.floats(0.0, 90_000.0)
counts = st.integers(0, 120).map(float)


def most_blind(weather: SiteWeather, fact: ZoneFacts, limits: ZoneLimits) -> float:
    return 1.0 if blind_protection(weather, fact.contact_open, limits) == FREE else 0.0


@st.composite
def zone_states(draw: st.DrawFn) -> ZoneGuardState:
    if draw(st.booleans()):
        return ZoneGuardState()
    heating = draw(st.floats(5.0, 28.0))
    return ZoneGuardState(
        heating,
        heating + draw(st.floats(0.0, 15.0)),
        draw(st.floats(0.0, 1.0)),
        draw(st.floats(0.0, 1.0)),
        NOW_S - draw(since),
        NOW_S - draw(since),
        draw(counts),
        draw(counts),
        draw(counts),
        draw(st.sampled_from([NOW_S // 86_400.0, -1.0])),
        NOW_S - draw(since),
    )


@st.composite
def zone_limits(draw: st.DrawFn) -> ZoneLimits:
    """Limits as a site may set them: ordered and inside the absolute bounds."""
    low = draw(st.floats(17.0, 21.0))
    high = draw(st.floats(24.5, 28.0))
    return ZoneLimits(
        occupied_min_c=low,
        occupied_max_c=high,
        unoccupied_min_c=draw(st.floats(8.0, low)),
        unoccupied_max_c=draw(st.floats(high, 36.0)),
        comfort_min_c=draw(st.floats(low, 21.5)) if low < 21.5 else low,
        comfort_max_c=draw(st.floats(23.5, high)),
        setpoint_deadband_k=draw(st.floats(0.5, 2.0)),
        heating_setpoint_max_c=draw(st.floats(22.0, 26.0)),
        cooling_setpoint_min_c=draw(st.floats(16.0, 23.0)),
        setpoint_rate_k_per_h=draw(st.floats(1.0, 20.0)),
    )


@settings(max_examples=examples(1500), deadline=None)
@given(wishes, facts, weathers, zone_limits(), zone_states())
def test_no_zone_command_outside_its_limits(
    wish: ZoneWish, fact: ZoneFacts, weather: SiteWeather, limits: ZoneLimits, state: ZoneGuardState
) -> None:
    command, _, _ = guard_zone(wish, fact, weather, 550.0, limits, state, NOW_S)
    assert all(isfinite(value) for value in command)
    low, high = heating_range(fact.occupied, limits)
    assert low <= command.heating_c <= high
    low, high = cooling_range(fact.occupied, limits)
    assert low <= command.cooling_c <= high
    assert command.cooling_c - command.heating_c >= limits.setpoint_deadband_k - 1e-9
    least_heating, largest_cooling = room_rescue(fact.air_c, fact.occupied, limits)
    assert command.heating_c >= least_heating
    assert command.cooling_c <= largest_cooling
    assert 0.0 <= command.blind <= most_blind(weather, fact, limits)
    floor = light_floor(fact.occupied, fact.daylight_lux, 550.0, limits)
    assert floor <= command.light <= 1.0


@settings(max_examples=examples(1500), deadline=None)
@given(wishes, facts, weathers, zone_limits(), zone_states())
def test_the_zone_guard_is_idempotent(
    wish: ZoneWish, fact: ZoneFacts, weather: SiteWeather, limits: ZoneLimits, state: ZoneGuardState
) -> None:
    once, _, _ = guard_zone(wish, fact, weather, 550.0, limits, state, NOW_S)
    twice, _, _ = guard_zone(once, fact, weather, 550.0, limits, state, NOW_S)
    assert twice == once


@settings(max_examples=examples(1500), deadline=None)
@given(
    wishes, facts, weathers, zone_limits(), zone_states(), st.floats(0.0, 0.4), st.floats(0.0, 0.4)
)
def test_tightening_never_loosens(
    wish: ZoneWish,
    fact: ZoneFacts,
    weather: SiteWeather,
    limits: ZoneLimits,
    state: ZoneGuardState,
    raise_by: float,
    lower_by: float,
) -> None:
    """What tighter limits permit, the looser ones permit too."""
    tight = limits._replace(
        occupied_min_c=limits.occupied_min_c + raise_by,
        unoccupied_min_c=limits.unoccupied_min_c + raise_by,
        occupied_max_c=limits.occupied_max_c - lower_by,
        unoccupied_max_c=limits.unoccupied_max_c - lower_by,
        heating_setpoint_max_c=limits.heating_setpoint_max_c - lower_by,
        cooling_setpoint_min_c=limits.cooling_setpoint_min_c + raise_by,
        blind_wind_limit_m_s=limits.blind_wind_limit_m_s - 10.0 * lower_by,
        light_floor_lux=limits.light_floor_lux + 100.0 * raise_by,
    )
    command, _, _ = guard_zone(wish, fact, weather, 550.0, tight, state, NOW_S)
    low, high = heating_range(fact.occupied, limits)
    assert low <= command.heating_c <= high
    low, high = cooling_range(fact.occupied, limits)
    assert low <= command.cooling_c <= high
    assert command.blind <= most_blind(weather, fact, limits)
    assert command.light >= light_floor(fact.occupied, fact.daylight_lux, 550.0, limits)


@settings(max_examples=examples(800), deadline=None)
@given(st.lists(st.tuples(wishes, facts, weathers, st.floats(0, 7200)), min_size=2, max_size=30))
def test_over_any_sequence_rates_and_budgets_hold_unless_safety_moves(
    steps: list[tuple[ZoneWish, ZoneFacts, float, float]],
) -> None:
    limits = ZoneLimits(setpoint_writes_per_day=5.0, blind_moves_per_day=3.0)
    state, now_s = ZoneGuardState(), NOW_S // 86_400.0 * 86_400.0
    day_end = now_s + 86_400.0
    for wish, fact, weather, elapsed_s in steps:
        now_s = min(now_s + elapsed_s, day_end - 1.0)
        before = state
        command, state, _ = guard_zone(wish, fact, weather, 550.0, limits, state, now_s)
        low, high = heating_range(fact.occupied, limits)
        rescued = not (15.0 <= fact.air_c <= 32.0) or (
            fact.occupied and not (20.0 <= fact.air_c <= 26.0)
        )
        forced = (
            rescued
            or not low <= before.heating_c <= high
            or not cooling_range(fact.occupied, limits)[0]
            <= before.cooling_c
            <= cooling_range(fact.occupied, limits)[1]
            or before.cooling_c
            < condensation_floor(
                fact.dew_point_c, limits.condensation_margin_k, limits.comfort_max_c
            )
        )
        if command.heating_c != before.heating_c and not forced:
            assert before.setpoint_writes < limits.setpoint_writes_per_day
        moved_blind = command.blind != before.blind
        if moved_blind and before.blind <= most_blind(weather, fact, limits):
            assert before.blind_writes < limits.blind_moves_per_day


handler_facts = st.builds(
    AirHandlerFacts,
    any_occupied=st.booleans(),
    room_beyond_limits=st.booleans(),
    highest_co2_ppm=anything | st.floats(300, 3000),
    required_outdoor_air_m3_s=st.floats(0.0, 1.0),
    design_outdoor_air_m3_s=st.floats(0.05, 1.0),
)
handler_wishes = st.builds(AirHandlerWish, wish_value, wish_value, wish_value, wish_value)


@st.composite
def handler_states(draw: st.DrawFn) -> AirHandlerGuardState:
    if draw(st.booleans()):
        return AirHandlerGuardState()
    return AirHandlerGuardState(
        draw(st.sampled_from([0.0, 1.0])),
        draw(st.floats(10.0, 20.0)),
        draw(st.floats(20.0, 500.0)),
        draw(st.floats(0.0, 1.0)),
        NOW_S - draw(since),
        NOW_S - draw(since),
        NOW_S - draw(since),
        draw(counts),
        draw(counts),
        draw(counts),
        draw(st.sampled_from([NOW_S // 86_400.0, -1.0])),
        NOW_S - draw(since),
        NOW_S - draw(since),
    )


@settings(max_examples=examples(1500), deadline=None)
@given(handler_wishes, handler_facts, handler_states())
def test_no_air_handler_command_outside_its_limits(
    wish: AirHandlerWish, fact: AirHandlerFacts, state: AirHandlerGuardState
) -> None:
    limits = AirHandlerLimits()
    command, _, _ = guard_air_handler(wish, fact, limits, state, NOW_S)
    assert command.enable in (0.0, 1.0)
    if fact.any_occupied or fact.room_beyond_limits:
        assert command.enable == 1.0
    assert limits.supply_air_min_c <= command.supply_air_c <= limits.supply_air_max_c
    assert (
        limits.static_pressure_min_pa <= command.static_pressure_pa <= limits.static_pressure_max_pa
    )
    design = fact.design_outdoor_air_m3_s
    assert 0.0 <= command.outdoor_air_m3_s <= design
    if fact.any_occupied:
        needed = min(fact.required_outdoor_air_m3_s, design)
        if not fact.highest_co2_ppm < limits.co2_ceiling_ppm + limits.co2_span_ppm:
            needed = design
        assert command.outdoor_air_m3_s >= needed - 1e-12


@settings(max_examples=examples(1500), deadline=None)
@given(handler_wishes, handler_facts, handler_states())
def test_the_air_handler_guard_is_idempotent(
    wish: AirHandlerWish, fact: AirHandlerFacts, state: AirHandlerGuardState
) -> None:
    limits = AirHandlerLimits()
    once, _, _ = guard_air_handler(wish, fact, limits, state, NOW_S)
    twice, _, _ = guard_air_handler(once, fact, limits, state, NOW_S)
    assert twice == once


@pytest.mark.parametrize(("elapsed_s", "expected"), [(0, 1.0), (899.9, 1.0), (900.0, 0.0)])
def test_the_air_handler_keeps_its_minimum_on_time(elapsed_s: float, expected: float) -> None:
    state = AirHandlerGuardState(enable=1.0, enable_time_s=NOW_S - elapsed_s)
    quiet = AirHandlerFacts(False, False, 500.0, 0.0, 0.3)
    wish = AirHandlerWish(0.0, 14.0, 120.0, 0.0)
    command, _, _ = guard_air_handler(wish, quiet, AirHandlerLimits(), state, NOW_S)
    assert command.enable == expected
