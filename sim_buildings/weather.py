"""One year of weather at one place, brought to five-minute rows.

A typical year, or one drawn from it, is laid over a calendar year in local standard time, without
daylight saving. Row k holds the middle of [k, k + 1) * 300 s after 1 January 00:00.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim_buildings.exposure import Exposure
from sim_buildings.ground import ground_c
from sim_buildings.outdoor_moisture import air_heat_j_m3_k, humidity_ratio_kg_kg
from sim_buildings.solar import FacadeSun, on_exposure, on_surface
from sim_buildings.sun_course import ROW_S, ROWS_PER_DAY, ROWS_PER_HOUR, SunCourse, sun_course
from sim_buildings.weather_files import (
    BUNDLED,
    ENERGYPLUS,
    HOURS_PER_DAY,
    HourlyWeather,
    read_weather,
)
from sim_buildings.weather_generator import generate_year

__all__ = [
    "BUNDLED",
    "ENERGYPLUS",
    "HOURS_PER_DAY",
    "ROWS_PER_DAY",
    "ROWS_PER_HOUR",
    "ROW_S",
    "Weather",
    "load_weather",
    "to_rows",
]

Floats = NDArray[np.float64]

# Below this sun height a beam grazes the horizon and its strength is not known.
LEAST_SUN_HEIGHT_DEG = 3.0
# An hour with less than this above the atmosphere says nothing of how clear the sky is.
LEAST_TOP_W_M2 = 20.0


@dataclass(frozen=True, slots=True)
class Weather:
    """A calendar year of rows, each array of shape (rows,)."""

    name: str
    year: int
    latitude_deg: float
    longitude_deg: float
    altitude_m: float
    utc_offset_h: float
    outdoor_c: Floats
    humidity_kg_kg: Floats
    """Water over dry air; never above saturation."""
    pressure_pa: Floats
    sky_c: Floats
    """Temperature of the black sky that sends the same infrared radiation."""
    ground_c: Floats
    """Undisturbed, at ground.DEPTH_M."""
    wind_m_s: Floats
    """At the weather station, 10 m above ground."""
    ghi_w_m2: Floats
    dhi_w_m2: Floats
    dni_w_m2: Floats
    dni_extra_w_m2: Floats
    sun: pd.DataFrame
    """Solar position by row, as pvlib has it."""
    air_heat_j_m3_k: float
    """Of a volume of air at 20 °C and the year's mean pressure."""

    def facade(self, azimuth_deg: float) -> FacadeSun:
        """Sun on a vertical facade facing ``azimuth_deg``, clockwise from north."""
        return self.on_surface(90.0, azimuth_deg)

    def exposed(self, exposure: Exposure) -> FacadeSun:
        """Sun on a facade with its glass, beneath its overhang."""
        return on_exposure(
            exposure, self.sun, self.dni_w_m2, self.ghi_w_m2, self.dhi_w_m2, self.dni_extra_w_m2
        )

    def on_surface(self, tilt_deg: float, azimuth_deg: float) -> FacadeSun:
        """Sun on any surface; ``tilt_deg``: 0 faces the sky, 90 is a wall."""
        return on_surface(
            tilt_deg,
            azimuth_deg,
            self.sun,
            self.dni_w_m2,
            self.ghi_w_m2,
            self.dhi_w_m2,
            self.dni_extra_w_m2,
        )


@lru_cache(maxsize=8)
def load_weather(
    weather: str = "greensboro",
    year: int = 2026,
    weather_seed: int | None = None,
    extremes: bool = True,
) -> Weather:
    """Weather by name or by the path of a TMY3 (.csv), TMY2 (.tm2) or EPW (.epw) file.

    ``weather_seed``: None is the typical year itself; a number draws another year like it, with
    heat waves and cold snaps if ``extremes``. In a leap year 28 February comes twice. Raises
    ConfigError naming the file.
    """
    hourly = read_weather(weather, year)
    if weather_seed is not None:
        hourly = generate_year(hourly, weather_seed, heat_waves=extremes, cold_snaps=extremes)
    return to_rows(hourly)


def to_rows(hourly: HourlyWeather) -> Weather:
    """Hours brought to rows of 300 s."""
    place = hourly.place
    course = sun_course(place, hourly.year)
    ghi, dhi, dni = _sun(hourly, course)
    outdoor = _between(hourly.outdoor_c)
    pressure = _between(hourly.pressure_pa)
    return Weather(
        name=hourly.name,
        year=hourly.year,
        latitude_deg=place.latitude_deg,
        longitude_deg=place.longitude_deg,
        altitude_m=place.altitude_m,
        utc_offset_h=place.utc_offset_h,
        outdoor_c=outdoor,
        humidity_kg_kg=humidity_ratio_kg_kg(outdoor, _between(hourly.relative_humidity), pressure),
        pressure_pa=pressure,
        sky_c=outdoor - _between(hourly.sky_drop_k),
        ground_c=ground_c(outdoor, ROWS_PER_DAY),
        wind_m_s=_between(hourly.wind_m_s),
        ghi_w_m2=ghi,
        dhi_w_m2=dhi,
        dni_w_m2=dni,
        dni_extra_w_m2=course.extra_w_m2,
        sun=course.position,
        air_heat_j_m3_k=air_heat_j_m3_k(float(pressure.mean())),
    )


def _sun(hourly: HourlyWeather, course: SunCourse) -> tuple[Floats, Floats, Floats]:
    """(GHI, DHI, DNI) by row.

    Files state the mean of the hour that ends at the stamp. Between hours the share of the
    extraterrestrial irradiance is interpolated, not the irradiance: it keeps the sun's course.
    """
    top = course.top_w_m2
    ghi = top * _share(hourly.ghi_w_m2, course.top_hourly_w_m2, top.size)
    dhi = np.minimum(top * _share(hourly.dhi_w_m2, course.top_hourly_w_m2, top.size), ghi)
    low = course.height_deg < LEAST_SUN_HEIGHT_DEG
    dhi = np.where(low, ghi, dhi)
    dni = np.divide(ghi - dhi, course.sine, out=np.zeros(top.size), where=~low)
    return ghi, dhi, dni


def _share(hourly: Floats, top_hourly: Floats, n: int) -> Floats:
    """``hourly`` over ``top_hourly``, at rows; night takes the nearest daylight value."""
    day = np.flatnonzero(top_hourly > LEAST_TOP_W_M2)
    share = np.clip(hourly[day] / top_hourly[day], 0.0, 1.0)
    middles = (day + 0.5) * ROWS_PER_HOUR
    at_rows: Floats = np.interp(np.arange(n) + 0.5, middles, share)
    return at_rows


def _between(hourly: Floats) -> Floats:
    """Readings at the stamp, at rows: the first row lies after the year's last stamp."""
    stamps = np.arange(hourly.size + 1) * float(ROWS_PER_HOUR)
    at = np.arange(hourly.size * ROWS_PER_HOUR) + 0.5
    rows: Floats = np.interp(at, stamps, np.concatenate([hourly[-1:], hourly]))
    return rows
