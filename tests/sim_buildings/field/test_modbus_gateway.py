"""The gateway over the wire: registers, refusals, the time-out."""

from __future__ import annotations

import math
import struct

import pytest

from sim_buildings.field.network import FieldNetwork

ILLEGAL_FUNCTION, ILLEGAL_ADDRESS, ILLEGAL_VALUE = 1, 2, 3
BLIND, LIGHT_SOUTH, LIGHT_CORE, DAYLIGHT, POWER, ENERGY = 100, 200, 202, 300, 500, 502
BLIND_COIL, LIGHT_COIL = 0, 64
HEARTBEAT = 0


def words(value: float, kind: str = "f") -> list[int]:
    packed = struct.pack(f">{kind}", value)
    return list(struct.unpack(f">{len(packed) // 2}H", packed))


def number(registers: list[int], kind: str = "f") -> float:
    return float(struct.unpack(f">{kind}", struct.pack(f">{len(registers)}H", *registers))[0])


async def shown(modbus, address: int, kind: str = "f") -> float:
    answer = await modbus.read_input_registers(address, count=struct.calcsize(kind) // 2)
    assert not answer.isError(), answer
    return number(answer.registers, kind)


async def test_sensors_and_the_meter_read_in_their_own_types(network: FieldNetwork, modbus) -> None:
    values = dict.fromkeys((p.name for p in network.points), 0.0)
    values |= {"south.daylight": 431.5, "site.power": 5231.0, "site.energy": 3.6e6 * 12_345.678901}
    network.gateways[0].sense(values)
    assert await shown(modbus, DAYLIGHT) == 431.5
    assert await shown(modbus, POWER) == 5231.0
    assert await shown(modbus, ENERGY, "d") == pytest.approx(12_345.678901, rel=1e-12)


async def test_the_building_is_in_force_until_a_remote_value_is_wanted(
    network: FieldNetwork, modbus
) -> None:
    assert await shown(modbus, BLIND) == 25.0
    await modbus.write_registers(BLIND, words(80.0))
    assert await shown(modbus, BLIND) == 25.0
    await modbus.write_coil(BLIND_COIL, True)
    assert await shown(modbus, BLIND) == 80.0
    assert network.overrides()["south.blind"] == pytest.approx(0.8)
    await modbus.write_coil(BLIND_COIL, False)
    assert await shown(modbus, BLIND) == 25.0
    assert network.overrides()["south.blind"] is None


async def test_blocks_are_read_and_written_at_once(network: FieldNetwork, modbus) -> None:
    await modbus.write_registers(LIGHT_SOUTH, words(10.0) + words(20.0))
    await modbus.write_coils(LIGHT_COIL, [True, True])
    answer = await modbus.read_input_registers(LIGHT_SOUTH, count=4)
    assert [number(answer.registers[:2]), number(answer.registers[2:])] == [10.0, 20.0]
    assert (await modbus.read_coils(LIGHT_COIL, count=2)).bits[:2] == [True, True]
    held = await modbus.read_holding_registers(LIGHT_SOUTH, count=4)
    assert held.registers == words(10.0) + words(20.0)
    assert network.overrides()["core.light"] == pytest.approx(0.2)


REFUSED = {
    "not a number": (BLIND, words(math.nan), ILLEGAL_VALUE),
    "infinite": (BLIND, words(math.inf), ILLEGAL_VALUE),
    "below zero": (BLIND, words(-0.01), ILLEGAL_VALUE),
    "above a hundred": (BLIND, words(100.01), ILLEGAL_VALUE),
    "first half of a float": (BLIND, [0x42A0], ILLEGAL_ADDRESS),
    "second half of a float": (BLIND + 1, [0], ILLEGAL_ADDRESS),
    "a float and half the next": (LIGHT_SOUTH, [*words(50.0), 0x42A0], ILLEGAL_ADDRESS),
    "astride two floats": (LIGHT_SOUTH + 1, [0, 0x42A0], ILLEGAL_ADDRESS),
    "a sensor's register": (DAYLIGHT, words(500.0), ILLEGAL_ADDRESS),
    "the meter's register": (ENERGY, words(0.0, "d"), ILLEGAL_ADDRESS),
    "nothing there": (150, words(1.0), ILLEGAL_ADDRESS),
    "beyond the map": (5000, words(1.0), ILLEGAL_ADDRESS),
    "good, then bad": (LIGHT_SOUTH, words(50.0) + words(101.0), ILLEGAL_VALUE),
}


@pytest.mark.parametrize(("address", "registers", "code"), REFUSED.values(), ids=REFUSED)
async def test_refuses(modbus, address, registers, code) -> None:
    answer = await modbus.write_registers(address, registers)
    assert answer.isError()
    assert answer.exception_code == code
    kept = await modbus.read_holding_registers(LIGHT_SOUTH, count=4)
    assert kept.registers == [0, 0, 0, 0]


@pytest.mark.parametrize("edge", [0.0, 100.0])
async def test_the_edges_of_a_range_belong_to_it(modbus, edge) -> None:
    assert not (await modbus.write_registers(BLIND, words(edge))).isError()
    held = await modbus.read_holding_registers(BLIND, count=2)
    assert number(held.registers) == edge


async def test_single_register_functions_cannot_halve_a_float_either(modbus) -> None:
    assert (await modbus.write_register(BLIND, 0x42A0)).exception_code == ILLEGAL_ADDRESS
    masked = await modbus.mask_write_register(address=BLIND, and_mask=0, or_mask=0x42A0)
    assert masked.exception_code == ILLEGAL_ADDRESS


async def test_only_what_is_mapped_can_be_read(modbus) -> None:
    assert (await modbus.read_input_registers(110, count=2)).exception_code == ILLEGAL_ADDRESS
    assert (await modbus.read_input_registers(BLIND, count=4)).exception_code == ILLEGAL_ADDRESS
    assert (await modbus.read_discrete_inputs(0, count=1)).exception_code == ILLEGAL_ADDRESS
    assert (await modbus.read_coils(400, count=1)).exception_code == ILLEGAL_ADDRESS
    assert (await modbus.write_coil(5, True)).exception_code == ILLEGAL_ADDRESS
    assert (await modbus.read_input_registers(0, count=1, device_id=2)).isError()


async def test_the_time_out_is_there_to_be_read(modbus) -> None:
    assert (await modbus.read_input_registers(0, count=1)).registers == [180]


async def test_remote_values_drop_when_the_heartbeat_stands_still(
    network: FieldNetwork, modbus, clock
) -> None:
    await modbus.write_register(HEARTBEAT, 1)
    await modbus.write_registers(BLIND, words(80.0))
    await modbus.write_coil(BLIND_COIL, True)
    clock.pass_s(180.0)
    assert network.lapsed() == []
    assert await shown(modbus, BLIND) == 80.0
    await modbus.write_register(HEARTBEAT, 1)
    clock.pass_s(0.5)
    assert network.lapsed() == ["room-gateway"]
    assert (await modbus.read_coils(BLIND_COIL, count=1)).bits[0] is False
    assert await shown(modbus, BLIND) == 25.0


async def test_the_switch_on_the_wall_beats_the_remote(network: FieldNetwork, modbus) -> None:
    await modbus.write_registers(BLIND, words(80.0))
    await modbus.write_coil(BLIND_COIL, True)
    network.operate("south.blind", 0.1)
    assert await shown(modbus, BLIND) == pytest.approx(10.0)
    assert network.overrides()["south.blind"] == pytest.approx(0.1)
    network.operate("south.blind", None)
    assert await shown(modbus, BLIND) == 80.0
