"""The building of two devices that the contract is played on, and the handles it needs.

Device ``a`` has, in raw units: room temperature 71.6 °F (22 °C), humidity 40 %, occupancy 1, a
setpoint of 68 °F (20 °C) and a light level of 30 %, both commandable, a heartbeat, and a value
that cannot be understood. Device ``b`` has a room temperature of 64.4 °F (18 °C).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import pytest
import pytest_asyncio

from hvac_rl.points import Point, WriteAccess
from hvac_rl.ports import Adapter, AdapterKind, DeviceSpec
from hvac_rl.records import Command, CommandKind
from hvac_rl.units import UNITS

DEADLINE_S = 0.6
NOT_APPLICABLE = "does not apply: "
PRIORITY = 13
NOW_S = 1_767_225_600.0
LATITUDE_S = 0.35
"""What a busy machine may add to a deadline."""
SETPOINT = WriteAccess(minimum=10.0, maximum=28.0, deadband=0.1, daily_writes=48)
LIGHT = WriteAccess(minimum=0.0, maximum=1.0, deadband=0.05, daily_writes=48)

Address = Mapping[str, object]


class Rig(Protocol):
    """Two simulated devices of one protocol."""

    kind: AdapterKind
    has_levels: ClassVar[bool]
    """The protocol knows who commands a point."""
    on_sockets: ClassVar[bool]
    """The devices are processes or servers that can be restarted."""
    addresses: ClassVar[Mapping[str, Address]]
    """``room``, ``humidity``, ``occupancy``, ``setpoint``, ``light``, ``heartbeat`` and
    ``garbled`` on device ``a``; ``room`` is at the same address on ``b``."""
    missing: ClassVar[Address]
    """A well-formed address where the device has nothing."""
    refusals: ClassVar[tuple[str, ...]]
    """What a refused write may say, in the protocol's words."""

    async def start(self) -> None: ...
    async def stop(self) -> None: ...
    def options(self, device: str) -> Mapping[str, object]:
        """The device's row of a site file, without what all rows have."""

    def local(self) -> Mapping[str, object]:
        """The site file's ``local`` section of this kind."""

    async def set_room(self, raw: float) -> None: ...
    async def set_fault(self) -> None:
        """The room sensor fails, and the device says so."""

    async def operator(self, raw: float | None) -> None:
        """Somebody takes the setpoint by hand at level 8; only called with ``has_levels``."""

    def refuse_writes(self) -> None: ...
    def keep_slots(self) -> None:
        """Acknowledge releases and release nothing."""

    def clamp(self, raw: float) -> None:
        """Acknowledge every new setpoint, and keep this one in force."""

    def silence(self, device: str, silent: bool = True) -> None: ...
    async def restart(self) -> None:
        """Device ``a`` ends and starts again; only called with ``on_sockets``."""

    def our_setpoint(self) -> float | None:
        """Raw, as it stands in the device; ``None`` when nothing of ours does."""


@dataclass
class Site:
    """An opened rig: its adapters and points by short names."""

    rig: Any
    adapters: Mapping[str, Adapter]

    @property
    def a(self) -> Adapter:
        return self.adapters["a"]

    @property
    def b(self) -> Adapter:
        return self.adapters["b"]

    def point(
        self, name: str, unit: str, write: WriteAccess | None = None, device: str = "a"
    ) -> Point:
        raw = self.rig.missing if name == "missing" else self.rig.addresses[name]
        return Point(
            name=f"{device}.{name}",
            device=device,
            of="south",
            brick="Point",
            unit=UNITS[unit],
            address=self.rig.kind.parse_address(raw, writable=write is not None),
            write=write,
        )

    @property
    def room(self) -> Point:
        return self.point("room", "degF")

    @property
    def setpoint(self) -> Point:
        return self.point("setpoint", "degF", SETPOINT)

    @property
    def light(self) -> Point:
        return self.point("light", "percent", LIGHT)

    @property
    def heartbeat(self) -> Point:
        return self.point("heartbeat", "count")

    def needs(self, what: bool, why: str) -> None:
        """Skip a test of what a protocol does not have; no missing peer or server."""
        if not what:
            pytest.skip(f"{NOT_APPLICABLE}{why}")


async def open_site(rig: Rig) -> Site:
    await rig.start()
    specs = [
        DeviceSpec(
            name=name,
            options=rig.kind.parse_options(rig.options(name)),
            priority=PRIORITY,
            deadline_s=DEADLINE_S,
        )
        for name in ("a", "b")
    ]
    return Site(rig, await rig.kind.open(specs, rig.local()))


async def close_site(site: Site) -> None:
    for name in site.adapters:
        site.rig.silence(name, False)
    for adapter in site.adapters.values():
        await adapter.close()
    await site.rig.kind.close()
    await site.rig.stop()


class OverARig:
    """Base of the suites: opens ``rig_type`` for each test."""

    rig_type: ClassVar[type[Any]]

    @pytest_asyncio.fixture
    async def site(self) -> AsyncIterator[Site]:
        opened = await open_site(self.rig_type())
        yield opened
        await close_site(opened)


def set_to(point: Point, value: float, priority: int = PRIORITY) -> Command:
    return Command(kind=CommandKind.SET, point=point, priority=priority, value=value)


def give_back(point: Point, priority: int = PRIORITY) -> Command:
    return Command(kind=CommandKind.RELEASE, point=point, priority=priority)


def beat(point: Point, value: float) -> Command:
    return Command(kind=CommandKind.HEARTBEAT, point=point, priority=PRIORITY, value=value)
