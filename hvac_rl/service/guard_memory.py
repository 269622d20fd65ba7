"""The guard's memory in the state folder: timers, holds, latches and budgets outlive the process.

It is kept after the guard has judged and before anything is written, as the ledger is.
"""

from __future__ import annotations

import json
from pathlib import Path

from hvac_rl.errors import HvacRlError
from hvac_rl.safety.guard import Guard
from hvac_rl.service.durable import read_json, replace_text

FILE = "guard.json"


class MemoryNotKept(HvacRlError):
    """The disk refuses: nothing may be commanded."""


def recall(state_dir: Path, guard: Guard) -> None:
    """Take up what the last run kept; raises HvacRlError for a damaged file: a latch is never
    guessed to be open."""
    path = state_dir / FILE
    raw = read_json(path)
    if raw is None:
        return
    try:
        if not isinstance(raw, dict):
            raise ValueError("the guard's memory is no table")
        guard.remember(raw)
    except ValueError as error:
        raise HvacRlError(
            str(path),
            str(error),
            "Keep it for the record and remove it: timers, holds and latches then begin anew, so "
            "look first whether an alarm has been reset.",
        ) from error


def keep(state_dir: Path, guard: Guard) -> None:
    """Durable before this returns; raises MemoryNotKept when the disk refuses."""
    try:
        replace_text(state_dir / FILE, json.dumps(guard.remembered(), allow_nan=False) + "\n")
    except OSError as error:
        raise MemoryNotKept(
            str(state_dir / FILE), f"the guard's memory cannot be kept: {error.strerror}"
        ) from error


def open_latch(guard: Guard, name: str, by: str, why: str) -> str:
    """The words for the audit; raises HvacRlError for what is not shut."""
    try:
        return guard.open_latch(name, by, why)
    except ValueError as error:
        raise HvacRlError(f"latch {name}", str(error)) from error


def memory_status(guard: Guard) -> dict[str, dict[str, str]]:
    """What is shut and what is held, in words, for whoever asks."""
    return {
        "latches": {name: latch.reason for name, latch in guard.latches.items()},
        "holds": {name: f"priority {hold.level}" for name, hold in guard.holds.items()},
    }
