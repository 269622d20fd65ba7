"""The daemon: cycles and heartbeats on a schedule, and the building given back at the end.

Silent until proven: site, policy, store and ledger are checked, every device answers and every
point is there, and our slot is swept clean before the first command goes out.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from time import monotonic
from typing import Any, Protocol

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from hvac_rl.errors import HvacRlError
from hvac_rl.points import Point
from hvac_rl.ports import Adapter
from hvac_rl.records import CycleRecord
from hvac_rl.service.assembly import (
    Controls,
    accept,
    assemble,
    close_adapters,
    open_adapters,
    site_bundle,
    site_clock,
)
from hvac_rl.service.control_socket import ControlServer
from hvac_rl.service.handback import HandedBack, sweep
from hvac_rl.service.ledger import SqliteLedger
from hvac_rl.service.lock import site_lock
from hvac_rl.service.site_file import Site
from hvac_rl.service.store import Store

log = logging.getLogger(__name__)

# A fast simulated site is not beaten more often than this; its lease is at least 5 s of wall time.
LEAST_BEAT_WALL_S = 1.0
# Without a good cycle for this many cycles the heart stops, and leases give the building back.
CYCLES_TO_HEART_STOP = 3.0
# A fast simulated site may wait out a silent device's deadline all the same.
LEAST_HEART_STOP_WALL_S = 10.0


class Display(Protocol):
    """Who is shown what happens."""

    def show(self, record: CycleRecord) -> None: ...


class Daemon:
    def __init__(
        self,
        site: Site,
        display: Display,
        *,
        for_s: float | None = None,
        until_s: float | None = None,
        roll_back: str | None = None,
    ) -> None:
        """``for_s``/``until_s``: end by itself after this much, or at this, site time."""
        self._site = site
        self._display = display
        self._for_s = for_s
        self._until_s = until_s
        self._roll_back = roll_back
        self._stop = asyncio.Event()
        self._stop_reason = "asked to stop"
        self._failure: Exception | None = None
        self._last: CycleRecord | None = None
        self._last_good_wall = monotonic()
        self._beats = 0
        self.beats_withheld = 0
        self._number = 0

    def stop(self, reason: str) -> None:
        """End soon and orderly: the building is given back first."""
        self._stop_reason = reason
        self._stop.set()

    async def run(self, started: Callable[[str], None]) -> list[HandedBack]:
        """Run until stopped; answers with the state of every point after the hand-back.

        ``started`` is called with the controlling policy's name once the first commands may go
        out. Raises HvacRlError for everything that must be put right first.
        """
        with site_lock(self._site.state_dir):
            return await self._run_locked(started)

    async def _run_locked(self, started: Callable[[str], None]) -> list[HandedBack]:
        site = self._site
        self._clock = site_clock(site)
        store = Store(site.store_url)
        try:
            ledger = SqliteLedger(site.state_dir / "ledger.db")
            try:
                bundle = site_bundle(site, store, self._roll_back)
                adapters = await open_adapters(site)
                try:
                    controls = assemble(site, adapters, ledger, bundle)
                    if bundle:
                        accept(bundle, store, self._clock.now_s(), self._roll_back)
                    return await self._control(adapters, controls, store, started)
                finally:
                    await close_adapters(site, adapters)
            finally:
                ledger.close()
        finally:
            store.close()

    async def _control(
        self,
        adapters: dict[str, Adapter],
        controls: Controls,
        store: Store,
        started: Callable[[str], None],
    ) -> list[HandedBack]:
        points = self._site.plant.commandable()
        now_s = self._clock.now_s()
        swept = await sweep(
            adapters, controls.guard, controls.writer, points, now_s, "swept at start"
        )
        stuck = [row for row in swept if not row.back]
        if stuck:
            raise HvacRlError(
                f"{stuck[0].point.device} {stuck[0].point.name}",
                f"a previous run's value cannot be released: {stuck[0].detail}",
                "Release it at the device, then start again.",
            )
        self._number = store.next_cycle()
        store.audit(now_s, "started", f"policy {controls.policy_name}")
        server = ControlServer(self._site.state_dir, self._answer)
        await server.start()
        scheduler = self._schedule(controls, store, now_s)
        self._last_good_wall = monotonic()
        try:
            await self._beat(controls)
            started(controls.policy_name)
            scheduler.start()
            await self._stop.wait()
        finally:
            # wait=False: a job that hangs must not keep the hand-back from happening.
            scheduler.shutdown(wait=False)
            await server.stop()
        async with self._busy:
            handed = await sweep(
                adapters,
                controls.guard,
                controls.writer,
                points,
                self._clock.now_s(),
                self._stop_reason,
            )
        failed = [row for row in handed if not row.back]
        store.audit(
            self._clock.now_s(),
            "stopped",
            f"{self._stop_reason}; {len(handed) - len(failed)} of {len(handed)} points given back",
        )
        if self._failure is not None:
            raise self._failure
        return handed

    def _schedule(self, controls: Controls, store: Store, now_s: float) -> AsyncIOScheduler:
        site, clock = self._site, self._clock
        self._busy = asyncio.Lock()
        first_s = (now_s // site.cycle_s + 1) * site.cycle_s
        if self._until_s is None and self._for_s is not None:
            self._until_s = first_s + self._for_s
        scheduler = AsyncIOScheduler(timezone=UTC)
        cycle_wall_s = site.cycle_s / clock.speed
        scheduler.add_job(
            self._cycle_job,
            IntervalTrigger(
                seconds=cycle_wall_s,
                start_date=datetime.fromtimestamp(clock.wall_s(first_s), UTC),
            ),
            args=(controls, store),
            id="cycle",
            max_instances=1,
            coalesce=True,
            misfire_grace_time=max(1, int(cycle_wall_s)),
        )
        scheduler.add_job(
            self._beat,
            IntervalTrigger(seconds=max(site.heartbeat_s / clock.speed, LEAST_BEAT_WALL_S)),
            args=(controls,),
            id="heartbeat",
            max_instances=1,
            coalesce=True,
            misfire_grace_time=1,
        )
        return scheduler

    async def _cycle_job(self, controls: Controls, store: Store) -> None:
        now_s = self._clock.now_s()
        if self._until_s is not None and now_s >= self._until_s:
            self.stop("the time asked for is over")
            return
        try:
            async with self._busy:
                record = await controls.cycle.run(self._number, now_s)
            store.add_cycle(record)
        except Exception as error:
            # Whatever went wrong, the building goes back to the BMS, and the error is raised
            # from run() once it did.
            log.exception("cycle %d failed", self._number)
            self._failure = error
            self.stop(f"cycle {self._number} failed")
            return
        self._number += 1
        self._last = record
        self._last_good_wall = monotonic()
        self._display.show(record)

    async def _beat(self, controls: Controls) -> None:
        """Keep the leases, but only while cycles succeed."""
        silence_s = monotonic() - self._last_good_wall
        patience_s = CYCLES_TO_HEART_STOP * self._site.cycle_s / self._clock.speed
        if silence_s > max(patience_s, LEAST_HEART_STOP_WALL_S):
            self.beats_withheld += 1
            log.error("no good cycle for %.0f s of wall time: the heart stops", silence_s)
            return
        points: list[Point] = [
            device.heartbeat for device in self._site.devices.values() if device.heartbeat
        ]
        self._beats += 1
        await controls.writer.beat(controls.guard.heartbeat(points, self._beats))

    async def _answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """What other processes may ask of the living daemon."""
        match request.get("ask"):
            case "points":
                return self._points_answer()
            case "release":
                self.stop("released by hand")
                return {"released": "the daemon gives everything back and ends"}
            case other:
                raise HvacRlError("daemon", f"does not know how to {other!r}")

    def _points_answer(self) -> dict[str, Any]:
        record = self._last
        if record is None:
            return {"points": [], "control": {}}
        return {
            "time_s": record.time_s,
            "control": dict(record.control),
            "points": [
                {
                    "point": r.point,
                    "value": r.value,
                    "quality": r.quality.value,
                    "commanded_by": r.commanded_by,
                    "ours": r.ours,
                }
                for r in record.snapshot.readings.values()
            ],
        }
