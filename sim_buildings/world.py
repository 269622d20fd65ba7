"""Everything that reaches a building from outside, one year of it, drawn before anything runs.

Two controllers that meet the same world meet exactly the same weather, people and prices.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim_buildings.building import Building
from sim_buildings.forecast import fill_forecast, forecast_errors, next_hour_mean
from sim_buildings.occupancy import workdays, year_of_people
from sim_buildings.solar import FacadeSun
from sim_buildings.tariff import CARBON, OTHER_PRICE, WORKDAY_PRICE
from sim_buildings.weather import HOURS_PER_DAY, ROW_S, ROWS_PER_DAY, ROWS_PER_HOUR, load_weather

Floats = NDArray[np.float64]


class WorldRows(NamedTuple):
    """The world by row of 300 s: arrays of shape (R,), (R, F) by facade or (R, Z) by zone."""

    outdoor_c: Floats
    wind_m_s: Floats
    ghi_w_m2: Floats
    facade_w_m2: Floats
    """(R, F) incident irradiance."""
    window_w_m2: Floats
    """(R, F) incident irradiance as far as glass passes it: times SHGC it is the gain."""
    people: Floats
    """(R, Z)"""
    price_per_kwh: Floats
    carbon_kg_per_kwh: Floats
    workday: Floats
    """1 on workdays, 0 on other days."""
    outdoor_hour_c: Floats
    """Mean over the hour from this row on."""
    ghi_hour_w_m2: Floats
    temperature_eta: Floats
    """Forecast error by hour of issue, shape (R / 12,)."""
    ghi_eta: Floats


@dataclass(frozen=True, slots=True)
class World:
    """One calendar year of one building's surroundings, in local standard time.

    Times are epoch seconds of the naive local time (``calendar.timegm``). A time outside the year
    meets the same year again.
    """

    name: str
    year: int
    seed: int
    utc_offset_h: float
    latitude_deg: float
    longitude_deg: float
    start_s: float
    rows: WorldRows

    @property
    def n_rows(self) -> int:
        return int(self.rows.outdoor_c.shape[0])

    @property
    def end_s(self) -> float:
        return self.start_s + self.n_rows * ROW_S

    def row(self, time_s: float) -> int:
        """The row that holds at ``time_s``."""
        return int((time_s - self.start_s) // ROW_S) % self.n_rows

    def forecast(self, time_s: float, hours: int = 24) -> tuple[Floats, Floats]:
        """(outdoor air [°C], global horizontal irradiance [W/m2]), hourly means from ``time_s``.

        The error grows with the hours ahead and changes with each hour of issue.
        """
        outdoor_c, ghi_w_m2 = np.empty(hours), np.empty(hours)
        forecast(self.rows, self.row(time_s), outdoor_c, ghi_w_m2)
        return outdoor_c, ghi_w_m2


def forecast(rows: WorldRows, row: int, outdoor_c: Floats, ghi_w_m2: Floats) -> None:
    """Fill both arrays with hourly means from ``row`` on; plain or compiled."""
    fill_forecast(
        row,
        rows.outdoor_hour_c,
        rows.ghi_hour_w_m2,
        rows.temperature_eta,
        rows.ghi_eta,
        outdoor_c,
        ghi_w_m2,
    )


def hour_of_day(row: int) -> float:
    """Local standard time of day at the beginning of ``row`` [h]."""
    return (row % ROWS_PER_DAY) / ROWS_PER_HOUR


def make_world(
    building: Building, weather: str = "greensboro", year: int = 2026, seed: int = 0
) -> World:
    """The world of ``building``. ``weather``: a bundled name or a TMY3 or EPW file."""
    place = load_weather(weather, year)
    outdoor_hour_c, ghi_hour_w_m2 = _next_hours(weather, year)
    sun = [_facade(weather, year, azimuth) for azimuth in building.azimuths_deg]
    working = workdays(building, year)
    eta_t, eta_g = forecast_errors(len(working) * HOURS_PER_DAY, seed)
    prices = np.where(working[:, None], np.array(WORKDAY_PRICE), np.array(OTHER_PRICE))
    return World(
        name=place.name,
        year=year,
        seed=seed,
        utc_offset_h=place.utc_offset_h,
        latitude_deg=place.latitude_deg,
        longitude_deg=place.longitude_deg,
        start_s=float(calendar.timegm((year, 1, 1, 0, 0, 0))),
        rows=WorldRows(
            outdoor_c=place.outdoor_c,
            wind_m_s=place.wind_m_s,
            ghi_w_m2=place.ghi_w_m2,
            facade_w_m2=_columns([s.incident for s in sun], place.outdoor_c.size),
            window_w_m2=_columns([s.window for s in sun], place.outdoor_c.size),
            people=year_of_people(building, year, seed),
            price_per_kwh=np.repeat(prices.ravel(), ROWS_PER_HOUR),
            carbon_kg_per_kwh=np.repeat(np.tile(CARBON, len(working)), ROWS_PER_HOUR),
            workday=np.repeat(working.astype(np.float64), ROWS_PER_DAY),
            outdoor_hour_c=outdoor_hour_c,
            ghi_hour_w_m2=ghi_hour_w_m2,
            temperature_eta=eta_t,
            ghi_eta=eta_g,
        ),
    )


# Worlds of one place and year differ in people alone: the weather's part is worked out once.
@lru_cache(maxsize=32)
def _facade(weather: str, year: int, azimuth_deg: float) -> FacadeSun:
    return load_weather(weather, year).facade(azimuth_deg)


@lru_cache(maxsize=4)
def _next_hours(weather: str, year: int) -> tuple[Floats, Floats]:
    place = load_weather(weather, year)
    return next_hour_mean(place.outdoor_c), next_hour_mean(place.ghi_w_m2)


def _columns(arrays: list[Floats], rows: int) -> Floats:
    return np.ascontiguousarray(np.stack(arrays, axis=1)) if arrays else np.zeros((rows, 0))
