"""Giving the building back, and proving it point by point."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hvac_rl.control.cycle import read_all
from hvac_rl.points import Point
from hvac_rl.ports import Adapter
from hvac_rl.records import Quality, Snapshot
from hvac_rl.safety.guard import Guard

if TYPE_CHECKING:
    from hvac_rl.control.writer import Writer

ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class HandedBack:
    """One commandable point after the release; ``detail`` is the way it came back where there
    are several, or why it did not."""

    point: Point
    value: float | None
    back: bool
    detail: str


async def sweep(
    adapters: Mapping[str, Adapter],
    guard: Guard,
    writer: Writer,
    points: Iterable[Point],
    now_s: float,
    reason: str,
) -> list[HandedBack]:
    """Release every point in whose slot we sit by the ledger or by the device's own word.

    Reads, releases, reads again; up to three times for what did not come back.
    """
    commandable = list(points)
    snapshot = await read_all(adapters, commandable, now_s)
    ways: dict[str, str] = {}
    for _ in range(ATTEMPTS):
        ours = [
            p
            for p in commandable
            if p.name in writer.held or snapshot.readings[p.name].ours is not None
        ]
        if not ours:
            break
        receipts = await writer.apply(guard.release(ours, reason), snapshot)
        ways |= {receipt.command.point.name: receipt.detail for receipt in receipts}
        snapshot = await read_all(adapters, commandable, now_s)
    return [_judge(point, snapshot, writer, ways.get(point.name, "")) for point in commandable]


def _judge(point: Point, snapshot: Snapshot, writer: Writer, way: str) -> HandedBack:
    reading = snapshot.readings[point.name]
    if reading.quality is Quality.NO_ANSWER:
        return HandedBack(point, None, False, f"{point.device} does not answer")
    if reading.ours is not None:
        return HandedBack(point, reading.value, False, "our slot still holds a value")
    if point.name in writer.held:
        return HandedBack(point, reading.value, False, way or "the release was not confirmed")
    return HandedBack(point, reading.value, True, way)
