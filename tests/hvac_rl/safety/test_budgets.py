"""Writes are counted by the day: spent today is spent, a new day begins at nothing."""

from __future__ import annotations

import pytest

from hvac_rl.safety.limits import ZoneLimits
from hvac_rl.safety.values import (
    BUDGET,
    FREE,
    SiteWeather,
    ZoneFacts,
    ZoneGuardState,
    ZoneWish,
)
from hvac_rl.safety.zone_tiers import guard_zone

LIMITS = ZoneLimits()
TODAY = 100.0
NOON_S = (TODAY + 0.5) * 86_400.0
EMPTY = ZoneFacts(22.0, 500.0, False, 0.0, 0.0)
CALM = SiteWeather(1.0, 15.0)
WISH = ZoneWish(21.0, 25.0, 0.5, 0.5)


def spent(left: float, day: float) -> ZoneGuardState:
    """``left`` writes of each budget are left on ``day``."""
    return ZoneGuardState(
        20.0, 26.0, 0.0, 0.0,
        setpoint_writes=LIMITS.setpoint_writes_per_day - left,
        blind_writes=LIMITS.blind_moves_per_day - left,
        light_writes=LIMITS.light_writes_per_day - left,
        day=day,
    )  # fmt: skip


@pytest.mark.parametrize(("left", "day"), [(0.0, TODAY), (-1.0, TODAY)])
def test_what_is_spent_today_is_spent(left: float, day: float) -> None:
    state = spent(left, day)
    told, after, bound = guard_zone(WISH, EMPTY, CALM, 550.0, LIMITS, state, NOON_S)
    assert told == ZoneWish(20.0, 26.0, 0.0, 0.0)
    assert set(bound) == {BUDGET}
    assert (after.setpoint_writes, after.blind_writes, after.light_writes, after.day) == (
        state.setpoint_writes, state.blind_writes, state.light_writes, TODAY,
    )  # fmt: skip


def test_the_last_write_of_a_day_is_counted() -> None:
    state = spent(1.0, TODAY)
    told, after, bound = guard_zone(WISH, EMPTY, CALM, 550.0, LIMITS, state, NOON_S)
    assert told == WISH
    assert set(bound) == {FREE}
    assert after.setpoint_writes == LIMITS.setpoint_writes_per_day
    assert after.blind_writes == LIMITS.blind_moves_per_day
    assert after.light_writes == LIMITS.light_writes_per_day


def test_a_new_day_begins_at_nothing() -> None:
    told, after, _ = guard_zone(WISH, EMPTY, CALM, 550.0, LIMITS, spent(0.0, TODAY - 1), NOON_S)
    assert told == WISH
    assert (after.setpoint_writes, after.blind_writes, after.light_writes) == (1.0, 1.0, 1.0)
    assert after.day == TODAY
