"""The stages of freeze protection, reading by reading."""

from __future__ import annotations

from math import nan

import pytest

from hvac_rl.safety.freeze import FreezeState, freeze

T0 = 1000.0


def stages(*readings: tuple[float, float], stat: bool = False) -> list[int]:
    """The stage after each (seconds since the start, supply air)."""
    state, found = FreezeState(), []
    for after_s, supply_c in readings:
        state = freeze(state, supply_c, stat, T0 + after_s)
        found.append(state.stage)
    return found


@pytest.mark.parametrize(
    ("readings", "expected"),
    [
        # Stage 1: below 4.4 for five minutes.
        ([(0, 4.3), (299, 4.3), (300, 4.3)], [0, 0, 1]),
        ([(0, 4.4), (600, 4.4), (1200, 4.4)], [0, 0, 0]),
        ([(0, 4.3), (200, 4.5), (300, 4.3), (599, 4.3), (600, 4.3)], [0, 0, 0, 0, 1]),
        # Stage 2: below 3.3 for five minutes; stage 3 after fifteen.
        ([(0, 3.2), (299, 3.2), (300, 3.2), (899, 3.2), (900, 3.2)], [0, 0, 2, 2, 3]),
        ([(0, 3.3), (300, 3.3), (900, 3.3)], [0, 1, 1]),
        # Severe: below 1 for five minutes.
        ([(0, 0.9), (299, 0.9), (300, 0.9)], [0, 0, 3]),
        ([(0, 1.0), (300, 1.0)], [0, 2]),
        # Stage 1 ends above 7 for five minutes.
        ([(0, 4.0), (300, 4.0), (400, 7.1), (699, 7.1), (700, 7.1)], [0, 1, 1, 1, 0]),
        ([(0, 4.0), (300, 4.0), (400, 7.0), (900, 7.0)], [0, 1, 1, 1]),
        # Stage 2 lasts an hour and needs the recovery too.
        ([(0, 3.0), (300, 3.0), (400, 8.0), (3899, 8.0), (3900, 8.0)], [0, 2, 2, 2, 0]),
        ([(0, 3.0), (300, 3.0), (3900, 5.0), (4000, 8.0), (4299, 8.0), (4300, 8.0)],
         [0, 2, 2, 2, 2, 0]),
        # Stage 3 stays.
        ([(0, 3.0), (900, 3.0), (1000, 20.0), (90_000, 20.0)], [0, 3, 3, 3]),
        # What is no number is not below.
        ([(0, 3.0), (200, nan), (400, 3.0), (600, 3.0)], [0, 0, 0, 0]),
    ],
)  # fmt: skip
def test_stages(readings: list[tuple[float, float]], expected: list[int]) -> None:
    assert stages(*readings) == expected


def test_a_second_stage_two_counts_its_own_hour() -> None:
    first = [(0.0, 3.0), (300.0, 3.0), (400.0, 8.0), (3900.0, 8.0)]
    again = [(5000.0, 3.0), (5300.0, 3.0), (5400.0, 8.0), (8899.0, 8.0), (8900.0, 8.0)]
    assert stages(*first, *again)[-5:] == [0, 2, 2, 2, 0]


def test_the_freeze_stat_is_stage_three_at_once() -> None:
    assert stages((0.0, 15.0), stat=True) == [3]
