"""Many buildings side by side, each at its own hour of its own world, stepped by the hour."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from envs.control_step import N_FACTS, N_HANDLER_GUARD, N_ZONE_GUARD, BuildingData
from envs.hour import (
    N_SHARES,
    N_TOTALS,
    Memory,
    Setting,
    Worlds,
    first_look_of_batch,
    hour_of_batch,
)
from hvac_rl.control.base_rule import RuleParameters
from hvac_rl.control.encoding import FORECAST_HOURS, N_FEATURES, RULE_MODE
from hvac_rl.control.kpis import KpiLimits
from hvac_rl.safety.limits import AirHandlerLimits, ZoneLimits
from hvac_rl.safety.values import AirHandlerGuardState, ZoneGuardState
from sim_buildings.buffers import make_buffers
from sim_buildings.building import Building
from sim_buildings.compiled import compiled, in_threads
from sim_buildings.parameters import parameters
from sim_buildings.tariff import WORKDAY_PRICE
from sim_buildings.weather import HOURS_PER_DAY, ROW_S, ROWS_PER_DAY, ROWS_PER_HOUR
from sim_buildings.world import World

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

WARM_UP_HOURS = 72
LEAST_BUILDINGS_A_THREAD = 8
PRESENCE_ROWS = 3
"""A presence detector holds for 15 minutes."""


def make_setting(
    building: Building,
    *,
    rule: RuleParameters | None = None,
    zone_limits: ZoneLimits | None = None,
    handler_limits: AirHandlerLimits | None = None,
    dt_s: float = 300.0,
    supervised: bool = True,
) -> Setting:
    """The compiled form of a building with its rule and limits; defaults are the daemon's.

    Without ``supervised`` the BMS's own schedule runs it, whatever modes are given.
    """
    zones = building.zones
    limits = zone_limits or ZoneLimits()
    return Setting(
        params=parameters(building),
        building=BuildingData(
            np.array([zone.area_m2 for zone in zones]),
            np.array([zone.design_people for zone in zones]),
            np.array([zone.full_light_lux for zone in zones]),
            np.array([zone.azimuth_deg for zone in zones]),
            building.design_outdoor_air_m3_s,
        ),
        rule=rule or RuleParameters(),
        zone_limits=limits,
        handler_limits=handler_limits or AirHandlerLimits(),
        kpi_limits=KpiLimits(limits.comfort_min_c, limits.comfort_max_c),
        start_h=building.schedule.start_h,
        end_h=building.schedule.end_h,
        price_mean=float(np.mean(WORKDAY_PRICE)),
        dt_s=dt_s,
        supervised=supervised,
    )


def make_worlds(worlds: Sequence[World]) -> Worlds:
    """Worlds that share their weather, stacked."""
    first = worlds[0]
    if any(world.name != first.name or world.year != first.year for world in worlds):
        raise ValueError("worlds of one batch share their place and year")
    people = np.stack([world.rows.people for world in worlds])
    present = people > 0.0
    held = np.zeros_like(present)
    for back in range(PRESENCE_ROWS):
        held |= np.roll(present, back, axis=1)
    days = first.n_rows // ROWS_PER_DAY
    workday = first.rows.workday[::ROWS_PER_DAY] > 0.5
    ahead = [next((k for k in range(1, 8) if workday[(day + k) % days]), 7) for day in range(days)]
    return Worlds(
        rows=first.rows,
        people=people,
        presence=held.astype(np.float64),
        temperature_eta=np.stack([world.rows.temperature_eta for world in worlds]),
        ghi_eta=np.stack([world.rows.ghi_eta for world in worlds]),
        next_workday=np.array(ahead, dtype=np.float64),
    )


class Batch:
    """``size`` buildings. Arrays are live; ``observations`` is (size, zones, N_FEATURES).

    ``totals`` (size, N_TOTALS) and ``shares`` (size, zones, N_SHARES) are of the last hour.
    """

    def __init__(self, setting: Setting, worlds: Worlds, size: int) -> None:
        self.setting = setting
        self.worlds = worlds
        self.size = size
        self.zones = int(setting.building.area_m2.shape[0])
        self.hours_per_year = worlds.rows.workday.shape[0] // ROWS_PER_HOUR
        self.buffers = make_buffers(self.zones, batch=size)
        shape = (size, self.zones)
        self.memory = Memory(
            facts=np.zeros((*shape, N_FACTS)),
            air_slow_c=np.full(shape, np.nan),
            proposals=np.zeros((*shape, 4)),
            zone_guard=np.zeros((*shape, N_ZONE_GUARD)),
            handler_guard=np.zeros((size, N_HANDLER_GUARD)),
            observations=np.zeros((*shape, N_FEATURES)),
            totals=np.zeros((size, N_TOTALS)),
            shares=np.zeros((*shape, N_SHARES)),
            scratch=np.zeros((size, 3, FORECAST_HOURS)),
        )
        self.world: Ints = np.zeros(size, dtype=np.int64)
        self.hour: Ints = np.zeros(size, dtype=np.int64)
        """Hours since the world's start; grows beyond a year."""
        # Threads pay off only for many buildings; one building runs without starting any.
        self._threads = min(os.cpu_count() or 1, size // LEAST_BUILDINGS_A_THREAD)
        self._run_hour = compiled(hour_of_batch)
        self._first_look = compiled(first_look_of_batch)

    @property
    def observations(self) -> Floats:
        return self.memory.observations

    @property
    def totals(self) -> Floats:
        return self.memory.totals

    @property
    def shares(self) -> Floats:
        return self.memory.shares

    def reset(self, which: Flags, world: Ints, hour: Ints) -> None:
        """Begin anew in the flagged buildings: three days under the rule lead up to ``hour``.

        ``world`` and ``hour`` have one entry a flagged building.
        """
        self.world[which] = world
        self.hour[which] = hour + self.hours_per_year - WARM_UP_HOURS
        fresh = make_buffers(self.zones)
        for live, rest in zip(self.buffers, fresh, strict=True):
            live[which] = rest
        self.memory.air_slow_c[which] = np.nan
        self.memory.zone_guard[which] = np.array(ZoneGuardState())
        self.memory.handler_guard[which] = np.array(AirHandlerGuardState())
        row, worlds = self._where()
        self._first_look(row, worlds, self.setting, self.worlds, self.buffers, self.memory, which,
                         0, self.size)  # fmt: skip
        rule = np.full((self.size, self.zones), RULE_MODE, dtype=np.int64)
        for _ in range(WARM_UP_HOURS):
            self.step(rule, which)

    def step(self, modes: Ints, which: Flags | None = None) -> None:
        """One hour under ``modes``, shape (size, zones), in all or the flagged buildings."""
        active = np.ones(self.size, dtype=np.bool_) if which is None else which
        row, world = self._where()
        now_s = self.hour.astype(np.float64) * 3600.0

        def run(first: int, end: int) -> None:
            self._run_hour(modes, row, now_s, world, self.setting, self.worlds, self.buffers,
                           self.memory, active, first, end)  # fmt: skip

        in_threads(run, self.size, self._threads)
        self.hour[active] += 1

    def copy_from(self, other: Batch, which: Flags) -> None:
        """Take over the flagged buildings' whole state from a batch of the same shape."""
        for mine, theirs in zip(
            (*self.buffers, *self.memory), (*other.buffers, *other.memory), strict=True
        ):
            mine[which] = theirs[which]
        self.world[which] = other.world[which]
        self.hour[which] = other.hour[which]

    def _where(self) -> tuple[Ints, Ints]:
        row = (self.hour % self.hours_per_year) * ROWS_PER_HOUR
        return row, self.world


def hour_of(world: World, day: date) -> int:
    """Hours from the world's start to local midnight of ``day``."""
    return (day - date(world.year, 1, 1)).days * HOURS_PER_DAY


def day_of(world: World, hour: int) -> date:
    """The calendar day of an hour since the world's start."""
    days = (hour // HOURS_PER_DAY) % (world.n_rows // ROWS_PER_DAY)
    return date(world.year, 1, 1) + timedelta(days=int(days))


assert ROW_S == 300.0, "the compiled hour counts rows of five minutes"
