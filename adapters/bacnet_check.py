"""Whether an object is what the site file says, by what it says of itself; nothing is written."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import cast

from adapters.answers import RefusedError
from adapters.bacnet_link import Properties
from adapters.bacnet_units import compare
from adapters.bacnet_wire import (
    HIGHEST_VALUE,
    LOWEST_VALUE,
    NUMBER_OF_STATES,
    PRESENT_VALUE,
    PRIORITY_ARRAY,
    UNITS,
    BacnetAddress,
)
from hvac_rl.errors import DeviceError
from hvac_rl.points import Point

log = logging.getLogger(__name__)


def wanted_for_check(point: Point) -> tuple[str, ...]:
    """The properties by which a point is checked."""
    address = cast(BacnetAddress, point.address)
    wanted = [PRESENT_VALUE]
    if point.writable:
        wanted.append(PRIORITY_ARRAY)
    if address.kind.has_units:
        wanted.append(UNITS)
    if address.kind.multi_state:
        wanted.append(NUMBER_OF_STATES)
    elif point.writable and address.kind.has_units:
        wanted += [LOWEST_VALUE, HIGHEST_VALUE]
    return tuple(wanted)


def check_point(device: str, point: Point, found: Mapping[BacnetAddress, Properties]) -> None:
    """Raises DeviceError naming device and point; a mere oddity goes to the log."""
    where = f"{device} {point.name}"
    address = cast(BacnetAddress, point.address)
    said = found[address]
    _check_readable(where, address, said)
    if point.writable and not isinstance(said.get(PRIORITY_ARRAY), list):
        raise DeviceError(
            where,
            f"{address} has no priority array: it would acknowledge our values and never "
            "give them back",
            "Use a commandable object, or make this one commandable in the controller.",
        )
    if address.kind.binary != (point.unit.quantity == "state"):
        raise DeviceError(where, f"{address} cannot carry the unit {point.unit.name}")
    _check_units(where, address, point, said)
    if point.writable:
        _check_range(where, address, point, said)
    if address.effective is not None and address.effective in found:
        _check_readable(where, address.effective, found[address.effective])
        _check_units(where, address.effective, point, found[address.effective])


def _check_readable(where: str, address: BacnetAddress, said: Properties) -> None:
    present = said[PRESENT_VALUE]
    if isinstance(present, RefusedError):
        raise DeviceError(
            where,
            f"{address} cannot be read: {present}",
            "Compare the object with the controller's point list.",
        )


def _check_units(where: str, address: BacnetAddress, point: Point, said: Properties) -> None:
    units = compare(said.get(UNITS), point.unit)
    if not units.same_quantity:
        raise DeviceError(
            where,
            f"{address} is in {units.device} on the device, in {point.unit.name} in the site file",
            "Correct the unit or the object.",
        )
    if not units.same_unit:
        log.warning(
            "%s: %s is in %s on the device, in %s in the site file",
            where,
            address,
            units.device,
            point.unit.name,
        )


def _check_range(where: str, address: BacnetAddress, point: Point, said: Properties) -> None:
    """What the site file allows must exist on the device."""
    if point.write is None:
        return
    low, high = sorted(point.unit.from_si(v) for v in (point.write.minimum, point.write.maximum))
    states = said.get(NUMBER_OF_STATES)
    if isinstance(states, int) and not 1 <= low <= high <= states:
        raise DeviceError(
            where,
            f"{address} has the states 1 to {states}, the site file allows {low:g} to {high:g}",
            "Correct minimum and maximum.",
        )
    least, most = said.get(LOWEST_VALUE), said.get(HIGHEST_VALUE)
    # Many controllers leave these at a default of 0 and 0.
    if isinstance(least, float) and isinstance(most, float) and least < most:
        if low < least or high > most:
            log.warning(
                "%s: %s takes %g to %g, the site file allows %g to %g %s; "
                "it may refuse or clamp the rest",
                where,
                address,
                least,
                most,
                low,
                high,
                point.unit.name,
            )
