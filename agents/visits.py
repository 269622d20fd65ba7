"""The states that a policy meets when it runs a simulated building."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from agents.explain import Visited
from agents.weeks import Progress, Served, Weeks, silent
from agents.years import VALIDATION, Place, scene_of_years
from envs.batch import Batch
from hvac_rl.control.base_rule import RuleParameters
from hvac_rl.control.encoding import N_FEATURES
from hvac_rl.ports import Policy

# No year of the tests: an explanation must not be a look at those.
YEARS = VALIDATION._replace(every_weeks=4)
MOST_STATES = 60_000
"""Of either half; a large building has more."""


class _Noting(Served):
    """A policy whose states and choices are kept."""

    def __init__(self, policy: Policy) -> None:
        super().__init__(policy)
        self.seen: list[NDArray[np.float32]] = []
        self.chosen: list[NDArray[np.int64]] = []

    def modes(self, batch: Batch) -> NDArray[np.int64]:
        modes = super().modes(batch)
        self.seen.append(batch.observations)
        self.chosen.append(modes)
        return modes


def visited(
    place: Place,
    policy: Policy,
    rule: RuleParameters,
    threads: int,
    progress: Progress = silent,
) -> tuple[Visited, Visited, float]:
    """States of one year to fit a tree to and of another to hold it against; the mean price.

    Every fourth week of either year, each begun after three days under the rule.
    """
    scene = scene_of_years(place, YEARS, rule)
    weeks = Weeks(scene, YEARS.weeks, threads)
    noting = _Noting(policy)
    weeks.run(policy.name, noting, progress=progress)
    # (hours, buildings, ...); the buildings of a world lie together.
    seen, chosen = np.stack(noting.seen), np.stack(noting.chosen)
    fit = weeks.batch.size // 2
    halves = (
        _some(seen[:, part].reshape(-1, N_FEATURES), chosen[:, part].ravel())
        for part in (slice(0, fit), slice(fit, None))
    )
    return (*halves, scene.price_mean)  # type: ignore[return-value]


def _some(seen: NDArray[np.float32], chosen: NDArray[np.int64]) -> Visited:
    """At most MOST_STATES of them, evenly."""
    if len(seen) > MOST_STATES:
        which = np.linspace(0, len(seen) - 1, MOST_STATES).astype(np.int64)
        seen, chosen = seen[which], chosen[which]
    return Visited(seen, chosen)
