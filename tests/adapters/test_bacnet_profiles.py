"""Sites as they are: a trunk of thirty controllers behind a router, a gateway that is a whole
building in one device."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Any

from adapters.bacnet import BacnetKind
from hvac_rl.control.cycle import read_all
from hvac_rl.points import Point, WriteAccess
from hvac_rl.ports import Adapter, DeviceSpec
from hvac_rl.records import Command, CommandKind, Outcome, Quality, Reading
from hvac_rl.units import UNITS
from sim_buildings.field.bacnet_profiles import (
    FIRST_ROOM_INSTANCE,
    GATEWAY_OBJECTS,
    OBJECTS_A_ROOM,
    TRUNK_CONTROLLERS,
    start_gateway,
    start_trunk,
    stop_gateway,
)
from sim_buildings.field.bacnet_trunk import ROUTER_MAC, Trunk
from tests.adapters.devices.free_ports import free_udp_port

DEADLINE_S = 3.0
DEAD = TRUNK_CONTROLLERS
SETPOINT = WriteAccess(minimum=10.0, maximum=28.0, deadband=0.1, daily_writes=48)


def point(device: str, object_: str, unit: str, write: WriteAccess | None = None) -> Point:
    return Point(
        name=f"{device}.{object_}",
        device=device,
        of="south",
        brick="Point",
        unit=UNITS[unit],
        address=BacnetKind().parse_address({"object": object_}, writable=write is not None),
        write=write,
    )


def room(device: str, k: int = 1) -> list[Point]:
    return [
        point(device, f"analog-input,{3 * k - 2}", "degC"),
        point(device, f"analog-input,{3 * k - 1}", "ppm"),
        point(device, f"analog-input,{3 * k}", "percent"),
        point(device, f"binary-input,{k}", "bool"),
        point(device, f"analog-value,{2 * k - 1}", "degC", SETPOINT),
        point(device, f"analog-value,{2 * k}", "degC", SETPOINT),
    ]


@dataclass
class TrunkSite:
    trunk: Trunk
    adapters: Mapping[str, Adapter]
    points: list[Point]
    on_the_wire: Callable[[], int]
    """Most requests that the trunk's controllers had to answer at one time."""

    async def read(self) -> dict[str, list[Reading]]:
        readings = (await read_all(self.adapters, self.points, 0.0)).readings
        by_device: dict[str, list[Reading]] = {}
        for each in self.points:
            by_device.setdefault(each.device, []).append(readings[each.name])
        return by_device


@asynccontextmanager
async def trunk_site(limits: dict[str, Any]) -> AsyncIterator[TrunkSite]:
    """All controllers of the trunk, of which the last is dead."""
    kind, port = BacnetKind(), free_udp_port()
    trunk = await start_trunk("127.0.0.1", port)
    trunk.controllers[DEAD].faults.silent = True
    most = _count(trunk)
    specs = [
        DeviceSpec(
            name=f"vav-{mac}",
            options=kind.parse_options(
                {
                    "address": f"{trunk.network}:{mac}",
                    "router": f"127.0.0.1:{port}",
                    "device_instance": FIRST_ROOM_INSTANCE - 1 + mac,
                }
            ),
            priority=13,
            deadline_s=DEADLINE_S,
        )
        for mac in trunk.controllers
    ]
    try:
        adapters = await kind.open(
            specs, {"address": "127.0.0.1:0", "device_instance": 3990, "limits": limits}
        )
        points = [each for spec in specs for each in room(spec.name)]
        yield TrunkSite(trunk, adapters, points, most)
    finally:
        await kind.close()
        await trunk.stop()


def _count(trunk: Trunk) -> Callable[[], int]:
    """Counts requests on their way to living controllers and not yet answered."""
    under_way = most = 0
    carry = trunk.serial.process_pdu
    dead = bytes([DEAD])

    async def process_pdu(pdu: Any) -> None:
        nonlocal under_way, most
        if bytes(pdu.pduSource.addrAddr) == bytes([ROUTER_MAC]):
            if pdu.pduDestination.addrAddr and bytes(pdu.pduDestination.addrAddr) != dead:
                under_way += 1
                most = max(most, under_way)
        else:
            under_way -= 1
        await carry(pdu)

    trunk.serial.process_pdu = process_pdu
    return lambda: most


async def test_a_trunk_of_thirty_is_read_whole_with_one_of_them_dead() -> None:
    async with trunk_site({"network": {"outstanding": 2}}) as site:
        readings = await site.read()
        good = {d for d, rows in readings.items() if all(r.quality is Quality.GOOD for r in rows)}
        assert good == set(site.adapters) - {f"vav-{DEAD}"}
        assert {r.quality for r in readings[f"vav-{DEAD}"]} == {Quality.NO_ANSWER}
        assert site.trunk.serial.lost == 0
        assert site.on_the_wire() <= 2
        command = Command(
            kind=CommandKind.SET, point=room("vav-7")[4], priority=13, value=22.0
        )  # fmt: skip
        # A command overtakes the reads that wait for the wire.
        reading = asyncio.create_task(site.read())
        await asyncio.sleep(0.3)
        (receipt,) = await site.adapters["vav-7"].write([command])
        assert receipt.outcome is Outcome.OK
        assert not reading.done()
        again = await reading
        assert all(r.quality is Quality.GOOD for r in again["vav-29"])


async def test_without_a_limit_the_same_trunk_loses_requests() -> None:
    """What the limit is for."""
    async with trunk_site({"network": {"outstanding": 100}}) as site:
        site.trunk.serial.wire = type(site.trunk.serial.wire)(queue=5)
        readings = await site.read()
        assert site.on_the_wire() > 2
        assert site.trunk.serial.lost > 0 or any(
            r.quality is not Quality.GOOD
            for d, rows in readings.items() if d != f"vav-{DEAD}" for r in rows
        )  # fmt: skip


async def test_a_gateway_of_three_thousand_objects_is_one_device() -> None:
    """More than its deadline holds is said of each point; with time enough all are read."""
    kind, port = BacnetKind(), free_udp_port()
    gateway = await start_gateway("127.0.0.1", port)
    options = kind.parse_options({"address": f"127.0.0.1:{port}"})
    local = {"address": "127.0.0.1:0", "device_instance": 3990}
    spec = DeviceSpec(name="gateway", options=options, priority=13, deadline_s=30.0)
    points = [
        each for k in range(GATEWAY_OBJECTS // OBJECTS_A_ROOM) for each in room("gateway", k + 1)
    ]
    try:
        adapter = (await kind.open([spec], local))["gateway"]
        adapter._presence.deadline_s = 0.7  # type: ignore[attr-defined]
        began = monotonic()
        readings = await adapter.read(points, 0.0)
        assert monotonic() - began < 10.0
        counts = {q: sum(r.quality is q for r in readings) for q in Quality}
        assert 0 < counts[Quality.GOOD] < GATEWAY_OBJECTS
        assert counts[Quality.GOOD] + counts[Quality.NO_ANSWER] == GATEWAY_OBJECTS
        assert adapter.health().reachable, "a slow device is not a dead one"
        adapter._presence.deadline_s = 30.0  # type: ignore[attr-defined]
        readings = await adapter.read(points, 0.0)
        assert {r.quality for r in readings} == {Quality.GOOD}
        assert gateway.requests < 300
    finally:
        await kind.close()
        await stop_gateway(gateway)
