"""Both indices against figures worked out by hand, and the limits they are held against."""

from __future__ import annotations

import numpy as np
import pytest

from hvac_rl.errors import ConfigError
from sim_buildings.reference.guideline14 import (
    Interval,
    Verdict,
    cv_rmse_pct,
    judge,
    judge_year,
    monthly_sums,
    nmbe_pct,
)

MEASURED = np.array([10.0, 20.0, 30.0, 40.0])
MODELLED = np.array([12.0, 18.0, 33.0, 39.0])
# Errors -2, 2, -3, 1; their sum -2, sum of squares 18; mean of the measured 25; n - p = 3.


def test_nmbe_by_hand() -> None:
    assert nmbe_pct(MEASURED, MODELLED) == pytest.approx(100 * -2 / (3 * 25))


def test_cv_rmse_by_hand() -> None:
    assert cv_rmse_pct(MEASURED, MODELLED) == pytest.approx(100 * 6**0.5 / 25)


def test_a_model_that_stays_below_has_positive_bias() -> None:
    assert nmbe_pct(MEASURED, MEASURED - 1.0) > 0.0


def test_a_perfect_model() -> None:
    verdict = judge(Interval.HOURLY, MEASURED, MEASURED)
    assert (verdict.nmbe_pct, verdict.cv_rmse_pct, verdict.passed) == (0.0, 0.0, True)


@pytest.mark.parametrize(
    ("interval", "nmbe", "cv_rmse", "passed"),
    [
        (Interval.MONTHLY, -5.0, 15.0, True),
        (Interval.MONTHLY, -5.1, 15.0, False),
        (Interval.MONTHLY, 5.0, 15.1, False),
        (Interval.HOURLY, 10.0, 30.0, True),
        (Interval.HOURLY, 10.1, 30.0, False),
        (Interval.HOURLY, -10.0, 30.1, False),
    ],
)
def test_limits(interval: Interval, nmbe: float, cv_rmse: float, passed: bool) -> None:
    verdict = Verdict(interval, nmbe, cv_rmse)
    assert verdict.passed is passed
    assert str(verdict).endswith("passed" if passed else "failed")


def test_monthly_sums_count_the_hours_of_each_month() -> None:
    assert monthly_sums(np.ones(8760)).tolist() == [
        24 * days for days in (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    ]


def test_a_year_is_judged_by_month_and_by_hour() -> None:
    """Errors that cancel within a month count by the hour and not by the month."""
    measured = np.full(8760, 100.0)
    modelled = measured + np.tile([40.0, -40.0], 4380)
    monthly, hourly = judge_year(measured, modelled)
    assert monthly.passed
    assert monthly.cv_rmse_pct == pytest.approx(0.0, abs=1e-9)
    assert hourly.cv_rmse_pct == pytest.approx(40.0, rel=1e-3)
    assert not hourly.passed


@pytest.mark.parametrize(
    ("measured", "modelled", "message"),
    [
        (np.ones(3), np.ones(4), "do not match"),
        (np.ones(1), np.ones(1), "too few"),
        (np.zeros(3), np.ones(3), "mean is zero"),
        (np.array([1.0, np.nan]), np.ones(2), "not a number"),
    ],
)
def test_series_that_cannot_be_compared(
    measured: np.ndarray, modelled: np.ndarray, message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        nmbe_pct(measured, modelled)


def test_monthly_sums_want_a_whole_year() -> None:
    with pytest.raises(ConfigError, match="hourly year"):
        monthly_sums(np.ones(8784))
