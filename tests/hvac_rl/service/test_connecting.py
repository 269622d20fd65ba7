"""Devices are connected to side by side, and each says for itself what is wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from adapters.memory import MemoryKind
from hvac_rl.errors import DeviceError
from hvac_rl.points import Point
from hvac_rl.ports import DeviceHealth
from hvac_rl.service.assembly import close_adapters, open_adapters
from hvac_rl.service.connecting import AT_ONCE, prove
from hvac_rl.service.ledger import SqliteLedger
from hvac_rl.service.site_file import Site, load_site
from hvac_rl.service.watchdog import give_back

WriteSite = Callable[[dict[str, Any]], Path]


class Crowd:
    """Devices that answer only once ``together`` of them are being connected to."""

    def __init__(self, together: int) -> None:
        self.together = together
        self.open = 0
        self.most = 0
        self.enough = asyncio.Event()

    async def enter(self) -> None:
        self.open += 1
        self.most = max(self.most, self.open)
        if self.open >= self.together:
            self.enough.set()
        await self.enough.wait()
        self.open -= 1


class Crowded:
    def __init__(self, crowd: Crowd, name: str, wrong: str = "") -> None:
        self.crowd, self.name, self.wrong = crowd, name, wrong

    async def connect(self) -> None:
        await self.crowd.enter()
        if self.wrong:
            raise DeviceError(self.name, self.wrong)

    async def check(self, points: Sequence[Point]) -> None: ...
    async def close(self) -> None: ...
    async def read(self, *_: Any) -> Any: ...
    async def write(self, *_: Any) -> Any: ...
    async def release(self, *_: Any) -> Any: ...

    def health(self) -> DeviceHealth:
        return DeviceHealth(self.name, reachable=True)


def nothing(device: str) -> list[Point]:
    return []


async def test_devices_are_connected_to_side_by_side_and_not_too_many() -> None:
    crowd = Crowd(AT_ONCE)
    devices = {f"d{n}": Crowded(crowd, f"d{n}") for n in range(3 * AT_ONCE)}
    told: list[tuple[int, int]] = []
    await asyncio.wait_for(prove(devices, nothing, lambda *done: told.append(done)), 5.0)
    assert crowd.most == AT_ONCE
    assert told[0] == (0, 48)
    assert told[-1] == (48, 48)


async def test_every_device_that_is_wrong_is_named() -> None:
    crowd = Crowd(1)
    devices = {
        "good": Crowded(crowd, "good"),
        "dead": Crowded(crowd, "dead", "does not answer"),
        "other": Crowded(crowd, "other", "another device answers"),
    }
    with pytest.raises(DeviceError) as caught:
        await prove(devices, nothing)
    assert "2 of 3 devices" in str(caught.value)
    assert "dead: does not answer" in str(caught.value)
    assert "other: another device answers" in str(caught.value)
    del devices["other"]
    with pytest.raises(DeviceError, match=r"^dead: does not answer$"):
        await prove(devices, nothing)


async def test_what_is_no_devices_fault_is_raised_as_it_is() -> None:
    class Broken(Crowded):
        async def connect(self) -> None:
            raise OSError("no such interface")

    with pytest.raises(OSError, match="no such interface"):
        await prove({"broken": Broken(Crowd(1), "broken")}, nothing)


@pytest.fixture
def half_dead(document: dict[str, Any], write_site: WriteSite) -> Site:
    """A site whose southern controller is dead and whose others hold a value of ours."""
    site = load_site(write_site(document))
    kind = site.kinds["memory"]
    assert isinstance(kind, MemoryKind)
    asyncio.run(kind.open([device.spec for device in site.devices.values()], {}))
    kind.devices["ctl-south"].silent = True
    for name, point in (("ctl-north", "light"), ("ctl-ahu", "static")):
        kind.devices[name].objects[point].slots[12] = 40.0  # type: ignore[index]
    site.state_dir.mkdir(parents=True)
    ledger = SqliteLedger(site.state_dir / "ledger.db")
    for name in ("south.light", "north.light", "ahu.static"):
        ledger.hold(name, 0.0, 0.0)
    ledger.close()
    return site


def test_one_dead_device_stops_a_start(half_dead: Site) -> None:
    with pytest.raises(DeviceError, match=r"^ctl-south"):
        asyncio.run(open_adapters(half_dead))


def test_one_dead_device_stops_no_hand_back(
    half_dead: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hvac_rl.service.watchdog.SECOND_SWEEP_WALL_S", 0.0)
    handed = {row.point.name: row for row in asyncio.run(give_back(half_dead, "test"))}
    assert handed["north.light"].back
    assert handed["ahu.static"].back
    assert not handed["south.light"].back
    ledger = SqliteLedger(half_dead.state_dir / "ledger.db")
    assert ledger.held() == {"south.light"}
    ledger.close()


async def test_an_absent_device_is_left_alone_when_it_comes_back(half_dead: Site) -> None:
    adapters = await open_adapters(half_dead, to_give_back=True)
    kind = half_dead.kinds["memory"]
    kind.devices["ctl-south"].silent = False  # type: ignore[attr-defined]
    point = next(p for p in half_dead.plant.commandable() if p.device == "ctl-south")
    (reading,) = await adapters["ctl-south"].read([point], 1.0)
    assert reading.value is None
    assert not adapters["ctl-south"].health().reachable
    assert adapters["ctl-north"].health().reachable
    await close_adapters(half_dead, adapters)
