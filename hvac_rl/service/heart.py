"""The daemon's heart: beats to the devices, a pulse for the watchdog, eyes on switch and clock.

It beats apart from the control cycle, by the machine's monotonic clock, and only while cycles
succeed: leases lapse, and the watchdog comes, when they do not.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from pathlib import Path

from hvac_rl.control.cycle import read_all
from hvac_rl.control.writer import Writer
from hvac_rl.points import Point
from hvac_rl.ports import Adapter, Clock
from hvac_rl.records import Reading
from hvac_rl.safety.guard import Guard
from hvac_rl.service.authority import Authority
from hvac_rl.service.kill_switch import KillSwitch
from hvac_rl.service.pulse import remove_pulse, this_process, write_pulse
from hvac_rl.service.site_file import Site

log = logging.getLogger(__name__)

# A fast simulated site is not beaten more often than this; its lease is at least 5 s of wall time.
LEAST_BEAT_WALL_S = 1.0
# Without a good cycle for this many cycles the heart stops, and leases give the building back.
CYCLES_TO_HEART_STOP = 3.0
# A fast simulated site may wait out a silent device's deadline all the same.
LEAST_HEART_STOP_WALL_S = 10.0
# How often pulse, kill switch and clock are looked after, and kill points are read at the most.
PULSE_WALL_S = 1.0
KILL_POINTS_WALL_S = 5.0
# The wall clock may be slewed; farther than this in one pulse it was set.
STEP_S = 2.0


class Heart:
    """``on_trip`` hears once of a tripped kill switch or a fence, with the reason; ``on_step``
    of the wall clock being set, by how much [s]; ``on_pulse`` is called at every pulse."""

    def __init__(
        self,
        site: Site,
        clock: Clock,
        adapters: dict[str, Adapter],
        guard: Guard,
        writer: Writer,
        authority: Authority,
        epoch: int,
        *,
        on_trip: Callable[[str], None],
        on_step: Callable[[float], None],
        on_pulse: Callable[[], None],
    ) -> None:
        self._site = site
        self._clock = clock
        self._adapters = adapters
        self._guard = guard
        self._writer = writer
        self._authority = authority
        self._epoch = epoch
        self._on_trip = on_trip
        self._on_step = on_step
        self._on_pulse = on_pulse
        self._process = this_process()
        self._state_dir: Path = site.state_dir
        self._last_good_wall = time.monotonic()
        self._last_silent = ""
        self._heartbeats: list[Point] = [
            device.heartbeat for device in site.devices.values() if device.heartbeat
        ]
        self._tasks: list[asyncio.Task[None]] = []
        self.beats = 0
        self.withheld = 0

    def good_cycle(self) -> None:
        """A control cycle has succeeded."""
        self._last_good_wall = time.monotonic()

    async def start(self) -> None:
        """The first beat goes out before this returns, so that leases hold the first writes."""
        self.good_cycle()
        self.pulse()
        await self.beat()
        self._tasks = [
            asyncio.create_task(self._pulses(), name="pulse"),
            asyncio.create_task(self._beats(), name="heartbeat"),
        ]
        if self._site.kill_points:
            self._tasks.append(asyncio.create_task(self._kill_points(), name="kill points"))

    async def stop(self) -> None:
        """Ends beats and pulse; raises what ended one of them early."""
        for task in self._tasks:
            task.cancel()
        for end in await asyncio.gather(*self._tasks, return_exceptions=True):
            if isinstance(end, Exception):
                raise end

    def failed(self) -> BaseException | None:
        """What ended one of the loops; None while all go on."""
        ended = (task for task in self._tasks if task.done() and not task.cancelled())
        return next((task.exception() for task in ended), None)

    def well(self) -> bool:
        """Whether cycles succeed often enough to keep control."""
        patience_s = CYCLES_TO_HEART_STOP * self._site.cycle_s / self._clock.speed
        silence_s = time.monotonic() - self._last_good_wall
        return silence_s <= max(patience_s, LEAST_HEART_STOP_WALL_S)

    async def beat(self) -> None:
        """Keep the leases, but only while cycles succeed and the writer's gate lets beats out."""
        if not self.well():
            if not self.withheld:
                log.error("no good cycle for too long: the heart stops")
            self.withheld += 1
            return
        self.withheld = 0
        if await self._writer.beat(self._guard.heartbeat(self._heartbeats, self.beats + 1)):
            self.beats += 1

    def pulse(self) -> None:
        """Tell the watchdog that we are well."""
        if not self.well():
            return
        try:
            write_pulse(self._state_dir, self._epoch, self._process)
        except OSError as error:
            # A full disk. Without a pulse the watchdog comes and ends us, as it should.
            log.error("no pulse can be left: %s", error)

    def orderly_end(self) -> None:
        """Everything was given back: the watchdog has nothing to do."""
        remove_pulse(self._state_dir)

    async def _pulses(self) -> None:
        offset_s = time.time() - time.monotonic()
        while True:
            await asyncio.sleep(PULSE_WALL_S)
            self.pulse()
            silent = self._authority.silent()
            if silent and not self._last_silent:
                self._on_trip(silent)
            self._last_silent = silent
            moved_s = time.time() - time.monotonic() - offset_s
            if abs(moved_s) > STEP_S:
                offset_s += moved_s
                self._on_step(moved_s)
            self._on_pulse()

    async def _beats(self) -> None:
        interval_s = max(self._site.heartbeat_s / self._clock.speed, LEAST_BEAT_WALL_S)
        due_s = time.monotonic() + interval_s
        while True:
            await asyncio.sleep(max(0.0, due_s - time.monotonic()))
            due_s = time.monotonic() + interval_s
            await self.beat()

    async def _kill_points(self) -> None:
        """A network point can trip the switch. One that is silent trips nothing by itself: the
        zones of a silent device are released anyway."""
        points = list(self._site.kill_points)
        while True:
            snapshot = await read_all(self._adapters, points, self._clock.now_s())
            for point in points:
                trip_if_on(self._authority.kill, snapshot.readings[point.name])
            await asyncio.sleep(KILL_POINTS_WALL_S)


def trip_if_on(kill: KillSwitch, reading: Reading) -> None:
    """What a kill point shows, polled or reported."""
    if reading.value is not None and reading.value > 0.5:
        kill.trip(reading.point, "the point is on")
