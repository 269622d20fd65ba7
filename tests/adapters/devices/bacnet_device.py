"""A small BACnet/IP controller with the strictness of a real one, and switches for its ills."""

from __future__ import annotations

import asyncio
import math
from typing import Any

from bacpypes3.apdu import AbortPDU, AbortReason
from bacpypes3.app import Application
from bacpypes3.basetypes import PriorityValue, StatusFlags
from bacpypes3.errors import PropertyError, RejectException
from bacpypes3.local.analog import (
    AnalogInputObject,
    AnalogOutputObject,
    AnalogValueObject,
    AnalogValueObjectCmd,
)
from bacpypes3.local.binary import BinaryInputObject, BinaryOutputObject, BinaryValueObjectCmd
from bacpypes3.local.cmd import Commandable
from bacpypes3.local.device import DeviceObject
from bacpypes3.local.multistate import MultiStateOutputObject, MultiStateValueObject
from bacpypes3.local.networkport import NetworkPortObject
from bacpypes3.local.object import Object
from bacpypes3.object import AnalogInputObject as PlainAnalogInput
from bacpypes3.object import PositiveIntegerValueObject as PlainPositiveIntegerValue
from bacpypes3.primitivedata import CharacterString, Null, ObjectIdentifier


class PositiveIntegerValue(Object, PlainPositiveIntegerValue):
    """Not commandable: a plain number to be written."""


class TextForNumber(Object, PlainAnalogInput):
    """Breaks the standard: its present value is text, which no client can decode as REAL."""

    presentValue: CharacterString


class BacnetDevice(Application):
    """Play it through ``objects`` and the switches below. ``requests`` counts what came in."""

    silent = False
    refusing = False
    keeps_slots = False
    clamps_at: float | None = None
    largest_batch = 1000
    knows_read_multiple = True
    answers_after_s = 0.0
    answers_at_most = 1_000_000
    """Requests after which it is silent."""
    requests = 0
    under_way = 0
    most_under_way = 0
    last_priority: int | None = None

    @classmethod
    async def start(cls, port: int, instance: int, *objects: Any) -> BacnetDevice:
        device = DeviceObject(
            objectIdentifier=("device", instance), objectName=f"device-{instance}"
        )
        network_port = NetworkPortObject(
            f"127.0.0.1/32:{port}",
            objectIdentifier=("network-port", 1),
            objectName="NetworkPort-1",
        )
        app = cls.from_object_list([device, network_port, *objects])
        for link in app.link_layers.values():
            await link.server._local_transport_ready.wait()
        return app

    def at(self, name: str) -> Any:
        return self.get_object_id(ObjectIdentifier(name))

    def command(self, name: str, value: float | None, priority: int) -> None:
        """What another client would have written into the object's priority array."""
        target = self.at(name)
        datatype = type(target.presentValue)
        entry = PriorityValue(Null(()) if value is None else datatype(value))
        target.priorityArray[priority - 1] = entry

    def slot(self, name: str, priority: int) -> float | None:
        entry = self.at(name).priorityArray[priority - 1]
        return None if entry._choice == "null" else float(getattr(entry, entry._choice))

    async def indication(self, apdu: Any) -> None:
        self.requests += 1
        if self.silent or self.requests > self.answers_at_most:
            return
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        await asyncio.sleep(self.answers_after_s)
        self.under_way -= 1
        await super().indication(apdu)

    async def do_ReadPropertyMultipleRequest(self, apdu: Any) -> None:
        if not self.knows_read_multiple:
            raise Unrecognized
        if len(apdu.listOfReadAccessSpecs) > self.largest_batch:
            await self.response(
                AbortPDU(True, reason=AbortReason.segmentationNotSupported, context=apdu)
            )
            return
        await super().do_ReadPropertyMultipleRequest(apdu)

    async def do_WritePropertyRequest(self, apdu: Any) -> None:
        self.last_priority = apdu.priority
        target = self.get_object_id(apdu.objectIdentifier)
        if self.refusing or "input" in str(apdu.objectIdentifier[0]):
            raise PropertyError("writeAccessDenied")
        if target is not None:
            value = apdu.propertyValue.cast_out(
                target.get_property_type(apdu.propertyIdentifier), null=True
            )
            if isinstance(value, Null) and self.keeps_slots:
                apdu.priority = 16
            if isinstance(value, float) and not math.isfinite(value):
                raise PropertyError("valueOutOfRange")
        await super().do_WritePropertyRequest(apdu)
        if target is not None and self.clamps_at is not None and apdu.priority:
            self.command(str(apdu.objectIdentifier), self.clamps_at, apdu.priority)


