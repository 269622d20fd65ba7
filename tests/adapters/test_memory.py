"""The in-process device where the contract suite does not reach."""

from __future__ import annotations

import pytest

from adapters.memory import MemoryKind
from hvac_rl.errors import DeviceError
from hvac_rl.points import Point, WriteAccess
from hvac_rl.ports import DeviceSpec
from hvac_rl.units import UNITS


async def test_a_point_that_could_not_be_given_back_is_refused() -> None:
    kind = MemoryKind()
    spec = DeviceSpec(
        name="vav",
        options=kind.parse_options({"objects": {"setpoint": 20}}),
        priority=13,
        deadline_s=0.3,
    )
    adapter = (await kind.open([spec], {}))["vav"]
    setpoint = Point(
        name="south.setpoint",
        device="vav",
        of="south",
        brick="Heating_Zone_Air_Temperature_Setpoint",
        unit=UNITS["degC"],
        address=kind.parse_address({"object": "setpoint"}, writable=True),
        write=WriteAccess(minimum=10, maximum=28, deadband=0.1, daily_writes=48),
    )
    with pytest.raises(DeviceError, match="has no priority array") as caught:
        await adapter.check([setpoint])
    assert caught.value.where == "vav south.setpoint"


def test_initial_values_must_be_numbers() -> None:
    with pytest.raises(ValueError, match=r"^objects\.room: must be a number"):
        MemoryKind().parse_options({"objects": {"room": "warm"}})


async def test_devices_outlive_their_adapters_until_the_kind_closes() -> None:
    kind = MemoryKind()
    spec = DeviceSpec(name="vav", options=kind.parse_options({}), priority=13, deadline_s=0.3)
    await kind.open([spec], {})
    device = kind.devices["vav"]
    await kind.open([spec], {})
    assert kind.devices["vav"] is device
    await kind.close()
    assert kind.devices == {}
