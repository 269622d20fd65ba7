"""The tuned rule: the strong rule's numbers, fitted to a building by CMA-ES on the simulator.

Hansen 2016, "The CMA Evolution Strategy: A Tutorial" (arXiv 1604.00772), by the library ``cma``.
This is the opponent that counts, and what ships if no agent beats it: no network, two dozen numbers
that an engineer can read.

63 candidates and the mean of them run side by side, one a lane of every block, on the same weeks
of the tuning years. A candidate's score is its cost against the strong rule's [%], and a penalty
for discomfort beyond the strong rule's.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.years import HOURS_PER_WEEK, TUNING, Place, Years, each_week, scene_of_years
from envs.batch import LANES, Batch
from envs.control_columns import N_TOTALS, T_COST, T_DISCOMFORT_KH
from envs.setting import Scene
from hvac_rl.control.base_rule import RuleParameters
from hvac_rl.control.encoding import RULE_MODE

Floats = NDArray[np.float64]

# Where each number may go. Comfort and light are no savings: the light's target stays, and what
# an occupied room may be is the guard's business as ever.
RANGES: dict[str, tuple[float, float]] = {
    "occupied_heating_c": (20.5, 22.0),
    "occupied_cooling_c": (23.0, 24.5),
    "setback_heating_c": (15.0, 20.0),
    "setup_cooling_c": (25.0, 32.0),
    "standby_k": (0.0, 3.0),
    "warm_up_k_per_h": (0.3, 6.0),
    "cool_down_k_per_h": (0.3, 6.0),
    "warm_up_outdoor_per_k": (0.0, 0.045),
    "cool_down_outdoor_per_k": (0.0, 0.06),
    "start_margin_h": (0.0, 3.0),
    "longest_start_h": (1.0, 12.0),
    "glare_w_m2": (60.0, 400.0),
    "glare_blind": (0.0, 1.0),
    "heat_w_m2": (20.0, 400.0),
    "heat_outdoor_c": (0.0, 30.0),
    "supply_air_cold_c": (12.0, 16.0),
    "supply_air_warm_c": (14.0, 18.0),
    "reset_outdoor_low_c": (0.0, 16.5),
    "reset_outdoor_high_c": (17.0, 32.0),
    "static_pressure_low_pa": (60.0, 150.0),
    "static_pressure_high_pa": (100.0, 400.0),
    "purge_h": (0.0, 12.0),
    "purge_cooling_c": (18.0, 24.0),
    "purge_outdoor_c": (5.0, 24.0),
}
NAMES = tuple(RANGES)
LOW = np.array([low for low, _ in RANGES.values()])
SPAN = np.array([high - low for low, high in RANGES.values()])
CANDIDATES = LANES - 1
FIRST_SIGMA = 0.15
DISCOMFORT_PENALTY = 20.0
"""Per cent of cost a K h a zone and week beyond the strong rule's: above any price seen."""
MARGIN = 0.1
"""Of the strong rule's discomfort: so much below it, because other weeks are other weeks."""


class Tuned(NamedTuple):
    """A fitted rule and what it came to on the tuning weeks, against the strong rule."""

    rule: RuleParameters
    generations: int
    cost_change: float
    discomfort_change_kh: float
    """A zone and week."""


Watcher = Callable[[int, int, float], bool]
"""(generations done, in all, the mean candidate's score) -> go on?"""


def as_rule(x: Floats) -> RuleParameters:
    """The rule at ``x``, each coordinate from 0 to 1 over its range."""
    numbers = LOW + SPAN * np.clip(x, 0.0, 1.0)
    return RuleParameters()._replace(**dict(zip(NAMES, map(float, numbers), strict=True)))


def as_point(rule: RuleParameters) -> Floats:
    """The inverse of :func:`as_rule`, inside the ranges."""
    numbers = np.array([getattr(rule, name) for name in NAMES])
    return np.asarray(np.clip((numbers - LOW) / SPAN, 0.0, 1.0))


class Trials:
    """All weeks of a scene under 64 rules at once."""

    def __init__(self, scene: Scene, years: Years, threads: int) -> None:
        world, hour = each_week(scene, years.weeks)
        self._weeks = len(world)
        self._batch = Batch(scene, LANES * self._weeks, threads=threads, rule_a_lane=True)
        everybody = np.ones(self._batch.size, dtype=np.bool_)
        self._batch.reset(everybody, np.repeat(world, LANES), np.repeat(hour, LANES))
        self._beginning = self._batch.snapshot()
        self.zones = self._batch.zones

    def run(self, rules: list[RuleParameters]) -> Floats:
        """Totals of each week under each rule, (weeks, 64, N_TOTALS)."""
        batch = self._batch
        batch.restore(self._beginning)
        batch.use_rules(rules)
        rule_mode = np.full((batch.size, batch.zones), RULE_MODE, dtype=np.int64)
        totals = np.zeros((batch.size, N_TOTALS))
        for _ in range(HOURS_PER_WEEK):
            batch.step(rule_mode)
            totals += batch.totals
        return totals.reshape(self._weeks, LANES, N_TOTALS)


def tune(
    place: Place,
    *,
    seed: int = 1,
    generations: int | None = None,
    minutes: float | None = None,
    threads: int = 2,
    years: Years | None = None,
    watch: Watcher = lambda done, total, score: True,
) -> Tuned:
    """Fit the rule: ``generations`` generations, or as many as fit into ``minutes``."""
    with warnings.catch_warnings():
        # cma looks for a plotting library on import and warns that there is none.
        warnings.simplefilter("ignore")
        import cma

    chosen = (TUNING if years is None else years).sized(len(place.building.zones))
    trials = Trials(scene_of_years(place, chosen), chosen, threads)
    strong = RuleParameters()
    # Once unmeasured: the first run may have to compile.
    trials.run([strong] * LANES)
    began = time.monotonic()
    theirs = trials.run([strong] * LANES)[:, 0]
    a_generation_s = time.monotonic() - began
    total = generations
    if total is None:
        total = max(1, int((minutes or 1.0) * 60.0 / a_generation_s))
    cost, discomfort = theirs[:, T_COST].sum(), theirs[:, T_DISCOMFORT_KH].mean()
    margin_kh = MARGIN * float(discomfort) / trials.zones
    search = cma.CMAEvolutionStrategy(
        np.clip(as_point(strong), 0.02, 0.98),
        FIRST_SIGMA,
        # cma takes seed 0 for "any".
        {"popsize": CANDIDATES, "bounds": [0.0, 1.0], "seed": seed + 1, "verbose": -9},
    )
    best, best_score, changes = strong, DISCOMFORT_PENALTY * margin_kh, (0.0, 0.0)
    done = 0
    while done < total:
        points = search.ask()
        rules = [*map(as_rule, points), as_rule(search.mean)]
        totals = trials.run(rules)
        costs = totals[:, :, T_COST].sum(axis=0) / cost - 1.0
        worse = (totals[:, :, T_DISCOMFORT_KH].mean(axis=0) - discomfort) / trials.zones
        scores = 100.0 * costs + DISCOMFORT_PENALTY * np.maximum(0.0, worse + margin_kh)
        search.tell(points, scores[:CANDIDATES].tolist())
        done += 1
        k = int(scores.argmin())
        if scores[k] < best_score:
            best, best_score = rules[k], float(scores[k])
            changes = (float(costs[k]), float(worse[k]))
        if not watch(done, total, float(scores[CANDIDATES])):
            break
    return Tuned(best, done, *changes)
