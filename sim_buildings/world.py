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
from sim_buildings.exposure import Exposure
from sim_buildings.forecast import (
    PRICE_WINDOWS_H,
    ForecastWindows,
    fill_forecast,
    forecast_errors,
    forecast_windows,
    next_hour_mean,
    window_means,
)
from sim_buildings.grid import carbon_kg_per_kwh
from sim_buildings.occupancy import open_days, workdays, year_of_people
from sim_buildings.outer_films import OuterFilms, outer_films, sky_loss_w_m2
from sim_buildings.solar import FacadeSun
from sim_buildings.tariff import TariffFacts, tariff_of
from sim_buildings.weather import HOURS_PER_DAY, ROW_S, ROWS_PER_DAY, ROWS_PER_HOUR, load_weather

Floats = NDArray[np.float64]


class WorldRows(NamedTuple):
    """The world by row of 300 s: arrays of shape (R,), (R, F) by facade or (R, Z) by zone.

    Worlds of the same weather share the arrays that people and forecast errors do not touch:
    never write into them.
    """

    outdoor_c: Floats
    wind_m_s: Floats
    ghi_w_m2: Floats
    facade_w_m2: Floats
    """(R, F) incident irradiance, beam + diffuse."""
    window_w_m2: Floats
    """(R, F) incident irradiance as far as glass passes it: times SHGC it is the gain."""
    people: Floats
    """(R, Z)"""
    price_per_kwh: Floats
    carbon_kg_per_kwh: Floats
    workday: Floats
    """1 on days on which the building's schedule expects people, 0 on others."""
    outdoor_hour_c: Floats
    """Mean over the hour from this row on."""
    ghi_hour_w_m2: Floats
    temperature_eta: Floats
    """Forecast error by hour of issue, shape (R / 12,)."""
    ghi_eta: Floats
    humidity_kg_kg: Floats
    """Of outdoor air, water over dry air."""
    pressure_pa: Floats
    sky_c: Floats
    """Temperature of the black sky that sends the same infrared radiation."""
    ground_c: Floats
    """Undisturbed, at ground.DEPTH_M."""
    facade_beam_w_m2: Floats
    """(R, F)"""
    facade_diffuse_w_m2: Floats
    """(R, F)"""
    window_beam_w_m2: Floats
    """(R, F) as far as glass passes it."""
    window_diffuse_w_m2: Floats
    """(R, F) as far as glass passes it."""
    profile_tan: Floats
    """(R, F) tangent of the solar profile angle, 0 .. 10; 0 when the sun is behind or down."""
    outdoor_window_c: Floats
    """(R, 5) true means over forecast.WINDOWS_H ahead."""
    ghi_window_w_m2: Floats
    """(R, 5) true means over forecast.WINDOWS_H ahead."""
    price_window: Floats
    """(R, 2) mean price over forecast.PRICE_WINDOWS_H ahead [$/kWh]."""
    gas_price_per_kwh: Floats
    sky_loss_w_m2: Floats
    """What a black roof as warm as the air loses to the sky."""
    wall_sun_w_m2: Floats
    """(R, F) on the opaque part of facades, beam + diffuse."""
    wall_m2_k_w: Floats
    """(R, F) outer film of the walls, and of roof and windows: sim_buildings.outer_films."""
    roof_m2_k_w: Floats
    window_m2_k_w: Floats


