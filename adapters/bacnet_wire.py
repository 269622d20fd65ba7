"""BACnet values on the wire: object types, their datatypes, status flags and priority arrays."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from bacpypes3.basetypes import PropertyIdentifier, PropertyReference
from bacpypes3.primitivedata import (
    Double,
    Enumerated,
    Integer,
    Null,
    ObjectIdentifier,
    Real,
    Unsigned,
)

from adapters.answers import RefusedError
from adapters.parsing import Row

PRESENT_VALUE = "present-value"
STATUS_FLAGS = "status-flags"
RELIABILITY = "reliability"
PRIORITY_ARRAY = "priority-array"
UNITS = "units"
OBJECT_NAME = "object-name"
DESCRIPTION = "description"
STATE_TEXT = "state-text"
NUMBER_OF_STATES = "number-of-states"
LOWEST_VALUE = "min-pres-value"
HIGHEST_VALUE = "max-pres-value"
COV_INCREMENT = "cov-increment"
MAX_APDU = "max-apdu-length-accepted"
SERVICES = "protocol-services-supported"
SEGMENTATION = "segmentation-supported"

SLOTS = 16
HEARTBEAT_MODULUS = 2**24
"""Every numeric object type carries it exactly, a REAL too. A beat a minute lasts 31 years."""
INSTANCE_LIMIT = 4_194_302


@dataclass(frozen=True, slots=True)
class ObjectKind:
    """How the present value of one object type is written."""

    datatype: Callable[[Any], Any]
    whole: bool = False
    """Only whole numbers exist; 21.5 has no meaning."""
    binary: bool = False
    multi_state: bool = False
    """States are counted from 1."""
    input: bool = False
    """Follows the physical world: there is nothing to command."""
    has_units: bool = False


KINDS: dict[str, ObjectKind] = {
    "analog-input": ObjectKind(Real, input=True, has_units=True),
    "analog-output": ObjectKind(Real, has_units=True),
    "analog-value": ObjectKind(Real, has_units=True),
    "large-analog-value": ObjectKind(Double, has_units=True),
    "integer-value": ObjectKind(Integer, whole=True, has_units=True),
    "positive-integer-value": ObjectKind(Unsigned, whole=True, has_units=True),
    "binary-input": ObjectKind(Enumerated, whole=True, binary=True, input=True),
    "binary-output": ObjectKind(Enumerated, whole=True, binary=True),
    "binary-value": ObjectKind(Enumerated, whole=True, binary=True),
    "multi-state-input": ObjectKind(Unsigned, whole=True, multi_state=True, input=True),
    "multi-state-output": ObjectKind(Unsigned, whole=True, multi_state=True),
    "multi-state-value": ObjectKind(Unsigned, whole=True, multi_state=True),
}


@dataclass(frozen=True, slots=True)
class BacnetAddress:
    """One object on a device; the property is always the present value.

    What follows ``instance`` says how it is written; two addresses are one by their object alone.
    """

    type: str
    instance: int
    effective: BacnetAddress | None = field(default=None, compare=False)
    """Another object on the device that shows what a write has really done."""
    tolerance: float = field(default=0.0, compare=False)
    """How far what is read back may be from what was written, in the device's unit."""

    @property
    def kind(self) -> ObjectKind:
        return KINDS[self.type]

    @property
    def identifier(self) -> ObjectIdentifier:
        return _identifier(self.type, self.instance)

    def __str__(self) -> str:
        return f"{self.type},{self.instance}"


@lru_cache(maxsize=100_000)
def _identifier(type_: str, instance: int) -> ObjectIdentifier:
    return ObjectIdentifier(f"{type_},{instance}")


@cache
def property_reference(name: str) -> PropertyReference:
    """The whole property, as requests name it; made once, since bacpypes3 takes its time."""
    return PropertyReference(propertyIdentifier=PropertyIdentifier(name))


