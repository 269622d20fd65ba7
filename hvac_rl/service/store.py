"""The journal: every cycle, reading, command and audit event, in SQLite (WAL) or PostgreSQL.

Tables are SQLModel classes; the rows of a cycle go in by one Core bulk insert a table and one
commit, because an object a sample is too slow.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Engine, event, insert
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Field, Session, SQLModel, col, create_engine, func, select

from hvac_rl.control.cycle import WATCHED_BY
from hvac_rl.errors import HvacRlError
from hvac_rl.records import NOT_SENT, CycleRecord, Outcome

SCHEMA_VERSION = 1


class StoreError(HvacRlError):
    """The journal cannot be opened or written."""


class SchemaRow(SQLModel, table=True):
    __tablename__ = "schema_version"
    version: int = Field(primary_key=True)


class CycleRow(SQLModel, table=True):
    __tablename__ = "cycle"
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    time_s: float = Field(index=True)
    wall_s: float
    chosen_by: str
    duration_s: float
    notes: str


class ReadingRow(SQLModel, table=True):
    __tablename__ = "reading"
    cycle: int = Field(primary_key=True, foreign_key="cycle.number")
    point: str = Field(primary_key=True)
    value: float | None
    quality: str
    commanded_by: int | None


class CommandRow(SQLModel, table=True):
    __tablename__ = "command"
    cycle: int = Field(primary_key=True, foreign_key="cycle.number")
    sequence: int = Field(primary_key=True)
    point: str = Field(index=True)
    kind: str
    wish: float | None
    value: float | None
    rule: str
    outcome: str
    effective: float | None
    detail: str


class ControlRow(SQLModel, table=True):
    __tablename__ = "control"
    cycle: int = Field(primary_key=True, foreign_key="cycle.number")
    of: str = Field(primary_key=True)
    by: str
    mode: str


class AlarmRow(SQLModel, table=True):
    __tablename__ = "alarm"
    cycle: int = Field(primary_key=True, foreign_key="cycle.number")
    name: str = Field(primary_key=True)
    level: int
    text: str


class AuditRow(SQLModel, table=True):
    __tablename__ = "audit"
    id: int | None = Field(default=None, primary_key=True)
    wall_s: float
    time_s: float
    event: str
    detail: str


class PolicyVersionRow(SQLModel, table=True):
    __tablename__ = "policy_version"
    name: str = Field(primary_key=True)
    highest: int


class Store:
    """Opened once by the daemon; everybody else reads."""

    def __init__(self, url: str) -> None:
        """Raises StoreError when the database cannot be opened or has another schema."""
        self._url = url
        try:
            self._engine = create_engine(url)
            if self._engine.dialect.name == "sqlite":
                event.listen(self._engine, "connect", _sqlite_pragmas)
            SQLModel.metadata.create_all(self._engine)
            with Session(self._engine) as session:
                version = session.exec(select(SchemaRow)).first()
                if version is None:
                    session.add(SchemaRow(version=SCHEMA_VERSION))
                    session.commit()
                    version = SchemaRow(version=SCHEMA_VERSION)
        except (SQLAlchemyError, ImportError) as error:
            raise StoreError(
                self._safe_url(),
                f"the journal cannot be opened: {_first_line(error)}",
                "Nothing was written to the building. Check `store` in the site file.",
            ) from error
        if version.version != SCHEMA_VERSION:
            raise StoreError(
                self._safe_url(),
                f"holds schema version {version.version}, this program writes {SCHEMA_VERSION}",
                "Keep that file for the record and name another store.",
            )

    @property
    def engine(self) -> Engine:
        return self._engine

    def next_cycle(self) -> int:
        """One more than the last committed cycle."""
        with Session(self._engine) as session:
            last = session.exec(select(func.max(CycleRow.number))).one()
        return 0 if last is None else int(last) + 1

    def add_cycle(self, record: CycleRecord) -> None:
        """Commit one cycle whole, or raise StoreError and commit nothing of it."""
        number = record.number
        decision = record.decision
        readings = [
            {
                "cycle": number,
                "point": r.point,
                "value": r.value,
                "quality": r.quality.value,
                "commanded_by": r.commanded_by,
            }
            for r in record.snapshot.readings.values()
        ]
        commands = [
            {
                "cycle": number,
                "sequence": i,
                "point": r.command.point.name,
                "kind": r.command.kind.value,
                "wish": r.command.wish,
                "value": r.command.value,
                "rule": r.command.rule,
                "outcome": r.outcome.value,
                "effective": r.effective,
                "detail": r.detail,
            }
            for i, r in enumerate(record.receipts)
        ]
        modes = decision.modes if decision else {}
        control = [
            {"cycle": number, "of": of, "by": by, "mode": modes.get(of, "")}
            for of, by in record.control.items()
        ]
        alarms = [
            {"cycle": number, "name": alarm.name, "level": alarm.level, "text": alarm.text}
            for alarm in record.alarms
        ]
        cycle = {
            "number": number,
            "time_s": record.time_s,
            "wall_s": time.time(),
            "chosen_by": decision.chosen_by if decision else "",
            "duration_s": record.duration_s,
            "notes": "\n".join(record.notes),
        }
        try:
            with self._engine.begin() as connection:
                connection.execute(insert(CycleRow), [cycle])
                rows: Sequence[tuple[type[SQLModel], list[dict[str, Any]]]] = (
                    (ReadingRow, readings),
                    (CommandRow, commands),
                    (ControlRow, control),
                    (AlarmRow, alarms),
                )
                for table, values in rows:
                    if values:
                        connection.execute(insert(table), values)
        except SQLAlchemyError as error:
            raise StoreError(
                self._safe_url(), f"cycle {number} cannot be journaled: {_first_line(error)}"
            ) from error

    def audit(self, time_s: float, what: str, detail: str = "") -> None:
        """Record an event that a person may ask about later; raises StoreError."""
        try:
            with Session(self._engine) as session:
                session.add(AuditRow(wall_s=time.time(), time_s=time_s, event=what, detail=detail))
                session.commit()
        except SQLAlchemyError as error:
            raise StoreError(
                self._safe_url(), f"{what!r} cannot be recorded: {_first_line(error)}"
            ) from error

    def highest_policy(self, name: str) -> int:
        """The highest version of this policy that ever ran here; 0 for none."""
        with Session(self._engine) as session:
            row = session.get(PolicyVersionRow, name)
            return row.highest if row else 0

    def accept_policy(self, name: str, version: int) -> None:
        """Versions only rise from here, until a person rolls back."""
        with Session(self._engine) as session:
            session.merge(PolicyVersionRow(name=name, highest=version))
            session.commit()

    def counts(self) -> dict[str, int]:
        """Cycles, changed values, writes and refusals of the whole journal."""
        with Session(self._engine) as session:
            not_sent = [outcome.value for outcome in NOT_SENT]
            sent = col(CommandRow.outcome).not_in(not_sent)
            is_set = col(CommandRow.kind) == "set"
            bound = session.exec(
                select(func.count()).select_from(CommandRow).where(is_set, CommandRow.rule != "")
            ).one()
            writes = session.exec(
                select(func.count()).select_from(CommandRow).where(is_set, sent)
            ).one()
            bad = session.exec(
                select(func.count())
                .select_from(CommandRow)
                .where(col(CommandRow.outcome).not_in([Outcome.OK.value, *not_sent]))
            ).one()
            cycles = session.exec(select(func.count()).select_from(CycleRow)).one()
        return {"cycles": cycles, "interventions": bound, "writes": writes, "failed_writes": bad}

    def interventions(self) -> dict[str, int]:
        """How often each rule bound a wish."""
        with Session(self._engine) as session:
            rows = session.exec(
                select(CommandRow.rule, func.count())
                .where(CommandRow.kind == "set", CommandRow.rule != "")
                .group_by(CommandRow.rule)
            ).all()
        return dict(rows)

    def readings(self, point: str) -> Iterator[tuple[float, float]]:
        """(time_s, value) of every good reading of a point, in order."""
        with Session(self._engine) as session:
            rows = session.exec(
                select(CycleRow.time_s, ReadingRow.value)
                .join(CycleRow, col(CycleRow.number) == col(ReadingRow.cycle))
                .where(ReadingRow.point == point, col(ReadingRow.value).is_not(None))
                .order_by(col(CycleRow.number))
            ).all()
        for time_s, value in rows:
            assert value is not None
            yield time_s, value

    def watched_cycles(self, of: str) -> int:
        """In how many cycles a zone was watched and could be judged."""
        with Session(self._engine) as session:
            return session.exec(
                select(func.count())
                .select_from(ControlRow)
                .where(ControlRow.of == of, col(ControlRow.by).startswith(WATCHED_BY))
            ).one()

    def close(self) -> None:
        self._engine.dispose()

    def _safe_url(self) -> str:
        """The URL without its password."""
        from sqlalchemy.engine import make_url

        try:
            return make_url(self._url).render_as_string(hide_password=True)
        except SQLAlchemyError:
            return "store"


def _sqlite_pragmas(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    # WAL lets readers read while the daemon writes; FULL makes a commit survive a power cut.
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA busy_timeout=5000")
    cursor.close()


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
