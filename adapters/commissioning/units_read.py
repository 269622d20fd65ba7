"""Whether the device computes in the unit that the site file says, where it tells."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from adapters.bacnet_units import Comparison
from hvac_rl.points import Point
from hvac_rl.ports import Adapter
from hvac_rl.records import Reading

if TYPE_CHECKING:
    from adapters.commissioning.checking import Finding


@runtime_checkable
class TellsUnits(Protocol):
    """What an adapter may offer besides: the device's own word for each point's unit."""

    async def units(self, points: Sequence[Point]) -> Mapping[str, Comparison]:
        """By point name; a point of which nothing is known is left out."""


async def unit_findings(
    adapter: Adapter,
    points: Sequence[Point],
    readings: Mapping[str, Reading],
    finding: Callable[[Point, str, str, str], Finding],
) -> list[Finding]:
    """One for each point whose device names another unit of the same quantity: 70 °F read as
    70 °C passes many a limit. (Another quantity is refused by the adapter's own check.)"""
    if not isinstance(adapter, TellsUnits):
        return []
    said = await adapter.units(points)
    found = []
    for point in points:
        compared = said.get(point.name)
        if compared is None or compared.same_unit:
            continue
        value = readings[point.name].value
        shown = "" if value is None else f" (raw {point.unit.from_si(value):g})"
        found.append(
            finding(
                point,
                "wrong-unit",
                f"the device says {compared.device}, the site file {point.unit.name}{shown}",
                "Correct the unit in the site file, or the units property on the controller.",
            )
        )
    return found
