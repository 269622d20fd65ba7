"""The kill switch: once tripped, nothing is set or kept alive until a person resets it.

It is a file in the state folder, so anybody with a shell can trip it (``touch state/kill``) and it
outlives every process. The command line and the control socket make the same file; a BACnet point
or a Modbus coil can only trip. What cannot be read counts as tripped.
"""

from __future__ import annotations

import json
import logging
import time
from pathlib import Path

from hvac_rl.errors import HvacRlError
from hvac_rl.service.durable import replace_text

log = logging.getLogger(__name__)

FILE = "kill"


class KillSwitch:
    def __init__(self, state_dir: Path) -> None:
        self._file = state_dir / FILE
        self._latched = ""

    def tripped(self) -> str:
        """Who tripped it and why; empty while it is not."""
        if self._latched:
            return self._latched
        try:
            text = self._file.read_text(encoding="utf-8")
        except FileNotFoundError:
            return ""
        except (OSError, ValueError) as error:
            return f"the kill file cannot be read: {error}"
        try:
            row = json.loads(text)
            return f"{row['by']}: {row['why']}"
        except (ValueError, KeyError, TypeError):
            return f"the file {self._file.name} is there"

    def trip(self, by: str, why: str) -> None:
        """Never fails: without a disk the switch stays tripped in this process."""
        if self.tripped():
            return
        log.error("kill switch tripped by %s: %s", by, why)
        row = {"by": by, "why": why, "wall_s": time.time()}
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            replace_text(self._file, json.dumps(row) + "\n")
        except OSError as error:
            self._latched = f"{by}: {why} (and the file cannot be written: {error.strerror})"

    def reset(self) -> None:
        """For a person only; callers ask for the reason and record it. Raises HvacRlError."""
        try:
            self._file.unlink(missing_ok=True)
        except OSError as error:
            raise HvacRlError(str(self._file), f"cannot be removed: {error.strerror}") from error
        self._latched = ""
