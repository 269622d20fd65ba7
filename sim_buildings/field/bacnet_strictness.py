"""What a real controller refuses to be told over BACnet (ANSI/ASHRAE 135, clauses 15.9 and 19.2).

bacpypes3 by itself takes NaN, values outside the object's range, and writes to inputs.
"""

from __future__ import annotations

from typing import Any

from bacpypes3.constructeddata import Array
from bacpypes3.errors import ObjectError, ParameterOutOfRange, PropertyError
from bacpypes3.primitivedata import Null

from sim_buildings.field.bacnet_objects import SCHEDULE_PRIORITY, Heartbeat, is_commandable

PRESENT_VALUE = "present-value"
LIFE_SAFETY = (1, 2)
MINIMUM_ON_OFF = 6
"""Reserved by the standard for the object's own minimum on and off times (19.2.3)."""
REFUSED_PRIORITIES = (*LIFE_SAFETY, MINIMUM_ON_OFF, SCHEDULE_PRIORITY)


def decode_write(target: Any | None, request: Any) -> float | int | None:
    """The value that a WriteProperty ``request`` may put into ``target``; ``None`` relinquishes.

    Raises what the service must answer with.
    """
    if target is None:
        raise ObjectError("unknownObject")
    datatype = target.get_property_type(request.propertyIdentifier)
    if datatype is None:
        raise PropertyError("unknownProperty")
    if request.propertyArrayIndex is not None and not issubclass(datatype, Array):
        raise PropertyError("propertyIsNotAnArray")
    if str(request.propertyIdentifier) != PRESENT_VALUE or not _takes_writes(target):
        raise PropertyError("writeAccessDenied")
    if is_commandable(target):
        _check_priority(request.priority)
    value = _cast(request, datatype, null=is_commandable(target))
    if isinstance(value, Null):
        return None
    _check_value(target, value)
    return float(value) if isinstance(value, float) else int(value)


def _takes_writes(target: Any) -> bool:
    return is_commandable(target) or isinstance(target, Heartbeat)


def _check_priority(priority: int | None) -> None:
    # Without a priority the standard means 16, where our own schedule stands and would write
    # over it at its next step: better to refuse than to acknowledge what does not last.
    effective = SCHEDULE_PRIORITY if priority is None else int(priority)
    if not 1 <= effective <= 16:
        raise ParameterOutOfRange
    if effective in REFUSED_PRIORITIES:
        raise PropertyError("writeAccessDenied")


def _cast(request: Any, datatype: type, *, null: bool) -> Any:
    try:
        return request.propertyValue.cast_out(datatype, null=null)
    except Exception as error:
        # Whatever the decoder trips over, it is not a value of this type.
        raise PropertyError("invalidDataType") from error


def _check_value(target: Any, value: Any) -> None:
    if isinstance(value, float):
        # NaN is inside no range.
        inside = target.minPresValue <= value <= target.maxPresValue
    elif isinstance(target, Heartbeat):
        inside = int(value) >= 0
    else:
        inside = int(value) in (0, 1)
    if not inside:
        raise PropertyError("valueOutOfRange")
