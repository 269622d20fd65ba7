"""The daemon against the simulated office over real BACnet and Modbus."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import socket
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from pymodbus.client import ModbusTcpClient

from hvac_rl.control.bundle import DEMO_PUBLIC_KEY
from hvac_rl.service.control_socket import ask_daemon
from hvac_rl.service.ledger import SqliteLedger
from tests.end_to_end.conftest import BUNDLE, SPEED, Start, run_cli, wait_until

Building = Callable[..., Path]
POLICY = (f"--policy={BUNDLE}", f"--trusted-key={DEMO_PUBLIC_KEY}")


def cycles(folder: Path) -> int:
    """Committed cycles in the journal, read as a bystander does."""
    if not (folder / "journal.db").exists():
        return 0
    with sqlite3.connect(f"file:{folder / 'journal.db'}?mode=ro", uri=True) as db:
        try:
            return int(db.execute("SELECT count(*) FROM cycle").fetchone()[0])
        except sqlite3.OperationalError:
            return 0


def held(folder: Path) -> set[str]:
    ledger = SqliteLedger(folder / "state" / "ledger.db")
    names = ledger.held()
    ledger.close()
    return names


def points_held(folder: Path) -> str:
    answer = run_cli("points", str(folder / "site.yaml"), "--commandable")
    assert answer.returncode == 0, answer.stderr
    found = re.search(r"(\d+) of 23 commandable points are held", answer.stdout)
    assert found is not None, answer.stdout
    return found[1]


def test_a_trained_agent_controls_and_gives_back(building: Building) -> None:
    folder = building(*POLICY)
    ran = run_cli("run", str(folder / "site.yaml"), "--for-hours", "4")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "in control: small_office fast-dqn" in ran.stdout
    assert "our slot is empty on all 23 points" in ran.stdout
    assert cycles(folder) >= 15
    assert held(folder) == set()
    assert points_held(folder) == "0"
    with sqlite3.connect(folder / "journal.db") as db:
        outcomes = dict(db.execute("SELECT outcome, count(*) FROM command GROUP BY outcome"))
        chosen = {row[0] for row in db.execute("SELECT chosen_by FROM cycle")}
    assert set(outcomes) <= {"ok", "unchanged"}, outcomes
    assert outcomes["ok"] >= 23
    assert chosen == {"small_office fast-dqn"}


@pytest.mark.parametrize(
    ("name", "handlers", "commands"),
    # Each air handler has four commands, each zone three, and a blind where there is one.
    [("medium_office", 3, 3 * 4 + 15 * 3 + 12), ("retail", 5, 5 * 4 + 5 * 3), ("house", 1, 4 + 20)],
)
def test_every_building_is_controlled_and_given_back(
    building: Building, name: str, handlers: int, commands: int
) -> None:
    folder = building(name=name, speed=300.0)
    ran = run_cli("run", str(folder / "site.yaml"), "--for-hours", "1.5")
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert f"our slot is empty on all {commands} points" in ran.stdout
    assert held(folder) == set()
    assert len(_site(folder)["air_handlers"]) == handlers  # type: ignore[arg-type]
    with sqlite3.connect(folder / "journal.db") as db:
        outcomes = dict(db.execute("SELECT outcome, count(*) FROM command GROUP BY outcome"))
    assert set(outcomes) <= {"ok", "unchanged"}, outcomes
    assert outcomes["ok"] >= commands


def test_points_and_release_go_through_the_living_daemon(building: Building, start: Start) -> None:
    folder = building()
    daemon = start("run", str(folder / "site.yaml"))
    wait_until(lambda: cycles(folder) >= 2, 150, "no cycles")
    shown = run_cli("points", str(folder / "site.yaml"))
    assert "as the daemon read it in its last cycle" in shown.stdout
    released = run_cli("release", str(folder / "site.yaml"))
    assert released.returncode == 0, released.stdout + released.stderr
    assert "The daemon gives everything back and ends" in released.stdout
    assert "our slot is empty on all 23 points" in released.stdout
    assert daemon.wait(90) == 0
    assert held(folder) == set()


def test_after_kill_9_the_journal_goes_on_and_the_building_is_the_bmss(
    building: Building, start: Start
) -> None:
    folder = building()
    daemon = start("run", str(folder / "site.yaml"))
    wait_until(lambda: cycles(folder) >= 3, 150, "no cycles")
    daemon.send_signal(signal.SIGKILL)
    daemon.wait()
    before = cycles(folder)
    assert len(held(folder)) == 23, "the ledger knows what a dead daemon holds"
    # Five seconds of wall time without a heartbeat, and the devices drop us by themselves.
    wait_until(lambda: points_held(folder) == "0", 90, "the lease did not lapse")
    again = run_cli("run", str(folder / "site.yaml"), "--for-hours", "1")
    assert again.returncode == 0, again.stdout + again.stderr
    assert cycles(folder) > before
    assert held(folder) == set()


def test_a_slot_that_somebody_empties_is_taken_up_again(building: Building, start: Start) -> None:
    folder = building()
    daemon = start("run", str(folder / "site.yaml"))
    wait_until(lambda: cycles(folder) >= 2, 150, "no cycles")

    async def ask() -> dict[str, str]:
        answer = await ask_daemon(folder / "state", {"ask": "points"})
        assert answer is not None
        control: dict[str, str] = answer["control"]
        return control

    assert set(asyncio.run(ask()).values()) == {"rule"}
    site = yaml.safe_load((folder / "site.yaml").read_text())
    gateway = next(row for row in site["devices"] if row["adapter"] == "modbus")
    assert daemon.poll() is None
    with ModbusTcpClient(gateway["host"], port=gateway["port"]) as client:
        # As after a lapsed lease: our remote value is there no more, and nobody else commands.
        coil = next(p["remote"]["register"] for p in site["points"] if "remote" in p)
        assert not client.write_coil(coil, False, device_id=gateway["unit_id"]).isError()
        before = cycles(folder)
        wait_until(lambda: cycles(folder) >= before + 3, 90, "no more cycles")
        assert client.read_coils(coil, count=1, device_id=gateway["unit_id"]).bits[0]
    daemon.send_signal(signal.SIGTERM)
    assert daemon.wait(90) == 0


def test_the_served_run_is_the_rehearsed_run(building: Building, start: Start) -> None:
    """Over the wire and without one the same controller uses nearly the same energy."""
    from datetime import datetime

    from agents.rehearsal import rehearse
    from agents.truth import read_truth
    from hvac_rl.service.site_file import load_site
    from sim_buildings.field.ready import ready_building

    folder = building()
    site = load_site(folder / "site.yaml")
    begin_s = site.calendar.local(0.0).timestamp() + datetime(2026, 7, 14, 11).timestamp()
    clock = json.loads((folder / "clock.json").read_text())
    begin_s = clock["start_s"] + 5 * 3600.0
    end_s = begin_s + 6 * 3600.0
    ran = run_cli("run", str(folder / "site.yaml"), "--until", str(end_s))
    assert ran.returncode == 0, ran.stdout
    served = read_truth(folder / "truth.csv").between(begin_s, end_s)
    ready = ready_building("small_office", start=datetime(2026, 7, 14, 6), seed=1, warm_up_days=1)
    rehearsed = rehearse(site, ready, end_s).between(begin_s, end_s)
    assert len(served.rows) == len(rehearsed.rows) == 360
    ours, theirs = served.rows["total_w"].sum(), rehearsed.rows["total_w"].sum()
    assert ours == pytest.approx(theirs, rel=0.02)
    for zone in served.zones:
        assert (served.rows[f"{zone}.people"] == rehearsed.rows[f"{zone}.people"]).all()


def _site(folder: Path) -> dict[str, object]:
    document = yaml.safe_load((folder / "site.yaml").read_text())
    assert isinstance(document, dict)
    return document


def refused(folder: Path, document: dict[str, object]) -> str:
    """Run a changed site file; it must refuse with exit code 2 and write nothing."""
    changed = folder / "changed.yaml"
    changed.write_text(yaml.safe_dump(document, sort_keys=False))
    ran = run_cli("run", str(changed), "--for-hours", "1")
    assert ran.returncode == 2, ran.stdout + ran.stderr
    assert "Traceback" not in ran.stderr
    assert held(folder) == set() if (folder / "state" / "ledger.db").exists() else True
    return ran.stderr


def test_bad_input_ends_in_one_clear_message(building: Building, tmp_path: Path) -> None:
    folder = building()

    document = _site(folder)
    document["points"][3]["unit"] = "furlong"  # type: ignore[index]
    assert "points[3].unit: 'furlong' is not a known unit" in refused(folder, document)

    document = _site(folder)
    point = next(p for p in document["points"] if p.get("object") == "analog-input,1")  # type: ignore[attr-defined]
    point["object"] = "analog-input,77"
    message = refused(folder, document)
    assert point["name"] in message
    assert point["device"] in message

    document = _site(folder)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as nobody:
        nobody.bind(("127.0.0.1", 0))
        document["devices"][0]["address"] = f"127.0.0.1:{nobody.getsockname()[1]}"  # type: ignore[index]
        document["devices"][0]["deadline_s"] = 1.0  # type: ignore[index]
        message = refused(folder, document)
    assert document["devices"][0]["name"] in message  # type: ignore[index]
    assert "no answer" in message

    document = _site(folder)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        document["local"] = {"bacnet": {"address": f"127.0.0.1:{port}", "device_instance": 3990}}
        assert str(port) in refused(folder, document)

    document = _site(folder)
    document["policy"] = {"bundle": str(tmp_path), "trusted_keys": [DEMO_PUBLIC_KEY]}
    assert "manifest.json cannot be read" in refused(folder, document)
    assert points_held(folder) == "0"


def test_a_speed_that_is_too_high_is_refused(tmp_path: Path) -> None:
    ran = run_cli("simulate", "--speed", "1900", f"--dir={tmp_path / 'site'}")
    assert ran.returncode == 2
    assert "leaves 0.47 s of wall time" in ran.stderr
    assert SPEED < 1800
