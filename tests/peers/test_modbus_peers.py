"""libmodbus and modbus-serial, which share no code with our stack nor with each other: their
clients against our simulated gateway, our client against their devices, on TCP and on RTU.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest

from adapters.modbus import ModbusKind
from hvac_rl.ports import DeviceSpec
from hvac_rl.records import Outcome, Quality
from sim_buildings.field.lease import Lease
from sim_buildings.field.modbus_gateway import ModbusGateway
from sim_buildings.field.point_list import FieldPoint, Meaning, ModbusPlace, Range
from tests.adapters.devices.free_ports import free_tcp_port
from tests.adapters.devices.modbus_device import float_words, words_float
from tests.adapters.devices.modbus_points import blind, command_point, give_back, sensor, set_to
from tests.adapters.devices.serial_line import serial_line
from tests.peers.node_peer import HERE, NodePeer, need_package, node_peer, peer

DEADLINE_S = 15.0
"""Their programs may start slowly on a busy machine; nothing here waits for it in vain."""


def libmodbus(*arguments: str) -> AbstractAsyncContextManager[NodePeer]:
    try:
        ctypes.CDLL("libmodbus.so.5")
    except OSError:
        pytest.skip("libmodbus is not installed (Debian: apt-get install libmodbus5)")
    return peer(sys.executable, str(HERE / "libmodbus_peer.py"), *arguments)


def modbus_serial(script: str, *arguments: str) -> AbstractAsyncContextManager[NodePeer]:
    need_package("modbus-serial")
    return node_peer(script, *arguments)


async def open_adapter(**row: object) -> Any:
    kind = ModbusKind()
    options = kind.parse_options(row)
    spec = DeviceSpec(name="peer", options=options, priority=13, deadline_s=DEADLINE_S)
    return (await kind.open([spec], {}))["peer"]


@asynccontextmanager
async def gateway() -> AsyncIterator[tuple[ModbusGateway, int, int]]:
    """The simulated gateway, its port, and the register of its one commanded value."""
    meaning = Meaning("percent", "", write=Range(0.0, 100.0, 1.0, 99))
    light = FieldPoint("gateway", "south", "light", meaning, ModbusPlace(200, coil=0))
    port = free_tcp_port()
    running = ModbusGateway("gateway", [light], Lease(180.0), lambda: 0.0)
    await running.start("127.0.0.1", port)
    try:
        yield running, port, 200
    finally:
        await running.stop()


@pytest.mark.parametrize("client", ["libmodbus", "modbus-serial"])
async def test_their_client_reads_and_commands_our_gateway(client: str) -> None:
    async with gateway() as (running, port, register):
        (name,) = running.overrides()
        running.schedule({name: 0.3})
        theirs = (
            libmodbus("client", str(port))
            if client == "libmodbus"
            else modbus_serial("modbus_client.js", str(port))
        )
        async with theirs as ask:
            shown = await ask.ask(do="input", register=register, count=2)
            assert words_float(shown["data"]) == pytest.approx(30.0)
            written = await ask.ask(do="write", register=register, words=float_words(80.0))
            assert "error" not in written
            assert running.overrides() == {name: None}
            await ask.ask(do="writeCoil", register=0, on=True)
            assert running.overrides()[name] == pytest.approx(0.8)
            # Half a float, and a register that does not exist.
            half = await ask.ask(do="write", register=register, words=[0])
            assert "address" in half["error"].lower()
            gone = await ask.ask(do="holding", register=9000, count=2)
            assert "address" in gone["error"].lower()


async def test_our_client_reads_and_commands_libmodbus() -> None:
    port = free_tcp_port()
    async with libmodbus("device", "tcp", str(port)):
        adapter = await open_adapter(host="127.0.0.1", port=port)
        await _read_and_command(adapter)
        await adapter.close()


async def test_our_client_reads_and_commands_libmodbus_on_a_serial_line() -> None:
    with serial_line() as (ours, theirs):
        async with libmodbus("device", "rtu", theirs):
            adapter = await open_adapter(serial=ours, baud_rate=115_200, parity="none")
            await _read_and_command(adapter)
            await adapter.close()


async def _read_and_command(adapter: Any) -> None:
    points = [sensor(0), sensor(2), sensor(3, "bool", "discrete"), sensor(500)]
    readings = await adapter.read(points, 0.0)
    assert [reading.value for reading in readings] == [22.75, -1.5, 1.0, None]
    assert (readings[3].quality, readings[3].detail) == (Quality.FAULT, "illegal address")

    point = blind(effective={"table": "holding", "register": 20})
    (written,) = await adapter.write([set_to(point, 0.65)])
    assert (written.outcome, written.detail) == (Outcome.OK, "")
    (reading,) = await adapter.read([point], 0.0)
    assert reading.ours == pytest.approx(0.65)
    (released,) = await adapter.release([give_back(point)])
    assert (released.outcome, released.detail) == (Outcome.OK, "coil 20 cleared")

    bit = command_point("bool", register=50, type="uint16", bit=9, restore="found")
    whole = command_point("count", register=51, type="int64", word_order="little", restore="found")
    receipts = await adapter.write([set_to(bit, 1.0), set_to(whole, -123_456.0)])
    assert [receipt.outcome for receipt in receipts] == [Outcome.OK, Outcome.OK]


async def test_our_client_reads_and_commands_modbus_serial() -> None:
    port = free_tcp_port()
    async with modbus_serial("modbus_server.js", str(port)) as device:
        adapter = await open_adapter(host="127.0.0.1", port=port)
        await device.ask(register=0, words=float_words(22.75))
        near, gone = await adapter.read([sensor(0), sensor(300)], 0.0)
        assert (near.value, gone.quality) == (22.75, Quality.FAULT)
        point = command_point(register=2, restore="found")
        (written,) = await adapter.write([set_to(point, 0.65)])
        assert written.outcome is Outcome.OK
        assert words_float((await device.ask(register=2))["words"][:2]) == pytest.approx(65.0)
        (released,) = await adapter.release([give_back(point)])
        assert released.detail == "restored 0, found before our first write"
        # It knows no Mask Write Register: the bit is changed by reading and writing.
        bit = command_point("bool", register=50, type="uint16", bit=9, restore="found")
        (written,) = await adapter.write([set_to(bit, 1.0)])
        assert (written.outcome, (await device.ask(register=50))["words"][0]) == (Outcome.OK, 512)
        await adapter.close()