class Unrecognized(RejectException):
    rejectReason = "unrecognizedService"


def analog_input(instance: int, value: float, units: str = "no-units") -> Any:
    return AnalogInputObject(
        objectIdentifier=("analog-input", instance),
        objectName=f"ai-{instance}",
        presentValue=value,
        statusFlags=[0, 0, 0, 0],
        covIncrement=1.0,
        units=units,
        eventState="normal",
        outOfService=False,
        reliability="no-fault-detected",
    )


def text_input(instance: int) -> Any:
    return TextForNumber(
        objectIdentifier=("analog-input", instance),
        objectName=f"text-{instance}",
        presentValue="warm",
        statusFlags=[0, 0, 0, 0],
        units="no-units",
        eventState="normal",
        outOfService=False,
    )


def analog_value(
    instance: int, value: float, units: str = "no-units", *, commandable: bool = True
) -> Any:
    build = AnalogValueObjectCmd if commandable else AnalogValueObject
    return build(
        objectIdentifier=("analog-value", instance),
        objectName=f"av-{instance}",
        presentValue=value,
        statusFlags=[0, 0, 0, 0],
        covIncrement=1.0,
        units=units,
        eventState="normal",
        outOfService=False,
    )


def binary_input(instance: int, active: bool) -> Any:
    return BinaryInputObject(
        objectIdentifier=("binary-input", instance),
        objectName=f"bi-{instance}",
        presentValue="active" if active else "inactive",
        statusFlags=[0, 0, 0, 0],
        eventState="normal",
        outOfService=False,
        polarity="normal",
    )


def binary_value(instance: int, active: bool) -> Any:
    return BinaryValueObjectCmd(
        objectIdentifier=("binary-value", instance),
        objectName=f"bv-{instance}",
        presentValue="active" if active else "inactive",
        statusFlags=[0, 0, 0, 0],
        eventState="normal",
        outOfService=False,
    )


def positive_integer(instance: int, value: int) -> Any:
    return PositiveIntegerValue(
        objectIdentifier=("positive-integer-value", instance),
        objectName=f"piv-{instance}",
        presentValue=value,
        statusFlags=[0, 0, 0, 0],
        units="no-units",
    )


class HeldByHand(AnalogValueObjectCmd):
    """A switch on the controller itself holds the value: the array fills, nothing follows."""

    @property
    def statusFlags(self) -> StatusFlags:
        return StatusFlags([0, 0, 1, 0])

    @statusFlags.setter
    def statusFlags(self, value: Any) -> None: ...

    def recalculating(self) -> None: ...


def held_by_hand(instance: int, value: float) -> Any:
    return HeldByHand(
        objectIdentifier=("analog-value", instance),
        objectName=f"hand-{instance}",
        presentValue=value,
        covIncrement=1.0,
        units="no-units",
        eventState="normal",
        outOfService=False,
    )


def outputs() -> list[Any]:
    """One commandable output of each kind, instance 1."""
    common: dict[str, Any] = {
        "statusFlags": [0, 0, 0, 0],
        "eventState": "normal",
        "outOfService": False,
    }
    return [
        AnalogOutputObject(
            objectIdentifier=("analog-output", 1),
            objectName="ao-1",
            presentValue=0.0,
            relinquishDefault=0.0,
            covIncrement=1.0,
            units="percent",
            **common,
        ),
        BinaryOutputObject(
            objectIdentifier=("binary-output", 1),
            objectName="bo-1",
            presentValue="inactive",
            relinquishDefault="inactive",
            polarity="normal",
            **common,
        ),
        MultiStateOutputObject(
            objectIdentifier=("multi-state-output", 1),
            objectName="mso-1",
            presentValue=1,
            relinquishDefault=1,
            numberOfStates=3,
            **common,
        ),
    ]


def multi_state_value(instance: int, state: int, states: int) -> Any:
    return MultiStateValueCmd(
        objectIdentifier=("multi-state-value", instance),
        objectName=f"msv-{instance}",
        presentValue=state,
        numberOfStates=states,
        statusFlags=[0, 0, 0, 0],
        eventState="normal",
        outOfService=False,
    )


class MultiStateValueCmd(Commandable, MultiStateValueObject):
    _required = ("priorityArray",)
