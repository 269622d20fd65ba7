"""What a training run is told; all of it goes into the bundle's manifest."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from hvac_rl.control.encoding import MODE_NAMES

# Learners that must try every mode in every state are offered a few that differ.
FEW_MODES: tuple[int, ...] = tuple(
    MODE_NAMES.index(name)
    for name in (
        "rule",
        "off",
        "relax",
        "comfort",
        "preheat",
        "preheat more",
        "precool",
        "precool more",
        "precool most",
        "rule, blind closed",
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    seed: int = 1
    buildings: int = 32
    """Buildings simulated side by side; every zone of each is a learner."""
    steps: int = 3000
    """Hourly decisions of each zone."""
    gamma: float = 0.96
    """Discount an hour: what happens half a day later still counts with 0.6."""
    discomfort_weight: float = 1.0
    """Currency a K h of thermal discomfort in a zone."""

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class QLearningSettings(Settings):
    steps: int = 24_000
    discomfort_weight: float = 0.6
    """Less than other agents': a table of few cells else buys comfort that nobody asked for."""
    epsilon: float = 0.1
    gamma: float = 0.98
    n_steps: int = 24
    least_visits: int = 200
    """A cell and mode seen less often is not trusted."""
    least_gain: float = 0.02
    """A mode must promise this much more than the rule's own to be chosen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DqnSettings(Settings):
    buildings: int = 64
    steps: int = 6000
    gamma: float = 0.98
    learning_rate: float = 1e-3
    batch_size: int = 2048
    hidden: tuple[int, ...] = (64, 64)
    buffer_size: int = 1_000_000
    gradient_steps: int = 8
    """Gradient steps an hour of all buildings."""
    target_update_steps: int = 40
    n_steps: int = 10
    exploration_initial: float = 0.2
    exploration_fraction: float = 0.5
    exploration_final: float = 0.03
    discomfort_weight: float = 0.6
    check_every: int = 200
    """Steps between two looks at the validation weeks."""
    comfort_price: float = 5.0
    """Currency a K h by which a week's discomfort may not exceed the rule's."""
