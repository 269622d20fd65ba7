"""What the building's own graphics may see of this program, and the one thing they may tell it.

An adapter kind that has a device of its own on the network offers a ``Panel``; the service shows
its state there each cycle and asks whether somebody has pulled the kill point.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class PanelMode(StrEnum):
    """What the program does, in words for a wall display."""

    STARTING = "starting"
    WATCHING = "watching only"
    SUPERVISING = "supervising"
    HELD = "held by an operator"
    RELEASED = "released to the BMS"
    KILLED = "stopped by the kill point"


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelState:
    mode: PanelMode
    reason: str = ""
    """Why it is in that mode; one line."""
    alarms: tuple[str, ...] = ()
    heartbeat: int = 0
    """Rises as long as the program lives."""


class Panel(Protocol):
    @property
    def killed(self) -> bool:
        """Somebody has pulled the kill point; only the program itself forgets that."""

    def show(self, state: PanelState) -> None: ...

    def trip(self) -> None:
        """Pull the kill point from inside, as at a start after it had been pulled."""

    def arm(self) -> None:
        """The kill point can be pulled again: a person has reset the kill switch at the program."""

    def on_kill(self, told: Callable[[], None]) -> None:
        """Call ``told`` once when somebody on the network pulls the kill point."""


class HasPanel(Protocol):
    """An adapter kind that shows the program on its network."""

    def panel(self) -> Panel | None:
        """``None`` while the kind is not open."""
