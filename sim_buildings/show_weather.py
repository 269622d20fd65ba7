"""A weather year as a table, and the check of where a picture shall go."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from rich.table import Table

from hvac_rl.errors import ConfigError
from sim_buildings.sun_course import ROWS_PER_DAY, ROWS_PER_HOUR
from sim_buildings.weather import Weather

# 65 °F, the usual base of degree days in the United States, rounded.
DEGREE_DAY_BASE_C = 18.0


def weather_table(weather: Weather) -> Table:
    """Place and climate of a weather year."""
    table = Table(title="Weather", title_justify="left", title_style="bold", show_header=False)
    daily_c = weather.outdoor_c.reshape(-1, ROWS_PER_DAY).mean(axis=1)
    heating = np.maximum(DEGREE_DAY_BASE_C - daily_c, 0.0).sum()
    cooling = np.maximum(daily_c - DEGREE_DAY_BASE_C, 0.0).sum()
    sun_kwh_m2 = weather.ghi_w_m2.sum() / ROWS_PER_HOUR / 1000.0
    low, high = weather.outdoor_c.min(), weather.outdoor_c.max()
    table.add_row("weather", f"{weather.name}, laid over {weather.year}")
    table.add_row(
        "place",
        f"{abs(weather.latitude_deg):.2f}° {'N' if weather.latitude_deg >= 0.0 else 'S'}, "
        f"{abs(weather.longitude_deg):.2f}° {'E' if weather.longitude_deg >= 0.0 else 'W'}, "
        f"{weather.altitude_m:.0f} m, UTC{weather.utc_offset_h:+g}",
    )
    table.add_row(
        "outdoor air", f"{low:.1f} to {high:.1f} °C, mean {weather.outdoor_c.mean():.1f} °C"
    )
    table.add_row(
        f"degree days, base {DEGREE_DAY_BASE_C:g} °C",
        f"heating {heating:,.0f} K·d, cooling {cooling:,.0f} K·d",
    )
    table.add_row("sun on the horizontal", f"{sun_kwh_m2:,.0f} kWh/m²")
    return table


def check_picture(out: Path) -> None:
    """Raise ConfigError for a path that no PNG can be written to; its folder is made."""
    if out.suffix.lower() != ".png":
        raise ConfigError(f"--out {out}", "must be the path of a .png file")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"--out {out}", f"cannot be written: {error.strerror}") from error
    if out.is_dir():
        raise ConfigError(f"--out {out}", "is a folder")
