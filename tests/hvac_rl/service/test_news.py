"""What a device reports between two cycles, over real sockets with the daemon itself."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from adapters.commissioning.daemon_values import daemon_readings
from hvac_rl.service.daemon import Daemon
from hvac_rl.service.site_file import Site, load_site
from tests.adapters.devices.bacnet_device import BacnetDevice, analog_input, binary_input
from tests.adapters.devices.free_ports import free_udp_port
from tests.hvac_rl.service.test_daemon import Watcher

WriteSite = Callable[[dict[str, Any]], Path]
CYCLE_BOUNDARY_S = 1_784_041_200.0
"""Tuesday 14 July 2026, 10:00 local: people are in. The next cycle is 15 minutes later."""


@pytest.fixture
async def device() -> AsyncIterator[BacnetDevice]:
    objects = (analog_input(1, 5.0, "degrees-celsius"), binary_input(1, False))
    started = await BacnetDevice.start(free_udp_port(), 1001, *objects)
    yield started
    started.close()


def port_of(device: BacnetDevice) -> int:
    (link,) = device.link_layers.values()
    return int(link.server.local_address[1])


def site_with(
    device: BacnetDevice, document: dict[str, Any], write_site: WriteSite, cov: int
) -> Site:
    """The outdoor sensor and a kill point on the device. Site time is the wall's, and the only
    cycle comes in half a second."""
    document["devices"].append(
        {
            "name": "weather", "adapter": "bacnet", "address": f"127.0.0.1:{port_of(device)}",
            "device_instance": 1001, "comes_back": "watchdog", "cov": cov,
        }
    )  # fmt: skip
    outdoor = next(point for point in document["points"] if point["name"] == "outdoor")
    outdoor |= {"device": "weather", "object": "analog-input,1"}
    document["kill_points"] = [{"device": "weather", "object": "binary-input,1"}]
    document["local"] = {"bacnet": {"address": "127.0.0.1:0", "device_instance": 3990}}
    document["clock"] = {"kind": "published", "path": "clock.json"}
    path = write_site(document)
    clock = {"start_s": CYCLE_BOUNDARY_S - 1.5, "speed": 1.0, "wall_t0": time.time()}
    (path.parent / "clock.json").write_text(json.dumps(clock))
    return load_site(path)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(10.0):
        while not true():
            await asyncio.sleep(0.01)


async def outdoor_c(site: Site) -> float | None:
    """As ``points watch`` hears it from the daemon."""
    readings = await daemon_readings(site)
    assert readings is not None
    return readings["outdoor"].value if readings else None


def subscriptions(device: BacnetDevice) -> int:
    return sum(len(each.cov_subscriptions) for each in device._cov_detections.values())


async def test_a_value_is_known_and_a_kill_point_trips_before_the_next_look(
    device: BacnetDevice,
    document: dict[str, Any],
    write_site: WriteSite,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("hvac_rl.service.heart.KILL_POINTS_WALL_S", 3600.0)
    site = site_with(device, document, write_site, cov=10)
    watcher = Watcher()
    daemon = Daemon(site, watcher)
    task = asyncio.create_task(daemon.run(lambda policy: None))
    try:
        await until(lambda: task.done() or (subscriptions(device) == 2 and bool(watcher.records)))
        assert await outdoor_c(site) == 5.0
        device.at("analog-input,1").presentValue = 9.0
        async with asyncio.timeout(5.0):
            while await outdoor_c(site) != 9.0:
                await asyncio.sleep(0.01)
        device.at("binary-input,1").presentValue = "active"
        await until(lambda: bool(daemon._authority.kill.tripped()))
        assert len(watcher.records) == 1, "no cycle came in between"
    finally:
        daemon.stop("enough")
        await asyncio.wait_for(task, 30)
    assert subscriptions(device) == 0


async def test_without_subscriptions_the_poll_alone_is_shown(
    device: BacnetDevice, document: dict[str, Any], write_site: WriteSite
) -> None:
    site = site_with(device, document, write_site, cov=0)
    watcher = Watcher()
    daemon = Daemon(site, watcher)
    task = asyncio.create_task(daemon.run(lambda policy: None))
    try:
        await until(lambda: task.done() or bool(watcher.records))
        device.at("analog-input,1").presentValue = 9.0
        await asyncio.sleep(0.3)
        assert subscriptions(device) == 0
        assert await outdoor_c(site) == 5.0
    finally:
        daemon.stop("enough")
        await asyncio.wait_for(task, 30)
