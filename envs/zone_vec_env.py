"""The view in which every zone is a learner: a stable-baselines3 VecEnv over many buildings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray
from stable_baselines3.common.vec_env import VecEnv
from stable_baselines3.common.vec_env.base_vec_env import VecEnvIndices, VecEnvStepReturn

from envs.batch import Batch
from envs.calendar_split import DAYS_PER_WEEK, WEEKS, Part
from envs.control_columns import S_COST, S_DISCOMFORT_KH
from envs.setting import Scene, make_scene
from hvac_rl.control.encoding import N_FEATURES, N_MODES, RULE_MODE
from sim_buildings.building import Building
from sim_buildings.weather import HOURS_PER_DAY
from sim_buildings.world import make_world

REWARD_SCALE = 10.0


class ZoneVecEnv(VecEnv):
    """``buildings`` buildings; learner ``b * zones + z`` is zone z of building b.

    Observation: the encoding of :mod:`hvac_rl.control.encoding`, shape (N_FEATURES,), float32.
    Action: one of ``modes`` (default all), Discrete(len(modes)), held for one hour.
    Reward: ``10 x ((cost + w discomfort) of the twin - (cost + w discomfort))`` of the zone's
    share [currency]; the twin is the same building under the base rule alone, in the same world
    since the same beginning. Positive is better than the rule.
    Episode: one training week, truncated; buildings begin at random weeks and worlds.
    """

    def __init__(
        self,
        building: Building | Scene,
        *,
        buildings: int = 32,
        discomfort_weight: float = 2.0,
        seeds: Sequence[int] = Part.TRAINING.seeds,
        seed: int = 0,
        modes: Sequence[int] = range(N_MODES),
    ) -> None:
        """``building``: one of the typical year's training weeks, with people by ``seeds``; or a
        scene, of which every week of every world is met. ``discomfort_weight``: currency a K h of
        a zone's thermal discomfort.

        Raises ValueError for a mode that there is not.
        """
        unknown = [mode for mode in modes if not 0 <= mode < N_MODES]
        if unknown or not modes:
            raise ValueError(f"modes are 0 to {N_MODES - 1}; given: {list(modes)}")
        self._offered = np.array(modes, dtype=np.int64)
        self._first_days = Part.TRAINING.first_days
        if isinstance(building, Scene):
            scene = building
            self._first_days = np.arange(WEEKS, dtype=np.int64) * DAYS_PER_WEEK
        else:
            scene = make_scene(building, [make_world(building, seed=s) for s in seeds])
        self._batch = Batch(scene, buildings)
        self._twin = Batch(scene, buildings)
        self._weight = discomfort_weight
        self._worlds = len(scene.worlds)
        self._rng = np.random.default_rng(seed)
        self._left = np.zeros(buildings, dtype=np.int64)
        self._rule = np.full((buildings, self._batch.zones), RULE_MODE, dtype=np.int64)
        self._modes = self._rule.copy()
        super().__init__(
            buildings * self._batch.zones,
            spaces.Box(-10.0, 10.0, (N_FEATURES,), np.float32),
            spaces.Discrete(len(modes)),
        )

    def reset(self) -> NDArray[np.float32]:
        self._begin(np.ones(self._batch.size, dtype=np.bool_))
        # Buildings end their weeks at different hours, so that no reset comes all at once.
        self._left = self._rng.integers(1, DAYS_PER_WEEK * HOURS_PER_DAY + 1, self._batch.size)
        return self._observations()

    def step_async(self, actions: np.ndarray) -> None:
        self._modes = self._offered[np.asarray(actions, dtype=np.int64)].reshape(self._rule.shape)

    def step_wait(self) -> VecEnvStepReturn:
        self._batch.step(self._modes)
        self._twin.step(self._rule)
        gain = self._burden(self._twin) - self._burden(self._batch)
        rewards = (REWARD_SCALE * gain).ravel().astype(np.float32)
        self._left -= 1
        over = self._left <= 0
        dones = np.repeat(over, self._batch.zones)
        infos: list[dict[str, Any]] = [{} for _ in range(self.num_envs)]
        if over.any():
            last = self._observations()
            for i in np.flatnonzero(dones):
                infos[i] = {"terminal_observation": last[i], "TimeLimit.truncated": True}
            self._begin(over)
        return self._observations(), rewards, dones, infos

    def _burden(self, batch: Batch) -> NDArray[np.float64]:
        shares = batch.shares
        burden: NDArray[np.float64] = (
            shares[:, :, S_COST] + self._weight * shares[:, :, S_DISCOMFORT_KH]
        )
        return burden

    def _begin(self, which: NDArray[np.bool_]) -> None:
        count = int(which.sum())
        days = self._rng.choice(self._first_days, count)
        world = self._rng.integers(0, self._worlds, count)
        self._batch.reset(which, world, days * HOURS_PER_DAY)
        self._twin.copy_from(self._batch, which)
        self._left[which] = DAYS_PER_WEEK * HOURS_PER_DAY

    def _observations(self) -> NDArray[np.float32]:
        return self._batch.observations.reshape(self.num_envs, N_FEATURES).copy()

    def seed(self, seed: int | None = None) -> Sequence[int | None]:
        self._rng = np.random.default_rng(seed)
        return [seed] * self.num_envs

    def close(self) -> None:
        """Nothing to close."""

    def get_attr(self, attr_name: str, indices: VecEnvIndices = None) -> list[Any]:
        return [getattr(self, attr_name, None) for _ in self._get_indices(indices)]

    def set_attr(self, attr_name: str, value: Any, indices: VecEnvIndices = None) -> None:
        raise AttributeError(f"{attr_name} cannot be set: the zones of a building share one batch")

    def env_method(
        self, method_name: str, *args: Any, indices: VecEnvIndices = None, **kwargs: Any
    ) -> list[Any]:
        raise AttributeError(f"zones have no method {method_name}")

    def env_is_wrapped(
        self, wrapper_class: type[gymnasium.Wrapper[Any, Any, Any, Any]],
        indices: VecEnvIndices = None,
    ) -> list[bool]:  # fmt: skip
        return [False for _ in self._get_indices(indices)]
