"""What is compiled for training is what serves: the same bits from plain and compiled functions."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from envs.hour import hour_of_batch

from envs.batch import Batch, make_setting, make_worlds
from hvac_rl.control.base_rule import RuleParameters, SiteFacts, zone_rule
from hvac_rl.control.encoding import N_MODES, decode
from hvac_rl.control.schedule import time_facts
from hvac_rl.safety.limits import AirHandlerLimits, ZoneLimits
from hvac_rl.safety.tiers import guard_air_handler, guard_zone
from hvac_rl.safety.values import (
    AirHandlerFacts,
    AirHandlerGuardState,
    AirHandlerWish,
    ZoneFacts,
    ZoneGuardState,
    ZoneWish,
)
from sim_buildings.building import load_building
from sim_buildings.compiled import compiled
from sim_buildings.world import make_world

CASES = 20_000
NOW_S = 1_784_000_000.0


def bits(values: tuple[float, ...]) -> bytes:
    """Every bit of every number; all NaN are one."""
    return b"".join(struct.pack("d", float("nan") if v != v else v) for v in values)


def numbers(rng: np.random.Generator, low: float, high: float) -> float:
    """Mostly plausible, sometimes anything."""
    wild = (float("nan"), float("inf"), float("-inf"), 0.0, -1e300, low, high)
    if rng.random() < 0.15:
        return wild[rng.integers(len(wild))]
    return float(rng.uniform(low, high))


def test_the_zone_guard_agrees() -> None:
    rng = np.random.default_rng(1)
    twin = compiled(guard_zone)
    limits = ZoneLimits()
    for _ in range(CASES):
        wish = ZoneWish(*(numbers(rng, 10.0, 35.0) for _ in range(2)),
                        *(numbers(rng, -0.2, 1.2) for _ in range(2)))  # fmt: skip
        facts = ZoneFacts(
            numbers(rng, 5.0, 40.0), numbers(rng, 300.0, 3000.0), bool(rng.random() < 0.5),
            numbers(rng, 0.0, 3000.0), numbers(rng, 0.0, 900.0),
        )  # fmt: skip
        heating = numbers(rng, 14.0, 25.0)
        state = ZoneGuardState(
            heating, heating + float(rng.uniform(0.0, 10.0)), numbers(rng, 0.0, 1.0),
            numbers(rng, 0.0, 1.0), NOW_S - float(rng.uniform(0, 4000)),
            NOW_S - float(rng.uniform(0, 4000)), float(rng.integers(0, 60)),
            float(rng.integers(0, 30)), float(rng.integers(0, 120)), NOW_S // 86_400.0,
        )  # fmt: skip
        given = (wish, facts, numbers(rng, 0.0, 20.0), 550.0, limits, state, NOW_S)
        for plain, other in zip(guard_zone(*given), twin(*given), strict=True):
            assert bits(plain) == bits(other), given


def test_the_air_handler_guard_agrees() -> None:
    rng = np.random.default_rng(2)
    twin = compiled(guard_air_handler)
    limits = AirHandlerLimits()
    for _ in range(CASES):
        wish = AirHandlerWish(
            numbers(rng, -0.5, 1.5), numbers(rng, 8.0, 25.0), numbers(rng, 0.0, 600.0),
            numbers(rng, 0.0, 1.0),
        )  # fmt: skip
        facts = AirHandlerFacts(
            bool(rng.random() < 0.5), bool(rng.random() < 0.1), numbers(rng, 300.0, 2000.0),
            float(rng.uniform(0.0, 0.4)), 0.35,
        )  # fmt: skip
        times = [NOW_S - float(rng.uniform(0, 3000)) for _ in range(3)]
        state = AirHandlerGuardState(
            float(rng.integers(0, 2)), numbers(rng, 10.0, 20.0), numbers(rng, 40.0, 450.0),
            numbers(rng, 0.0, 0.5), *times, *(float(rng.integers(0, 120)) for _ in range(3)),
            NOW_S // 86_400.0,
        )  # fmt: skip
        given = (wish, facts, limits, state, NOW_S)
        for plain, other in zip(guard_air_handler(*given), twin(*given), strict=True):
            assert bits(plain) == bits(other), given


def test_the_rule_and_the_modes_agree() -> None:
    rng = np.random.default_rng(3)
    rule, turn = compiled(zone_rule), compiled(decode)
    parameters = RuleParameters()
    for _ in range(CASES // 4):
        zone = ZoneFacts(
            float(rng.uniform(10, 35)), 600.0, bool(rng.random() < 0.5),
            float(rng.uniform(0, 2000)), float(rng.uniform(0, 900)),
        )  # fmt: skip
        site = SiteFacts(float(rng.uniform(-15, 40)), 3.0, 300.0, 0.25)
        time = time_facts(float(rng.uniform(0, 24)), bool(rng.random() < 0.7), True, 1.0, 8.0, 18.0)
        plain = zone_rule(zone, site, time, 550.0, parameters)
        assert bits(plain) == bits(rule(zone, site, time, 550.0, parameters))
        mode = int(rng.integers(N_MODES))
        assert bits(decode(mode, plain, zone.occupied)) == bits(turn(mode, plain, zone.occupied))


@pytest.mark.parametrize("week", [1, 28])
def test_whole_hours_agree_plain_and_compiled(week: int) -> None:
    """Rule, encoding, guard and physics together, through a working day."""
    building = load_building("small_office")
    worlds = make_worlds([make_world(building, seed=5)])
    one, other = (Batch(make_setting(building), worlds, 1) for _ in range(2))
    hour = np.array([week * 168 + 24 * (4 - (week * 7 + 3) % 7) + 5])
    everyone = np.ones(1, dtype=np.bool_)
    one.reset(everyone, np.zeros(1, dtype=np.int64), hour)
    other.copy_from(one, everyone)
    rng = np.random.default_rng(week)
    for _ in range(14):
        modes = rng.integers(0, N_MODES, (1, 5))
        one.step(modes)
        row, world = (other.hour % other.hours_per_year) * 12, other.world
        hour_of_batch(
            modes, row, other.hour * 3600.0, world, other.setting, other.worlds, other.buffers,
            other.memory, everyone, 0, 1,
        )  # fmt: skip
        other.hour += 1
        for left, right in zip((*one.buffers, *one.memory), (*other.buffers, *other.memory),
                               strict=True):  # fmt: skip
            assert np.array_equal(left, right, equal_nan=True)
