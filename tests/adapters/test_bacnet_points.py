"""BACnet rows of the site file, and what the check says about the points they name."""

from __future__ import annotations

from typing import Any

import pytest
from bacpypes3.basetypes import EngineeringUnits, PriorityValue
from bacpypes3.primitivedata import Null

from adapters.answers import RefusedError
from adapters.bacnet import BacnetKind, BacnetOptions
from adapters.bacnet_address import Place
from adapters.bacnet_batches import Ask, Batches
from adapters.bacnet_check import check_point, wanted_for_check
from adapters.bacnet_stack import parse_local
from adapters.bacnet_wire import BacnetAddress, to_wire
from adapters.commanding import Attempt
from adapters.priorities import ReadBack, judge_set
from hvac_rl.errors import ConfigError, DeviceError
from hvac_rl.points import Point, WriteAccess
from hvac_rl.records import Command, CommandKind, Outcome
from hvac_rl.units import UNITS


@pytest.mark.parametrize(
    ("row", "place"),
    [
        ({"address": "10.0.0.7:47809"}, Place("10.0.0.7:47809")),
        ({"address": "2001:5"}, Place("2001:5", 2001)),
        ({"address": "2001:0x0a00000bbac0"}, Place("2001:10.0.0.11", 2001)),
        (
            {"address": "2001:5", "router": "10.0.0.2"},
            Place("2001:5", 2001, "10.0.0.2:47808"),
        ),
        ({"address": "2001:*", "device_instance": 7}, Place("2001:*", 2001)),
        ({"device_instance": 7}, Place("")),
    ],
)
def test_where_a_device_is(row: dict[str, Any], place: Place) -> None:
    options = BacnetKind().parse_options(row)
    assert options == BacnetOptions(place, row.get("device_instance"))


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"address": "2001:*"}, "device_instance: is needed"),
        ({"address": "0:5"}, "address: a network is 1 to 65534"),
        ({"address": "65535:5"}, "address: a network is 1 to 65534"),
        ({"address": "2001:mac"}, "address: must be"),
        ({"address": "2001:300"}, "address: must be"),
        ({"address": "10.0.0.7", "router": "10.0.0.2"}, "router: 10.0.0.7 is on BACnet/IP itself"),
        ({"device_instance": 7, "router": "10.0.0.2"}, "router: needs an address behind it"),
        ({"address": "2001:5", "router": "router.local"}, "router: must be an IPv4 address"),
    ],
)
def test_where_no_device_is(row: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        BacnetKind().parse_options(row)


@pytest.mark.parametrize(
    ("row", "loopback"),
    [
        ({"address": "127.0.0.2:1"}, True),
        ({"address": "2001:5", "router": "127.0.0.1:1"}, True),
        ({"address": "2001:5"}, False),
        ({"device_instance": 7}, False),
    ],
)
def test_loopback_only_where_it_is_certain(row: dict[str, Any], loopback: bool) -> None:
    kind = BacnetKind()
    assert kind.is_loopback(kind.parse_options(row)) is loopback


def address(writable: bool = True, **row: object) -> Any:
    return BacnetKind().parse_address(row, writable=writable)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"object": "analog-output,1", "effective": "analog-output,1"}, "effective: .* itself"),
        ({"object": "analog-output,1", "effective": "damper"}, "effective: must be"),
        ({"object": "analog-output,1", "tolerance": -1}, "tolerance: must not be negative"),
    ],
)
def test_how_a_point_cannot_be_written(row: dict[str, object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        address(**row)


def test_a_sensor_has_no_feedback() -> None:
    with pytest.raises(ValueError, match="effective: is not known"):
        address(False, object="analog-input,1", effective="analog-input,2")


def test_two_points_on_one_object_are_found_however_they_are_written() -> None:
    assert address(object="analog-value,1") == address(object="analog-value,1", tolerance=0.5)


def test_limits_of_a_network_are_read_from_our_own_section() -> None:
    local = {
        "address": "127.0.0.1:0",
        "device_instance": 1,
        "limits": {"networks": {"2001": {"outstanding": 1, "points_per_s": 40}}},
    }
    assert parse_local(local).limits.networks["2001"].points_per_s == 40.0
    local["limits"] = {"network": {"outstanding": 0}}
    with pytest.raises(ConfigError, match="outstanding"):
        parse_local(local)


@pytest.mark.parametrize(
    ("value", "states", "goes"), [(0, None, False), (4, 3, False), (3, 3, True)]
)
def test_a_state_that_is_none_is_never_sent(value: int, states: int | None, goes: bool) -> None:
    mode = BacnetAddress("multi-state-output", 1)
    if goes:
        assert to_wire(mode, value, states) == value
        return
    with pytest.raises(RefusedError, match="nothing was sent"):
        to_wire(mode, value, states)


def point(write: WriteAccess, unit: str = "degC", **row: object) -> Point:
    return Point(
        name="p",
        device="d",
        of="south",
        brick="Point",
        unit=UNITS[unit],
        address=address(**row),
        write=write,
    )


COMMANDABLE = {"present-value": 20.0, "priority-array": [PriorityValue(Null(()))] * 16}
CELSIUS = {"units": EngineeringUnits("degrees-celsius")}


def test_the_check_compares_states_and_ranges(caplog: pytest.LogCaptureFixture) -> None:
    modes = WriteAccess(minimum=1, maximum=5, deadband=0.5, daily_writes=10)
    target = point(modes, "count", object="multi-state-value,1")
    assert "number-of-states" in wanted_for_check(target)
    said = {BacnetAddress("multi-state-value", 1): {**COMMANDABLE, "number-of-states": 4}}
    with pytest.raises(DeviceError, match="has the states 1 to 4, the site file allows 1 to 5"):
        check_point("d", target, said)

    wide = WriteAccess(minimum=5.0, maximum=35.0, deadband=0.1, daily_writes=288)
    target = point(wide, object="analog-value,1")
    said = {
        BacnetAddress("analog-value", 1): {
            **COMMANDABLE,
            **CELSIUS,
            "min-pres-value": 10.0,
            "max-pres-value": 30.0,
        }
    }
    check_point("d", target, said)
    (ranges,) = [record.getMessage() for record in caplog.records]
    assert "takes 10 to 30, the site file allows 5 to 35 degC" in ranges


def test_a_feedback_in_another_unit_is_refused() -> None:
    access = WriteAccess(minimum=5.0, maximum=35.0, deadband=0.1, daily_writes=10)
    target = point(access, object="analog-value,1", effective="analog-input,3")
    said = {
        BacnetAddress("analog-value", 1): {**COMMANDABLE, **CELSIUS},
        BacnetAddress("analog-input", 3): {
            "present-value": 3.0,
            "units": EngineeringUnits("pascals"),
        },
    }
    with pytest.raises(DeviceError, match="analog-input,3 is in pascals"):
        check_point("d", target, said)


@pytest.mark.parametrize(("present", "outcome"), [(19.6, Outcome.OK), (19.4, Outcome.MISMATCH)])
def test_a_feedback_point_may_be_off_by_its_tolerance(present: float, outcome: Outcome) -> None:
    access = WriteAccess(minimum=5.0, maximum=35.0, deadband=0.1, daily_writes=10)
    command = Command(
        kind=CommandKind.SET, point=point(access, object="analog-value,1"), priority=13, value=20.0
    )
    attempt = Attempt(command)
    slots = [None] * 12 + [20.0] + [None] * 3
    judge_set(attempt, 20.0, ReadBack(present, slots, False, 0.5, "the feedback analog-input,3"))
    assert attempt.receipt is not None
    assert attempt.receipt.outcome is outcome
    if outcome is Outcome.MISMATCH:
        assert attempt.receipt.detail == "the feedback analog-input,3 is 19.4, not 20"


def test_batches_shrink_for_good_when_too_big_and_for_a_while_when_unanswered() -> None:
    batches = Batches()
    asks = [Ask(BacnetAddress("analog-input", k), ("present-value",)) for k in range(40)]
    (whole,), _ = batches.split(asks)
    batches.silent(whole, lives=True)
    assert len(batches.split(asks)[0]) == 2
    for _ in range(9):
        batches.silent(batches.split(asks)[0][0], lives=False)
    assert len(batches.split(asks)[0]) == 4
    for _ in range(20):
        batches.answered()
    for _ in range(20):
        batches.answered()
    assert len(batches.split(asks)[0]) == 1
    batches.too_big(whole)
    for _ in range(40):
        batches.answered()
    assert len(batches.split(asks)[0]) == 2
    batches.spoils(asks[0].address)
    assert batches.split(asks)[1] == [asks[0]]
