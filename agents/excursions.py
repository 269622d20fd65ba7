"""How far rooms and equipment of the simulated plant stray, whoever controls.

Measured in the plant itself and against the BMS alone on the same weeks; the guard's limits are the
yardstick, not its word. Looked at every 15 minutes: what comes and goes between is not seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from agents.command_checks import Watch, of_building, picked, rows_of
from agents.weeks import Progress, Served, silent
from agents.years import HOURS_PER_WEEK, each_week
from envs.batch import Batch
from envs.clock_tables import CYCLES_PER_HOUR
from envs.control_columns import T_DISCOMFORT_KH
from envs.setting import Scene
from hvac_rl.control.encoding import RULE_MODE
from hvac_rl.ports import Policy
from hvac_rl.safety.limits import AirHandlerLimits, ZoneLimits
from sim_buildings.columns import (
    B_COOLING_COIL,
    B_REHEAT,
    H_SUPPLY_FLOW,
    STATE_AIR,
    Z_CO2,
    Z_PEOPLE,
)

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
CYCLE_H = 1.0 / CYCLES_PER_HOUR
DAYS = 7
AT_ONCE_W = 100.0
"""Coils and boxes both above this: heating and cooling at once."""


class Wisher(Protocol):
    """Whoever wishes for values, at every control step."""

    name: str

    def wishes(self, batch: Batch) -> Floats:
        """(size, zones, 4), as :meth:`envs.batch.Batch.step_wishes` takes them."""
        ...


class Excursions(NamedTuple):
    """Means over weeks, unless it is said otherwise."""

    name: str
    discomfort_kh: float
    """K h a zone and week outside the comfort band while people are in."""
    above_kh: float
    """K h a zone and week above the hard room limit, the occupied or the unoccupied one."""
    below_kh: float
    worst_above_k: float
    """Of all rooms and weeks."""
    worst_below_k: float
    co2_above_ppmh: float
    """ppm h a zone and week above the ceiling, people in or not."""
    starts_a_day: float
    """Of an air handler."""
    most_starts_an_hour: int
    """Of all air handlers and hours."""
    both_h: float
    """Hours a week in which a building's coils cool while its boxes or floors heat."""
    commands: int
    breaches: int
    """Commands outside limits; 0 commands for the BMS alone, which is not guarded."""


class _Meter:
    """What strays, added up step by step."""

    def __init__(self, batch: Batch, zones: ZoneLimits, handlers: AirHandlerLimits) -> None:
        self._batch, self._zones, self._handlers = batch, zones, handlers
        served = np.asarray(batch.setting.params.handler_of)
        self._number = int(served.max()) + 1
        self._on = self._running()
        self._starts: list[NDArray[np.bool_]] = []
        self.discomfort_kh = self.above_kh = self.below_kh = self.co2_ppmh = self.both_h = 0.0
        self.worst_above_k = self.worst_below_k = 0.0

    def _running(self) -> NDArray[np.bool_]:
        flow = rows_of(self._batch, self._batch.buffers.handlers, H_SUPPLY_FLOW, 1)[..., 0]
        return flow > 1e-6

    def look(self) -> None:
        """After a step of one cycle."""
        batch, limits = self._batch, self._zones
        columns = (STATE_AIR, Z_PEOPLE, Z_CO2)
        air_c, people, co2_ppm = np.moveaxis(picked(batch, batch.buffers.zones, columns), -1, 0)
        inside = people > 0.0
        above = air_c - np.where(inside, limits.occupied_max_c, limits.unoccupied_max_c)
        below = np.where(inside, limits.occupied_min_c, limits.unoccupied_min_c) - air_c
        self.worst_above_k = max(self.worst_above_k, float(above.max()))
        self.worst_below_k = max(self.worst_below_k, float(below.max()))
        self.above_kh += CYCLE_H * float(above.clip(0.0).sum())
        self.below_kh += CYCLE_H * float(below.clip(0.0).sum())
        excess = (co2_ppm - self._handlers.co2_ceiling_ppm).clip(0.0)
        self.co2_ppmh += CYCLE_H * float(excess.sum())
        self.discomfort_kh += float(batch.totals[:, T_DISCOMFORT_KH].sum())
        cooling_w = of_building(batch, B_COOLING_COIL)
        both = (cooling_w > AT_ONCE_W) & (of_building(batch, B_REHEAT) > AT_ONCE_W)
        self.both_h += CYCLE_H * float(both.sum())
        on = self._running()
        self._starts.append(on & ~self._on)
        self._on = on

    def result(self, name: str, watch: Watch | None) -> Excursions:
        weeks = self._batch.size
        rooms, units = weeks * self._batch.zones, weeks * self._number
        starts = np.stack(self._starts).astype(np.int64)
        summed = np.concatenate([np.zeros_like(starts[:1]), starts.cumsum(axis=0)])
        in_an_hour = summed[CYCLES_PER_HOUR:] - summed[:-CYCLES_PER_HOUR]
        return Excursions(
            name, self.discomfort_kh / rooms, self.above_kh / rooms, self.below_kh / rooms,
            self.worst_above_k, self.worst_below_k, self.co2_ppmh / rooms,
            float(starts.sum()) / (units * DAYS), int(in_an_hour.max()), self.both_h / weeks,
            watch.commands if watch else 0, watch.breaches if watch else 0,
        )  # fmt: skip


