"""How well a model follows measured (or reference) energy: ASHRAE Guideline 14.

Indices and limits of ASHRAE Guideline 14-2014 for a whole-building calibrated simulation; on their
use and misuse see Ruiz and Bandera, "Validation of Calibrated Energy Models: Common Errors",
Energies 10(10), 1587, 2017:

- NMBE     = 100 * sum(measured - modelled) / ((n - p) * mean(measured))
- CV(RMSE) = 100 * sqrt(sum((measured - modelled)^2) / (n - p)) / mean(measured)

with p = 1 in both (taking p = 0 in NMBE changes it by 1/n). Limits: |NMBE| <= 5 % and
CV(RMSE) <= 15 % on monthly data, 10 % and 30 % on hourly data.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from hvac_rl.errors import ConfigError

Floats = NDArray[np.float64]

ADJUSTABLE_PARAMETERS = 1
HOURS_A_YEAR = 8760
_DAYS_OF_MONTH = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@dataclass(frozen=True)
class Limits:
    nmbe_pct: float
    cv_rmse_pct: float


class Interval(Enum):
    """The two kinds of data that the guideline sets limits for."""

    MONTHLY = Limits(nmbe_pct=5.0, cv_rmse_pct=15.0)
    HOURLY = Limits(nmbe_pct=10.0, cv_rmse_pct=30.0)


@dataclass(frozen=True)
class Verdict:
    """Both indices with the limits they were held against."""

    interval: Interval
    nmbe_pct: float
    """Positive: the model stays below the reference."""
    cv_rmse_pct: float

    @property
    def passed(self) -> bool:
        limits = self.interval.value
        return abs(self.nmbe_pct) <= limits.nmbe_pct and self.cv_rmse_pct <= limits.cv_rmse_pct

    def __str__(self) -> str:
        limits = self.interval.value
        return (
            f"{self.interval.name.lower()}: NMBE {self.nmbe_pct:+.1f} % "
            f"(limit ±{limits.nmbe_pct:g}), CV(RMSE) {self.cv_rmse_pct:.1f} % "
            f"(limit {limits.cv_rmse_pct:g}): {'passed' if self.passed else 'failed'}"
        )


def nmbe_pct(measured: Floats, modelled: Floats) -> float:
    """Normalised mean bias error [%] of two series of the same shape (n,), n >= 2."""
    mean = _check(measured, modelled)
    freedom = len(measured) - ADJUSTABLE_PARAMETERS
    return float(100.0 * (measured - modelled).sum() / (freedom * mean))


def cv_rmse_pct(measured: Floats, modelled: Floats) -> float:
    """Coefficient of variation of the root mean square error [%]; as :func:`nmbe_pct`."""
    mean = _check(measured, modelled)
    freedom = len(measured) - ADJUSTABLE_PARAMETERS
    return float(100.0 * np.sqrt(((measured - modelled) ** 2).sum() / freedom) / mean)


def judge(interval: Interval, measured: Floats, modelled: Floats) -> Verdict:
    """Both indices of series that already have this interval, with the guideline's limits."""
    return Verdict(interval, nmbe_pct(measured, modelled), cv_rmse_pct(measured, modelled))


def judge_year(measured: Floats, modelled: Floats) -> tuple[Verdict, Verdict]:
    """Monthly and hourly verdict of two hourly years, each of shape (8760,), in any power unit."""
    return (
        judge(Interval.MONTHLY, monthly_sums(measured), monthly_sums(modelled)),
        judge(Interval.HOURLY, measured, modelled),
    )


def monthly_sums(hourly: Floats) -> Floats:
    """Shape (8760,) to (12,): an hourly year that is no leap year, summed by month."""
    if hourly.shape != (HOURS_A_YEAR,):
        raise ConfigError(
            "monthly sums", f"shape {hourly.shape}", f"It takes an hourly year of {HOURS_A_YEAR}."
        )
    firsts = 24 * np.cumsum((0, *_DAYS_OF_MONTH[:-1]))
    return np.add.reduceat(hourly, firsts)


def _check(measured: Floats, modelled: Floats) -> float:
    """The mean of the measured values, once both series are fit to be compared."""
    where = "Guideline 14"
    if measured.ndim != 1 or measured.shape != modelled.shape:
        raise ConfigError(where, f"shapes {measured.shape} and {modelled.shape} do not match")
    if len(measured) <= ADJUSTABLE_PARAMETERS:
        raise ConfigError(where, f"{len(measured)} values are too few")
    if not (np.isfinite(measured).all() and np.isfinite(modelled).all()):
        raise ConfigError(where, "a value is not a number")
    mean = float(measured.mean())
    if mean == 0.0:
        raise ConfigError(
            where, "the measured mean is zero, so neither index exists", "Leave this series out."
        )
    return mean
