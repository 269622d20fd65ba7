"""How many value changes a point has had today: setpoints often live in EEPROM."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

DAY_S = 86_400.0


def day_of(time_s: float) -> int:
    """The UTC day of a site time."""
    return int(time_s // DAY_S)


class WriteBudget(Protocol):
    """Counts of a day's writes; a durable one keeps them across restarts."""

    def writes(self, point: str, day: int) -> int: ...

    def count(self, points: Iterable[str], day: int) -> None:
        """One more write of each. Raises when it cannot be recorded."""


class MemoryBudget:
    """Counts of this process alone."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, int], int] = {}

    def writes(self, point: str, day: int) -> int:
        return self._counts.get((point, day), 0)

    def count(self, points: Iterable[str], day: int) -> None:
        for point in points:
            self._counts[point, day] = self.writes(point, day) + 1
