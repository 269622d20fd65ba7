"""What a controller of many buildings remembers and is shown."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from envs.control_columns import (
    A_GUARD,
    C_AWAY,
    C_GUARD,
    C_SLOW,
    N_BUILDING_CONTROL,
    N_CLOCK,
    N_HANDLER_CONTROL,
    N_ZONE_CONTROL,
)
from hvac_rl.safety.values import AirHandlerGuardState, ZoneGuardState
from sim_buildings.buffers import Floats, columns_of

LONG_AWAY_S = 1e6


class Memory(NamedTuple):
    """Rows of a block of buildings; columns in :mod:`envs.control_columns`.

    In a batch each array has a leading axis of blocks.
    """

    zones: Floats
    handlers: Floats
    building: Floats
    clock: Floats


def make_memory(
    zones: int, handlers: int, *, blocks: int | None = None, lanes: int = 1, real: type = np.float64
) -> Memory:
    """Memory of a controller that has seen nothing yet."""
    lead = () if blocks is None else (blocks,)

    def row(columns: int, *number: int) -> Floats:
        return np.zeros((*lead, *number, columns * lanes), dtype=real)

    made = Memory(
        row(N_ZONE_CONTROL, zones),
        row(N_HANDLER_CONTROL, handlers),
        row(N_BUILDING_CONTROL),
        row(N_CLOCK),
    )
    zone = columns_of(made.zones, lanes)
    zone[..., C_AWAY, :] = LONG_AWAY_S
    zone[..., C_SLOW, :] = np.nan
    state = np.array(ZoneGuardState())
    zone[..., C_GUARD : C_GUARD + state.size, :] = state[:, None]
    state = np.array(AirHandlerGuardState())
    columns_of(made.handlers, lanes)[..., A_GUARD : A_GUARD + state.size, :] = state[:, None]
    return made


def memory_of(batch: Memory, b: int) -> Memory:
    """Block ``b`` of a batch; its arrays are views."""
    return Memory(batch.zones[b], batch.handlers[b], batch.building[b], batch.clock[b])
