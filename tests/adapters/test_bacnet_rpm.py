"""Our own decoding of ReadPropertyMultiple answers, held to bacpypes3's byte by byte."""

from __future__ import annotations

import math
import struct
from typing import Any

import pytest
from bacpypes3.apdu import (
    APCISequence,
    ComplexAckPDU,
    ReadPropertyMultipleACK,
    ReadPropertyMultipleRequest,
)
from bacpypes3.basetypes import (
    BinaryPV,
    ErrorType,
    PriorityArray,
    PriorityValue,
    ReadAccessResult,
    ReadAccessResultElement,
    ReadAccessResultElementChoice,
    ReadAccessSpecification,
    Reliability,
    StatusFlags,
)
from bacpypes3.constructeddata import SequenceOf
from bacpypes3.pdu import Address
from bacpypes3.primitivedata import (
    CharacterString,
    Double,
    Enumerated,
    Integer,
    Null,
    PropertyIdentifier,
    Real,
    Unsigned,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.answers import RefusedError
from adapters.bacnet_batches import Ask
from adapters.bacnet_link import GARBLED
from adapters.bacnet_rpm import (
    NUMBER_OF,
    SERVICE,
    Rows,
    Unfamiliar,
    familiar_rows,
    library_rows,
    rpm_request,
    rpm_rows,
)
from adapters.bacnet_wire import (
    KINDS,
    PRESENT_VALUE,
    PRIORITY_ARRAY,
    RELIABILITY,
    STATUS_FLAGS,
    BacnetAddress,
    fault_of,
    from_wire,
    overridden_at_device,
    property_reference,
    slots_from_wire,
)

PROPERTIES = (PRESENT_VALUE, STATUS_FLAGS, RELIABILITY, PRIORITY_ARRAY)
WIDE = st.floats(width=32) | st.sampled_from([0.0, -0.0, math.inf, math.nan])
VALUES: dict[Any, st.SearchStrategy[Any]] = {
    Real: WIDE.map(Real),
    Double: st.floats().map(Double),
    Integer: st.integers(-(2**31), 2**31 - 1).map(Integer),
    Unsigned: st.integers(0, 2**32 - 1).map(Unsigned),
    Enumerated: st.sampled_from(["active", "inactive"]).map(BinaryPV),
}
SLOT = st.one_of(
    st.just(PriorityValue(null=Null(()))),
    WIDE.map(lambda value: PriorityValue(real=Real(value))),
    st.integers(0, 2**32 - 1).map(lambda value: PriorityValue(unsigned=Unsigned(value))),
    st.integers(0, 1).map(lambda value: PriorityValue(enumerated=Enumerated(value))),
    st.integers(-(2**31), 2**31 - 1).map(lambda value: PriorityValue(integer=Integer(value))),
    st.floats().map(lambda value: PriorityValue(double=Double(value))),
)
ERROR = st.sampled_from(
    [("property", "unknownProperty"), ("object", "unknownObject"), ("device", "operationalProblem")]
).map(lambda pair: ErrorType(errorClass=pair[0], errorCode=pair[1]))


@st.composite
def answers(draw: st.DrawFn) -> tuple[list[Ask], bytes]:
    """What was asked for, and an answer that keeps the standard."""
    asks, results = [], []
    types = draw(st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=2))
    for type_ in types:
        address = BacnetAddress(type_, draw(st.integers(0, 4_194_302)))
        known = PROPERTIES[:3] if address.kind.input else PROPERTIES
        names = draw(st.lists(st.sampled_from(known), min_size=1, unique=True))
        asks.append(Ask(address, tuple(names)))
        elements = []
        for name in names:
            error = draw(ERROR) if draw(st.integers(0, 9)) == 0 else None
            value = {
                PRESENT_VALUE: VALUES[address.kind.datatype],
                STATUS_FLAGS: st.lists(st.integers(0, 1), min_size=4, max_size=4).map(StatusFlags),
                RELIABILITY: st.integers(0, 24).map(Reliability),
                PRIORITY_ARRAY: st.lists(SLOT, min_size=16, max_size=16).map(PriorityArray),
            }[name]
            elements.append(element(name, draw(value), error))
        results.append(result(address, elements))
    return asks, encoded(results)


def element(name: str, value: Any, error: ErrorType | None = None) -> ReadAccessResultElement:
    said = (
        ReadAccessResultElementChoice(propertyValue=value)
        if error is None
        else ReadAccessResultElementChoice(propertyAccessError=error)
    )
    return ReadAccessResultElement(propertyIdentifier=PropertyIdentifier(name), readResult=said)


