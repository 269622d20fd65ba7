"""The devices that are measured, each kind in a process of its own, and their points."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from adapters.bacnet import BacnetKind
from adapters.bench.bacnet_devices import FIRST_INSTANCE
from adapters.modbus import ModbusKind
from hvac_rl.errors import HvacRlError
from hvac_rl.points import Point
from hvac_rl.ports import Adapter, DeviceSpec
from hvac_rl.units import UNITS

OUR_INSTANCE = 3_990


def free_ports(kind: socket.SocketKind, count: int) -> list[int]:
    """Ports of 127.0.0.1 that nobody uses at this moment, all different."""
    with ExitStack() as held:
        ports = []
        for _ in range(count):
            probe = held.enter_context(socket.socket(socket.AF_INET, kind))
            probe.bind(("127.0.0.1", 0))
            ports.append(int(probe.getsockname()[1]))
        return ports


@contextmanager
def devices(module: str, points: int, ports: Sequence[int]) -> Iterator[None]:
    """``adapters.bench.<module>`` in a process of its own, while the block lasts."""
    name = f"adapters.bench.{module}"
    process = subprocess.Popen(
        [sys.executable, "-m", name, str(points), *map(str, ports)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        if process.stdout is None or process.stdout.readline().strip() != "ready":
            raise HvacRlError(name, "the devices to measure did not start")
        yield
    finally:
        # It holds nothing that could be lost.
        process.kill()
        process.communicate()


@contextmanager
def dead_port() -> Iterator[int]:
    """A UDP port that takes every request and never answers."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind(("127.0.0.1", 0))
        yield int(deaf.getsockname()[1])


@dataclass(frozen=True, slots=True)
class Opened:
    """Adapters by device, and every device's points."""

    adapters: dict[str, Adapter]
    points: list[Point]


async def open_bacnet(
    kind: BacnetKind, ports: Sequence[int], points: int, deadline_s: float
) -> Opened:
    specs = [
        DeviceSpec(
            name=f"bacnet-{n}",
            options=kind.parse_options(
                {"address": f"127.0.0.1:{port}", "device_instance": FIRST_INSTANCE + n}
            ),
            priority=13,
            deadline_s=deadline_s,
        )
        for n, port in enumerate(ports)
    ]
    local = {"address": "127.0.0.1:0", "device_instance": OUR_INSTANCE}
    adapters = await kind.open(specs, local)
    rows = [
        _point(
            spec.name, n, kind.parse_address({"object": f"analog-input,{n + 1}"}, writable=False)
        )
        for spec in specs
        for n in range(points)
    ]
    return Opened(dict(adapters), rows)


async def open_modbus(
    kind: ModbusKind, ports: Sequence[int], points: int, deadline_s: float
) -> Opened:
    specs = [
        DeviceSpec(
            name=f"modbus-{n}",
            options=kind.parse_options({"host": "127.0.0.1", "port": port}),
            priority=13,
            deadline_s=deadline_s,
        )
        for n, port in enumerate(ports)
    ]
    adapters = await kind.open(specs, {})
    rows = [
        _point(
            spec.name,
            n,
            kind.parse_address(
                {"table": "holding", "register": 2 * n, "type": "float32"}, writable=False
            ),
        )
        for spec in specs
        for n in range(points)
    ]
    return Opened(dict(adapters), rows)


def _point(device: str, n: int, address: object) -> Point:
    return Point(
        name=f"{device}.{n}",
        device=device,
        of="site",
        brick="Point",
        unit=UNITS["degC"],
        address=address,
    )
