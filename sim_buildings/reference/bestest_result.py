"""What a BESTEST case gave, and how an hourly year is reduced to it, for every simulator."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from hvac_rl.errors import ConfigError

Floats = NDArray[np.float64]
HOURS_A_YEAR = 8760


@dataclass(frozen=True)
class CaseHours:
    """Hourly averages, each of shape (8760,); hour 0 begins at 00:00 on 1 January.

    Local standard time. A ConfigError where a series has another shape or is not finite.
    """

    zone_air_c: Floats
    heating_w: Floats
    """Sensible heat to the zone, never negative."""
    cooling_w: Floats
    """Sensible heat from the zone, never negative."""
    transmitted_solar_w: Floats
    """Sun through all windows, before any of it is reflected out again."""

    def __post_init__(self) -> None:
        for field in fields(self):
            series = getattr(self, field.name)
            if series.shape != (HOURS_A_YEAR,) or not np.isfinite(series).all():
                raise ConfigError(
                    f"BESTEST hours: {field.name}",
                    f"shape {series.shape}, or values that are not numbers",
                    f"It takes {HOURS_A_YEAR} finite hourly averages.",
                )


@dataclass(frozen=True)
class Extreme:
    """A highest or lowest hour of the year."""

    value: float
    hour: int
    """0 to 8759; :meth:`when` names it as the standard does."""

    def when(self) -> str:
        """ "04-Jan:5" is the hour that ends at 05:00 on 4 January."""
        begin = datetime(2017, 1, 1) + timedelta(hours=self.hour)
        return f"{begin:%d-%b}:{begin.hour + 1}"


@dataclass(frozen=True)
class CaseResult:
    """The standard's outputs for one case (annual loads, hourly integrated peaks, free float)."""

    case: str
    heating_mwh: float
    cooling_mwh: float
    peak_heating_kw: Extreme
    peak_cooling_kw: Extreme
    max_air_c: Extreme
    min_air_c: Extreme
    mean_air_c: float
    transmitted_solar_mwh: float
    hours: CaseHours


def reduce_hours(case: str, hours: CaseHours) -> CaseResult:
    """Annual sums, hourly integrated peaks with their hours, and temperature extremes."""
    return CaseResult(
        case=case,
        heating_mwh=float(hours.heating_w.sum()) / 1e6,
        cooling_mwh=float(hours.cooling_w.sum()) / 1e6,
        peak_heating_kw=_highest(hours.heating_w / 1e3),
        peak_cooling_kw=_highest(hours.cooling_w / 1e3),
        max_air_c=_highest(hours.zone_air_c),
        min_air_c=_lowest(hours.zone_air_c),
        mean_air_c=float(hours.zone_air_c.mean()),
        transmitted_solar_mwh=float(hours.transmitted_solar_w.sum()) / 1e6,
        hours=hours,
    )


def _highest(series: Floats) -> Extreme:
    hour = int(series.argmax())
    return Extreme(float(series[hour]), hour)


def _lowest(series: Floats) -> Extreme:
    hour = int(series.argmin())
    return Extreme(float(series[hour]), hour)
