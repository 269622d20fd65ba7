"""The bound: its parts hold the simulator, and nobody undercuts it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest
from scipy import sparse

from agents.bound import Bound, bound, lower_bound_of
from agents.bound.linear import Problem, safe_bound, solve
from agents.bound.program import Bounding
from agents.bound.ranges import STEP_K, SURFACE_K, surface_bands
from agents.bound.trajectory import Trajectory, misfits, project, record
from envs.setting import Scene, make_scene
from hvac_rl.control.encoding import MODE_NAMES, N_MODES, RULE_MODE
from hvac_rl.errors import ConfigError
from sim_buildings.building import load_building
from sim_buildings.parameter_columns import (
    PZ_MASS_AIR,
    PZ_MASS_AIR_LEAN,
    PZ_MASS_AIR_RISE,
    PZ_MASS_SURFACE,
)
from sim_buildings.thermal import convection
from sim_buildings.world import make_world

HOURS = 36
# Two days of January and two of July, both working days.
STARTS = (26 * 24, 194 * 24)


class Case(NamedTuple):
    bounding: Bounding
    bound: Bound
    ran: dict[str, Trajectory]


@pytest.fixture(scope="module")
def scene() -> Scene:
    building = load_building("small_office")
    return make_scene(building, [make_world(building, seed=3000)])


@pytest.fixture(scope="module", params=STARTS)
def case(request: pytest.FixtureRequest, scene: Scene) -> Case:
    hour = int(request.param)
    rng = np.random.default_rng(1)

    shape = (HOURS, len(scene.building.zones))
    chosen = {
        "rule": np.full(shape, RULE_MODE),
        "anything": rng.integers(0, N_MODES, shape),
        # The laziest mode that there is, wherever the guard allows it.
        "frugal": np.full(shape, MODE_NAMES.index("off")),
    }
    ran = {name: record(scene, 0, hour, modes) for name, modes in chosen.items()}
    return Case(lower_bound_of(scene, 0, hour, HOURS, 2.0), bound(scene, 0, hour, hours=HOURS), ran)


@pytest.mark.parametrize("name", ["rule", "anything", "frugal"])
def test_a_simulated_trajectory_is_a_point_of_the_program(case: Case, name: str) -> None:
    ran = case.ran[name]
    x = project(case.bounding, ran)
    # The start is worked out in single precision for the program, in double for the trajectory.
    assert misfits(case.bounding, x, tolerance=2e-3) == []
    problem = case.bounding.program.problem()
    paid = float(problem.cost @ x) + case.bounding.fixed_cost
    assert paid <= ran.cost + 2.0 * ran.discomfort_kh + 1e-3


@pytest.mark.parametrize("name", ["rule", "anything", "frugal"])
def test_no_controller_undercuts_the_bound(case: Case, name: str) -> None:
    ran = case.ran[name]
    assert case.bound.value <= ran.cost + 2.0 * ran.discomfort_kh
    assert case.bound.cost(ran.discomfort_kh) <= ran.cost


def test_the_bound_is_worth_having(case: Case) -> None:
    ran = case.ran["rule"]
    # Far below the rule it would say nothing.
    assert case.bound.value > 0.5 * (ran.cost + 2.0 * ran.discomfort_kh)


def test_any_multipliers_give_a_bound() -> None:
    rng = np.random.default_rng(0)
    matrix = sparse.csr_matrix(rng.normal(size=(6, 9)))
    inside = rng.uniform(0.0, 1.0, 9)
    value = matrix @ inside
    problem = Problem(
        rng.normal(size=9), np.zeros(9), np.ones(9), matrix,
        np.where(np.arange(6) % 2 == 0, value - 0.1, -np.inf), value + 0.1,
    )  # fmt: skip
    best = solve(problem)
    assert best.bound == pytest.approx(best.objective, abs=1e-5)
    for _ in range(50):
        assert safe_bound(problem, rng.normal(size=6)) <= best.objective + 1e-9
        assert safe_bound(problem, best.y + 0.01 * rng.normal(size=6)) <= best.objective + 1e-9


def test_surface_bands_hold_the_convection(case: Case) -> None:
    rng = np.random.default_rng(2)
    for own in case.bounding.week.params.zones:
        _, band = surface_bands(own)
        now = rng.uniform(-SURFACE_K, SURFACE_K, 2000)
        before = now + rng.uniform(-STEP_K, STEP_K, 2000)
        for x, y in zip(now, before, strict=True):
            _, s = convection(0.0, own[PZ_MASS_SURFACE] * float(y))
            conductance = (
                own[PZ_MASS_AIR] + abs(s) * own[PZ_MASS_AIR_RISE] + s * own[PZ_MASS_AIR_LEAN]
            )
            assert band.low <= conductance * x - band.slope * x <= band.high


def test_a_building_that_is_not_covered_is_refused() -> None:
    building = load_building("medium_office")
    scene = make_scene(building, [make_world(building, seed=3000)])
    with pytest.raises(ConfigError, match="air handler"):
        bound(scene, 0, 0)
