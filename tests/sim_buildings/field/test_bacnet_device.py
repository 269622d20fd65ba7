"""The controllers over the wire: what they show, take and refuse, and the lease."""

from __future__ import annotations

import math

import pytest
from bacpypes3.primitivedata import (
    Boolean,
    CharacterString,
    Double,
    Enumerated,
    Integer,
    Null,
    ObjectIdentifier,
    Real,
    Unsigned,
)

from sim_buildings.field.network import FieldNetwork

HEATING = "analog-value,1"
HEARTBEAT = "positive-integer-value,1"
OURS = 13


async def test_objects_say_what_they_are(south) -> None:
    assert await south.read(HEATING, "object-name") == "VAV-SOUTH.HTG-SP"
    assert await south.read(HEATING, "description") == "south: heating setpoint"
    assert str(await south.read(HEATING, "units")) == "degrees-celsius"
    assert await south.read(HEATING, "min-pres-value") == 5.0
    assert await south.read(HEATING, "max-pres-value") == 30.0
    assert str(await south.read("analog-input,2", "units")) == "parts-per-million"
    assert str(await south.read("analog-input,1", "reliability")) == "no-fault-detected"
    assert list(await south.read("analog-input,1", "status-flags")) == [0, 0, 0, 0]
    assert list(await south.read("binary-input,1", "status-flags")) == [0, 0, 0, 0]


async def test_every_object_is_on_the_object_list(south) -> None:
    listed = {str(one) for one in await south.read("device,1002", "object-list")}
    assert listed == {
        "device,1002",
        "network-port,1",
        HEARTBEAT,
        "analog-input,1",
        "analog-input,2",
        "binary-input,1",
        HEATING,
        "analog-value,2",
    }


async def test_who_is_is_answered_to_whoever_asks(south) -> None:
    (answer,) = await south.who_is()
    assert str(answer.iAmDeviceIdentifier) == "device,1002"


async def test_read_property_multiple_marks_the_object_that_is_not_there(south) -> None:
    asked = [
        ObjectIdentifier(HEATING),
        ["present-value"],
        ObjectIdentifier("analog-value,77"),
        ["present-value"],
    ]
    found = await south.read_multiple(asked)
    assert found[0][3] == 20.0
    assert str(found[1][3].errorCode) == "unknown-object"


async def test_the_schedule_stands_at_the_lowest_priority(south, air_handler) -> None:
    assert await south.slots(HEATING) == {16: 20.0}
    assert await south.read(HEATING) == 20.0
    assert await air_handler.slots("binary-value,1") == {16: 1.0}
    assert str(await air_handler.read("binary-value,1")) == "active"
    assert list(await air_handler.read("binary-value,1", "status-flags")) == [0, 0, 0, 0]


REFUSED = {
    "not a number": (HEATING, Real(math.nan), OURS, "value-out-of-range"),
    "infinite": (HEATING, Real(math.inf), OURS, "value-out-of-range"),
    "below its range": (HEATING, Real(4.99), OURS, "value-out-of-range"),
    "above its range": (HEATING, Real(30.01), OURS, "value-out-of-range"),
    "no priority, which means 16": (HEATING, Real(21.0), None, "write-access-denied"),
    "the schedule's priority": (HEATING, Real(21.0), 16, "write-access-denied"),
    "manual life safety": (HEATING, Real(21.0), 1, "write-access-denied"),
    "automatic life safety": (HEATING, Real(21.0), 2, "write-access-denied"),
    "minimum on and off": (HEATING, Real(21.0), 6, "write-access-denied"),
    "priority beyond 16": (HEATING, Real(21.0), 17, "parameter-out-of-range"),
    "whole number for a real": (HEATING, Unsigned(21), OURS, "invalid-data-type"),
    "signed number for a real": (HEATING, Integer(21), OURS, "invalid-data-type"),
    "double for a real": (HEATING, Double(21.0), OURS, "invalid-data-type"),
    "text for a real": (HEATING, CharacterString("21"), OURS, "invalid-data-type"),
    "boolean for a real": (HEATING, Boolean(True), OURS, "invalid-data-type"),
    "an analog input": ("analog-input,1", Real(21.0), OURS, "write-access-denied"),
    "an analog input, no priority": ("analog-input,1", Real(21.0), None, "write-access-denied"),
    "a binary input": ("binary-input,1", Enumerated(1), OURS, "write-access-denied"),
    "no such object": ("analog-value,9", Real(21.0), OURS, "unknown-object"),
    "real for the heartbeat": (HEARTBEAT, Real(1.0), None, "invalid-data-type"),
    "null for the heartbeat": (HEARTBEAT, Null(()), None, "invalid-data-type"),
}


