"""A point of the building: one row of the site's point list."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from enum import StrEnum

from hvac_rl.units import Unit

EEPROM_WRITES = 100_000
"""What makers of serial EEPROM guarantee a cell; every change of a setpoint may be one."""
DAYS_A_YEAR = 365.25


class ComesBack(StrEnum):
    """What returns a point to the BMS when this program no longer can."""

    BMS_LEASE = "bms_lease"
    """The BMS honours our slot only while a heartbeat point moves."""
    DEVICE_TIMEOUT = "device_timeout"
    """The device drops a remote value that is not renewed."""
    WATCHDOG = "watchdog"
    """A separate process of ours; covers our own death, not a dead host or a cut cable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteAccess:
    """How a commandable point may be written. Values in the point's SI unit."""

    minimum: float
    maximum: float
    deadband: float
    """Changes smaller than this are not written."""
    daily_writes: int
    """Budget of value changes a day: setpoints often live in EEPROM (about 100,000 writes)."""
    settle_s: float = 0.0
    """Wall time between an acknowledged write and an effective value worth reading back."""
    eeprom: bool = False
    """The device keeps what is written in memory that wears out."""

    @property
    def eeprom_years(self) -> float:
        """How long its memory lasts if the whole budget is written every day [years]."""
        return EEPROM_WRITES / DAYS_A_YEAR / max(1, self.daily_writes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One sensor, setpoint or command. ``brick`` is its Brick 1.5 class name.

    ``of`` names the zone or equipment it belongs to. ``address`` is the adapter's own parsed
    address, opaque to everybody else but hashable, so that two points on one address are found.
    """

    name: str
    device: str
    of: str
    brick: str
    unit: Unit
    address: Hashable
    write: WriteAccess | None = None
    low: float = float("-inf")
    """A reading below this (SI) is a broken sensor, not a cold room."""
    high: float = float("inf")

    @property
    def writable(self) -> bool:
        return self.write is not None
