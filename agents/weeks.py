"""Controllers on the same weeks: what each costs there, and how they differ week by week."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from agents.years import HOURS_PER_WEEK, each_week
from envs.batch import Batch
from envs.control_columns import C_GUARD, N_TOTALS, T_DISCOMFORT_KH, T_PEAK_KW
from envs.setting import Scene
from hvac_rl.control.base_rule import RuleParameters
from hvac_rl.control.encoding import FEATURE_NAMES, RULE_MODE
from hvac_rl.control.policy import OnnxPolicy
from hvac_rl.ports import Policy
from hvac_rl.safety.values import ZoneGuardState
from sim_buildings.buffers import columns_of

Progress = Callable[[int, int, str], None]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

C_SETPOINT_WRITES = C_GUARD + ZoneGuardState._fields.index("setpoint_writes")
C_BLIND_WRITES = C_GUARD + ZoneGuardState._fields.index("blind_writes")
DAYS_PER_WEEK = 7


def silent(done: int, total: int, words: str) -> None:
    """Progress that nobody sees."""


class Chooser(Protocol):
    """Whoever chooses a mode for every zone of a batch, once an hour."""

    def modes(self, batch: Batch) -> Ints:
        """(size, zones)"""
        ...


class Rule:
    """The base rule's own modes: whoever drives is the rule itself."""

    def modes(self, batch: Batch) -> Ints:
        return np.full((batch.size, batch.zones), RULE_MODE, dtype=np.int64)


class Served:
    """A policy as the daemon runs it; measures how long its decisions take."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._columns = [FEATURE_NAMES.index(feature) for feature in policy.features]
        self.seconds = 0.0
        self.decisions = 0
        """Zones decided for."""

    def modes(self, batch: Batch) -> Ints:
        seen = batch.observations.reshape(batch.size * batch.zones, -1)[:, self._columns]
        rows = seen.tolist()
        began = time.perf_counter()
        chosen = self._policy.choose(rows)
        self.seconds += time.perf_counter() - began
        self.decisions += len(rows)
        return np.array(chosen, dtype=np.int64).reshape(batch.size, batch.zones)


class InArrays:
    """A network policy over many buildings at once: the same choices without the daemon's lists."""

    def __init__(self, policy: OnnxPolicy) -> None:
        self._policy = policy
        self._columns = [FEATURE_NAMES.index(feature) for feature in policy.features]

    def modes(self, batch: Batch) -> Ints:
        seen = batch.observations.reshape(batch.size * batch.zones, -1)[:, self._columns]
        modes: Ints = self._policy.values(seen).argmax(axis=1)  # type: ignore[arg-type]
        return modes.reshape(batch.size, batch.zones)


@dataclass(frozen=True, slots=True)
class WeekTotals:
    """What a controller came to in each week."""

    name: str
    totals: Floats
    """(weeks, N_TOTALS); columns as in :mod:`envs.control_columns`, peaks the week's highest."""
    zones: int
    moves: Floats
    """(weeks, 2): writes of setpoints and of blinds, a zone and day."""

    def mean(self, column: int) -> float:
        """The mean over weeks."""
        return float(self.totals[:, column].mean())

    @property
    def discomfort_kh(self) -> float:
        """K h a zone and week."""
        return self.mean(T_DISCOMFORT_KH) / self.zones


class Writes:
    """How often the guard let setpoints and blinds be written, from now on."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._before = self._today()
        self.moves: Floats = np.zeros((batch.size, 2))
        """(size, 2): of setpoints and of blinds, all zones together."""

    def add(self) -> None:
        """Count what the last decision wrote; at least once a day, when the guard counts anew."""
        now = self._today()
        self.moves += np.where(now >= self._before, now - self._before, now).sum(axis=1)
        self._before = now

    def _today(self) -> Floats:
        """(size, zones, 2)"""
        rows = columns_of(self._batch.memory.zones, self._batch.form.lanes)
        counted = rows[:, :, [C_SETPOINT_WRITES, C_BLIND_WRITES]]
        moved = np.moveaxis(counted, 3, 1).reshape(-1, self._batch.zones, 2)
        return moved[: self._batch.size].astype(np.float64)


class Weeks:
    """Weeks of a scene's worlds, ready to be run again and again.

    Every controller begins each week from the same state: three days under the scene's rule.
    """

    def __init__(self, scene: Scene, weeks: Sequence[int] | Ints, threads: int | None = None):
        world, hour = each_week(scene, weeks)
        self.batch = Batch(scene, len(world), threads=threads)
        self.batch.reset(np.ones(len(world), dtype=np.bool_), world, hour)
        self._beginning = self.batch.snapshot()
        self._rule = scene.rule

    def run(
        self,
        name: str,
        chooser: Chooser | None = None,
        *,
        rule: RuleParameters | None = None,
        supervised: bool = True,
        progress: Progress = silent,
    ) -> WeekTotals:
        """``chooser`` None is the rule alone, ``rule`` None the scene's; not ``supervised`` the
        BMS's own schedule."""
        batch = self.batch
        batch.restore(self._beginning)
        batch.supervised = True
        batch.use_rules([rule or self._rule])
        if not supervised:
            batch.unsupervise()
        choose = Rule() if chooser is None else chooser
        totals = np.zeros((batch.size, N_TOTALS))
        counted = Writes(batch)
        for hour in range(HOURS_PER_WEEK):
            batch.step(choose.modes(batch))
            last = batch.totals
            peak = np.maximum(totals[:, T_PEAK_KW], last[:, T_PEAK_KW])
            totals += last
            totals[:, T_PEAK_KW] = peak
            counted.add()
            progress(hour + 1, HOURS_PER_WEEK, name)
        moves = counted.moves / (batch.zones * DAYS_PER_WEEK)
        return WeekTotals(name, totals, batch.zones, moves)


def paired_difference(
    mine: Sequence[WeekTotals], other: WeekTotals, column: int, resamples: int = 4000
) -> tuple[float, float, float]:
    """Mean relative difference of totals and its 95 % bootstrap interval.

    ``mine``: the same controller trained with different seeds, each on the same weeks as
    ``other``. Weeks are drawn in pairs; with several seeds these are drawn as well (hierarchical
    bootstrap, Davison & Hinkley 1997, "Bootstrap Methods and their Application", section 3.8).
    """
    a = np.stack([one.totals[:, column] for one in mine])
    b = other.totals[:, column]
    rng = np.random.default_rng(0)
    weeks = rng.integers(0, len(b), (resamples, len(b)))
    seeds = rng.integers(0, len(a), (resamples, len(a)))
    drawn = np.empty(resamples)
    for k in range(resamples):
        drawn[k] = a[seeds[k]][:, weeks[k]].mean(axis=0).sum() / b[weeks[k]].sum() - 1.0
    low, high = np.quantile(drawn, (0.025, 0.975))
    return float(a.mean(axis=0).sum() / b.sum() - 1.0), float(low), float(high)
