"""A controller without a wire: the daemon's own cycle on the simulated building, in this process.

The same rule, policy, guard and engine as in the field, as fast as they compute: what the field
run would be if the network cost no time. The demonstration runs the base rule alone this way, and
the tests hold the served run against it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from agents.truth import Truth
from hvac_rl.control.base_rule import RuleParameters
from hvac_rl.control.cycle import ControlCycle
from hvac_rl.control.decide import Decider
from hvac_rl.control.writer import Writer
from hvac_rl.points import Point
from hvac_rl.ports import DeviceHealth, Policy, Prior
from hvac_rl.records import Command, Outcome, Reading, Receipt
from hvac_rl.service.assembly import STALE_CYCLES, site_guard
from hvac_rl.service.site_file import Site
from sim_buildings.field.simulated_building import SimulatedBuilding

BMS_PRIORITY = 16


class DirectAdapter:
    """An ``Adapter`` on the simulated building itself; every device of the site is this one."""

    def __init__(self, simulated: SimulatedBuilding, priority: int) -> None:
        self._simulated = simulated
        self._priority = priority
        self.overrides: dict[str, float | None] = dict.fromkeys(simulated.scheduled())

    async def connect(self) -> None:
        """Nothing to open."""

    async def check(self, points: Sequence[Point]) -> None:
        """The points are the building's own."""

    async def read(self, points: Sequence[Point], time_s: float) -> list[Reading]:
        sensors, scheduled = self._simulated.sensors(), self._simulated.scheduled()
        readings = []
        for point in points:
            ours = self.overrides.get(point.name)
            value = sensors.get(point.name, scheduled.get(point.name))
            level = None
            if point.writable:
                value = value if ours is None else ours
                level = BMS_PRIORITY if ours is None else self._priority
            readings.append(
                Reading(point=point.name, time_s=time_s, value=value, commanded_by=level, ours=ours)
            )
        return readings

    async def write(self, commands: Sequence[Command]) -> list[Receipt]:
        for command in commands:
            self.overrides[command.point.name] = command.value
        return [Receipt(command=c, outcome=Outcome.OK, effective=c.value) for c in commands]

    async def release(
        self, commands: Sequence[Command], priors: Mapping[str, Prior] | None = None
    ) -> list[Receipt]:
        for command in commands:
            self.overrides[command.point.name] = None
        return [Receipt(command=c, outcome=Outcome.OK) for c in commands]

    def health(self) -> DeviceHealth:
        return DeviceHealth("in process", reachable=True)

    async def close(self) -> None:
        """Nothing to close."""


class _Ledger:
    """In memory: a rehearsal leaves nothing behind."""

    def __init__(self) -> None:
        self._held: set[str] = set()

    def hold(self, point: str, found: float | None, time_s: float) -> None:
        self._held.add(point)

    def writing(self, values: Mapping[str, float]) -> None:
        """What it writes is in this very process."""

    def prior(self, point: str) -> Prior:
        return Prior(None)

    def forget(self, point: str) -> None:
        self._held.discard(point)

    def held(self) -> set[str]:
        return self._held


class _TrueForecast:
    """The forecast that the field publishes, straight from its source."""

    def __init__(self, simulated: SimulatedBuilding) -> None:
        self._simulated = simulated

    def observe(self, now_s: float, outdoor_c: float, ghi_w_m2: float) -> None:
        """Published forecasts do not learn."""

    def hourly(self, now_s: float) -> tuple[Sequence[float], Sequence[float]]:
        hours = self._simulated.forecast()[:24]
        return [h.outdoor_air_c for h in hours], [h.ghi_w_m2 for h in hours]


def rehearse(
    site: Site,
    simulated: SimulatedBuilding,
    end_s: float,
    policy: Policy | None = None,
    progress: Callable[[float], None] = lambda time_s: None,
) -> Truth:
    """Run ``simulated`` from where it stands to site time ``end_s``; answers with the truth.

    ``policy`` None is the base rule alone. ``progress`` hears the site time every cycle.
    """
    adapter = DirectAdapter(simulated, site.priority)
    adapters = dict.fromkeys(site.devices, adapter)
    decider = Decider(
        site.plant,
        site.calendar,
        site.tariff,
        _TrueForecast(simulated),
        policy,
        RuleParameters(),
        dict(site.air_handler_limits),
        STALE_CYCLES * site.cycle_s,
    )
    cycle = ControlCycle(
        site.plant, adapters, decider, site_guard(site), Writer(adapters, _Ledger())
    )

    async def run() -> list[list[float]]:
        rows: list[list[float]] = []
        number = 0
        while simulated.time_s < end_s:
            await cycle.run(number, simulated.time_s)
            number += 1
            for _ in range(round(site.cycle_s / simulated.dt_s)):
                simulated.step(adapter.overrides)
                rows.append([simulated.time_s, *simulated.truth()])
            progress(simulated.time_s)
        return rows

    frame = pd.DataFrame(asyncio.run(run()), columns=["time_s", *simulated.truth_columns()])
    zones = tuple(zone.name for zone in simulated.field.zones)
    return Truth(frame.set_index("time_s"), zones)
