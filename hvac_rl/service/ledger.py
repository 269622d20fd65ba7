"""The ledger of slots we hold: a local SQLite file, durable before the wire is written.

After a crash or ``kill -9`` it says what must be given back. ``synchronous=FULL`` makes a commit
survive a power cut; if it cannot be written, the writer writes nothing at all.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from hvac_rl.errors import HvacRlError
from hvac_rl.ports import Prior


class LedgerError(HvacRlError):
    """The ledger cannot be opened or written: nothing may be commanded."""


class SqliteLedger:
    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._db = sqlite3.connect(path, isolation_level=None)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._db.execute(
                "CREATE TABLE IF NOT EXISTS held ("
                "point TEXT PRIMARY KEY, found REAL, time_s REAL NOT NULL)"
            )
            self._db.execute(
                "CREATE TABLE IF NOT EXISTS wrote ("
                "point TEXT PRIMARY KEY, before REAL, last REAL NOT NULL)"
            )
            self._held = {row[0] for row in self._db.execute("SELECT point FROM held")}
        except sqlite3.Error as error:
            raise LedgerError(
                str(path),
                f"the ledger cannot be opened: {error}",
                "Nothing was written to the building. Check the disk and the file's permissions; "
                "keep the file for the record before replacing it.",
            ) from error

    def hold(self, point: str, found: float | None, time_s: float) -> None:
        """Record, durably, that we are about to sit in this point's slot."""
        self._execute("INSERT OR REPLACE INTO held VALUES (?, ?, ?)", (point, found, time_s))
        self._held.add(point)

    def writing(self, values: Mapping[str, float]) -> None:
        """Record, durably and all at once, what is about to be written (SI).

        The value before is kept beside it: until the new one has arrived it may still stand.
        """
        if not values:
            return
        try:
            self._db.execute("BEGIN")
            self._db.executemany(
                "INSERT INTO wrote VALUES (?, NULL, ?) "
                "ON CONFLICT (point) DO UPDATE SET before = last, last = excluded.last",
                values.items(),
            )
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            with suppress(sqlite3.Error):  # There may be no transaction, nor a database.
                self._db.execute("ROLLBACK")
            raise LedgerError(str(self._path), f"the ledger cannot be written: {error}") from error

    def prior(self, point: str) -> Prior:
        """What is known of a point that we may have written, for giving it back."""
        found = self._db.execute("SELECT found FROM held WHERE point = ?", (point,)).fetchone()
        wrote = self._db.execute(
            "SELECT before, last FROM wrote WHERE point = ?", (point,)
        ).fetchone()
        values = tuple(value for value in wrote or () if value is not None)
        return Prior(found[0] if found else None, values)

    def forget(self, point: str) -> None:
        self._execute("DELETE FROM wrote WHERE point = ?", (point,))
        self._execute("DELETE FROM held WHERE point = ?", (point,))
        self._held.discard(point)

    def held(self) -> set[str]:
        return set(self._held)

    def close(self) -> None:
        self._db.close()

    def _execute(self, statement: str, values: tuple[object, ...]) -> None:
        try:
            self._db.execute(statement, values)
        except sqlite3.Error as error:
            raise LedgerError(str(self._path), f"the ledger cannot be written: {error}") from error
