"""From the archive of a stable-baselines3 model to an unsigned bundle, as a step of its own.

An archive holds pickled objects: to load it is to run whatever whoever made it wrote. So this
happens offline, where a person says that they trust it, and what comes out, an ONNX file, is data.

Of value-based models (DQN, QR-DQN) the served values are theirs (QR-DQN's: the mean of the
quantiles); of policy gradients (PPO, A2C) they are the logits of the modes, so that the mode that
is served is the likeliest one.
"""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import stable_baselines3
import torch
from gymnasium import spaces
from stable_baselines3 import A2C, DQN, PPO
from stable_baselines3.common.base_class import BaseAlgorithm
from stable_baselines3.common.policies import ActorCriticPolicy, BasePolicy
from stable_baselines3.common.vec_env import VecNormalize

from agents.dqn import NEVER, Offered
from agents.export import Trained
from agents.parity import of_torch, onnx_that_agrees, states
from agents.settings import FEW_MODES
from hvac_rl.control.base_rule import RuleParameters
from hvac_rl.control.encoding import FEATURE_NAMES, MODE_NAMES, N_FEATURES, N_MODES
from hvac_rl.errors import ConfigError, MissingExtra

VALUES = {"dqn": "values", "qrdqn": "values", "ppo": "logits", "a2c": "logits"}
"""By algorithm: what the served numbers of the modes are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportOptions:
    """What the command was told."""

    archive: Path
    algorithm: str
    building: str
    """The name of the building that it was trained for."""
    modes: tuple[int, ...]
    """What its actions stand for, in the order that the environment was given."""
    rule: RuleParameters | None = None
    """The rule under it in training; None is the strong one."""
    normaliser: Path | None = None
    """VecNormalize's statistics, where the observations it saw were normalised again."""
    name: str | None = None


def modes_of(text: str) -> tuple[int, ...]:
    """ "all", "few" or numbers such as "0,3,6-8". Raises ConfigError."""
    named = {"all": tuple(range(N_MODES)), "few": FEW_MODES}
    if text in named:
        return named[text]
    modes: list[int] = []
    try:
        for part in text.split(","):
            first, dash, last = part.partition("-")
            modes += range(int(first), int(last if dash else first) + 1)
    except ValueError as error:
        raise ConfigError(
            "--modes", f"is {text!r}", "Write all, few, or numbers such as 0,3,6-8."
        ) from error
    if len(set(modes)) < len(modes) or not all(0 <= mode < N_MODES for mode in modes):
        raise ConfigError("--modes", f"each mode once, 0 to {N_MODES - 1}; given: {text}")
    return tuple(modes)


def trained_of_archive(options: ExportOptions) -> Trained:
    """Load the archive, **running what is in it**, and make it what a bundle holds.

    Raises ConfigError where it is not such a model or does not fit the view that is served,
    HvacRlError where ONNX Runtime would not say what it says.
    """
    model = _load(options.archive, options.algorithm)
    _check_spaces(model, options)
    network = _values_of(model, options)
    if options.normaliser is not None:
        network = torch.nn.Sequential(_normaliser(options.normaliser), network)
    served = Offered(network, options.modes)
    _check_served(served, options)
    payload, parity = onnx_that_agrees(served, FEATURE_NAMES)
    settings = {
        key: value
        for key in ("gamma", "learning_rate", "n_steps", "batch_size", "seed")
        if isinstance(value := getattr(model, key, None), int | float)
    }
    return Trained(
        kind="onnx",
        name=options.name or f"{options.building} {options.algorithm}",
        building=options.building,
        features=FEATURE_NAMES,
        payload=payload,
        training={
            "agent": options.algorithm,
            "library": f"stable-baselines3 {stable_baselines3.__version__}",
            "archive_sha256": hashlib.sha256(options.archive.read_bytes()).hexdigest(),
            "timesteps": model.num_timesteps,
            **settings,
            "modes": [MODE_NAMES[mode] for mode in options.modes],
            "values": VALUES[options.algorithm],
            "observations_normalised_again": options.normaliser is not None,
            "parity_max_abs": parity,
        },
        results={},
        rule={} if options.rule is None else options.rule._asdict(),
    )


def _load(archive: Path, algorithm: str) -> BaseAlgorithm:
    kinds: dict[str, type[BaseAlgorithm]] = {"dqn": DQN, "ppo": PPO, "a2c": A2C}
    if algorithm == "qrdqn":
        try:
            from sb3_contrib import QRDQN
        except ModuleNotFoundError as error:
            raise MissingExtra(
                "hvac-rl policy export --algorithm qrdqn",
                "needs the package sb3-contrib, which is not installed",
                "Install it with: pip install 'hvac-rl[contrib]'",
            ) from error
        kinds["qrdqn"] = QRDQN
    try:
        return kinds[algorithm].load(archive, device="cpu")
    except Exception as error:  # whatever is pickled in the archive may raise anything
        raise ConfigError(
            str(archive),
            f"cannot be loaded as {algorithm}: {type(error).__name__}: {error}",
            "Give the file that model.save() wrote, and the algorithm it was made with.",
        ) from error


