"""Damaged databases are put aside, locked ones are not, and a journal that forgot is found out."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from hvac_rl.service.ledger import SqliteLedger
from hvac_rl.service.quarantine import damage, open_journal, open_ledger
from hvac_rl.service.store import Store


@pytest.fixture
def ledger(tmp_path: Path) -> SqliteLedger:
    return SqliteLedger(tmp_path / "ledger.db")


def filled(path: Path) -> None:
    store = Store(f"sqlite:///{path}")
    for number in range(200):
        store.audit(float(number), "event", "x" * 200)
    store.close()


def test_a_truncated_journal_is_put_aside_and_a_new_one_begins(
    tmp_path: Path, ledger: SqliteLedger
) -> None:
    path = tmp_path / "journal.db"
    filled(path)
    os.truncate(path, path.stat().st_size // 2)
    store, aside = open_journal(f"sqlite:///{path}", ledger)
    assert store.next_cycle() == 0
    store.close()
    kept = tmp_path / aside.partition(":")[0]
    assert kept.name.startswith("journal.db.damaged-")
    assert damage(kept)
    assert not damage(path)


def test_a_journal_that_lost_what_it_acknowledged_is_put_aside(
    tmp_path: Path, ledger: SqliteLedger
) -> None:
    path = tmp_path / "journal.db"
    Store(f"sqlite:///{path}").close()
    ledger.note_journaled(7)
    store, aside = open_journal(f"sqlite:///{path}", ledger)
    store.close()
    assert "cycle 7 was acknowledged" in aside


def test_a_sound_journal_and_a_locked_one_stay(tmp_path: Path, ledger: SqliteLedger) -> None:
    path = tmp_path / "journal.db"
    filled(path)
    store, aside = open_journal(f"sqlite:///{path}", ledger)
    store.close()
    assert aside == ""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert damage(path) == ""


def test_a_garbled_ledger_is_put_aside(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    path.write_bytes(b"no database at all, but long enough to be read as one" * 100)
    ledger, aside = open_ledger(path)
    assert ledger.held() == set()
    assert "not a database" in aside
    ledger.close()


def test_the_days_writes_outlive_a_restart(tmp_path: Path, ledger: SqliteLedger) -> None:
    ledger.count(["a", "b", "a"], 5)
    ledger.close()
    again = SqliteLedger(tmp_path / "ledger.db")
    assert (again.writes("a", 5), again.writes("b", 5), again.writes("a", 6)) == (2, 1, 0)
    again.count(["a"], 6)
    assert again.writes("a", 6) == 1
    again.close()
