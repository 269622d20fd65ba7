"""The planner: how far a causal controller can get that may think as long as it likes.

Receding horizon (model predictive control by rollouts): each hour it improves a plan of modes for
every zone over the coming day by trying changes in the simulator under several scenarios of
weather and people, keeps the best, carries out its first hour and plans again. A plan begins as
whoever is followed would act (the rule, or a trained agent), and only changes that pay in the mean
over the scenarios are taken; beyond the plan it follows again. It needs the simulator and the
building's whole state, so it stands in the league only, as the ceiling for agents that act on
observations. With ``perfect_forecast`` the scenarios are the truth.

Search: random neighbours of the incumbent plan with greedy acceptance, an evolution strategy with
one parent (Rechenberg 1973), warm-started from the hour before as in receding-horizon practice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agents.planner_scenarios import Scenarios, planning_scene
from agents.weeks import DAYS_PER_WEEK, Chooser, Progress, Rule, WeekTotals, Writes, silent
from agents.years import HOURS_PER_WEEK
from envs.batch import Batch
from envs.clock_tables import ROWS_PER_CYCLE
from envs.control_columns import N_TOTALS, T_AIR_QUALITY_PPMH, T_COST, T_DISCOMFORT_KH, T_PEAK_KW
from envs.rewards import DEFAULT_WEIGHTS
from envs.setting import Scene
from hvac_rl.control.encoding import N_MODES
from sim_buildings.world import World

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FOLLOW = -1
"""In a plan: what whoever is followed would do."""


@dataclass(frozen=True, slots=True)
class PlannerSettings:
    """How hard the planner thinks."""

    scenarios: int = 3
    candidates: int = 32
    """Plans compared in a round, the incumbent among them."""
    rounds: int = 3
    horizon_h: int = 24
    perfect_forecast: bool = False
    seed: int = 1

    @property
    def worlds(self) -> int:
        return 1 if self.perfect_forecast else self.scenarios


@dataclass(frozen=True, slots=True)
class Planned:
    """Totals like every controller's, and how long one building's decision took."""

    totals: WeekTotals
    decision_s: float


def run_planner(
    scene: Scene,
    weeks: Sequence[int] | Ints,
    settings: PlannerSettings | None = None,
    *,
    follow: Chooser | None = None,
    hours: int = HOURS_PER_WEEK,
    name: str = "planner",
    progress: Progress = silent,
) -> Planned:
    """Run ``weeks`` of each of the scene's worlds as :class:`agents.weeks.Weeks` does, in its
    order.

    The air handlers follow the scene's rule. ``follow``: whose modes a plan begins from and what
    comes after it; None is the rule. ``hours``: how much of each week.
    """
    settings = settings or PlannerSettings()
    firsts = np.asarray(weeks, dtype=np.int64) * HOURS_PER_WEEK
    runs, spent_s, worlds = [], 0.0, scene.worlds
    for k, world in enumerate(worlds):
        one = _OneWorld(scene, world, firsts, settings, Rule() if follow is None else follow)
        begun = time.perf_counter()

        def told(hour: int, k: int = k) -> None:
            progress(k * hours + hour, len(worlds) * hours, name)

        runs.append(one.run(hours, told))
        spent_s += time.perf_counter() - begun
    totals = np.concatenate([totals for totals, _ in runs])
    moves = np.concatenate([moves for _, moves in runs])
    zones = len(scene.building.zones)
    days = hours / HOURS_PER_WEEK * DAYS_PER_WEEK
    return Planned(
        WeekTotals(name, totals, zones, moves / (zones * days)), spent_s / (len(totals) * hours)
    )


class _OneWorld:
    """All weeks of one world side by side, and a planning batch with their branches."""

    def __init__(
        self,
        scene: Scene,
        world: World,
        first_hours: Ints,
        settings: PlannerSettings,
        follow: Chooser,
    ) -> None:
        building = scene.building
        here = planning_scene(scene, [world])
        self._settings = settings
        self._follow = follow
        self._weeks = len(first_hours)
        # At least two: one alone would be computed in double precision, unlike its branches.
        self._batch = Batch(here, max(self._weeks, 2))
        those = np.arange(self._batch.size) < self._weeks
        self._batch.reset(those, np.zeros(self._weeks, dtype=np.int64), first_hours)
        self._rng = np.random.default_rng([settings.seed, world.seed])
        self._scenarios = Scenarios(building, world, settings.worlds, settings.horizon_h, self._rng)
        branches = self._weeks * settings.candidates * settings.worlds
        self._plans = Batch(
            planning_scene(
                scene, [world] if settings.perfect_forecast else self._scenarios.worlds()
            ),
            max(branches, 2),
        )
        self._scenarios.adopt(self._batch.setting.tables.weather[0])
        self._n_rows = world.n_rows

    def run(self, hours: int, told: Callable[[int], None]) -> tuple[Floats, Floats]:
        """Totals (weeks, N_TOTALS) and writes of setpoints and blinds (weeks, 2)."""
        batch, settings = self._batch, self._settings
        totals = np.zeros((self._weeks, N_TOTALS))
        counted = Writes(batch)
        plans = np.full((self._weeks, settings.horizon_h, batch.zones), FOLLOW, dtype=np.int64)
        for hour in range(hours):
            if not settings.perfect_forecast:
                now = batch.cycle[: self._weeks] * ROWS_PER_CYCLE % self._n_rows
                self._scenarios.write(self._plans, [int(row) for row in now])
            # What comes after the week is nobody's concern.
            left = min(settings.horizon_h, hours - hour)
            plans = self._improved(plans, left)
            modes = self._follow.modes(batch)
            planned = plans[:, 0]
            modes[: self._weeks] = np.where(planned == FOLLOW, modes[: self._weeks], planned)
            batch.step(modes)
            last = batch.totals[: self._weeks]
            peak = np.maximum(totals[:, T_PEAK_KW], last[:, T_PEAK_KW])
            totals += last
            totals[:, T_PEAK_KW] = peak
            counted.add()
            plans = np.concatenate([plans[:, 1:], np.full_like(plans[:, :1], FOLLOW)], axis=1)
            told(hour + 1)
        return totals, counted.moves[: self._weeks]

    def _improved(self, plans: Ints, left: int) -> Ints:
        settings = self._settings
        weeks = np.arange(self._weeks)
        for _ in range(settings.rounds):
            tried = np.repeat(plans[:, None], settings.candidates, axis=1)
            for w in range(self._weeks):
                for c in range(1, settings.candidates):
                    self._mutate(tried[w, c], left)
            # One always follows alone from here on.
            tried[:, -1] = FOLLOW
            worth = self._costs(tried, left)
            plans = tried[weeks, worth.argmin(axis=1)]
        return plans

    def _mutate(self, plan: Ints, left: int) -> None:
        """Change a stretch of one zone's plan, or of the whole building's, in place."""
        rng = self._rng
        for _ in range(1 + rng.integers(2)):
            zones = plan.shape[1]
            zone = rng.integers(zones + 1)
            which = slice(None) if zone == zones else slice(zone, zone + 1)
            # Half of the changes begin now: only they act before the next plan.
            start = 0 if rng.random() < 0.5 else int(rng.integers(left))
            length = int(rng.choice((1, 2, 3, 6, 12)))
            plan[start : start + length, which] = rng.integers(N_MODES)

    def _costs(self, tried: Ints, left: int) -> Floats:
        """Mean over the scenarios of cost and priced discomfort, (weeks, candidates)."""
        settings, plans = self._settings, self._plans
        shape = (self._weeks, settings.candidates, settings.worlds)
        count = int(np.prod(shape))
        week, _, world = (grid.ravel() for grid in np.indices(shape))
        plans.copy_buildings(self._batch, week, np.arange(count))
        block, lane = np.divmod(np.arange(count), plans.form.lanes)
        plans.places.weather[block, lane] = world
        plans.places.people[block, lane] = world
        by_lane = np.repeat(tried, settings.worlds, axis=1).reshape(count, *tried.shape[2:])
        paid = np.zeros(count)
        for hour in range(left):
            planned = by_lane[:, hour]
            modes = self._follow.modes(plans)[:count]
            plans.step(np.where(planned == FOLLOW, modes, planned))
            paid += worth_of(plans.totals[:count])
        return np.asarray(paid.reshape(shape).mean(axis=2))


def worth_of(totals: Floats) -> Floats:
    """What a row of totals is worth, by the weights of the environments' reward, (rows,)."""
    return np.asarray(
        totals[:, T_COST] * DEFAULT_WEIGHTS["cost"]
        + totals[:, T_DISCOMFORT_KH] * DEFAULT_WEIGHTS["thermal_discomfort_kh"]
        + totals[:, T_AIR_QUALITY_PPMH] * DEFAULT_WEIGHTS["air_quality_ppmh"]
    )
