"""The states that a policy meets when it runs a simulated building."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from agents.explain import Visited, choices, gains
from agents.weeks import Progress, Weeks, silent
from agents.years import VALIDATION, Place, scene_of_years
from envs.batch import Batch
from hvac_rl.control.base_rule import RuleParameters
from hvac_rl.control.encoding import FEATURE_NAMES, N_FEATURES, N_MODES
from hvac_rl.control.policy import OnnxPolicy

# No year of the tests: an explanation must not be a look at those.
YEARS = VALIDATION._replace(every_weeks=4)
NOT_OFFERED = -500.0
"""Below lies what agents.dqn.NEVER marks: a mode that the policy does not know."""
MOST_STATES = 60_000
"""Of either half; a large building has more."""


class _Noting:
    """A network whose states, choices and values are kept."""

    def __init__(self, policy: OnnxPolicy) -> None:
        self._policy = policy
        self._columns = [FEATURE_NAMES.index(feature) for feature in policy.features]
        self.seen: list[NDArray[np.float32]] = []
        self.values: list[NDArray[np.float32]] = []

    def modes(self, batch: Batch) -> NDArray[np.int64]:
        seen = batch.observations.copy()
        rows = seen.reshape(batch.size * batch.zones, -1)[:, self._columns]
        values = self._policy.values(rows).reshape(batch.size, batch.zones, N_MODES)  # type: ignore[arg-type]
        self.seen.append(seen)
        self.values.append(values)
        modes: NDArray[np.int64] = values.argmax(axis=2)
        return modes


def visited(
    place: Place,
    policy: OnnxPolicy,
    rule: RuleParameters,
    threads: int,
    *,
    logits: bool,
    progress: Progress = silent,
) -> tuple[Visited, Visited, float]:
    """States of one year to fit a tree to and of another to hold it against; the mean price.

    ``logits``: the policy's values are those of chances, and no gains.

    Every fourth week of either year, each begun after three days under the rule.
    """
    scene = scene_of_years(place, YEARS, rule)
    weeks = Weeks(scene, YEARS.weeks, threads)
    noting = _Noting(policy)
    weeks.run(policy.name, noting, progress=progress)
    # (hours, buildings, ...); the buildings of a world lie together.
    seen, values = np.stack(noting.seen), np.stack(noting.values)
    fit = weeks.batch.size // 2
    halves = (
        _some(seen[:, part].reshape(-1, N_FEATURES), values[:, part].reshape(-1, N_MODES), logits)
        for part in (slice(0, fit), slice(fit, None))
    )
    return (*halves, scene.price_mean)  # type: ignore[return-value]


def _some(seen: NDArray[np.float32], values: NDArray[np.float32], logits: bool) -> Visited:
    """At most MOST_STATES of them, evenly."""
    if len(seen) > MOST_STATES:
        which = np.linspace(0, len(seen) - 1, MOST_STATES).astype(np.int64)
        seen, values = seen[which], values[which]
    modes = values.argmax(axis=1)
    return Visited(seen, modes, choices(modes) if logits else gains(values, NOT_OFFERED))
