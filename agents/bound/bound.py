"""A lower bound on a building-week's cost and discomfort under perfect information.

A linear relaxation of the simulator (:mod:`agents.bound.program`), solved by HiGHS (Huangfu & Hall
2018, Parallelizing the dual revised simplex method, Math. Prog. Comp. 10). What it relaxes stands
in docs/agents/bound.md.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agents.bound.frame import Beginning
from agents.bound.linear import solve
from agents.bound.program import Bounding, build
from agents.bound.week import make_week
from agents.weeks import Progress, WeekTotals, silent
from agents.years import HOURS_PER_WEEK, each_week
from envs.batch import Batch
from envs.control_columns import T_COST, T_DISCOMFORT_KH
from envs.rewards import DEFAULT_WEIGHTS
from envs.setting import Scene
from hvac_rl.errors import ConfigError
from sim_buildings.buffers import columns_of
from sim_buildings.building import Building
from sim_buildings.columns import STATE_AIR, STATE_ENVELOPE, STATE_MASS

Floats = NDArray[np.floating]

DISCOMFORT_PRICE = DEFAULT_WEIGHTS["thermal_discomfort_kh"]


@dataclass(frozen=True, slots=True)
class Bound:
    """No controller's cost + ``discomfort_price`` x discomfort [K h, sum of zones] is lower."""

    value: float
    discomfort_price: float
    solve_s: float
    variables: int
    rows: int

    def cost(self, discomfort_kh: float) -> float:
        """The least cost of a controller with at most this discomfort, summed over zones."""
        return self.value - self.discomfort_price * discomfort_kh


@dataclass(frozen=True, slots=True)
class WeekBounds:
    """Bounds of weeks, in the order of :class:`agents.weeks.Weeks`."""

    bounds: tuple[Bound, ...]

    @property
    def values(self) -> Floats:
        """(weeks,)"""
        return np.array([one.value for one in self.bounds])

    def breaches(self, totals: WeekTotals) -> list[int]:
        """Weeks in which a controller did better than the bound: there must be none."""
        price = self.bounds[0].discomfort_price
        paid = totals.totals[:, T_COST] + price * totals.totals[:, T_DISCOMFORT_KH]
        return [int(k) for k in np.flatnonzero(paid < self.values)]


def bound(
    scene: Scene,
    world: int,
    hour: int,
    *,
    hours: int = HOURS_PER_WEEK,
    discomfort_price: float = DISCOMFORT_PRICE,
) -> Bound:
    """The bound of ``hours`` from ``hour`` (since the world's start) in a world of ``scene``.

    The building begins as every controller does: after three days under the base rule. Raises
    ConfigError for a building that the relaxation does not cover.
    """
    begun = time.perf_counter()
    bounding = lower_bound_of(scene, world, hour, hours, discomfort_price)
    problem = bounding.program.problem()
    solution = solve(problem)
    return Bound(
        solution.bound + bounding.fixed_cost,
        discomfort_price,
        time.perf_counter() - begun,
        len(problem.cost),
        len(problem.row_low),
    )


def lower_bound_of(
    scene: Scene, world: int, hour: int, hours: int, discomfort_price: float
) -> Bounding:
    """The program itself, not yet solved."""
    check_covered(scene.building)
    batch = Batch(scene, 2)
    batch.reset(np.array([True, False]), np.array([world]), np.array([hour]))
    zones = columns_of(batch.buffers.zones, batch.form.lanes)[0, :, :, 0].astype(np.float64)
    beginning = Beginning(zones[:, STATE_AIR], zones[:, STATE_ENVELOPE], zones[:, STATE_MASS])
    return build(scene, make_week(scene, world, hour, hours), beginning, discomfort_price)


def check_covered(building: Building) -> None:
    """Raise ConfigError for what the relaxation has no lines for."""
    where = f"bound of {building.name}"
    if len(building.air_handlers) != 1:
        raise ConfigError(where, f"covers one air handler, there are {len(building.air_handlers)}")
    handler = building.air_handlers[0]
    if handler.heat_recovery or handler.fan == "constant_volume":
        raise ConfigError(where, "covers no heat recovery and no constant-volume fan")
    for zone in building.zones:
        if zone.floor_heating or zone.infiltration_per_k:
            raise ConfigError(
                where, f"covers no floor heating and no stack effect: zone {zone.name}"
            )


def week_bounds(
    scene: Scene,
    weeks: Sequence[int] | NDArray[np.int64],
    *,
    discomfort_price: float = DISCOMFORT_PRICE,
    progress: Progress = silent,
) -> WeekBounds:
    """Bounds of ``weeks`` of each of the scene's worlds, in the order of
    :class:`agents.weeks.Weeks`."""
    world, hour = each_week(scene, weeks)
    found = []
    for k in range(len(world)):
        found.append(bound(scene, int(world[k]), int(hour[k]), discomfort_price=discomfort_price))
        progress(k + 1, len(world), "bound")
    return WeekBounds(tuple(found))