def _check_spaces(model: BaseAlgorithm, options: ExportOptions) -> None:
    seen, actions = model.observation_space, model.action_space
    hint = "Train on envs.zone_vec_env.ZoneVecEnv, the view in which every zone is a learner."
    if not isinstance(seen, spaces.Box) or seen.shape != (N_FEATURES,):
        raise ConfigError(
            str(options.archive),
            f"observes {seen}; what can serve observes the {N_FEATURES} features of one zone",
            hint,
        )
    if not isinstance(actions, spaces.Discrete) or actions.start != 0:
        raise ConfigError(
            str(options.archive), f"acts in {actions}; what can serve chooses among modes", hint
        )
    if int(actions.n) != len(options.modes):
        raise ConfigError(
            str(options.archive),
            f"chooses among {actions.n} modes, --modes names {len(options.modes)}",
            "Give --modes as the environment was given them, in the same order.",
        )


def _values_of(model: BaseAlgorithm, options: ExportOptions) -> torch.nn.Module:
    if options.algorithm == "dqn":
        assert isinstance(model, DQN)
        return model.q_net
    if options.algorithm == "qrdqn":
        return _MeanOfQuantiles(model.quantile_net)  # type: ignore[attr-defined]
    if not isinstance(model.policy, ActorCriticPolicy):
        raise ConfigError(
            str(options.archive), f"has a policy of its own, {type(model.policy).__name__}"
        )
    return _Logits(model.policy)


class _MeanOfQuantiles(torch.nn.Module):
    """QR-DQN's quantiles (n, quantiles, modes) as values (n, modes)."""

    def __init__(self, quantiles: torch.nn.Module) -> None:
        super().__init__()
        self.quantiles = quantiles

    def forward(self, observation: torch.Tensor) -> torch.Tensor:
        values: torch.Tensor = self.quantiles(observation).mean(dim=1)
        return values


class _Logits(torch.nn.Module):
    """The actor of an actor-critic policy: logits (n, modes)."""

    def __init__(self, policy: ActorCriticPolicy) -> None:
        super().__init__()
        self.policy = policy

    def forward(self, observation: torch.Tensor) -> torch.Tensor:
        policy = self.policy
        features: Any = BasePolicy.extract_features(
            policy, observation, policy.pi_features_extractor
        )
        logits: torch.Tensor = policy.action_net(policy.mlp_extractor.forward_actor(features))
        return logits


class _Normaliser(torch.nn.Module):
    """VecNormalize's treatment of observations."""

    mean: torch.Tensor
    scale: torch.Tensor

    def __init__(self, mean: np.ndarray, variance: np.ndarray, epsilon: float, clip: float) -> None:
        super().__init__()
        self.clip = clip
        self.register_buffer("mean", torch.tensor(mean, dtype=torch.float32))
        scale = 1.0 / np.sqrt(np.asarray(variance) + epsilon)
        self.register_buffer("scale", torch.tensor(scale, dtype=torch.float32))

    def forward(self, observation: torch.Tensor) -> torch.Tensor:
        return torch.clamp((observation - self.mean) * self.scale, -self.clip, self.clip)


def _normaliser(path: Path) -> torch.nn.Module:
    try:
        with path.open("rb") as file:
            loaded = pickle.load(file)
    except OSError as error:
        raise ConfigError(str(path), f"cannot be read: {error.strerror}") from error
    except Exception as error:  # a pickle may raise anything
        raise ConfigError(
            str(path), f"cannot be loaded: {type(error).__name__}: {error}"
        ) from error
    if not isinstance(loaded, VecNormalize):
        raise ConfigError(str(path), "holds no VecNormalize", "Give what its save() wrote.")
    if not loaded.norm_obs:
        return torch.nn.Identity()
    statistics = loaded.obs_rms
    if isinstance(statistics, dict) or statistics.mean.shape != (N_FEATURES,):
        raise ConfigError(str(path), f"normalises other observations than {N_FEATURES} features")
    return _Normaliser(statistics.mean, statistics.var, loaded.epsilon, loaded.clip_obs)


def _check_served(served: Offered, options: ExportOptions) -> None:
    """Finite values, and never a mode that the model does not know."""
    values = of_torch(served, states(FEATURE_NAMES))
    if not np.isfinite(values).all():
        raise ConfigError(str(options.archive), "answers with values that are not finite")
    if not _only(values.argmax(axis=1), options.modes) or values.max(axis=1).min() <= NEVER:
        raise ConfigError(
            str(options.archive),
            f"gives its modes values below {NEVER:g}, which stands for modes not offered",
            "Scale the rewards down and train again.",
        )


def _only(chosen: np.ndarray, modes: Sequence[int]) -> bool:
    return bool(np.isin(chosen, list(modes)).all())
