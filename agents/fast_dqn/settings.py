"""What a training run of the fast DQN is told; all of it goes into the bundle's manifest."""

from __future__ import annotations

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class FastDqnSettings:
    """The same for every building: nothing here is fitted to one."""

    seed: int = 1
    actors: int = 384
    """Buildings that the policy runs."""
    actor_hours: int = 3
    """Hours that each of them goes on in a cycle."""
    epsilon: float = 0.1
    """How often a zone of an actor takes any mode."""
    restarts: float = 0.02
    """Share of the actors begun anew in a cycle."""
    branch_zones: int = 32_768
    """Zones of all branches of a cycle together; small buildings have more branches."""
    most_branches: int = 6144
    horizon_h: int = 24
    """How long a branch goes on."""
    width: int = 64
    learning_rate: float = 1e-3
    batch_size: int = 2048
    gradient_steps: int = 60
    """A cycle."""
    most_labels: int = 500_000
    """Kept; older ones give way."""
    newest: float = 0.5
    """Share of all labels so far that is still believed."""
    averaging: float = 0.98
    """Of the slow copy, a gradient step."""
    price: float = 0.3
    """To begin with, of a K h of a zone's discomfort; then what matches the rule's comfort."""
    check_every: int = 8
    """Cycles between two looks at the validation weeks."""

    def as_dict(self) -> dict[str, object]:
        return asdict(self)
