"""Who enters: bundles that are kept, grouped by agent, each with its training seeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from agents.league.compare import TUNED
from hvac_rl.control.base_rule import RuleParameters
from hvac_rl.control.bundle import DEMO_PUBLIC_KEY, read_bundle
from hvac_rl.control.policy import rule_parameters

FAST_DQN = "fast DQN"
NAMES = {
    "tuned-rule": TUNED,
    "q-learning": "tabular Q-learning",
    "dqn": "DQN (stable-baselines3)",
    "fast-dqn": FAST_DQN,
}


@dataclass(frozen=True, slots=True)
class Seed:
    """One trained policy."""

    kind: str
    features: tuple[str, ...]
    payload: bytes
    rule: RuleParameters | None
    train_s: float


@dataclass(frozen=True, slots=True)
class Contender:
    """An agent, trained with several seeds."""

    name: str
    seeds: tuple[Seed, ...]
    curve: list[list[float]]
    """(seconds, cost against the strong rule, discomfort) while its first seed was trained."""

    @property
    def train_s(self) -> float:
        """The mean of all seeds."""
        return sum(seed.train_s for seed in self.seeds) / len(self.seeds)


def kept(folder: Path, building: str, trusted_keys: Sequence[str] = ()) -> list[Contender]:
    """The bundles of a building under ``folder``, in the order of NAMES.

    Raises PolicyRefused for a bundle that does not verify.
    """
    found: dict[str, list[Seed]] = {agent: [] for agent in NAMES}
    curves: dict[str, list[list[float]]] = {}
    for path in sorted(folder.glob("*/manifest.json")):
        bundle = read_bundle(path.parent, [DEMO_PUBLIC_KEY, *trusted_keys])
        manifest = bundle.manifest
        agent = str(manifest.training.get("agent"))
        if manifest.building != building or agent not in found:
            continue
        train_s = manifest.training.get("train_s", 0.0)
        found[agent].append(
            Seed(
                manifest.kind,
                manifest.features,
                bundle.payload,
                rule_parameters(bundle) if manifest.rule_parameters else None,
                float(train_s) if isinstance(train_s, int | float) else 0.0,
            )
        )
        curve = manifest.training.get("curve")
        curves.setdefault(agent, curve if isinstance(curve, list) else [])
    return [
        Contender(NAMES[agent], tuple(seeds), curves.get(agent, []))
        for agent, seeds in found.items()
        if seeds
    ]
