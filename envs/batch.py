"""Many buildings side by side, each at its own time of its own world, stepped by decisions."""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.act import Choice, choice_of
from envs.clock_tables import CYCLES_PER_DAY, CYCLES_PER_HOUR, ROWS_PER_CYCLE
from envs.control_columns import (
    C_COST,
    C_DISCOMFORT,
    N_SHARES,
    N_TOTALS,
    S_COST,
    S_DISCOMFORT_KH,
)
from envs.decision import Places, decide_batch, first_look_of_batch, places_of
from envs.memory import make_memory, memory_of
from envs.observe import N_SITE_FEATURES, N_ZONE_FEATURES, make_shown, shown_of
from envs.one_call import OneCall
from envs.setting import Scene
from envs.workspace import make_workspace
from hvac_rl.control.base_rule import RuleParameters
from hvac_rl.control.encoding import N_FEATURES, RULE_MODE
from sim_buildings.buffers import Buffers, Floats, block_of, columns_of, make_buffers
from sim_buildings.columns import HANDLER_OVERRIDE, ZONE_OVERRIDE
from sim_buildings.compiled import ONE, Form, compiled, in_threads
from sim_buildings.sun_course import ROWS_PER_DAY
from sim_buildings.world import World

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

WARM_UP_HOURS = 72
LANES = 64
"""Buildings in a block: enough for the widest registers, few enough for the nearest cache."""
KEPT_STARTS = 4096
COMMANDS = 4


class BatchSnapshot(NamedTuple):
    """A moment of a batch; opaque, for :meth:`Batch.restore`."""

    arrays: tuple[NDArray, ...]  # type: ignore[type-arg]


class Start(NamedTuple):
    """A building that has run three days under the rule, ready to begin."""

    arrays: tuple[Floats, ...]


