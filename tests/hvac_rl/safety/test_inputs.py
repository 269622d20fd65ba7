"""Sensors judged over time: stuck, jumped, in disagreement."""

from __future__ import annotations

from math import inf, nan

import pytest

from hvac_rl.safety.inputs import (
    INPUT_RULES,
    InputRule,
    InputTrack,
    against_sun,
    against_weather,
    disagreement,
    track_input,
)

RULE = InputRule(flat_s=3600.0, jump=5.0, jump_per_h=12.0)
DARK = InputRule(flat_s=3600.0, flat_at_zero=False)


def reasons(rule: InputRule, *readings: tuple[float, float], counts_flat: bool = True) -> list[str]:
    """The first word of what is said of each (time, value); "" is trusted."""
    track, found = InputTrack(), []
    for time_s, value in readings:
        track, why = track_input(track, value, time_s, rule, counts_flat)
        found.append(why.split(" ")[0] if why else "")
    return found


@pytest.mark.parametrize(
    ("rule", "readings", "expected"),
    [
        (RULE, [(0, 20.0), (3599, 20.0), (3600, 20.0), (3700, 20.1)], ["", "", "stuck", ""]),
        (RULE, [(0, 20.0), (1800, 20.1), (3600, 20.1), (5399, 20.1), (5400, 20.1)],
         ["", "", "", "", "stuck"]),
        (RULE, [(0, 0.0), (3600, 0.0)], ["", "stuck"]),
        (DARK, [(0, 0.0), (36_000, 0.0), (36_001, 9.0), (39_601, 9.0)], ["", "", "", "stuck"]),
        # A jump is believed when it has stayed for half an hour.
        (RULE, [(0, 20.0), (300, 26.0), (301, 31.1)], ["", "", "jumped"]),
        (RULE, [(0, 20.0), (300, 46.1), (900, 46.2), (2099, 46.3), (2100, 46.3)],
         ["", "jumped", "jumped", "jumped", ""]),
        # The spike goes: the old level is trusted at once.
        (RULE, [(0, 20.0), (300, 35.0), (600, 20.1), (900, 35.0)], ["", "jumped", "", "jumped"]),
        # A third level begins its own half hour.
        (RULE, [(0, 20.0), (10, 35.0), (20, 50.0), (1811, 50.1), (1820, 50.1)],
         ["", "jumped", "jumped", "jumped", ""]),
        (RULE, [(0, 20.0), (-100, 25.0), (-200, 30.1)], ["", "", "jumped"]),
    ],
)  # fmt: skip
def test_over_time(
    rule: InputRule, readings: list[tuple[float, float]], expected: list[str]
) -> None:
    # A jump of 6 K in five minutes is just plausible: 5 K and 12 K/h.
    assert reasons(rule, *readings) == expected


def test_standing_still_counts_only_where_it_is_strange() -> None:
    assert reasons(RULE, (0.0, 420.0), (9000.0, 420.0), counts_flat=False) == ["", ""]
    track, _ = track_input(InputTrack(), 420.0, 0.0, RULE, True)
    track, _ = track_input(track, 420.0, 3000.0, RULE, False)
    track, why = track_input(track, 420.0, 3600.0, RULE, True)
    assert why == ""
    assert track_input(track, 420.0, 6600.0, RULE, True)[1] == "stuck at 420 for 1 h"


def test_words_of_a_jump() -> None:
    track, _ = track_input(InputTrack(), 20.0, 0.0, RULE, True)
    track, why = track_input(track, 40.0, 60.0, RULE, True)
    assert why == "jumped from 20 to 40"
    assert track == InputTrack(20.0, 0.0, 60.0, 40.0, 60.0, 60.0, 40.0)


@pytest.mark.parametrize(
    ("one", "other", "apart"), [(20.0, 22.5, False), (20.0, 22.6, True), (22.6, 20.0, True)]
)
def test_disagreement(one: float, other: float, apart: bool) -> None:
    why = disagreement("a", one, "b", other, 2.5)
    assert why == (f"a ({one:g}) and b ({other:g}) disagree" if apart else "")


@pytest.mark.parametrize(
    ("outdoor_c", "weather_c", "apart"),
    [(5.0, nan, False), (5.0, 15.0, False), (5.0, 15.1, True), (5.0, -5.1, True)],
)
def test_against_the_weather(outdoor_c: float, weather_c: float, apart: bool) -> None:
    assert bool(against_weather(outdoor_c, weather_c)) is apart


@pytest.mark.parametrize(
    ("facade", "ghi", "apart"),
    [(300.0, 0.0, False), (300.1, 0.0, True), (300.1, 1.0, False), (nan, 0.0, False)],
)
def test_against_the_sun(facade: float, ghi: float, apart: bool) -> None:
    assert bool(against_sun(facade, ghi)) is apart


def test_every_rule_is_stated() -> None:
    """A change of what is plausible is a decision; it shows here."""
    hour = 3600.0
    assert {role: tuple(rule) for role, rule in INPUT_RULES.items()} == {
        "air_temperature": (24 * hour, True, 5.0, 12.0, 2.5),
        "co2": (6 * hour, True, 1500.0, 6000.0, 300.0),
        "daylight": (12 * hour, False, inf, 0.0, inf),
        "facade_irradiance": (12 * hour, False, inf, 0.0, 300.0),
        "occupancy": (inf, True, inf, 0.0, inf),
        "dew_point": (inf, True, 6.0, 12.0, 3.0),
        "humidity": (inf, True, inf, 0.0, 0.15),
        "outdoor_air_temperature": (12 * hour, True, 8.0, 15.0, 4.0),
        "wind_speed": (48 * hour, True, inf, 0.0, 8.0),
        "global_irradiance": (12 * hour, False, inf, 0.0, 300.0),
    }
