"""Schedule, tariff, forecasts, rule, encoding: the numbers that a decision stands on."""

from __future__ import annotations

from datetime import UTC, date, datetime
from math import isfinite, nan
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hvac_rl.control.base_rule import RuleParameters, SiteFacts, air_handler_rule, zone_rule
from hvac_rl.control.calendar import SiteCalendar, Tariff
from hvac_rl.control.encoding import (
    FEATURE_NAMES,
    FEATURES,
    MODE_NAMES,
    N_FEATURES,
    decode,
    encode_zone,
    outlook,
    schema_hash,
    site_features,
    slow_filter,
    time_features,
)
from hvac_rl.control.forecasts import FileForecast, ForecastUnavailable, PersistenceForecast
from hvac_rl.control.kpis import (
    KpiLimits,
    Kpis,
    add_fuel,
    add_interval,
    co2_excess_ppm,
    thermal_discomfort_k,
)
from hvac_rl.control.schedule import TimeFacts, time_facts
from hvac_rl.safety.values import ZoneFacts, ZoneWish

CALENDAR = SiteCalendar(
    ZoneInfo("Etc/GMT+5"), frozenset(range(5)), frozenset({date(2026, 12, 25)}), 8.0, 18.0
)
RULE = RuleParameters()
MILD = SiteFacts(outdoor_c=15.0, wind_m_s=2.0, ghi_w_m2=300.0, price_per_kwh=0.25)


def at(text: str) -> float:
    """Epoch seconds of a local (UTC-5) time."""
    return datetime.fromisoformat(text + "-05:00").astimezone(UTC).timestamp()


@pytest.mark.parametrize(
    ("moment", "scheduled", "to_start", "to_end", "workday", "tomorrow"),
    [
        ("2026-07-14T07:30", False, 0.5, 0.0, True, True),
        ("2026-07-14T08:00", True, 0.0, 10.0, True, True),
        ("2026-07-14T17:45", True, 0.0, 0.25, True, True),
        ("2026-07-14T18:00", False, 14.0, 0.0, True, True),
        ("2026-07-17T18:00", False, 62.0, 0.0, True, False),
        ("2026-07-18T12:00", False, 44.0, 0.0, False, False),
        ("2026-12-24T18:00", False, 86.0, 0.0, True, False),
    ],
)
def test_time_facts(
    moment: str, scheduled: bool, to_start: float, to_end: float, workday: bool, tomorrow: bool
) -> None:
    facts = CALENDAR.time_facts(at(moment))
    assert (facts.scheduled, facts.workday, facts.workday_tomorrow) == (
        scheduled,
        workday,
        tomorrow,
    )
    assert facts.hours_to_start == pytest.approx(to_start)
    assert facts.hours_to_end == pytest.approx(to_end)


def test_the_tariff_knows_workdays_and_hours() -> None:
    tariff = Tariff(CALENDAR, [float(h) for h in range(24)], [0.5] * 24)
    assert tariff.price(at("2026-07-14T13:59")) == 13.0
    assert tariff.price(at("2026-07-18T13:00")) == 0.5
    assert tariff.hourly(at("2026-07-17T22:00"), 4) == [22.0, 23.0, 0.5, 0.5]


def _zone(**changes: float | bool) -> ZoneFacts:
    return ZoneFacts(22.0, 600.0, False, 0.0, 0.0)._replace(**changes)  # type: ignore[arg-type]


NIGHT = time_facts(2.0, True, True, 1.0, 8.0, 18.0)
DAY = time_facts(11.0, True, True, 1.0, 8.0, 18.0)


def test_the_rule_sets_back_at_night_and_starts_in_time() -> None:
    assert zone_rule(_zone(), MILD, NIGHT, 550.0, RULE)[:2] == (16.0, 30.0)
    early = time_facts(6.0, True, True, 1.0, 8.0, 18.0)
    assert zone_rule(_zone(air_c=21.5), MILD, early, 550.0, RULE).heating_c == 16.0
    assert zone_rule(_zone(air_c=17.0), MILD, early, 550.0, RULE).heating_c == 21.0


def test_the_rule_in_occupied_rooms() -> None:
    wish = zone_rule(
        _zone(occupied=True, daylight_lux=225.0, facade_w_m2=400.0), MILD, DAY, 550.0, RULE
    )
    assert wish == ZoneWish(21.0, 24.0, 0.75, 0.5)
    empty = zone_rule(_zone(), MILD, DAY, 550.0, RULE)
    assert empty == ZoneWish(20.5, 24.5, 0.0, 0.0)


