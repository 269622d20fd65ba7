"""Short ways to drive a batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from envs.batch import Batch
from hvac_rl.control.encoding import N_MODES, RULE_MODE

HOURS_PER_WEEK = 168


def begin(batch: Batch, hours: Sequence[int], worlds: Sequence[int] | int = 0) -> None:
    """Every building at its hour of its world."""
    everyone = np.ones(batch.size, dtype=np.bool_)
    batch.reset(everyone, np.resize(np.array(worlds), batch.size), np.array(hours))


def random_modes(random: np.random.Generator, batch: Batch) -> NDArray[np.int64]:
    return random.integers(0, N_MODES, (batch.size, batch.zones))


def state(batch: Batch, b: int) -> list[NDArray[np.floating]]:
    """Everything that building ``b`` of a batch is: views, one for each array."""
    lanes = batch.form.lanes
    block, lane = divmod(b, lanes)
    rows = [a.reshape(*a.shape[:-1], -1, lanes) for a in (*batch.buffers, *batch.memory)]
    places = [place[block, lane] for place in batch.places]
    return [
        *(row[block, ..., lane] for row in rows),
        *places,
        batch.zone_features[b],
        batch.site_features[b],
    ]


def same_bits(one: Sequence[NDArray[np.floating]], other: Sequence[NDArray[np.floating]]) -> bool:
    """Whether every array of two states is equal; NaN is like NaN."""
    pairs = zip(one, other, strict=True)
    return all(np.array_equal(a, b, equal_nan=True) for a, b in pairs)


def rule(batch: Batch) -> NDArray[Any]:
    """Every zone under the rule."""
    return np.full((batch.size, batch.zones), RULE_MODE)


def whole(batch: Batch) -> list[list[NDArray[Any]]]:
    """A copy of every building."""
    return [[np.copy(a) for a in state(batch, b)] for b in range(batch.size)]


def differing(one: list[list[NDArray[Any]]], other: list[list[NDArray[Any]]]) -> list[int]:
    """The buildings that are not the same to the bit."""
    return [b for b in range(len(one)) if not same_bits(one[b], other[b])]
