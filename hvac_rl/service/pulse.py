"""What a daemon leaves for its watchdog: who it is, and when it was last well.

``pulse.json`` is replaced every second while cycles succeed. ``epoch`` is raised by every daemon
that starts and by a watchdog that fences one: a process whose epoch is not the file's writes
nothing any more, however long it slept.
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from hvac_rl.errors import HvacRlError
from hvac_rl.service.durable import read_json, replace_text

PULSE, EPOCH = "pulse.json", "epoch"
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Process:
    """A process, told apart from a later one with the same number."""

    pid: int
    started: str
    boot: str


@dataclass(frozen=True, slots=True)
class Pulse:
    process: Process
    epoch: int
    beat_s: float
    """Monotonic time of the machine [s]."""


def boot_id() -> str:
    """Which run of this machine it is; empty where the system does not say."""
    try:
        return BOOT_ID.read_text().strip()
    except OSError:
        return ""


def start_of(pid: int) -> str:
    """When a process started, in the kernel's ticks; empty once it is gone or a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in "ZX" else fields[19]


def this_process() -> Process:
    return Process(os.getpid(), start_of(os.getpid()), boot_id())


def lives(process: Process) -> bool:
    """Whether that very process is still there, stopped ones included."""
    if process.boot != boot_id():
        return False
    started = start_of(process.pid)
    return bool(started) and started == process.started


def write_pulse(state_dir: Path, epoch: int, process: Process) -> None:
    """Raises OSError; the caller lets the pulse stop then, which the watchdog sees."""
    pulse = Pulse(process, epoch, time.monotonic())
    replace_text(state_dir / PULSE, json.dumps(asdict(pulse)), durable=False)


def read_pulse(state_dir: Path) -> Pulse | None:
    """None where no daemon has left one. Raises HvacRlError for a file that is not a pulse."""
    path = state_dir / PULSE
    row = read_json(path)
    if row is None:
        return None
    try:
        return Pulse(Process(**row["process"]), int(row["epoch"]), float(row["beat_s"]))
    except (TypeError, KeyError, ValueError) as error:
        raise HvacRlError(str(path), f"is not a pulse: {error!r}", "Remove the file.") from error


def remove_pulse(state_dir: Path) -> None:
    """A daemon that gave everything back needs no watchdog."""
    (state_dir / PULSE).unlink(missing_ok=True)


def read_epoch(state_dir: Path) -> int:
    """0 before the first; raises HvacRlError for a file that holds something else."""
    row = read_json(state_dir / EPOCH)
    if row is None:
        return 0
    if not isinstance(row, int):
        raise HvacRlError(str(state_dir / EPOCH), "is not a whole number", "Remove the file.")
    return row


def raise_epoch(state_dir: Path) -> int:
    """The new epoch, durable before this returns. Raises HvacRlError when the disk refuses."""
    epoch = read_epoch(state_dir) + 1
    try:
        replace_text(state_dir / EPOCH, f"{epoch}\n")
    except OSError as error:
        raise HvacRlError(
            str(state_dir / EPOCH),
            f"cannot be written: {error.strerror}",
            "Nothing was written to the building. Check the disk.",
        ) from error
    return epoch
