"""points write-test: one step, verified, released, verified; the first failure ends it."""

from __future__ import annotations

import csv
import sqlite3
from collections.abc import Callable
from datetime import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from adapters.commissioning.write_commands import Order, _opened
from adapters.commissioning.write_plan import batches
from adapters.commissioning.write_test import Result, Window, WriteTest, parse_window
from adapters.memory import MemoryDevice
from hvac_rl.cli import app
from hvac_rl.errors import ConfigError, HvacRlError
from hvac_rl.service.control_socket import ControlServer
from hvac_rl.service.ledger import SqliteLedger
from hvac_rl.service.site_file import Site, load_site
from tests.hvac_rl.conftest import site_document

OURS = 13
OPERATOR = 8
Play = Callable[[MemoryDevice], None]


def save(folder: Path, **changes: Any) -> Path:
    path = folder / "site.yaml"
    path.write_text(yaml.safe_dump({**site_document(), **changes}, sort_keys=False))
    return path


def order(site: Site, point: str | None = None, zone: str | None = None, **changes: Any) -> Order:
    given: dict[str, Any] = {
        "target": "t", "asked": {}, "window": None, "keep_s": 0.0, "by": "A. Tester",
        "folder": site.path.parent,
    }  # fmt: skip
    if "batches" not in changes:
        given["batches"] = batches(site, point, zone)
    return Order(**{**given, **changes})


def devices(site: Site) -> dict[str, MemoryDevice]:
    return site.kinds["memory"].devices  # type: ignore[attr-defined, no-any-return]


async def run(site: Site, wanted: Order, play: Play = lambda device: None) -> Result:
    async with _opened(site, wanted) as (test, _, _):
        play(devices(site)["ctl-south"])
        result = await test.run(wanted.batches, wanted.asked)
        slots = [
            each.slots[OURS - 1]
            for device in devices(site).values()
            for each in device.objects.values()
            if each.slots and not each.keeps_slots
        ]
        assert slots == [None] * len(slots), "everything is given back, whatever happened"
        assert isinstance(test, WriteTest)
    return result


async def test_a_zone_passes_and_everything_comes_back(tmp_path: Path) -> None:
    site = load_site(save(tmp_path))
    result = await run(site, order(site, zone="south"))
    assert result.passed, result.failure
    written = [step for step in result.steps if step.action == "write"]
    assert {step.point for step in written} == {
        "south.heating", "south.cooling", "south.blind", "south.light",
    }  # fmt: skip
    assert all(step.after == pytest.approx(step.sent) for step in written)
    assert all(step.commanded_by == OURS for step in written)
    released = [step for step in result.steps if step.action == "release"]
    assert [step.after for step in released] == [step.before for step in released]
    ledger = SqliteLedger(site.state_dir / "ledger.db")
    assert ledger.held() == set()
    ledger.close()


async def test_the_guard_has_the_last_word(tmp_path: Path) -> None:
    site = load_site(save(tmp_path))
    heating = next(p for p in site.plant.points() if p.name == "south.heating")
    wanted = order(site, point="south.heating", asked={heating.name: 29.0})
    result = await run(site, wanted)
    sent = {step.point: step for step in result.steps if step.action == "write"}
    limits = site.zone_limits["south"]
    assert sent["south.heating"].wanted == 29.0
    assert sent["south.heating"].sent is not None
    assert sent["south.heating"].sent <= limits.heating_setpoint_max_c
    assert sent["south.heating"].rule
    assert sent["south.cooling"].sent is not None
    assert sent["south.cooling"].sent > sent["south.heating"].sent, "tested as a pair"


def operator_holds(device: MemoryDevice) -> None:
    slots = device.objects["blind"].slots
    assert slots is not None
    slots[OPERATOR - 1] = 40.0


def refuses(device: MemoryDevice) -> None:
    device.objects["blind"].refusal = "write access denied"


def keeps(device: MemoryDevice) -> None:
    device.objects["blind"].keeps_slots = True


def broken_sensor(device: MemoryDevice) -> None:
    device.objects["co2"].fault = "open circuit"


