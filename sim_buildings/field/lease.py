"""The lease: a supervisor is honoured only while its heartbeat moves.

A program that hangs, dies or is cut off cannot take its values back. So the device does, once
the heartbeat value has stood still for too long. A value that is written again unchanged proves
only that something still writes; it has to change.
"""

from __future__ import annotations

NEVER_S = float("-inf")


class Lease:
    def __init__(self, length_s: float) -> None:
        self.length_s = length_s
        """How long one move of the heartbeat keeps the lease [s of site time]."""
        self._value = 0
        self._moved_s = NEVER_S

    @property
    def value(self) -> int:
        """The heartbeat value as it was last written."""
        return self._value

    def beat(self, value: int, now_s: float) -> None:
        if value != self._value:
            self._value = value
            self._moved_s = now_s

    def forget(self) -> None:
        """As after a loss of power."""
        self._value = 0
        self._moved_s = NEVER_S

    def holds(self, now_s: float) -> bool:
        return now_s - self._moved_s <= self.length_s
