"""The edges of what is kept and what is written."""

from __future__ import annotations

import pytest

from hvac_rl.safety.intervals import settle
from hvac_rl.safety.values import BUDGET, RATE


@pytest.mark.parametrize(
    ("value", "last", "kept"),
    [
        # On either edge of what is safe the last value may stay, beyond it not.
        (0.79, 0.8, 0.8),
        (0.21, 0.2, 0.2),
        (0.79, 0.81, 0.79),
        (0.21, 0.19, 0.21),
        # A change of the deadband itself is written.
        (0.5, 0.4375, 0.5),
        (0.5, 0.46, 0.46),
    ],
)
def test_a_small_change_keeps_what_is_safe(value: float, last: float, kept: float) -> None:
    assert settle(value, last, 0.2, 0.8, 0.0625, 0.0, 10.0, RATE)[0] == kept


@pytest.mark.parametrize(
    ("last", "writes", "expected"),
    [
        (0.8, 9.0, (0.5, RATE)),
        (0.8, 10.0, (0.8, BUDGET)),
        (0.8, 11.0, (0.8, BUDGET)),
        # What is no longer safe is left whatever the budget says; so is what nobody knows.
        (0.81, 11.0, (0.5, RATE)),
        (float("nan"), 11.0, (0.5, RATE)),
    ],
)
def test_a_spent_budget_keeps_what_is_safe(
    last: float, writes: float, expected: tuple[float, int]
) -> None:
    assert settle(0.5, last, 0.2, 0.8, 0.05, writes, 10.0, RATE) == expected
