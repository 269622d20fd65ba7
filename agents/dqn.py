"""DQN with stable-baselines3: one network shared by all zones, choosing modes over the rule.

Mnih et al. 2015, "Human-level control through deep reinforcement learning", Nature 518, with
n-step returns (Sutton 1988). Every zone of every simulated building is a learner of one VecEnv.
The reward is the zone's share of cost and discomfort against the base rule in a twin building
under the same weather and presence: what remains is what the choice of mode changed. This is the
reference that :mod:`agents.fast_dqn` is measured against.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from stable_baselines3 import DQN
from stable_baselines3.common.callbacks import BaseCallback

from agents.settings import FEW_MODES, DqnSettings
from agents.weeks import Weeks, WeekTotals
from envs.batch import Batch
from envs.control_columns import T_COST
from envs.zone_vec_env import ZoneVecEnv
from hvac_rl.control.encoding import N_FEATURES, N_MODES
from hvac_rl.errors import HvacRlError

NEVER = -1e3
"""The value of a mode that is not offered."""

Watcher = Callable[[int, int, WeekTotals | None], bool]
"""(steps done, in all, the validation weeks if they were run just now) -> go on?"""


class Offered(torch.nn.Module):
    """A network over a few modes as one over all of them: (zones, N_MODES)."""

    def __init__(self, network: torch.nn.Module, modes: tuple[int, ...]) -> None:
        super().__init__()
        self.network = network
        spread = torch.zeros(len(modes), N_MODES)
        spread[torch.arange(len(modes)), torch.tensor(modes)] = 1.0
        self.register_buffer("spread", spread)
        self.register_buffer("others", NEVER * (1.0 - spread.sum(dim=0)))

    def forward(self, observation: torch.Tensor) -> torch.Tensor:
        values: torch.Tensor = self.network(observation) @ self.spread + self.others
        return values


class GreedyIn:
    """A network over all modes as a chooser, while it learns."""

    def __init__(self, network: torch.nn.Module) -> None:
        self._network = network

    def modes(self, batch: Batch) -> NDArray[np.int64]:
        seen = batch.observations.reshape(-1, N_FEATURES)
        with torch.inference_mode():
            best = self._network(torch.from_numpy(seen)).argmax(dim=1)
        modes: NDArray[np.int64] = best.numpy().reshape(batch.size, batch.zones)
        return modes


class _Judge(BaseCallback):
    """Now and then the validation weeks; a clear end when training diverges.

    Kept is the network that was cheapest there, with a price on discomfort beyond the rule's.
    """

    def __init__(
        self, weeks: Weeks, discomfort_kh: float, settings: DqnSettings, watch: Watcher
    ) -> None:
        super().__init__()
        self._weeks = weeks
        self._most_kh = discomfort_kh
        self._settings = settings
        self._watch = watch
        self.best: dict[str, torch.Tensor] = {}
        self._best_score = float("inf")

    def _on_step(self) -> bool:
        seen = None
        if self.n_calls % self._settings.check_every == 0:
            seen = self._check()
        return self._watch(self.n_calls, self._settings.steps, seen)

    def _check(self) -> WeekTotals:
        assert isinstance(self.model, DQN)
        network = self.model.q_net.q_net
        mine = self._weeks.run("dqn", GreedyIn(Offered(network, FEW_MODES)))
        worse_kh = mine.zones * (mine.discomfort_kh - self._most_kh)
        score = mine.mean(T_COST) + self._settings.comfort_price * max(0.0, worse_kh)
        if score < self._best_score:
            self._best_score = score
            self.best = {name: value.clone() for name, value in network.state_dict().items()}
        return mine

    def _on_rollout_end(self) -> None:
        for parameter in self.model.policy.parameters():
            if not torch.isfinite(parameter).all():
                raise HvacRlError(
                    "training",
                    "diverged: the network holds values that are not finite",
                    "Try a smaller learning rate or another seed.",
                )


def train_dqn(
    env: ZoneVecEnv, weeks: Weeks, discomfort_kh: float, settings: DqnSettings, watch: Watcher
) -> torch.nn.Module:
    """Learn on ``env``, whose modes are FEW_MODES; answers with a network over all modes.

    ``weeks``, ``discomfort_kh``: the validation weeks and how much discomfort a zone and week is
    free there.
    """
    torch.set_num_threads(1)
    learners = env.num_envs

    def falling(remaining: float) -> float:
        return settings.learning_rate * max(0.05, remaining)

    model = DQN(
        "MlpPolicy",
        env,
        learning_rate=falling,
        buffer_size=settings.buffer_size,
        learning_starts=learners * 24,
        batch_size=settings.batch_size,
        gamma=settings.gamma,
        train_freq=1,
        gradient_steps=settings.gradient_steps,
        n_steps=settings.n_steps,
        target_update_interval=settings.target_update_steps * learners,
        exploration_fraction=settings.exploration_fraction,
        exploration_initial_eps=settings.exploration_initial,
        exploration_final_eps=settings.exploration_final,
        policy_kwargs={"net_arch": list(settings.hidden)},
        seed=settings.seed,
        device="cpu",
    )
    judge = _Judge(weeks, discomfort_kh, settings, watch)
    model.learn(
        total_timesteps=settings.steps * learners,
        callback=judge,
        log_interval=settings.steps * learners,
    )
    network = model.q_net.q_net
    if judge.best:
        network.load_state_dict(judge.best)
    return Offered(network, FEW_MODES)
