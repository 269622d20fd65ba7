"""Starting anew in place: what hangs in a thread or holds a broken file ends with the old image."""

from __future__ import annotations

import os
import sys
import time

from rich.console import Console

from hvac_rl.errors import StartAnew

STARTS = "HVAC_RL_STARTED_ANEW"
"""Wall times of the starts in the last hour, comma-separated."""
MOST_STARTS_AN_HOUR = 3
HOUR_S = 3600.0


def start_anew(reason: StartAnew, console: Console) -> None:
    """Replace this process by a new run of the same command; returns when it did so too often.

    The building was given back before. Then a person, or the service manager's slower rhythm, has
    to look at it.
    """
    starts = recent_starts(os.environ.get(STARTS, ""), time.time())
    if len(starts) >= MOST_STARTS_AN_HOUR:
        console.print(f"started anew {len(starts)} times within an hour: not again by itself")
        return
    console.print(f"starting anew: {reason.where}: {reason.message}", markup=False, soft_wrap=True)
    environment = {**os.environ, STARTS: ",".join(f"{t:.0f}" for t in [*starts, time.time()])}
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(sys.executable, [sys.executable, "-m", "hvac_rl.cli", *sys.argv[1:]], environment)


def recent_starts(noted: str, now_s: float) -> list[float]:
    """The starts of the last hour; what is not a time is none."""
    times = [float(part) for part in noted.split(",") if part.strip().isdigit()]
    return [t for t in times if 0.0 <= now_s - t < HOUR_S]
