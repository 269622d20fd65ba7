"""BACnet where it differs: identity, units, priority arrays, batches that learn, one port."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from adapters.bacnet import BacnetAdapter, BacnetKind
from hvac_rl.errors import ConfigError, DeviceError
from hvac_rl.points import Point, WriteAccess
from hvac_rl.ports import DeviceSpec
from hvac_rl.records import Command, CommandKind, Outcome, Quality, Reading
from hvac_rl.units import UNITS
from tests.adapters.devices.bacnet_device import (
    BacnetDevice,
    analog_input,
    analog_value,
    binary_value,
    held_by_hand,
    multi_state_value,
    outputs,
    positive_integer,
    text_input,
)
from tests.adapters.devices.free_ports import free_udp_port

ANY_VALUE = WriteAccess(minimum=-1e6, maximum=1e6, deadband=0.0, daily_writes=100)
STATES = WriteAccess(minimum=1.0, maximum=3.0, deadband=0.5, daily_writes=100)
Opening = Callable[..., Awaitable[tuple[BacnetDevice, BacnetAdapter]]]


@pytest.fixture
async def opened() -> AsyncIterator[Opening]:
    """Opens a device with the given objects and an adapter to it."""
    kind = BacnetKind()
    devices: list[BacnetDevice] = []

    async def open_(
        *objects: Any, expects: int | None = 1001, deadline_s: float = 8.0
    ) -> tuple[BacnetDevice, Any]:
        port = free_udp_port()
        devices.append(await BacnetDevice.start(port, 1001, *objects))
        row: dict[str, object] = {"address": f"127.0.0.1:{port}"}
        if expects is not None:
            row["device_instance"] = expects
        options = kind.parse_options(row)
        spec = DeviceSpec(name="vav", options=options, priority=13, deadline_s=deadline_s)
        adapters = await kind.open([spec], {"address": "127.0.0.1:0", "device_instance": 3990})
        return devices[-1], adapters["vav"]

    yield open_
    await kind.close()
    for device in devices:
        device.close()


def point(object_: str, unit: str = "degC", *, writable: bool = False) -> Point:
    return Point(
        name=object_,
        device="vav",
        of="south",
        brick="Point",
        unit=UNITS[unit],
        address=BacnetKind().parse_address({"object": object_}, writable=writable),
        write=ANY_VALUE if writable else None,
    )


def set_to(target: Point, value: float) -> Command:
    return Command(kind=CommandKind.SET, point=target, priority=13, value=value)


async def read(adapter: BacnetAdapter, *points: Point) -> list[Reading]:
    return await adapter.read(points, 0.0)


async def test_another_device_at_the_address_is_named(opened: Opening) -> None:
    _, adapter = await opened(expects=1234)
    with pytest.raises(DeviceError, match=r"device 1001 answers at 127\.0\.0\.1:\d+, not 1234"):
        await adapter.connect()
    with pytest.raises(DeviceError, match="device 1001 answers"):
        await adapter.check([])


async def test_without_an_instance_any_device_will_do(opened: Opening) -> None:
    _, adapter = await opened(expects=None)
    await adapter.connect()
    assert adapter.health().reachable


async def test_an_object_without_priority_array_is_refused_at_commissioning(
    opened: Opening,
) -> None:
    _, adapter = await opened(analog_value(1, 20.0, commandable=False))
    await adapter.check([point("analog-value,1")])
    with pytest.raises(DeviceError, match="has no priority array") as caught:
        await adapter.check([point("analog-value,1", writable=True)])
    assert caught.value.where == "vav analog-value,1"


async def test_an_object_that_lost_its_priority_array_is_no_good_reading(
    opened: Opening,
) -> None:
    _, adapter = await opened(analog_value(1, 20.0, commandable=False))
    (reading,) = await read(adapter, point("analog-value,1", writable=True))
    assert reading.quality is Quality.FAULT
    assert reading.detail == "who commands it is unknown: property: unknown-property"


@pytest.mark.parametrize(
    ("device", "configured"),
    [("pascals", "degC"), ("volts", "degC"), ("delta-degrees-kelvin", "degC"), ("bars", "lux")],
)
async def test_a_unit_of_another_quantity_is_refused(
    opened: Opening, device: str, configured: str
) -> None:
    _, adapter = await opened(analog_input(1, 20.0, device))
    with pytest.raises(DeviceError, match=f"in {device} on the device, in {configured}"):
        await adapter.check([point("analog-input,1", configured)])


@pytest.mark.parametrize(
    ("device", "configured", "warns"),
    [
        ("degrees-celsius", "degC", False),
        ("no-units", "degC", False),
        ("degrees-fahrenheit", "degC", True),
        ("kilopascals", "Pa", True),
    ],
)
async def test_another_unit_of_the_same_quantity_is_only_named(
    opened: Opening,
    caplog: pytest.LogCaptureFixture,
    device: str,
    configured: str,
    warns: bool,
) -> None:
    _, adapter = await opened(analog_input(1, 20.0, device))
    await adapter.check([point("analog-input,1", configured)])
    assert [device in record.getMessage() for record in caplog.records] == [True] * warns


async def test_a_binary_object_carries_no_temperature(opened: Opening) -> None:
    _, adapter = await opened(binary_value(1, True))
    with pytest.raises(DeviceError, match="cannot carry the unit degC"):
        await adapter.check([point("binary-value,1")])


async def test_out_of_service_is_a_fault_that_still_shows_who_commands(opened: Opening) -> None:
    device, adapter = await opened(analog_value(1, 20.0))
    device.command("analog-value,1", 22.0, 10)
    device.at("analog-value,1").outOfService = True
    (reading,) = await read(adapter, point("analog-value,1", writable=True))
    assert (reading.quality, reading.detail) == (Quality.FAULT, "out of service")
    assert reading.commanded_by == 10


async def test_a_value_held_by_hand_on_the_device(opened: Opening) -> None:
    _, adapter = await opened(held_by_hand(1, 19.0))
    target = point("analog-value,1", writable=True)
    (receipt,) = await adapter.write([set_to(target, 21.0)])
    assert (receipt.outcome, receipt.detail) == (Outcome.OVERRIDDEN, "overridden at the device")
    assert receipt.effective == 19.0
    (reading,) = await read(adapter, target)
    assert (reading.quality, reading.detail) == (Quality.GOOD, "overridden at the device")


async def test_a_device_that_clamps_is_found_out(opened: Opening) -> None:
    device, adapter = await opened(analog_value(1, 20.0))
    device.clamps_at = 25.0
    (receipt,) = await adapter.write([set_to(point("analog-value,1", writable=True), 27.0)])
    assert receipt.outcome is Outcome.MISMATCH
    assert receipt.detail == "priority 13 holds 25, not 27"


async def test_binary_and_multi_state_values(opened: Opening) -> None:
    device, adapter = await opened(binary_value(1, True), multi_state_value(1, 2, 4))
    binary = point("binary-value,1", "bool", writable=True)
    state = point("multi-state-value,1", "count", writable=True)
    receipts = await adapter.write([set_to(binary, 0.0), set_to(state, 3.0)])
    assert [receipt.outcome for receipt in receipts] == [Outcome.OK, Outcome.OK]
    assert [reading.value for reading in await read(adapter, binary, state)] == [0.0, 3.0]
    assert device.slot("multi-state-value,1", 13) == 3.0

    receipts = await adapter.write([set_to(binary, 2.0), set_to(state, 2.5)])
    assert [receipt.outcome for receipt in receipts] == [Outcome.REFUSED, Outcome.REFUSED]
    assert receipts[0].detail == "binary-value,1 cannot be 2; nothing was sent"
    assert "takes whole numbers, not 2.5" in receipts[1].detail


async def test_outputs_are_commanded_checked_and_given_back(opened: Opening) -> None:
    device, adapter = await opened(*outputs())
    damper, fan, speed = targets = [
        point("analog-output,1", "percent", writable=True),
        point("binary-output,1", "bool", writable=True),
        replace(point("multi-state-output,1", "count", writable=True), write=STATES),
    ]
    await adapter.check(targets)
    wanted = [set_to(damper, 0.4), set_to(fan, 1.0), set_to(speed, 3.0)]
    receipts = await adapter.write(wanted)
    assert [receipt.outcome for receipt in receipts] == [Outcome.OK] * 3
    assert [device.slot(target.name, 13) for target in targets] == [40.0, 1.0, 3.0]
    (beyond,) = await adapter.write(
        [set_to(replace(speed, write=replace(STATES, maximum=9.0)), 4.0)]
    )
    assert (beyond.outcome, device.slot("multi-state-output,1", 13)) == (Outcome.REFUSED, 3.0)
    released = await adapter.release(
        [Command(kind=CommandKind.RELEASE, point=target, priority=13) for target in targets]
    )
    assert [receipt.outcome for receipt in released] == [Outcome.OK] * 3
    assert [device.slot(target.name, 13) for target in targets] == [None] * 3


async def test_a_feedback_point_says_whether_a_write_took_effect(opened: Opening) -> None:
    device, adapter = await opened(analog_input(7, 20.0), *outputs())
    row = {"object": "analog-output,1", "effective": "analog-input,7", "tolerance": 2.0}
    target = replace(
        point("analog-output,1", "percent", writable=True),
        address=BacnetKind().parse_address(row, writable=True),
    )
    (receipt,) = await adapter.write([set_to(target, 0.4)])
    assert (receipt.outcome, receipt.effective) == (Outcome.MISMATCH, pytest.approx(0.2))
    assert receipt.detail == "the feedback analog-input,7 is 20, not 40"
    device.at("analog-input,7").presentValue = 38.5
    (receipt,) = await adapter.write([set_to(target, 0.4)])
    assert (receipt.outcome, receipt.effective) == (Outcome.OK, pytest.approx(0.385))


async def test_a_value_that_real_rounds_is_still_ours(opened: Opening) -> None:
    _, adapter = await opened(analog_value(1, 68.0))
    target = replace(point("analog-value,1", "degF", writable=True))
    for value in (21.1, 0.1, 1 / 3):
        (receipt,) = await adapter.write([set_to(target, value)])
        assert (receipt.outcome, receipt.detail) == (Outcome.OK, "")


async def test_writes_use_the_priority_of_the_command(opened: Opening) -> None:
    device, adapter = await opened(analog_value(1, 20.0))
    target = point("analog-value,1", writable=True)
    (receipt,) = await adapter.write([replace(set_to(target, 21.0), priority=10)])
    assert receipt.outcome is Outcome.OK
    assert [device.slot("analog-value,1", p) for p in (8, 10, 13, 16)] == [None, 21.0, None, None]


async def test_a_heartbeat_takes_no_slot(opened: Opening) -> None:
    device, adapter = await opened(positive_integer(1, 0))
    beat = point("positive-integer-value,1", "count")
    (receipt,) = await adapter.write(
        [Command(kind=CommandKind.HEARTBEAT, point=beat, priority=13, value=12.0)]
    )
    assert receipt.outcome is Outcome.OK
    assert device.at("positive-integer-value,1").presentValue == 12
    assert device.last_priority is None


async def test_many_points_are_few_requests(opened: Opening) -> None:
    device, adapter = await opened(*(analog_input(n, float(n)) for n in range(90)))
    points = [point(f"analog-input,{n}") for n in range(90)]
    readings = await adapter.read(points, 0.0)
    assert [reading.value for reading in readings] == [float(n) for n in range(90)]
    assert device.requests == 2


async def test_a_device_is_never_asked_more_than_two_things_at_once(opened: Opening) -> None:
    device, adapter = await opened(*(analog_input(n, float(n)) for n in range(150)))
    device.answers_after_s = 0.01
    points = [point(f"analog-input,{n}") for n in range(150)]
    readings = await adapter.read(points, 0.0)
    assert {reading.quality for reading in readings} == {Quality.GOOD}
    assert device.most_under_way == 2


async def test_a_deadline_loses_only_what_had_not_come_yet(opened: Opening) -> None:
    device, adapter = await opened(*(analog_input(n, float(n)) for n in range(20)), deadline_s=2.0)
    device.device_object.segmentationSupported = "no-segmentation"
    device.device_object.maxApduLengthAccepted = 206
    await adapter.connect()
    device.answers_at_most = device.requests + 2
    readings = await adapter.read([point(f"analog-input,{n}") for n in range(20)], 0.0)
    qualities = [reading.quality for reading in readings]
    assert qualities[:10] == [Quality.GOOD] * 10
    assert qualities[10:] == [Quality.NO_ANSWER] * 10
    assert adapter.health().reachable


async def test_a_device_without_segmentation_teaches_the_batch_size(opened: Opening) -> None:
    device, adapter = await opened(*(analog_input(n, float(n)) for n in range(20)))
    device.largest_batch = 6
    points = [point(f"analog-input,{n}") for n in range(20)]
    for _ in range(2):
        device.requests = 0
        readings = await adapter.read(points, 0.0)
        assert {reading.quality for reading in readings} == {Quality.GOOD}
    assert device.requests == 4  # 20 points in batches of 5, with nothing refused any more


async def test_one_point_that_cannot_be_decoded_costs_only_itself(opened: Opening) -> None:
    device, adapter = await opened(*(analog_input(n, float(n)) for n in range(8)), text_input(100))
    points = [point(f"analog-input,{n}") for n in (0, 1, 2, 100, 3, 4, 5, 6, 7)]
    for _ in range(2):
        device.requests = 0
        readings = await adapter.read(points, 0.0)
        qualities = [reading.quality for reading in readings]
        assert qualities == [Quality.GOOD] * 3 + [Quality.INVALID] + [Quality.GOOD] * 5
    assert device.requests == 4  # one batch, and three properties of the odd one


async def test_a_device_that_reads_only_single_properties(opened: Opening) -> None:
    device, adapter = await opened(analog_input(1, 21.0), analog_value(1, 20.0))
    device.knows_read_multiple = False
    await adapter.check([point("analog-input,1"), point("analog-value,1", writable=True)])
    (receipt,) = await adapter.write([set_to(point("analog-value,1", writable=True), 22.0)])
    assert receipt.outcome is Outcome.OK
    (reading,) = await read(adapter, point("analog-input,1"))
    assert reading.value == pytest.approx(21.0)


async def test_two_points_on_one_object_are_one_question(opened: Opening) -> None:
    _, adapter = await opened(analog_value(1, 20.0))
    commanded = replace(point("analog-value,1", writable=True), name="commanded")
    sensor, setpoint = await read(adapter, point("analog-value,1"), commanded)
    assert (sensor.value, setpoint.value) == (20.0, 20.0)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"device_instance": 7}, "no broadcast leaves our address to look for device 7"),
        ({"address": "2001:5"}, "to look for a router to network 2001"),
    ],
)
async def test_what_cannot_be_looked_for_is_said_at_once(row: dict[str, Any], says: str) -> None:
    kind = BacnetKind()
    options = kind.parse_options(row)
    spec = DeviceSpec(name="vav", options=options, priority=13, deadline_s=30.0)
    adapters = await kind.open([spec], {"address": "127.0.0.1:0", "device_instance": 3990})
    try:
        with pytest.raises(DeviceError, match=says):
            await adapters["vav"].connect()
    finally:
        await kind.close()


def spec_at(port: int) -> DeviceSpec:
    options = BacnetKind().parse_options({"address": f"127.0.0.2:{port}"})
    return DeviceSpec(name="vav", options=options, priority=13, deadline_s=0.3)


async def test_our_port_must_not_be_a_device_s_on_this_machine() -> None:
    port = free_udp_port()
    local = {"address": f"127.0.0.1:{port}", "device_instance": 3990}
    with pytest.raises(ConfigError, match="is also a device's on this machine"):
        await BacnetKind().open([spec_at(port)], local)


async def test_a_port_that_another_program_holds_is_said_so() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        local = {"address": f"127.0.0.1:{port}", "device_instance": 3990}
        with pytest.raises(ConfigError, match=f"cannot open 127.0.0.1:{port}"):
            await BacnetKind().open([spec_at(port - 1)], local)


async def test_an_address_that_is_not_ours_is_said_so() -> None:
    local = {"address": "203.0.113.1:0", "device_instance": 3990}
    with pytest.raises(ConfigError, match=r"203\.0\.113\.1 is not ours"):
        await BacnetKind().open([spec_at(47808)], local)


async def test_a_kind_opens_once_and_again_after_closing() -> None:
    kind = BacnetKind()
    local = {"address": "127.0.0.1:0", "device_instance": 3990}
    for _ in range(2):
        await kind.open([spec_at(47808)], local)
        with pytest.raises(RuntimeError, match="already open"):
            await kind.open([spec_at(47808)], local)
        await kind.close()
    await kind.close()
