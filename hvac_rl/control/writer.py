"""Carries commands to the devices: on change only, the ledger first, and read back."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Protocol

from hvac_rl.ports import Adapter, Prior
from hvac_rl.records import Command, CommandKind, Outcome, Receipt, Snapshot

log = logging.getLogger(__name__)


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


def group_by_device(commands: Sequence[Command]) -> dict[str, list[Command]]:
    groups: dict[str, list[Command]] = {}
    for command in commands:
        groups.setdefault(command.point.device, []).append(command)
    return groups


class Writer:
    def __init__(self, adapters: Mapping[str, Adapter], ledger: Ledger) -> None:
        self._adapters = adapters
        self._ledger = ledger
        self._verified: dict[str, tuple[float, float | None]] = {}
        """Value commanded and value read back: a device may keep a rounded one."""

    @property
    def held(self) -> set[str]:
        """Names of the points in whose slot we sit, or may sit."""
        return self._ledger.held()

    async def apply(self, commands: Sequence[Command], snapshot: Snapshot) -> list[Receipt]:
        """One receipt a command, in the order given. Raises when the ledger cannot be written."""
        due: list[Command] = []
        receipts: dict[int, Receipt] = {}
        for command in commands:
            if self._already_there(command, snapshot):
                receipts[id(command)] = Receipt(command=command, outcome=Outcome.UNCHANGED)
                continue
            if command.kind is CommandKind.SET and command.point.name not in self.held:
                reading = snapshot.readings.get(command.point.name)
                found = reading.value if reading else None
                self._ledger.hold(command.point.name, found, snapshot.time_s)
            due.append(command)
        sets = [c for c in due if c.kind is CommandKind.SET]
        self._ledger.writing({c.point.name: c.value for c in sets if c.value is not None})
        answers = await asyncio.gather(
            *(self._send(device, batch) for device, batch in group_by_device(due).items())
        )
        for receipt in (receipt for answer in answers for receipt in answer):
            receipts[id(receipt.command)] = receipt
            self._settle(receipt)
        return [receipts[id(command)] for command in commands]

    async def beat(self, commands: Sequence[Command]) -> None:
        """Send heartbeats; a device that misses one lets its lease lapse, which is the point."""
        await asyncio.gather(
            *(self._send(device, batch) for device, batch in group_by_device(commands).items())
        )

    def _already_there(self, command: Command, snapshot: Snapshot) -> bool:
        """A SET is sent only if its value is new or our slot no longer holds it."""
        if command.kind is not CommandKind.SET or command.value is None:
            return False
        commanded, effective = self._verified.get(command.point.name, (None, None))
        reading = snapshot.readings.get(command.point.name)
        if commanded != command.value or reading is None:
            return False
        return same_value(reading.ours, command.value) or (
            effective is not None and same_value(reading.ours, effective)
        )

    async def _send(self, device: str, batch: list[Command]) -> list[Receipt]:
        adapter = self._adapters[device]
        releases = [c for c in batch if c.kind is CommandKind.RELEASE]
        others = [c for c in batch if c.kind is not CommandKind.RELEASE]
        priors = {c.point.name: self._ledger.prior(c.point.name) for c in releases}
        receipts = await adapter.release(releases, priors) if releases else []
        return receipts + (await adapter.write(others) if others else [])

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
                self._ledger.forget(name)
        # A silent device is its adapter's to report, once on loss and once on recovery.
        if receipt.outcome not in (Outcome.OK, Outcome.UNCHANGED, Outcome.NO_ANSWER):
            log.warning(
                "%s %s on %s: %s%s",
                command.kind.value,
                name,
                command.point.device,
                receipt.outcome.value,
                f" ({receipt.detail})" if receipt.detail else "",
            )


def same_value(held: float | None, wanted: float) -> bool:
    """Equal to what a 32-bit float on the wire can hold."""
    return held is not None and abs(held - wanted) <= 1e-5 * max(1.0, abs(wanted))
