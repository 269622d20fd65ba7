"""DQN with stable-baselines3: one network shared by all zones, choosing modes over the rule.

Mnih et al. 2015, "Human-level control through deep reinforcement learning", Nature 518, with
n-step returns (Sutton 1988). Every zone of every simulated building is a learner of one VecEnv.
The reward is the zone's share of cost and discomfort against the base rule in a twin building
under the same weather and presence: what remains is what the choice of mode changed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import torch
from stable_baselines3 import DQN
from stable_baselines3.common.callbacks import BaseCallback

from agents.export import Trained, to_onnx
from agents.settings import DqnSettings
from envs.zone_vec_env import ZoneVecEnv
from hvac_rl.control.encoding import FEATURE_NAMES
from hvac_rl.errors import HvacRlError

Progress = Callable[[int, int, str], None]
# The reward follows the time of day: less than a week of it says little.
HOURS_AVERAGED = 168


class _Report(BaseCallback):
    """Progress, and a clear end when training diverges."""

    def __init__(self, progress: Progress, steps: int) -> None:
        super().__init__()
        self._progress = progress
        self._steps = steps
        self._recent: deque[float] = deque(maxlen=HOURS_AVERAGED)

    def _on_step(self) -> bool:
        self._recent.append(float(self.locals["rewards"].mean()))
        if self.n_calls % 25 == 0 or self.n_calls == self._steps:
            reward = sum(self._recent) / len(self._recent)
            self._progress(self.n_calls, self._steps, f"mean reward {reward:+.4f}")
        return True

    def _on_rollout_end(self) -> None:
        for parameter in self.model.policy.parameters():
            if not torch.isfinite(parameter).all():
                raise HvacRlError(
                    "training",
                    "diverged: the network holds values that are not finite",
                    "Try a smaller learning rate or another seed.",
                )


def train_dqn(env: ZoneVecEnv, settings: DqnSettings, building: str, progress: Progress) -> Trained:
    """Learn on ``env``; ``progress(done, total, words)`` is called now and then."""
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
    model.learn(
        total_timesteps=settings.steps * learners,
        callback=_Report(progress, settings.steps),
        log_interval=settings.steps * learners,
    )
    return Trained(
        kind="onnx",
        name=f"{building} dqn",
        building=building,
        features=FEATURE_NAMES,
        payload=to_onnx(model.q_net.q_net, len(FEATURE_NAMES)),
        training={"agent": "dqn", "library": "stable-baselines3", **settings.as_dict()},
        results={},
    )
