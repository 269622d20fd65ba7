"""The daemon: cycles on a schedule beside a beating heart, and the building given back at the end.

Silent until proven: site, policy, store and ledger are checked, every device answers and every
point is there, and our slot is swept clean before the first command goes out.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import partial
from typing import Protocol

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from hvac_rl.control.modes import Mode
from hvac_rl.errors import HvacRlError, StartAnew
from hvac_rl.panel import Panel
from hvac_rl.points import Point
from hvac_rl.records import Alarm, CycleRecord, Reading
from hvac_rl.service.assembly import (
    accept,
    assemble,
    close_adapters,
    make_writer,
    open_adapters,
    site_bundle,
    site_clock,
)
from hvac_rl.service.authority import Authority
from hvac_rl.service.connecting import Progress, unseen
from hvac_rl.service.control_socket import ControlServer
from hvac_rl.service.guard_memory import MemoryNotKept
from hvac_rl.service.handback import HandedBack, sweep
from hvac_rl.service.heart import Heart, trip_if_on
from hvac_rl.service.kill_switch import KillSwitch
from hvac_rl.service.ledger import SqliteLedger
from hvac_rl.service.lock import site_lock
from hvac_rl.service.mode_store import load_modes
from hvac_rl.service.news import News
from hvac_rl.service.pulse import raise_epoch, read_pulse
from hvac_rl.service.quarantine import open_journal, open_ledger
from hvac_rl.service.requests import Requests
from hvac_rl.service.site_file import Site
from hvac_rl.service.store import Store, StoreError

log = logging.getLogger(__name__)


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
        connecting: Progress = unseen,
    ) -> None:
        """``for_s``/``until_s``: end by itself after this much, or at this, site time."""
        self._connecting = connecting
        self._site = site
        self._display = display
        self._for_s = for_s
        self._until_s = until_s
        self._roll_back = roll_back
        self._stop = asyncio.Event()
        self._stop_reason = "asked to stop"
        self._failure: Exception | None = None
        self._busy = asyncio.Lock()
        self._number = 0
        self._side_tasks: set[asyncio.Task[list[HandedBack]]] = set()
        self._panels: dict[str, Panel] = {}
        self._pulses = 0
        self._alarms: dict[str, Alarm] = {}
        self.heart: Heart | None = None

    def stop(self, reason: str) -> None:
        """End soon and orderly: the building is given back first."""
        self._stop_reason = reason
        self._stop.set()

    async def run(self, started: Callable[[str], None]) -> list[HandedBack]:
        """Run until stopped; answers with the state of every point after the hand-back.

        ``started`` is called with who controls, the policy or the BMS, once the first commands may
        go out. Raises HvacRlError for everything that must be put right first, StartAnew when only
        a new process can go on.
        """
        with site_lock(self._site.state_dir):
            return await self._run_locked(started)

    async def _run_locked(self, started: Callable[[str], None]) -> list[HandedBack]:
        site = self._site
        self._clock = site_clock(site)
        self._epoch = raise_epoch(site.state_dir)
        self._ledger, ledger_aside = open_ledger(site.state_dir / "ledger.db")
        try:
            self._store, journal_aside = open_journal(site.store_url, self._ledger)
            try:
                for aside in filter(None, (ledger_aside, journal_aside)):
                    self._store.audit(self._clock.now_s(), "database put aside", aside)
                if read_pulse(site.state_dir) is not None:
                    self._store.audit(self._clock.now_s(), "the last run ended without a hand-back")
                bundle = site_bundle(site, self._store, self._roll_back)
                state = load_modes(site.state_dir, site.evidence.waived)
                kill = KillSwitch(site.state_dir)
                self._authority = Authority(site.plant, site.state_dir, state, kill, self._epoch)
                self._adapters = await open_adapters(site, progress=self._connecting)
                try:
                    self._join_own_devices()
                    self._writer = make_writer(self._adapters, self._ledger, self._authority)
                    self._controls = assemble(
                        site,
                        self._adapters,
                        bundle,
                        self._writer,
                        self._authority.modes,
                        self._authority.silent,
                    )
                    if bundle:
                        accept(bundle, self._store, self._clock.now_s(), self._roll_back)
                    return await self._control(started)
                finally:
                    await close_adapters(site, self._adapters)
            finally:
                self._store.close()
        finally:
            self._ledger.close()

    async def _control(self, started: Callable[[str], None]) -> list[HandedBack]:
        site, controls = self._site, self._controls
        points = site.plant.commandable()
        now_s = self._clock.now_s()
        stuck = [row for row in await self._give_back(points, "swept at start") if not row.back]
        if stuck:
            raise HvacRlError(
                f"{stuck[0].point.device} {stuck[0].point.name}",
                f"a previous run's value cannot be released: {stuck[0].detail}",
                "Release it at the device, then start again.",
            )
        self._number = first_number(self._store, self._ledger)
        self._store.audit(now_s, "started", f"policy {controls.policy_name}")
        news = self._news = News(
            self._adapters, site.kill_points, site.plant.points(), self._clock, self._reported
        )
        self._requests = Requests(
            site,
            self._clock,
            self._authority,
            self._store,
            controls.guard,
            self._give_back,
            self.stop,
            news.latest,
        )
        server = ControlServer(site.state_dir, self._requests.answer)
        await server.start()
        self._scheduler = self._schedule(now_s)
        heart = self.heart = self._new_heart()
        try:
            await heart.start()
            news.start()
            mode = self._authority.modes().site.mode
            started(controls.policy_name if mode is Mode.RUN else f"the BMS (mode {mode.value})")
            self._scheduler.start()
            await self._stop.wait()
        finally:
            # wait=False: a job that hangs must not keep the hand-back from happening.
            self._scheduler.shutdown(wait=False)
            await server.stop()
        handed = await self._give_back(points, self._stop_reason)
        await heart.stop()
        await news.stop()
        failed = [row for row in handed if not row.back]
        if not failed:
            heart.orderly_end()
        back = f"{len(handed) - len(failed)} of {len(handed)} points given back"
        self._note("stopped", f"{self._stop_reason}; {back}")
        if self._failure is not None:
            raise _told(self._failure, back)
        return handed

    async def _give_back(self, points: Iterable[Point], reason: str) -> list[HandedBack]:
        """Release these points and prove it; waits for a running cycle's last answer."""
        async with self._busy:
            return await sweep(
                self._adapters,
                self._controls.guard,
                self._writer,
                points,
                self._clock.now_s(),
                reason,
            )

    def _new_heart(self) -> Heart:
        return Heart(
            self._site,
            self._clock,
            self._adapters,
            self._controls.guard,
            self._writer,
            self._authority,
            self._epoch,
            on_trip=self._tripped,
            on_step=self._clock_was_set,
            on_pulse=self._pulsed,
        )

    def _join_own_devices(self) -> None:
        """Our own devices on the network show us, and may trip the switch; never reset it."""
        kill = self._authority.kill
        for name, kind in self._site.kinds.items():
            panel: Panel | None = kind.panel() if hasattr(kind, "panel") else None
            if panel is None:
                continue
            self._panels[name] = panel
            panel.on_kill(partial(self._killed_at, name))
            if panel.killed:
                self._killed_at(name)
            elif kill.tripped():
                panel.trip()

    def _killed_at(self, name: str) -> None:
        self._authority.kill.trip(f"our own {name} device", "its kill point was written")

    def _reported(self, reading: Reading) -> None:
        """A kill point that its device reports trips at once, before the next look at it."""
        if any(point.name == reading.point for point in self._site.kill_points):
            trip_if_on(self._authority.kill, reading)

    def _tripped(self, why: str) -> None:
        """The writer's gate is closed already; what stands in the building goes back now."""
        self._note("nothing is written any more", why)
        task = asyncio.create_task(self._give_back(self._site.plant.commandable(), why))
        self._side_tasks.add(task)
        task.add_done_callback(self._given_back)

    def _given_back(self, task: asyncio.Task[list[HandedBack]]) -> None:
        self._side_tasks.discard(task)
        failure = None if task.cancelled() else task.exception()
        if isinstance(failure, Exception):
            self._failure = failure
            self.stop("giving back failed")

    def _clock_was_set(self, by_s: float) -> None:
        """Cycles go on from the new time; without this they would wait for the old one."""
        self._note("the clock was set", f"by {by_s:+.1f} s")
        log.warning("the wall clock was set by %+.1f s", by_s)
        self._scheduler.reschedule_job("cycle", trigger=self._trigger(self._next_cycle_s()))

    def _pulsed(self) -> None:
        heart = self.heart
        assert heart is not None
        failure = heart.failed()
        if isinstance(failure, Exception) and self._failure is None:
            self._failure = failure
            self.stop("the heart failed")
        self._pulses += 1
        tripped = bool(self._authority.kill.tripped())
        for panel in self._panels.values():
            # Whoever tripped the switch, all see it; only its reset arms the point again.
            if tripped != panel.killed:
                (panel.trip if tripped else panel.arm)()
            panel.show(self._requests.panel_state(self._pulses))

    def _schedule(self, now_s: float) -> AsyncIOScheduler:
        first_s = self._next_cycle_s()
        if self._until_s is None and self._for_s is not None:
            self._until_s = first_s + self._for_s
        scheduler = AsyncIOScheduler(timezone=UTC)
        scheduler.add_job(
            self._cycle_job,
            self._trigger(first_s),
            id="cycle",
            max_instances=1,
            coalesce=True,
            misfire_grace_time=max(1, int(self._site.cycle_s / self._clock.speed)),
        )
        return scheduler

    def _next_cycle_s(self) -> float:
        return (self._clock.now_s() // self._site.cycle_s + 1) * self._site.cycle_s

    def _trigger(self, first_s: float) -> IntervalTrigger:
        return IntervalTrigger(
            seconds=self._site.cycle_s / self._clock.speed,
            start_date=datetime.fromtimestamp(self._clock.wall_s(first_s), UTC),
        )

    async def _cycle_job(self) -> None:
        now_s = self._clock.now_s()
        if self._until_s is not None and now_s >= self._until_s:
            self.stop("the time asked for is over")
            return
        try:
            async with self._busy:
                record = await self._controls.cycle.run(self._number, now_s)
            self._store.add_cycle(record)
            self._ledger.note_journaled(record.number)
        except Exception as error:
            # Whatever went wrong, the building goes back to the BMS, and the error is raised
            # from run() once it did.
            log.exception("cycle %d failed", self._number)
            self._failure = error
            self.stop(f"cycle {self._number} failed")
            return
        self._number += 1
        self._news.polled(record.snapshot)
        self._tell(record.alarms)
        self._requests.last = record
        assert self.heart is not None
        self.heart.good_cycle()
        self._display.show(record)

    def _tell(self, alarms: Iterable[Alarm]) -> None:
        """An alarm is told when it comes, when it grows worse, and when it goes."""
        now = {alarm.name: alarm for alarm in alarms}
        for name, alarm in now.items():
            before = self._alarms.get(name)
            if before is None or before.text != alarm.text:
                log.error("alarm (level %d): %s", alarm.level, alarm.text)
                self._note("alarm", f"level {alarm.level}: {alarm.text}")
        for name in self._alarms.keys() - now.keys():
            log.warning("alarm over: %s", name)
            self._note("alarm over", name)
        self._alarms = now

    def _note(self, what: str, detail: str) -> None:
        """Into the audit; a journal that cannot be written must not keep us from giving back."""
        try:
            self._store.audit(self._clock.now_s(), what, detail)
        except StoreError as error:
            log.error("%s (%s) is missing from the audit: %s", what, detail, error)


def first_number(store: Store, ledger: SqliteLedger) -> int:
    """Cycle numbers go on even where a new journal begins."""
    last = ledger.last_journaled()
    return max(store.next_cycle(), 0 if last is None else last + 1)


def _told(failure: Exception, back: str) -> Exception:
    """A journal or a memory that cannot be written asks for a new start, where it is checked and,
    if damaged, put aside."""
    if isinstance(failure, StoreError | MemoryNotKept):
        return StartAnew(failure.where, failure.message, back)
    return failure
