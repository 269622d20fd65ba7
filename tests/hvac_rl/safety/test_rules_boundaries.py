"""A table of boundary values for each rule, dense around each limit."""

from __future__ import annotations

from math import inf, nan

import pytest

from hvac_rl.safety import rules
from hvac_rl.safety.limits import (
    ABSOLUTE_AIR_HANDLER,
    ABSOLUTE_ZONE,
    AirHandlerLimits,
    ZoneLimits,
    problems,
)
from hvac_rl.safety.values import CONTACT, DRY_C, FREE, FROST, RAIN, WIND, SiteWeather

ZONE = ZoneLimits()
AHU = AirHandlerLimits()


@pytest.mark.parametrize(
    ("value", "expected"),
    [(-inf, 1.0), (0.999, 1.0), (1.0, 1.0), (1.5, 1.5), (2.0, 2.0), (2.001, 2.0), (inf, 2.0),
     (nan, 1.0)],
)  # fmt: skip
def test_clamp(value: float, expected: float) -> None:
    assert rules.clamp(value, 1.0, 2.0) == expected


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ((-1, 9), (0, 5)), ((1, 3), (1, 3)), ((3, 9), (3, 5)), ((-3, 2), (0, 2)),
        ((5, 9), (5, 5)), ((6, 9), (5, 5)), ((-9, -1), (0, 0)), ((-9, 0), (0, 0)),
    ],
)  # fmt: skip
def test_a_disjoint_rule_collapses_to_the_nearest_edge(
    rule: tuple[float, float], expected: tuple[float, float]
) -> None:
    assert rules.narrow(0.0, 5.0, *rule) == expected


def test_setpoint_ranges_leave_room_for_the_deadband() -> None:
    assert rules.heating_range(True, ZONE) == (20.0, 24.5)
    assert rules.heating_range(False, ZONE) == (15.0, 24.5)
    assert rules.cooling_range(True, ZONE) == (21.0, 26.0)
    assert rules.cooling_range(False, ZONE) == (17.5, 32.0)
    narrow_room = ZONE._replace(occupied_max_c=24.0)
    assert rules.heating_range(True, narrow_room) == (20.0, 23.0)


@pytest.mark.parametrize(
    ("air_c", "occupied", "heating", "cooling"),
    [
        (19.99, True, 21.0, 1e9), (20.0, True, -1e9, 1e9), (26.0, True, -1e9, 1e9),
        (26.01, True, -1e9, 24.0), (14.99, False, 21.0, 1e9), (15.0, False, -1e9, 1e9),
        (32.0, False, -1e9, 1e9), (32.01, False, -1e9, 24.0),
    ],
)  # fmt: skip
def test_a_room_beyond_its_limits_is_rescued(
    air_c: float, occupied: bool, heating: float, cooling: float
) -> None:
    assert rules.room_rescue(air_c, occupied, ZONE) == (heating, cooling)
    assert rules.room_beyond_limits(air_c, occupied, ZONE) == (heating > 0 or cooling < 100)


@pytest.mark.parametrize(
    ("elapsed_s", "step"), [(0, 0.0), (450, 1.5), (900, 3.0), (1800, 3.0), (86_400, 3.0)]
)
def test_rates_save_up_a_quarter_of_an_hour_at_most(elapsed_s: float, step: float) -> None:
    assert rules.rate_range(20.0, elapsed_s, 12.0) == (20.0 - step, 20.0 + step)


def test_without_a_last_value_any_may_begin() -> None:
    assert rules.rate_range(nan, 10.0, 12.0) == (-1e9, 1e9)


@pytest.mark.parametrize(
    ("pair", "expected"),
    [
        ((21.0, 22.0), (21.0, 22.0)), ((21.0, 21.99), (20.995, 21.995)),
        ((22.0, 22.0), (21.5, 22.5)), ((24.0, 20.0), (21.5, 22.5)),
        ((20.0, 20.0), (20.0, 21.0)), ((26.0, 26.0), (24.5, 25.5)),
    ],
)  # fmt: skip
def test_the_pair_is_projected_around_its_middle(
    pair: tuple[float, float], expected: tuple[float, float]
) -> None:
    got = rules.separate(*pair, 1.0, 20.0, 24.5, 21.0, 26.0)
    assert got == pytest.approx(expected)


CALM = SiteWeather(2.0, 15.0, False, False)


@pytest.mark.parametrize(
    ("weather", "contact", "expected"),
    [
        (CALM, False, FREE), (CALM._replace(wind_m_s=9.99), False, FREE),
        (CALM._replace(wind_m_s=10.0), False, WIND), (CALM._replace(wind_m_s=nan), False, WIND),
        (CALM._replace(raining=True), False, RAIN), (CALM, True, CONTACT),
        (CALM._replace(outdoor_c=-5.0), False, FREE),
        (CALM._replace(outdoor_c=-0.01, wet=True), False, FROST),
        (CALM._replace(outdoor_c=0.0, wet=True), False, FREE),
        (CALM._replace(outdoor_c=nan, wet=True), False, FROST),
        (SiteWeather(20.0, -9.0, True, True), True, CONTACT),
        (SiteWeather(20.0, -9.0, True, True), False, WIND),
        (SiteWeather(2.0, -9.0, True, True), False, RAIN),
    ],
)  # fmt: skip
def test_what_retracts_the_blind(weather: SiteWeather, contact: bool, expected: int) -> None:
    assert rules.blind_protection(weather, contact, ZONE) == expected