class GuardedWeeks:
    """Weeks of a scene's worlds at every control step, ready to be run again and again."""

    def __init__(
        self,
        scene: Scene,
        weeks: Sequence[int] | Ints,
        threads: int | None = None,
        zone_limits: ZoneLimits | None = None,
    ) -> None:
        """``zone_limits``: judge by these in place of the daemon's own."""
        world, hour = each_week(scene, weeks)
        self._batch = Batch(scene, len(world), decision_h=CYCLE_H, threads=threads)
        self._batch.reset(np.ones(len(world), dtype=np.bool_), world, hour)
        self._beginning = self._batch.snapshot()
        self._zone_limits = zone_limits or ZoneLimits()
        self._handler_limits = AirHandlerLimits()

    def bms(self, progress: Progress = silent) -> Excursions:
        """The BMS's own schedule."""
        return self._run("BMS alone", None, progress)

    def rule(self, progress: Progress = silent) -> Excursions:
        """The base rule under the guard."""
        return self._run("rule", None, progress, supervised=True)

    def policy(self, policy: Policy, progress: Progress = silent) -> Excursions:
        """A policy, asked once an hour as the daemon does."""
        return self._run(policy.name, Served(policy), progress)

    def wisher(self, wisher: Wisher, progress: Progress = silent) -> Excursions:
        """Values instead of modes, at every control step."""
        return self._run(wisher.name, wisher, progress)

    def _run(
        self, name: str, by: Served | Wisher | None, progress: Progress, supervised: bool = False
    ) -> Excursions:
        batch = self._batch
        batch.restore(self._beginning)
        supervised = batch.supervised = supervised or by is not None
        if not supervised:
            batch.unsupervise()
        meter = _Meter(batch, self._zone_limits, self._handler_limits)
        watch = Watch(batch, self._zone_limits, self._handler_limits) if supervised else None
        modes: Ints = np.full((batch.size, batch.zones), RULE_MODE, dtype=np.int64)
        for step in range(HOURS_PER_WEEK * CYCLES_PER_HOUR):
            hourly = step % CYCLES_PER_HOUR == 0
            if isinstance(by, Served) and hourly:
                modes = by.modes(batch)
            if watch:
                watch.before()
            if by is None or isinstance(by, Served):
                batch.step(modes)
            else:
                batch.step_wishes(by.wishes(batch))
            if watch:
                watch.after()
            meter.look()
            if hourly:
                progress(step // CYCLES_PER_HOUR + 1, HOURS_PER_WEEK, name)
        return meter.result(name, watch)
