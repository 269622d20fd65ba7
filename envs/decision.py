"""One decision of a block of buildings: control steps under the chosen modes, then a look.

Each 15 minutes: act (modes, guard), let the physics run, and look (slow filter, rule). At the end
the observation for the next choice is written.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.act import Choice, act, choice_of
from envs.clock_tables import ROWS_PER_CYCLE, ClockTables, read_clock
from envs.control_step import Numbers, look
from envs.count import begin_count, count
from envs.memory import Memory, memory_of
from envs.observe import Shown, computed_in, show, shown_of
from envs.workspace import Workspace, carry
from sim_buildings.buffers import ROWS_AHEAD, Buffers, Floats, block_of
from sim_buildings.lanes import LANES
from sim_buildings.parameters import Params
from sim_buildings.step import command_block, step_block
from sim_buildings.sun_course import ROW_S
from sim_buildings.world_tables import WorldTables, enter, fetch

Ints = NDArray[np.int64]


class Setting(NamedTuple):
    """What stays the same over a batch: the building, its rule, its limits, its worlds."""

    params: Params
    numbers: Numbers
    comfort: Floats
    """(3,): KpiLimits."""
    orientations: Floats
    """(zones, 2), each a row of parameters: sine and cosine of each zone's facade."""
    tables: WorldTables
    clocks: ClockTables


class Places(NamedTuple):
    """Where each lane is, shape (lanes,) each; in a batch with a leading axis of blocks."""

    weather: Ints
    people: Ints
    cycle: Ints
    """Control steps of 15 minutes since the world's start; grows beyond a year."""
    row: Ints
    """The world's row of 300 s at that time, within the year."""


def places_of(batch: Places, b: int) -> Places:
    """Block ``b`` of a batch; its arrays are views."""
    return Places(batch.weather[b], batch.people[b], batch.cycle[b], batch.row[b])


def decide_block(
    choice: Choice,
    direct: bool,
    cycles: int,
    supervised: bool,
    dt_s: float,
    price_mean: float,
    setting: Setting,
    places: Places,
    buffers: Buffers,
    memory: Memory,
    shown: Shown,
    block: int,
) -> None:
    """``cycles`` control steps of a block under one choice.

    Not ``supervised`` leaves everything to the BMS's own schedule.
    """
    begin_count(memory)
    substeps = int(ROW_S / dt_s)
    n_rows = setting.tables.weather.shape[1]
    for _ in range(cycles):
        if supervised:
            act(choice, direct, setting.params, setting.numbers, buffers, memory)
        fetch(setting.tables, places.weather, places.people, places.row, ROWS_AHEAD, buffers)
        for k in range(ROWS_PER_CYCLE):
            enter(k, buffers)
            weather = buffers.weather[k]
            for _ in range(substeps):
                if k == 0 or not supervised:
                    command_block(setting.params, buffers, weather)
                step_block(setting.params, buffers, weather, dt_s, False)
                count(dt_s, setting.comfort, setting.params, buffers, memory)
        next_cycle(n_rows, places)
        read_clock(
            setting.clocks, places.weather, places.people, places.cycle, places.row, memory.clock
        )
        look(setting.params, setting.numbers, buffers, memory)
    show(setting.orientations, price_mean, buffers, memory, shown, block)


def next_cycle(n_rows: int, places: Places) -> None:
    """Move on by 15 minutes; the year closes on itself."""
    for lane in range(LANES):
        places.cycle[lane] += 1
        row = places.row[lane] + ROWS_PER_CYCLE
        places.row[lane] = row if row < n_rows else row - n_rows


def decide_batch(
    choice: Choice,
    direct: bool,
    cycles: int,
    supervised: bool,
    dt_s: float,
    price_mean: float,
    setting: Setting,
    places: Places,
    batch: Buffers,
    memory: Memory,
    shown: Shown,
    work: Workspace,
    first: int,
    end: int,
) -> None:
    """One decision of blocks ``first`` to ``end - 1``, computed in ``work``."""
    for b in range(first, end):
        buffers, mind = block_of(batch, b), memory_of(memory, b)
        carry(buffers, mind, work.buffers, work.memory)
        decide_block(
            choice_of(choice, b), direct, cycles, supervised, dt_s, price_mean, setting,
            places_of(places, b), work.buffers, work.memory,
            computed_in(shown, work.shown), b,
        )  # fmt: skip
        carry(work.buffers, work.memory, buffers, mind)


def first_look_of_batch(
    price_mean: float,
    setting: Setting,
    places: Places,
    batch: Buffers,
    memory: Memory,
    shown: Shown,
    first: int,
    end: int,
) -> None:
    """Clock, proposals and observations of blocks ``first`` to ``end - 1`` as they stand."""
    for b in range(first, end):
        here, buffers, mind = places_of(places, b), block_of(batch, b), memory_of(memory, b)
        n_rows = setting.tables.weather.shape[1]
        for lane in range(LANES):
            here.row[lane] = here.cycle[lane] * ROWS_PER_CYCLE % n_rows
        read_clock(setting.clocks, here.weather, here.people, here.cycle, here.row, mind.clock)
        look(setting.params, setting.numbers, buffers, mind)
        show(setting.orientations, price_mean, buffers, mind, shown_of(shown, b), b)
