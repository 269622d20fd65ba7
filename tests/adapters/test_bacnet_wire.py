"""Status flags, priority arrays and units as they come off the wire, as tables."""

from __future__ import annotations

import math

import pytest
from bacpypes3.basetypes import EngineeringUnits, PriorityValue, Reliability, StatusFlags
from bacpypes3.primitivedata import CharacterString, Null, Real

from adapters.bacnet_units import SAME_QUANTITY, SAME_UNIT, compare
from adapters.bacnet_wire import (
    BacnetAddress,
    fault_of,
    from_wire,
    heartbeat_to_wire,
    overridden_at_device,
    slots_from_wire,
)
from hvac_rl.units import UNITS

ALARM, FAULT, OVERRIDDEN, OUT_OF_SERVICE = ([int(i == n) for i in range(4)] for n in range(4))


@pytest.mark.parametrize(
    ("flags", "reliability", "said"),
    [
        ([0, 0, 0, 0], "no-fault-detected", ""),
        (ALARM, "no-fault-detected", ""),
        (OVERRIDDEN, "no-fault-detected", ""),
        (FAULT, "no-fault-detected", "fault"),
        (OUT_OF_SERVICE, "no-fault-detected", "out of service"),
        ([0, 0, 0, 0], "no-sensor", "reliability no-sensor"),
        (FAULT, "open-loop", "fault, reliability open-loop"),
    ],
)
def test_what_the_device_says_against_a_value(
    flags: list[int], reliability: str, said: str
) -> None:
    assert fault_of(StatusFlags(flags), Reliability(reliability)) == said


def test_objects_without_flags_have_nothing_against_them() -> None:
    assert fault_of(LookupError(), LookupError()) == ""
    assert not overridden_at_device(LookupError())


def test_only_the_third_flag_means_overridden() -> None:
    flags = (ALARM, FAULT, OVERRIDDEN, OUT_OF_SERVICE)
    assert [overridden_at_device(StatusFlags(each)) for each in flags] == [
        False,
        False,
        True,
        False,
    ]


def test_a_slot_with_something_strange_counts_as_filled() -> None:
    array = [PriorityValue(Null(())) for _ in range(16)]
    array[7] = PriorityValue(Real(21.5))
    array[8] = PriorityValue(CharacterString("by hand"))
    slots = slots_from_wire(array)
    assert slots[7] == 21.5
    assert slots[8] is not None
    assert math.isnan(slots[8])
    assert slots[9] is None


@pytest.mark.parametrize("array", [None, [], [PriorityValue(Null(()))] * 15, LookupError()])
def test_what_is_no_priority_array(array: object) -> None:
    with pytest.raises(TypeError, match="sixteen"):
        slots_from_wire(array)


@pytest.mark.parametrize("value", [None, "warm", [1.0]])
def test_what_is_no_number(value: object) -> None:
    with pytest.raises(TypeError):
        from_wire(value)


@pytest.mark.parametrize(
    ("object_type", "counter", "beat"),
    [
        ("positive-integer-value", 2**24 + 5, 5),
        ("analog-value", 2**24 - 1, 2**24 - 1),
        ("binary-value", 7, 1),
    ],
)
def test_heartbeats_fit_their_object(object_type: str, counter: int, beat: int) -> None:
    assert heartbeat_to_wire(BacnetAddress(object_type, 1), float(counter)) == beat


@pytest.mark.parametrize("name", [*SAME_UNIT, *SAME_QUANTITY])
def test_every_unit_of_the_tables_exists_in_bacnet(name: str) -> None:
    assert str(EngineeringUnits(name)) == name


def test_every_unit_of_the_tables_exists_here() -> None:
    quantities = {unit.quantity for unit in UNITS.values()}
    assert set(SAME_UNIT.values()) <= set(UNITS)
    assert set(SAME_QUANTITY.values()) <= quantities


def test_a_vendor_s_own_unit_says_nothing() -> None:
    assert compare(EngineeringUnits(300), UNITS["degC"]).same_unit
