"""Requests to one BACnet device: each in its turn and with an end, in batches that learn.

What the device answers is a value, a ``RefusedError`` (its error, reject or abort), or nothing
(``SilentError``). bacpypes3's own exceptions stop here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bacpypes3.apdu import AbortPDU, AbortReason, ComplexAckPDU, ErrorRejectAbortNack
from bacpypes3.basetypes import ErrorType, PropertyReference
from bacpypes3.errors import RejectException
from bacpypes3.pdu import Address
from bacpypes3.primitivedata import ObjectIdentifier

from adapters.answers import RefusedError, SilentError
from adapters.bacnet_batches import Ask, Batches
from adapters.bacnet_rpm import Rows, knows, refused, rpm_request, rpm_rows
from adapters.bacnet_whereabouts import Whereabouts
from adapters.bacnet_whois import Announced, ask_who_is, make_known
from adapters.bacnet_wire import (
    MAX_APDU,
    PRESENT_VALUE,
    PRIORITY_ARRAY,
    SEGMENTATION,
    SLOTS,
    BacnetAddress,
    property_reference,
)
from adapters.presence import Presence

WILDCARD_INSTANCE = 4_194_303
"""Addresses whatever device is there."""
NO_REPLY = (AbortReason.noResponse, AbortReason.tsmTimeout)
TOO_BIG = (
    AbortReason.segmentationNotSupported,
    AbortReason.bufferOverflow,
    AbortReason.apduTooLong,
    AbortReason.outOfResources,
)
ELEMENT_BYTES = 14
"""An element of an array in an answer: name, index, tags, and an object's number."""
SEGMENTS_ANSWERS = ("segmented-both", "segmented-transmit")
# What bacpypes3 raises while it decodes an answer that breaks the standard.
GARBLED = (ValueError, TypeError, AttributeError, RejectException)
NO_ANSWER_TO_IT = "the answer is no ReadPropertyMultiple answer"
UNDECODED = "invalid-tag"
"""The error that bacpypes3 makes itself of an answer it cannot take apart."""


class TooBigError(RefusedError):
    """The answer does not fit what the device can send."""


class GarbledError(RefusedError):
    """An answer came that is not of the type the standard demands."""


Properties = dict[str, Any]
"""Value by property name; a ``RefusedError`` where the device has none."""


@dataclass(slots=True)
class Found:
    """What a read has brought so far: kept outside the call, so that a deadline loses only what
    had not come yet."""

    by_object: dict[BacnetAddress, Properties] = field(default_factory=dict)


