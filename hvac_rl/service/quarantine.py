"""Damaged databases are put aside, never overwritten, and a new file begins.

A truncated or garbled journal must not keep the building from being given back, nor be repaired in
silence: what can still be read in the old file is for a person to look at.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from hvac_rl.service.ledger import SqliteLedger
from hvac_rl.service.store import Store, StoreError

log = logging.getLogger(__name__)
T = TypeVar("T")

_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def damage(path: Path) -> str:
    """What is wrong with an SQLite file; empty when it is sound, absent or merely locked."""
    if not path.exists():
        return ""
    try:
        database = sqlite3.connect(f"file:{path}?mode=rw", uri=True)
    except sqlite3.Error as error:
        return str(error) if _is_damage(error) else ""
    try:
        row = database.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        return str(error) if _is_damage(error) else ""
    finally:
        database.close()
    return "" if row is not None and row[0] == "ok" else str(row and row[0])


def put_aside(path: Path, why: str) -> Path:
    """Rename a database with its side files; answers with its new name. Raises OSError."""
    suffix = time.strftime(".damaged-%Y%m%dT%H%M%SZ", time.gmtime())
    aside = path.with_name(path.name + suffix)
    number = 0
    while aside.exists():
        number += 1
        aside = path.with_name(f"{path.name}{suffix}-{number}")
    for side in ("-wal", "-shm"):
        beside = path.with_name(path.name + side)
        if beside.exists():
            beside.rename(aside.with_name(aside.name + side))
    path.rename(aside)
    log.error("%s is damaged (%s): put aside as %s, a new one begins", path, why, aside.name)
    return aside


def open_ledger(path: Path) -> tuple[SqliteLedger, str]:
    """The ledger, and what was put aside for it. Without its old one the devices' own word
    decides what the first sweep releases."""
    why = damage(path)
    if why:
        return _noted(path, why, SqliteLedger)
    return SqliteLedger(path), ""


def open_journal(url: str, ledger: SqliteLedger) -> tuple[Store, str]:
    """The journal, and what was put aside for it: a damaged file, or one that has lost cycles
    which it had acknowledged. Raises StoreError."""
    path = sqlite_path(url)
    if path is None:
        return _checked(Store(url), url, ledger), ""
    why = damage(path)
    if not why:
        store = Store(url)
        lost = _lost(store, ledger)
        if not lost:
            return store, ""
        store.close()
        why = lost
    return _noted(path, why, lambda _: Store(url))


def sqlite_path(url: str) -> Path | None:
    """The file of an SQLite URL; None for another database or one in memory."""
    try:
        parsed = make_url(url)
    except SQLAlchemyError:
        return None
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        return None
    return Path(parsed.database)


def _noted(path: Path, why: str, reopen: Callable[[Path], T]) -> tuple[T, str]:
    aside = put_aside(path, why)
    return reopen(path), f"{aside.name}: {why}"


def _lost(store: Store, ledger: SqliteLedger) -> str:
    last = ledger.last_journaled()
    if last is None or store.next_cycle() > last:
        return ""
    return f"cycle {last} was acknowledged, the file ends with {store.next_cycle() - 1}"


def _checked(store: Store, url: str, ledger: SqliteLedger) -> Store:
    lost = _lost(store, ledger)
    if lost:
        store.close()
        raise StoreError(
            make_url(url).render_as_string(hide_password=True),
            f"has lost records: {lost}",
            "Restore it, or name another store.",
        )
    return store


def _is_damage(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGED
