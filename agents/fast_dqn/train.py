"""The training run: label, fit, now and then look at the validation weeks, keep the best.

Approximate policy iteration with rollouts over discrete modes, greedy in Q and so of the DQN
family, but without its bootstrap: see :mod:`agents.fast_dqn.branches`.
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch

from agents.fast_dqn.actors import Actors
from agents.fast_dqn.branches import N_BRANCHES, Branches
from agents.fast_dqn.learner import Learner
from agents.fast_dqn.network import Greedy, QNetwork, greedy
from agents.fast_dqn.settings import FastDqnSettings
from agents.weeks import Weeks
from envs.control_columns import T_COST
from envs.setting import Scene

FIRST_CYCLES = 4
"""Timed to see how many cycles a budget of minutes holds."""
SLOWEST_RATE = 0.05
REFINEMENTS = 7
PRICE_RANGE = 6.0


class Check(NamedTuple):
    """A look at the validation weeks."""

    cycle: int
    seconds: float
    """Of training so far."""
    cost_vs_strong: float
    """Relative, against the strong rule; the mean of all grounds."""
    cost_vs_base: float
    """Likewise, against the rule under the policy."""
    discomfort_kh: float
    """A zone and week; the mean of all grounds."""
    price: float
    """Of a K h of a zone's discomfort."""
    loss: float
    labels: int


class Ground(NamedTuple):
    """A building to learn on, and what the policy is held to there."""

    training: Scene
    weeks: Weeks
    """Validation weeks."""
    most_discomfort_kh: float
    """No more than this a zone and week: the rules' own."""
    strong_cost: float
    """Of the strong rule, mean of the validation weeks."""
    base_cost: float
    """Of the rule under the policy."""


class Seen(NamedTuple):
    """A network on the validation weeks of all grounds; means over these."""

    cost_vs_strong: float
    cost_vs_base: float
    discomfort_kh: float


Watcher = Callable[["FastDqn", Check | None], bool]
"""(the run, the check if there was one just now) -> go on?"""


