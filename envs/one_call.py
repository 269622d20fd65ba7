"""One building's decision in one cheap call.

Handing compiled code some fifty arrays takes longer than computing a decision of one building. So
their addresses are written into a table once, and the compiled code makes its arrays from there.
The table is of use only while the arrays live and stay where they are; :class:`OneCall` holds them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numba
import numpy as np
from llvmlite import ir  # type: ignore[import-untyped]
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from envs.act import Choice
from envs.clock_tables import ClockTables
from envs.control_step import Numbers
from envs.decision import Places, Setting, decide_block
from envs.memory import Memory
from envs.observe import N_SITE_FEATURES, N_ZONE_FEATURES, OBSERVED, Shown
from hvac_rl.control.encoding import N_FEATURES
from sim_buildings.bounds import within
from sim_buildings.buffers import Buffers
from sim_buildings.compiled import ONE, compiled, makes_arrays
from sim_buildings.parameters import Params
from sim_buildings.world_tables import WorldTables

MOST_AXES = 4
WIDTH = 1 + MOST_AXES
"""Of a table's row: an address and the lengths of the axes."""


carray: Any = numba.carray  # type: ignore[attr-defined]


def _as_pointer(typing_context: Any, address: Any) -> Any:
    """An integer as the pointer that it is."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], ir.IntType(8).as_pointer())

    return types.voidptr(address), generate


as_pointer: Any = intrinsic(_as_pointer)


@makes_arrays
def real1(table: NDArray[np.int64], k: int) -> Any:
    """Array ``k`` of the table, of one axis."""
    row = table[k]
    return carray(as_pointer(row[0]), (row[1],), np.float64)


@makes_arrays
def real2(table: NDArray[np.int64], k: int) -> Any:
    row = table[k]
    return carray(as_pointer(row[0]), (row[1], row[2]), np.float64)


@makes_arrays
def real3(table: NDArray[np.int64], k: int) -> Any:
    row = table[k]
    return carray(as_pointer(row[0]), (row[1], row[2], row[3]), np.float64)


@makes_arrays
def seen3(table: NDArray[np.int64], k: int) -> Any:
    row = table[k]
    return carray(as_pointer(row[0]), (row[1], row[2], row[3]), np.float32)


@makes_arrays
def seen4(table: NDArray[np.int64], k: int) -> Any:
    row = table[k]
    return carray(as_pointer(row[0]), (row[1], row[2], row[3], row[4]), np.float32)


@makes_arrays
def count3(table: NDArray[np.int64], k: int) -> Any:
    row = table[k]
    return carray(as_pointer(row[0]), (row[1], row[2], row[3]), np.uint16)


@makes_arrays
def whole1(table: NDArray[np.int64], k: int) -> Any:
    row = table[k]
    return carray(as_pointer(row[0]), (row[1],), np.int64)


@makes_arrays
def whole2(table: NDArray[np.int64], k: int) -> Any:
    row = table[k]
    return carray(as_pointer(row[0]), (row[1], row[2]), np.int64)


@makes_arrays
def decide_at(
    table: NDArray[np.int64],
    direct: bool,
    cycles: int,
    supervised: bool,
    dt_s: float,
    price_mean: float,
) -> None:
    """:func:`envs.decision.decide_block` on the arrays of ``table``, in the order below."""
    t = table
    params = Params(
        real2(t, 0), real2(t, 1), real1(t, 2), real2(t, 3), real2(t, 4),
        whole1(t, 5), whole1(t, 6), whole1(t, 7), whole1(t, 8), whole1(t, 9), whole1(t, 10),
        whole1(t, 11),
    )  # fmt: skip
    setting = Setting(
        params,
        Numbers(real1(t, 12), real1(t, 13), real1(t, 14)),
        real1(t, 15),
        real2(t, 16),
        WorldTables(real3(t, 17), count3(t, 18)),
        ClockTables(real3(t, 19), real3(t, 20)),
    )
    choice = Choice(whole2(t, 21), real3(t, 22))
    places = Places(whole1(t, 23), whole1(t, 24), whole1(t, 25), whole1(t, 26))
    buffers = Buffers(
        real2(t, 27), real2(t, 28), real1(t, 29), real2(t, 30), real3(t, 31), real2(t, 32),
        real2(t, 33), real2(t, 34),
    )  # fmt: skip
    memory = Memory(real2(t, 35), real2(t, 36), real1(t, 37), real1(t, 38))
    shown = Shown(
        real2(t, 39), real1(t, 40), real3(t, 41), real2(t, 42), seen4(t, 43), seen3(t, 44)
    )
    decide_block(
        choice, direct, cycles, supervised, dt_s, price_mean, setting, places, buffers, memory,
        shown, 0,
    )  # fmt: skip
    join(shown.zones_out, shown.site_out, seen2(t, 45))


@makes_arrays
def seen2(table: NDArray[np.int64], k: int) -> Any:
    row = table[k]
    return carray(as_pointer(row[0]), (row[1], row[2]), np.float32)


def join(
    zones_out: NDArray[np.float32], site_out: NDArray[np.float32], joint: NDArray[np.float32]
) -> None:
    """Every zone's whole observation within its bounds, (zones, N_FEATURES)."""
    for z in range(joint.shape[0]):
        for k in range(N_ZONE_FEATURES):
            joint[z, k] = within(zones_out[z, k, 0, 0], -OBSERVED, OBSERVED)
        for k in range(N_SITE_FEATURES):
            joint[z, N_ZONE_FEATURES + k] = within(site_out[k, 0, 0], -OBSERVED, OBSERVED)


AXES = (
    2, 2, 1, 2, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 3, 3, 3, 3, 2, 3, 1, 1, 1, 1,
    2, 2, 1, 2, 3, 2, 2, 2, 2, 2, 1, 1, 2, 1, 3, 2, 4, 3, 2,
)  # fmt: skip
"""How many axes each array of a table has."""


class OneCall:
    """A decision of one building, double precision, ready to be called."""

    def __init__(
        self,
        setting: Setting,
        choice: Choice,
        places: Places,
        buffers: Buffers,
        memory: Memory,
        shown: Shown,
    ) -> None:
        """All arrays of the one block, as :func:`~envs.decision.decide_block` takes them."""
        self.joint = np.zeros((buffers.zones.shape[0], N_FEATURES), dtype=np.float32)
        """(zones, N_FEATURES): what an environment shows after a decision."""
        given = (setting, choice, places, buffers, memory, shown, self.joint)
        self._arrays = list(_flat(given))
        if tuple(array.ndim for array in self._arrays) != AXES:
            raise AssertionError("decide_at expects other arrays")
        self._table = np.zeros((len(self._arrays), WIDTH), dtype=np.int64)
        for row, array in zip(self._table, self._arrays, strict=True):
            if not array.flags.c_contiguous:
                raise AssertionError("an array does not lie in one piece")
            row[0] = array.ctypes.data
            row[1 : 1 + array.ndim] = array.shape
        self._decide = compiled(decide_at, ONE)

    def __call__(
        self, direct: bool, cycles: int, supervised: bool, dt_s: float, price_mean: float
    ) -> None:
        self._decide(self._table, direct, cycles, supervised, dt_s, price_mean)


def _flat(tree: Any) -> Iterable[NDArray[Any]]:
    """The arrays of nested named tuples, in order."""
    if isinstance(tree, tuple):
        for branch in tree:
            yield from _flat(branch)
    else:
        yield tree
