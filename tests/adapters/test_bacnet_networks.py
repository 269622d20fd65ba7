"""Broadcasts, routers and a BBMD on real subnets, in namespaces that this test makes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from bacpypes3.basetypes import BDTEntry
from bacpypes3.local.networkport import NetworkPortObject

from adapters.bacnet import BacnetKind
from adapters.bacnet_discovery import Search, discover, find_devices
from adapters.bacnet_stack import BacnetStack, open_stack
from hvac_rl.errors import ConfigError, DeviceError
from hvac_rl.points import Point
from hvac_rl.ports import Adapter, DeviceSpec
from hvac_rl.units import UNITS
from sim_buildings.field.bacnet_controller import Controller, build_controller, hang_up, listen
from sim_buildings.field.bacnet_faults import BacnetFaults
from sim_buildings.field.bacnet_profiles import room_objects, start_trunk
from tests.adapters.devices.namespaces import FAR, FIELD, NEAR, Subnets, subnets

PORT = 47808
BBMD = FIELD[1]
SEARCH = Search(wait_s=2.0, deadline_s=8.0)


@pytest.fixture(scope="module")
def network() -> Iterator[Subnets]:
    with subnets() as built:
        yield built


@pytest.fixture
async def field(network: Subnets) -> AsyncIterator[None]:
    """A controller, a BBMD and a trunk of two behind its router, all on the first subnet."""
    with network.inside("field"):
        device = await listen(
            "vav", 1001, room_objects("R1"), f"{FIELD[0]}/24", PORT, BacnetFaults()
        )
        bbmd = await _start_bbmd()
        trunk = await start_trunk(f"{FIELD[2]}/24", PORT, controllers=2)
    yield
    await trunk.stop()
    for app in (device, bbmd):
        await hang_up(app)


async def _start_bbmd() -> Controller:
    port = NetworkPortObject(
        f"{BBMD}/24:{PORT}",
        objectIdentifier=("network-port", 1),
        objectName="BBMD.PORT",
    )
    port.bacnetIPMode = "bbmd"
    port.bbmdAcceptFDRegistrations = True
    port.bbmdForeignDeviceTable = []
    port.bbmdBroadcastDistributionTable = [BDTEntry(f"{BBMD}:{PORT}")]
    bbmd = build_controller("bbmd", 1002, [port], BacnetFaults())
    for link in bbmd.link_layers.values():
        await link.server._local_transport_ready.wait()
    return bbmd


@asynccontextmanager
async def stack_at(
    network: Subnets, host: str, address: str, **more: object
) -> AsyncIterator[BacnetStack]:
    local = {"address": address, "device_instance": 3990, **more}
    with network.inside(host):
        opening = open_stack(local, 8.0)
        stack = await opening.__aenter__()
    try:
        yield stack
    finally:
        await opening.__aexit__(None, None, None)


async def read_room(
    network: Subnets,
    host: str,
    local: dict[str, object],
    row: dict[str, object],
    deadline_s: float = 8.0,
) -> float | None:
    """What our adapter reads of the room temperature of the device in ``row``."""
    kind = BacnetKind()
    options = kind.parse_options(row)
    spec = DeviceSpec(name="vav", options=options, priority=13, deadline_s=deadline_s)
    with network.inside(host):
        adapters = await kind.open([spec], {**local, "device_instance": 3990})
    try:
        adapter: Adapter = adapters["vav"]
        await adapter.connect()
        (reading,) = await adapter.read([ROOM], 0.0)
        return reading.value
    finally:
        await kind.close()


ROOM = Point(
    name="room",
    device="vav",
    of="south",
    brick="Point",
    unit=UNITS["degC"],
    address=BacnetKind().parse_address({"object": "analog-input,1"}, writable=False),
)


@pytest.mark.usefixtures("field")
async def test_a_broadcast_finds_devices_here_and_behind_the_router(network: Subnets) -> None:
    async with stack_at(network, "near", f"{NEAR}/24:{PORT}") as stack:
        found = await discover(stack, SEARCH)
    assert [(each.announced.instance, each.announced.address) for each in found] == [
        (1001, f"{FIELD[0]}:{PORT}"),
        (1002, f"{BBMD}:{PORT}"),
        (20_001, "2001:1"),
        (20_002, "2001:2"),
    ]
    assert [len(each.objects) for each in found] == [6, 0, 6, 6]
    assert not [problem for each in found for problem in each.problems]
    assert found[3].objects[0].name == "VAV-02.ZN-T"


@pytest.mark.usefixtures("field")
async def test_a_device_is_found_by_its_number_alone(network: Subnets) -> None:
    local: dict[str, object] = {"address": f"{NEAR}/24:{PORT}"}
    assert await read_room(network, "near", local, {"device_instance": 1001}) == 21.5
    assert await read_room(network, "near", local, {"device_instance": 20_002}) == 21.5
    assert await read_room(network, "near", local, {"address": "2001:1"}) == 21.5
    with pytest.raises(DeviceError, match="nobody answers Who-Is for device 77"):
        await read_room(network, "near", local, {"device_instance": 77}, 1.0)
    with pytest.raises(DeviceError, match="no router to network 2002 answers"):
        await read_room(network, "near", local, {"address": "2002:1"}, 1.0)


@pytest.mark.usefixtures("field")
async def test_from_another_subnet_only_a_bbmd_carries_the_question(network: Subnets) -> None:
    address = f"{FAR}/24:{PORT}"
    async with stack_at(network, "far", address) as stack:
        assert await find_devices(stack, Search(wait_s=0.7)) == []
    async with stack_at(network, "far", address, bbmd=f"{BBMD}:{PORT}", bbmd_ttl_s=60) as stack:
        assert stack.registered
        heard = await find_devices(stack, Search(wait_s=1.5, high=1001))
        assert [(each.instance, each.address) for each in heard] == [(1001, f"{FIELD[0]}:{PORT}")]
    local: dict[str, object] = {"address": address, "bbmd": BBMD, "bbmd_ttl_s": 60}
    assert await read_room(network, "far", local, {"device_instance": 1001}) == 21.5


async def test_a_bbmd_that_is_none_is_said_so(network: Subnets) -> None:
    address = f"{FAR}/24:{PORT}"
    async with stack_at(network, "far", address, bbmd=f"{FIELD[3]}:{PORT}") as stack:
        assert not stack.registered
        with pytest.raises(ConfigError, match="does not take us as a foreign device"):
            await find_devices(stack, Search(wait_s=0.2))
