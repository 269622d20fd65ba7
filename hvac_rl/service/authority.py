"""What may be written now: modes, kill switch and fence together, asked by the writer each time."""

from __future__ import annotations

import logging
from pathlib import Path

from hvac_rl.control.modes import Mode, Modes, Setting
from hvac_rl.errors import HvacRlError
from hvac_rl.points import Point
from hvac_rl.service.kill_switch import KillSwitch
from hvac_rl.service.mode_store import ModeState, save_modes
from hvac_rl.service.pulse import read_epoch
from hvac_rl.zones import Plant

log = logging.getLogger(__name__)

NOTHING = Modes(Setting(Mode.OFF))


class Authority:
    """A :class:`~hvac_rl.control.writer.Gate`. ``epoch``: this process's own."""

    def __init__(
        self, plant: Plant, state_dir: Path, state: ModeState, kill: KillSwitch, epoch: int
    ) -> None:
        self.kill = kill
        self._plant = plant
        self._state_dir = state_dir
        self._epoch = epoch
        self._state = state
        self._by_owner = state.modes().by_owner(plant)

    @property
    def state(self) -> ModeState:
        return self._state

    def set_state(self, state: ModeState) -> None:
        """Keep a checked change, durably; raises HvacRlError when the disk refuses.

        In force before it is on disk where less is allowed, so going down never waits for one.
        """
        self._state = state
        self._by_owner = state.modes().by_owner(self._plant)
        save_modes(self._state_dir, state)

    def modes(self) -> Modes:
        """The modes in force: Off while the switch is tripped or a newer process commands."""
        return NOTHING if self.silent() else self._state.modes()

    def silent(self) -> str:
        tripped = self.kill.tripped()
        if tripped:
            return f"kill switch ({tripped})"
        try:
            newest = read_epoch(self._state_dir)
        except HvacRlError as error:
            return str(error)
        if newest != self._epoch:
            return "fenced: a watchdog or a newer process has taken over"
        return ""

    def closed(self, point: Point) -> str:
        why = self.silent()
        if why:
            return why
        mode = self._by_owner[point.of].mode
        return "" if mode is Mode.RUN else f"mode {mode.value}"
