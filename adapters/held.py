"""What an adapter may still hold in a device, so that closing it leaves nothing behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hvac_rl.records import Command, CommandKind, Outcome, Receipt


class Held:
    """The last SET of each point that has not been given back since."""

    def __init__(self) -> None:
        self._by_point: dict[str, Command] = {}

    def writing(self, commands: Sequence[Command]) -> None:
        """Before the wire: what gets lost on the way may have arrived."""
        for command in commands:
            if command.kind is CommandKind.SET:
                self._by_point.setdefault(command.point.name, command)

    def note(self, receipts: Sequence[Receipt]) -> None:
        for receipt in receipts:
            command = receipt.command
            name = command.point.name
            refused = receipt.outcome is Outcome.REFUSED and self._by_point.get(name) is command
            given_back = command.kind is CommandKind.RELEASE and receipt.outcome is Outcome.OK
            if refused or given_back:
                self._by_point.pop(name, None)

    def releases(self) -> list[Command]:
        """One RELEASE a point, each at the priority of what the guard let through."""
        return [
            replace(command, kind=CommandKind.RELEASE, value=None, rule="the adapter closes")
            for command in self._by_point.values()
        ]
