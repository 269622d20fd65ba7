"""The planner: its scenarios know no more than the forecast, and planning pays."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from agents.evaluation import Exam
from agents.planner import PlannerSettings, copy_lanes, run_planner, worth_of
from agents.planner_scenarios import Scenarios, planning_scene
from envs.batch import Batch
from envs.calendar_split import Part
from envs.control_columns import T_COST
from envs.setting import Scene, make_scene
from hvac_rl.control.encoding import N_MODES, RULE_MODE
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


def test_a_copied_building_goes_on_as_the_first(scene: Scene) -> None:
    here, there = Batch(scene, 3), Batch(scene, 130)
    hours = np.array([HOUR, HOUR + 5, HOUR + 9])
    here.reset(np.ones(3, dtype=bool), np.zeros(3, dtype=np.int64), hours)
    copy_lanes(here, there, np.array([0, 1, 2]), np.array([3, 70, 129]))
    rng = np.random.default_rng(0)
    for _ in range(5):
        modes = rng.integers(0, N_MODES, (3, here.zones))
        everywhere = np.full((130, here.zones), RULE_MODE)
        everywhere[[3, 70, 129]] = modes
        here.step(modes)
        there.step(everywhere)
    np.testing.assert_array_equal(there.totals[[3, 70, 129]], here.totals)


def test_planning_pays_and_repeats(building: Building) -> None:
    settings = PlannerSettings(
        scenarios=1, candidates=8, rounds=1, horizon_h=8, perfect_forecast=True
    )
    weeks = [6]
    planned = run_planner(building, Part.TEST, [3000], settings, weeks=weeks, hours=30)
    again = run_planner(building, Part.TEST, [3000], settings, weeks=weeks, hours=30)
    np.testing.assert_array_equal(planned.totals.totals, again.totals.totals)
    idle = PlannerSettings(scenarios=1, candidates=1, rounds=1, horizon_h=1)
    rule = run_planner(building, Part.TEST, [3000], idle, weeks=weeks, hours=30)
    assert worth_of(planned.totals.totals)[0] < worth_of(rule.totals.totals)[0]
    assert planned.decision_s > 0.0
    assert rule.totals.totals[0, T_COST] > 0.0


def test_an_idle_planner_is_the_rule_of_the_exam(building: Building) -> None:
    idle = PlannerSettings(scenarios=1, candidates=1, rounds=1, horizon_h=1, perfect_forecast=True)
    mine = run_planner(building, Part.VALIDATION, [2000], idle)
    theirs = Exam(building, Part.VALIDATION, [2000]).run(None, name="rule")
    np.testing.assert_array_equal(mine.totals.totals, theirs.totals)
