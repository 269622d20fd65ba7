"""Modbus where it differs: whole values, the order of writes, strict maps, broken connections."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator
from typing import Any

import pytest

from adapters.modbus import ModbusAdapter, ModbusKind
from hvac_rl.errors import DeviceError
from hvac_rl.ports import DeviceSpec
from hvac_rl.records import Outcome, Quality
from tests.adapters.devices.free_ports import free_tcp_port
from tests.adapters.devices.modbus_device import ModbusDevice, float_words
from tests.adapters.devices.modbus_points import KIND, blind, give_back, sensor, set_to


@pytest.fixture
async def device() -> AsyncIterator[ModbusDevice]:
    opened = ModbusDevice(free_tcp_port())
    await opened.start()
    yield opened
    opened.silent = False
    await opened.stop()


@pytest.fixture
async def adapter(device: ModbusDevice) -> AsyncIterator[Any]:
    opened = (await ModbusKind().open([spec(device.port)], {}))["gateway"]
    yield opened
    await opened.close()


def spec(port: int) -> DeviceSpec:
    options = KIND.parse_options({"host": "127.0.0.1", "port": port})
    return DeviceSpec(name="gateway", options=options, priority=13, deadline_s=0.4)


async def test_the_whole_value_goes_before_the_coil(
    device: ModbusDevice, adapter: ModbusAdapter
) -> None:
    device.follows = {20: (20, 20, 0.0)}
    (receipt,) = await adapter.write([set_to(blind(), 0.65)])
    assert receipt.outcome is Outcome.OK
    # Coil read, float in one piece, coil set; then three tables are read back.
    assert device.requests[:3] == [("coil", 20, 1), ("holding", 20, 2), ("coil", 20, 1)]
    assert len(device.requests) == 6
    assert device.get("coil", 20) == [1]


async def test_a_coil_that_is_set_is_not_written_again(
    device: ModbusDevice, adapter: ModbusAdapter
) -> None:
    device.follows = {20: (20, 20, 0.0)}
    await adapter.write([set_to(blind(), 0.65)])
    device.requests.clear()
    (receipt,) = await adapter.write([set_to(blind(), 0.25)])
    assert receipt.outcome is Outcome.OK
    assert device.requests[:2] == [("coil", 20, 1), ("holding", 20, 2)]
    assert len(device.requests) == 5


async def test_a_value_that_is_refused_leaves_the_coil_alone(
    device: ModbusDevice, adapter: ModbusAdapter
) -> None:
    device.refusing = True
    (receipt,) = await adapter.write([set_to(blind(), 0.65)])
    assert (receipt.outcome, receipt.detail) == (Outcome.REFUSED, "illegal value")
    assert device.get("coil", 20) == [0]


async def test_a_device_that_does_not_follow_is_found_out(
    device: ModbusDevice, adapter: ModbusAdapter
) -> None:
    await device.put("input", 20, float_words(10.0))
    (receipt,) = await adapter.write([set_to(blind(), 0.65)])
    assert (receipt.outcome, receipt.detail) == (Outcome.MISMATCH, "in effect is 10, not 65")
    assert receipt.effective == pytest.approx(0.1)


async def test_ours_is_empty_while_the_coil_is_off(
    device: ModbusDevice, adapter: ModbusAdapter
) -> None:
    device.follows = {20: (20, 20, 12.0)}
    await device.put("holding", 20, float_words(65.0))
    (reading,) = await adapter.read([blind()], 0.0)
    assert (reading.value, reading.ours) == (pytest.approx(0.12), None)
    await device.put("coil", 20, [1])
    (reading,) = await adapter.read([blind()], 0.0)
    assert (reading.value, reading.ours) == (pytest.approx(0.65), pytest.approx(0.65))


async def test_a_release_leaves_our_value_but_not_its_effect(
    device: ModbusDevice, adapter: ModbusAdapter
) -> None:
    device.follows = {20: (20, 20, 12.0)}
    await adapter.write([set_to(blind(), 0.65)])
    (receipt,) = await adapter.release([give_back(blind())])
    assert (receipt.outcome, receipt.effective) == (Outcome.OK, pytest.approx(0.12))
    assert device.get("coil", 20) == [0]


async def test_scaled_registers_are_judged_by_what_they_can_hold(
    device: ModbusDevice, adapter: ModbusAdapter
) -> None:
    point = blind(type="int16", scale=0.5, effective={"table": "holding", "register": 20})
    (receipt,) = await adapter.write([set_to(point, 0.333)])
    assert (receipt.outcome, receipt.effective) == (Outcome.OK, pytest.approx(0.335))
    assert device.get("holding", 20) == [67]


async def test_a_value_that_does_not_fit_never_reaches_the_wire(
    device: ModbusDevice, adapter: ModbusAdapter
) -> None:
    point = blind(type="int16", effective={"table": "holding", "register": 20})
    (receipt,) = await adapter.write([set_to(point, 1000.0)])
    assert receipt.outcome is Outcome.REFUSED
    assert "does not fit int16; nothing was sent" in receipt.detail
    assert device.get("coil", 20) == [0]


async def test_neighbours_are_one_request(device: ModbusDevice, adapter: ModbusAdapter) -> None:
    await device.put("input", 0, [word for n in range(100) for word in float_words(n)])
    points = [sensor(2 * n) for n in range(100)]
    readings = await adapter.read(points, 0.0)
    assert [reading.value for reading in readings] == [float(n) for n in range(100)]
    assert device.requests == [("input", 0, 124), ("input", 124, 76)]


async def test_a_strict_map_teaches_not_to_read_over_gaps(
    device: ModbusDevice, adapter: ModbusAdapter
) -> None:
    await device.put("input", 0, float_words(1.0))
    await device.put("input", 4, float_words(2.0))
    device.unmapped = {("input", 2), ("input", 3)}
    for _ in range(2):
        device.requests.clear()
        readings = await adapter.read([sensor(0), sensor(4)], 0.0)
        assert [reading.value for reading in readings] == [1.0, 2.0]
    assert device.requests == [("input", 0, 2), ("input", 4, 2)]


async def test_a_register_that_is_refused_costs_only_itself(
    device: ModbusDevice, adapter: ModbusAdapter
) -> None:
    await device.put("input", 0, [word for n in range(4) for word in float_words(n)])
    device.unmapped = {("input", 2)}
    for _ in range(3):
        device.requests.clear()
        readings = await adapter.read([sensor(2 * n) for n in range(4)], 0.0)
        assert [reading.value for reading in readings] == [0.0, None, 2.0, 3.0]
        assert (readings[1].quality, readings[1].detail) == (Quality.FAULT, "illegal address")
    assert len(device.requests) == 3


async def test_word_order_and_scale(device: ModbusDevice, adapter: ModbusAdapter) -> None:
    await device.put("input", 0, [0, 0x41B6, 0xFFFE])
    little, scaled = await adapter.read(
        [sensor(0, word_order="little"), sensor(2, "int16", scale=0.5, offset=3)], 0.0
    )
    assert (little.value, scaled.value) == (22.75, 2.0)


async def test_a_broken_value_in_force_is_invalid(
    device: ModbusDevice, adapter: ModbusAdapter
) -> None:
    device.follows = {20: (20, 20, math.nan)}
    (reading,) = await adapter.read([blind()], 0.0)
    assert (reading.quality, reading.value) == (Quality.INVALID, None)


async def test_check_names_the_register(device: ModbusDevice, adapter: ModbusAdapter) -> None:
    device.unmapped = {("coil", 20)}
    with pytest.raises(DeviceError, match="coil 20 cannot be read: illegal address") as caught:
        await adapter.check([blind()])
    assert caught.value.where == "gateway blind.20"


async def test_a_reset_connection_is_opened_again_at_once(
    device: ModbusDevice, adapter: ModbusAdapter
) -> None:
    await adapter.read([sensor(0)], 0.0)
    for _ in range(3):
        device.reset_connections()
        (reading,) = await adapter.read([sensor(0)], 0.0)
        assert reading.quality is Quality.GOOD


async def test_a_coil_that_does_not_stay_is_found_out(
    device: ModbusDevice, adapter: ModbusAdapter
) -> None:
    device.local_switch = True
    point = blind(effective={"table": "holding", "register": 20})
    (receipt,) = await adapter.write([set_to(point, 0.65)])
    assert (receipt.outcome, receipt.detail) == (Outcome.MISMATCH, "coil 20 is not set")


async def test_a_connection_that_fell_silent_is_not_used_again(
    device: ModbusDevice, adapter: ModbusAdapter
) -> None:
    await adapter.read([sensor(0)], 0.0)
    before = device.connections()
    device.silent = True
    await adapter.read([sensor(0)], 0.0)
    device.silent = False
    await adapter.release([give_back(blind())])
    assert device.connections().isdisjoint(before)


async def test_nobody_listening_is_no_answer() -> None:
    adapter = (await ModbusKind().open([spec(free_tcp_port())], {}))["gateway"]
    with pytest.raises(DeviceError, match="no connection to"):
        await adapter.connect()
    (reading,) = await adapter.read([sensor(0)], 0.0)
    assert reading.quality is Quality.NO_ANSWER
    assert reading.detail.startswith("no connection to 127.0.0.1:")
    await adapter.close()
