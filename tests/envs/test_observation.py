"""What a batch shows is what the daemon would show a policy in the same building."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from numpy.typing import NDArray

from envs.batch import Batch, day_of
from envs.control_columns import C_SLOW, K_ETA_TEMPERATURE
from envs.setting import Scene
from hvac_rl.control.base_rule import RuleParameters, SiteFacts, zone_rule
from hvac_rl.control.calendar import SiteCalendar
from hvac_rl.control.encoding import (
    FEATURE_NAMES,
    encode_zone,
    outlook,
    site_features,
    slow_filter,
    time_features,
)
from hvac_rl.safety.values import ZoneFacts
from sim_buildings.building import Building
from sim_buildings.columns import Z_AIR, Z_CO2, Z_DAYLIGHT, Z_FACADE
from sim_buildings.occupancy import workdays
from sim_buildings.world import World
from tests.envs.driving import HOURS_PER_WEEK, begin, random_modes

ROWS_PER_CYCLE = 3
FORECAST_GHI = [k for k, name in enumerate(FEATURE_NAMES) if name.startswith("ghi_")]
OTHERS = [k for k in range(len(FEATURE_NAMES)) if k not in FORECAST_GHI]


class Moment(NamedTuple):
    """A zone's observation as the batch and as the daemon makes it, (zones, features)."""

    shown: NDArray[np.float32]
    expected: NDArray[np.float64]


def calendar_of(building: Building, world: World) -> SiteCalendar:
    """The daemon's calendar; local standard time is taken for UTC."""
    working = workdays(building, world.year)
    days = [day_of(world, 96 * k) for k in range(working.size)]
    free = {day for day, works in zip(days, working, strict=True) if not works}
    # The year closes on itself, as in the world.
    late = {day + timedelta(days=working.size) for day in free}
    schedule = building.schedule
    return SiteCalendar(
        ZoneInfo("UTC"), frozenset(range(7)), frozenset(free | late), schedule.start_h,
        schedule.end_h,
    )  # fmt: skip


def as_the_daemon(batch: Batch, world: World, row: int, slow_c: list[float]) -> NDArray[np.float64]:
    """Every zone's observation at ``row``, from readings and the daemon's own functions."""
    building, rows = batch.scene.building, world.rows
    now_s = world.start_s + row * 300.0
    time = calendar_of(building, world).time_facts(now_s)
    before = row - 1
    site = SiteFacts(
        rows.outdoor_c[before], rows.wind_m_s[before], rows.ghi_w_m2[before],
        rows.price_per_kwh[row],
    )  # fmt: skip
    hourly = [rows.price_per_kwh[(row + 12 * k) % world.n_rows] for k in range(24)]
    readings = batch.buffers.zones[0]
    working = np.repeat(workdays(building, world.year), 288)
    shared = site_features(
        site,
        float(readings[:, Z_AIR].mean()),
        time_features(time),
        outlook(*world.forecast(now_s), hourly),
        float(rows.price_per_kwh[working].mean()),
    )
    seen = []
    for z, zone in enumerate(building.zones):
        facts = ZoneFacts(
            readings[z, Z_AIR],
            readings[z, Z_CO2],
            # A presence detector holds for 15 minutes.
            bool((rows.people[row - ROWS_PER_CYCLE : row, z] > 0).any()),
            readings[z, Z_DAYLIGHT],
            readings[z, Z_FACADE],
        )
        wish = zone_rule(facts, site, time, zone.full_light_lux, RuleParameters())
        seen.append(encode_zone(facts, slow_c[z], zone.azimuth_deg, wish, shared))
    return np.array(seen)


def moments(scene: Scene, world: int, hour: int, hours: int) -> Iterator[Moment]:
    """Every full hour from ``hour`` on, under random modes."""
    batch = Batch(scene, 1, decision_h=0.25)
    begin(batch, [hour], world)
    random = np.random.default_rng(hour)
    slow_c = batch.memory.zones[0, :, C_SLOW].tolist()
    for cycle in range(1, 4 * hours + 1):
        batch.step(random_modes(random, batch))
        air_c = batch.buffers.zones[0, :, Z_AIR]
        slow_c = [slow_filter(old, new, 0.25) for old, new in zip(slow_c, air_c, strict=True)]
        if cycle % 4 == 0:
            row = (hour * 12 + cycle * ROWS_PER_CYCLE) % scene.worlds[world].n_rows
            expected = as_the_daemon(batch, scene.worlds[world], row, slow_c)
            yield Moment(batch.observations[0], expected)


