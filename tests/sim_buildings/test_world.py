"""People, prices and forecasts: reproducible, independent of control, and plausible."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from sim_buildings.building import Building
from sim_buildings.columns import ENABLE, Z_PEOPLE
from sim_buildings.compiled import compiled
from sim_buildings.forecast import (
    PRICE_WINDOWS_H,
    TEMPERATURE_ERROR_K,
    WINDOWS_H,
    forecast_errors,
    next_hour_mean,
    window_ghi_w_m2,
    window_outdoor_c,
)
from sim_buildings.occupancy import headcount, holiday_dates, workdays, year_of_people
from sim_buildings.simulation import Simulation
from sim_buildings.world import World, forecast, hour_of_day, make_world

DAY_S = 86_400.0


def test_the_same_seed_makes_the_same_world(building: Building, world: World) -> None:
    again = make_world(building, seed=world.seed)
    for mine, other in zip(world.rows, again.rows, strict=True):
        assert mine.tobytes() == other.tobytes()
        assert mine.flags.c_contiguous
        assert mine.dtype == np.float64


def test_another_seed_changes_people_and_forecasts_alone(building: Building, world: World) -> None:
    other = make_world(building, seed=world.seed + 1)
    for name in world.rows._fields:
        same = np.array_equal(getattr(world.rows, name), getattr(other.rows, name))
        assert same == (name not in ("people", "temperature_eta", "ghi_eta")), name


def test_people_do_not_depend_on_the_other_zones(building: Building, world: World) -> None:
    reversed_zones = replace(building, zones=building.zones[::-1])
    people = year_of_people(reversed_zones, world.year, world.seed)
    assert np.array_equal(people[:, ::-1], world.rows.people)


def test_people_do_not_depend_on_control(building: Building, world: World) -> None:
    seen = []
    for enable in (0.0, 1.0):
        simulation = Simulation(building, world, start_s=world.start_s + 5 * DAY_S, dt_s=300.0)
        handler = np.full(4, np.nan)
        handler[ENABLE] = enable
        people = []
        for _ in range(288):
            simulation.step(handler_override=handler[None])
            people.append(simulation.zone_out[:, Z_PEOPLE].copy())
        seen.append(np.array(people))
    assert np.array_equal(seen[0], seen[1])
    first = world.row(world.start_s + 5 * DAY_S)
    assert np.array_equal(seen[0], world.rows.people[first : first + 288])


def test_people_keep_office_hours(building: Building, world: World) -> None:
    people = world.rows.people.reshape(365, 288, len(building.zones))
    working = workdays(building, world.year)
    most = [headcount(zone.design_people) for zone in building.zones]
    assert (people.max(axis=(0, 1)) <= most).all()
    assert (people == people.round()).all()
    by_hour = people[working].reshape(working.sum(), 24, 12, -1).mean(axis=(0, 2)).sum(axis=1)
    assert by_hour[:5].max() < 0.01
    assert 0.55 * sum(most) < by_hour[10] < 0.9 * sum(most)
    assert by_hour[12] < 0.8 * by_hour[10]  # lunch
    assert 0.2 < by_hour[19] < 3.0  # a few work late
    assert 0.0 < people[~working].mean() < 0.03 * people[working].mean()


def test_holidays(building: Building) -> None:
    free = holiday_dates("US", "NC", 2026)
    assert date(2026, 7, 3) in free  # 4 July is a Saturday
    assert date(2026, 12, 25) in free
    assert workdays(building, 2026).sum() == 261 - sum(day.weekday() < 5 for day in free)


def test_prices_follow_hours_and_workdays(world: World) -> None:
    monday = 4 * 288  # 5 January 2026
    prices = world.rows.price_per_kwh[monday : monday + 288 : 12]
    assert prices.tolist() == [0.14] * 7 + [0.25] * 7 + [0.45] * 6 + [0.25] * 2 + [0.14] * 2
    assert set(world.rows.price_per_kwh[monday - 288 : monday]) == {0.14}
    assert 0.2 < world.rows.carbon_kg_per_kwh.mean() < 0.5


def test_rows_and_hours(world: World) -> None:
    assert world.row(world.start_s + 299.0) == 0
    assert world.row(world.start_s + 300.0) == 1
    assert hour_of_day(world.row(world.start_s + 5 * DAY_S + 8.5 * 3600)) == 8.5


def test_a_forecast_is_the_truth_with_a_growing_error(world: World) -> None:
    errors = []
    for day in range(0, 340):
        time_s = world.start_s + day * DAY_S + 6 * 3600
        outdoor_c, ghi_w_m2 = world.forecast(time_s)
        first = world.row(time_s)
        truth = world.rows.outdoor_c[first : first + 288].reshape(24, 12).mean(axis=1)
        sun = world.rows.ghi_w_m2[first : first + 288].reshape(24, 12).mean(axis=1)
        errors.append(outdoor_c - truth)
        assert (ghi_w_m2 >= 0.0).all()
        assert (ghi_w_m2[sun == 0.0] == 0.0).all()
    sigma = np.std(errors, axis=0)
    assert sigma[23] == pytest.approx(TEMPERATURE_ERROR_K, rel=0.25)
    assert sigma[0] == pytest.approx(sigma[23] * np.sqrt(0.5 / 23.5), rel=0.01)
    assert abs(np.mean(errors)) < 0.3


def test_the_issue_changes_by_the_hour(world: World) -> None:
    time_s = world.start_s + 50 * DAY_S
    first, later = world.forecast(time_s)[0], world.forecast(time_s + 3600.0)[0]
    assert not np.allclose(first[1:], later[:-1])
    # and is the same however far it looks.
    assert np.array_equal(world.forecast(time_s, hours=30)[0][:24], first)


def test_a_compiled_forecast_is_the_same(world: World) -> None:
    mine, other = np.empty((2, 24)), np.empty((2, 24))
    for row in (0, 1234, world.n_rows - 1):
        forecast(world.rows, row, mine[0], mine[1])
        compiled(forecast)(world.rows, row, other[0], other[1])
        assert mine.tobytes() == other.tobytes()


def test_forecast_errors_are_standard_and_persistent() -> None:
    eta, other = forecast_errors(50_000, 3)
    assert eta.std() == pytest.approx(1.0, abs=0.05)
    assert np.corrcoef(eta[:-1], eta[1:])[0, 1] == pytest.approx(0.95, abs=0.01)
    assert abs(np.corrcoef(eta, other)[0, 1]) < 0.1


def test_windows_are_means_of_what_comes(world: World) -> None:
    rows = world.rows
    for row in (0, 4567, world.n_rows - 40):
        for k, (start, end) in enumerate(WINDOWS_H):
            ahead = np.arange(row + start * 12, row + end * 12) % world.n_rows
            assert rows.outdoor_window_c[row, k] == pytest.approx(rows.outdoor_c[ahead].mean())
            assert rows.ghi_window_w_m2[row, k] == pytest.approx(
                rows.ghi_w_m2[ahead].mean(), abs=1e-6
            )
        for k, (start, end) in enumerate(PRICE_WINDOWS_H):
            ahead = np.arange(row + start * 12, row + end * 12) % world.n_rows
            assert rows.price_window[row, k] == pytest.approx(rows.price_per_kwh[ahead].mean())
    assert rows.ghi_window_w_m2.min() >= 0.0


def test_a_windows_forecast_is_the_mean_of_the_hours(world: World) -> None:
    for row in range(6 * 12, world.n_rows - 288, 12 * 50):
        outdoor_c, ghi_w_m2 = world.forecast(world.start_s + row * 300.0)
        issue = row // 12
        for k, (start, end) in enumerate(WINDOWS_H):
            ours_c = window_outdoor_c(
                world.rows.outdoor_window_c[row, k], k, world.rows.temperature_eta[issue]
            )
            assert ours_c == pytest.approx(outdoor_c[start:end].mean())
            ours = window_ghi_w_m2(world.rows.ghi_window_w_m2[row, k], k, world.rows.ghi_eta[issue])
            assert ours == pytest.approx(ghi_w_m2[start:end].mean(), rel=0.1, abs=5.0)


def test_another_weather_seed_is_another_year(building: Building, world: World) -> None:
    drawn = make_world(building, seed=world.seed, weather_seed=1)
    other = make_world(building, seed=world.seed, weather_seed=2)
    assert drawn.name == "greensboro#1" != world.name
    weather = {
        "outdoor_c", "wind_m_s", "ghi_w_m2", "facade_w_m2", "window_w_m2", "outdoor_hour_c",
        "ghi_hour_w_m2", "humidity_kg_kg", "pressure_pa", "sky_c", "ground_c", "facade_beam_w_m2",
        "facade_diffuse_w_m2", "window_beam_w_m2", "window_diffuse_w_m2", "outdoor_window_c",
        "ghi_window_w_m2", "gas_price_per_kwh", "sky_loss_w_m2", "wall_sun_w_m2",
        "wall_m2_k_w", "roof_m2_k_w", "window_m2_k_w",
    }  # fmt: skip
    for name in world.rows._fields:
        arrays = [getattr(one.rows, name) for one in (world, drawn, other)]
        assert (not np.array_equal(arrays[0], arrays[1])) == (name in weather), name
        assert (not np.array_equal(arrays[1], arrays[2])) == (name in weather), name
    mild = make_world(building, weather_seed=1, extremes=False)
    assert mild.rows.outdoor_c.max() <= drawn.rows.outdoor_c.max()


def test_worlds_of_one_weather_share_it(building: Building) -> None:
    world, other = (make_world(building, seed=seed) for seed in (0, 1))
    for name in ("outdoor_c", "facade_beam_w_m2", "profile_tan", "outdoor_window_c"):
        assert getattr(world.rows, name) is getattr(other.rows, name)


def test_hour_means_close_on_the_year() -> None:
    rows = np.arange(24.0)
    means = next_hour_mean(rows)
    assert means[0] == rows[:12].mean()
    assert means[23] == np.append(rows[23], rows[:11]).mean()


def test_compiled_window_forecasts_are_the_same() -> None:
    for window in range(len(WINDOWS_H)):
        for plain, truth in ((window_outdoor_c, 12.5), (window_ghi_w_m2, 300.0)):
            for eta in (-9.0, 0.7):
                assert compiled(plain)(truth, window, eta) == plain(truth, window, eta)
    assert window_ghi_w_m2(300.0, 4, -9.0) == 0.0
