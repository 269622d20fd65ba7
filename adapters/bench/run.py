"""The whole benchmark of the adapters."""

from __future__ import annotations

import asyncio
import os
import platform
import socket
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from time import perf_counter

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from adapters.bacnet import BacnetKind
from adapters.bench.measure import Read, Tally, in_turns
from adapters.bench.raw import BARE, FLAGGED, RawBacnet, RawModbus
from adapters.bench.site import Opened, dead_port, devices, free_ports, open_bacnet, open_modbus
from adapters.modbus import ModbusKind
from hvac_rl.control.cycle import read_all
from hvac_rl.records import Quality

Tick = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Plan:
    rounds: int
    round_s: float
    bacnet_objects: int = 500
    modbus_floats: int = 2000
    site_devices: int = 20
    """Half BACnet, half Modbus; the last of the BACnet ones is dead."""
    site_points: int = 2000
    site_cycles: int = 5
    deadline_s: float = 1.0


FULL = Plan(rounds=8, round_s=0.6)
QUICK = Plan(rounds=2, round_s=0.3, site_cycles=2)


@dataclass(frozen=True, slots=True)
class SiteCycles:
    """A whole site read with one device dead: the first cycle meets its silence, the next ones
    leave it alone."""

    points: int
    good: int
    first_s: float
    later_s: float
    complete: bool
    """Every point of the living devices was good in every cycle."""


@dataclass(frozen=True, slots=True)
class Results:
    machine: str
    bacnet: Tally
    bacnet_raw: Tally
    """The same objects and properties by bacpypes3 alone."""
    bacnet_bare: Tally
    """Present values alone, without the flags that tell a good one from a bad one."""
    modbus: Tally
    modbus_raw: Tally
    site: SiteCycles


def run(plan: Plan, console: Console) -> Results:
    """About half a minute with ``FULL``; shows a bar on ``console``."""
    return asyncio.run(_run(plan, console))


async def _run(plan: Plan, console: Console) -> Results:
    with Progress(
        TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=console
    ) as progress:
        bar = progress.add_task("BACnet", total=2 * plan.rounds + plan.site_cycles + 1)

        def tick() -> None:
            progress.advance(bar)

        bacnet = await _bacnet(plan, tick)
        progress.update(bar, description="Modbus")
        modbus = await _modbus(plan, tick)
        progress.update(bar, description="site")
        site = await _site(plan, tick)
    machine = (
        f"{platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}"
    )
    return Results(machine, *bacnet, *modbus, site)


async def _bacnet(plan: Plan, tick: Tick) -> tuple[Tally, Tally, Tally]:
    device_port, raw_port = free_ports(socket.SOCK_DGRAM, 2)
    kind = BacnetKind()
    with devices("bacnet_devices", plan.bacnet_objects, [device_port]):
        opened = await open_bacnet(kind, [device_port], plan.bacnet_objects, plan.deadline_s * 5)
        raw = RawBacnet(raw_port, device_port, plan.bacnet_objects)
        await raw.ready()
        try:
            reads = [_ours(opened), raw.read(FLAGGED), raw.read(BARE)]
            ours, same, bare = await in_turns(reads, plan.rounds, plan.round_s, tick)
        finally:
            raw.close()
            await _close(opened)
            await kind.close()
    return ours, same, bare


async def _modbus(plan: Plan, tick: Tick) -> tuple[Tally, Tally]:
    (port,) = free_ports(socket.SOCK_STREAM, 1)
    kind = ModbusKind()
    with devices("modbus_devices", plan.modbus_floats, [port]):
        opened = await open_modbus(kind, [port], plan.modbus_floats, plan.deadline_s * 5)
        raw = RawModbus(port, plan.modbus_floats)
        await raw.ready()
        try:
            ours, same = await in_turns([_ours(opened), raw.read], plan.rounds, plan.round_s, tick)
        finally:
            raw.close()
            await _close(opened)
            await kind.close()
    return ours, same


async def _site(plan: Plan, tick: Tick) -> SiteCycles:
    half = plan.site_devices // 2
    each = plan.site_points // plan.site_devices
    bacnet_kind, modbus_kind = BacnetKind(), ModbusKind()
    with ExitStack() as running:
        udp, tcp = free_ports(socket.SOCK_DGRAM, half - 1), free_ports(socket.SOCK_STREAM, half)
        dead = running.enter_context(dead_port())
        running.enter_context(devices("bacnet_devices", each, udp))
        running.enter_context(devices("modbus_devices", each, tcp))
        opened = [
            await open_bacnet(bacnet_kind, [*udp, dead], each, plan.deadline_s),
            await open_modbus(modbus_kind, tcp, each, plan.deadline_s),
        ]
        adapters = {name: one for kind in opened for name, one in kind.adapters.items()}
        points = [point for kind in opened for point in kind.points]
        took_s: list[float] = []
        good = len(points)
        try:
            # As a start does; from then on the devices answer from memory. The dead one is news.
            for name in list(adapters)[: half - 1]:
                await adapters[name].read([p for p in points if p.device == name], 0.0)
            for _ in range(1 + plan.site_cycles):
                began = perf_counter()
                snapshot = await read_all(adapters, points, 0.0)
                took_s.append(perf_counter() - began)
                read = sum(r.quality is Quality.GOOD for r in snapshot.readings.values())
                good = min(good, read)
                tick()
        finally:
            for kind in opened:
                await _close(kind)
            await bacnet_kind.close()
            await modbus_kind.close()
    later_s = sorted(took_s[1:])[len(took_s[1:]) // 2]
    return SiteCycles(len(points), good, took_s[0], later_s, good == len(points) - each)


def _ours(opened: Opened) -> Read:
    ((_, adapter),) = opened.adapters.items()

    async def read() -> int:
        readings = await adapter.read(opened.points, 0.0)
        return sum(reading.quality is Quality.GOOD for reading in readings)

    return read


async def _close(opened: Opened) -> None:
    for adapter in opened.adapters.values():
        await adapter.close()