@dataclass(frozen=True, slots=True)
class World:
    """One calendar year of one building's surroundings, in local standard time.

    Times are epoch seconds of the naive local time (``calendar.timegm``). A time outside the year
    meets the same year again.
    """

    name: str
    """Of the weather; a drawn year's ends in # and its seed."""
    year: int
    seed: int
    utc_offset_h: float
    latitude_deg: float
    longitude_deg: float
    start_s: float
    air_heat_j_m3_k: float
    """Of a volume of air at 20 °C and the site's mean pressure."""
    tariff: str
    demand_charge_per_kw: float
    """$ for each kW of a month's peak."""
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
    building: Building,
    weather: str = "greensboro",
    year: int = 2026,
    seed: int = 0,
    *,
    weather_seed: int | None = None,
    extremes: bool = True,
    tariff: str = "time_of_use",
    grid: str = "daily_profile",
) -> World:
    """The world of ``building``. ``weather``: a name or a TMY3, TMY2 or EPW file.

    ``seed`` names the people and the errors of forecasts. ``weather_seed``: None is the typical
    year itself, a number another one like it, with heat waves and cold snaps if ``extremes``; it
    names the noise in prices and emissions too (0 for the typical year), so that worlds that share
    their weather share these. Raises ConfigError for an unknown name.
    """
    place = load_weather(weather, year, weather_seed, extremes)
    sky = _outside(weather, year, weather_seed, extremes, building.exposures, building.local_wind)
    working = workdays(building, year)
    eta_t, eta_g = forecast_errors(len(working) * HOURS_PER_DAY, seed)
    facts = TariffFacts(working, place.outdoor_c, place.ghi_w_m2, weather_seed or 0)
    chosen = tariff_of(tariff)
    prices = chosen.prices(facts)
    return World(
        name=place.name,
        year=year,
        seed=seed,
        utc_offset_h=place.utc_offset_h,
        latitude_deg=place.latitude_deg,
        longitude_deg=place.longitude_deg,
        start_s=float(calendar.timegm((year, 1, 1, 0, 0, 0))),
        air_heat_j_m3_k=place.air_heat_j_m3_k,
        tariff=tariff,
        demand_charge_per_kw=chosen.demand_charge_per_kw,
        rows=WorldRows(
            outdoor_c=place.outdoor_c,
            wind_m_s=place.wind_m_s,
            ghi_w_m2=place.ghi_w_m2,
            facade_w_m2=sky.sun.incident,
            window_w_m2=sky.sun.window,
            people=year_of_people(building, year, seed),
            price_per_kwh=prices,
            carbon_kg_per_kwh=carbon_kg_per_kwh(grid, facts),
            workday=np.repeat(open_days(building, year).astype(np.float64), ROWS_PER_DAY),
            outdoor_hour_c=sky.outdoor_hour_c,
            ghi_hour_w_m2=sky.ghi_hour_w_m2,
            temperature_eta=eta_t,
            ghi_eta=eta_g,
            humidity_kg_kg=place.humidity_kg_kg,
            pressure_pa=place.pressure_pa,
            sky_c=place.sky_c,
            ground_c=place.ground_c,
            facade_beam_w_m2=sky.sun.beam,
            facade_diffuse_w_m2=sky.sun.diffuse,
            window_beam_w_m2=sky.sun.window_beam,
            window_diffuse_w_m2=sky.sun.window_diffuse,
            profile_tan=sky.sun.profile_tan,
            outdoor_window_c=sky.windows.outdoor_window_c,
            ghi_window_w_m2=sky.windows.ghi_window_w_m2,
            price_window=window_means(prices, PRICE_WINDOWS_H),
            gas_price_per_kwh=chosen.gas_prices(facts),
            sky_loss_w_m2=sky.sky_loss_w_m2,
            wall_sun_w_m2=sky.sun.wall,
            wall_m2_k_w=sky.films.wall_m2_k_w,
            roof_m2_k_w=sky.films.roof_m2_k_w,
            window_m2_k_w=sky.films.window_m2_k_w,
        ),
    )


class _Outside(NamedTuple):
    """What follows from weather, orientations and the wind at the walls alone."""

    sun: FacadeSun
    """Each array (R, F)."""
    outdoor_hour_c: Floats
    ghi_hour_w_m2: Floats
    windows: ForecastWindows
    sky_loss_w_m2: Floats
    films: OuterFilms


# Worlds of one weather differ in people alone: the weather's part is worked out once and shared.
@lru_cache(maxsize=8)
def _outside(
    weather: str,
    year: int,
    weather_seed: int | None,
    extremes: bool,
    exposures: tuple[Exposure, ...],
    local_wind: float,
) -> _Outside:
    place = load_weather(weather, year, weather_seed, extremes)
    n = place.outdoor_c.size
    facades = [place.exposed(exposure) for exposure in exposures]
    columns = [
        _columns([facade[k] for facade in facades], n) for k in range(len(FacadeSun._fields))
    ]
    sun = FacadeSun(*columns)
    loss = sky_loss_w_m2(place.outdoor_c, place.sky_c)
    wind = local_wind * place.wind_m_s
    return _Outside(
        sun,
        next_hour_mean(place.outdoor_c),
        next_hour_mean(place.ghi_w_m2),
        forecast_windows(place.outdoor_c, place.ghi_w_m2),
        loss,
        outer_films(place.outdoor_c, loss, wind, sun.wall, place.ghi_w_m2),
    )


def _columns(arrays: list[Floats], rows: int) -> Floats:
    return np.ascontiguousarray(np.stack(arrays, axis=1)) if arrays else np.zeros((rows, 0))
