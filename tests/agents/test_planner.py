"""The planner: its scenarios know no more than the forecast, and planning pays."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from agents.planner import PlannerSettings, run_planner, worth_of
from agents.planner_scenarios import Scenarios, planning_scene
from agents.weeks import Weeks
from envs.batch import Batch
from envs.control_columns import T_COST
from envs.setting import Scene, make_scene
from hvac_rl.control.encoding import MODE_NAMES
from sim_buildings.building import Building, load_building
from sim_buildings.columns import X_OUTDOOR, X_PRICE
from sim_buildings.sun_course import ROWS_PER_HOUR
from sim_buildings.world import World, make_world

HOUR = 24 * 26 + 9


@pytest.fixture(scope="module")
def building() -> Building:
    return load_building("small_office")


@pytest.fixture(scope="module")
def world(building: Building) -> World:
    return make_world(building, seed=3000)


@pytest.fixture(scope="module")
def scene(building: Building, world: World) -> Scene:
    return make_scene(building, [world])


def written(building: Building, world: World, scene: Scene, count: int) -> Batch:
    scenarios = Scenarios(building, world, count, 24, np.random.default_rng(0))
    truth = Batch(scene, 2)
    batch = Batch(planning_scene(scene, scenarios.worlds()), 2)
    scenarios.adopt(truth.setting.tables.weather[0])
    scenarios.write(batch, [HOUR * ROWS_PER_HOUR])
    return batch


def test_the_first_scenario_is_the_forecast(building: Building, world: World, scene: Scene) -> None:
    batch = written(building, world, scene, 3)
    first = HOUR * ROWS_PER_HOUR
    forecast_c, _ = world.forecast(world.start_s + HOUR * 3600.0)
    rows = batch.setting.tables.weather[:, first : first + 24 * ROWS_PER_HOUR]
    outdoor = rows[:, :, X_OUTDOOR].reshape(3, 24, ROWS_PER_HOUR).mean(axis=2)
    np.testing.assert_allclose(outdoor[0], forecast_c, atol=0.15)
    # The others differ from it by no more than the forecast errs.
    spread = outdoor[1:] - outdoor[0]
    assert 0.0 < np.abs(spread).max() < 1.5 * 4.0
    price = rows[:, :, X_PRICE]
    np.testing.assert_allclose(price[1], price[0])


def test_scenarios_of_people_know_nothing_of_what_comes(
    building: Building, world: World, scene: Scene
) -> None:
    batch = written(building, world, scene, 2)
    first = HOUR * ROWS_PER_HOUR
    at = slice(first, first + 24 * ROWS_PER_HOUR)
    changed = world.rows.people.copy()
    changed[at] = 0.0
    other = replace(world, rows=world.rows._replace(people=changed))
    again = written(building, other, make_scene(building, [other]), 2)
    np.testing.assert_array_equal(
        again.setting.tables.people[:, at], batch.setting.tables.people[:, at]
    )


def test_planning_pays_and_repeats(scene: Scene) -> None:
    settings = PlannerSettings(
        scenarios=1, candidates=8, rounds=1, horizon_h=8, perfect_forecast=True
    )
    planned = run_planner(scene, [27], settings, hours=30)
    again = run_planner(scene, [27], settings, hours=30)
    np.testing.assert_array_equal(planned.totals.totals, again.totals.totals)
    idle = PlannerSettings(scenarios=1, candidates=1, rounds=1, horizon_h=1)
    rule = run_planner(scene, [27], idle, hours=30)
    assert worth_of(planned.totals.totals)[0] < worth_of(rule.totals.totals)[0]
    assert planned.decision_s > 0.0
    assert rule.totals.totals[0, T_COST] > 0.0


def test_an_idle_planner_is_whom_it_follows(scene: Scene) -> None:
    idle = PlannerSettings(scenarios=1, candidates=1, rounds=1, horizon_h=1, perfect_forecast=True)
    weeks = Weeks(scene, [5, 30])
    for chooser in (None, Precooling()):
        mine = run_planner(scene, [5, 30], idle, follow=chooser)
        theirs = weeks.run("followed", chooser)
        np.testing.assert_array_equal(mine.totals.totals, theirs.totals)
        np.testing.assert_array_equal(mine.totals.moves, theirs.moves)


class Precooling:
    """Whom a planner may follow."""

    def modes(self, batch: Batch) -> np.ndarray:
        return np.full((batch.size, batch.zones), MODE_NAMES.index("precool"))