def result(address: BacnetAddress, elements: list[Any]) -> ReadAccessResult:
    return ReadAccessResult(objectIdentifier=address.identifier, listOfResults=elements)


def encoded(results: list[Any]) -> bytes:
    ack = ReadPropertyMultipleACK(
        listOfReadAccessResults=SequenceOf(ReadAccessResult)(results),
        destination=Address("10.0.0.1"),
    )
    return bytes(ack.encode().pduData)


def acknowledged(data: bytes) -> ComplexAckPDU:
    apdu = ComplexAckPDU(SERVICE, 1)
    apdu.put_data(data)
    return apdu


def meaning(rows: Rows) -> dict[Any, Any]:
    """What the adapter makes of each value."""
    told: dict[Any, Any] = {}
    for (identifier, number), value in rows.items():
        if isinstance(value, RefusedError):
            said: Any = str(value)
        elif number == NUMBER_OF[PRESENT_VALUE]:
            said = bits_of(value)
        elif number == NUMBER_OF[STATUS_FLAGS]:
            said = (fault_of(value, None), overridden_at_device(value))
        elif number == NUMBER_OF[RELIABILITY]:
            said = fault_of(None, value)
        else:
            said = [
                None if slot is None else struct.pack(">d", slot) for slot in slots_from_wire(value)
            ]
        told[tuple(identifier), number] = said
    return told


def bits_of(value: Any) -> Any:
    try:
        return struct.pack(">d", from_wire(value))
    except (TypeError, ValueError) as error:
        return type(error)


@settings(max_examples=100, deadline=None)
@given(answers())
def test_every_proper_answer_means_the_same(asked: tuple[list[Ask], bytes]) -> None:
    asks, data = asked
    ours = familiar_rows(data, asks)
    assert meaning(ours) == meaning(library_rows(acknowledged(data)))


@settings(max_examples=300, deadline=None)
@given(answers(), st.data())
def test_a_damaged_answer_never_means_something_else(
    asked: tuple[list[Ask], bytes], data: st.DataObject
) -> None:
    """Bits turned, bytes lost: either bacpypes3 is left to judge it, or both read the same."""
    asks, sent = asked
    damaged = bytearray(sent)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(damaged) - 1))
        damaged[at] ^= 1 << data.draw(st.integers(0, 7))
    cut = data.draw(st.integers(0, 3))
    came = bytes(damaged[: len(damaged) - cut])
    try:
        ours = meaning(familiar_rows(came, asks))
    except (Unfamiliar, IndexError, struct.error):
        return
    assert ours == meaning(library_rows(acknowledged(came)))


@given(st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=5), st.integers(0, 4_194_302))
@settings(max_examples=30, deadline=None)
def test_a_request_is_encoded_as_the_library_does(types: list[str], instance: int) -> None:
    asks = [Ask(BacnetAddress(type_, instance), PROPERTIES) for type_ in types]
    wanted = ReadPropertyMultipleRequest(
        listOfReadAccessSpecs=SequenceOf(ReadAccessSpecification)(
            [
                ReadAccessSpecification(
                    objectIdentifier=ask.address.identifier,
                    listOfPropertyReferences=[property_reference(name) for name in PROPERTIES],
                )
                for ask in asks
            ]
        ),
        destination=Address("10.0.0.1"),
    )
    ours = rpm_request(asks, Address("10.0.0.1"))
    assert bytes(ours.pduData) == bytes(wanted.encode().pduData)
    assert APCISequence.decode(ours).listOfReadAccessSpecs


ADDRESS = BacnetAddress("analog-input", 1)
ASK = [Ask(ADDRESS, (PRESENT_VALUE,))]


def test_a_value_of_another_type_is_left_to_the_library() -> None:
    text = encoded([result(ADDRESS, [element(PRESENT_VALUE, CharacterString("warm"))])])
    with pytest.raises(Unfamiliar):
        familiar_rows(text, ASK)
    with pytest.raises(GARBLED):
        rpm_rows(acknowledged(text), ASK)


def test_an_answer_to_another_question_holds_nothing_of_ours() -> None:
    other = BacnetAddress("analog-input", 2)
    data = encoded([result(other, [element(PRESENT_VALUE, Real(1.0))])])
    rows = rpm_rows(acknowledged(data), ASK)
    assert (ADDRESS.identifier, NUMBER_OF[PRESENT_VALUE]) not in rows
