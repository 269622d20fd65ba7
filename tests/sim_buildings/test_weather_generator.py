"""Drawn years: like the typical one, and never the same."""

from __future__ import annotations

import numpy as np
import pytest

from sim_buildings.block_bootstrap import draw_days, expected, neighbours
from sim_buildings.outdoor_moisture import humidity_ratio_kg_kg
from sim_buildings.sun_course import sun_course
from sim_buildings.weather import load_weather, to_rows
from sim_buildings.weather_extremes import COLD_SNAP, HEAT_WAVE, Spell, draw_spells
from sim_buildings.weather_files import HourlyWeather, read_weather
from sim_buildings.weather_generator import generate_year

ARRAYS = (
    "outdoor_c",
    "relative_humidity",
    "pressure_pa",
    "sky_drop_k",
    "wind_m_s",
    "ghi_w_m2",
    "dhi_w_m2",
)
SEEDS = 40
MONTH = np.repeat(np.arange(12), [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])


@pytest.fixture(scope="module")
def typical() -> HourlyWeather:
    return read_weather("greensboro", 2026)


@pytest.fixture(scope="module")
def years(typical: HourlyWeather) -> list[HourlyWeather]:
    return [
        generate_year(typical, seed, heat_waves=False, cold_snaps=False) for seed in range(SEEDS)
    ]


def daily(hourly: np.ndarray) -> np.ndarray:
    return hourly.reshape(365, 24).mean(axis=1)


def by_month(days: np.ndarray) -> np.ndarray:
    return np.bincount(MONTH, days) / np.bincount(MONTH)


def test_a_seed_names_a_year(typical: HourlyWeather) -> None:
    first, again, other = (generate_year(typical, seed) for seed in (3, 3, 4))
    for name in ARRAYS:
        assert getattr(first, name).tobytes() == getattr(again, name).tobytes()
        assert getattr(first, name).shape == (8760,)
        assert not np.array_equal(getattr(first, name), getattr(other, name))
    assert first.name == "greensboro#3"
    # The typical year's hours are nowhere found as they were.
    assert np.corrcoef(daily(first.outdoor_c), daily(typical.outdoor_c))[0, 1] < 0.95


def test_months_keep_their_means(typical: HourlyWeather, years: list[HourlyWeather]) -> None:
    truth = by_month(daily(typical.outdoor_c))
    drawn = np.array([by_month(daily(year.outdoor_c)) for year in years])
    standard_error = drawn.std(axis=0) / np.sqrt(SEEDS)
    assert (np.abs(drawn.mean(axis=0) - truth) < 0.8 + 2.5 * standard_error).all()
    assert (drawn.std(axis=0) > 0.3).all()
    sun = by_month(daily(typical.ghi_w_m2))
    drawn_sun = np.mean([by_month(daily(year.ghi_w_m2)) for year in years], axis=0)
    assert drawn_sun == pytest.approx(sun, rel=0.1)
    wet = np.mean([year.relative_humidity.mean() for year in years])
    assert wet == pytest.approx(typical.relative_humidity.mean(), abs=0.02)


def test_days_keep_their_variance_and_memory(
    typical: HourlyWeather, years: list[HourlyWeather]
) -> None:
    def within_months(hourly: np.ndarray) -> tuple[float, float]:
        days = daily(hourly)
        rest = days - by_month(days)[MONTH]
        return float(rest.std()), float(np.corrcoef(rest[:-1], rest[1:])[0, 1])

    spread, memory = within_months(typical.outdoor_c)
    drawn = np.mean([within_months(year.outdoor_c) for year in years], axis=0)
    assert drawn[0] == pytest.approx(spread, rel=0.12)
    assert drawn[1] == pytest.approx(memory, abs=0.1)


