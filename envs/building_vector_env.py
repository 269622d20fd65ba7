"""Many buildings as one Gymnasium vector environment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from gymnasium import spaces
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from envs.actions import view_of
from envs.arguments import check_episode, check_known
from envs.batch import Batch, BatchSnapshot
from envs.calendar_split import DAYS_PER_WEEK, WEEKS, Part
from envs.control_columns import T_GUARD_CHANGES, TOTALS
from envs.observe import OBSERVED
from envs.rewards import DEFAULT_WEIGHTS, kpis_of
from envs.stage import StageNames, scene_of
from hvac_rl.control.encoding import FEATURE_NAMES
from hvac_rl.control.kpis import Kpis
from sim_buildings.weather import HOURS_PER_DAY

VectorStep = tuple[
    NDArray[np.float32],
    NDArray[np.float64],
    NDArray[np.bool_],
    NDArray[np.bool_],
    dict[str, Any],
]


class BuildingVectorEnv(VectorEnv[NDArray[np.float32], NDArray[Any], NDArray[np.float64]]):
    """``num_envs`` buildings side by side, stepped by the compiled batch engine.

    The MDP is that of :class:`envs.building_env.BuildingEnv`, in single precision. Buildings whose
    episode is over begin anew in the same step (``AutoresetMode.SAME_STEP``) without touching the
    others; their last observations are in ``info["final_obs"]``. ``snapshot`` and ``restore`` keep
    and bring back a moment of all buildings: look-ahead costs a copy.

    ``info``: ``totals``, {name: (num_envs,)} of the decision (:data:`envs.control_columns.TOTALS`),
    and ``guard_changes``.
    """

    metadata: dict[str, Any] = {  # noqa: RUF012 - Gymnasium's own interface
        "render_modes": [],
        "autoreset_mode": AutoresetMode.SAME_STEP,
    }

    def __init__(
        self,
        num_envs: int = 64,
        building: str = "small_office",
        *,
        weather: str = "greensboro",
        weather_seed: int | None = None,
        tariff: str = "time_of_use",
        year: int = 2026,
        days: int = DAYS_PER_WEEK,
        decision_h: float = 1.0,
        action: str = "modes",
        observations: Sequence[str] = FEATURE_NAMES,
        reward_weights: Mapping[str, float] | None = None,
        seeds: Sequence[int] = Part.TRAINING.seeds,
        threads: int | None = None,
        render_mode: str | None = None,
    ) -> None:
        """Arguments as for BuildingEnv; ``threads``: default one a processor."""
        if num_envs < 2:
            raise ValueError("a vector of environments has at least two; use BuildingEnv for one")
        check_episode(observations, days, render_mode)
        chosen = dict(DEFAULT_WEIGHTS if reward_weights is None else reward_weights)
        check_known("KPI", chosen, Kpis._fields)
        names = StageNames(building, weather, weather_seed, tariff, year, tuple(seeds))
        self._batch = Batch(scene_of(names), num_envs, decision_h=decision_h, threads=threads)
        # A row of KPIs is the first of the totals, in their order; hours are what they are.
        order = kpis_of([float(k) for k in range(len(TOTALS))], -1.0)
        self._weights = np.zeros(len(TOTALS))
        for name, weight in chosen.items():
            column = getattr(order, name)
            if column >= 0.0:
                self._weights[int(column)] = -weight
        self._hours_reward = -chosen.get("hours", 0.0) * decision_h
        self._view = view_of(action)
        self._columns = [FEATURE_NAMES.index(name) for name in observations]
        self._all = list(observations) == list(FEATURE_NAMES)
        self._decisions = round(days * HOURS_PER_DAY / decision_h)
        self._left = np.zeros(num_envs, dtype=np.int64)
        self._rng = np.random.default_rng()
        self.num_envs = num_envs
        loaded = self._batch.scene.building
        self.zone_names = loaded.zone_names
        shape = (self._batch.zones * len(self._columns),)
        self.single_observation_space = spaces.Box(-OBSERVED, OBSERVED, shape, np.float32)
        self.observation_space = batch_space(self.single_observation_space, num_envs)
        self.single_action_space = self._view.space(loaded)
        self.action_space = batch_space(self.single_action_space, num_envs)

    @property
    def batch(self) -> Batch:
        """The engine underneath."""
        return self._batch

    def reset(
        self, *, seed: int | list[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[NDArray[np.float32], dict[str, Any]]:
        """Every building begins at a week and in a world drawn by ``seed`` (one for all).

        Options: ``weeks`` and ``worlds``, arrays (num_envs,), in place of what is drawn.
        """
        given = dict(options or {})
        check_known("reset option", given, ("weeks", "worlds"))
        if isinstance(seed, list):
            if len(seed) != self.num_envs:
                raise ValueError(f"{len(seed)} seeds for {self.num_envs} environments")
            self._rng = np.random.default_rng([0 if one is None else one for one in seed])
        elif seed is not None:
            self._rng = np.random.default_rng(seed)
        weeks = self._each("week", given.get("weeks"), WEEKS)
        worlds = self._each("world", given.get("worlds"), len(self._batch.scene.worlds))
        self._begin(np.ones(self.num_envs, dtype=np.bool_), weeks, worlds)
        return self._observation(), {}

    def step(self, actions: NDArray[Any]) -> VectorStep:  # type: ignore[override]
        self._view.step(self._batch, np.asarray(actions))
        totals = self._batch.totals
        rewards = totals @ self._weights + self._hours_reward
        self._left -= 1
        over = self._left <= 0
        info: dict[str, Any] = {
            "totals": {name: totals[:, k] for k, name in enumerate(TOTALS)},
            "guard_changes": totals[:, T_GUARD_CHANGES].astype(np.int64),
        }
        if over.any():
            final = self._observation()
            # One array a building, also where all of them end at once.
            last = np.empty(self.num_envs, dtype=np.object_)
            for k in np.flatnonzero(over):
                last[k] = final[k]
            info["final_obs"] = last
            info["_final_obs"] = over.copy()
            self._begin(over, None, None)
        ended = np.zeros(self.num_envs, dtype=np.bool_)
        return self._observation(), rewards, ended, over, info

    def _each(self, what: str, given: Any, number: int) -> NDArray[np.int64] | None:
        """A reset option's value for each building."""
        if given is None:
            return None
        values = np.asarray(given)
        if values.shape != (self.num_envs,) or values.dtype.kind not in "iu":
            raise ValueError(f"{what}s needs a whole number for each of {self.num_envs} buildings")
        for value in values:
            if not 0 <= value < number:
                raise ValueError(f"there is no {what} {value}: 0 to {number - 1}")
        return values.astype(np.int64)

    def _begin(
        self,
        which: NDArray[np.bool_],
        weeks: NDArray[np.int64] | None,
        worlds: NDArray[np.int64] | None,
    ) -> None:
        count = int(which.sum())
        first = self._rng.choice(Part.TRAINING.first_days, count)
        world = self._rng.integers(0, len(self._batch.scene.worlds), count)
        days = first if weeks is None else weeks * DAYS_PER_WEEK
        world = world if worlds is None else worlds
        self._batch.reset(which, world, days * HOURS_PER_DAY)
        self._left[which] = self._decisions

    def _observation(self) -> NDArray[np.float32]:
        seen = self._batch.observations
        chosen = seen if self._all else seen[:, :, self._columns]
        clipped: NDArray[np.float32] = np.clip(
            chosen.reshape(self.num_envs, -1), -OBSERVED, OBSERVED
        )
        return clipped

    def snapshot(self) -> tuple[BatchSnapshot, NDArray[np.int64]]:
        """A moment of all buildings; opaque, for :meth:`restore`."""
        return self._batch.snapshot(), self._left.copy()

    def restore(self, snapshot: tuple[BatchSnapshot, NDArray[np.int64]]) -> NDArray[np.float32]:
        """Go back to a moment; answers with its observations."""
        self._batch.restore(snapshot[0])
        self._left[:] = snapshot[1]
        return self._observation()
