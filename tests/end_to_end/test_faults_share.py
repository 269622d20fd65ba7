"""A short share of the fault campaign; `hvac-rl bench faults` is the whole of it."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from hvac_rl.service.enclosure import impossible
from tests.end_to_end.conftest import run_cli

KEYS = {
    "fault", "runs", "limit_violations", "handback_s_max", "handback_expected", "records_lost",
    "records_destroyed_by_fault", "failures", "not_run",
}  # fmt: skip


def test_a_share_of_the_campaign(tmp_path: Path) -> None:
    why = impossible()
    if why:
        pytest.skip(why)
    figures = tmp_path / "faults.json"
    ran = run_cli(
        "bench", "faults", "--runs=1", "--only=killed_in_write", "--only=network_cut",
        "--only=journal_truncated", f"--json={figures}", f"--dir={tmp_path / 'site'}",
        timeout_s=280,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    rows = {row["fault"]: row for row in json.loads(figures.read_text())}
    assert set(rows) == {"killed_in_write", "network_cut", "journal_truncated"}
    for row in rows.values():
        assert set(row) == KEYS
        assert row["limit_violations"] == row["records_lost"] == 0
        assert row["handback_s_max"] > 0.5
    aside = list((tmp_path / "site" / "part0").glob("journal.db.damaged-*Z"))
    assert len(aside) == 1, "the truncated journal is kept"
    with sqlite3.connect(tmp_path / "site" / "part0" / "journal.db") as database:
        events = [row[0] for row in database.execute("SELECT event FROM audit")]
    assert "database put aside" in events


def test_an_unknown_fault_is_named() -> None:
    ran = run_cli("bench", "faults", "--only=earthquake")
    assert ran.returncode == 2
    assert "'earthquake' is not a fault; faults are: device_silent" in ran.stderr
