"""Policies that mean harm: what the guard has to bear from whoever chooses.

They are served like any other policy, in the simulator and by the daemon's own cycle.
:class:`HurtingWishes` goes further than a policy can: it wishes for values, not for modes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import numpy as np
from numpy.typing import NDArray

from envs.batch import Batch
from hvac_rl.control.encoding import FEATURE_NAMES, MODE_NAMES, N_FEATURES, N_MODES

Rows = Sequence[Sequence[float]]

OUTLOOK = ("outdoor_0_2", "outdoor_2_4", "outdoor_4_8", "outdoor_8_16", "outdoor_16_24")
# Normalised as (T - 15) / 15: below this the coming day is cold.
COLD = 0.0
COOLS_IN_THE_COLD = MODE_NAMES.index("precool deep, blind closed")
HEATS_IN_THE_HEAT = MODE_NAMES.index("preheat more, blind open")
DRIFTS_IN_THE_HEAT = MODE_NAMES.index("off, blind open")
DRIFTS_IN_THE_COLD = MODE_NAMES.index("off, blind closed")
FAR = 1e6
"""A wish beyond every limit."""


class Hurts:
    """Cools on cold days with the sun shut out, heats on hot ones with the sun let in."""

    name = "hurts"
    features: tuple[str, ...] = OUTLOOK

    def choose(self, observations: Rows) -> list[int]:
        return [
            COOLS_IN_THE_COLD if sum(row) < COLD * len(row) else HEATS_IN_THE_HEAT
            for row in observations
        ]


class Neglects:
    """Lets every room drift as far as the guard permits, the sun against it."""

    name = "neglects"
    features: tuple[str, ...] = OUTLOOK

    def choose(self, observations: Rows) -> list[int]:
        return [
            DRIFTS_IN_THE_COLD if sum(row) < COLD * len(row) else DRIFTS_IN_THE_HEAT
            for row in observations
        ]


class Swings:
    """From one extreme to the other at every decision."""

    name = "swings"
    features: tuple[str, ...] = OUTLOOK[:1]

    def __init__(self) -> None:
        self._heats = False

    def choose(self, observations: Rows) -> list[int]:
        self._heats = not self._heats
        return [HEATS_IN_THE_HEAT if self._heats else COOLS_IN_THE_COLD] * len(observations)


class Chatters:
    """Any mode for any zone at every decision."""

    name = "chatters"
    features: tuple[str, ...] = OUTLOOK[:1]

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def choose(self, observations: Rows) -> list[int]:
        return [self._random.randrange(N_MODES) for _ in observations]


class Always:
    """One mode, whatever happens."""

    features: tuple[str, ...] = OUTLOOK[:1]

    def __init__(self, mode: int) -> None:
        self._mode = mode
        self.name = f"always {MODE_NAMES[mode]}"

    def choose(self, observations: Rows) -> list[int]:
        return [self._mode] * len(observations)


class Answers:
    """Answers with whatever it was made to, mode or not, or raises it."""

    features: tuple[str, ...] = FEATURE_NAMES

    def __init__(self, name: str, answer: Callable[[int], Any]) -> None:
        """``answer`` takes the number of zones."""
        self.name = name
        self._answer = answer

    def choose(self, observations: Rows) -> Any:
        return self._answer(len(observations))


def _raise(zones: int) -> list[int]:
    raise ZeroDivisionError(f"a policy of {zones} zones")


def _spoil(row: list[Any], bad: object) -> list[Any]:
    return [*row[:-1], bad]


BROKEN: tuple[Answers, ...] = (
    Answers("raises", _raise),
    Answers("nothing", lambda zones: None),
    Answers("a number", lambda zones: 3),
    Answers("words", lambda zones: "x" * zones),
    Answers("too few", lambda zones: [0] * (zones - 1)),
    Answers("too many", lambda zones: [0] * (zones + 1)),
    Answers("without end", lambda zones: iter(int, 1)),
    Answers("NaN", lambda zones: _spoil([0] * zones, float("nan"))),
    Answers("infinite", lambda zones: _spoil([0] * zones, float("inf"))),
    Answers("half a mode", lambda zones: _spoil([0] * zones, 1.5)),
    Answers("no mode", lambda zones: _spoil([0] * zones, None)),
    Answers("beyond the last mode", lambda zones: _spoil([0] * zones, N_MODES)),
    Answers("below the first mode", lambda zones: _spoil([0] * zones, -1)),
    Answers("a table", lambda zones: np.zeros((zones, N_FEATURES))),
)
"""Policies whose every answer is none: the base rule must take over, and say so."""


class HurtingWishes:
    """Values beyond every limit, at every control step: the worst that a wish can be."""

    name = "hurting wishes"

    def wishes(self, batch: Batch) -> NDArray[np.float64]:
        """(size, zones, 4) for :meth:`envs.batch.Batch.step_wishes`."""
        columns = [FEATURE_NAMES.index(name) for name in OUTLOOK]
        cold = batch.observations[:, :, columns].mean(axis=2) < COLD
        made = np.empty((batch.size, batch.zones, 4))
        made[:, :, :2] = np.where(cold, -FAR, FAR)[:, :, None]
        made[:, :, 2] = np.where(cold, FAR, -FAR)
        made[:, :, 3] = -FAR
        return made
