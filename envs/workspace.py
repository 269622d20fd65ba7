"""A thread's own block of arrays, in which one block of a batch after the other is computed.

What a decision remembers of a building is a fraction of what it computes with. Only that fraction
is fetched from the batch and put back; the rest stays in this thread's nearest cache, however many
buildings the batch has.
"""

from __future__ import annotations

from typing import NamedTuple

from envs.memory import Memory, make_memory
from envs.observe import Shown, make_shown
from sim_buildings.buffers import Buffers, Floats, make_buffers
from sim_buildings.columns import (
    STATE_AIR,
    STATE_HUMIDITY,
    Z_AIR,
    Z_FACADE,
    ZONE_EFFECTIVE,
    ZONE_OVERRIDE,
)
from sim_buildings.lanes import FAULTY, LANES


class Workspace(NamedTuple):
    """The arrays of one block."""

    buffers: Buffers
    memory: Memory
    shown: Shown


def make_workspace(
    zones: int, handlers: int, orientations: int, lanes: int, real: type
) -> Workspace:
    """A workspace for blocks of a building."""
    shown = make_shown(zones, 1, lanes, real)
    return Workspace(
        make_buffers(zones, handlers, orientations, lanes=lanes, real=real),
        make_memory(zones, handlers, lanes=lanes, real=real),
        shown._replace(
            zones=shown.zones[0],
            site=shown.site[0],
            zone_rows=shown.zone_rows[0],
            site_rows=shown.site_rows[0],
        ),
    )


def carry(buffers: Buffers, memory: Memory, to_buffers: Buffers, to_memory: Memory) -> None:
    """Copy what a decision remembers of one block to another.

    Of a zone: what its sensors said last, its state and its overrides; of air handlers, building
    and controller everything.
    """
    for z in range(buffers.zones.shape[0]):
        copy(buffers.zones[z], to_buffers.zones[z], Z_AIR, Z_FACADE + 1)
        copy(buffers.zones[z], to_buffers.zones[z], STATE_AIR, STATE_HUMIDITY + 1)
        copy(buffers.zones[z], to_buffers.zones[z], ZONE_OVERRIDE, ZONE_EFFECTIVE)
        copy_all(memory.zones[z], to_memory.zones[z])
        if FAULTY:
            copy_all(buffers.zone_faults[z], to_buffers.zone_faults[z])
    for h in range(buffers.handlers.shape[0]):
        copy_all(buffers.handlers[h], to_buffers.handlers[h])
        copy_all(memory.handlers[h], to_memory.handlers[h])
        if FAULTY:
            copy_all(buffers.handler_faults[h], to_buffers.handler_faults[h])
    copy_all(buffers.building, to_buffers.building)
    copy_all(memory.building, to_memory.building)
    copy_all(memory.clock, to_memory.clock)


def copy(row: Floats, to: Floats, first: int, end: int) -> None:
    """Copy columns ``first`` to ``end - 1``."""
    for k in range(first * LANES, end * LANES):
        to[k] = row[k]


def copy_all(row: Floats, to: Floats) -> None:
    """Copy a whole row."""
    for k in range(row.shape[0]):
        to[k] = row[k]
