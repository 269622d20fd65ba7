"""The point list of a site file."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from hvac_rl.errors import ConfigError
from hvac_rl.points import Point, WriteAccess
from hvac_rl.ports import AdapterKind
from hvac_rl.service.site_keys import extra, parsed
from hvac_rl.service.site_schema import PointRow, SiteDocument
from hvac_rl.service.site_text import Names
from hvac_rl.units import UNITS
from hvac_rl.zones import (
    AIR_HANDLER_COMMANDS,
    AIR_HANDLER_SENSORS,
    LIFE_SAFETY_SENSORS,
    QUANTITY_OF,
    SITE,
    SITE_SENSORS,
    ZONE_COMMANDS,
    ZONE_SENSORS,
)


def point_of(
    row: PointRow,
    index: int,
    document: SiteDocument,
    kinds: Mapping[str, AdapterKind],
    names: Names,
) -> Point:
    """One row of the list; raises ConfigError naming the key that is wrong."""
    devices = {device.name: device for device in document.devices}
    if row.device not in devices:
        raise ConfigError(
            names.where("points", index, "device"),
            f"there is no device {row.device!r}; devices are: {', '.join(devices)}",
        )
    roles = {
        **ZONE_COMMANDS,
        **AIR_HANDLER_COMMANDS,
        **ZONE_SENSORS,
        **AIR_HANDLER_SENSORS,
        **SITE_SENSORS,
        **LIFE_SAFETY_SENSORS,
    }
    owners = _owners(document)
    if row.of not in owners:
        raise ConfigError(
            names.where("points", index, "of"),
            f"there is no zone or air handler {row.of!r}; known are: {', '.join(owners)}",
        )
    expected = QUANTITY_OF.get(roles.get(row.brick, ""), "")
    unit = UNITS[row.unit]
    if expected and unit.quantity != expected:
        raise ConfigError(
            names.where("points", index, "unit"),
            f"{row.unit} is a {unit.quantity}, but {row.brick} is a {expected}",
        )
    write = row.write
    kind = kinds[devices[row.device].adapter]
    return Point(
        name=row.name,
        device=row.device,
        of=row.of,
        brick=row.brick,
        unit=unit,
        address=parsed(
            kind.parse_address, extra(row), names, "points", index, writable=write is not None
        ),
        write=WriteAccess(
            minimum=unit.to_si(write.minimum),
            maximum=unit.to_si(write.maximum),
            deadband=write.deadband * unit.scale,
            daily_writes=write.daily_writes,
            settle_s=write.settle_s,
        )
        if write
        else None,
        low=unit.to_si(row.low),
        high=unit.to_si(row.high),
    )


def _owners(document: SiteDocument) -> list[str]:
    return [
        SITE,
        *(zone.name for zone in document.zones),
        *(handler.name for handler in document.air_handlers),
    ]


def one_point_an_address(points: list[Point], names: Names) -> None:
    """Raises ConfigError for two points at one address."""
    seen: dict[tuple[str, Hashable], str] = {}
    for index, point in enumerate(points):
        key = (point.device, point.address)
        if key in seen:
            raise ConfigError(
                names.where("points", index),
                f"{point.name} and {seen[key]} are both at {point.address} of {point.device}",
                "Every point has an address of its own; correct one of them.",
            )
        seen[key] = point.name