def test_the_air_handler_rests_at_night_and_resets_its_supply_air() -> None:
    assert air_handler_rule(0.0, 0.0, False, False, False, 0.0, 0.3, MILD, RULE).enable == 0.0
    cold = MILD._replace(outdoor_c=0.0)
    hot = MILD._replace(outdoor_c=33.0)
    assert air_handler_rule(0.0, 0.0, True, True, False, 0.1, 0.3, cold, RULE).supply_air_c == 17.0
    assert air_handler_rule(0.0, 0.0, True, True, False, 0.1, 0.3, hot, RULE).supply_air_c == 12.8
    flow = air_handler_rule(0.0, 0.0, True, True, False, 0.4, 0.3, hot, RULE).outdoor_air_m3_s
    assert flow == 0.3
    assert air_handler_rule(1.5, 0.0, True, True, False, 0.1, 0.3, cold, RULE).supply_air_c == 12.8


@pytest.mark.parametrize(
    ("cooling_k", "heating_k", "running", "enable"),
    [
        (0.0, 0.5, False, 0.0), (0.0, 0.51, False, 1.0), (0.51, 0.0, False, 1.0),
        (0.0, 0.3, True, 1.0), (0.3, 0.0, True, 1.0), (0.1, 0.1, True, 0.0),
    ],
)  # fmt: skip
def test_the_fan_of_an_empty_building_starts_late_and_stops_late(
    cooling_k: float, heating_k: float, running: bool, enable: float
) -> None:
    wish = air_handler_rule(cooling_k, heating_k, False, False, running, 0.0, 0.3, MILD, RULE)
    assert wish.enable == enable


def test_modes_decode_over_the_rule() -> None:
    rule = ZoneWish(21.0, 24.0, 0.2, 0.5)
    assert decode(MODE_NAMES.index("rule"), rule, True) == rule
    assert decode(MODE_NAMES.index("off"), rule, True) == ZoneWish(16.0, 30.0, 0.2, 0.5)
    closed = MODE_NAMES.index("rule, blind closed")
    assert decode(closed, rule, False).blind == 1.0
    assert decode(closed, rule, True).blind == pytest.approx(0.5)
    assert decode(MODE_NAMES.index("rule, blind open"), rule, True).blind == 0.0


def test_every_feature_is_written_and_moderate() -> None:
    outdoor_c = [float(hour) for hour in range(24)]
    ahead = outlook(outdoor_c, [300.0] * 24, [0.25] * 2 + [0.5] * 22)
    shared = site_features(MILD, 21.5, time_features(DAY), ahead, 0.25)
    out = encode_zone(
        _zone(occupied=True, facade_w_m2=500.0), 21.0, 90.0, ZoneWish(21.0, 24.0, 0.25, 1.0), shared
    )
    assert len(FEATURES) == N_FEATURES == len(out)
    assert all(isfinite(value) and abs(value) <= 3.0 for value in out)
    # Each number stands under its own name.
    seen = dict(zip(FEATURE_NAMES, out, strict=True))
    expected = {
        "air": -0.1, "air_slow": -0.3, "co2": 0.25, "occupied": 1.0, "facade": 1.0,
        "rule_heating": 0.0, "rule_cooling": 0.0, "rule_blind": 0.25, "orientation_sin": 1.0,
        "orientation_cos": 0.0, "building_air": -0.2, "scheduled": 1.0, "to_start": 1.0,
        "to_end": 0.7, "workday": 1.0, "workday_tomorrow": 1.0, "outdoor": 0.0,
        "outdoor_0_2": -14.5 / 15.0, "outdoor_2_4": -12.5 / 15.0, "outdoor_4_8": -9.5 / 15.0,
        "outdoor_8_16": -3.5 / 15.0, "outdoor_16_24": 4.5 / 15.0, "ghi": 0.375, "ghi_0_2": 0.375,
        "price": 0.0, "price_0_2": 0.0, "price_2_6": 1.0,
    }  # fmt: skip
    assert {name: seen[name] for name in expected} == pytest.approx(expected)


