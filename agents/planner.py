"""The planner: how far a causal controller can get that may think as long as it likes.

Receding horizon (model predictive control by rollouts): each hour it improves a plan of modes for
every zone over the coming day by trying changes in the simulator under several scenarios of
weather and people, keeps the best, carries out its first hour and plans again. The plan begins as
the base rule's and only changes that pay in the mean over the scenarios are taken; beyond the plan
the rule follows. It needs the simulator and the building's whole state, so it stands in the league
only, as the ceiling for agents that act on observations. With ``perfect_forecast`` the scenarios
are the truth.

Search: random neighbours of the incumbent plan with greedy acceptance, an evolution strategy with
one parent (Rechenberg 1973), warm-started from the hour before as in receding-horizon practice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agents.evaluation import Progress, WeekTotals
from agents.planner_scenarios import Scenarios, planning_scene
from envs.batch import Batch
from envs.calendar_split import DAYS_PER_WEEK, Part
from envs.clock_tables import ROWS_PER_CYCLE
from envs.control_columns import N_TOTALS, T_AIR_QUALITY_PPMH, T_COST, T_DISCOMFORT_KH, T_PEAK_KW
from envs.rewards import DEFAULT_WEIGHTS
from envs.setting import make_scene
from hvac_rl.control.base_rule import RuleParameters
from hvac_rl.control.encoding import N_MODES, RULE_MODE
from sim_buildings.buffers import columns_of
from sim_buildings.building import Building
from sim_buildings.weather import HOURS_PER_DAY
from sim_buildings.world import make_world

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


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
    building: Building,
    part: Part = Part.TEST,
    seeds: Sequence[int] | None = None,
    settings: PlannerSettings | None = None,
    *,
    rule: RuleParameters | None = None,
    weeks: Sequence[int] | None = None,
    hours: int = DAYS_PER_WEEK * HOURS_PER_DAY,
    name: str = "planner",
    progress: Progress = lambda done, total, words: None,
) -> Planned:
    """Run the weeks of ``part`` as :class:`agents.evaluation.Exam` does, in its order.

    ``rule``: what plans begin from and the air handlers follow. ``weeks``: only these of the
    part's weeks, by their place among them; ``hours``: how much of each. Totals have a row for each
    seed's weeks in turn.
    """
    settings = settings or PlannerSettings()
    chosen = part.seeds if seeds is None else seeds
    days = part.first_days if weeks is None else part.first_days[list(weeks)]
    totals, spent_s = [], 0.0
    for k, seed in enumerate(chosen):
        one = _OneWorld(building, seed, days * HOURS_PER_DAY, settings, rule)
        begun = time.perf_counter()

        def told(hour: int, k: int = k) -> None:
            progress(k * hours + hour, len(chosen) * hours, name)

        totals.append(one.run(hours, told))
        spent_s += time.perf_counter() - begun
    joined = np.concatenate(totals)
    return Planned(WeekTotals(name, joined, len(building.zones)), spent_s / (len(joined) * hours))


class _OneWorld:
    """All weeks of one seed side by side, and a planning batch with their branches."""

    def __init__(
        self,
        building: Building,
        seed: int,
        first_hours: Ints,
        settings: PlannerSettings,
        rule: RuleParameters | None,
    ) -> None:
        world = make_world(building, seed=seed)
        scene = make_scene(building, [world], rule=rule)
        self._settings = settings
        self._weeks = len(first_hours)
        # At least two: one alone would be computed in double precision, unlike its branches.
        self._batch = Batch(scene, max(self._weeks, 2))
        here = np.arange(self._batch.size) < self._weeks
        self._batch.reset(here, np.zeros(self._weeks, dtype=np.int64), first_hours)
        self._rng = np.random.default_rng([settings.seed, seed])
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

    def run(self, hours: int, told: Callable[[int], None]) -> Floats:
        """Totals of the weeks, (weeks, N_TOTALS)."""
        batch, settings = self._batch, self._settings
        totals = np.zeros((self._weeks, N_TOTALS))
        plans = np.full((self._weeks, settings.horizon_h, batch.zones), RULE_MODE, dtype=np.int64)
        modes = np.full((batch.size, batch.zones), RULE_MODE, dtype=np.int64)
        for hour in range(hours):
            if not settings.perfect_forecast:
                now = batch.cycle[: self._weeks] * ROWS_PER_CYCLE % self._n_rows
                self._scenarios.write(self._plans, [int(row) for row in now])
            # What comes after the week is nobody's concern.
            left = min(settings.horizon_h, hours - hour)
            plans = self._improved(plans, left)
            modes[: self._weeks] = plans[:, 0]
            batch.step(modes)
            last = batch.totals[: self._weeks]
            peak = np.maximum(totals[:, T_PEAK_KW], last[:, T_PEAK_KW])
            totals += last
            totals[:, T_PEAK_KW] = peak
            plans = np.concatenate([plans[:, 1:], np.full_like(plans[:, :1], RULE_MODE)], axis=1)
            told(hour + 1)
        return totals

    def _improved(self, plans: Ints, left: int) -> Ints:
        settings = self._settings
        weeks = np.arange(self._weeks)
        for _ in range(settings.rounds):
            tried = np.repeat(plans[:, None], settings.candidates, axis=1)
            for w in range(self._weeks):
                for c in range(1, settings.candidates):
                    self._mutate(tried[w, c], left)
            # One always is the rule alone from here on.
            tried[:, -1] = RULE_MODE
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
        copy_lanes(self._batch, plans, week, np.arange(count))
        block, lane = np.divmod(np.arange(count), plans.form.lanes)
        plans.places.weather[block, lane] = world
        plans.places.people[block, lane] = world
        by_lane = np.repeat(tried, settings.worlds, axis=1).reshape(count, *tried.shape[2:])
        modes = np.full((plans.size, plans.zones), RULE_MODE, dtype=np.int64)
        paid = np.zeros(count)
        for hour in range(left):
            modes[:count] = by_lane[:, hour]
            plans.step(modes)
            paid += worth_of(plans.totals[:count])
        return np.asarray(paid.reshape(shape).mean(axis=2))


def worth_of(totals: Floats) -> Floats:
    """What a row of totals is worth, by the weights of the environments' reward, (rows,)."""
    return np.asarray(
        totals[:, T_COST] * DEFAULT_WEIGHTS["cost"]
        + totals[:, T_DISCOMFORT_KH] * DEFAULT_WEIGHTS["thermal_discomfort_kh"]
        + totals[:, T_AIR_QUALITY_PPMH] * DEFAULT_WEIGHTS["air_quality_ppmh"]
    )


def copy_lanes(source: Batch, target: Batch, from_index: Ints, to_index: Ints) -> None:
    """Copy buildings' states, clocks and places from one batch to another of the same form.

    Building ``from_index[k]`` of ``source`` becomes ``to_index[k]`` of ``target``; which world it
    is in is left to the caller.
    """
    lanes = source.form.lanes
    if source.form != target.form:
        raise ValueError("buildings are copied between batches of one form only")
    from_block, from_lane = np.divmod(from_index, lanes)
    to_block, to_lane = np.divmod(to_index, lanes)
    for live, saved in zip(
        (*target.buffers, *target.memory), (*source.buffers, *source.memory), strict=True
    ):
        columns_of(live, lanes)[to_block, ..., to_lane] = columns_of(saved, lanes)[
            from_block, ..., from_lane
        ]
    for name in ("cycle", "row"):
        getattr(target.places, name)[to_block, to_lane] = getattr(source.places, name)[
            from_block, from_lane
        ]