def parse_address(row: Row, *, writable: bool) -> BacnetAddress:
    """``object`` "type,instance" of a type known here; for a writable one also ``effective``
    (another object) and ``tolerance``.

    Raises ValueError("key: what is wrong").
    """
    address = _parse_object(row, "object")
    if not writable:
        row.done()
        return address
    if address.kind.input:
        raise row.wrong("object", f"{address} is an input: it cannot be commanded")
    effective = _parse_object(row, "effective") if row.has("effective") else None
    tolerance = row.number("tolerance", 0.0)
    row.done()
    if tolerance < 0:
        raise row.wrong("tolerance", f"must not be negative, as {tolerance:g} is")
    if effective == address:
        raise row.wrong("effective", f"{address} itself is read back anyway; name another object")
    return BacnetAddress(address.type, address.instance, effective, tolerance)


def _parse_object(row: Row, key: str) -> BacnetAddress:
    text = row.text(key)
    name, comma, instance = (part.strip() for part in text.partition(","))
    if not comma or not instance.isdecimal() or int(instance) > INSTANCE_LIMIT:
        raise row.wrong(key, f'must be "type,instance", as "analog-value,1", not {text!r}')
    if name not in KINDS:
        raise row.wrong(key, f"{name!r} is not one of {', '.join(KINDS)}")
    return BacnetAddress(name, int(instance))


def to_wire(address: BacnetAddress, raw: float, states: int | None = None) -> Any:
    """The raw value in the object's own datatype; ``states`` is how many a multi-state object has.

    Raises RefusedError for a value that the type cannot carry.
    """
    kind = address.kind
    if not kind.whole:
        return kind.datatype(raw)
    if abs(raw - round(raw)) > 1e-6:
        raise RefusedError(f"{address} takes whole numbers, not {raw:g}; nothing was sent")
    whole = round(raw)
    lowest = 1 if kind.multi_state else 0
    if (
        (kind.binary and whole not in (0, 1))
        or (kind.datatype is Unsigned and whole < lowest)
        or (kind.multi_state and states is not None and whole > states)
    ):
        raise RefusedError(f"{address} cannot be {whole}; nothing was sent")
    return kind.datatype(whole)


def heartbeat_to_wire(address: BacnetAddress, counter: float) -> Any:
    return to_wire(address, int(counter) % (2 if address.kind.binary else HEARTBEAT_MODULUS))


def null() -> Any:
    """What relinquishes a slot."""
    return Null(())


def from_wire(value: object) -> float:
    """A present value as a number; binary values become 0.0 or 1.0.

    Raises TypeError for what is no number and ValueError for what is not finite.
    """
    if not isinstance(value, int | float):
        raise TypeError(f"{type(value).__name__} is not a number")
    if not math.isfinite(value):
        raise ValueError(f"{value} is not a number")
    return float(value)


class SlotArray(list[float | None]):
    """A priority array that is decoded already: raw numbers, ``None`` where a slot is empty."""


def slots_from_wire(array: Any) -> tuple[float | None, ...]:
    """Sixteen raw numbers, ``None`` where a slot is empty.

    An entry that is filled with something else than a finite number counts as filled: NaN.
    Raises TypeError for anything but an array of sixteen.
    """
    if not isinstance(array, list) or len(array) != SLOTS:
        raise TypeError("the priority array does not have its sixteen entries")
    return tuple(array) if isinstance(array, SlotArray) else tuple(_slot(entry) for entry in array)


def _slot(entry: Any) -> float | None:
    chosen = entry._choice
    if chosen is None or chosen == "null":
        return None
    value = getattr(entry, chosen)
    return float(value) if isinstance(value, int | float) else math.nan


def fault_of(flags: Any, reliability: Any) -> str:
    """What the device itself says against the value; empty when nothing."""
    _, fault, _, out_of_service = _flags(flags)
    said = [name for name, on in (("fault", fault), ("out of service", out_of_service)) if on]
    if isinstance(reliability, int) and reliability != 0:
        said.append(f"reliability {reliability}")
    return ", ".join(said)


def overridden_at_device(flags: Any) -> bool:
    return _flags(flags)[2]


def _flags(flags: Any) -> tuple[bool, bool, bool, bool]:
    """In alarm, fault, overridden, out of service; none where the object has no flags."""
    bits = [bool(bit) for bit in flags] if isinstance(flags, list) else []
    alarm, fault, overridden, out_of_service = (bits + [False] * 4)[:4]
    return alarm, fault, overridden, out_of_service
