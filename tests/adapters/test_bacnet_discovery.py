"""Scanning a device: its objects, what they say of themselves, and what is wrong with it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from adapters.bacnet_discovery import Search, discover
from adapters.bacnet_stack import BacnetStack, open_stack
from adapters.bacnet_wire import BacnetAddress
from hvac_rl.errors import ConfigError
from sim_buildings.field.bacnet_profiles import start_gateway, stop_gateway
from tests.adapters.devices.bacnet_device import (
    BacnetDevice,
    analog_input,
    analog_value,
    binary_value,
    multi_state_value,
    positive_integer,
    text_input,
)
from tests.adapters.devices.free_ports import free_udp_port


@pytest.fixture
async def stack() -> AsyncIterator[BacnetStack]:
    async with open_stack({"address": "127.0.0.1:0", "device_instance": 3990}, 2.0) as opened:
        yield opened


async def test_a_scan_brings_what_every_object_says_of_itself(stack: BacnetStack) -> None:
    port = free_udp_port()
    device = await BacnetDevice.start(
        port,
        1001,
        analog_input(1, 21.5, "degrees-celsius"),
        text_input(2),
        analog_value(1, 20.0, "degrees-celsius"),
        analog_value(2, 20.0, commandable=False),
        binary_value(1, True),
        multi_state_value(1, 2, 3),
        positive_integer(1, 7),
    )
    device.at("multi-state-value,1").stateText = ["off", "low", "high"]
    device.command("analog-value,1", 23.0, 8)
    device.largest_batch = 4
    told: list[tuple[int, int]] = []
    search = Search(addresses=(f"127.0.0.1:{port}",), wait_s=2.0, deadline_s=2.0)
    try:
        (found,) = await discover(stack, search, lambda done, of: told.append((done, of)))
    finally:
        device.close()
    assert (found.announced.instance, found.announced.address) == (1001, f"127.0.0.1:{port}")
    assert (found.name, found.offers_cov, found.problems) == ("device-1001", True, ())
    assert told[-1] == (7, 7)
    objects = {str(each.address): each for each in found.objects}
    room = objects["analog-input,1"]
    assert (room.name, room.units, room.present) == ("ai-1", "degrees-celsius", 21.5)
    assert (room.commandable, room.offers_cov) == (False, True)
    assert objects["analog-input,2"].present is None
    setpoint = objects["analog-value,1"]
    assert (setpoint.commandable, setpoint.commanded_by, setpoint.present) == (True, 8, 23.0)
    assert not objects["analog-value,2"].commandable
    assert objects["multi-state-value,1"].state_texts == ("off", "low", "high")
    assert objects["binary-value,1"].units == ""
    assert found.objects[0].address == BacnetAddress("analog-input", 1)


async def test_a_device_that_dies_during_the_scan_is_said_so(stack: BacnetStack) -> None:
    port = free_udp_port()
    device = await BacnetDevice.start(port, 1001, analog_input(1, 21.5))
    search = Search(addresses=(f"127.0.0.1:{port}",), wait_s=2.0, deadline_s=0.5)

    def die(done: int, of: int) -> None:
        device.silent = True

    try:
        (found,) = await discover(stack, search, die)
    finally:
        device.close()
    assert found.objects == ()
    assert found.problems[0].startswith("fell silent during the scan")


async def test_nobody_there_is_an_empty_list(stack: BacnetStack) -> None:
    assert await discover(stack, Search(addresses=("127.0.0.1:9",), wait_s=0.2)) == []


async def test_a_broadcast_that_cannot_leave_is_said_so(stack: BacnetStack) -> None:
    with pytest.raises(ConfigError, match="no broadcast leaves this address"):
        await discover(stack)


async def test_a_gateway_s_long_object_list_comes_in_parts(stack: BacnetStack) -> None:
    port = free_udp_port()
    gateway = await start_gateway("127.0.0.1", port, objects=300)
    try:
        (found,) = await discover(stack, Search(addresses=(f"127.0.0.1:{port}",), deadline_s=8.0))
    finally:
        await stop_gateway(gateway)
    assert (len(found.objects), found.problems) == (300, ())
    assert gateway.requests < 60