class Batch:
    """``size`` buildings, each with ``decision_h`` hours between two choices.

    The observation of a zone is its own features and those that its building's zones share:
    ``zone_features`` and ``site_features`` are live views, ``observations`` joins them into a new
    array. ``totals`` (size, N_TOTALS) and ``shares`` (size, zones, N_SHARES) are of the last
    decision. One building is
    computed in double precision, more in single, in blocks of 64 (``single`` chooses otherwise).
    Faults can be switched on in one building, in more with ``faulty``.
    With variants the lanes take them in turn: building b is variant b modulo their number, which
    must divide 64. Without ``supervised`` the BMS's own schedule runs the buildings, whatever modes
    are given.
    """

    def __init__(
        self,
        scene: Scene,
        size: int,
        *,
        decision_h: float = 1.0,
        dt_s: float = 300.0,
        supervised: bool = True,
        faulty: bool | None = None,
        single: bool | None = None,
        threads: int | None = None,
        rule_a_lane: bool = False,
    ) -> None:
        """``rule_a_lane``: :meth:`use_rules` may give each lane of a block a rule of its own."""
        self.cycles = round(decision_h * CYCLES_PER_HOUR)
        if self.cycles < 1 or self.cycles != decision_h * CYCLES_PER_HOUR:
            raise ValueError(f"decision_h must be a multiple of 0.25, is {decision_h:g}")
        if not 0.0 < dt_s <= 300.0 or 300.0 % dt_s:
            raise ValueError(f"dt_s must divide 300, is {dt_s:g}")
        self.scene = scene
        self.size = size
        self.supervised = supervised
        self.dt_s = dt_s
        lanes = 1 if size == 1 else LANES
        variants = len(scene.buildings)
        if variants > 1 and (lanes == 1 or lanes % variants):
            raise ValueError(f"{variants} variants do not divide {lanes} lanes")
        self.form = Form(
            lanes=lanes,
            varied=variants > 1 or rule_a_lane,
            faulty=size == 1 if faulty is None else faulty,
            single=(size > 1) if single is None else single,
        )
        real = self.form.real
        in_lane = [k % variants for k in range(lanes)] if self.form.varied else None
        self.setting, self._index = scene.setting(real, in_lane)
        self.zones = len(scene.building.zones)
        handlers = len(scene.building.air_handlers)
        orientations = len(scene.building.azimuths_deg)
        self._blocks = -(-size // lanes)
        self.buffers = make_buffers(
            self.zones, handlers, orientations, blocks=self._blocks, lanes=lanes, real=real
        )
        self.memory = make_memory(self.zones, handlers, blocks=self._blocks, lanes=lanes, real=real)
        self.places = Places(
            *(np.zeros((self._blocks, lanes), dtype=np.int64) for _ in Places._fields)
        )
        self._shown = make_shown(self.zones, self._blocks, lanes, real)
        self._choice = Choice(
            np.full((self._blocks, lanes, self.zones), RULE_MODE, dtype=np.int64),
            np.full((self._blocks, self.zones, COMMANDS, lanes), np.nan, dtype=real),
        )
        self._direct = False
        self._modes = self._choice.modes.reshape(-1, self.zones)[:size]
        self.world: Ints = np.zeros(self._blocks * lanes, dtype=np.int64)
        most = os.cpu_count() or 1 if threads is None else threads
        self.threads = max(1, min(most, self._blocks))
        # Each thread computes in a workspace of its own.
        self._work = [
            make_workspace(self.zones, handlers, orientations, lanes, real)
            for _ in range(self.threads)
        ]
        self._active = self._blocks
        self._decide = compiled(decide_batch, self.form)
        self._first_look = compiled(first_look_of_batch, self.form)
        self._price_mean = real(scene.price_mean)
        self._dt = real(dt_s)
        self._mean = scene.price_mean
        # One building in double precision has a way of its own.
        self.one = (
            OneCall(
                self.setting, choice_of(self._choice, 0), places_of(self.places, 0),
                block_of(self.buffers, 0), memory_of(self.memory, 0), shown_of(self._shown, 0),
            )
            if self.form == ONE
            else None
        )  # fmt: skip
        self._starts: OrderedDict[tuple[int, int], Start] = OrderedDict()
        zones_out = self._shown.zones_out.reshape(self.zones, N_ZONE_FEATURES, -1)
        self.zone_features = zones_out.transpose(2, 0, 1)[:size]
        """(size, zones, zone features): each zone's own part of its observation; live."""
        self.site_features = self._shown.site_out.reshape(N_SITE_FEATURES, -1).T[:size]
        """(size, site features): the part that all zones of a building share; live."""

    @property
    def observations(self) -> NDArray[np.float32]:
        """(size, zones, N_FEATURES): a new array, each zone's features and its building's."""
        joint = np.empty((self.size, self.zones, N_FEATURES), dtype=np.float32)
        joint[:, :, :N_ZONE_FEATURES] = self.zone_features
        joint[:, :, N_ZONE_FEATURES:] = self.site_features[:, None, :]
        return joint

    @property
    def totals(self) -> NDArray[np.float64]:
        """(size, N_TOTALS), of the last decision."""
        rows = self._by_building(self.memory.building)[:, :N_TOTALS]
        return rows.astype(np.float64)

    @property
    def shares(self) -> NDArray[np.float64]:
        """(size, zones, N_SHARES), of the last decision."""
        rows = columns_of(self.memory.zones, self.form.lanes)[:, :, [C_COST, C_DISCOMFORT]]
        moved = np.moveaxis(rows, 3, 1).reshape(-1, self.zones, N_SHARES)
        return moved[: self.size].astype(np.float64)

    @property
    def cycle(self) -> Ints:
        """Control steps of 15 minutes since the world's start, (size,); grows beyond a year."""
        return self.places.cycle.reshape(-1)[: self.size]

    def _by_building(self, rows: Floats) -> Floats:
        """Rows of a block as rows of buildings, (size, columns)."""
        split = columns_of(rows, self.form.lanes)
        return np.moveaxis(split, -1, 1).reshape(self._blocks * self.form.lanes, -1)[: self.size]

    def reset(self, which: Flags, world: Ints, hour: Ints) -> None:
        """Begin anew in the flagged buildings: three days under the rule lead up to ``hour``.

        ``world`` and ``hour`` (since the world's start) have one entry a flagged building. A start
        is worked out once and remembered: the same world and hour give the same state, to the bit.
        """
        chosen = np.flatnonzero(which)
        variant = chosen % len(self.scene.buildings)
        wrong = self.scene.variant_of[world] != variant
        if len(self.scene.buildings) > 1 and wrong.any():
            raise ValueError(
                f"building {chosen[wrong][0]} is variant {variant[wrong][0]}; world "
                f"{world[wrong][0]} belongs to variant {self.scene.variant_of[world[wrong][0]]}"
            )
        keys = [(int(w), int(h)) for w, h in zip(world, hour, strict=True)]
        missing = sorted({key for key in keys if key not in self._starts})
        for k in range(0, len(missing), max(self.form.lanes, self.size)):
            self._prepare(missing[k : k + max(self.form.lanes, self.size)])
        cycle = np.asarray(hour) * CYCLES_PER_HOUR
        for b, key, at_cycle in zip(chosen, keys, cycle, strict=True):
            self._starts.move_to_end(key)
            self._put(int(b), self._starts[key], key[0], int(at_cycle))
        while len(self._starts) > KEPT_STARTS:
            self._starts.popitem(last=False)

    def _prepare(self, keys: Sequence[tuple[int, int]]) -> None:
        """Run the starts of ``keys`` in a batch of their own and remember them."""
        lanes, variants = self.form.lanes, len(self.scene.buildings)
        # Each start in a lane of its own variant.
        place: dict[int, tuple[int, int]] = {}
        taken = [0] * variants
        for key in keys:
            variant = int(self.scene.variant_of[key[0]]) if variants > 1 else 0
            place[variant + variants * taken[variant]] = key
            taken[variant] += 1
        nursery = Batch(
            self.scene, max(max(place) + 1, 2 if lanes > 1 else 1), decision_h=1.0, dt_s=self.dt_s,
            faulty=self.form.faulty, single=self.form.single, threads=self.threads,
        ) if lanes > 1 or len(keys) == 1 else None  # fmt: skip
        if nursery is None:
            for key in keys:
                self._prepare([key])
            return
        for b, (world, hour) in place.items():
            early = (hour - WARM_UP_HOURS) * CYCLES_PER_HOUR
            block, lane = divmod(b, lanes)
            nursery.places.weather[block, lane] = self._index.weather[world]
            nursery.places.people[block, lane] = self._index.people[world]
            nursery.places.cycle[block, lane] = early + nursery.cycles_per_year
        nursery.look()
        rule = np.full((nursery.size, self.zones), RULE_MODE, dtype=np.int64)
        for _ in range(WARM_UP_HOURS):
            nursery.step(rule)
        for b, key in place.items():
            block, lane = divmod(b, lanes)
            arrays = (*nursery.buffers, *nursery.memory)
            self._starts[key] = Start(
                (*(columns_of(a, lanes)[block, ..., lane].copy() for a in arrays),
                 nursery.zone_features[b].copy(), nursery.site_features[b].copy())
            )  # fmt: skip

    def _put(self, b: int, start: Start, world: int, cycle: int) -> None:
        block, lane = divmod(b, self.form.lanes)
        arrays = (*self.buffers, *self.memory)
        for live, saved in zip(arrays, start.arrays[:-2], strict=True):
            columns_of(live, self.form.lanes)[block, ..., lane] = saved
        self.zone_features[b], self.site_features[b] = start.arrays[-2:]
        self.places.weather[block, lane] = self._index.weather[world]
        self.places.people[block, lane] = self._index.people[world]
        self.places.cycle[block, lane] = cycle + self.cycles_per_year
        self.places.row[block, lane] = cycle % self.cycles_per_year * ROWS_PER_CYCLE
        self.world[b] = world

    def use_rules(self, rules: Sequence[RuleParameters]) -> None:
        """Another base rule from now on: one for all, or one for each lane in turn.

        Starts are prepared under the scene's own rule all the same, so that controllers with
        different rules begin from the same state.
        """
        row: Floats = np.array(rules, dtype=self.form.real).T.ravel()
        mine = self.setting.numbers.rule
        if row.shape != mine.shape:
            lanes = len(mine) // len(RuleParameters._fields)
            raise ValueError(f"{lanes} rules are needed, not {len(rules)}")
        mine[:] = row
        self.look()

    @property
    def cycles_per_year(self) -> int:
        return int(self.setting.clocks.clock.shape[1])

    def look(self) -> None:
        """Clock, proposals and observations of every building as it stands."""
        in_threads(
            lambda first, end: self._first_look(
                self._price_mean, self.setting, self.places, self.buffers, self.memory,
                self._shown, first, end,
            ), self._blocks, self.threads,
        )  # fmt: skip

    def step(self, modes: Ints) -> None:
        """One decision under ``modes``, shape (size, zones).

        With fewer rows only the first so many buildings are stepped, and those that share their
        last block of 64 with them.
        """
        count = len(modes)
        self._modes[:count] = modes
        self._direct = False
        self._active = -(-count // self.form.lanes)
        self._go()

    def step_wishes(self, wishes: Floats) -> None:
        """One decision under ``wishes``, shape (size, zones, 4): heating and cooling setpoint [°C],
        blind, light; NaN is the rule's own. The guard permits what is permitted of them.
        """
        padded = np.full((self._blocks * self.form.lanes, self.zones, COMMANDS), np.nan)
        padded[: self.size] = wishes
        split = padded.reshape(self._blocks, self.form.lanes, self.zones, COMMANDS)
        self._choice.wishes[...] = np.moveaxis(split, 1, 3)
        self._direct = True
        self._active = self._blocks
        self._go()

    def _go(self) -> None:
        if self.one is not None:
            self.one(self._direct, self.cycles, self.supervised, self.dt_s, self._mean)
            return
        in_threads(self._run, self._active, min(self.threads, self._active))

    def _run(self, first: int, end: int) -> None:
        # Threads share the blocks evenly and in order, so the first block tells which one it is.
        thread = -(-first * min(self.threads, self._active) // self._active)
        self._decide(
            self._choice, self._direct, self.cycles, self.supervised, self._dt,
            self._price_mean, self.setting, self.places, self.buffers, self.memory,
            self._shown, self._work[thread], first, end,
        )  # fmt: skip

    def fault_rows(self, b: int) -> tuple[Floats, Floats]:
        """Live views of building ``b``'s faults: (zones, ...) and (air handlers, ...).

        Columns: :mod:`sim_buildings.fault_columns`. Only a ``faulty`` batch looks at them.
        """
        if not self.form.faulty:
            raise ValueError("make the batch with faulty=True to switch faults on")
        block, lane = divmod(b, self.form.lanes)
        zones = columns_of(self.buffers.zone_faults, self.form.lanes)
        handlers = columns_of(self.buffers.handler_faults, self.form.lanes)
        return zones[block, ..., lane], handlers[block, ..., lane]

    def unsupervise(self) -> None:
        """Give everything back to the BMS's own schedule."""
        self.supervised = False
        lanes = self.form.lanes
        zones, handlers = self.buffers.zones, self.buffers.handlers
        columns_of(zones, lanes)[:, :, ZONE_OVERRIDE : ZONE_OVERRIDE + COMMANDS] = np.nan
        columns_of(handlers, lanes)[:, :, HANDLER_OVERRIDE : HANDLER_OVERRIDE + COMMANDS] = np.nan

    def snapshot(self) -> BatchSnapshot:
        """A copy of everything that changes, of all buildings."""
        return BatchSnapshot(tuple(array.copy() for array in self._everything()))

    def restore(self, snapshot: BatchSnapshot) -> None:
        """Go back to a moment of this batch, or of one of the same scene, size and precision."""
        for live, saved in zip(self._everything(), snapshot.arrays, strict=True):
            live[...] = saved

    def copy_buildings(self, other: Batch, source: Ints, target: Ints) -> None:
        """Building ``source[k]`` of ``other`` becomes our building ``target[k]``, shape (n,) each.

        Both batches are of one scene's building and of one precision; their sizes may differ.
        """
        lanes = self.form.lanes
        from_block, from_lane = np.divmod(source, lanes)
        to_block, to_lane = np.divmod(target, lanes)
        for live, saved in zip(self._own(), other._own(), strict=True):
            taken = columns_of(saved, lanes)[from_block, ..., from_lane]
            columns_of(live, lanes)[to_block, ..., to_lane] = taken
        for mine_at, theirs_at in zip(self.places, other.places, strict=True):
            mine_at[to_block, to_lane] = theirs_at[from_block, from_lane]
        self.zone_features[target] = other.zone_features[source]
        self.site_features[target] = other.site_features[source]
        self.world[target] = other.world[source]

    def _own(self) -> list[Floats]:
        """What a building carries from step to step; surroundings are read anew each time."""
        read = ("weather", "people")
        kept = [getattr(self.buffers, name) for name in Buffers._fields if name not in read]
        return [*kept, *self.memory]

    def copy_from(self, other: Batch, which: Flags) -> None:
        """Take over the flagged buildings' whole state from a batch of the same shape."""
        if which.all():
            self.restore(BatchSnapshot(tuple(other._everything())))
            return
        chosen = np.flatnonzero(which)
        self.copy_buildings(other, chosen, chosen)

    def _everything(self) -> list[NDArray]:  # type: ignore[type-arg]
        return [
            *self.buffers,
            *self.memory,
            *self.places,
            self._shown.zones_out,
            self._shown.site_out,
            self.world,
        ]

    @property
    def bytes_a_building(self) -> float:
        """Memory that grows with the number of buildings [B], without worlds and parameters."""
        return sum(array.nbytes for array in self._everything()) / (self._blocks * self.form.lanes)


def hour_of(world: World, day: date) -> int:
    """Hours from the world's start to local midnight of ``day``."""
    return (day - date(world.year, 1, 1)).days * 24


def day_of(world: World, cycle: int) -> date:
    """The calendar day of a control step since the world's start."""
    days = (cycle // CYCLES_PER_DAY) % (world.n_rows // ROWS_PER_DAY)
    return date(world.year, 1, 1) + timedelta(days=int(days))


assert (S_COST, S_DISCOMFORT_KH) == (0, 1), "shares are read as columns C_COST, C_DISCOMFORT"
