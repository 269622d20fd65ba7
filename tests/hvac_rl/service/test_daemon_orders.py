"""Orders to a living daemon: modes, the kill switch in all its ways; and a policy that hangs."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from hvac_rl.control.beside import PolicyHangs, beside
from hvac_rl.errors import HvacRlError
from hvac_rl.panel import PanelMode, PanelState
from hvac_rl.records import CycleRecord
from hvac_rl.service.control_socket import ask_daemon
from hvac_rl.service.daemon import Daemon
from hvac_rl.service.kill_switch import KillSwitch
from hvac_rl.service.operating import reset_kill, set_mode, site_status, trip
from hvac_rl.service.restart import recent_starts
from hvac_rl.service.site_file import Site, load_site

WriteSite = Callable[[dict[str, Any]], Path]
SPEED = 1800.0
OURS = 12


class Records(list[CycleRecord]):
    def show(self, record: CycleRecord) -> None:
        self.append(record)


@pytest.fixture
def make_site(document: dict[str, Any], write_site: WriteSite) -> Callable[..., Site]:
    def make(**changes: Any) -> Site:
        document["clock"] = {"kind": "published", "path": "clock.json"}
        document.update(changes)
        path = write_site(document)
        clock = {"start_s": 1_784_041_200.0, "speed": SPEED, "wall_t0": time.time()}
        (path.parent / "clock.json").write_text(json.dumps(clock))
        return load_site(path)

    return make


def ours(site: Site) -> set[str]:
    """Objects in whose slot a value of ours stands."""
    devices = site.kinds["memory"].devices  # type: ignore[attr-defined]
    return {
        f"{name}.{what}"
        for name, device in devices.items()
        for what, one in device.objects.items()
        if one.slots and one.slots[OURS] is not None
    }


async def until(what: Callable[[], bool], seconds: float = 20.0) -> None:
    deadline_s = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline_s, "it did not happen"
        await asyncio.sleep(0.02)


async def with_daemon(site: Site, orders: Callable[[Records], Awaitable[None]]) -> None:
    """Run a daemon in command of everything, give it orders, and let it end."""
    records = Records()
    daemon = Daemon(site, records)
    task = asyncio.create_task(daemon.run(lambda policy: None))
    try:
        await until(lambda: task.done() or len(ours(site)) == 12)
        await orders(records)
    finally:
        daemon.stop("enough")
        handed = await asyncio.wait_for(task, 30)
    assert {row.back for row in handed} == {True}


async def test_lowering_a_zone_gives_it_back_at_once_and_its_air_handler(
    make_site: Callable[..., Site],
) -> None:
    site = make_site()

    async def orders(records: Records) -> None:
        status = await set_mode(site, {"mode": "watch", "of": "south", "reason": "works"}, 1.0)
        assert status["missing"] == []
        assert {name.partition(".")[0] for name in ours(site)} == {"ctl-north"}
        seen = len(records)
        await until(lambda: len(records) >= seen + 2)
        last = records[-1]
        assert last.control["south"] == "bms: watched by rule"
        assert {r.outcome.value for r in last.receipts if r.command.point.of == "south"} == {
            "watched"
        }
        with pytest.raises(HvacRlError, match="a reason"):
            await set_mode(site, {"mode": "run", "of": "south", "reason": ""}, 1.0)
        await set_mode(site, {"mode": "run", "of": "south", "reason": "works are over"}, 1.0)
        await until(lambda: len(ours(site)) == 12)

    await with_daemon(site, orders)


class Board:
    """A panel on the wall, as the BMS's graphics see it."""

    def __init__(self) -> None:
        self.killed = False
        self.shown: PanelState | None = None

    def show(self, state: PanelState) -> None:
        self.shown = state

    def trip(self) -> None:
        self.killed = True

    def arm(self) -> None:
        self.killed = False

    def on_kill(self, told: Callable[[], None]) -> None:
        self._told = told

    def pull(self) -> None:
        self.killed = True
        self._told()


async def test_only_a_reset_arms_the_panels_kill_point_again(
    make_site: Callable[..., Site],
) -> None:
    site, board = make_site(), Board()
    site.kinds["memory"].panel = lambda: board  # type: ignore[attr-defined]

    async def orders(records: Records) -> None:
        for _ in range(2):  # pulled, reset, and pulled again
            board.pull()
            await until(lambda: not ours(site))
            board.arm()  # whoever resets the point alone resets nothing
            await until(lambda: board.killed)
            assert KillSwitch(site.state_dir).tripped()
            assert board.shown is not None
            assert board.shown.mode is PanelMode.KILLED
            await reset_kill(site, "looked at it", 1.0)
            await until(lambda: not board.killed and len(ours(site)) == 12)

    await with_daemon(site, orders)


