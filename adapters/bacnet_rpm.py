"""ReadPropertyMultiple of what control cycles read, encoded and decoded by hand.

bacpypes3 takes some half a millisecond for each value of an answer, most of it to build objects
that nobody looks at. Here the bytes of the common shapes (ANSI/ASHRAE 135, clauses 20.2 and 21) are
read as they are. Whatever has another shape is left to bacpypes3, as a whole: so it judges what
is wrong.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from bacpypes3.apdu import APCISequence, ComplexAckPDU, ConfirmedRequestPDU, ConfirmedServiceChoice
from bacpypes3.basetypes import ErrorClass, ErrorCode, ErrorType, Reliability
from bacpypes3.pdu import Address
from bacpypes3.primitivedata import Double, Enumerated, Integer, Real, Unsigned
from bacpypes3.vendor import get_vendor_info

from adapters.answers import RefusedError
from adapters.bacnet_batches import Ask
from adapters.bacnet_wire import (
    PRESENT_VALUE,
    PRIORITY_ARRAY,
    RELIABILITY,
    SLOTS,
    STATUS_FLAGS,
    BacnetAddress,
    SlotArray,
    property_reference,
)

SERVICE = ConfirmedServiceChoice.readPropertyMultiple
KNOWN = frozenset((PRESENT_VALUE, STATUS_FLAGS, RELIABILITY, PRIORITY_ARRAY))
NUMBER_OF = {name: int(property_reference(name).propertyIdentifier) for name in KNOWN}

# First bytes: a context tag's number, class and length, or what opens and closes it.
OBJECT, OPEN_RESULTS, CLOSE_RESULTS = 0x0C, 0x1E, 0x1F
PROPERTY, OPEN_VALUE, CLOSE_VALUE, OPEN_ERROR, CLOSE_ERROR = 0x29, 0x4E, 0x4F, 0x5E, 0x5F
NULL, REAL, DOUBLE, BITS_IN_ONE_BYTE, UNSIGNED, INTEGER, ENUMERATED = 0, 4, 5, 0x82, 2, 3, 9
TAG_OF = {Real: REAL, Double: DOUBLE, Unsigned: UNSIGNED, Integer: INTEGER, Enumerated: ENUMERATED}
SLOT_TAGS = frozenset((REAL, DOUBLE, UNSIGNED, INTEGER, ENUMERATED))
FOUR_FLAGS = 4
"""Of the eight bits in a byte of status flags so many are unused."""

Rows = dict[tuple[Any, int], Any]
"""Value by object identifier and number of the property; a RefusedError for an error."""


class Unfamiliar(Exception):
    """The answer has another shape than those read here."""


class RawRequest(ConfirmedRequestPDU):  # type: ignore[misc]
    """A request whose answer is handed over undecoded."""


def knows(asks: Sequence[Ask]) -> bool:
    """Whether these may be asked for here."""
    return all(name in KNOWN for ask in asks for name in ask.properties)


def rpm_request(asks: Sequence[Ask], station: Address) -> RawRequest:
    apdu = RawRequest(SERVICE, destination=station)
    apdu.put_data(b"".join(_spec(ask) for ask in asks))
    return apdu


def rpm_rows(answer: ComplexAckPDU, asks: Sequence[Ask]) -> Rows:
    """What the answer says. Raises what bacpypes3 raises for one that breaks the standard."""
    try:
        return familiar_rows(bytes(answer.pduData), asks)
    except (Unfamiliar, IndexError, struct.error):
        return library_rows(answer)


def library_rows(answer: ComplexAckPDU) -> Rows:
    """The same by bacpypes3's own decoder."""
    found: Rows = {}
    for result in APCISequence.decode(answer).listOfReadAccessResults:
        identifier = result.objectIdentifier
        type_of = get_vendor_info(0).get_object_class(identifier[0]).get_property_type
        for element in result.listOfResults:
            said, name = element.readResult, element.propertyIdentifier
            if said.propertyAccessError:
                value: Any = refused(said.propertyAccessError)
            else:
                datatype = type_of(name)
                value = None if datatype is None else said.propertyValue.cast_out(datatype)
            found[identifier, int(name)] = value
    return found


def refused(error: ErrorType) -> RefusedError:
    return RefusedError(f"{error.errorClass}: {error.errorCode}")


