"""The daemon's whole life on in-process devices: sweep, cycles, faults, hand-back."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hvac_rl.control.cycle import ControlCycle
from hvac_rl.errors import DeviceError, HvacRlError
from hvac_rl.records import CycleRecord, Outcome
from hvac_rl.service.daemon import Daemon
from hvac_rl.service.handback import HandedBack
from hvac_rl.service.ledger import SqliteLedger
from hvac_rl.service.site_file import Site, load_site
from hvac_rl.service.store import Store

WriteSite = Callable[[dict[str, Any]], Path]
SPEED = 1800.0
PRIORITY = 13


class Watcher:
    """A display that calls a hook after every cycle."""

    def __init__(self, hook: Callable[[CycleRecord], None] = lambda record: None) -> None:
        self.records: list[CycleRecord] = []
        self.hook = hook

    def show(self, record: CycleRecord) -> None:
        self.records.append(record)
        self.hook(record)


@pytest.fixture
def make_site(document: dict[str, Any], write_site: WriteSite) -> Callable[..., Site]:
    def make(**changes: Any) -> Site:
        document["clock"] = {"kind": "published", "path": "clock.json"}
        document.update(changes)
        path = write_site(document)
        # Tuesday 14 July 2026, 10:00 local: people are in.
        start_s = 1_784_041_200.0
        clock = {"start_s": start_s, "speed": SPEED, "wall_t0": time.time()}
        (path.parent / "clock.json").write_text(json.dumps(clock))
        return load_site(path)

    return make


def devices(site: Site) -> dict[str, Any]:
    return site.kinds["memory"].devices  # type: ignore[attr-defined, no-any-return]


async def run_cycles(site: Site, watcher: Watcher, cycles: int) -> list[HandedBack]:
    daemon = Daemon(site, watcher)
    hook = watcher.hook

    def count(record: CycleRecord) -> None:
        hook(record)
        if len(watcher.records) >= cycles:
            daemon.stop("enough")

    watcher.hook = count
    return await asyncio.wait_for(daemon.run(lambda policy: None), 30)


async def test_it_controls_journals_and_gives_back(make_site: Callable[..., Site]) -> None:
    site = make_site()
    slots_seen: list[float | None] = []

    def look(record: CycleRecord) -> None:
        slots_seen.append(devices(site)["ctl-south"].objects["heating"].slots[PRIORITY - 1])
        assert devices(site)["ctl-south"].objects["beat"].default > 0

    watcher = Watcher(look)
    handed = await run_cycles(site, watcher, 3)
    assert slots_seen == [21.0, 21.0, 21.0]
    assert {row.back for row in handed} == {True}
    assert watcher.records[0].control == {"south": "rule", "north": "rule", "ahu": "rule"}
    receipts = [r for record in watcher.records for r in record.receipts]
    sent = [r.command.point.name for r in receipts if r.outcome is Outcome.OK]
    once = [name for name in sent if name not in ("ahu.supply_air", "ahu.static")]
    assert len(once) == 10, "every point is written once, then only on change"
    assert len(set(sent)) == 12
    store = Store(site.store_url)
    assert store.counts()["cycles"] == 3
    assert store.next_cycle() == 3
    store.close()
    ledger = SqliteLedger(site.state_dir / "ledger.db")
    assert ledger.held() == set()


async def test_a_silent_device_costs_its_zone_only(make_site: Callable[..., Site]) -> None:
    site = make_site()

    def fall_silent(record: CycleRecord) -> None:
        devices(site)["ctl-south"].silent = record.number == 0

    watcher = Watcher(fall_silent)
    handed = await run_cycles(site, watcher, 8)
    second = watcher.records[1]
    assert second.control["south"].startswith("bms: south.air: no answer")
    assert second.control["north"] == "rule"
    assert watcher.records[-1].control["south"] == "rule", "it came back and is taken up again"
    assert {row.back for row in handed} == {True}


async def test_an_operator_at_priority_8_is_left_alone(make_site: Callable[..., Site]) -> None:
    site = make_site()

    def override(record: CycleRecord) -> None:
        devices(site)["ctl-north"].objects["light"].slots[7] = 30.0

    watcher = Watcher(override)
    await run_cycles(site, watcher, 3)
    last = watcher.records[-1]
    assert last.control["north"] == "held: an operator (priority 8)"
    assert devices_light_commands(last) == []
    assert any("north.light stays with an operator" in note for note in last.notes)


def devices_light_commands(record: CycleRecord) -> list[str]:
    return [c.kind.value for c in record.commands if c.point.name == "north.light"]


async def test_what_a_killed_run_left_is_swept_first(make_site: Callable[..., Site]) -> None:
    site = make_site()
    site.state_dir.mkdir()
    ledger = SqliteLedger(site.state_dir / "ledger.db")
    ledger.hold("south.heating", 20.0, 0.0)
    ledger.close()
    started = asyncio.Event()
    daemon = Daemon(site, Watcher(lambda record: daemon.stop("enough")))
    await asyncio.wait_for(daemon.run(lambda policy: started.set()), 30)
    store = Store(site.store_url)
    assert store.counts()["cycles"] == 1
    store.close()
    ledger = SqliteLedger(site.state_dir / "ledger.db")
    assert ledger.held() == set()


async def test_a_point_that_is_not_there_stops_the_start(
    document: dict[str, Any], make_site: Callable[..., Site]
) -> None:
    document["points"][4]["object"] = "heatng"
    site = make_site()
    with pytest.raises(DeviceError, match=r"ctl-south south\.heating: no object 'heatng'"):
        await run_cycles(site, Watcher(), 1)


async def test_two_daemons_do_not_share_a_site(make_site: Callable[..., Site]) -> None:
    site = make_site()
    refused: list[str] = []

    async def second() -> None:
        try:
            await Daemon(site, Watcher()).run(lambda policy: None)
        except HvacRlError as error:
            refused.append(str(error))

    tasks: list[asyncio.Task[None]] = []
    watcher = Watcher(lambda record: tasks.append(asyncio.get_running_loop().create_task(second())))
    await run_cycles(site, watcher, 2)
    assert "another process of hvac-rl commands this site" in refused[0]


async def test_a_failing_ledger_writes_nothing_and_ends(
    make_site: Callable[..., Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    site = make_site()

    def full(self: SqliteLedger, *_: object) -> None:
        raise HvacRlError("ledger", "disk full")

    monkeypatch.setattr(SqliteLedger, "hold", full)
    with pytest.raises(HvacRlError, match="disk full"):
        await run_cycles(site, Watcher(), 1)


async def test_the_heart_stops_when_cycles_hang_and_the_building_still_comes_back(
    make_site: Callable[..., Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    site = make_site()
    monkeypatch.setattr("hvac_rl.service.heart.LEAST_HEART_STOP_WALL_S", 0.5)
    daemon = Daemon(site, Watcher(lambda record: monkeypatch.setattr(ControlCycle, "run", hang)))

    async def hang(self: ControlCycle, number: int, now_s: float) -> CycleRecord:
        await asyncio.Event().wait()
        raise AssertionError("unreachable")

    task = asyncio.create_task(daemon.run(lambda policy: None))
    while not (daemon.heart and daemon.heart.withheld):
        assert not task.done()
        await asyncio.sleep(0.05)
    beats = devices(site)["ctl-south"].objects["beat"].default
    assert devices(site)["ctl-south"].objects["heating"].slots[PRIORITY - 1] == 21.0
    daemon.stop("enough")
    handed = await asyncio.wait_for(task, 90)
    assert {row.back for row in handed} == {True}
    assert beats >= 1
