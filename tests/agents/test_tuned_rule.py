"""The fitted rule: its coordinates, the trials in lanes, and that fitting helps."""

from __future__ import annotations

import numpy as np
import pytest

from agents.tuned_rule import NAMES, RANGES, Trials, as_point, as_rule, tune
from agents.weeks import Weeks
from agents.years import Place, Years, scene_of_years
from envs.batch import LANES
from envs.control_columns import T_COST, T_DISCOMFORT_KH
from hvac_rl.control.base_rule import RuleParameters
from sim_buildings.building import load_building

FEW = Years((11,), every_weeks=26)


@pytest.fixture(scope="module")
def place() -> Place:
    return Place(load_building("small_office"))


def test_a_point_is_a_rule() -> None:
    x = np.random.default_rng(0).random(len(NAMES))
    assert as_point(as_rule(x)) == pytest.approx(x)
    edge = as_rule(np.full(len(NAMES), 7.0))
    assert all(getattr(edge, name) == pytest.approx(high) for name, (_, high) in RANGES.items())
    assert as_rule(x).light_target_lux == RuleParameters().light_target_lux


def test_every_lane_has_its_own_rule(place: Place) -> None:
    scene = scene_of_years(place, FEW)
    trials = Trials(scene, FEW, threads=1)
    cold = RuleParameters(occupied_heating_c=20.5, setback_heating_c=15.0)
    cool = RuleParameters(occupied_cooling_c=23.0)
    rules = [RuleParameters()] * LANES
    rules[7], rules[63] = cold, cool
    found = trials.run(rules)
    weeks = Weeks(scene, FEW.weeks, threads=1)
    for lane, rule in ((0, RuleParameters()), (7, cold), (63, cool)):
        alone = weeks.run("alone", rule=rule).totals
        columns = [T_COST, T_DISCOMFORT_KH]
        assert found[:, lane][:, columns] == pytest.approx(alone[:, columns], rel=1e-3, abs=1e-3)
    assert found[0, 7, T_COST] != found[0, 0, T_COST]


def test_fitting_lowers_the_cost_at_equal_comfort(place: Place) -> None:
    seen: list[tuple[int, int]] = []

    def watch(done: int, total: int, score: float) -> bool:
        seen.append((done, total))
        return done < 3

    tuned = tune(place, generations=4, threads=1, years=FEW, watch=watch)
    assert seen == [(1, 4), (2, 4), (3, 4)], "whoever watches may end it"
    assert tuned.generations == 3
    assert tuned.cost_change < 0.0
    again = tune(place, generations=3, threads=1, years=FEW)
    assert again.rule == tuned.rule, "the same seed, the same rule"
