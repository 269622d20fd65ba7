"""Points without priorities: each is given back in its own way, and the receipt says which."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from adapters.modbus import ModbusAdapter, ModbusKind
from hvac_rl.points import Point
from hvac_rl.ports import DeviceSpec, Prior
from hvac_rl.records import Outcome, Quality
from tests.adapters.devices.free_ports import free_tcp_port
from tests.adapters.devices.modbus_device import ModbusDevice, float_words, words_float
from tests.adapters.devices.modbus_points import (
    KIND,
    beat,
    command_point,
    give_back,
    sensor,
    set_to,
)

MODE = {"table": "holding", "register": 30, "type": "uint16", "ours": 3, "bms": 1}
TIME_OUT = {"table": "holding", "register": 31, "type": "uint16", "seconds": 900}
SHOWN = {"table": "input", "register": 20}


@pytest.fixture
async def device() -> AsyncIterator[ModbusDevice]:
    opened = ModbusDevice(free_tcp_port())
    await opened.start()
    await opened.put("holding", 20, float_words(55.0))
    await opened.put("holding", 30, [1])
    yield opened
    opened.silent = False
    await opened.stop()


async def open_adapter(device: ModbusDevice) -> Any:
    options = KIND.parse_options({"host": "127.0.0.1", "port": device.port})
    spec = DeviceSpec(name="gateway", options=options, priority=13, deadline_s=2.0)
    return (await ModbusKind().open([spec], {}))["gateway"]


@pytest.fixture
async def adapter(device: ModbusDevice) -> AsyncIterator[Any]:
    opened = await open_adapter(device)
    yield opened
    await opened.close()


def stands(device: ModbusDevice) -> float:
    return words_float(device.get("holding", 20, 2))


async def ours(adapter: ModbusAdapter, point: Point) -> float | None:
    (reading,) = await adapter.read([point], 0.0)
    assert reading.quality is Quality.GOOD
    return reading.ours


async def test_a_mode_follows_us_and_then_the_bms(
    device: ModbusDevice, adapter: ModbusAdapter
) -> None:
    point = command_point(mode=MODE, effective={"table": "holding", "register": 20})
    (written,) = await adapter.write([set_to(point, 0.65)])
    assert (written.outcome, device.get("holding", 30)) == (Outcome.OK, [3])
    assert await ours(adapter, point) == pytest.approx(0.65)
    (released,) = await adapter.release([give_back(point)])
    assert released.outcome is Outcome.OK
    assert released.detail == "holding 30 follows the BMS again (1)"
    assert device.get("holding", 30) == [1]
    assert await ours(adapter, point) is None


async def test_a_time_out_is_set_renewed_with_every_beat_and_ended(
    device: ModbusDevice, adapter: ModbusAdapter
) -> None:
    point = command_point(time_out=TIME_OUT, effective={"table": "holding", "register": 20})
    heartbeat = sensor(0, "uint16", "holding")
    await adapter.write([set_to(point, 0.65)])
    assert device.get("holding", 31) == [900]
    await device.put("holding", 31, [840])
    await adapter.write([beat(heartbeat, 1.0)])
    assert (device.get("holding", 0), device.get("holding", 31)) == ([1], [900])
    (released,) = await adapter.release([give_back(point)])
    assert (released.outcome, released.detail) == (Outcome.OK, "holding 31: time-out ended")
    assert device.get("holding", 31) == [0]
    await adapter.write([beat(heartbeat, 2.0)])
    assert device.get("holding", 31) == [0]


async def test_a_time_out_that_ran_out_is_not_started_again_by_a_beat(
    device: ModbusDevice, adapter: ModbusAdapter
) -> None:
    point = command_point(time_out=TIME_OUT, effective={"table": "holding", "register": 20})
    await adapter.write([set_to(point, 0.65)])
    await device.put("holding", 31, [0])
    assert await ours(adapter, point) is None
    await adapter.write([beat(sensor(0, "uint16", "holding"), 1.0)])
    assert device.get("holding", 31) == [0]


async def test_a_release_value_is_left_behind(device: ModbusDevice, adapter: ModbusAdapter) -> None:
    point = command_point(release_value=40.0)
    await adapter.write([set_to(point, 0.65)])
    assert await ours(adapter, point) == pytest.approx(0.65)
    (released,) = await adapter.release([give_back(point)])
    assert (released.outcome, released.detail) == (Outcome.OK, "release value 40 written")
    assert stands(device) == 40.0
    assert await ours(adapter, point) is None


async def test_what_was_found_is_restored(device: ModbusDevice, adapter: ModbusAdapter) -> None:
    point = command_point(restore="found")
    await adapter.write([set_to(point, 0.65)])
    await adapter.write([set_to(point, 0.25)])
    (released,) = await adapter.release([give_back(point)])
    assert released.outcome is Outcome.OK
    assert released.detail == "restored 55, found before our first write"
    assert stands(device) == 55.0


@pytest.mark.parametrize("way", [{"restore": "found"}, {"release_value": 40.0}])
async def test_what_somebody_changed_since_is_left_alone(
    device: ModbusDevice, adapter: ModbusAdapter, way: dict[str, object]
) -> None:
    point = command_point(**way)
    await adapter.write([set_to(point, 0.65)])
    await device.put("holding", 20, float_words(33.0))
    assert await ours(adapter, point) is None
    (released,) = await adapter.release([give_back(point)])
    assert released.outcome is Outcome.OK
    assert released.detail == "left alone: 33 stands there, not our 65 any more"
    assert stands(device) == 33.0


async def test_an_older_value_of_ours_is_the_bms_s_when_it_comes_back(
    device: ModbusDevice, adapter: ModbusAdapter
) -> None:
    point = command_point(restore="found")
    await adapter.write([set_to(point, 0.65)])
    await adapter.write([set_to(point, 0.25)])
    await device.put("holding", 20, float_words(65.0))
    assert await ours(adapter, point) is None
    (released,) = await adapter.release([give_back(point)])
    assert released.detail == "left alone: 65 stands there, not our 25 any more"
    assert stands(device) == 65.0


async def test_a_value_that_may_have_been_lost_leaves_the_older_one_ours(
    device: ModbusDevice, adapter: ModbusAdapter
) -> None:
    point = command_point(restore="found")
    await adapter.write([set_to(point, 0.65)])
    device.silent = True
    (lost,) = await adapter.write([set_to(point, 0.25)])
    device.silent = False
    await device.put("holding", 20, float_words(65.0))
    assert lost.outcome is Outcome.NO_ANSWER
    (released,) = await adapter.release([give_back(point)])
    assert released.detail == "restored 55, found before our first write"


async def test_after_a_crash_the_ledger_says_what_was_found(
    device: ModbusDevice, adapter: ModbusAdapter
) -> None:
    point = command_point(restore="found")
    await device.put("holding", 20, float_words(65.0))
    prior = Prior(found=0.55, wrote=(0.25, 0.65))
    (released,) = await adapter.release([give_back(point)], {point.name: prior})
    assert (released.outcome, stands(device)) == (Outcome.OK, pytest.approx(55.0))
    assert released.effective == pytest.approx(0.55)


@pytest.mark.parametrize(
    ("prior", "says"),
    [
        (Prior(found=None, wrote=(0.65,)), "not known what stood there before us"),
        (Prior(found=0.55), "not known what we last wrote"),
    ],
)
async def test_what_is_not_known_is_not_guessed(
    device: ModbusDevice, adapter: ModbusAdapter, prior: Prior, says: str
) -> None:
    point = command_point(restore="found")
    await device.put("holding", 20, float_words(65.0))
    (released,) = await adapter.release([give_back(point)], {point.name: prior})
    assert released.outcome is Outcome.MISMATCH
    assert says in released.detail
    assert stands(device) == 65.0


async def test_nothing_is_written_where_nothing_of_ours_was(
    device: ModbusDevice, adapter: ModbusAdapter
) -> None:
    for way in ({"restore": "found"}, {"release_value": 40.0}):
        (released,) = await adapter.release([give_back(command_point(**way))])
        assert (released.outcome, released.detail) == (Outcome.OK, "nothing of ours was there")
    assert stands(device) == 55.0


async def test_closing_restores_what_was_found(device: ModbusDevice) -> None:
    adapter = await open_adapter(device)
    await adapter.write([set_to(command_point(restore="found"), 0.65)])
    await adapter.close()
    assert stands(device) == 55.0


async def test_a_switch_at_the_device_and_its_fault_flag_are_seen(
    device: ModbusDevice, adapter: ModbusAdapter
) -> None:
    flags = {
        "by_hand": {"table": "discrete", "register": 4},
        "fault": {"table": "holding", "register": 40, "bit": 2},
    }
    point = command_point(restore="found", **flags)
    await device.put("discrete", 4, [1])
    (written,) = await adapter.write([set_to(point, 0.65)])
    assert (written.outcome, written.detail) == (Outcome.OVERRIDDEN, "overridden at the device")
    await device.put("holding", 40, [0b100])
    (reading,) = await adapter.read([point], 0.0)
    assert (reading.quality, reading.detail) == (Quality.FAULT, "holding 40 bit 2 is set")


@pytest.mark.parametrize("knows_masks", [True, False])
async def test_one_bit_is_written_and_its_neighbours_stay(
    device: ModbusDevice, adapter: ModbusAdapter, knows_masks: bool
) -> None:
    device.knows_masks = knows_masks
    await device.put("holding", 50, [0b1010_0001])
    point = command_point("bool", register=50, type="uint16", bit=1, restore="found")
    (written,) = await adapter.write([set_to(point, 1.0)])
    assert (written.outcome, device.get("holding", 50)) == (Outcome.OK, [0b1010_0011])
    (released,) = await adapter.release([give_back(point)])
    assert (released.outcome, device.get("holding", 50)) == (Outcome.OK, [0b1010_0001])


async def test_states_are_written_by_their_codes(
    device: ModbusDevice, adapter: ModbusAdapter
) -> None:
    point = command_point(
        "count", register=51, type="uint16", states={10: 0, 20: 1}, restore="found"
    )
    await device.put("holding", 51, [10])
    (written,) = await adapter.write([set_to(point, 1.0)])
    assert (written.outcome, device.get("holding", 51)) == (Outcome.OK, [20])
    (refused,) = await adapter.write([set_to(point, 2.0)])
    assert refused.outcome is Outcome.REFUSED
    assert "is not one of its states; nothing was sent" in refused.detail


@pytest.mark.parametrize("function", [6, 16])
async def test_a_single_register_goes_by_the_function_that_the_device_wants(
    device: ModbusDevice, function: int
) -> None:
    device.single_function = function
    options = KIND.parse_options(
        {"host": "127.0.0.1", "port": device.port, "single_writes": function}
    )
    spec = DeviceSpec(name="gateway", options=options, priority=13, deadline_s=2.0)
    adapter = (await ModbusKind().open([spec], {}))["gateway"]
    point = command_point("count", register=52, type="int16", restore="found")
    (written,) = await adapter.write([set_to(point, -7.0)])
    assert (written.outcome, device.get("holding", 52)) == (Outcome.OK, [0xFFF9])
    await adapter.close()