class BacnetLink:
    def __init__(self, app: Any, where: Whereabouts, presence: Presence) -> None:
        self._app = app
        self._where = where
        self._presence = presence
        self._heard = 0
        """Answers of any kind."""
        self.batches = Batches()

    def _hear(self) -> None:
        self._heard += 1
        self._presence.heard()

    @property
    def may_try(self) -> bool:
        """The device answered last time, or has been left alone long enough."""
        return self._presence.may_try

    async def read(self, asks: Sequence[Ask], found: Found) -> None:
        """Fills ``found``. Raises SilentError when nothing at all was answered."""
        batches, alone = self.batches.split(asks)
        jobs = [self._read_batch(batch, found) for batch in batches]
        jobs += [self._read_alone(ask, found) for ask in alone]
        ends = await asyncio.gather(*jobs, return_exceptions=True)
        errors = [end for end in ends if isinstance(end, BaseException)]
        for error in errors:
            if not isinstance(error, SilentError):
                raise error
        if errors and not found.by_object:
            raise errors[0]

    async def read_property(
        self, address: BacnetAddress, name: str, index: int | None = None
    ) -> Any:
        """One property, or one element of an array. Raises RefusedError or SilentError."""
        return await self._read_property(address.identifier, name, index)

    async def read_elements(self, address: BacnetAddress, name: str, count: int) -> list[Any]:
        """Elements 1 to ``count`` of an array, many at once where the device knows how.

        Raises RefusedError or SilentError.
        """
        most = max(1, self.batches.answer_bytes // ELEMENT_BYTES)
        parts = [range(first, min(first + most, count + 1)) for first in range(1, count + 1, most)]
        read = await asyncio.gather(*(self._read_part(address, name, part) for part in parts))
        return [element for part in read for element in part]

    async def write(self, address: BacnetAddress, value: Any, priority: int | None = None) -> None:
        """Writes the present value. Raises RefusedError or SilentError."""
        answer = await self.request(
            lambda station: self._app.write_property(
                station, address.identifier, PRESENT_VALUE, value, None, priority
            )
        )
        if answer is not None:
            raise RefusedError(f"{address} cannot be written: {answer}")

    async def is_device(self, instance: int) -> bool:
        """Whether the device that answers here is this one. Raises SilentError."""
        try:
            return await self._read_instance(instance) == instance
        except RefusedError:
            return False

    async def who_answers(self) -> int | None:
        """The instance number of the device here; ``None`` when it does not say.

        The wildcard instance is younger than many a controller: those are asked with Who-Is.
        """
        try:
            return await self._read_instance(WILDCARD_INSTANCE)
        except RefusedError:
            station = await self._where.find()
            heard = await ask_who_is(
                self._app,
                self._presence.deadline_s / 2,
                targets=[station],
                enough=lambda heard: bool(heard),
            )
        return heard[0].instance if heard else None

    async def learn_limits(self, instance: int) -> None:
        """Asks the device how large an answer may be, and keeps to it. Raises SilentError."""
        said = self._where.announced
        if said is None:
            device = BacnetAddress("device", instance)
            try:
                most = int(await self.read_property(device, MAX_APDU))
                segmentation = str(await self.read_property(device, SEGMENTATION))
            except (RefusedError, TypeError, ValueError):
                return
            said = Announced(instance, str(await self._where.find()), most, segmentation, 0)
            await make_known(self._app, said)
        self.batches.device_says(said.max_apdu, segments=said.segmentation in SEGMENTS_ANSWERS)

    async def _read_batch(self, asks: Sequence[Ask], found: Found) -> None:
        heard = self._heard
        try:
            rows = await self._read_multiple(asks)
        except SilentError:
            self.batches.silent(asks, lives=self._heard != heard)
            raise
        except RefusedError as refusal:
            if len(asks) == 1:
                self.batches.spoils(asks[0].address)
                await self._read_alone(asks[0], found)
                return
            middle = len(asks) // 2
            if isinstance(refusal, TooBigError):
                self.batches.too_big(asks)
            await self._read_batch(asks[:middle], found)
            await self._read_batch(asks[middle:], found)
            return
        self.batches.answered()
        for ask in asks:
            found.by_object[ask.address] = {
                name: _row(rows, ask.address, name) for name in ask.properties
            }

    async def _read_multiple(self, asks: Sequence[Ask]) -> Rows:
        if knows(asks):
            raw = await self.request(
                lambda station: self._app.request(rpm_request(asks, station)), len(asks)
            )
            return self._decoded(raw, asks)
        wanted: list[Any] = []
        for ask in asks:
            wanted += [ask.address.identifier, [property_reference(n) for n in ask.properties]]
        answer = await self.request(
            lambda station: self._app.read_property_multiple(station, wanted), len(asks)
        )
        if answer is None:
            raise RefusedError(NO_ANSWER_TO_IT)
        return {
            (identifier, int(name)): _refusal_or_value(value)
            for identifier, name, _, value in answer
        }

    def _decoded(self, answer: Any, asks: Sequence[Ask]) -> Rows:
        """Raises RefusedError for what is no answer, GarbledError for one that has no meaning."""
        if not isinstance(answer, ComplexAckPDU):
            raise RefusedError(NO_ANSWER_TO_IT)
        try:
            return rpm_rows(answer, asks)
        except GARBLED as error:
            raise GarbledError(f"the answer cannot be decoded: {error!r}") from error

    async def _read_part(self, address: BacnetAddress, name: str, part: range) -> list[Any]:
        whole = property_reference(name).propertyIdentifier
        wanted = [
            address.identifier,
            [PropertyReference(propertyIdentifier=whole, propertyArrayIndex=k) for k in part],
        ]
        try:
            answer = await self.request(
                lambda station: self._app.read_property_multiple(station, wanted), len(part)
            )
            found = {index: _refusal_or_value(value) for _, _, index, value in answer or ()}
            if all(k in found and not isinstance(found[k], RefusedError) for k in part):
                return [found[k] for k in part]
        except RefusedError:
            pass
        return [await self._read_property(address.identifier, name, k) for k in part]

    async def _read_alone(self, ask: Ask, found: Found) -> None:
        properties: Properties = {}
        for name in ask.properties:
            try:
                properties[name] = await self._read_whole(ask.address.identifier, name)
            except RefusedError as refusal:
                properties[name] = refusal
        # Only whole: a value without its status flags or its priority array would pass for good.
        found.by_object[ask.address] = properties

    async def _read_whole(self, identifier: Any, name: str) -> Any:
        try:
            return await self._read_property(identifier, name)
        except TooBigError:
            if name != PRIORITY_ARRAY:
                raise
            # Sixteen entries are more than the smallest controllers can say at once.
            return [await self._read_property(identifier, name, k) for k in range(1, SLOTS + 1)]

    async def _read_property(self, identifier: Any, name: str, index: int | None = None) -> Any:
        value = await self.request(
            lambda station: self._app.read_property(station, identifier, name, index)
        )
        if value is None or type(value) is str:
            # In a plain string bacpypes3 says what it does not know; a device's text is none.
            raise RefusedError(f"{name} cannot be read: {value}")
        return value

    async def _read_instance(self, instance: int) -> int:
        identifier = ObjectIdentifier(("device", instance))
        answer = await self._read_property(identifier, "object-identifier")
        return int(answer[1])

    async def request(self, send: Callable[[Address], Awaitable[Any]], points: int = 1) -> Any:
        """One request for so many values. Raises RefusedError or SilentError."""
        async with self._presence.turn(points):
            station = await self._where.find()
            try:
                answer = await asyncio.wait_for(send(station), self._presence.deadline_s)
            except TimeoutError as error:
                raise SilentError(f"no answer within {self._presence.deadline_s:g} s") from error
            except ErrorRejectAbortNack as nack:
                refusal = _refusal(nack)
                if refusal is None:
                    raise SilentError(f"no answer from {self._where}") from nack
                self._hear()
                raise refusal from nack
            except GARBLED as error:
                self._hear()
                raise GarbledError(f"the answer cannot be decoded: {error!r}") from error
        self._hear()
        return answer


def _refusal(nack: Any) -> RefusedError | None:
    """The device's no in its own words; ``None`` when it was no answer at all."""
    if isinstance(nack, AbortPDU):
        if nack.reason in NO_REPLY:
            return None
        if nack.reason in TOO_BIG:
            return TooBigError(f"abort: {nack}")
        return RefusedError(f"abort: {nack}")
    if str(getattr(nack, "errorCode", "")) == UNDECODED:
        return GarbledError("the answer cannot be decoded")
    kind = "reject: " if type(nack).__name__ == "RejectPDU" else ""
    return RefusedError(f"{kind}{nack}")


def _row(rows: Rows, address: BacnetAddress, name: str) -> Any:
    key = (address.identifier, int(property_reference(name).propertyIdentifier))
    return rows[key] if key in rows else RefusedError(f"no {name}")


def _refusal_or_value(value: Any) -> Any:
    if isinstance(value, ErrorType):
        return refused(value)
    return value