class FastDqn:
    """One training run, cycle by cycle. Equal settings and threads give equal networks.

    With several grounds the cycles take them in turn: one policy for all of them.
    """

    def __init__(self, grounds: Sequence[Ground], settings: FastDqnSettings, threads: int) -> None:
        torch.set_num_threads(threads)
        self.settings = s = settings
        self.rng = np.random.default_rng(s.seed)
        self._grounds = tuple(grounds)
        self._most_kh = float(np.mean([one.most_discomfort_kh for one in grounds]))
        self._branches, self.actors = [], []
        for ground in grounds:
            zones = len(ground.training.building.zones)
            branches = min(s.most_branches, s.branch_zones // zones)
            capacity = max(1, branches // N_BRANCHES) * N_BRANCHES
            self._branches.append(
                Branches(ground.training, capacity, horizon_h=s.horizon_h, threads=threads)
            )
            self.actors.append(
                Actors(
                    ground.training,
                    max(2, min(s.actors, 4 * s.branch_zones // (zones * N_BRANCHES))),
                    epsilon=s.epsilon,
                    restarts=s.restarts,
                    threads=threads,
                    rng=self.rng,
                )
            )
        self.learner = Learner(
            QNetwork(s.width, s.seed, s.price),
            learning_rate=s.learning_rate,
            batch_size=s.batch_size,
            newest=s.newest,
            averaging=s.averaging,
            capacity=s.most_labels,
            rng=self.rng,
        )
        self.cycles = 0
        self.cycles_planned = 0
        self.seconds = 0.0
        self.checks: list[Check] = []
        self.best = copy.deepcopy(self.learner.slow)
        self.best_cost = float("inf")

    def run(self, *, cycles: int | None, minutes: float | None, watch: Watcher) -> None:
        """``cycles`` cycles in all, or as many as fit into ``minutes``; ``watch`` may end it early.

        The best network so far is in :attr:`best` at any time. A budget of minutes is turned into
        cycles after the first few, so that ``cycles`` repeats it exactly.
        """
        before = self.seconds
        began = time.monotonic()
        first_s: list[float] = []
        if cycles is not None:
            self.cycles_planned = cycles
        while not self.cycles_planned or self.cycles < self.cycles_planned:
            loss = self._cycle()
            first_s.append(before + time.monotonic() - began - self.seconds)
            self.seconds = before + time.monotonic() - began
            check = None
            if minutes is not None and not self.cycles_planned and self.cycles == FIRST_CYCLES:
                self.cycles_planned = self._plan(minutes, first_s)
            last = self.cycles == self.cycles_planned
            if last or self.cycles % self.settings.check_every == 0:
                check = self._check(loss)
            if not watch(self, check):
                break
        self._refine()
        self.seconds = before + time.monotonic() - began

    def _plan(self, minutes: float, first_s: Sequence[float]) -> int:
        """How many cycles fit; looks once without consequence, so that it changes nothing."""
        # Not the mean: the very first may have waited for something that comes once.
        a_cycle_s = float(np.median(first_s))
        began = time.monotonic()
        self._see(self.learner.slow)
        check_s = time.monotonic() - began
        left_s = minutes * 60.0 - self.seconds - (REFINEMENTS + 1) * check_s
        more = left_s / (a_cycle_s + check_s / self.settings.check_every)
        return FIRST_CYCLES + max(0, int(more))

    def _cycle(self) -> float:
        turn = self.cycles % len(self._grounds)
        learner, actors, branches = self.learner, self.actors[turn], self._branches[turn]
        # Until the budget is turned into cycles the learning has hardly begun.
        progress = self.cycles / self.cycles_planned if self.cycles > FIRST_CYCLES else 0.0
        actors.advance(learner.slow, self.settings.actor_hours)
        building, zone = actors.draw(branches.states)
        modes = greedy(learner.slow, actors.batch)[building]
        learner.add(branches.label(actors.batch, learner.slow, building, zone, modes))
        self.cycles += 1
        return learner.fit(self.settings.gradient_steps, max(SLOWEST_RATE, 1.0 - progress))

    def _check(self, loss: float) -> Check:
        """Look at the validation weeks, keep the network if it is the best, move the price."""
        slow = self.learner.slow
        seen = self._look(slow)
        check = Check(
            self.cycles,
            self.seconds,
            *seen,
            slow.price,
            loss,
            self.learner.labels,
        )
        self.checks.append(check)
        off = seen.discomfort_kh / max(self._most_kh, 1e-3)
        self.learner.set_price(slow.price * float(np.clip(off, 0.5, 2.0)) ** 0.5)
        return check

    def _look(self, network: QNetwork) -> Seen:
        """The validation weeks under a network; kept as the best if it is."""
        found = self._see(network)
        if found.discomfort_kh <= self._most_kh and found.cost_vs_base < self.best_cost:
            self.best_cost = found.cost_vs_base
            self.best = copy.deepcopy(network)
        return found

    def _see(self, network: QNetwork) -> Seen:
        """The validation weeks under a network."""
        strong, base, discomfort_kh = [], [], []
        for ground in self._grounds:
            seen = ground.weeks.run("fast DQN", Greedy(network))
            strong.append(seen.mean(T_COST) / ground.strong_cost - 1.0)
            base.append(seen.mean(T_COST) / ground.base_cost - 1.0)
            discomfort_kh.append(seen.discomfort_kh)
        return Seen(float(np.mean(strong)), float(np.mean(base)), float(np.mean(discomfort_kh)))

    def _refine(self) -> None:
        """The price at which the last network is just as comfortable as it must be."""
        network = copy.deepcopy(self.learner.slow)
        low, high = network.price / PRICE_RANGE, network.price * PRICE_RANGE
        for _ in range(REFINEMENTS):
            network.price = float(np.sqrt(low * high))
            if self._look(network).discomfort_kh > self._most_kh:
                low = network.price
            else:
                high = network.price
