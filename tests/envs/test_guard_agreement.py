"""The guard compiled over arrays of random cases: bit for bit in double, near in single.

A share of what ``make safety-long`` runs (a million cases of each).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from hvac_rl.safety.handler_tiers import guard_air_handler_on
from hvac_rl.safety.limits import AirHandlerLimits, ZoneLimits
from hvac_rl.safety.values import (
    AirHandlerFacts,
    AirHandlerGuardState,
    AirHandlerWish,
    SiteWeather,
    ZoneFacts,
    ZoneGuardState,
    ZoneWish,
)
from hvac_rl.safety.zone_tiers import guard_zone_on
from sim_buildings.compiled import Form, compiled

CASES = 1_000_000 if os.environ.get("HVAC_RL_SAFETY_CYCLES") else 4_000
# Site time as the simulator keeps it in single precision: seconds of an episode.
NOW_S, DAY = 40.0 * 900.0, 0.0
NEAR, THRESHOLD = 1e-5, 1e-4
Draw = Callable[[np.random.Generator, Any], tuple[Any, ...]]


def zone_case(rng: np.random.Generator, real: Any) -> tuple[Any, ...]:
    u = rng.uniform
    wish = ZoneWish(*(real(u(*r)) for r in ((10, 35), (10, 35), (-0.2, 1.2), (-0.2, 1.2))))
    facts = ZoneFacts(
        real(u(5, 40)), real(u(300, 3000)), bool(u() < 0.5), real(u(0, 3000)), real(u(0, 900)),
        real(u(-5, 25)), bool(u() < 0.1),
    )  # fmt: skip
    weather = SiteWeather(real(u(0, 15)), real(u(-10, 20)), bool(u() < 0.1), bool(u() < 0.5))
    heating = real(u(14, 25))
    state = ZoneGuardState(
        heating, heating + real(u(0, 10)), real(u()), real(u()), real(NOW_S - u(0, 4000)),
        real(NOW_S - u(0, 4000)), real(rng.integers(0, 60)), real(rng.integers(0, 30)),
        real(rng.integers(0, 120)), real(rng.integers(-1, 1)), real(NOW_S - u(0, 2000)),
    )  # fmt: skip
    limits = ZoneLimits(*(real(v) for v in ZoneLimits()))
    return real(DAY), wish, facts, weather, real(550.0), limits, state, real(NOW_S)


def handler_case(rng: np.random.Generator, real: Any) -> tuple[Any, ...]:
    u = rng.uniform
    wish = AirHandlerWish(
        *(real(u(*r)) for r in ((-0.5, 1.5), (8, 25), (0, 600), (0, 1)))
    )  # fmt: skip
    facts = AirHandlerFacts(
        bool(u() < 0.5), bool(u() < 0.1), real(u(300, 2000)), real(u(0, 0.4)), real(0.35),
        real(u(5, 25)),
    )  # fmt: skip
    state = AirHandlerGuardState(
        real(rng.integers(0, 2)), real(u(10, 20)), real(u(40, 450)), real(u(0, 0.5)),
        *(real(NOW_S - u(0, 3000)) for _ in range(3)),
        *(real(rng.integers(0, 120)) for _ in range(3)), real(rng.integers(-1, 1)),
        *(real(NOW_S - u(0, 3000)) for _ in range(2)),
    )  # fmt: skip
    limits = AirHandlerLimits(*(real(v) for v in AirHandlerLimits()))
    return real(DAY), wish, facts, limits, state, real(NOW_S)


def flat(answer: Sequence[Sequence[float]]) -> NDArray[np.float64]:
    return np.array([float(value) for part in answer for value in part])


@pytest.mark.parametrize(
    ("function", "draw"), [(guard_zone_on, zone_case), (guard_air_handler_on, handler_case)]
)
def test_double_precision_agrees_to_the_last_bit(function: Callable[..., Any], draw: Draw) -> None:
    twin, rng = compiled(function), np.random.default_rng(11)
    for _ in range(CASES):
        case = draw(rng, float)
        assert flat(function(*case)).tobytes() == flat(twin(*case)).tobytes(), case


@pytest.mark.parametrize(
    ("function", "draw"), [(guard_zone_on, zone_case), (guard_air_handler_on, handler_case)]
)
def test_single_precision_is_near_but_at_thresholds(
    function: Callable[..., Any], draw: Draw
) -> None:
    """Within 1e-5 relative. What differs more must lie within 1e-4 of a threshold: there a nudge
    of that size makes the plain function itself answer otherwise. Such cases are counted apart.
    """
    twin, rng = compiled(function, Form(single=True)), np.random.default_rng(12)
    at_threshold = 0
    for _ in range(CASES):
        case = draw(rng, np.float32)
        doubles = tuple(widened(one) for one in case)
        plain = function(*doubles)
        if near(flat(plain[:1]), flat(twin(*case)[:1])):
            continue
        at_threshold += 1
        assert is_at_threshold(function, doubles, flat(plain[:1])), case
    assert at_threshold <= max(4, CASES // 1000)


def widened(one: Any) -> Any:
    if isinstance(one, tuple):
        return type(one)(*(v if isinstance(v, bool) else float(v) for v in one))
    return float(one)


def near(one: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    return bool(np.all(np.abs(one - other) <= NEAR * np.maximum(1.0, np.abs(one))))


def is_at_threshold(
    function: Callable[..., Any], case: tuple[Any, ...], answer: NDArray[np.float64]
) -> bool:
    """Whether a nudge of one number by 1e-4 relative changes the answer by more than itself."""
    for k, part in enumerate(case):
        for j, value in enumerate(part if isinstance(part, tuple) else (part,)):
            if isinstance(value, bool):
                continue
            for sign in (-1.0, 1.0):
                nudged = value + sign * THRESHOLD * max(1.0, abs(value))
                new = (
                    part._replace(**{part._fields[j]: nudged})
                    if isinstance(part, tuple)
                    else (nudged)
                )
                other = flat(function(*case[:k], new, *case[k + 1 :])[:1])
                if np.any(np.abs(other - answer) > 10.0 * THRESHOLD * np.maximum(1.0, abs(answer))):
                    return True
    return False
