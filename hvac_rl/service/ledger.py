"""The ledger of slots we hold: a local SQLite file, durable before the wire is written.

After a crash or ``kill -9`` it says what must be given back. ``synchronous=FULL`` makes a commit
survive a power cut; if it cannot be written, the writer writes nothing at all. Beside the slots it
keeps the day's writes of each point, and which cycle was journaled last: a journal that knows less
than that has lost something.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from hvac_rl.errors import HvacRlError
from hvac_rl.ports import Prior

_TABLES = (
    "CREATE TABLE IF NOT EXISTS held (point TEXT PRIMARY KEY, found REAL, time_s REAL NOT NULL)",
    "CREATE TABLE IF NOT EXISTS wrote (point TEXT PRIMARY KEY, before REAL, last REAL NOT NULL)",
    "CREATE TABLE IF NOT EXISTS writes "
    "(point TEXT PRIMARY KEY, day INTEGER NOT NULL, count INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS journaled "
    "(only INTEGER PRIMARY KEY CHECK (only = 1), cycle INTEGER NOT NULL)",
)
_WROTE = (
    "INSERT INTO wrote VALUES (?, NULL, ?) "
    "ON CONFLICT (point) DO UPDATE SET before = last, last = excluded.last"
)
_JOURNALED = (
    "INSERT INTO journaled VALUES (1, ?) ON CONFLICT (only) DO UPDATE SET cycle = excluded.cycle"
)
_COUNT = (
    "INSERT INTO writes VALUES (?, ?, 1) ON CONFLICT (point) DO UPDATE SET "
    "count = CASE WHEN day = excluded.day THEN count + 1 ELSE 1 END, day = excluded.day"
)


class LedgerError(HvacRlError):
    """The ledger cannot be opened or written: nothing may be commanded."""


class SqliteLedger:
    """Also a :class:`~hvac_rl.control.budget.WriteBudget` that outlives restarts."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._db = sqlite3.connect(path, isolation_level=None)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            for table in _TABLES:
                self._db.execute(table)
            self._held = {row[0] for row in self._db.execute("SELECT point FROM held")}
            self._writes = {
                row[0]: (row[1], row[2])
                for row in self._db.execute("SELECT point, day, count FROM writes")
            }
        except sqlite3.Error as error:
            raise LedgerError(
                str(path),
                f"the ledger cannot be opened: {error}",
                "Nothing was written to the building. Check the disk and the file's permissions; "
                "keep the file for the record before replacing it.",
            ) from error

    def hold(self, point: str, found: float | None, time_s: float) -> None:
        """Record, durably, that we are about to sit in this point's slot."""
        self._execute(("INSERT OR REPLACE INTO held VALUES (?, ?, ?)", [(point, found, time_s)]))
        self._held.add(point)

    def writing(self, values: Mapping[str, float]) -> None:
        """Record, durably and all at once, what is about to be written (SI).

        The value before is kept beside it: until the new one has arrived it may still stand.
        """
        self._execute((_WROTE, list(values.items())))

    def prior(self, point: str) -> Prior:
        """What is known of a point that we may have written, for giving it back."""
        try:
            found = self._db.execute("SELECT found FROM held WHERE point = ?", (point,)).fetchone()
            wrote = self._db.execute(
                "SELECT before, last FROM wrote WHERE point = ?", (point,)
            ).fetchone()
        except sqlite3.Error as error:
            raise LedgerError(str(self._path), f"the ledger cannot be read: {error}") from error
        values = tuple(value for value in wrote or () if value is not None)
        return Prior(found[0] if found else None, values)

    def forget(self, point: str) -> None:
        self._execute(
            ("DELETE FROM wrote WHERE point = ?", [(point,)]),
            ("DELETE FROM held WHERE point = ?", [(point,)]),
        )
        self._held.discard(point)

    def held(self) -> set[str]:
        return set(self._held)

    def writes(self, point: str, day: int) -> int:
        """Value changes of this point on this day."""
        counted, count = self._writes.get(point, (day, 0))
        return count if counted == day else 0

    def count(self, points: Iterable[str], day: int) -> None:
        """One more write of each, in one transaction."""
        rows = [(point, day) for point in points]
        self._execute((_COUNT, rows))
        for point, _ in rows:
            self._writes[point] = (day, self.writes(point, day) + 1)

    def note_journaled(self, cycle: int) -> None:
        self._execute((_JOURNALED, [(cycle,)]))

    def last_journaled(self) -> int | None:
        """The number of the last cycle that the journal acknowledged; None before the first."""
        row = self._db.execute("SELECT cycle FROM journaled").fetchone()
        return None if row is None else int(row[0])

    def close(self) -> None:
        self._db.close()

    def _execute(self, *steps: tuple[str, Sequence[tuple[object, ...]]]) -> None:
        """Statements with their rows, all or nothing; nothing at all without rows."""
        if not any(rows for _, rows in steps):
            return
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                for statement, rows in steps:
                    self._db.executemany(statement, rows)
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise LedgerError(str(self._path), f"the ledger cannot be written: {error}") from error
