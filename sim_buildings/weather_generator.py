"""Further years like a typical one, so that no agent is trained on the year it is tested on.

Days of the typical year are put together anew (:mod:`sim_buildings.block_bootstrap`). What the
season gives (mean temperature, height of the sun) is taken from the target day, what the weather
gives (anomaly, clearness, humidity, wind) from the source day. Daily means get a first-order
autoregressive disturbance, clearness a factor; heat waves and cold snaps may come on top. Figures
without a source are assumptions.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sim_buildings.block_bootstrap import draw_days, expected, neighbours
from sim_buildings.outdoor_moisture import saturation_pressure_pa
from sim_buildings.series import autoregressive
from sim_buildings.streams import STREAM_EXTREMES, STREAM_WEATHER, stream
from sim_buildings.sun_course import sun_course
from sim_buildings.weather_extremes import COLD_SNAP, HEAT_WAVE, Spells, draw_spells
from sim_buildings.weather_files import HOURS_PER_DAY, HourlyWeather

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MONTHS = 12
SEASON_PASSES = 5
DISTURBANCE = 0.4
"""Standard deviation of the disturbance over that of the daily mean's anomaly. It makes months
differ between years, as the typical year's months cannot; within a month days spread as before."""
CLEARNESS_SPREAD = 0.08
"""Standard deviation of the daily factor on clearness."""
MOST_VAPOUR = 1.1
"""Vapour pressure over the typical year's highest."""
USUAL_BEAM = 0.999
"""Quantile of the typical year's beam, over the irradiance above the atmosphere, that a rescaled
hour does not exceed."""
MOST_CLEARNESS = 0.82
"""About what a clear sky lets pass of the irradiance above the atmosphere at noon."""
LEAST_TOP_W_M2 = 20.0
JOIN_HOURS = 6
"""A step between two blocks is spread over so many hours on either side of midnight."""


@dataclass(frozen=True, slots=True)
class _Daily:
    """What a typical year says of its days, each of shape (days,)."""

    season_c: Floats
    """Daily mean temperature, smoothed over the year."""
    anomaly_c: Floats
    spread_c: Floats
    """Standard deviation of the anomaly in this season."""
    clearness: Floats
    persistence: float
    """Correlation of the anomaly with the next day's."""


def generate_year(
    hourly: HourlyWeather, seed: int, *, heat_waves: bool = True, cold_snaps: bool = True
) -> HourlyWeather:
    """Another year of the same place, named by ``seed``, 0 or more; the same one every time.

    Switching spells on or off changes nothing else.
    """
    here = f"{hourly.place.latitude_deg:.3f} {hourly.place.longitude_deg:.3f}"
    random = stream(seed, STREAM_WEATHER, here)
    top = sun_course(hourly.place, hourly.year).top_hourly_w_m2
    clearness, diffuse_share = _sky(hourly, top)
    daily = _daily(hourly, clearness, top)
    table = neighbours(
        np.stack([daily.anomaly_c / daily.spread_c, _standard(daily.clearness)], axis=1)
    )
    source = draw_days(table, random)
    n = source.size
    disturbance = autoregressive(random.standard_normal(n), daily.persistence)
    anomaly = (
        daily.anomaly_c[source]
        - expected(table, daily.anomaly_c)
        + DISTURBANCE * daily.spread_c * disturbance
    )
    noise = autoregressive(random.standard_normal(n), daily.persistence)
    factor = np.exp(CLEARNESS_SPREAD * noise) * (
        _season(daily.clearness) / _season(expected(table, daily.clearness))
    )
    spells = _spells(daily, stream(seed, STREAM_EXTREMES, here), heat_waves, cold_snaps)
    anomaly += spells.warming_k
    factor *= spells.clearness

    hours = (source[:, None] * HOURS_PER_DAY + np.arange(HOURS_PER_DAY)).ravel()
    joins = np.flatnonzero(np.diff(source) % n != 1) + 1
    moved_c = daily.season_c + anomaly - (daily.season_c + daily.anomaly_c)[source]
    outdoor = _joined(hourly.outdoor_c[hours], joins) + _through_noons(moved_c)
    humidity = _joined(hourly.relative_humidity[hours], joins)
    ghi, dhi = _sun(clearness[hours], diffuse_share[hours], np.repeat(factor, HOURS_PER_DAY), top)
    return replace(
        hourly,
        name=f"{hourly.name}#{seed}",
        outdoor_c=outdoor,
        relative_humidity=_humidity(humidity, outdoor, hourly),
        pressure_pa=_joined(hourly.pressure_pa[hours], joins),
        sky_drop_k=_joined(hourly.sky_drop_k[hours], joins),
        wind_m_s=np.maximum(_joined(hourly.wind_m_s[hours], joins), 0.0),
        ghi_w_m2=ghi,
        dhi_w_m2=dhi,
    )


def _humidity(relative: Floats, outdoor_c: Floats, typical: HourlyWeather) -> Floats:
    """Relative humidity, 0 .. 1, of days that are warmer or colder than they were.

    It stays with its day: warmer air holds more water, but not much more than the place ever has.
    """
    wettest_pa = np.max(typical.relative_humidity * saturation_pressure_pa(typical.outdoor_c))
    most = MOST_VAPOUR * wettest_pa / saturation_pressure_pa(outdoor_c)
    humidity: Floats = np.clip(relative, 0.0, np.minimum(most, 1.0))
    return humidity