def test_a_zone_without_a_facade_faces_nowhere() -> None:
    shared = site_features(MILD, 21.5, time_features(DAY), outlook(*[[1.0] * 24] * 3), 0.25)
    out = encode_zone(_zone(), 21.0, nan, ZoneWish(21.0, 24.0, 0.0, 1.0), shared)
    seen = dict(zip(FEATURE_NAMES, out, strict=True))
    assert (seen["orientation_sin"], seen["orientation_cos"]) == (0.0, 0.0)
    assert all(isfinite(value) for value in out)


def test_the_schema_hash_depends_on_the_features() -> None:
    assert schema_hash(("air", "co2")) != schema_hash(("co2", "air"))


def test_the_slow_filter_follows_in_a_day() -> None:
    assert slow_filter(nan, 21.0, 0.0) == 21.0
    assert slow_filter(20.0, 22.0, 24.0) == pytest.approx(20.0 + 2.0 * (1 - 0.36788), abs=1e-4)


def test_kpis_by_hand() -> None:
    limits = KpiLimits()
    assert thermal_discomfort_k(20.0, True, limits) == 1.0
    assert thermal_discomfort_k(25.5, True, limits) == 1.5
    assert thermal_discomfort_k(25.5, False, limits) == 0.0
    assert co2_excess_ppm(1100.0, True, limits) == 100.0
    assert co2_excess_ppm(900.0, True, limits) == 0.0
    total = add_interval(Kpis(), 2.0, 50.0, 6000.0, 0.25, 0.4, 1800.0)
    assert total == Kpis(1.0, 25.0, 3.0, 0.75, pytest.approx(1.2), 6.0, 0.5)
    # 20 kW of gas for half an hour costs and emits, and leaves the electric peak.
    both = add_fuel(total, 20_000.0, 0.05, 0.2, 1800.0)
    assert both == Kpis(1.0, 25.0, 13.0, 1.25, pytest.approx(3.2), 6.0, 0.5)


def _write(path: Path, start_s: float, rows: int) -> None:
    lines = [f"{start_s + 3600 * k},{10.0 + k},{100.0 * k}" for k in range(rows)]
    path.write_text("time_s,outdoor_air_c,ghi_w_m2\n" + "\n".join(lines) + "\n")


def test_the_forecast_file_is_shifted_to_now(tmp_path: Path) -> None:
    path = tmp_path / "forecast.csv"
    start_s = at("2026-07-14T08:00")
    _write(path, start_s, 26)
    outdoor_c, ghi = FileForecast(path).hourly(start_s)
    assert list(outdoor_c) == [10.0 + k for k in range(24)]
    outdoor_c, ghi = FileForecast(path).hourly(start_s + 900.0)
    assert outdoor_c[0] == pytest.approx(10.25)
    assert ghi[23] == pytest.approx(2325.0)


@pytest.mark.parametrize(
    ("late_s", "rows", "message"),
    [(-1.0, 26, "does not cover"), (3 * 3600.0, 26, "ends before"), (90_000, 24, "does not cover")],
)
def test_a_stale_or_short_forecast_is_none(
    tmp_path: Path, late_s: float, rows: int, message: str
) -> None:
    path = tmp_path / "forecast.csv"
    start_s = at("2026-07-14T08:00")
    _write(path, start_s, rows)
    with pytest.raises(ForecastUnavailable, match=message):
        FileForecast(path).hourly(start_s + late_s)


def test_a_broken_forecast_file_is_none(tmp_path: Path) -> None:
    path = tmp_path / "forecast.csv"
    with pytest.raises(ForecastUnavailable, match="No such file"):
        FileForecast(path).hourly(0.0)
    path.write_text("time_s,outdoor_air_c\n0,1\n")
    with pytest.raises(ForecastUnavailable, match="cannot be read"):
        FileForecast(path).hourly(0.0)


def test_persistence_needs_a_day_and_repeats_it() -> None:
    forecast = PersistenceForecast()
    with pytest.raises(ForecastUnavailable):
        forecast.hourly(0.0)
    for hour in range(25):
        forecast.observe(hour * 3600.0, float(hour), 10.0 * hour)
        forecast.observe(hour * 3600.0 + 1800.0, float(hour) + 1.0, 10.0 * hour)
    outdoor_c, ghi = forecast.hourly(24 * 3600.0)
    assert outdoor_c[:2] == [0.5, 1.5]
    assert ghi[1] == 10.0


def test_time_facts_type() -> None:
    assert isinstance(DAY, TimeFacts)