@pytest.mark.parametrize(
    ("dew_point_c", "expected"),
    [(DRY_C, -1e9), (15.0, 19.0), (19.99, 23.99), (20.0, 24.0), (25.0, 24.0), (nan, 24.0)],
)
def test_the_cooling_setpoint_keeps_above_the_dew_point(
    dew_point_c: float, expected: float
) -> None:
    assert rules.condensation_floor(dew_point_c, 4.0, 24.0) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("occupied", "since_s", "expected"),
    [(True, 0.0, 0.0), (False, 0.0, 0.05), (False, 899.9, 0.05), (False, 900.0, 0.0),
     (False, nan, 0.0)],
)  # fmt: skip
def test_light_stays_for_those_who_leave(occupied: bool, since_s: float, expected: float) -> None:
    assert rules.egress_floor(occupied, since_s, ZONE) == expected


@pytest.mark.parametrize(("since_s", "holds"), [(0.0, True), (1799.9, True), (1800.0, False)])
def test_starts_are_spread_over_the_hour(since_s: float, holds: bool) -> None:
    assert rules.starts_hold(since_s, AHU) == holds


@pytest.mark.parametrize(
    ("value", "last", "deadband", "small"),
    [(1.0, 1.0, 0.0, True), (1.0, 1.1, 0.1, False), (1.0, 1.0625, 0.125, True),
     (1.0625, 1.0, 0.125, True), (1.0, 1.125, 0.125, False), (1.0, nan, 9.0, False)],
)  # fmt: skip
def test_small_changes(value: float, last: float, deadband: float, small: bool) -> None:
    assert rules.is_small_change(value, last, deadband) == small


@pytest.mark.parametrize(
    ("occupied", "facade", "expected"),
    [(False, 900.0, (0.0, 1.0)), (True, 180.0, (0.0, 0.9)), (True, 180.1, (0.6, 0.9))],
)
def test_glare(occupied: bool, facade: float, expected: tuple[float, float]) -> None:
    assert rules.glare_range(occupied, facade, ZONE) == expected


@pytest.mark.parametrize(
    ("occupied", "daylight", "expected"),
    [
        (False, 0.0, 0.0), (True, 0.0, 0.6), (True, 150.0, 0.3), (True, 299.0, 0.05),
        (True, 300.0, 0.05), (True, 9000.0, 0.05), (True, nan, 0.6), (True, -5.0, 0.6),
    ],
)  # fmt: skip
def test_the_light_floor(occupied: bool, daylight: float, expected: float) -> None:
    assert rules.light_floor(occupied, daylight, 500.0, ZONE) == pytest.approx(expected)


def test_outdoor_air_per_person_and_area() -> None:
    assert rules.required_outdoor_air(True, 100.0, 10.0, AHU) == pytest.approx(0.055)
    assert rules.required_outdoor_air(False, 100.0, 10.0, AHU) == 0.0


@pytest.mark.parametrize(
    ("co2_ppm", "expected"),
    [(400.0, 0.1), (1000.0, 0.1), (1100.0, 0.2), (1200.0, 0.3), (5000.0, 0.3), (nan, 0.3)],
)
def test_outdoor_air_rises_with_co2(co2_ppm: float, expected: float) -> None:
    assert rules.outdoor_air_floor(0.1, co2_ppm, True, 0.3, AHU) == pytest.approx(expected)
    assert rules.outdoor_air_floor(0.1, co2_ppm, False, 0.3, AHU) == 0.0


@pytest.mark.parametrize(
    ("running", "elapsed_s", "holds"),
    [(True, 899.0, True), (True, 900.0, False), (False, 599.0, True), (False, 600.0, False)],
)
def test_minimum_on_and_off_times(running: bool, elapsed_s: float, holds: bool) -> None:
    assert rules.timer_holds(running, elapsed_s, AHU) is holds


def test_the_defaults_are_inside_the_absolute_bounds() -> None:
    assert problems(ZONE, ABSOLUTE_ZONE) == []
    assert problems(AHU, ABSOLUTE_AIR_HANDLER) == []
    assert set(ABSOLUTE_ZONE) == set(ZoneLimits._fields)
    assert set(ABSOLUTE_AIR_HANDLER) == set(AirHandlerLimits._fields)


def test_limits_that_contradict_each_other_are_named() -> None:
    found = problems(ZONE._replace(occupied_min_c=21.9), ABSOLUTE_ZONE)
    assert found == ["occupied_min_c: must lie below comfort_min_c"]