@pytest.mark.parametrize(
    ("play", "said", "steps"),
    [
        (operator_holds, "stays with an operator", 0),
        (refuses, "write access denied", 2),
        (keeps, "release: mismatch", 2),
        (broken_sensor, "south.co2: fault", 0),
    ],
)
async def test_it_stops_at_the_first_failure(
    tmp_path: Path, play: Play, said: str, steps: int
) -> None:
    site = load_site(save(tmp_path))
    wanted = order(site, batches=[*batches(site, "south.blind", None),
                                  *batches(site, "south.light", None)])  # fmt: skip
    result = await run(site, wanted, play)
    assert not result.passed
    assert said in result.failure
    assert len(result.steps) == steps
    assert "south.light" not in {step.point for step in result.steps}
    assert bool(result.left_held) is (play is keeps)
    ledger = SqliteLedger(site.state_dir / "ledger.db")
    assert ledger.held() == ({"south.blind"} if play is keeps else set())
    ledger.close()


async def test_outside_the_window_nothing_is_written(tmp_path: Path) -> None:
    site = load_site(save(tmp_path))
    # A minute of every day that is long over or far away, whenever this runs.
    async with _opened(site, order(site, point="south.blind")) as (test, _, _):
        now = test._local_time()
    far = time((now.hour + 12) % 24)
    window = Window(far, far.replace(minute=1))
    result = await run(site, order(site, point="south.blind", window=window))
    assert result.steps == []
    assert "outside the window" in result.failure


def test_windows() -> None:
    night = parse_window("22:00-05:30")
    assert night.holds(time(23))
    assert night.holds(time(5))
    assert not night.holds(time(5, 30))
    assert str(night) == "22:00-05:30"
    for wrong in ("6-7", "06:00", "06:00-06:00", "25:00-26:00"):
        with pytest.raises(ConfigError):
            parse_window(wrong)


async def test_it_refuses_beside_a_daemon_and_after_a_crash(tmp_path: Path) -> None:
    site = load_site(save(tmp_path))
    site.state_dir.mkdir()

    async def answer(request: dict[str, Any]) -> dict[str, Any]:
        return {"points": [], "control": {}}

    server = ControlServer(site.state_dir, answer)
    await server.start()
    with pytest.raises(HvacRlError, match="the daemon commands this site"):
        await run(site, order(site, point="south.blind"))
    await server.stop()
    ledger = SqliteLedger(site.state_dir / "ledger.db")
    ledger.hold("north.light", 0.5, 0.0)
    ledger.close()
    with pytest.raises(HvacRlError, match=r"north\.light is still held"):
        await run(site, order(site, point="south.blind"))


def test_without_yes_the_plan_is_shown_and_nothing_written(tmp_path: Path) -> None:
    path = save(tmp_path)
    shown = CliRunner().invoke(app, ["points", "write-test", str(path), "--zone", "ahu"])
    assert shown.exit_code == 2, shown.output
    assert "Nothing was written" in shown.output
    assert "ahu.supply_air" in shown.output
    assert not (tmp_path / "commissioning").exists()


def test_the_record_and_the_audit_tell_all(tmp_path: Path) -> None:
    path = save(tmp_path)
    arguments = ["points", "write-test", str(path), "south.blind", "--yes", "--by", "A. <Tester>"]
    ran = CliRunner().invoke(app, arguments)
    assert ran.exit_code == 0, ran.output
    (page,) = (tmp_path / "commissioning").glob("*.html")
    text = page.read_text("utf-8")
    assert "A. &lt;Tester&gt;" in text
    assert ">passed<" in text
    with page.with_suffix(".csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert [(row["action"], row["result"]) for row in rows] == [
        ("write", "passed"), ("release", "passed"),
    ]  # fmt: skip
    assert (rows[0]["before"], rows[0]["sent"], rows[0]["unit"]) == ("0", "10", "percent")
    with sqlite3.connect(tmp_path / "journal.db") as db:
        events = [row[0] for row in db.execute("SELECT event FROM audit ORDER BY id")]
    assert events == [
        "write test began", "write test write", "write test release", "write test ended",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["south.air"], "cannot be commanded"),
        (["nothing"], "is no point of this site"),
        (["--zone", "nowhere"], "is no zone or air handler"),
        ([], "needs a POINT or --zone"),
        (["south.blind", "--value", "140"], "takes 0 to 100 percent"),
        (["--zone", "south", "--value", "1"], "goes with one POINT"),
    ],
)
def test_mistakes_are_said(tmp_path: Path, arguments: list[str], said: str) -> None:
    ran = CliRunner().invoke(app, ["points", "write-test", str(save(tmp_path)), *arguments])
    assert isinstance(ran.exception, ConfigError)
    assert said in str(ran.exception)
