"""What a training run is told; all of it goes into the bundle's manifest."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    seed: int = 1
    buildings: int = 32
    """Buildings simulated side by side; every zone of each is a learner."""
    steps: int = 3000
    """Hourly decisions of each zone."""
    gamma: float = 0.96
    """Discount an hour: what happens half a day later still counts with 0.6."""
    discomfort_weight: float = 2.0
    """Currency a K h of thermal discomfort in a zone."""

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class QLearningSettings(Settings):
    steps: int = 6000
    epsilon_start: float = 0.5
    epsilon_end: float = 0.05
    least_visits: int = 50
    """A cell and mode seen less often is not trusted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DqnSettings(Settings):
    learning_rate: float = 5e-4
    batch_size: int = 1024
    hidden: tuple[int, ...] = (64, 64)
    buffer_size: int = 400_000
    gradient_steps: int = 8
    target_update_steps: int = 40
    n_steps: int = 6
    exploration_initial: float = 0.4
    exploration_fraction: float = 0.5
    exploration_final: float = 0.05
