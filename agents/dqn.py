"""DQN with stable-baselines3: one network shared by all zones, choosing modes over the rule.

Mnih et al. 2015, "Human-level control through deep reinforcement learning", Nature 518, with
n-step returns (Sutton 1988). Every zone of every simulated building is a learner of one VecEnv.
The reward is the zone's share of cost and discomfort against the base rule in a twin building
under the same weather and presence: what remains is what the choice of mode changed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from math import inf

import torch
from stable_baselines3 import DQN
from stable_baselines3.common.callbacks import BaseCallback

from agents.evaluation import Exam
from agents.export import Trained, to_onnx
from agents.settings import DqnSettings
from envs.calendar_split import Part
from envs.control_columns import T_COST, T_DISCOMFORT_KH
from envs.zone_vec_env import ZoneVecEnv
from hvac_rl.control.encoding import FEATURE_NAMES
from hvac_rl.errors import HvacRlError
from sim_buildings.building import Building

Progress = Callable[[int, int, str], None]
# The reward follows the time of day: less than a week of it says little.
HOURS_AVERAGED = 168


class _Judge(BaseCallback):
    """Progress; now and then the validation weeks; a clear end when training diverges.

    Kept is the network that was cheapest there among those no less comfortable than the rule.
    """

    def __init__(self, building: Building, settings: DqnSettings, progress: Progress) -> None:
        super().__init__()
        self._settings = settings
        self._progress = progress
        self._recent: deque[float] = deque(maxlen=HOURS_AVERAGED)
        self._exam = Exam(building, Part.VALIDATION)
        self._rule = self._exam.run(None, name="base rule")
        self.best: dict[str, torch.Tensor] = {}
        self._best_score = inf
        self._words = ""

    def _on_step(self) -> bool:
        self._recent.append(float(self.locals["rewards"].mean()))
        if self.n_calls % self._settings.check_every == 0:
            self._check()
        if self.n_calls % 25 == 0 or self.n_calls == self._settings.steps:
            reward = sum(self._recent) / len(self._recent)
            words = f"mean reward {reward:+.4f}{self._words}"
            self._progress(self.n_calls, self._settings.steps, words)
        return True

    def _check(self) -> None:
        assert isinstance(self.model, DQN)
        network = self.model.q_net.q_net
        mine = self._exam.run(_Greedy(network), name="dqn")
        worse_kh = mine.mean(T_DISCOMFORT_KH) - self._rule.mean(T_DISCOMFORT_KH)
        score = mine.mean(T_COST) + self._settings.comfort_price * max(0.0, worse_kh)
        if score < self._best_score:
            self._best_score = score
            self.best = {name: value.clone() for name, value in network.state_dict().items()}
        best = self._best_score / self._rule.mean(T_COST) - 1.0
        self._words = f", validation cost {best:+.1%} of the rule's"

    def _on_rollout_end(self) -> None:
        for parameter in self.model.policy.parameters():
            if not torch.isfinite(parameter).all():
                raise HvacRlError(
                    "training",
                    "diverged: the network holds values that are not finite",
                    "Try a smaller learning rate or another seed.",
                )


class _Greedy:
    """The network as a policy, while it learns."""

    name = "dqn"
    features = FEATURE_NAMES

    def __init__(self, network: torch.nn.Module) -> None:
        self._network = network

    def choose(self, observations: Sequence[Sequence[float]]) -> list[int]:
        with torch.no_grad():
            values = self._network(torch.tensor(observations, dtype=torch.float32))
        return [int(mode) for mode in values.argmax(dim=1)]


def train_dqn(
    env: ZoneVecEnv, settings: DqnSettings, building: Building, progress: Progress
) -> Trained:
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
    judge = _Judge(building, settings, progress)
    model.learn(
        total_timesteps=settings.steps * learners,
        callback=judge,
        log_interval=settings.steps * learners,
    )
    network = model.q_net.q_net
    if judge.best:
        network.load_state_dict(judge.best)
    return Trained(
        kind="onnx",
        name=f"{building.name} dqn",
        building=building.name,
        features=FEATURE_NAMES,
        payload=to_onnx(network, len(FEATURE_NAMES)),
        training={"agent": "dqn", "library": "stable-baselines3", **settings.as_dict()},
        results={},
    )
