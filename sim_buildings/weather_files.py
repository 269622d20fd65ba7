"""Weather files: found by name, read with pvlib, and checked.

TMY3 (.csv), TMY2 (.tm2) and EPW (.epw). A file gives the 8760 hours of a typical year in local
standard time: irradiance as the mean of the hour that ends at the stamp, the rest as read then.
"""

from __future__ import annotations

import calendar
import importlib.util
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
import pvlib
from numpy.typing import NDArray

from hvac_rl.errors import ConfigError
from sim_buildings.outdoor_moisture import standard_pressure_pa
from sim_buildings.sky import sky_from_clouds_c, sky_from_infrared_c

Floats = NDArray[np.float64]

HOURS_PER_DAY = 24
HOURS_PER_YEAR = 365 * HOURS_PER_DAY

# Weather that comes with pvlib's package, by name.
BUNDLED = {
    "greensboro": "723170TYA.CSV",
    "miami_tmy2": "12839.tm2",
    "sand_point": "703165TY.csv",
}
# Weather that comes with the package pyenergyplus (the extra "energyplus"), by name.
ENERGYPLUS = {
    "boulder": "USA_CO_Boulder-Broomfield-Jefferson.County.AP.724699_TMY3.epw",
    "champaign": "USA_IL_University.of.Illinois-Willard.AP.725315_TMY3.epw",
    "chicago": "USA_IL_Chicago-OHare.Intl.AP.725300_TMY3.epw",
    "colorado_springs": "USA_CO_Colorado.Springs-Peterson.Field.724660_TMY3.epw",
    "denver": "USA_CO_Denver-Aurora-Buckley.AFB.724695_TMY3.epw",
    "fresno": "USA_CA_Fresno.Air.Terminal.723890_TMY3.epw",
    "golden": "USA_CO_Golden-NREL.724666_TMY3.epw",
    "las_vegas": "USA_NV_Las.Vegas-McCarran.Intl.AP.723860_TMY3.epw",
    "miami": "USA_FL_Miami.Intl.AP.722020_TMY3.epw",
    "newark": "USA_NJ_Newark.Intl.AP.725020_TMY3.epw",
    "oklahoma_city": "USA_OK_Oklahoma.City-Will.Rogers.World.AP.723530_TMY3.epw",
    "orlando": "USA_FL_Orlando.Intl.AP.722050_TMY3.epw",
    "phoenix": "USA_AZ_Phoenix-Sky.Harbor.Intl.AP.722780_TMY3.epw",
    "san_francisco": "USA_CA_San.Francisco.Intl.AP.724940_TMY3.epw",
    "tampa": "USA_FL_Tampa.Intl.AP.722110_TMY3.epw",
    "washington": "USA_VA_Sterling-Washington.Dulles.Intl.AP.724030_TMY3.epw",
}
# The range that a plausible reading has. The codes of missing readings (EPW: 99.9, 999, 9999,
# 999999; TMY: -9900, 9999) lie outside.
RANGES = {
    "temp_air": (-60.0, 60.0),
    "wind_speed": (0.0, 60.0),
    "ghi": (0.0, 1500.0),
    "dhi": (0.0, 1000.0),
    "relative_humidity": (0.0, 110.0),
    "pressure": (50_000.0, 110_000.0),
    "infrared": (50.0, 700.0),
    "opaque_tenths": (0.0, 10.0),
}
PLACE_RANGES = {
    "latitude_deg": (-90.0, 90.0),
    "longitude_deg": (-180.0, 180.0),
    "utc_offset_h": (-12.0, 14.0),
    "altitude_m": (-500.0, 9000.0),
}
ALWAYS = ("temp_air", "wind_speed", "ghi", "dhi", "relative_humidity")
# pvlib's or the file's name of a column, and the factor to SI units.
EPW_COLUMNS = {
    "atmospheric_pressure": ("pressure", 1.0),
    "ghi_infrared": ("infrared", 1.0),
    "opaque_sky_cover": ("opaque_tenths", 1.0),
}
TMY3_COLUMNS = {"pressure": ("pressure", 100.0), "OpqCld (tenths)": ("opaque_tenths", 1.0)}
TMY2_COLUMNS = {
    "DryBulb": ("temp_air", 0.1),
    "Wspd": ("wind_speed", 0.1),
    "GHI": ("ghi", 1.0),
    "DHI": ("dhi", 1.0),
    "RHum": ("relative_humidity", 1.0),
    "Pressure": ("pressure", 100.0),
    "OpqCld": ("opaque_tenths", 1.0),
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a weather station stands."""

    latitude_deg: float
    longitude_deg: float
    utc_offset_h: float
    altitude_m: float


@dataclass(frozen=True, slots=True)
class HourlyWeather:
    """The hours of a calendar year, each array of shape (hours,); see the module for stamps."""

    name: str
    year: int
    place: Place
    outdoor_c: Floats
    relative_humidity: Floats
    """0 .. 1."""
    pressure_pa: Floats
    sky_drop_k: Floats
    """How much colder than the air the sky is."""
    wind_m_s: Floats
    ghi_w_m2: Floats
    dhi_w_m2: Floats


@lru_cache(maxsize=8)
def read_weather(weather: str, year: int) -> HourlyWeather:
    """Weather by name or by the path of a file, laid over ``year``.

    In a leap year 28 February comes twice. Raises ConfigError naming file, column and hour.
    """
    path = weather_path(weather)
    table, place = _read(path)
    hours = _checked(table, path)
    outdoor = hours["temp_air"]
    humidity = np.minimum(hours["relative_humidity"] / 100.0, 1.0)
    if "infrared" in hours:
        sky = sky_from_infrared_c(hours["infrared"])
    elif "opaque_tenths" in hours:
        sky = sky_from_clouds_c(outdoor, humidity, hours["opaque_tenths"])
    else:
        raise ConfigError(str(path), "has neither infrared radiation nor opaque sky cover")
    if "pressure" in hours:
        pressure = hours["pressure"]
    else:
        pressure = np.full(HOURS_PER_YEAR, standard_pressure_pa(place.altitude_m))
    plain = HourlyWeather(
        name=weather,
        year=year,
        place=place,
        outdoor_c=outdoor,
        relative_humidity=humidity,
        pressure_pa=pressure,
        sky_drop_k=outdoor - sky,
        wind_m_s=hours["wind_speed"],
        ghi_w_m2=hours["ghi"],
        dhi_w_m2=np.minimum(hours["dhi"], hours["ghi"]),
    )
    return _with_leap_day(plain) if calendar.isleap(year) else plain


def weather_path(weather: str) -> Path:
    """The file of a name, or the path itself."""
    if weather in BUNDLED:
        return Path(pvlib.__file__).parent / "data" / BUNDLED[weather]
    if weather in ENERGYPLUS:
        found = importlib.util.find_spec("pyenergyplus")
        if found is None or found.origin is None:
            raise ConfigError(
                weather,
                "is weather that comes with EnergyPlus, which is not installed",
                'Install the extra: pip install "hvac-rl[energyplus]"',
            )
        return Path(found.origin).parent / "data" / "weather" / ENERGYPLUS[weather]
    path = Path(weather)
    if not path.is_file():
        raise ConfigError(
            weather,
            "is neither a file nor bundled weather",
            f"Bundled: {', '.join(BUNDLED)}; with the extra energyplus: {', '.join(ENERGYPLUS)}",
        )
    return path


def _read(path: Path) -> tuple[pd.DataFrame, Place]:
    """The hourly table, its columns named as in RANGES and in SI units, and the place."""
    kind = path.suffix.lower()
    try:
        if kind == ".epw":
            table, meta = pvlib.iotools.read_epw(path)
            renamed = EPW_COLUMNS
        elif kind == ".tm2":
            table, meta = pvlib.iotools.read_tmy2(path)
            renamed = TMY2_COLUMNS
        else:
            table, meta = pvlib.iotools.read_tmy3(path, map_variables=True)
            renamed = TMY3_COLUMNS
        place = Place(*(float(meta[k]) for k in ("latitude", "longitude", "TZ", "altitude")))
        hours = {name: table[name] for name in RANGES if name in table}
        for theirs, (ours, factor) in renamed.items():
            if theirs in table:
                hours[ours] = table[theirs].astype(np.float64) * factor
        hourly = pd.DataFrame(hours, index=table.index)
    # pvlib stumbles over its own unset name in a file without lines.
    except (KeyError, ValueError, IndexError, UnicodeDecodeError, UnboundLocalError) as error:
        raise ConfigError(str(path), f"is not a TMY3, TMY2 or EPW file: {error}") from error
    _check_place(place, path)
    return hourly, place


def _check_place(place: Place, path: Path) -> None:
    for key, (low, high) in PLACE_RANGES.items():
        value = getattr(place, key)
        if not low <= value <= high:
            raise ConfigError(f"{path}: {key}", f"must lie in {low:g} to {high:g}, is {value:g}")


def _checked(table: pd.DataFrame, path: Path) -> dict[str, Floats]:
    """The columns of exactly one year without gaps.

    A column that is not always needed may be missing as a whole, never in part.
    """
    if len(table) != HOURS_PER_YEAR:
        raise ConfigError(str(path), f"has {len(table)} hours; a year has {HOURS_PER_YEAR}")
    # A typical year is made of months from different years: compare the hour of day alone.
    hour_of_day = table.index.hour.to_numpy()
    wrong = np.flatnonzero(np.diff(hour_of_day) % HOURS_PER_DAY != 1)
    if wrong.size:
        raise ConfigError(str(path), f"a gap after hour {wrong[0] + 1} of the year")
    columns = {}
    for name, (low, high) in RANGES.items():
        if name not in table:
            if name in ALWAYS:
                raise ConfigError(str(path), f"has no column for {name}")
            continue
        values = table[name].to_numpy(dtype=np.float64)
        bad = np.flatnonzero(~((values >= low) & (values <= high)))
        if bad.size == values.size and name not in ALWAYS:
            continue
        if bad.size:
            raise ConfigError(
                f"{path}: {name}",
                f"hour {bad[0] + 1} of the year is {values[bad[0]]:g}, outside {low:g} to "
                f"{high:g}: a gap or a wrong reading ({bad.size} in all)",
            )
        columns[name] = values
    return columns


def _with_leap_day(hourly: HourlyWeather) -> HourlyWeather:
    end = 59 * HOURS_PER_DAY

    def longer(values: Floats) -> Floats:
        return np.concatenate([values[:end], values[end - HOURS_PER_DAY :]])

    return HourlyWeather(
        name=hourly.name,
        year=hourly.year,
        place=hourly.place,
        outdoor_c=longer(hourly.outdoor_c),
        relative_humidity=longer(hourly.relative_humidity),
        pressure_pa=longer(hourly.pressure_pa),
        sky_drop_k=longer(hourly.sky_drop_k),
        wind_m_s=longer(hourly.wind_m_s),
        ghi_w_m2=longer(hourly.ghi_w_m2),
        dhi_w_m2=longer(hourly.dhi_w_m2),
    )
