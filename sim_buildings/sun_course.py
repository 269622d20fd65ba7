"""The sun's course over a year at one place, and what reaches the top of the atmosphere."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import lru_cache

import numpy as np
import pandas as pd
import pvlib
from numpy.typing import NDArray

from sim_buildings.weather_files import HOURS_PER_DAY, Place

Floats = NDArray[np.float64]

ROW_S = 300.0
ROWS_PER_HOUR = 12
ROWS_PER_DAY = ROWS_PER_HOUR * HOURS_PER_DAY


@dataclass(frozen=True, slots=True)
class SunCourse:
    """Rows hold the middle of [k, k + 1) * 300 s after 1 January 00:00 local standard time."""

    position: pd.DataFrame
    """Solar position by row, as pvlib has it."""
    height_deg: Floats
    """(rows,) above the horizon, without refraction."""
    sine: Floats
    """(rows,) of the height; 0 at night."""
    extra_w_m2: Floats
    """(rows,) extraterrestrial irradiance on a surface that faces the sun."""
    top_w_m2: Floats
    """(rows,) extraterrestrial irradiance on a horizontal surface."""
    top_hourly_w_m2: Floats
    """(hours,)"""


@lru_cache(maxsize=8)
def sun_course(place: Place, year: int) -> SunCourse:
    """Worked out with pvlib: ephemeris and Spencer's extraterrestrial radiation."""
    days = 366 if calendar.isleap(year) else 365
    zone = timezone(timedelta(hours=place.utc_offset_h))
    middles = pd.date_range(
        datetime(year, 1, 1, tzinfo=zone) + timedelta(seconds=ROW_S / 2),
        periods=days * ROWS_PER_DAY,
        freq=f"{ROW_S:g}s",
    )
    position = pvlib.solarposition.get_solarposition(
        middles, place.latitude_deg, place.longitude_deg, method="ephemeris"
    )
    extra = pvlib.irradiance.get_extra_radiation(middles).to_numpy(dtype=np.float64)
    height_deg = position["elevation"].to_numpy()
    sine = np.maximum(np.sin(np.radians(height_deg)), 0.0)
    top = extra * sine
    return SunCourse(
        position, height_deg, sine, extra, top, top.reshape(-1, ROWS_PER_HOUR).mean(axis=1)
    )
