"""Weather files: what is read, and what is refused."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pandas as pd
import pvlib
import pytest

from hvac_rl.errors import ConfigError
from sim_buildings.sky import sky_from_clouds_c, sky_from_infrared_c
from sim_buildings.weather import BUNDLED, ENERGYPLUS, load_weather
from sim_buildings.weather_files import weather_path

HAS_ENERGYPLUS = importlib.util.find_spec("pyenergyplus") is not None
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


EPW_HEADER = "LOCATION,Pretend,ST,IND,made up,123456,18.0,75.0,5.5,200.0\n" + "HEADER\n" * 7


def epw_lines() -> list[list[str]]:
    """A year of fields that never change."""
    lines = []
    for day in pd.date_range("2001-01-01", periods=365):
        for hour in range(1, 25):
            fields = ["0"] * 35
            fields[0:5] = ["2001", str(day.month), str(day.day), str(hour), "0"]
            fields[6], fields[8], fields[9] = "20.0", "50", "99000"
            fields[12], fields[21], fields[23] = "350", "2.5", "0"
            lines.append(fields)
    return lines


def write_epw(path: Path, lines: list[list[str]]) -> str:
    return write(path, [EPW_HEADER, *(",".join(fields) + "\n" for fields in lines)])


@pytest.mark.parametrize(
    ("field", "code", "column"),
    [(6, "99.9", "temp_air"), (8, "999", "relative_humidity"), (9, "999999", "pressure"),
     (12, "9999", "infrared"), (13, "9999", "ghi"), (15, "9999", "dhi"), (21, "999", "wind_speed")],
)  # fmt: skip
def test_the_code_of_a_missing_reading_is_a_gap(
    tmp_path: Path, field: int, code: str, column: str
) -> None:
    lines = epw_lines()
    lines[4711][field] = code
    with pytest.raises(ConfigError, match=rf"hole\.epw: {column}: hour 4712 .* is .*a gap"):
        load_weather(write_epw(tmp_path / "hole.epw", lines))


def test_what_a_file_lacks_as_a_whole_is_worked_out(tmp_path: Path) -> None:
    lines = epw_lines()
    full = load_weather(write_epw(tmp_path / "full.epw", lines))
    assert full.pressure_pa == pytest.approx(99_000.0)
    # (350 / 5.6697e-8)^(1/4) K
    assert full.sky_c == pytest.approx(7.15, abs=0.02)
    for fields in lines:
        fields[9], fields[12] = "999999", "9999"
    bare = load_weather(write_epw(tmp_path / "bare.epw", lines))
    # Of 200 m; a clear sky over air of 20 °C and 50 %.
    assert bare.pressure_pa == pytest.approx(98_945.0, abs=20.0)
    assert bare.sky_c == pytest.approx(4.8, abs=0.5)


def test_air_of_greensboro() -> None:
    weather = load_weather()
    assert weather.altitude_m == 273.0
    assert weather.pressure_pa.mean() == pytest.approx(98_500.0, abs=500.0)
    assert weather.air_heat_j_m3_k == pytest.approx(1211.0 * 0.972, rel=0.005)
    july, january = slice(181 * 288, 212 * 288), slice(0, 31 * 288)
    assert 0.012 < weather.humidity_kg_kg[july].mean() < 0.018
    assert 0.002 < weather.humidity_kg_kg[january].mean() < 0.006
    drop = weather.outdoor_c - weather.sky_c
    assert 5.0 < drop.mean() < 18.0
    assert drop.min() > -1.0
    # The ground follows the air, late and damped.
    assert weather.ground_c.mean() == pytest.approx(weather.outdoor_c.mean(), abs=0.01)
    assert 200 < weather.ground_c.argmax() / 288 < 250
    assert 8.0 < np.ptp(weather.ground_c) < 18.0


@pytest.mark.parametrize("name", ["sand_point", "miami_tmy2"])
def test_other_bundled_places(name: str) -> None:
    weather = load_weather(name)
    truth = {"sand_point": 4.1, "miami_tmy2": 24.3}[name]
    assert weather.outdoor_c.mean() == pytest.approx(truth, abs=0.6)
    assert weather.wind_m_s.max() < 30.0
    assert weather.pressure_pa.mean() == pytest.approx(101_400.0, abs=400.0)


def test_weather_that_needs_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"denver: .*not installed\n.*hvac-rl\[energyplus\]"):
        weather_path("denver")


@pytest.mark.skipif(not HAS_ENERGYPLUS, reason="pyenergyplus is not installed")
@pytest.mark.parametrize("name", list(ENERGYPLUS))
def test_energyplus_weather_is_found(name: str) -> None:
    assert weather_path(name).is_file()


@pytest.mark.skipif(not HAS_ENERGYPLUS, reason="pyenergyplus is not installed")
def test_the_sky_model_agrees_with_energyplus() -> None:
    """The infrared column of these files was made by EnergyPlus's converter."""
    table, _ = pvlib.iotools.read_epw(weather_path("chicago"))
    ours = sky_from_clouds_c(
        table["temp_air"].to_numpy(dtype=np.float64),
        table["relative_humidity"].to_numpy(dtype=np.float64) / 100.0,
        table["opaque_sky_cover"].to_numpy(dtype=np.float64),
    )
    theirs = sky_from_infrared_c(table["ghi_infrared"].to_numpy(dtype=np.float64))
    assert np.abs(ours - theirs).max() < 1.0
    assert (ours - theirs).mean() == pytest.approx(0.0, abs=0.2)
    assert load_weather("denver").air_heat_j_m3_k < 0.83 * load_weather("miami").air_heat_j_m3_k
