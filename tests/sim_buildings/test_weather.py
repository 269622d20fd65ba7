"""Weather files: what is read, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pvlib
import pytest

from hvac_rl.errors import ConfigError
from sim_buildings.weather import BUNDLED, load_weather

LINES = (
    (Path(pvlib.__file__).parent / "data" / BUNDLED["greensboro"])
    .read_text(encoding="utf-8")
    .splitlines(keepends=True)
)


def write(path: Path, lines: list[str]) -> str:
    path.write_text("".join(lines), encoding="utf-8")
    return str(path)


def test_greensboro() -> None:
    weather = load_weather()
    assert weather.outdoor_c.shape == (105_120,)
    assert (weather.latitude_deg, weather.utc_offset_h) == (36.1, -5.0)
    assert weather.outdoor_c.mean() == pytest.approx(14.4, abs=0.1)
    assert weather.ghi_w_m2.sum() / 12 / 1000 == pytest.approx(1565, rel=0.01)  # kWh/m2
    # The file's line for 12:00 of 1 January; the rows around it lie half a row away.
    noon_c = float(LINES[2 + 11].split(",")[31])
    assert weather.outdoor_c[143:145].mean() == pytest.approx(noon_c, abs=0.05)


def test_a_leap_year_has_a_day_more() -> None:
    plain, leap = load_weather("greensboro", 2026), load_weather("greensboro", 2028)
    assert leap.outdoor_c.size == plain.outdoor_c.size + 288
    day = slice(59 * 288 + 12, 60 * 288)
    before = slice(58 * 288 + 12, 59 * 288)
    assert np.array_equal(leap.outdoor_c[day], leap.outdoor_c[before])


def test_a_missing_hour_is_refused(tmp_path: Path) -> None:
    short = write(tmp_path / "short.csv", LINES[:100] + LINES[101:])
    with pytest.raises(ConfigError, match=r"short\.csv: has 8759 hours; a year has 8760"):
        load_weather(short)


def test_a_gap_is_refused(tmp_path: Path) -> None:
    # Line 102 holds hour 100 of the year; it is lost, and another one comes twice.
    gap = write(tmp_path / "gap.csv", [*LINES[:101], *LINES[102:], LINES[-1]])
    with pytest.raises(ConfigError, match=r"gap\.csv: a gap after hour 99 of the year"):
        load_weather(gap)


def test_an_impossible_reading_is_refused(tmp_path: Path) -> None:
    fields = LINES[500].split(",")
    fields[31] = "-9900.0"
    bad = write(tmp_path / "bad.csv", [*LINES[:500], ",".join(fields), *LINES[501:]])
    with pytest.raises(ConfigError, match=r"bad\.csv: temp_air: hour 499 of the year is -9900"):
        load_weather(bad)


def test_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="neither a file nor bundled"):
        load_weather("atlantis")
    (tmp_path / "letter.csv").write_text("Dear Sir,\nwhat weather!\n")
    with pytest.raises(ConfigError, match="is not a TMY3, TMY2 or EPW file"):
        load_weather(str(tmp_path / "letter.csv"))


def test_an_epw_file_is_read_like_any_other(tmp_path: Path) -> None:
    """A made-up place at UTC+5:30 where the temperature is the hour and the sun shines at noon."""
    header = "LOCATION,Pretend,ST,IND,made up,123456,18.0,75.0,5.5,200.0\n" + "HEADER\n" * 7
    lines = []
    for day in pd.date_range("2001-01-01", periods=365):
        for hour in range(1, 25):
            fields = ["0"] * 35
            fields[0:5] = ["2001", str(day.month), str(day.day), str(hour), "0"]
            fields[6] = str(float(hour % 24))
            fields[8], fields[9], fields[12] = "50", "99000", "350"
            fields[13] = fields[15] = "600" if hour == 13 else "0"
            fields[21] = "2.5"
            lines.append(",".join(fields) + "\n")
    (tmp_path / "pretend.epw").write_text(header + "".join(lines))
    weather = load_weather(str(tmp_path / "pretend.epw"))
    assert (weather.utc_offset_h, weather.wind_m_s.mean()) == (5.5, pytest.approx(2.5))
    assert weather.outdoor_c[10 * 12] == pytest.approx(10.0 + 0.5 / 12)
    sun = weather.ghi_w_m2.reshape(365, 24, 12).mean(axis=(0, 2))
    assert sun.argmax() == 12
    assert sun[[0, 5, 20]].max() == 0.0
