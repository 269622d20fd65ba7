"""RTU over TCP and over a serial line: several units on one wire, and what goes wrong on it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from time import monotonic

import pytest

from adapters.modbus import ModbusKind
from hvac_rl.errors import ConfigError, DeviceError
from hvac_rl.ports import Adapter, DeviceSpec
from hvac_rl.records import Outcome, Quality
from tests.adapters.devices.free_ports import free_tcp_port
from tests.adapters.devices.modbus_device import ModbusDevice, float_words
from tests.adapters.devices.modbus_points import blind, give_back, sensor, set_to
from tests.adapters.devices.serial_line import serial_line

DEADLINE_S = 0.5
UNITS = (1, 7)


class Opened:
    def __init__(self, device: ModbusDevice, kind: ModbusKind, adapters: Mapping[str, Adapter]):
        self.device = device
        self.kind = kind
        self.adapters = adapters


async def opened(device: ModbusDevice, row: dict[str, object], *units: int) -> Opened:
    kind = ModbusKind()
    specs = [
        DeviceSpec(
            name=f"unit-{unit}",
            options=kind.parse_options({**row, "unit_id": unit}),
            priority=13,
            deadline_s=DEADLINE_S,
        )
        for unit in units
    ]
    return Opened(device, kind, await kind.open(specs, {}))


@pytest.fixture(params=["rtu over tcp", "serial"])
async def wire(request: pytest.FixtureRequest) -> AsyncIterator[Opened]:
    if request.param == "serial":
        with serial_line() as (ours, theirs):
            device = ModbusDevice(theirs, units=UNITS)
            row: dict[str, object] = {"serial": ours, "baud_rate": 115_200, "parity": "none"}
            async for each in _running(device, row):
                yield each
        return
    device = ModbusDevice(free_tcp_port(), rtu=True, units=UNITS)
    row = {"host": "127.0.0.1", "port": device.port, "framing": "rtu"}
    async for each in _running(device, row):
        yield each


async def _running(device: ModbusDevice, row: dict[str, object]) -> AsyncIterator[Opened]:
    await device.start()
    site = await opened(device, row, *UNITS, 9)
    try:
        yield site
    finally:
        device.silent = device.garbling = False
        for adapter in site.adapters.values():
            await adapter.close()
        await site.kind.close()
        await device.stop()


async def test_units_on_one_wire_are_read_side_by_side(wire: Opened) -> None:
    await wire.device.put("input", 0, [word for n in range(80) for word in float_words(n)])
    points = [sensor(2 * n) for n in range(80)]
    answers = await asyncio.gather(*(wire.adapters[f"unit-{n}"].read(points, 0.0) for n in (1, 7)))
    for readings in answers[:1]:
        assert [reading.value for reading in readings] == [float(n) for n in range(80)]
    assert {reading.quality for reading in answers[1]} == {Quality.GOOD}


async def test_writes_take_effect_and_are_given_back(wire: Opened) -> None:
    adapter = wire.adapters["unit-1"]
    wire.device.follows = {20: (20, 20, 12.0)}
    (written,) = await adapter.write([set_to(blind(), 0.65)])
    assert (written.outcome, written.detail) == (Outcome.OK, "")
    (released,) = await adapter.release([give_back(blind())])
    assert (released.outcome, released.detail) == (Outcome.OK, "coil 20 cleared")


async def test_a_unit_that_is_not_there_costs_its_deadline_and_nobody_elses(wire: Opened) -> None:
    await wire.adapters["unit-1"].connect()
    with pytest.raises(DeviceError, match="unit-9: does not answer"):
        await wire.adapters["unit-9"].connect()
    gone, there = await asyncio.gather(
        wire.adapters["unit-9"].read([sensor(0)], 0.0),
        wire.adapters["unit-1"].read([sensor(0)], 0.0),
    )
    assert (gone[0].quality, there[0].quality) == (Quality.NO_ANSWER, Quality.GOOD)


async def test_garbage_is_no_answer_and_what_follows_is_read_again(wire: Opened) -> None:
    adapter = wire.adapters["unit-1"]
    await adapter.connect()
    wire.device.garbling = True
    began = monotonic()
    (reading,) = await adapter.read([sensor(0)], 0.0)
    assert (reading.quality, reading.value) == (Quality.NO_ANSWER, None)
    assert monotonic() - began < 2 * DEADLINE_S
    wire.device.garbling = False
    (receipt,) = await adapter.release([give_back(blind())])
    assert receipt.outcome is Outcome.OK


async def test_garbage_on_tcp_is_no_answer_at_once() -> None:
    device = ModbusDevice(free_tcp_port())
    await device.start()
    site = await opened(device, {"host": "127.0.0.1", "port": device.port}, 1)
    device.garbling = True
    (reading,) = await site.adapters["unit-1"].read([sensor(0)], 0.0)
    assert reading.quality is Quality.NO_ANSWER
    await site.adapters["unit-1"].close()
    await device.stop()


async def test_a_port_that_is_not_there_is_named(tmp_path: object) -> None:
    device = ModbusDevice("unused")
    site = await opened(device, {"serial": f"{tmp_path}/ttyUSB9"}, 1)
    with pytest.raises(DeviceError, match=r"no connection to .*ttyUSB9"):
        await site.adapters["unit-1"].connect()


async def test_two_devices_must_agree_on_their_line() -> None:
    kind = ModbusKind()
    specs = [
        DeviceSpec(
            name=name,
            options=kind.parse_options({"serial": "/dev/ttyS9", "baud_rate": rate}),
            priority=13,
            deadline_s=1.0,
        )
        for name, rate in (("meter", 9600), ("drive", 19_200))
    ]
    with pytest.raises(ConfigError, match="drive: sets /dev/ttyS9 otherwise than meter"):
        await kind.open(specs, {})


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"serial": "/dev/ttyS0", "unit_id": 0}, "unit_id: must be a whole number 1 to 247"),
        ({"serial": "/dev/ttyS0", "host": "h"}, "host: is not known here"),
        ({"serial": "/dev/ttyS0", "parity": "mark"}, "parity: must be one of none, even, odd"),
        ({"host": "h", "framing": "ascii"}, "framing: must be one of tcp, rtu"),
        ({"host": "h", "single_writes": 5}, "single_writes: must be"),
        ({"host": "h", "single_writes": 7}, "single_writes: must be 6 or 16"),
        ({"host": "h", "longest_block": 126}, "longest_block: must be a whole number 4 to 125"),
    ],
)
def test_wrong_device_rows_are_named(row: dict[str, object], says: str) -> None:
    with pytest.raises(ValueError, match=f"^{says}"):
        ModbusKind().parse_options(row)


async def test_wrong_limits_are_named() -> None:
    with pytest.raises(ConfigError, match=r"local: modbus: limits\.device\.outstanding"):
        await ModbusKind().open([], {"limits": {"device": {"outstanding": 0}}})
