"""What devices report between two polls, for whoever looks and for the points of the kill switch.

Control reads afresh each cycle and knows nothing of this: a report that is lost costs nothing
but its earliness.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace

from hvac_rl.points import Point
from hvac_rl.ports import Adapter, Clock, Reports, Subscriptions
from hvac_rl.records import Reading, Snapshot

log = logging.getLogger(__name__)

TEND_WALL_S = 20.0
"""How often subscriptions are looked after: well within half of their life."""
FASTEST = 10.0
"""A simulation that runs faster than this changes its values at every moment: it is polled."""


class News:
    """``kill_points`` and ``points`` are subscribed to in this order. ``on_reading`` hears every
    report as it comes."""

    def __init__(
        self,
        adapters: Mapping[str, Adapter],
        kill_points: tuple[Point, ...],
        points: list[Point],
        clock: Clock,
        on_reading: Callable[[Reading], None],
    ) -> None:
        self._on_reading = on_reading
        self._reported: dict[str, Reading] = {}
        self._subscriptions: dict[str, Subscriptions] = {}
        self._task: asyncio.Task[None] | None = None
        if clock.speed > FASTEST:
            return
        # Sensors before commands, whose changes are our own for the most part.
        wanted = [*kill_points, *sorted(points, key=lambda point: point.writable)]
        for device, adapter in adapters.items():
            there = [point for point in wanted if point.device == device]
            if there and isinstance(adapter, Reports):
                self._subscriptions[device] = adapter.subscribe(there, self._heard, clock.now_s)

    def start(self) -> None:
        if self._subscriptions:
            self._task = asyncio.create_task(self._tend(), name="subscriptions")
            self._task.add_done_callback(_tell_end)

    async def stop(self) -> None:
        """Unsubscribe."""
        if self._task is None:
            return
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        await asyncio.gather(*(each.end() for each in self._subscriptions.values()))

    def polled(self, snapshot: Snapshot) -> None:
        """A poll replaces whatever was reported before it."""
        self._reported = {
            name: reading
            for name, reading in self._reported.items()
            if reading.time_s > snapshot.time_s
        }
        readings = list(snapshot.readings.values())
        for each in self._subscriptions.values():
            each.polled(readings)

    def latest(self, snapshot: Snapshot) -> dict[str, Reading]:
        """Every point as it was polled, or with the value that was reported since. Who commands
        it only the poll knows."""
        return {
            name: self._newer(polled, self._reported.get(name))
            for name, polled in snapshot.readings.items()
        }

    def _newer(self, polled: Reading, reported: Reading | None) -> Reading:
        if reported is None or reported.time_s <= polled.time_s:
            return polled
        return replace(
            polled,
            time_s=reported.time_s,
            value=reported.value,
            quality=reported.quality,
            detail=reported.detail,
        )

    def _heard(self, reading: Reading) -> None:
        self._reported[reading.point] = reading
        self._on_reading(reading)

    async def _tend(self) -> None:
        while True:
            await asyncio.gather(*(each.tend() for each in self._subscriptions.values()))
            await asyncio.sleep(TEND_WALL_S)


def _tell_end(task: asyncio.Task[None]) -> None:
    """Nothing else hangs on the subscriptions: the daemon goes on polling."""
    if not task.cancelled() and task.exception() is not None:
        log.error("no subscription is renewed any more", exc_info=task.exception())
