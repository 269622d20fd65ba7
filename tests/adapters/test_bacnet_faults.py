"""Our adapter against a simulated controller that goes wrong in every way it has a switch for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from time import monotonic
from typing import Any

import pytest

from adapters.bacnet import BacnetKind
from hvac_rl.points import Point, WriteAccess
from hvac_rl.ports import Adapter, DeviceSpec
from hvac_rl.records import Command, CommandKind, Outcome, Quality
from hvac_rl.units import UNITS
from sim_buildings.field.bacnet_controller import Controller, hang_up, listen
from sim_buildings.field.bacnet_faults import BacnetFaults, Garbage
from sim_buildings.field.bacnet_objects import put
from sim_buildings.field.bacnet_profiles import room_objects, start_trunk
from tests.adapters.devices.free_ports import free_udp_port

DEADLINE_S = 4.0
LOCAL = {"address": "127.0.0.1:0", "device_instance": 3990}
SETPOINT = WriteAccess(minimum=10.0, maximum=28.0, deadband=0.1, daily_writes=48)
ROOMS = 4


def point(object_: str, unit: str, write: WriteAccess | None = None) -> Point:
    address = BacnetKind().parse_address({"object": object_}, writable=write is not None)
    return Point(
        name=object_,
        device="vav",
        of="south",
        brick="Point",
        unit=UNITS[unit],
        address=address,
        write=write,
    )


HEATING = point("analog-value,1", "degC", SETPOINT)
TEMPERATURES = [point(f"analog-input,{1 + 3 * k}", "degC") for k in range(ROOMS)]
OTHERS = [point(f"analog-input,{2 + 3 * k}", "ppm") for k in range(ROOMS)]
ALL = [*TEMPERATURES, *OTHERS, HEATING]


async def open_one(kind: BacnetKind, row: dict[str, object]) -> Adapter:
    options = kind.parse_options(row)
    spec = DeviceSpec(name="vav", options=options, priority=13, deadline_s=DEADLINE_S)
    return (await kind.open([spec], LOCAL))["vav"]


@dataclass
class Site:
    device: Controller
    adapter: Adapter

    @property
    def faults(self) -> BacnetFaults:
        return self.device.faults

    async def qualities(self) -> set[Quality]:
        return {reading.quality for reading in await self.adapter.read(ALL, 0.0)}


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    kind, port = BacnetKind(), free_udp_port()
    objects = [one for k in range(ROOMS) for one in room_objects(f"R{k}", k + 1)]
    device = await listen("vav", 1001, objects, "127.0.0.1", port, BacnetFaults())
    adapter = await open_one(kind, {"address": f"127.0.0.1:{port}"})
    yield Site(device, adapter)
    await kind.close()
    await hang_up(device)


def set_to(target: Point, value: float) -> Command:
    return Command(kind=CommandKind.SET, point=target, priority=13, value=value)


async def test_a_small_apdu_is_learned_and_remembered(site: Site) -> None:
    site.faults.largest_apdu = 206
    assert await site.qualities() == {Quality.GOOD}
    site.device.requests = 0
    assert await site.qualities() == {Quality.GOOD}
    learned = site.device.requests
    assert await site.qualities() == {Quality.GOOD}
    assert site.device.requests == 2 * learned


@pytest.mark.parametrize("largest_apdu", [50, 206])
async def test_what_a_device_says_of_its_apdu_spares_the_trying(
    site: Site, largest_apdu: int
) -> None:
    site.faults.largest_apdu = largest_apdu
    site.device.device_object.maxApduLengthAccepted = largest_apdu
    for priority in range(9, 16):
        put(site.device.objectName["R0.HTG-SP"], priority, 21.0)
    await site.adapter.connect()
    assert await site.qualities() == {Quality.GOOD}
    site.device.requests = 0
    assert await site.qualities() == {Quality.GOOD}
    assert site.device.requests <= (3 if largest_apdu == 206 else 28)


async def test_answers_that_are_dropped_for_their_length_get_shorter(site: Site) -> None:
    await site.adapter.read(TEMPERATURES, 0.0)
    site.faults.largest_apdu = 206
    site.faults.drops_too_long = True
    seen = [await site.qualities()]
    while seen[-1] != {Quality.GOOD} and len(seen) < 4:
        # The breaker would have us wait; a release asks at once.
        await site.adapter.release([Command(kind=CommandKind.RELEASE, point=HEATING, priority=13)])
        seen.append(await site.qualities())
    assert seen[-1] == {Quality.GOOD}


@pytest.mark.parametrize("garbage", [Garbage.PAYLOAD, Garbage.WRONG_TYPE])
async def test_nonsense_is_invalid_at_once_and_forgotten_when_it_ends(
    site: Site, garbage: Garbage
) -> None:
    site.faults.garbage = garbage
    began = monotonic()
    readings = await site.adapter.read([TEMPERATURES[0]], 0.0)
    assert monotonic() - began < 0.9 * DEADLINE_S
    assert [reading.quality for reading in readings] == [Quality.INVALID]
    site.faults.garbage = Garbage.NONE
    assert await site.qualities() == {Quality.GOOD}


async def test_an_error_is_said_in_the_device_s_words(site: Site) -> None:
    site.faults.error = ("device", "internal-error")
    (reading,) = await site.adapter.read([TEMPERATURES[0]], 0.0)
    assert (reading.quality, reading.detail) == (Quality.FAULT, "device: internal-error")
    (receipt,) = await site.adapter.write([set_to(HEATING, 21.0)])
    assert (receipt.outcome, receipt.detail) == (Outcome.REFUSED, "device: internal-error")


async def test_slow_and_lossy_is_still_read(site: Site) -> None:
    site.faults.answers_after_s = 0.1
    site.faults.drops = 0.5
    site.faults.seed = 3
    for _ in range(4):
        (receipt,) = await site.adapter.write([set_to(HEATING, 21.0)])
        if receipt.outcome is Outcome.OK:
            break
    assert receipt.outcome is Outcome.OK


async def test_a_trunk_behind_a_router_is_read_and_commanded() -> None:
    kind, port = BacnetKind(), free_udp_port()
    trunk = await start_trunk("127.0.0.1", port, controllers=2)
    try:
        row: dict[str, Any] = {
            "address": "2001:2",
            "router": f"127.0.0.1:{port}",
            "device_instance": 20_002,
        }
        adapter = await open_one(kind, row)
        await adapter.connect()
        readings = await adapter.read([TEMPERATURES[0], HEATING], 0.0)
        assert [reading.value for reading in readings] == [21.5, 20.0]
        (receipt,) = await adapter.write([set_to(HEATING, 23.0)])
        assert receipt.outcome is Outcome.OK
        assert float(trunk.controllers[2].objectName["VAV-02.HTG-SP"].presentValue) == 23.0
        assert trunk.serial.busy_s > 0.1
    finally:
        await kind.close()
        await trunk.stop()


async def test_a_device_of_that_number_is_found_on_its_network() -> None:
    kind, port = BacnetKind(), free_udp_port()
    trunk = await start_trunk("127.0.0.1", port, controllers=2)
    try:
        row = {"address": "2001:*", "router": f"127.0.0.1:{port}", "device_instance": 20_002}
        adapter = await open_one(kind, row)
        await adapter.connect()
        (reading,) = await adapter.read([TEMPERATURES[0]], 0.0)
        assert reading.value == 21.5
        assert trunk.controllers[1].requests == 0
    finally:
        await kind.close()
        await trunk.stop()
