"""What a write test would write: batches of points, and a small step for each."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from hvac_rl.errors import ConfigError
from hvac_rl.points import Point
from hvac_rl.records import Snapshot
from hvac_rl.service.site_file import Site
from hvac_rl.zones import AirHandler, Zone

PAIRED = ("heating", "cooling")
STEPS = {
    "temperature": 0.5,
    "fraction": 0.1,
    "pressure": 25.0,
    "flow": 0.02,
}
"""How far a test moves a value [SI of the quantity]: enough to be seen, too little to be felt.
Assumed. A state (on, off) is written as it stands: nothing is switched for a test."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Points that are written together: a setpoint pair, or one point."""

    holder: Zone | AirHandler
    points: tuple[Point, ...]

    def needs(self, site: Site) -> list[Point]:
        """What the guard reads to judge this batch."""
        plant = site.plant
        needed = [*plant.sensors.values()]
        needed += [*self.holder.sensors.values(), *self.holder.commands.values()]
        if isinstance(self.holder, AirHandler):
            for zone in plant.zones:
                if zone.served_by == self.holder.name:
                    needed += [*zone.sensors.values(), *zone.commands.values()]
        return list({point.name: point for point in needed}.values())


def batches(site: Site, point: str | None, zone: str | None) -> list[Batch]:
    """The batches for one point, or for a zone's or an air handler's points.

    Raises ConfigError when there is no such point or zone, or nothing of it can be commanded.
    """
    holders: list[Zone | AirHandler] = [*site.plant.zones, *site.plant.air_handlers]
    if (point is None) == (zone is None):
        raise ConfigError("points write-test", "needs a POINT or --zone, one of the two")
    if zone is not None:
        named = [holder for holder in holders if holder.name == zone]
        if not named:
            names = ", ".join(holder.name for holder in holders)
            raise ConfigError(f"--zone {zone}", f"is no zone or air handler; there are: {names}")
        found = [batch for holder in named for batch in _of(holder)]
        if not found:
            raise ConfigError(f"--zone {zone}", "has no point that can be commanded")
        return found
    for holder in holders:
        for batch in _of(holder):
            if any(each.name == point for each in batch.points):
                return [batch]
    known = {each.name for each in site.plant.points()}
    why = "cannot be commanded" if point in known else "is no point of this site"
    raise ConfigError(f"{point}", why, "hvac-rl points SITE --commandable shows those that can.")


def _of(holder: Zone | AirHandler) -> Iterable[Batch]:
    """Heating and cooling go together: the guard keeps them apart as a pair."""
    pair = [holder.commands[role] for role in PAIRED if role in holder.commands]
    if pair:
        yield Batch(holder, tuple(pair))
    for role, point in holder.commands.items():
        if role not in PAIRED:
            yield Batch(holder, (point,))


def wishes(
    batch: Batch,
    snapshot: Snapshot,
    asked: Mapping[str, float],
    other_way: Collection[str] = (),
) -> tuple[dict[str, float], list[str]]:
    """A value [SI] for each command of the holder, and which of them cannot be read.

    ``asked`` are values [SI] that a person named; points of ``other_way`` step away from the
    middle of their range. The others of the holder are wished as they stand: the guard judges
    the whole holder, and only the batch is written.
    """
    found: dict[str, float] = {}
    unread = []
    for point in batch.holder.commands.values():
        reading = snapshot.readings[point.name]
        if reading.value is None:
            unread.append(f"{point.name}: {reading.detail or reading.quality.value}")
            continue
        mine = any(point.name == each.name for each in batch.points)
        found[point.name] = reading.value
        if point.name in asked:
            found[point.name] = asked[point.name]
        elif mine:
            found[point.name] = _stepped(point, reading.value, point.name in other_way)
    return found, unread


def _stepped(point: Point, present: float, other_way: bool) -> float:
    """One step from where it stands, towards the middle of what the point takes or from it."""
    write = point.write
    step = STEPS.get(point.unit.quantity, 0.0)
    if write is None or not step:
        return present
    step = max(step, write.deadband)
    middle = (write.minimum + write.maximum) / 2.0
    up = (present <= middle) is not other_way
    moved = present + step if up else present - step
    return min(max(moved, write.minimum), write.maximum)
