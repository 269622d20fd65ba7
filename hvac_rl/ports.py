"""The small protocols through which the service meets the outside world."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

from hvac_rl.points import Point
from hvac_rl.records import Command, Reading, Receipt


class Clock(Protocol):
    """Site time: real, or simulated = start + speed x (wall - t0)."""

    speed: float

    def now_s(self) -> float:
        """Site time [s since the epoch]."""

    def wall_s(self, site_s: float) -> float:
        """The wall time [s since the epoch] at which site time ``site_s`` comes."""


class Forecast(Protocol):
    def observe(self, now_s: float, outdoor_c: float, ghi_w_m2: float) -> None:
        """What is measured this cycle; a forecast may learn from it."""

    def hourly(self, now_s: float) -> tuple[Sequence[float], Sequence[float]]:
        """Outdoor air [°C] and global horizontal irradiance [W/m2], 24 hourly means from now."""


class Policy(Protocol):
    """Chooses a mode for each zone; knows nothing of points, guards or devices."""

    name: str
    features: tuple[str, ...]

    def choose(self, observations: Sequence[Sequence[float]]) -> list[int]:
        """Observations (zones, features) -> one mode index a zone."""


@dataclass(frozen=True, slots=True)
class DeviceHealth:
    device: str
    reachable: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Prior:
    """What the ledger knows of a point that a former process may have written, in SI.

    ``found`` is the value before our first write, ``wrote`` every value of ours that may stand
    there now. Only points of protocols without priorities need it to be given back.
    """

    found: float | None
    wrote: tuple[float, ...] = ()


class Adapter(Protocol):
    """One device on the network. Every call ends within its own deadline and never raises for
    a silent device: that is a reading or a receipt of its own kind.
    """

    async def connect(self) -> None:
        """Open the way to the device. Raises DeviceError when it does not answer."""

    async def check(self, points: Sequence[Point]) -> None:
        """Read-only proof that the points are there and writable as configured.

        Raises DeviceError naming device and point when one is missing, has another type, or
        cannot be commanded or given back.
        """

    async def read(self, points: Sequence[Point], time_s: float) -> list[Reading]:
        """One reading a point, in order, stamped with site time ``time_s``."""

    async def write(self, commands: Sequence[Command]) -> list[Receipt]:
        """Write SET and HEARTBEAT commands and read them back; one receipt each, in order."""

    async def release(
        self, commands: Sequence[Command], priors: Mapping[str, Prior] | None = None
    ) -> list[Receipt]:
        """Give points back (RELEASE commands) and verify that nothing of ours is left in force.

        ``priors`` by point name is for points that cannot say themselves whether they hold a
        value of ours. A receipt's detail says how the point was given back, where there is more
        than one way.
        """

    def health(self) -> DeviceHealth: ...

    async def close(self) -> None: ...


class Subscriptions(Protocol):
    """What a device reports by itself between two polls. The poll stays the truth."""

    async def tend(self) -> None:
        """Subscribe and renew what is due; never raises for a silent device."""

    def polled(self, readings: Sequence[Reading]) -> None:
        """What a poll has shown, by which a lost subscription is noticed."""

    async def end(self) -> None: ...


@runtime_checkable
class Reports(Protocol):
    """An adapter whose device may report changes of value; others are polled alone."""

    def subscribe(
        self,
        points: Sequence[Point],
        on_reading: Callable[[Reading], None],
        now_s: Callable[[], float],
    ) -> Subscriptions:
        """``on_reading`` is called with each value reported, stamped with site time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSpec:
    """A device row of the site file; ``options`` are the adapter kind's own, already parsed."""

    name: str
    options: Hashable
    priority: int
    deadline_s: float
    """Wall time within which one batch of reads or writes must end."""


class AdapterKind(Protocol):
    """What an ``hvac_rl.adapters`` entry point offers: parsing, and opening a set of devices."""

    def parse_options(self, raw: Mapping[str, object]) -> Hashable:
        """Raises ValueError("key: what is wrong") on a bad device row."""

    def parse_address(self, raw: Mapping[str, object], *, writable: bool) -> Hashable:
        """Raises ValueError("key: what is wrong") on a bad point address."""

    def is_loopback(self, options: Hashable) -> bool: ...

    async def open(
        self, devices: Sequence[DeviceSpec], local: Mapping[str, object]
    ) -> Mapping[str, Adapter]:
        """Adapters for all devices of this kind, sharing what must be shared (one BACnet port).

        ``local`` is the site file's section of the same name as the adapter kind.
        """

    async def close(self) -> None:
        """Close what the adapters shared."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a device listens; what a drill must carry into a network of its own."""

    transport: Literal["udp", "tcp"]
    host: str
    port: int


@runtime_checkable
class Reachable(Protocol):
    """An adapter kind whose devices are found at fixed addresses; others cannot be cut in a
    drill."""

    def endpoint(self, options: Hashable) -> Endpoint | None:
        """None for a device that is found by broadcast."""
