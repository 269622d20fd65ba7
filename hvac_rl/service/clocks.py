"""Site time: the wall's own, or a simulated site's published one."""

from __future__ import annotations

import json
import time
from math import isfinite
from pathlib import Path

from hvac_rl.errors import ConfigError

LEAST_WALL_S_PER_CYCLE = 0.5


class SystemClock:
    """Site time is wall time."""

    speed = 1.0

    def now_s(self) -> float:
        return time.time()

    def wall_s(self, site_s: float) -> float:
        return site_s


class PublishedClock:
    """``start + speed * (wall - t0)``, as a simulated site publishes it."""

    def __init__(self, start_s: float, speed: float, wall_t0: float) -> None:
        self.speed = speed
        self._start_s = start_s
        self._wall_t0 = wall_t0

    def now_s(self) -> float:
        return self._start_s + self.speed * (time.time() - self._wall_t0)

    def wall_s(self, site_s: float) -> float:
        return self._wall_t0 + (site_s - self._start_s) / self.speed


def read_published(path: Path) -> PublishedClock:
    """The clock in ``path``; raises ConfigError when it is missing or not a clock."""
    hint = "Start the simulated site first: hvac-rl simulate writes this file once it listens."
    try:
        text = path.read_text()
    except OSError as error:
        raise ConfigError(f"{path}", f"cannot be read: {error.strerror}", hint) from error
    try:
        row = json.loads(text)
        clock = PublishedClock(*(float(row[key]) for key in ("start_s", "speed", "wall_t0")))
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigError(f"{path}", f"is not a published clock: {error!r}", hint) from error
    if not (isfinite(clock.now_s()) and clock.speed > 0):
        raise ConfigError(f"{path}: speed", "must be a positive number", hint)
    return clock


def check_speed(speed: float, cycle_s: float, where: str) -> None:
    """Raises ConfigError for a speed that leaves a cycle too little wall time."""
    if cycle_s / speed < LEAST_WALL_S_PER_CYCLE:
        raise ConfigError(
            where,
            f"speed {speed:g} leaves {cycle_s / speed:.2f} s of wall time for a cycle of "
            f"{cycle_s:g} s; at least {LEAST_WALL_S_PER_CYCLE} s are needed",
            f"Use a speed of at most {cycle_s / LEAST_WALL_S_PER_CYCLE:g}, or a longer cycle.",
        )
