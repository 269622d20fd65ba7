"""What each mode of a zone is worth: branches of the simulated building, one for each.

From a state that the policy visited, one zone takes one setpoint (or one blind) for an hour while
all else follows the policy; then everybody follows the policy for a day, in the same weather among
the same people. The value of the choice is what its branch costs less than the branch in which the
zone kept the rule's own. There is no bootstrap: this is a rollout (Bertsekas 2019, "Reinforcement
Learning and Optimal Control", section 2.4), and fitting a network to such values on the states
that it then visits is approximate policy iteration (Lagoudakis & Parr 2003, "Reinforcement
learning as classification", ICML).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.fast_dqn.network import N_CHOICES, QNetwork, greedy
from envs.batch import Batch
from envs.control_columns import T_COST, T_DISCOMFORT_KH
from envs.setting import Scene
from hvac_rl.control.encoding import N_BLINDS, N_SETPOINTS

Ints = NDArray[np.int64]
Floats32 = NDArray[np.float32]

N_BRANCHES = N_CHOICES
VALUE_SCALE = 20.0
"""Of costs [currency] and of discomfort [K h] alike: differences become about one."""


BURDENS = [T_COST, T_DISCOMFORT_KH]


class Labels(NamedTuple):
    """Zone-states and what their heads should say."""

    observations: Floats32
    """(n, N_FEATURES)"""
    values: Floats32
    """(n, 2, N_CHOICES): cost and discomfort saved, 0 for the rule's own, times VALUE_SCALE."""


class Branches:
    """Room for ``capacity`` branches at a time."""

    def __init__(self, scene: Scene, capacity: int, *, horizon_h: int, threads: int) -> None:
        self._first = Batch(scene, capacity, threads=threads)
        self._rest = Batch(scene, capacity, threads=threads)
        self._horizon_h = horizon_h
        self.states = capacity // N_BRANCHES
        """Zone-states that one call labels."""

    def label(
        self, actors: Batch, policy: QNetwork, building: Ints, zone: Ints, modes: Ints
    ) -> Labels:
        """The values of all choices of ``zone[k]`` of the actors' ``building[k]``.

        ``modes`` (n, zones): what the policy chooses in those buildings now.
        """
        n = len(building)
        observations = np.concatenate(
            [actors.zone_features[building, zone], actors.site_features[building]], axis=1
        )
        rows = np.arange(n)
        branch_modes = np.repeat(modes[:, None, :], N_BRANCHES, axis=1)
        chosen = modes[rows, zone]
        setpoints, blinds = np.divmod(chosen, N_BLINDS)
        options = np.empty((n, N_BRANCHES), dtype=np.int64)
        options[:, :N_SETPOINTS] = np.arange(N_SETPOINTS) * N_BLINDS + blinds[:, None]
        options[:, N_SETPOINTS:] = setpoints[:, None] * N_BLINDS + np.arange(N_BLINDS)
        branch_modes[rows, :, zone] = options
        total = n * N_BRANCHES
        self._first.copy_buildings(actors, np.repeat(building, N_BRANCHES), np.arange(total))
        self._first.step(branch_modes.reshape(total, -1))
        burden = self._first.totals[:total, BURDENS]
        kept, place = self._distinct(burden[:, 0], total)
        burden = burden[kept]
        self._rest.copy_buildings(self._first, kept, np.arange(len(kept)))
        for _ in range(self._horizon_h - 1):
            self._rest.step(greedy(policy, self._rest, len(kept)))
            burden += self._rest.totals[: len(kept), BURDENS]
        each = burden[place].reshape(n, N_BRANCHES, 2).transpose(0, 2, 1)
        saved = np.empty_like(each)
        saved[:, :, :N_SETPOINTS] = each[:, :, :1] - each[:, :, :N_SETPOINTS]
        saved[:, :, N_SETPOINTS:] = (
            each[:, :, N_SETPOINTS : N_SETPOINTS + 1] - each[:, :, N_SETPOINTS:]
        )
        return Labels(observations, (VALUE_SCALE * saved).astype(np.float32))

    def _distinct(self, cost: NDArray[np.float64], total: int) -> tuple[Ints, Ints]:
        """(branches to follow, for each branch its place among them).

        Many choices come to the same under guard and rule; after the first hour such branches are
        the same to the bit, and one of them is followed for all.
        """
        features = self._first.zone_features[:total].reshape(total, -1).astype(np.float64)
        mark = features @ np.sqrt(np.arange(2.0, features.shape[1] + 2.0)) + cost
        marks = mark.reshape(-1, N_BRANCHES)
        # The first branch of the same state that ended up the same.
        same = marks[:, :, None] == marks[:, None, :]
        first = same.argmax(axis=2) + np.arange(len(marks))[:, None] * N_BRANCHES
        kept, place = np.unique(first.ravel(), return_inverse=True)
        return kept, place