@lru_cache(maxsize=100_000)
def _spec(ask: Ask) -> bytes:
    """A ReadAccessSpecification."""
    names = b"".join(bytes((0x09, NUMBER_OF[name])) for name in ask.properties)
    return _object(ask.address) + bytes((OPEN_RESULTS,)) + names + bytes((CLOSE_RESULTS,))


def _object(address: BacnetAddress) -> bytes:
    kind, instance = address.identifier
    return bytes((OBJECT,)) + (int(kind) << 22 | int(instance)).to_bytes(4)


def familiar_rows(data: bytes, asks: Sequence[Ask]) -> Rows:
    """Raises Unfamiliar, IndexError or struct.error for any other shape: objects and properties
    in the order they were asked for, each a value of its proper type or an error."""
    found: Rows = {}
    at = 0
    for ask in asks:
        head = _object(ask.address)
        if data[at : at + 5] != head or data[at + 5] != OPEN_RESULTS:
            raise Unfamiliar
        at += 6
        for name in ask.properties:
            number = NUMBER_OF[name]
            if data[at] != PROPERTY or data[at + 1] != number:
                raise Unfamiliar
            opens = data[at + 2]
            if opens == OPEN_VALUE:
                value, at = _value(name, ask.address, data, at + 3)
                closes = CLOSE_VALUE
            elif opens == OPEN_ERROR:
                value, at = _error(data, at + 3)
                closes = CLOSE_ERROR
            else:
                raise Unfamiliar
            if data[at] != closes:
                raise Unfamiliar
            at += 1
            found[ask.address.identifier, number] = value
        if data[at] != CLOSE_RESULTS:
            raise Unfamiliar
        at += 1
    if at != len(data):
        raise Unfamiliar
    return found


def _value(name: str, address: BacnetAddress, data: bytes, at: int) -> tuple[Any, int]:
    """The value that begins at ``at``, and where the next thing begins."""
    if name == PRESENT_VALUE:
        tag = TAG_OF.get(address.kind.datatype)
        if data[at] >> 4 != tag:
            raise Unfamiliar
        return _number(data, at)
    if name == STATUS_FLAGS:
        if data[at] != BITS_IN_ONE_BYTE or data[at + 1] != FOUR_FLAGS:
            raise Unfamiliar
        bits = data[at + 2]
        return [bits >> 7 & 1, bits >> 6 & 1, bits >> 5 & 1, bits >> 4 & 1], at + 3
    if name == RELIABILITY:
        if data[at] >> 4 != ENUMERATED:
            raise Unfamiliar
        code, at = _number(data, at)
        return Reliability(code) if code else 0, at
    slots: SlotArray = SlotArray()
    while data[at] != CLOSE_VALUE:
        if data[at] == NULL:
            slots.append(None)
            at += 1
        elif data[at] >> 4 in SLOT_TAGS:
            number, at = _number(data, at)
            slots.append(float(number))
        else:
            raise Unfamiliar
    if len(slots) != SLOTS:
        raise Unfamiliar
    return slots, at


def _number(data: bytes, at: int) -> tuple[float, int]:
    """A number under an application tag, in the shortest form of its length."""
    first = data[at]
    tag, length = first >> 4, first & 0x07
    if first & 0x08:
        raise Unfamiliar
    if tag == REAL and length == 4:
        return struct.unpack_from(">f", data, at + 1)[0], at + 5
    if tag == DOUBLE and length == 5 and data[at + 1] == 8:
        return struct.unpack_from(">d", data, at + 2)[0], at + 10
    if tag not in (UNSIGNED, INTEGER, ENUMERATED) or not 1 <= length <= 4:
        raise Unfamiliar
    end = at + 1 + length
    if end > len(data):
        raise Unfamiliar
    return int.from_bytes(data[at + 1 : end], signed=tag == INTEGER), end


def _error(data: bytes, at: int) -> tuple[RefusedError, int]:
    if data[at] >> 4 != ENUMERATED:
        raise Unfamiliar
    class_, at = _number(data, at)
    if data[at] >> 4 != ENUMERATED:
        raise Unfamiliar
    code, at = _number(data, at)
    return refused(ErrorType(errorClass=ErrorClass(class_), errorCode=ErrorCode(code))), at