@pytest.mark.parametrize(("target", "value", "priority", "answer"), REFUSED.values(), ids=REFUSED)
async def test_refuses(south, target, value, priority, answer) -> None:
    assert await south.write(target, value, priority) == answer
    assert await south.slots(HEATING) == {16: 20.0}


@pytest.mark.parametrize("edge", [5.0, 30.0])
async def test_the_edges_of_a_range_belong_to_it(south, edge) -> None:
    assert await south.write(HEATING, Real(edge), OURS) == "ok"
    assert await south.read(HEATING) == edge


async def test_a_limit_that_no_binary_fraction_meets_is_reached(air_handler) -> None:
    assert await air_handler.write("analog-value,3", Real(3.1), OURS) == "ok"
    assert await air_handler.write("analog-value,3", Real(3.1001), OURS) == "value-out-of-range"


NO_SUCH_PROPERTY = 9999  # a vendor's own, which this vendor does not have
NOT_PRESENT_VALUE = {
    "description": ("description", CharacterString("mine"), None, "write-access-denied"),
    "out of service": ("out-of-service", Boolean(True), None, "write-access-denied"),
    "relinquish default": ("relinquish-default", Real(21.0), None, "write-access-denied"),
    "priority array": ("priority-array", Real(21.0), 13, "write-access-denied"),
    "an index": ("present-value", Real(21.0), 1, "property-is-not-an-array"),
    "unknown": (NO_SUCH_PROPERTY, Real(21.0), None, "unknown-property"),
}


@pytest.mark.parametrize(
    ("name", "value", "index", "answer"), NOT_PRESENT_VALUE.values(), ids=NOT_PRESENT_VALUE
)
async def test_only_the_present_value_is_written(south, name, value, index, answer) -> None:
    assert await south.write(HEATING, value, OURS, name, index) == answer


async def test_a_binary_value_takes_on_and_off_alone(air_handler) -> None:
    target = "binary-value,1"
    assert await air_handler.write(target, Enumerated(2), OURS) == "value-out-of-range"
    assert await air_handler.write(target, Real(1.0), OURS) == "invalid-data-type"
    assert await air_handler.write(target, Enumerated(0), OURS) == "ok"
    assert str(await air_handler.read(target)) == "inactive"
    assert await air_handler.write(target, Null(()), OURS) == "ok"
    assert str(await air_handler.read(target)) == "active"


async def test_write_property_multiple_is_no_way_around(south) -> None:
    answer = await south.write_multiple(HEATING, Real(math.nan), OURS)
    assert answer == "unrecognized-service"
    supported = await south.read("device,1002", "protocol-services-supported")
    assert "write-property-multiple" not in str(supported).split(";")


async def test_a_command_stands_until_it_is_relinquished(network: FieldNetwork, south) -> None:
    assert await south.write(HEATING, Real(22.5), OURS) == "ok"
    assert await south.slots(HEATING) == {13: 22.5, 16: 20.0}
    assert await south.read(HEATING) == 22.5
    assert network.overrides()["south.heating_setpoint"] == 22.5
    assert await south.write(HEATING, Null(()), OURS) == "ok"
    assert await south.slots(HEATING) == {16: 20.0}
    assert await south.read(HEATING) == 20.0
    assert network.overrides()["south.heating_setpoint"] is None


async def test_the_operator_beats_the_supervisor(network: FieldNetwork, south) -> None:
    await south.write(HEATING, Real(22.5), OURS)
    network.operate("south.heating_setpoint", 18.0)
    assert await south.read(HEATING) == 18.0
    assert await south.slots(HEATING) == {8: 18.0, 13: 22.5, 16: 20.0}
    assert network.overrides()["south.heating_setpoint"] == 18.0
    network.operate("south.heating_setpoint", None)
    assert await south.read(HEATING) == 22.5