@pytest.mark.parametrize(("world", "hour"), [(0, 3 * HOURS_PER_WEEK), (2, 27 * HOURS_PER_WEEK)])
def test_an_observation_is_what_the_daemon_would_show(scene: Scene, world: int, hour: int) -> None:
    """Three days, every feature. Irradiance ahead is close (sim_buildings/forecast.py): a window's
    error is that of its mean growth, not the mean of its hours' errors."""
    occupied, scheduled, worst = set(), set(), 0.0
    for shown, expected in moments(scene, world, hour, 72):
        np.testing.assert_allclose(shown[:, OTHERS], expected[:, OTHERS], rtol=2e-6, atol=2e-7)
        ghi = np.abs(shown[:, FORECAST_GHI] - expected[:, FORECAST_GHI])
        worst = max(worst, float(ghi.max()))
        occupied |= set(shown[:, FEATURE_NAMES.index("occupied")].tolist())
        scheduled |= set(shown[:, FEATURE_NAMES.index("scheduled")].tolist())
    assert worst < 0.02, worst
    # The three days had all there is to see.
    assert occupied == scheduled == {0.0, 1.0}


def test_the_windows_are_means_of_the_hourly_forecast(scene: Scene) -> None:
    """Over the year: temperature to rounding; irradiance within 15 W/m2, 2 W/m2 on average."""
    batch, world = Batch(scene, 1), scene.worlds[2]
    assert batch.setting.clocks.clock.shape[0] == 2, "two of three worlds share their weather"
    begin(batch, [0], 2)
    first = FEATURE_NAMES.index("outdoor_0_2")
    misses = []
    for hour in range(0, 8760, 31):
        batch.places.cycle[:] = 4 * hour
        batch.look()
        ahead = outlook(*world.forecast(world.start_s + hour * 3600.0), np.ones(24))
        shown = batch.observations[0, 0]
        outdoor_c = shown[first : first + 5] * 15.0 + 15.0
        np.testing.assert_allclose(outdoor_c, ahead[:5], atol=1e-4)
        misses.append(np.abs(shown[FORECAST_GHI] * 800.0 - np.array(ahead[5:10])))
    assert np.max(misses) < 15.0
    assert np.mean(misses) < 2.0


def test_worlds_of_one_weather_differ_in_the_forecasts_error(scene: Scene) -> None:
    batch = Batch(scene, 1)
    seen = []
    for world in (0, 1):
        begin(batch, [5000], world)
        seen.append((batch.observations[0, 0].copy(), batch.memory.clock[0, K_ETA_TEMPERATURE]))
    k = FEATURE_NAMES.index("outdoor_8_16")
    growth = seen[0][1] - seen[1][1]
    assert growth != 0.0
    # 1.5 K times sqrt(h / 24 h), 8 to 16 hours ahead.
    difference_k = 15.0 * (seen[0][0][k] - seen[1][0][k]) / growth
    assert difference_k == pytest.approx(1.5 * np.sqrt(0.5), rel=0.01)
    now = FEATURE_NAMES.index("outdoor")
    assert seen[0][0][now] == seen[1][0][now]


def test_features_are_moderate_over_a_year(scene: Scene) -> None:
    batch = Batch(scene, 52)
    begin(batch, list(range(0, 52 * HOURS_PER_WEEK, HOURS_PER_WEEK)), [0, 2])
    random = np.random.default_rng(0)
    for _ in range(48):
        batch.step(random_modes(random, batch))
        seen = batch.observations
        assert np.isfinite(seen).all()
        worst = FEATURE_NAMES[int(np.abs(seen).max(axis=(0, 1)).argmax())]
        assert np.abs(seen).max() < 5.0, worst
