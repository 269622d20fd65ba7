"""The band of a zone in Run: no wish farther from the BMS's own value than the band is wide.

The band narrows the wish, before the guard: limits and protective rules go beyond it where they
must. What the BMS would do itself is read beneath our slot where the protocol shows it. Where it
does not (Modbus), it is what was read last while the slot was empty; when that has grown old, the
zone goes without wishes for one cycle, is given back, and the BMS's value can be read again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from hvac_rl.control.modes import Band, Mode, Setting
from hvac_rl.points import Point
from hvac_rl.records import Decision, Quality, Reading, Snapshot

# Widths of the bands: assumed; a person can feel half a kelvin, a schedule moves by several.
WIDTH_K = {Band.NARROW: 0.5, Band.MEDIUM: 1.0, Band.WIDE: 2.0}
# For everything that is not a temperature: a share of the point's own range.
WIDTH_SHARE = {Band.NARROW: 0.1, Band.MEDIUM: 0.25, Band.WIDE: 0.5}
# A value read while the BMS commanded says little about its schedule after this (assumed).
OWN_VALUE_LASTS_S = 4 * 3600.0


@dataclass(frozen=True, slots=True)
class _Own:
    value: float
    time_s: float


class Bands:
    """Remembers the BMS's own value of each commandable point."""

    def __init__(self, points: Iterable[Point], priority: int) -> None:
        self._points = list(points)
        self._priority = priority
        self._own: dict[str, _Own] = {}

    def observe(self, snapshot: Snapshot) -> None:
        """Learn what the BMS does itself wherever a reading shows it."""
        for point in self._points:
            reading = snapshot.readings.get(point.name)
            value = None if reading is None else own_value(reading, self._priority)
            if value is not None:
                self._own[point.name] = _Own(value, snapshot.time_s)

    def narrow(
        self, decision: Decision, settings: Mapping[str, Setting]
    ) -> tuple[Decision, list[str]]:
        """Wishes inside their bands, and notes on what had to be given back to be looked at."""
        wishes = dict(decision.wishes)
        blind: dict[str, str] = {}
        for point in self._points:
            setting = settings[point.of]
            if setting.mode is Mode.OFF or setting.band is Band.FULL or point.name not in wishes:
                continue
            own = self._own.get(point.name)
            if own is None or abs(decision.time_s - own.time_s) > OWN_VALUE_LASTS_S:
                blind[point.of] = point.name
                continue
            wishes[point.name] = within(wishes[point.name], own.value, width(point, setting.band))
        for point in self._points:
            if point.of in blind:
                wishes.pop(point.name, None)
        notes = [
            f"{of} is given back to see the BMS's own value of {name}" for of, name in blind.items()
        ]
        return replace(decision, wishes=wishes), notes


def own_value(reading: Reading, priority: int) -> float | None:
    """What the BMS commands itself (SI); None where the reading does not show it."""
    if reading.beneath is not None:
        return reading.beneath
    overridden = reading.commanded_by is not None and reading.commanded_by < priority
    if reading.quality is not Quality.GOOD or reading.ours is not None or overridden:
        return None
    return reading.value


def width(point: Point, band: Band) -> float:
    """Half the band [the point's SI unit]; 0 where the BMS's own state is to be kept."""
    if point.unit.quantity == "temperature":
        return WIDTH_K[band]
    if point.unit.quantity == "state" or point.write is None:
        return 0.0
    return WIDTH_SHARE[band] * (point.write.maximum - point.write.minimum)


def within(wish: float, centre: float, half: float) -> float:
    """The wish, or the edge of the band that is nearest to it; NaN stays for the gates."""
    if wish < centre - half:
        return centre - half
    if wish > centre + half:
        return centre + half
    return wish
