"""What must never be seen in the devices, and what of the journal must never be missed."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from hvac_rl.service.site_file import Site

# A setpoint pair arrives one after the other; a look in between is no violation.
LOOKS_TO_VIOLATE = 3
TOLERANCE = 1e-3


class LimitWatch:
    """Looks at what the devices hold for us, against the limits of the site file."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._seen: dict[str, int] = {}
        self.violations: list[str] = []

    def look(self, overrides: Mapping[str, float | None], scheduled: Mapping[str, float]) -> None:
        """Counts each violation once while it stands. Values in SI."""
        found = set(broken_limits(self._site, overrides, scheduled))
        for what in found:
            self._seen[what] = self._seen.get(what, 0) + 1
            if self._seen[what] == LOOKS_TO_VIOLATE:
                self.violations.append(what)
        for what in set(self._seen) - found:
            del self._seen[what]


def broken_limits(
    site: Site, overrides: Mapping[str, float | None], scheduled: Mapping[str, float]
) -> list[str]:
    """Everything that is commanded outside its limits; the pair as it is in effect."""
    found = []
    for zone in site.plant.zones:
        limits = site.zone_limits[zone.name]
        spans = {
            "heating": (limits.unoccupied_min_c, limits.heating_setpoint_max_c),
            "cooling": (limits.cooling_setpoint_min_c, limits.unoccupied_max_c),
            "blind": (0.0, 1.0),
            "light": (0.0, 1.0),
        }
        for role, point in zone.commands.items():
            found += _outside(point.name, overrides[point.name], *spans[role])
        if "heating" in zone.commands:
            heating, cooling = zone.commands["heating"].name, zone.commands["cooling"].name
            if overrides[heating] is not None or overrides[cooling] is not None:
                low = _in_effect(heating, overrides, scheduled)
                high = _in_effect(cooling, overrides, scheduled)
                if high <= low:
                    found.append(f"{zone.name} heats and cools at once")
    for handler in site.plant.air_handlers:
        bounds = site.air_handler_limits[handler.name]
        spans = {
            "enable": (0.0, 1.0),
            "supply_air": (bounds.supply_air_min_c, bounds.supply_air_max_c),
            "static_pressure": (bounds.static_pressure_min_pa, bounds.static_pressure_max_pa),
            "outdoor_air": (0.0, handler.design_outdoor_air_m3_s),
        }
        for role, point in handler.commands.items():
            found += _outside(point.name, overrides[point.name], *spans[role])
    return found


def _in_effect(
    name: str, overrides: Mapping[str, float | None], scheduled: Mapping[str, float]
) -> float:
    ours = overrides[name]
    return scheduled[name] if ours is None else ours


def _outside(name: str, value: float | None, low: float, high: float) -> list[str]:
    slack = TOLERANCE * max(1.0, abs(high))
    if value is None or low - slack <= value <= high + slack:
        return []
    return [f"{name} is outside {low:g} to {high:g}"]


class Witness:
    """Reads the journal as a bystander: what it has once seen committed must stay."""

    def __init__(self, journal: Path) -> None:
        self._journal = journal
        self.acknowledged: dict[int, tuple[int, int]] = {}

    def look(self) -> None:
        """A locked or damaged file shows nothing; what was seen before still counts."""
        for number, rows in self._rows(max(self.acknowledged, default=-1)).items():
            self.acknowledged.setdefault(number, rows)

    def missing(self) -> int:
        """Acknowledged cycles that are not in the journal as they were; asked while no fault
        stands."""
        now = self._rows(-1)
        return sum(now.get(number) != rows for number, rows in self.acknowledged.items())

    def begin_anew(self) -> None:
        """A fault has destroyed the file: from here on only the new one counts."""
        self.acknowledged = self._rows(-1)

    def _rows(self, after: int) -> dict[int, tuple[int, int]]:
        """For each cycle the number of readings and of commands."""
        if not self._journal.exists():
            return {}
        query = (
            "SELECT number, (SELECT count(*) FROM reading WHERE cycle = number), "
            "(SELECT count(*) FROM command WHERE cycle = number) FROM cycle WHERE number > ?"
        )
        try:
            database = sqlite3.connect(f"file:{self._journal}?mode=ro", uri=True, timeout=0.05)
            with closing(database):
                return {
                    n: (readings, commands)
                    for n, readings, commands in database.execute(query, (after,))
                }
        except sqlite3.Error:
            return {}