def _sky(hourly: HourlyWeather, top: Floats) -> tuple[Floats, Floats]:
    """(clearness index, diffuse over global), by hour; night lies between its neighbours."""
    light = np.flatnonzero((top > LEAST_TOP_W_M2) & (hourly.ghi_w_m2 > 0.0))
    at = np.arange(top.size)
    clearness = np.clip(hourly.ghi_w_m2[light] / top[light], 0.0, 1.0)
    diffuse = np.clip(hourly.dhi_w_m2[light] / hourly.ghi_w_m2[light], 0.0, 1.0)
    return np.interp(at, light, clearness), np.interp(at, light, diffuse)


def _daily(hourly: HourlyWeather, clearness: Floats, top: Floats) -> _Daily:
    means = hourly.outdoor_c.reshape(-1, HOURS_PER_DAY).mean(axis=1)
    season = _season(means)
    anomaly = means - season
    spread = np.sqrt(np.maximum(_smooth(anomaly**2), 0.25 * anomaly.var()))
    standard = anomaly / spread
    lit = np.maximum(top.reshape(-1, HOURS_PER_DAY).sum(axis=1), 1.0)
    clear = (clearness * top).reshape(-1, HOURS_PER_DAY).sum(axis=1) / lit
    persistence = float(np.clip(np.corrcoef(standard[:-1], standard[1:])[0, 1], 0.0, 0.95))
    return _Daily(season, anomaly, spread, clear, persistence)


def _standard(values: Floats) -> Floats:
    spread = float(values.std())
    standard: Floats = (values - values.mean()) / (spread if spread > 0.0 else 1.0)
    return standard


def _season(values: Floats) -> Floats:
    """A smooth year with the mean of each twelfth of ``values``, (days,) each.

    A typical year's months are chosen for their typical means: these are the season, not weather.
    """
    n = values.size
    month = np.arange(n) * MONTHS // n
    length = np.bincount(month)
    middles = (np.arange(-1, MONTHS + 1) + 0.5) * n / MONTHS
    season = _smooth(values)
    for _ in range(SEASON_PASSES):
        rest = np.bincount(month, values - season) / length
        closed = np.concatenate([rest[-1:], rest, rest[:1]])
        season = season + np.interp(np.arange(n) + 0.5, middles, closed)
    return season


def _smooth(values: Floats) -> Floats:
    """The year's mean and its first two harmonics."""
    spectrum = np.fft.rfft(values)
    spectrum[3:] = 0.0
    smooth: Floats = np.fft.irfft(spectrum, values.size)
    return smooth


def _spells(
    daily: _Daily, random: np.random.Generator, heat_waves: bool, cold_snaps: bool
) -> Spells:
    # Both are drawn whatever is wanted, so that one switch does not move the other's spells.
    heat = draw_spells(HEAT_WAVE, daily.season_c, daily.spread_c, random)
    cold = draw_spells(COLD_SNAP, daily.season_c, daily.spread_c, random)
    warming, clearness = np.zeros_like(daily.season_c), np.ones_like(daily.season_c)
    for wanted, spells in ((heat_waves, heat), (cold_snaps, cold)):
        if wanted:
            warming += spells.warming_k
            clearness *= spells.clearness
    return Spells(warming, clearness)


def _joined(values: Floats, joins: Ints) -> Floats:
    """``values`` with the step at each midnight of ``joins`` (days) spread over the hours around.

    Half of the step is taken from either side, less and less away from midnight.
    """
    smooth = values.copy()
    ramp = (np.arange(JOIN_HOURS) + 0.5) / (2.0 * JOIN_HOURS)
    for first in joins * HOURS_PER_DAY:
        half = values[first] - values[first - 1]
        smooth[first - JOIN_HOURS : first] += half * ramp
        smooth[first : first + JOIN_HOURS] -= half * ramp[::-1]
    return smooth


def _through_noons(daily: Floats) -> Floats:
    """A value of each day laid at noon, straight lines between; the year closes on itself."""
    closed = np.concatenate([daily[-1:], daily, daily[:1]])
    at = np.arange(daily.size * HOURS_PER_DAY) / HOURS_PER_DAY
    hours: Floats = np.interp(at, np.arange(-1, daily.size + 1) + 0.5, closed)
    return hours


def _sun(
    clearness: Floats, diffuse_share: Floats, factor: Floats, top: Floats
) -> tuple[Floats, Floats]:
    """(GHI, DHI) of the rescaled sky by hour.

    The diffuse share moves as Erbs, Klein and Duffie 1982 (Solar Energy 28(4)) have it depend on
    clearness.
    """
    scaled = np.minimum(clearness * factor, np.maximum(MOST_CLEARNESS, clearness))
    share = np.clip(diffuse_share + _erbs(scaled) - _erbs(clearness), 0.0, 1.0)
    was = clearness * (1.0 - diffuse_share)
    usual = np.quantile(was[top > 0.0], USUAL_BEAM)
    beam = np.minimum(scaled * (1.0 - share), np.maximum(usual, was))
    dhi = scaled * share * top
    return beam * top + dhi, dhi


def _erbs(clearness: Floats) -> Floats:
    """Diffuse over global [-], equation 1 of Erbs et al."""
    k = clearness
    middle = 0.9511 + k * (-0.1604 + k * (4.388 + k * (-16.638 + k * 12.336)))
    share: Floats = np.where(k <= 0.22, 1.0 - 0.09 * k, np.where(k <= 0.8, middle, 0.165))
    return share
