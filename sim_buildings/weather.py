"""One year of weather at one place: read, checked, and brought to five-minute rows.

A typical year (TMY3 or EPW) is laid over a calendar year in local standard time, without daylight
saving. Row k holds the middle of [k, k + 1) * 300 s after 1 January 00:00.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
import pvlib
from numpy.typing import NDArray

from hvac_rl.errors import ConfigError
from sim_buildings.solar import FacadeSun, on_facade

Floats = NDArray[np.float64]

ROW_S = 300.0
ROWS_PER_HOUR = 12
ROWS_PER_DAY = 288
HOURS_PER_DAY = 24
# Below this sun height a beam grazes the horizon and its strength is not known.
LEAST_SUN_HEIGHT_DEG = 3.0

# Weather that comes with pvlib's package, by name.
BUNDLED = {"greensboro": "723170TYA.CSV"}
# Names of pvlib's columns, and the ranges that a plausible reading has.
COLUMNS = {
    "temp_air": (-60.0, 60.0),
    "wind_speed": (0.0, 60.0),
    "ghi": (0.0, 1500.0),
    "dhi": (0.0, 1000.0),
}


@dataclass(frozen=True, slots=True)
class Weather:
    """A calendar year of rows, each array of shape (rows,)."""

    name: str
    year: int
    latitude_deg: float
    longitude_deg: float
    utc_offset_h: float
    outdoor_c: Floats
    wind_m_s: Floats
    """At the weather station, 10 m above ground."""
    ghi_w_m2: Floats
    dhi_w_m2: Floats
    dni_w_m2: Floats
    dni_extra_w_m2: Floats
    sun: pd.DataFrame
    """Solar position by row, as pvlib has it."""

    def facade(self, azimuth_deg: float) -> FacadeSun:
        """Sun on a vertical facade facing ``azimuth_deg``, clockwise from north."""
        return on_facade(
            azimuth_deg,
            self.sun,
            self.dni_w_m2,
            self.ghi_w_m2,
            self.dhi_w_m2,
            self.dni_extra_w_m2,
        )


@lru_cache(maxsize=4)
def load_weather(weather: str = "greensboro", year: int = 2026) -> Weather:
    """Weather by bundled name or by the path of a TMY3 (.csv) or EPW (.epw) file.

    In a leap year 28 February comes twice. Raises ConfigError naming the file.
    """
    path = _path(weather)
    hourly, place = _read(path)
    hours = _checked(hourly, path)
    if calendar.isleap(year):
        end = 59 * HOURS_PER_DAY
        hours = {
            key: np.concatenate([v[:end], v[end - HOURS_PER_DAY :]]) for key, v in hours.items()
        }
    return _rows(weather, year, place, hours)


def _path(weather: str) -> Path:
    if weather in BUNDLED:
        return Path(pvlib.__file__).parent / "data" / BUNDLED[weather]
    path = Path(weather)
    if not path.is_file():
        raise ConfigError(
            weather, "is neither a file nor bundled weather", f"Bundled: {', '.join(BUNDLED)}"
        )
    return path


def _read(path: Path) -> tuple[pd.DataFrame, tuple[float, float, float]]:
    """(hourly table, (latitude, longitude, UTC offset))."""
    try:
        if path.suffix.lower() == ".epw":
            table, meta = pvlib.iotools.read_epw(path)
        else:
            table, meta = pvlib.iotools.read_tmy3(path, map_variables=True)
        return table, (float(meta["latitude"]), float(meta["longitude"]), float(meta["TZ"]))
    except (KeyError, ValueError, IndexError, UnicodeDecodeError) as error:
        raise ConfigError(str(path), f"is not a TMY3 or EPW file: {error}") from error


def _checked(table: pd.DataFrame, path: Path) -> dict[str, Floats]:
    """The columns of exactly one year without gaps."""
    needed = 365 * HOURS_PER_DAY
    if len(table) != needed:
        raise ConfigError(str(path), f"has {len(table)} hours; a year has {needed}")
    # A typical year is made of months from different years: compare the hour of day alone.
    hour_of_day = table.index.hour.to_numpy()
    wrong = np.flatnonzero(np.diff(hour_of_day) % HOURS_PER_DAY != 1)
    if wrong.size:
        raise ConfigError(str(path), f"a gap after hour {wrong[0] + 1} of the year")
    columns = {}
    for name, (low, high) in COLUMNS.items():
        if name not in table:
            raise ConfigError(str(path), f"has no column for {name}")
        values = table[name].to_numpy(dtype=np.float64)
        bad = np.flatnonzero(~((values >= low) & (values <= high)))
        if bad.size:
            raise ConfigError(
                f"{path}: {name}",
                f"hour {bad[0] + 1} of the year is {values[bad[0]]:g}, outside {low:g} to {high:g}",
            )
        columns[name] = values
    return columns


def _rows(
    name: str, year: int, place: tuple[float, float, float], hours: dict[str, Floats]
) -> Weather:
    latitude, longitude, offset_h = place
    n_hours = hours["ghi"].size
    n = n_hours * ROWS_PER_HOUR
    middles = pd.date_range(
        datetime(year, 1, 1, tzinfo=timezone(timedelta(hours=offset_h)))
        + timedelta(seconds=ROW_S / 2),
        periods=n,
        freq=f"{ROW_S:g}s",
    )
    sun = pvlib.solarposition.get_solarposition(middles, latitude, longitude, method="ephemeris")
    extra = pvlib.irradiance.get_extra_radiation(middles).to_numpy(dtype=np.float64)
    height_deg = sun["elevation"].to_numpy()
    sine = np.maximum(np.sin(np.radians(height_deg)), 0.0)

    # Files state the mean of the hour that ends at the stamp. Between hours the share of the
    # extraterrestrial irradiance is interpolated, not the irradiance: it keeps the sun's course.
    top = extra * sine
    top_hourly = top.reshape(n_hours, ROWS_PER_HOUR).mean(axis=1)
    ghi = top * _share(hours["ghi"], top_hourly, n)
    dhi = np.minimum(top * _share(hours["dhi"], top_hourly, n), ghi)
    low = height_deg < LEAST_SUN_HEIGHT_DEG
    dhi = np.where(low, ghi, dhi)
    dni = np.divide(ghi - dhi, sine, out=np.zeros(n), where=~low)

    # Temperature and wind are read at the stamp: the first row lies after the year's last stamp.
    stamps = np.arange(n_hours + 1) * float(ROWS_PER_HOUR)
    at = np.arange(n) + 0.5
    outdoor, wind = (
        np.interp(at, stamps, np.concatenate([hours[key][-1:], hours[key]]))
        for key in ("temp_air", "wind_speed")
    )
    return Weather(
        name, year, latitude, longitude, offset_h, outdoor, wind, ghi, dhi, dni, extra, sun
    )


def _share(hourly: Floats, top_hourly: Floats, n: int) -> Floats:
    """``hourly`` over ``top_hourly``, at rows; night takes the nearest daylight value."""
    day = np.flatnonzero(top_hourly > 20.0)
    share = np.clip(hourly[day] / top_hourly[day], 0.0, 1.0)
    middles = (day + 0.5) * ROWS_PER_HOUR
    at_rows: Floats = np.interp(np.arange(n) + 0.5, middles, share)
    return at_rows
