"""Subscriptions: news at once, renewed in time, made anew after a restart, and never the truth."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from bacpypes3.basetypes import ServicesSupported
from bacpypes3.errors import ExecutionError
from bacpypes3.local.device import DeviceObject

from adapters.bacnet import BacnetAdapter, BacnetKind
from adapters.bacnet_cov import CovSubscriptions
from hvac_rl.points import Point
from hvac_rl.ports import DeviceSpec
from hvac_rl.records import Reading
from hvac_rl.units import UNITS
from tests.adapters.devices.bacnet_device import (
    BacnetDevice,
    analog_input,
    binary_input,
    positive_integer,
)
from tests.adapters.devices.free_ports import free_udp_port

LIFE_S = 60


def point(object_: str, unit: str) -> Point:
    return Point(
        name=object_,
        device="vav",
        of="south",
        brick="Point",
        unit=UNITS[unit],
        address=BacnetKind().parse_address({"object": object_}, writable=False),
    )


POINTS = [
    point("analog-input,1", "degC"),
    point("binary-input,1", "bool"),
    point("positive-integer-value,1", "count"),
]


@dataclass
class Watched:
    device: BacnetDevice
    adapter: BacnetAdapter
    subscriptions: CovSubscriptions
    restart: Callable[[], Any]
    now: list[float]
    seen: dict[str, list[float | None]] = field(default_factory=dict)

    def take(self, reading: Reading) -> None:
        self.seen.setdefault(reading.point, []).append(reading.value)

    async def until(self, name: str, value: float) -> None:
        async with asyncio.timeout(10.0):
            while self.seen.get(name, [None])[-1] != value:
                await asyncio.sleep(0.01)

    async def beat(self) -> None:
        """A poll, and whatever subscription is due."""
        readings = await self.adapter.read(POINTS, 0.0)
        self.subscriptions.polled(readings)
        for reading in readings:
            self.take(reading)
        await self.subscriptions.tend()

    def standing(self) -> int:
        return sum(len(each.cov_subscriptions) for each in self.device._cov_detections.values())


@pytest.fixture
async def watched() -> AsyncIterator[Watched]:
    kind, port = BacnetKind(), free_udp_port()

    async def start() -> BacnetDevice:
        objects = (analog_input(1, 21.0), binary_input(1, False), positive_integer(1, 7))
        return await BacnetDevice.start(port, 1001, *objects)

    device = await start()
    options = kind.parse_options({"address": f"127.0.0.1:{port}"})
    spec = DeviceSpec(name="vav", options=options, priority=13, deadline_s=8.0)
    adapters = await kind.open([spec], {"address": "127.0.0.1:0", "device_instance": 3990})
    adapter = adapters["vav"]
    assert isinstance(adapter, BacnetAdapter)
    now = [1000.0]
    holder: list[Watched] = []
    await adapter.connect()
    subscriptions = adapter.subscribe(POINTS, lambda reading: holder[0].take(reading), lambda: 0.0)
    subscriptions._now_s = lambda: now[0]
    subscriptions._life_s = LIFE_S

    async def restart() -> None:
        holder[0].device.close()
        await asyncio.sleep(0)
        holder[0].device = await start()

    holder.append(Watched(device, adapter, subscriptions, restart, now))
    yield holder[0]
    await subscriptions.end()
    await kind.close()
    holder[0].device.close()


async def test_a_change_is_told_at_once_and_a_refusal_is_only_polled(watched: Watched) -> None:
    await watched.beat()
    assert set(watched.subscriptions.refused) == {"positive-integer-value,1"}
    assert watched.standing() == 2
    watched.device.at("analog-input,1").presentValue = 24.0
    watched.device.at("binary-input,1").presentValue = "active"
    await watched.until("analog-input,1", 24.0)
    await watched.until("binary-input,1", 1.0)
    assert watched.seen["positive-integer-value,1"] == [7.0]
    await watched.subscriptions.end()
    assert watched.standing() == 0


async def test_a_subscription_is_renewed_at_half_its_life(watched: Watched) -> None:
    await watched.beat()
    before = watched.device.requests
    await watched.beat()
    polled = watched.device.requests - before
    watched.now[0] += LIFE_S / 2
    before = watched.device.requests
    await watched.beat()
    assert watched.device.requests - before == polled + 2
    assert watched.standing() == 2


async def test_a_device_that_has_forgotten_us_is_found_by_the_poll(watched: Watched) -> None:
    await watched.beat()
    await watched.until("analog-input,1", 21.0)
    await watched.restart()
    watched.device.at("analog-input,1").presentValue = 26.0
    await watched.beat()
    assert watched.seen["analog-input,1"][-1] == 26.0
    assert watched.standing() == 0
    await watched.beat()
    assert watched.standing() == 1
    watched.device.at("analog-input,1").presentValue = 28.0
    await watched.until("analog-input,1", 28.0)


async def test_a_device_that_offers_none_is_not_asked(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered = ServicesSupported(["read-property", "read-property-multiple", "who-is"])
    monkeypatch.setattr(
        DeviceObject, "protocolServicesSupported", property(lambda self: offered)
    )  # fmt: skip
    await watched.beat()
    assert watched.standing() == 0
    assert set(watched.subscriptions.refused.values()) == {"the device offers no subscriptions"}
    before = watched.device.requests
    await watched.subscriptions.tend()
    assert watched.device.requests == before


async def test_room_is_left_for_others(watched: Watched) -> None:
    watched.subscriptions._most = 1
    await watched.beat()
    assert watched.standing() == 1
    assert "no more than 1" in watched.subscriptions.refused["binary-input,1"]


async def test_what_would_report_every_flicker_is_polled(watched: Watched) -> None:
    watched.device.at("analog-input,1").covIncrement = 0.0
    await watched.beat()
    assert watched.standing() == 1
    assert "flicker" in watched.subscriptions.refused["analog-input,1"]


async def test_a_full_device_is_asked_once(watched: Watched) -> None:
    asked: list[int] = []

    async def full(apdu: Any) -> None:
        asked.append(apdu.subscriberProcessIdentifier)
        raise ExecutionError("resources", "noSpaceToAddListElement")

    watched.device.do_SubscribeCOVRequest = full
    await watched.beat()
    assert len(asked) == 1
    assert len(watched.subscriptions.refused) == len(POINTS)


async def test_a_silent_device_costs_one_try(watched: Watched) -> None:
    """And is subscribed to when it answers again."""
    watched.adapter._presence.deadline_s = 0.2
    watched.device.silent = True
    before = watched.device.requests
    await watched.subscriptions.tend()
    assert watched.device.requests == before + 1
    await watched.subscriptions.end()
    watched.device.silent = False
    await watched.beat()
    assert watched.standing() == 2
