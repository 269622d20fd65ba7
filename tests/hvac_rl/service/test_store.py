"""The journal on real databases: SQLite and PostgreSQL."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hvac_rl.points import Point, WriteAccess
from hvac_rl.records import (
    Command,
    CommandKind,
    CycleRecord,
    Decision,
    Outcome,
    Quality,
    Reading,
    Receipt,
    Snapshot,
)
from hvac_rl.service.store import Store, StoreError
from hvac_rl.units import UNITS


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture(scope="module")
def postgresql() -> Iterator[str]:
    """A PostgreSQL server of our own on loopback; skipped where it is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin")) if os.name == "posix" else []
    bin_dir = found[-1] if found else None
    if bin_dir is None or not (bin_dir / "initdb").exists():
        pytest.skip("PostgreSQL is not installed")
    # Not pytest's own folder: that is closed to the user as whom PostgreSQL has to run.
    folder = Path(tempfile.mkdtemp(prefix="hvac-rl-pg-"))
    port = free_port()
    prefix: list[str] = []
    if os.geteuid() == 0:
        # PostgreSQL refuses to run as root; Debian's package brings this user.
        prefix = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        shutil.chown(folder, "postgres", "postgres")
    data = folder / "data"
    environment = {**os.environ, "LC_ALL": "C", "HOME": str(folder)}
    subprocess.run(
        [*prefix, str(bin_dir / "initdb"), "-D", str(data), "-A", "trust", "-U", "hvac",
         "-E", "UTF8"],
        check=True, capture_output=True, env=environment, cwd=folder,
    )  # fmt: skip
    server = subprocess.Popen(
        [*prefix, str(bin_dir / "postgres"), "-D", str(data), "-h", "127.0.0.1", "-p", str(port),
         "-k", str(folder)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment, cwd=folder,
    )  # fmt: skip
    try:
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield f"postgresql+psycopg://hvac@127.0.0.1:{port}/postgres"
    finally:
        server.terminate()
        server.wait(20)
        shutil.rmtree(folder)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'journal.db'}"
    return str(request.getfixturevalue("postgresql"))


HEATING = Point(
    name="south.heating", device="d", of="south", brick="Heating_Zone_Air_Temperature_Setpoint",
    unit=UNITS["degC"], address="a",
    write=WriteAccess(minimum=8, maximum=30, deadband=0.1, daily_writes=48),
)  # fmt: skip


def record(number: int) -> CycleRecord:
    command = Command(
        kind=CommandKind.SET, point=HEATING, priority=13, value=21.0, wish=16.0, rule="comfort"
    )
    time_s = 1_784_041_200.0 + 900 * number
    readings = {
        "south.heating": Reading(point="south.heating", time_s=time_s, value=20.0 + number),
        "south.air": Reading(
            point="south.air", time_s=time_s, value=None, quality=Quality.NO_ANSWER
        ),
    }
    return CycleRecord(
        number=number,
        time_s=time_s,
        snapshot=Snapshot(time_s=time_s, readings=readings),
        decision=Decision(
            time_s=time_s, wishes={"south.heating": 16.0}, chosen_by="dqn", modes={"south": "off"}
        ),
        commands=(command,),
        receipts=(Receipt(command=command, outcome=Outcome.OK, effective=21.0),),
        control={"south": "dqn"},
        notes=("a note",),
        duration_s=0.02,
    )


def test_what_was_committed_is_there_after_reopening(url: str) -> None:
    store = Store(url)
    first = store.next_cycle()
    for number in range(first, first + 3):
        store.add_cycle(record(number))
    store.audit(1.0, "started", "by a test")
    store.accept_policy("dqn", 4)
    store.close()

    again = Store(url)
    assert again.next_cycle() == first + 3
    assert [value for _, value in again.readings("south.heating")] == [20.0, 21.0, 22.0]
    assert list(again.readings("south.air")) == []
    assert again.counts() == {"cycles": 3, "interventions": 3, "writes": 3, "failed_writes": 0}
    assert again.interventions() == {"comfort": 3}
    assert again.highest_policy("dqn") == 4
    assert again.highest_policy("other") == 0
    again.close()


def test_a_cycle_is_committed_whole_or_not_at_all(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'journal.db'}")
    store.add_cycle(record(0))
    with pytest.raises(StoreError, match="cycle 0 cannot be journaled"):
        store.add_cycle(record(0))
    assert len(list(store.readings("south.heating"))) == 1
    store.close()


def test_sqlite_is_in_wal_mode(tmp_path: Path) -> None:
    Store(f"sqlite:///{tmp_path / 'journal.db'}").close()
    mode = sqlite3.connect(tmp_path / "journal.db").execute("PRAGMA journal_mode").fetchone()
    assert mode == ("wal",)


def test_another_schema_and_a_wrong_url_are_refused(tmp_path: Path) -> None:
    Store(f"sqlite:///{tmp_path / 'journal.db'}").close()
    with sqlite3.connect(tmp_path / "journal.db") as db:
        db.execute("UPDATE schema_version SET version = 99")
    with pytest.raises(StoreError, match="holds schema version 99"):
        Store(f"sqlite:///{tmp_path / 'journal.db'}")
    with pytest.raises(StoreError) as caught:
        Store("postgresql+psycopg://hvac:secret@127.0.0.1:1/none")
    assert "secret" not in str(caught.value)
