"""node-bacnet, which shares no code with our stack, against our devices and ours against its."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import pytest

from adapters.bacnet import BacnetKind
from adapters.bacnet_stack import open_stack
from hvac_rl.panel import PanelMode, PanelState
from hvac_rl.points import Point, WriteAccess
from hvac_rl.ports import DeviceSpec
from hvac_rl.records import Command, CommandKind, Outcome, Quality
from hvac_rl.units import UNITS
from sim_buildings.field.bacnet_controller import hang_up, listen
from sim_buildings.field.bacnet_faults import BacnetFaults
from sim_buildings.field.bacnet_profiles import room_objects
from tests.adapters.devices.free_ports import free_udp_port
from tests.peers.node_peer import NodePeer, need_package, node_peer

# Numbers of the standard: object types, properties, application tags.
ANALOG_INPUT, ANALOG_VALUE, BINARY_VALUE, MULTI_STATE_VALUE, TEXT_VALUE = 0, 2, 5, 19, 40
PRESENT_VALUE, PRIORITY_ARRAY, OBJECT_NAME, STATE_TEXT = 85, 87, 77, 110
NULL, REAL, TEXT, ENUMERATED = 0, 4, 7, 9


@pytest.fixture
async def client() -> AsyncIterator[NodePeer]:
    need_package("node-bacnet")
    async with node_peer("bacnet_client.js", str(free_udp_port())) as peer:
        yield peer


def object_(kind: int, instance: int) -> dict[str, int]:
    return {"type": kind, "instance": instance}


async def test_their_client_reads_and_commands_a_simulated_controller(client: NodePeer) -> None:
    port = free_udp_port()
    device = await listen("vav", 1001, room_objects("R1"), "127.0.0.1", port, BacnetFaults())
    setpoint = {"object": object_(ANALOG_VALUE, 1), "property": PRESENT_VALUE}
    ask = partial(client.ask, at=f"127.0.0.1:{port}")
    write = partial(ask, command="write")
    slots = partial(ask, command="read", object=object_(ANALOG_VALUE, 1), property=PRIORITY_ARRAY)
    try:
        assert await ask(command="whoIs") == {"instance": 1001}
        read = await ask(
            command="readMultiple",
            objects=[object_(ANALOG_INPUT, 1), object_(ANALOG_VALUE, 1)],
            properties=[PRESENT_VALUE, OBJECT_NAME],
        )
        assert read["objects"] == [[[21.5], ["R1.ZN-T"]], [[20.0], ["R1.HTG-SP"]]]
        assert await write(**setpoint, tag=REAL, value=23.5, priority=13) == {}
        assert (await slots())["values"][12] == 23.5
        assert (await ask(command="read", **setpoint))["values"] == [23.5]
        assert await write(**setpoint, tag=NULL, value=None, priority=13) == {}
        assert (await slots())["values"] == [None] * 16
        for refused in (
            {**setpoint, "tag": REAL, "value": 99.0, "priority": 13},
            {**setpoint, "tag": REAL, "value": 21.0, "priority": 1},
            {**setpoint, "tag": TEXT, "value": "warm", "priority": 13},
            {"object": object_(ANALOG_INPUT, 1), "property": 85, "tag": REAL, "value": 5.0},
        ):
            assert "error" in await write(**refused)
        told = await ask(command="subscribe", object=object_(ANALOG_INPUT, 1), lifetime=60)
        assert told == {"told": 2}
    finally:
        await hang_up(device)


async def test_their_client_finds_our_own_device_closed_but_for_the_kill_point(
    client: NodePeer,
) -> None:
    port = free_udp_port()
    local = {"address": f"127.0.0.1:{port}", "device_instance": 3990}
    ask = partial(client.ask, at=f"127.0.0.1:{port}")
    kill = {"object": object_(BINARY_VALUE, 1), "property": PRESENT_VALUE}
    async with open_stack(local, 8.0) as stack:
        stack.own_device.show(PanelState(mode=PanelMode.SUPERVISING, reason="as planned"))
        assert await ask(command="whoIs") == {"instance": 3990}
        mode = object_(MULTI_STATE_VALUE, 1)
        (state,) = (await ask(command="read", object=mode, property=PRESENT_VALUE))["values"]
        texts = (await ask(command="read", object=mode, property=STATE_TEXT))["values"]
        assert texts[state - 1] == "supervising"
        reason = object_(TEXT_VALUE, 1)
        answer = await ask(command="read", object=reason, property=PRESENT_VALUE)
        assert answer["values"] == ["as planned"]

        write = partial(ask, command="write")
        for refused in (
            {"object": mode, "property": PRESENT_VALUE, "tag": 2, "value": 1, "priority": 8},
            {"object": reason, "property": PRESENT_VALUE, "tag": TEXT, "value": "no"},
            {"object": object_(8, 3990), "property": OBJECT_NAME, "tag": TEXT, "value": "no"},
            {**kill, "tag": ENUMERATED, "value": 0, "priority": 8},
            {**kill, "tag": NULL, "value": None, "priority": 8},
        ):
            assert "error" in await write(**refused)
        for command in ("disableCommunication", "restart", "readFile", "writeFile"):
            assert "error" in await ask(command=command)
        assert not stack.own_device.killed
        assert await write(**kill, tag=ENUMERATED, value=1, priority=8) == {}
        assert stack.own_device.killed
        assert "error" in await write(**kill, tag=ENUMERATED, value=0, priority=8)
        assert (await ask(command="read", **kill))["values"] == [1]


async def test_our_client_reads_commands_and_releases_their_device() -> None:
    need_package("node-bacnet")
    kind, port = BacnetKind(), free_udp_port()
    async with node_peer("bacnet_server.js", str(port)) as server:
        row: dict[str, Any] = {"address": f"127.0.0.1:{port}", "device_instance": 77001}
        spec = DeviceSpec(
            name="theirs", options=kind.parse_options(row), priority=13, deadline_s=10.0
        )
        local = {"address": "127.0.0.1:0", "device_instance": 3990}
        adapter = (await kind.open([spec], local))["theirs"]
        try:
            access = WriteAccess(minimum=10.0, maximum=28.0, deadband=0.1, daily_writes=48)
            room = point("analog-input,1", None)
            setpoint = point("analog-value,1", access)
            await adapter.connect()
            await adapter.check([room, setpoint])
            readings = await adapter.read([room, setpoint, point("analog-input,9", None)], 0.0)
            assert [reading.value for reading in readings] == [21.5, 20.0, None]
            assert readings[1].commanded_by == 16
            assert readings[2].quality is Quality.FAULT

            order = Command(kind=CommandKind.SET, point=setpoint, priority=13, value=23.0)
            (receipt,) = await adapter.write([order])
            assert receipt.outcome is Outcome.OK
            await server.ask(slot=8, value=18.0)
            (receipt,) = await adapter.write([order])
            assert (receipt.outcome, receipt.effective) == (Outcome.OVERRIDDEN, 18.0)
            assert receipt.detail == "priority 8 commands it"
            back = Command(kind=CommandKind.RELEASE, point=setpoint, priority=13)
            (receipt,) = await adapter.release([back])
            assert receipt.outcome is Outcome.OK
            slots = (await server.ask())["slots"]
            assert (slots[7], slots[12], slots[15]) == (18.0, None, 20.0)
        finally:
            await kind.close()


def point(object_: str, access: WriteAccess | None) -> Point:
    return Point(
        name=object_,
        device="theirs",
        of="south",
        brick="Point",
        unit=UNITS["degC"],
        address=BacnetKind().parse_address({"object": object_}, writable=access is not None),
        write=access,
    )
