"""What a controller knows besides the plant's readings: schedule, prices, forecasts."""

from __future__ import annotations

import calendar
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hvac_rl.control.calendar import Tariff
from hvac_rl.control.schedule import TimeFacts
from sim_buildings.energyplus.calendar import SiteDays
from sim_buildings.forecast import fill_forecast, forecast_errors, next_hour_mean
from sim_buildings.tariff import CARBON, OTHER_PRICE, WORKDAY_PRICE
from sim_buildings.weather import HOURS_PER_DAY, ROW_S, ROWS_PER_DAY, load_weather

Floats = NDArray[np.float64]

YEAR = 2026
"""The calendar year of an episode's first day; weather is typical and repeats."""


class Surroundings:
    """Schedule, tariff, carbon and weather forecast, by the naive local standard time.

    The forecast is made from the weather file itself with the error model of
    :mod:`sim_buildings.forecast`; ``seed`` draws the errors of a whole year.
    """

    def __init__(self, days: SiteDays, weather: Path) -> None:
        self._calendar = days.calendar(YEAR)
        self._tariff = Tariff(self._calendar, WORKDAY_PRICE, OTHER_PRICE)
        place = load_weather(str(weather), YEAR)
        self._outdoor_hour_c = next_hour_mean(place.outdoor_c)
        self._ghi_hour_w_m2 = next_hour_mean(place.ghi_w_m2)
        self.seed(0)

    @property
    def price_mean(self) -> float:
        return self._tariff.mean

    def seed(self, seed: int) -> None:
        """Draw the forecast's errors anew."""
        hours = self._outdoor_hour_c.size * int(ROW_S) // 3600
        self._eta_t, self._eta_g = forecast_errors(hours, seed)

    def time_facts(self, now: datetime) -> TimeFacts:
        """Where a moment lies in the schedule."""
        return self._calendar.time_facts(epoch_s(now))

    def price_per_kwh(self, now: datetime) -> float:
        return self._tariff.price(epoch_s(now))

    def prices(self, now: datetime, hours: int) -> Floats:
        """The price now and at each of the next full hours from now, shape (hours,)."""
        return np.array(self._tariff.hourly(epoch_s(now), hours))

    def carbon_kg_per_kwh(self, now: datetime) -> float:
        """Of electricity."""
        return CARBON[now.hour]

    def forecast(self, now: datetime, hours: int) -> tuple[Floats, Floats]:
        """(outdoor air [°C], global horizontal irradiance [W/m2]), hourly means from now."""
        outdoor_c, ghi_w_m2 = np.empty(hours), np.empty(hours)
        fill_forecast(
            _row(now) % self._outdoor_hour_c.size,
            self._outdoor_hour_c,
            self._ghi_hour_w_m2,
            self._eta_t,
            self._eta_g,
            outdoor_c,
            ghi_w_m2,
        )
        return outdoor_c, ghi_w_m2


def epoch_s(now: datetime) -> float:
    """Seconds since 1970 of a naive local time."""
    return float(calendar.timegm(now.timetuple()))


def midnight(day_of_year: int) -> datetime:
    """Midnight of a day, 0 the first of :data:`YEAR`; negative and beyond the year too."""
    return datetime(YEAR, 1, 1) + timedelta(days=day_of_year)


def _row(now: datetime) -> int:
    since = now - datetime(now.year, 1, 1)
    return since.days * ROWS_PER_DAY + int(since.seconds // ROW_S)


assert ROWS_PER_DAY * ROW_S == HOURS_PER_DAY * 3600.0