def test_a_drawn_sky_stays_physical(typical: HourlyWeather, years: list[HourlyWeather]) -> None:
    top = sun_course(typical.place, 2026).top_hourly_w_m2
    usual = to_rows(typical)
    for year in years[:5]:
        assert (year.ghi_w_m2 <= top + 1e-9).all()
        assert (year.dhi_w_m2 <= year.ghi_w_m2 + 1e-9).all()
        assert (year.dhi_w_m2 >= 0.0).all()
        assert (year.wind_m_s >= 0.0).all()
        rows = to_rows(year)
        saturated = humidity_ratio_kg_kg(
            rows.outdoor_c, np.ones_like(rows.outdoor_c), rows.pressure_pa
        )
        assert (rows.humidity_kg_kg <= saturated * (1.0 + 1e-12)).all()
        assert (rows.humidity_kg_kg > 0.0).all()
        assert rows.humidity_kg_kg.max() < 1.15 * usual.humidity_kg_kg.max()
        assert rows.dni_w_m2.max() < 1.1 * usual.dni_w_m2.max()


def test_blocks_join_without_a_step(typical: HourlyWeather, years: list[HourlyWeather]) -> None:
    steps = np.abs(np.diff(typical.outdoor_c)).reshape(-1)[23::24]
    drawn = np.concatenate([np.abs(np.diff(year.outdoor_c))[23::24] for year in years])
    assert np.percentile(drawn, 99) < 1.3 * np.percentile(steps, 99)
    assert drawn.mean() == pytest.approx(steps.mean(), rel=0.15)


def test_spells_come_on_top_and_can_be_switched_off(typical: HourlyWeather) -> None:
    for seed in range(6):
        none = generate_year(typical, seed, heat_waves=False, cold_snaps=False)
        hot = generate_year(typical, seed, cold_snaps=False)
        cold = generate_year(typical, seed, heat_waves=False)
        warmer, colder = hot.outdoor_c - none.outdoor_c, cold.outdoor_c - none.outdoor_c
        assert warmer.min() >= -1e-9
        assert colder.max() <= 1e-9
        both = generate_year(typical, seed)
        assert both.outdoor_c - none.outdoor_c == pytest.approx(warmer + colder, abs=1e-9)


def test_spells_come_as_often_and_as_strong_as_stated() -> None:
    season = -np.cos(2.0 * np.pi * np.arange(365) / 365)
    spread = np.full(365, 3.0)
    random = np.random.default_rng(5)
    for kind in (HEAT_WAVE, COLD_SNAP):
        drawn = [draw_spells(kind, season, spread, random).warming_k for _ in range(400)]
        begins = [np.sum((np.roll(one, 1) == 0.0) & (one != 0.0)) for one in drawn]
        assert np.mean(begins) == pytest.approx(kind.per_year, abs=0.2)
        height = np.array([one[np.abs(one).argmax()] for one in drawn if one.any()]) / 3.0
        assert (height >= kind.least_strength - 1e-9).all()
        assert (height <= kind.most_strength + 1e-9).all()
        days = np.flatnonzero(np.any(drawn, axis=0))
        middle = season[days].mean()
        assert middle > 0.5 if kind.warm_season else middle < -0.5
    never = Spell(0.0, 4, 9, 1.0, 2.0, 1.1, True)
    assert not draw_spells(never, season, spread, random).warming_k.any()


def test_expected_is_what_many_years_show() -> None:
    random = np.random.default_rng(1)
    values = np.convolve(random.standard_normal(125), np.ones(6) / 2.0, mode="valid")
    table = neighbours(values[:, None])
    drawn = np.mean([values[draw_days(table, random)] for _ in range(3000)], axis=0)
    assert np.abs(drawn - expected(table, values)).max() < 0.12
    # It is not level: what is drawn would shift the season if this were not taken back.
    assert expected(table, values).std() > 0.1


def test_a_leap_year_and_another_climate() -> None:
    for name in ("sand_point", "miami_tmy2"):
        rows = load_weather(name, 2028, 1)
        assert rows.outdoor_c.shape == (366 * 288,)
        assert np.isfinite(rows.outdoor_c).all()
