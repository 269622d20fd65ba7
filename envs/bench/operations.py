"""How many floating-point operations a step takes: counted while the plain functions run.

Additions, subtractions, multiplications and divisions count as one each. Comparisons, signs,
square roots, exponentials, and arithmetic on indices do not count: what is found is a floor.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from envs.act import Choice, choice_of
from envs.batch import COMMANDS
from envs.bench.stages import SEED, Spread, spread_out
from envs.decision import decide_block, places_of
from envs.memory import memory_of
from envs.observe import make_shown, shown_of
from envs.setting import Scene
from hvac_rl.control.encoding import N_MODES
from sim_buildings.buffers import Buffers, block_of
from sim_buildings.step import step_block


class _Tally:
    count = 0


def _counted(name: str) -> Any:
    """The method of a float, as one that counts."""
    plain = getattr(float, name)

    def method(self: float, other: float) -> Any:
        value = plain(self, other)
        if value is NotImplemented:
            return value
        _Tally.count += 1
        return Counted(value)

    return method


class Counted(float):
    """A number that counts what is done with it."""

    __slots__ = ()
    __add__, __radd__ = _counted("__add__"), _counted("__radd__")
    __sub__, __rsub__ = _counted("__sub__"), _counted("__rsub__")
    __mul__, __rmul__ = _counted("__mul__"), _counted("__rmul__")
    __truediv__, __rtruediv__ = _counted("__truediv__"), _counted("__rtruediv__")

    def __neg__(self) -> Counted:
        return Counted(float.__neg__(self))

    def __abs__(self) -> Counted:
        return Counted(float.__abs__(self))


class Rows:
    """An array of numbers, each of which counts when it is read."""

    def __init__(self, values: NDArray[np.floating]) -> None:
        self._values = values
        self.shape = values.shape
        self.dtype = SimpleNamespace(type=Counted)

    def __getitem__(self, key: Any) -> Any:
        value = self._values[key]
        return Rows(value) if isinstance(value, np.ndarray) else Counted(value)

    def __setitem__(self, key: Any, value: float) -> None:
        self._values[key] = value


@dataclass(frozen=True, slots=True)
class Operations:
    """Floating-point operations of one zone, the mean over a building and a stretch of time."""

    a_zone_substep: float
    """Of the physics alone, in one substep of 300 s."""
    a_zone_step: float
    """Of a whole control step of 15 minutes: physics, counting, rule, guard and observation."""


def count_operations(scene: Scene, steps: int) -> Operations:
    """Count over ``steps`` control steps of 15 minutes under random modes."""
    batch = spread_out(scene, 1, 1, Spread(worlds=1, weeks=1))
    zones = batch.zones
    random = np.random.default_rng(SEED)
    modes = np.zeros((1, 1, zones), dtype=np.int64)
    choice = Choice(modes, np.full((1, zones, COMMANDS, 1), np.nan))
    setting, buffers = counting(batch.setting), counting(batch.buffers)
    memory, shown = counting(batch.memory), counting(make_shown(zones, 1, 1, np.float64))
    whole = physics = 0
    for _ in range(steps):
        modes[...] = random.integers(0, N_MODES, modes.shape)
        with tally() as found:
            decide_block(
                choice_of(choice, 0), False, batch.cycles, True, batch.dt_s, scene.price_mean,
                setting, places_of(batch.places, 0), block_of(buffers, 0), memory_of(memory, 0),
                shown_of(shown, 0), 0,
            )  # fmt: skip
        whole += found[0]
        # A copy of the state, on which the physics goes on alone.
        aside = Buffers(*(array.copy() for array in batch.buffers))
        block = block_of(counting(aside), 0)
        with tally() as found:
            step_block(setting.params, block, block.weather[0], batch.dt_s, False)
        physics += found[0]
    each = steps * zones
    return Operations(physics / each, whole / each)


def counting(rows: Any) -> Any:
    """A named tuple of arrays, or of such tuples, whose numbers count."""
    if isinstance(rows, np.ndarray):
        return Rows(rows) if rows.dtype.kind == "f" else rows
    if isinstance(rows, tuple):
        return type(rows)(*(counting(one) for one in rows))
    return rows


@contextmanager
def tally() -> Iterator[list[int]]:
    """What is counted inside, in a list once it is over."""
    found: list[int] = []
    before = _Tally.count
    yield found
    found.append(_Tally.count - before)
