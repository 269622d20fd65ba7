"""Carries commands to the devices: through the gate, on change only, the ledger first, read back.

Nothing reaches a device but through here. A SET passes in this order: the gate (kill switch,
modes, a newer process), what is already there, the deadband, the day's budget, the ledger, and the
gate again right before the wire. A RELEASE passes always. Deadband and budget do not hold back a
value that a hard limit or a protective rule demands; but a point kept in EEPROM takes the same
value again and again only within its budget, whatever demands it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Protocol

from hvac_rl.control.budget import MemoryBudget, WriteBudget, day_of
from hvac_rl.errors import HvacRlError
from hvac_rl.points import Point
from hvac_rl.ports import Adapter, Prior
from hvac_rl.records import (
    NOT_SENT,
    Command,
    CommandKind,
    Outcome,
    Receipt,
    Snapshot,
)
from hvac_rl.safety.values import (
    CO2,
    CONDENSATION,
    CONTACT,
    FROST,
    HARD,
    LIGHT_FLOOR,
    MUST_RUN,
    OUTDOOR_AIR,
    RAIN,
    ROOM,
    RULE_NAMES,
    WIND,
)
from hvac_rl.zones import ZONE_COMMANDS

log = logging.getLogger(__name__)

PROTECTIVE = (ROOM, CONDENSATION, WIND, RAIN, FROST, CONTACT, OUTDOOR_AIR, CO2)
URGENT = frozenset(RULE_NAMES[rule] for rule in (HARD, *PROTECTIVE, LIGHT_FLOOR, MUST_RUN))
# Setpoints that are written together or not at all: one end alone could cross the other.
PAIR = frozenset(brick for brick, role in ZONE_COMMANDS.items() if role in ("heating", "cooling"))


class Ledger(Protocol):
    """The durable list of slots we hold, written before the wire is."""

    def hold(self, point: str, found: float | None, time_s: float) -> None:
        """Record that we are about to sit in this point's slot. Raises when it cannot."""

    def writing(self, values: Mapping[str, float]) -> None:
        """Record what is about to be written, by point (SI). Raises when it cannot."""

    def prior(self, point: str) -> Prior:
        """What stood there before us and what we may have written since."""

    def forget(self, point: str) -> None: ...

    def held(self) -> set[str]: ...


class Gate(Protocol):
    """What may close the writer at any moment, whoever calls it."""

    def closed(self, point: Point) -> str:
        """Why this point must not be set now; empty when it may."""

    def silent(self) -> str:
        """Why not even a heartbeat may go out; empty when one may."""


class OpenGate:
    def closed(self, point: Point) -> str:
        return ""

    def silent(self) -> str:
        return ""


def group_by_device(commands: Sequence[Command]) -> dict[str, list[Command]]:
    groups: dict[str, list[Command]] = {}
    for command in commands:
        groups.setdefault(command.point.device, []).append(command)
    return groups


