"""BACnet objects of a controller: sensors, commandable values, the heartbeat; and their slots."""

from __future__ import annotations

from itertools import islice
from typing import Any

from bacpypes3.basetypes import BinaryPV, PriorityValue
from bacpypes3.local.analog import AnalogInputObject, AnalogValueObjectCmd
from bacpypes3.local.binary import BinaryInputObject, BinaryValueObject
from bacpypes3.local.cmd import Commandable
from bacpypes3.local.object import Object
from bacpypes3.object import PositiveIntegerValueObject
from bacpypes3.primitivedata import Null, Real

from sim_buildings.field.point_list import BacnetPlace, FieldPoint

HEARTBEAT = ("positive-integer-value", 1)
SCHEDULE_PRIORITY = 16
"""Where the controller's own schedule stands: every other priority beats it."""

_UNITS = {
    "degC": "degrees-celsius",
    "ppm": "parts-per-million",
    "m3/s": "cubic-meters-per-second",
    "m/s": "meters-per-second",
    "Pa": "pascals",
    "W/m2": "watts-per-square-meter",
}
# What a change of value must exceed before subscribers hear of it.
_COV_INCREMENT = {"degC": 0.1, "ppm": 25.0, "m3/s": 0.01, "m/s": 0.5, "Pa": 2.0, "W/m2": 20.0}


class CommandableBinary(Commandable, BinaryValueObject):  # type: ignore[misc]
    """bacpypes3's own commandable binary value does not derive its status flags."""


class Heartbeat(Object, PositiveIntegerValueObject):  # type: ignore[misc]
    """A plain counter to be written; no priority array, as nobody competes for it."""


def build_object(point: FieldPoint) -> Any:
    """The object of one point, at its relinquish default until the schedule speaks."""
    place = point.place
    if not isinstance(place, BacnetPlace):
        raise TypeError(f"{point.name} is not on BACnet")
    common: dict[str, Any] = {
        "objectIdentifier": (place.kind, place.instance),
        "objectName": f"{point.device.upper()}.{place.label}",
        "description": f"{point.of}: {point.meaning.description}",
        "eventState": "normal",
        "outOfService": False,
        "reliability": "no-fault-detected",
    }
    if point.meaning.unit == "bool":
        common |= {"activeText": "On", "inactiveText": "Off", "presentValue": "inactive"}
        if point.meaning.write is None:
            return BinaryInputObject(polarity="normal", **common)
        return CommandableBinary(relinquishDefault="inactive", **common)
    common |= {
        "units": _UNITS[point.meaning.unit],
        "covIncrement": _COV_INCREMENT[point.meaning.unit],
    }
    span = point.meaning.write
    if span is None:
        return AnalogInputObject(
            presentValue=0.0,
            minPresValue=point.meaning.low,
            maxPresValue=point.meaning.high,
            **common,
        )
    # A controller that has lost everything falls back to the middle of its own range.
    middle = 0.5 * (span.minimum + span.maximum)
    return AnalogValueObjectCmd(
        presentValue=middle,
        relinquishDefault=middle,
        minPresValue=span.minimum,
        maxPresValue=span.maximum,
        **common,
    )


def build_heartbeat(device: str) -> Any:
    return Heartbeat(
        objectIdentifier=HEARTBEAT,
        objectName=f"{device.upper()}.SUPERVISOR-HEARTBEAT",
        description="counter of the supervisor; its slot is honoured only while this moves",
        presentValue=0,
        units="no-units",
        eventState="normal",
        outOfService=False,
        reliability="no-fault-detected",
    )


def slot(target: Any, priority: int) -> float | None:
    """What stands at ``priority`` of a commandable object."""
    return _number(target.priorityArray[priority - 1])


def put(target: Any, priority: int, value: float | None) -> None:
    """Fill or empty a slot from inside the controller: what it does itself is not refused."""
    if slot(target, priority) == value:
        return
    if value is None:
        entry: Any = Null(())
    elif isinstance(target, CommandableBinary):
        entry = BinaryPV(1 if value else 0)
    else:
        entry = Real(value)
    target.priorityArray[priority - 1] = PriorityValue(entry)


def override_of(target: Any) -> float | None:
    """The value of the highest priority above the schedule's; ``None`` when nobody commands."""
    # Asked once: bacpypes3 takes its time to find a property.
    for entry in islice(target.priorityArray, SCHEDULE_PRIORITY - 1):
        value = _number(entry)
        if value is not None:
            return value
    return None


def is_commandable(target: Any) -> bool:
    return isinstance(target, Commandable)


def _number(entry: Any) -> float | None:
    return None if entry._choice == "null" else float(getattr(entry, entry._choice))