@pytest.mark.parametrize("how", ["command", "file", "point"])
async def test_the_kill_switch_gives_everything_back_until_a_person_resets_it(
    make_site: Callable[..., Site], how: str, document: dict[str, Any]
) -> None:
    document["devices"][2]["objects"]["stop"] = 0.0
    site = make_site(kill_points=[{"device": "ctl-ahu", "object": "stop"}])

    async def orders(records: Records) -> None:
        device = site.kinds["memory"].devices["ctl-ahu"]  # type: ignore[attr-defined]
        if how == "command":
            answer = await trip(site, "the FM", "smoke")
            assert answer == {"points": 12, "missing": []}
        elif how == "file":
            (site.state_dir / "kill").touch()
        else:
            device.objects["stop"].default = 1.0
        await until(lambda: not ours(site))
        beats = device.objects["beat"].default
        seen = len(records)
        await until(lambda: len(records) >= seen + 3)
        assert not ours(site)
        assert device.objects["beat"].default == beats, "no lease is kept either"
        assert records[-1].control["south"].startswith("bms: kill switch (")
        device.objects["stop"].default = 0.0
        await asyncio.sleep(0)
        assert KillSwitch(site.state_dir).tripped(), "a network point never resets it"
        await reset_kill(site, "looked at it", 1.0)
        await until(lambda: len(ours(site)) == 12)

    await with_daemon(site, orders)


async def test_orders_without_a_daemon_go_to_the_state_folder(
    make_site: Callable[..., Site],
) -> None:
    site = make_site()
    assert await trip(site, "us", "why") is None
    assert (await site_status(site))["killed"] == "us: why"
    assert await reset_kill(site, "because", 1.0) == "us: why"
    await set_mode(site, {"mode": "off", "reason": ""}, 1.0)
    assert (await site_status(site))["site"]["mode"] == "off"
    assert await ask_daemon(site.state_dir, {"ask": "status"}) is None


async def test_a_decision_that_hangs_ends_in_time_and_keeps_no_process_alive() -> None:
    never = threading.Event()
    with pytest.raises(PolicyHangs, match=r"no decision within 0\.05 s"):
        await beside(never.wait, 0.05)
    assert await beside(lambda: 5, 5.0) == 5
    with pytest.raises(ZeroDivisionError):
        await beside(lambda: 1 // 0, 5.0)


async def test_after_a_hanging_policy_the_building_is_back_and_a_new_start_is_asked_for(
    make_site: Callable[..., Site], monkeypatch: pytest.MonkeyPatch
) -> None:
    from hvac_rl.control.cycle import ControlCycle

    site = make_site()
    records = Records()

    async def hang(self: ControlCycle, snapshot: object) -> None:
        await beside(threading.Event().wait, 0.05)

    def then_hang(record: CycleRecord) -> None:
        records.append(record)
        monkeypatch.setattr(ControlCycle, "_decide", hang)

    records.show = then_hang  # type: ignore[method-assign]
    with pytest.raises(PolicyHangs) as error:
        await asyncio.wait_for(Daemon(site, records).run(lambda policy: None), 30)
    assert error.value.exit_code == 75
    assert len(records) == 1


def test_only_the_starts_of_the_last_hour_count() -> None:
    assert recent_starts("100,5000,junk,9000", 9100.0) == [9000.0]
    assert recent_starts("", 1.0) == []


def test_read_only_loads_no_writer(make_site: Callable[..., Site]) -> None:
    site = make_site()
    script = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from hvac_rl.service.read_only import run_read_only\n"
        "from hvac_rl.service.site_file import load_site\n"
        "site = load_site(Path(sys.argv[1]))\n"
        "rows = []\n"
        "asyncio.run(run_read_only(site, rows.append, asyncio.Event(), for_s=1800.0))\n"
        "assert {r.outcome.value for row in rows for r in row.receipts} == {'watched'}\n"
        "assert 'hvac_rl.control.writer' not in sys.modules\n"
        "assert not (site.state_dir / 'ledger.db').exists()\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, str(site.path)],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
