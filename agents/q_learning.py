"""Tabular Q-learning over modes: one table, shared by all zones, that a person can print.

Watkins & Dayan 1992, "Q-learning", Machine Learning 8, with n-step returns (Peng & Williams
1996, Machine Learning 22): what a mode does to a room shows hours later. The learning rate falls
with the visits of each cell (1 / (1 + n / 20), at least 0.005), so that a cell's value becomes
the mean of what was seen. The reward is the zone's share of the building's cost and discomfort
*against the base rule in a twin building* under the same weather and presence, which takes the
weather's noise out.

Read it top to bottom in the order in which it runs.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable

import numpy as np

from agents.settings import FEW_MODES, QLearningSettings
from envs.zone_vec_env import ZoneVecEnv
from hvac_rl.control.encoding import FEATURE_NAMES, MODE_NAMES, N_MODES, RULE_MODE

# What a cell is: how far occupancy is away, how warm the room is, what weather comes, the price.
# Edges are in the encoding's normalised numbers; the comments give them in units.
BINS: tuple[tuple[str, tuple[float, ...]], ...] = (
    ("scheduled", (0.5,)),
    ("to_start", (0.08, 0.30, 0.55, 0.72)),  # 10, 4.8, 2.4, 1.3 h before occupancy
    ("air", (-0.5, -0.2, 0.1)),  # 20, 21.5, 23 °C
    ("outdoor_4_8", (-0.6, -0.1, 0.4)),  # 6, 13.5, 21 °C
    ("price_2_6", (0.0, 0.3)),
)
FEATURES = tuple(name for name, _ in BINS)

Watcher = Callable[[int, int, float], bool]
"""(steps done, in all, mean reward of late) -> go on?"""
# The reward follows the time of day: less than a week of it says little.
HOURS_AVERAGED = 168
NEVER = -1e3
"""The value of a mode that is not to be chosen."""


def train_q_learning(env: ZoneVecEnv, settings: QLearningSettings, watch: Watcher) -> bytes:
    """Learn a table on ``env``, whose modes are FEW_MODES; answers with a bundle's payload."""
    rng = np.random.default_rng(settings.seed)
    columns = [FEATURE_NAMES.index(name) for name in FEATURES]
    edges = [np.asarray(cuts) for _, cuts in BINS]
    shape = (*(len(cuts) + 1 for cuts in edges), len(FEW_MODES))
    # A table of zeros prefers the rule's own mode: that is what the values are measured against.
    values = np.zeros(shape)
    visits = np.zeros(shape, dtype=np.int64)

    def cells(observations: np.ndarray) -> tuple[np.ndarray, ...]:
        return tuple(
            np.searchsorted(cuts, observations[:, column], side="right")
            for cuts, column in zip(edges, columns, strict=True)
        )

    here = cells(np.asarray(env.reset()))
    zones = np.arange(env.num_envs)
    # The last n hours: cells, modes, rewards. An update waits until its n rewards are there.
    recent: deque[tuple[tuple[np.ndarray, ...], np.ndarray, np.ndarray]] = deque()
    age = np.zeros(env.num_envs, dtype=np.int64)
    earned: deque[float] = deque(maxlen=HOURS_AVERAGED)
    for step in range(settings.steps):
        modes = values[here].argmax(axis=1)
        explore = rng.random(env.num_envs) < settings.epsilon
        modes = np.where(explore, rng.integers(0, len(FEW_MODES), env.num_envs), modes)
        observations, rewards, dones, infos = env.step(modes)
        after = np.asarray(observations).copy()
        for z in np.flatnonzero(dones):
            # The week is over but the building is not: its value goes on where it stood.
            after[z] = infos[z]["terminal_observation"]
        there = cells(after)
        recent.append((here, modes, rewards))
        age += 1
        if len(recent) == settings.n_steps:
            first, chosen, _ = recent[0]
            target = settings.gamma**settings.n_steps * values[there].max(axis=1)
            for k, (_, _, reward) in enumerate(recent):
                target = target + settings.gamma**k * reward
            # A building that began anew within these hours has no n-step return to give.
            whole = zones[age >= settings.n_steps]
            cell = tuple(axis[whole] for axis in (*first, chosen))
            np.add.at(visits, cell, 1)
            rate = np.maximum(1.0 / (1.0 + visits[cell] / 20.0), 0.005)
            np.add.at(values, cell, rate * (target[whole] - values[cell]) / _repeats(cell, shape))
            recent.popleft()
        age[dones] = 0
        here = cells(np.asarray(observations))
        earned.append(float(rewards.mean()))
        if step % 50 == 0 or step == settings.steps - 1:
            if not watch(step + 1, settings.steps, sum(earned) / len(earned)):
                break
    # A gain that may be chance is not taken, and where a cell was hardly seen the rule decides.
    values[..., FEW_MODES.index(RULE_MODE)] += settings.least_gain
    unseen = visits < settings.least_visits
    beginner = np.where(np.array(FEW_MODES) == RULE_MODE, 0.0, NEVER)
    values[unseen] = np.broadcast_to(beginner, shape)[unseen]
    every = np.full((*shape[:-1], N_MODES), NEVER)
    every[..., list(FEW_MODES)] = values
    payload = {
        "edges": [list(cuts) for _, cuts in BINS],
        "modes": list(MODE_NAMES),
        "values": np.round(every, 5).tolist(),
        "visits": visits.tolist(),
    }
    return json.dumps(payload, separators=(",", ":")).encode()


def _repeats(cell: tuple[np.ndarray, ...], shape: tuple[int, ...]) -> np.ndarray:
    """How often each cell occurs in this step: several zones in one cell share one update."""
    flat = np.ravel_multi_index(cell, shape)
    _, inverse, counts = np.unique(flat, return_inverse=True, return_counts=True)
    repeats: np.ndarray = counts[inverse]
    return repeats
