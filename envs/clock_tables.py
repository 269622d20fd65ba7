"""The clock, the forecast and the prices of every control step, worked out before anything runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.control_columns import (
    K_DAY,
    K_ETA_GHI,
    K_ETA_TEMPERATURE,
    K_NOW,
    K_PRICE,
    N_CLOCK_TABLE,
)
from hvac_rl.control.encoding import time_features
from hvac_rl.control.schedule import time_facts
from hvac_rl.safety.rules import SECONDS_PER_DAY
from sim_buildings.buffers import Floats
from sim_buildings.building import Building
from sim_buildings.lanes import LANES, at
from sim_buildings.sun_course import ROWS_PER_DAY, ROWS_PER_HOUR
from sim_buildings.world import World

Ints = NDArray[np.int64]

CYCLE_S = 900.0
ROWS_PER_CYCLE = 3
CYCLES_PER_HOUR = ROWS_PER_HOUR // ROWS_PER_CYCLE
CYCLES_PER_DAY = ROWS_PER_DAY // ROWS_PER_CYCLE
LONGEST_FREE_DAYS = 7


class ClockTables(NamedTuple):
    """What a controller knows of time, by control step of 15 minutes."""

    clock: Floats
    """(S, cycles, N_CLOCK_TABLE): with the outlook's true means."""
    eta: Floats
    """(P, hours, 2): forecast errors by hour of issue."""


def clock_tables(
    buildings: Sequence[Building], worlds: Sequence[World], sources: Sequence[int], real: type
) -> ClockTables:
    """Tables of ``worlds``; ``buildings``: whose each world is; ``sources``: the world that each
    table of surroundings is from."""
    clock: Floats = np.stack([_clock(buildings[k], worlds[k]) for k in sources]).astype(real)
    eta: Floats = np.stack(
        [np.stack([w.rows.temperature_eta, w.rows.ghi_eta], axis=-1) for w in worlds]
    ).astype(real)
    return ClockTables(clock, eta)


def _clock(building: Building, world: World) -> NDArray[np.float64]:
    rows = world.rows
    cycles = world.n_rows // ROWS_PER_CYCLE
    workday = rows.workday[::ROWS_PER_DAY] > 0.5
    days = workday.size
    table = np.empty((cycles, N_CLOCK_TABLE))
    known: dict[tuple[int, bool, bool, int], tuple[float, ...]] = {}
    for day in range(days):
        tomorrow = bool(workday[(day + 1) % days])
        ahead = next(
            (k for k in range(1, LONGEST_FREE_DAYS + 1) if workday[(day + k) % days]),
            LONGEST_FREE_DAYS,
        )
        for cycle in range(CYCLES_PER_DAY):
            # Few kinds of day: each moment of each is worked out once.
            key = (cycle, bool(workday[day]), tomorrow, ahead)
            if key not in known:
                facts = time_facts(
                    cycle / CYCLES_PER_HOUR, key[1], tomorrow, float(ahead),
                    building.schedule.start_h, building.schedule.end_h,
                )  # fmt: skip
                known[key] = (*map(float, facts), *time_features(facts))
            table[day * CYCLES_PER_DAY + cycle, : len(known[key])] = known[key]
    first = len(next(iter(known.values())))
    each = slice(None, None, ROWS_PER_CYCLE)
    windows = (rows.outdoor_window_c, rows.ghi_window_w_m2, rows.price_window)
    ahead_of = np.concatenate([w[each] for w in windows], axis=1)
    table[:, first : first + ahead_of.shape[1]] = ahead_of
    table[:, K_PRICE] = rows.price_per_kwh[each]
    return table


def read_clock(
    tables: ClockTables, weather_of: Ints, people_of: Ints, cycle: Ints, row: Ints, clock: Floats
) -> None:
    """The clock of each lane's control step ``cycle``, which grows beyond a year; ``row`` not."""
    for lane in range(LANES):
        now = cycle[lane]
        here = row[lane] // ROWS_PER_CYCLE
        source = tables.clock[weather_of[lane], here]
        for column in range(source.shape[0]):
            clock[at(column, lane)] = source[column]
        eta = tables.eta[people_of[lane], here // CYCLES_PER_HOUR]
        clock[at(K_ETA_TEMPERATURE, lane)] = eta[0]
        clock[at(K_ETA_GHI, lane)] = eta[1]
        clock[at(K_NOW, lane)] = now * CYCLE_S
        clock[at(K_DAY, lane)] = now // CYCLES_PER_DAY


assert CYCLES_PER_DAY * CYCLE_S == SECONDS_PER_DAY
