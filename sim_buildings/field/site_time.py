"""The two times of a simulated site, and the one place where they meet.

*Site time* is true UTC seconds since the epoch: on the wire, in files, in leases. The physics
counts *local standard time* as if it were UTC (a wall clock that never changes to summer time).
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sim_buildings.field.files import replace_file

LEAST_LEASE_S = 180.0
LEAST_LEASE_WALL_S = 5.0


@dataclass(frozen=True, slots=True)
class StandardTime:
    """Local standard time, ``utc_offset_h`` hours ahead of UTC (negative in the Americas)."""

    utc_offset_h: float

    def to_site(self, local_s: float) -> float:
        return local_s - self.utc_offset_h * 3600.0

    def to_local(self, site_s: float) -> float:
        return site_s + self.utc_offset_h * 3600.0


class SiteClock:
    """``start + speed * (wall - t0)``; stands at ``start_s`` until it is started."""

    def __init__(self, start_s: float, speed: float, wall: Callable[[], float] = time.time) -> None:
        self.start_s = start_s
        self.speed = speed
        self._wall = wall
        self._wall_t0: float | None = None

    def start(self) -> None:
        self._wall_t0 = self._wall()

    def now_s(self) -> float:
        """Site time [s since the epoch]."""
        if self._wall_t0 is None:
            return self.start_s
        return self.start_s + self.speed * (self._wall() - self._wall_t0)

    def wall_until_s(self, site_s: float) -> float:
        """Wall time [s] from now until site time ``site_s``; negative when that has passed."""
        return (site_s - self.now_s()) / self.speed

    def publish(self, path: Path) -> None:
        """Tell the daemon what time it is here."""
        row = {"start_s": self.start_s, "speed": self.speed, "wall_t0": self._wall_t0}
        replace_file(path, json.dumps(row) + "\n")


def lease_s(speed: float) -> float:
    """How long a device honours the supervisor without a moved heartbeat [s of site time].

    Three beats of a minute; in a fast simulation at least five seconds of wall time, or a busy
    computer would look like a dead supervisor.
    """
    return max(LEAST_LEASE_S, LEAST_LEASE_WALL_S * speed)
