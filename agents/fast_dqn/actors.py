"""Buildings that the policy runs, a little off its path, so that it learns where it goes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from agents.fast_dqn.network import QNetwork, greedy
from envs.batch import Batch
from envs.setting import Scene
from hvac_rl.control.encoding import N_MODES

Ints = NDArray[np.int64]
STARTS = 2048
HOURS_PER_YEAR = 8736


class Actors:
    """``count`` buildings at all times of the year, in all the scene's worlds."""

    def __init__(
        self,
        scene: Scene,
        count: int,
        *,
        epsilon: float,
        restarts: float,
        threads: int,
        rng: np.random.Generator,
    ) -> None:
        """``epsilon``: how often a zone takes any mode; ``restarts``: share begun anew a cycle."""
        self.batch = Batch(scene, count, threads=threads)
        self._epsilon = epsilon
        self._restarts = restarts
        self._rng = rng
        # Starts are worked out once, all together, and met again later.
        world = rng.integers(0, len(scene.worlds), STARTS)
        hour = rng.integers(0, HOURS_PER_YEAR, STARTS)
        pool = Batch(scene, STARTS, threads=threads)
        pool.reset(np.ones(STARTS, dtype=np.bool_), world, hour)
        self._pool = pool
        self._begin(np.ones(count, dtype=np.bool_))

    def _begin(self, which: NDArray[np.bool_]) -> None:
        target = np.flatnonzero(which)
        self.batch.copy_buildings(self._pool, self._rng.integers(0, STARTS, len(target)), target)

    def advance(self, policy: QNetwork, hours: int) -> None:
        """``hours`` hours on; some buildings begin anew."""
        size = self.batch.size
        self._begin(self._rng.random(size) < self._restarts)
        for _ in range(hours):
            modes = greedy(policy, self.batch)
            any_mode = self._rng.integers(0, N_MODES, modes.shape)
            astray = self._rng.random(modes.shape) < self._epsilon
            self.batch.step(np.where(astray, any_mode, modes))

    def draw(self, count: int) -> tuple[Ints, Ints]:
        """``count`` different zone-states: (building, zone)."""
        size, zones = self.batch.size, self.batch.zones
        drawn = self._rng.choice(size * zones, count, replace=count > size * zones)
        return np.divmod(drawn, zones)
