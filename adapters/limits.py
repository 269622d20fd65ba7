"""How much may be asked at once: of a device, of a network behind a router, of the whole site.

A trunk of thirty controllers at 38.4 kbit/s carries a few hundred values a second, whatever the
computer above it could ask. So every request passes one lane after another (its device's, its
network's, everybody's), waits in each until there is room, and only then goes out. Writes and
heartbeats overtake the reads that wait.
"""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from types import TracebackType

from adapters.parsing import Row

MOST_OUTSTANDING = 128
"""bacpypes3 loops forever at 256 requests to one device."""


@dataclass(frozen=True, slots=True)
class Limit:
    """Requests in flight at once, and points (values read or written) per second."""

    outstanding: int
    points_per_s: float = math.inf


DEVICE = Limit(2)
"""Measured: two requests in flight nearly double one device's throughput, eight gain little."""
NETWORK = Limit(2)
"""One request on the slow wire and one on its way to the router (assumed for MS/TP; a router's
own queue is short)."""
EVERYTHING = Limit(64)
"""Decoding an answer of 30 objects takes some 1.5 ms of one processor: what arrives at once of this
many is read within a tenth of a second. With far more, a site of hundreds of devices would have
answers lie unread until their deadlines have passed."""


@dataclass(frozen=True, slots=True)
class TrafficLimits:
    """The ``limits`` of one adapter kind; ``networks`` are exceptions by the network's name."""

    device: Limit = DEVICE
    network: Limit = NETWORK
    networks: Mapping[str, Limit] = field(default_factory=dict)


def parse_limit(row: Row, default: Limit) -> Limit:
    """``outstanding`` (whole number) and ``points_per_s``; raises ValueError("key: what")."""
    outstanding = row.whole("outstanding", 1, MOST_OUTSTANDING, default.outstanding)
    points_per_s = row.number("points_per_s") if row.has("points_per_s") else default.points_per_s
    if points_per_s <= 0:
        raise row.wrong("points_per_s", f"must be above 0, not {points_per_s:g}")
    row.done()
    return Limit(outstanding, points_per_s)


def parse_limits(row: Row | None, default: TrafficLimits | None = None) -> TrafficLimits:
    """The section ``limits`` of ``local.<kind>``: ``device``, ``network``, ``networks``.

    Raises ValueError("key: what is wrong").
    """
    known = default or TrafficLimits()
    if row is None:
        return known
    device, network, named = row.row("device"), row.row("network"), row.row("networks")
    each_network = parse_limit(network, known.network) if network else known.network
    networks = dict(known.networks)
    for name, one in (named.rows() if named else {}).items():
        networks[name] = parse_limit(one, each_network)
    row.done()
    return TrafficLimits(
        parse_limit(device, known.device) if device else known.device, each_network, networks
    )


class Lane:
    """One bound in force. First come, first served, but the urgent before the patient."""

    def __init__(self, limit: Limit, now_s: Callable[[], float] = monotonic) -> None:
        self.limit = limit
        self._now_s = now_s
        self._inside = 0
        self._urgent: deque[asyncio.Future[None]] = deque()
        self._patient: deque[asyncio.Future[None]] = deque()
        self._next_point_s = -math.inf

    @property
    def inside(self) -> int:
        """Requests that have entered and not yet left."""
        return self._inside

    def try_enter(self, points: int) -> bool:
        """Enter without waiting, where that is possible."""
        if self._inside >= self.limit.outstanding or self._urgent or self._patient:
            return False
        if self.limit.points_per_s != math.inf and self._next_point_s > self._now_s():
            return False
        self._inside += 1
        self._charge(points)
        return True

    async def enter(self, points: int, *, urgent: bool = False) -> None:
        if self.try_enter(points):
            return
        if self._inside < self.limit.outstanding and not self._urgent and not self._patient:
            self._inside += 1
        else:
            await self._queue(self._urgent if urgent else self._patient)
        try:
            pause_s = self._charge(points)
            if pause_s > 0:
                await asyncio.sleep(pause_s)
        except BaseException:
            self.leave()
            raise

    def leave(self) -> None:
        for queue in (self._urgent, self._patient):
            while queue:
                waiter = queue.popleft()
                if not waiter.done():
                    # The place goes straight to the next: nobody slips in between.
                    waiter.set_result(None)
                    return
        self._inside -= 1

    async def _queue(self, queue: deque[asyncio.Future[None]]) -> None:
        waiter = asyncio.get_running_loop().create_future()
        queue.append(waiter)
        try:
            await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled():
                self.leave()
            raise

    def _charge(self, points: int) -> float:
        """Seconds to wait before these points keep to the rate."""
        if self.limit.points_per_s == math.inf:
            return 0.0
        now_s = self._now_s()
        begin_s = max(now_s, self._next_point_s)
        self._next_point_s = begin_s + points / self.limit.points_per_s
        return begin_s - now_s


EVERYBODY = Lane(EVERYTHING)
"""All requests of this process, of whatever adapter kind, pass here last."""


class Route:
    """The lanes that a request to one device passes, nearest the device first."""

    def __init__(self, lanes: Sequence[Lane]) -> None:
        self.lanes = tuple(lanes)

    def turn(self, points: int = 1, *, urgent: bool = False) -> Turn:
        """``async with route.turn(points):`` around one request for so many values."""
        return Turn(self.lanes, points, urgent)


class Turn:
    __slots__ = ("_entered", "_lanes", "_points", "_urgent")

    def __init__(self, lanes: Sequence[Lane], points: int, urgent: bool) -> None:
        self._lanes = lanes
        self._points = points
        self._urgent = urgent
        self._entered = 0

    def at_once(self) -> bool:
        """Enter every lane that has room now; True when that were all of them."""
        while self._entered < len(self._lanes):
            if not self._lanes[self._entered].try_enter(self._points):
                return False
            self._entered += 1
        return True

    async def __aenter__(self) -> None:
        try:
            while not self.at_once():
                await self._lanes[self._entered].enter(self._points, urgent=self._urgent)
                self._entered += 1
        except BaseException:
            self.leave()
            raise

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.leave()

    def leave(self) -> None:
        while self._entered:
            self._entered -= 1
            self._lanes[self._entered].leave()


class Traffic:
    """The lanes of one adapter kind: one a device, one a network, and everybody's."""

    def __init__(self, limits: TrafficLimits | None = None, everybody: Lane = EVERYBODY) -> None:
        self._limits = limits or TrafficLimits()
        self._everybody = everybody
        self._networks: dict[str, Lane] = {}

    def route(self, network: Hashable = None, device: Limit | None = None) -> Route:
        """For one device. ``network`` names what it shares with others (a routed network number,
        a serial line, a gateway); ``None`` where it shares nothing narrower than the LAN."""
        lanes = [Lane(device or self._limits.device)]
        if network is not None:
            name = str(network)
            if name not in self._networks:
                limit = self._limits.networks.get(name, self._limits.network)
                self._networks[name] = Lane(limit)
            lanes.append(self._networks[name])
        return Route([*lanes, self._everybody])


UNLIMITED = Route(())
"""For adapters whose device is in this very process."""
