"""The point list of a site file."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from hvac_rl.errors import ConfigError
from hvac_rl.points import DAYS_A_YEAR, EEPROM_WRITES, Point, WriteAccess
from hvac_rl.ports import AdapterKind
from hvac_rl.service.site_keys import extra, parsed
from hvac_rl.service.site_schema import PointRow, SiteDocument, WriteRow
from hvac_rl.service.site_text import Names
from hvac_rl.units import UNITS, Unit
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

LEAST_EEPROM_YEARS = 5.0
"""A point marked as EEPROM whose budget allows less is refused (assumed)."""


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
        write=_access(write, unit, names, index) if write else None,
        low=unit.to_si(row.low),
        high=unit.to_si(row.high),
    )


def _access(row: WriteRow, unit: Unit, names: Names, index: int) -> WriteAccess:
    """Raises ConfigError for a point that its own budget would wear out."""
    access = WriteAccess(
        minimum=unit.to_si(row.minimum),
        maximum=unit.to_si(row.maximum),
        deadband=row.deadband * unit.scale,
        daily_writes=row.daily_writes,
        settle_s=row.settle_s,
        eeprom=row.eeprom,
    )
    if access.eeprom and access.eeprom_years < LEAST_EEPROM_YEARS:
        most = int(EEPROM_WRITES / DAYS_A_YEAR / LEAST_EEPROM_YEARS)
        raise ConfigError(
            names.where("points", index, "write", "daily_writes"),
            f"{row.daily_writes} writes a day wear EEPROM rated for {EEPROM_WRITES:,} writes out "
            f"in {access.eeprom_years:.1f} years",
            f"At most {most} a day last {LEAST_EEPROM_YEARS:g} years, half as many twice as long.",
        )
    if access.eeprom and access.deadband == 0.0:
        raise ConfigError(
            names.where("points", index, "write", "deadband"),
            "must be above 0 for a point kept in EEPROM, or each small change is a write",
        )
    return access


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