async def test_the_lease_lapses_when_the_heartbeat_stands_still(
    network: FieldNetwork, south, clock
) -> None:
    assert await south.write(HEARTBEAT, Unsigned(1)) == "ok"
    await south.write(HEATING, Real(22.5), OURS)
    clock.pass_s(180.0)
    assert network.lapsed() == []
    assert await south.read(HEATING) == 22.5
    # Written again, but unchanged: that is no sign of life.
    await south.write(HEARTBEAT, Unsigned(1))
    clock.pass_s(0.5)
    assert network.lapsed() == ["vav-south"]
    assert await south.slots(HEATING) == {16: 20.0}
    assert network.lapsed() == []


async def test_a_moving_heartbeat_keeps_the_lease(network: FieldNetwork, south, clock) -> None:
    await south.write(HEARTBEAT, Unsigned(1))
    await south.write(HEATING, Real(22.5), OURS)
    for beat in range(2, 12):
        clock.pass_s(170.0)
        await south.write(HEARTBEAT, Unsigned(beat))
        assert network.lapsed() == []
    assert await south.read(HEATING) == 22.5


async def test_a_write_without_a_beat_goes_at_the_next_check(network: FieldNetwork, south) -> None:
    assert await south.write(HEATING, Real(22.5), OURS) == "ok"
    assert network.lapsed() == ["vav-south"]
    assert await south.read(HEATING) == 20.0


async def test_a_lapse_takes_our_slot_alone(network: FieldNetwork, south, clock) -> None:
    await south.write(HEARTBEAT, Unsigned(1))
    await south.write(HEATING, Real(22.5), OURS)
    await south.write(HEATING, Real(23.0), 14)
    network.operate("south.heating_setpoint", 18.0)
    clock.pass_s(181.0)
    network.lapsed()
    assert await south.slots(HEATING) == {8: 18.0, 14: 23.0, 16: 20.0}


async def test_each_controller_has_a_lease_of_its_own(
    network: FieldNetwork, south, air_handler, clock
) -> None:
    await south.write(HEARTBEAT, Unsigned(1))
    await south.write(HEATING, Real(22.5), OURS)
    await air_handler.write(HEARTBEAT, Unsigned(1))
    await air_handler.write("analog-value,1", Real(15.0), OURS)
    clock.pass_s(120.0)
    await air_handler.write(HEARTBEAT, Unsigned(2))
    clock.pass_s(120.0)
    assert network.lapsed() == ["vav-south"]
    assert await air_handler.read("analog-value,1") == 15.0


async def test_a_broken_sensor_says_so(network: FieldNetwork, south) -> None:
    network.controllers[1].fail_sensor("south.air_temperature")
    assert str(await south.read("analog-input,1", "reliability")) == "no-sensor"
    assert list(await south.read("analog-input,1", "status-flags")) == [0, 1, 0, 0]
    network.controllers[1].fail_sensor("south.air_temperature", "no-fault-detected")
    assert list(await south.read("analog-input,1", "status-flags")) == [0, 0, 0, 0]


async def test_a_restart_forgets_commands_and_the_lease(network: FieldNetwork, south) -> None:
    device = next(each for each in network.controllers if each.name == "vav-south")
    assert await south.write(HEARTBEAT, Unsigned(1)) == "ok"
    assert await south.write(HEATING, Real(23.0), OURS) == "ok"
    assert device.lease.holds(device._now_s())
    await device.restart()
    assert not device.lease.holds(device._now_s())
    assert await south.slots(HEATING) == {}


async def test_a_silent_device_answers_again_when_told(network: FieldNetwork, south) -> None:
    device = next(each for each in network.controllers if each.name == "vav-south")
    device.faults.error = ("device", "internal-error")
    assert "internal-error" in await south.write(HEATING, Real(23.0), OURS)
    device.faults.error = None
    assert await south.write(HEATING, Real(23.0), OURS) == "ok"