class Writer:
    def __init__(
        self,
        adapters: Mapping[str, Adapter],
        ledger: Ledger,
        gate: Gate | None = None,
        budget: WriteBudget | None = None,
    ) -> None:
        self._adapters = adapters
        self._ledger = ledger
        self._gate = gate or OpenGate()
        self._budget = budget or MemoryBudget()
        self._verified: dict[str, tuple[float, float | None]] = {}
        """Value commanded and value read back: a device may keep a rounded one."""
        self._sent: dict[str, float] = {}
        """The value that went out last, whether it was taken or not."""

    @property
    def held(self) -> set[str]:
        """Names of the points in whose slot we sit, or may sit."""
        return self._ledger.held()

    async def apply(self, commands: Sequence[Command], snapshot: Snapshot) -> list[Receipt]:
        """One receipt a command, in the order given. Raises when the ledger cannot be written."""
        due: list[Command] = []
        receipts: dict[int, Receipt] = {}
        day = day_of(snapshot.time_s)
        kept_back = self._kept_back(commands, snapshot, day)
        for command in commands:
            if id(command) in kept_back:
                receipts[id(command)] = kept_back[id(command)]
                continue
            if command.kind is CommandKind.SET and command.point.name not in self.held:
                reading = snapshot.readings.get(command.point.name)
                found = reading.value if reading else None
                self._ledger.hold(command.point.name, found, snapshot.time_s)
            due.append(command)
        sets = [c for c in due if c.kind is CommandKind.SET]
        self._ledger.writing({c.point.name: c.value for c in sets if c.value is not None})
        self._sent.update({c.point.name: c.value for c in sets if c.value is not None})
        self._budget.count([c.point.name for c in sets], day)
        answers = await asyncio.gather(
            *(self._send(device, batch) for device, batch in group_by_device(due).items())
        )
        for receipt in (receipt for answer in answers for receipt in answer):
            receipts[id(receipt.command)] = receipt
            self._settle(receipt)
        return [receipts[id(command)] for command in commands]

    async def beat(self, commands: Sequence[Command]) -> bool:
        """Send heartbeats, unless the gate is closed to them; whether they were sent.

        A device that misses one lets its lease lapse, which is the point.
        """
        if self._gate.silent():
            return False
        await asyncio.gather(
            *(self._send(device, batch) for device, batch in group_by_device(commands).items())
        )
        return True

    def _kept_back(
        self, commands: Sequence[Command], snapshot: Snapshot, day: int
    ) -> dict[int, Receipt]:
        """The receipts of what is not to be sent, by the command's id.

        A budget that is spent for one end of a pair keeps both, or neither where the other end is
        urgent.
        """
        kept = {id(c): r for c in commands if (r := self._kept_one(c, snapshot, day)) is not None}
        pairs: dict[str, list[Command]] = {}
        for command in commands:
            if command.kind is CommandKind.SET and command.point.brick in PAIR:
                pairs.setdefault(command.point.of, []).append(command)
        for pair in pairs.values():
            spent = [c for c in pair if _outcome(kept, c) is Outcome.BUDGET]
            due = [c for c in pair if id(c) not in kept]
            if not spent or not due:
                continue
            if any(self._is_urgent(c) for c in due):
                for command in spent:
                    del kept[id(command)]
            else:
                for command in due:
                    detail = "the other end of the pair has spent its writes of this day"
                    kept[id(command)] = Receipt(
                        command=command, outcome=Outcome.BUDGET, detail=detail
                    )
        return kept

    def _kept_one(self, command: Command, snapshot: Snapshot, day: int) -> Receipt | None:
        """The receipt of a SET that is not to be sent; None for what is."""
        if command.kind is not CommandKind.SET or command.value is None:
            return None
        why = self._gate.closed(command.point)
        if why:
            return Receipt(command=command, outcome=Outcome.BLOCKED, detail=why)
        commanded = self._standing(command.point, snapshot)
        if commanded == command.value:
            return Receipt(command=command, outcome=Outcome.UNCHANGED)
        write = command.point.write
        if write is None or self._is_urgent(command):
            return None
        if commanded is not None and abs(command.value - commanded) < write.deadband:
            return Receipt(
                command=command, outcome=Outcome.UNCHANGED, detail="within the point's deadband"
            )
        if self._budget.writes(command.point.name, day) >= write.daily_writes:
            return Receipt(
                command=command,
                outcome=Outcome.BUDGET,
                detail=f"the {write.daily_writes} writes of this day are spent",
            )
        return None

    def _is_urgent(self, command: Command) -> bool:
        """Whether deadband and budget do not count. A device that keeps losing a value would wear
        its EEPROM out by a write each cycle: there only a new value is urgent."""
        if command.rule not in URGENT:
            return False
        write = command.point.write
        wears = write is not None and write.eeprom
        return not wears or self._sent.get(command.point.name) != command.value

    def _standing(self, point: Point, snapshot: Snapshot) -> float | None:
        """The value that we commanded last, while our slot still holds it as it was read back."""
        commanded, effective = self._verified.get(point.name, (None, None))
        reading = snapshot.readings.get(point.name)
        if commanded is None or reading is None:
            return None
        stands = same_value(reading.ours, commanded) or (
            effective is not None and same_value(reading.ours, effective)
        )
        return commanded if stands else None

    async def _send(self, device: str, batch: list[Command]) -> list[Receipt]:
        adapter = self._adapters[device]
        releases = [c for c in batch if c.kind is CommandKind.RELEASE]
        others = [c for c in batch if c.kind is not CommandKind.RELEASE]
        receipts = await adapter.release(releases, self._priors(releases)) if releases else []
        # Again, right before the wire: a switch thrown meanwhile counts.
        for command in [c for c in others if c.kind is CommandKind.SET]:
            why = self._gate.closed(command.point)
            if why:
                others.remove(command)
                receipts.append(Receipt(command=command, outcome=Outcome.BLOCKED, detail=why))
        return receipts + (await adapter.write(others) if others else [])

    def _priors(self, releases: Sequence[Command]) -> dict[str, Prior]:
        """A ledger that cannot be read must not stop a hand-back either: the adapter then says
        what it could not do without."""
        priors: dict[str, Prior] = {}
        for command in releases:
            try:
                priors[command.point.name] = self._ledger.prior(command.point.name)
            except HvacRlError as error:
                log.error(
                    "%s is given back without the ledger's word: %s", command.point.name, error
                )
        return priors

    def _settle(self, receipt: Receipt) -> None:
        command = receipt.command
        name = command.point.name
        if command.kind is CommandKind.SET:
            if receipt.outcome in (Outcome.OK, Outcome.OVERRIDDEN) and command.value is not None:
                self._verified[name] = (command.value, receipt.effective)
            else:
                self._verified.pop(name, None)
        elif command.kind is CommandKind.RELEASE:
            self._verified.pop(name, None)
            if receipt.outcome is Outcome.OK:
                self._forget(name)
        # A silent device is its adapter's to report, once on loss and once on recovery.
        if receipt.outcome not in (Outcome.OK, Outcome.NO_ANSWER, *NOT_SENT):
            log.warning(
                "%s %s on %s: %s%s",
                command.kind.value,
                name,
                command.point.device,
                receipt.outcome.value,
                f" ({receipt.detail})" if receipt.detail else "",
            )

    def _forget(self, name: str) -> None:
        """A full disk must not stop a hand-back: the point is back, only the note of it is not."""
        try:
            self._ledger.forget(name)
        except HvacRlError as error:
            log.error("%s is given back, but stays in the ledger: %s", name, error)


def _outcome(receipts: Mapping[int, Receipt], command: Command) -> Outcome | None:
    receipt = receipts.get(id(command))
    return receipt.outcome if receipt else None


def same_value(held: float | None, wanted: float) -> bool:
    """Equal to what a 32-bit float on the wire can hold."""
    return held is not None and abs(held - wanted) <= 1e-5 * max(1.0, abs(wanted))
