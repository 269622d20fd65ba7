"""One BACnet device behind the ``Adapter`` contract."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import Any, cast

from adapters.answers import RefusedError
from adapters.bacnet_link import Ask, BacnetLink, Found, GarbledError, Properties
from adapters.bacnet_units import compare
from adapters.bacnet_wire import (
    PRESENT_VALUE,
    PRIORITY_ARRAY,
    RELIABILITY,
    STATUS_FLAGS,
    UNITS,
    BacnetAddress,
    fault_of,
    from_wire,
    heartbeat_to_wire,
    null,
    overridden_at_device,
    slots_from_wire,
    to_wire,
)
from adapters.commanding import Attempt, carry_out, same_raw, value_of, wanted_raw
from adapters.presence import Presence
from adapters.priorities import ReadBack, Slots, commander, judge_release, judge_set
from hvac_rl.errors import DeviceError
from hvac_rl.points import Point
from hvac_rl.ports import DeviceHealth, DeviceSpec
from hvac_rl.records import Command, CommandKind, Outcome, Quality, Reading, Receipt

log = logging.getLogger(__name__)

SENSOR = (PRESENT_VALUE, STATUS_FLAGS, RELIABILITY)
COMMANDABLE = (*SENSOR, PRIORITY_ARRAY)


class BacnetAdapter:
    """Reads in batches, writes at the command's own priority, reads back both the value in
    effect and our slot of the priority array."""

    def __init__(self, spec: DeviceSpec, app: Any, address: str, instance: int | None) -> None:
        self._name = spec.name
        self._address = address
        self._instance = instance
        self._priority = spec.priority
        self._presence = Presence(spec.name, spec.deadline_s)
        self._link = BacnetLink(app, address, self._presence)

    async def connect(self) -> None:
        """Raises DeviceError when nobody or another device answers at the address."""
        expected = self._instance
        answered = False
        async with self._presence.call():
            if expected is None:
                await self._link.who_answers()
            elif not await self._link.is_device(expected):
                other = await self._link.who_answers()
                who = "another device" if other is None else f"device {other}"
                raise DeviceError(
                    self._name,
                    f"{who} answers at {self._address}, not {expected}",
                    "Correct device_instance or address; nothing was written.",
                )
            answered = True
        if not answered:
            raise self._silent(self._name)

    async def check(self, points: Sequence[Point]) -> None:
        """Raises DeviceError naming device and point for the first thing that is not as said."""
        await self.connect()
        found = Found()
        async with self._presence.call():
            await self._link.read(
                [
                    Ask(address, (*wanted, UNITS) if address.kind.has_units else wanted)
                    for address, wanted in _asked(points)
                ],
                found,
            )
        for point in points:
            properties = found.by_object.get(_address(point))
            if not properties:
                raise self._silent(f"{self._name} {point.name}")
            self._check_point(point, properties)

    async def read(self, points: Sequence[Point], time_s: float) -> list[Reading]:
        found = Found()
        if points and self._presence.may_try:
            async with self._presence.call():
                await self._link.read([Ask(*asked) for asked in _asked(points)], found)
        return [
            self._reading(point, found.by_object.get(_address(point)), time_s) for point in points
        ]

    async def write(self, commands: Sequence[Command]) -> list[Receipt]:
        return await carry_out(commands, self._presence, self._send, self._verify)

    async def release(self, commands: Sequence[Command]) -> list[Receipt]:
        return await carry_out(commands, self._presence, self._send, self._verify, insist=True)

    def health(self) -> DeviceHealth:
        return self._presence.health()

    async def close(self) -> None:
        """Nothing of its own: the port belongs to the kind."""

    def _check_point(self, point: Point, properties: Properties) -> None:
        where = f"{self._name} {point.name}"
        address = _address(point)
        present = properties[PRESENT_VALUE]
        if isinstance(present, RefusedError):
            raise DeviceError(
                where,
                f"{address} cannot be read: {present}",
                "Compare the object with the controller's point list.",
            )
        if point.writable and not isinstance(properties.get(PRIORITY_ARRAY), list):
            raise DeviceError(
                where,
                f"{address} has no priority array: it would acknowledge our values and never "
                "give them back",
                "Use a commandable object, or make this one commandable in the controller.",
            )
        if address.kind.binary != (point.unit.quantity == "state"):
            raise DeviceError(where, f"{address} cannot carry the unit {point.unit.name}")
        units = compare(properties.get(UNITS), point.unit)
        if not units.same_quantity:
            raise DeviceError(
                where,
                f"{address} is in {units.device} on the device, "
                f"in {point.unit.name} in the site file",
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

    def _reading(self, point: Point, properties: Properties | None, time_s: float) -> Reading:
        def reading(value: float | None, quality: Quality, detail: str = "") -> Reading:
            return Reading(
                point=point.name,
                time_s=time_s,
                value=value,
                quality=quality,
                detail=detail,
                commanded_by=commander(slots),
                ours=None if held is None else point.unit.to_si(held),
                beneath=None if beneath is None else point.unit.to_si(beneath),
            )

        slots: Slots = ()
        beneath: float | None = None
        held: float | None = None
        if properties is None:
            why = self._presence.detail or "not answered in time"
            return reading(None, Quality.NO_ANSWER, why)
        present = properties[PRESENT_VALUE]
        if isinstance(present, RefusedError):
            garbled = isinstance(present, GarbledError)
            return reading(None, Quality.INVALID if garbled else Quality.FAULT, str(present))
        if point.writable:
            try:
                slots = slots_from_wire(_answered(properties, PRIORITY_ARRAY))
            except (RefusedError, TypeError) as error:
                return reading(None, Quality.FAULT, f"who commands it is unknown: {error}")
            held = slots[self._priority - 1]
            beneath = next((slot for slot in slots[self._priority :] if slot is not None), None)
        flags = properties.get(STATUS_FLAGS)
        fault = fault_of(flags, properties.get(RELIABILITY))
        if fault:
            return reading(None, Quality.FAULT, fault)
        try:
            raw = from_wire(present)
        except (TypeError, ValueError) as error:
            return reading(None, Quality.INVALID, str(error))
        by_hand = "overridden at the device" if overridden_at_device(flags) else ""
        return reading(point.unit.to_si(raw), Quality.GOOD, by_hand)

    async def _send(self, attempts: Sequence[Attempt]) -> None:
        # One after the other: a setpoint pair arrives in the order the guard gave it.
        for attempt in attempts:
            command = attempt.command
            address = _address(command.point)
            try:
                if command.kind is CommandKind.RELEASE:
                    await self._link.write(address, null(), command.priority)
                elif command.kind is CommandKind.SET:
                    value = to_wire(address, wanted_raw(command))
                    await self._link.write(address, value, command.priority)
                else:
                    beat = heartbeat_to_wire(address, value_of(command))
                    await self._link.write(address, beat)
            except RefusedError as refusal:
                attempt.end(Outcome.REFUSED, str(refusal))
            else:
                attempt.acknowledged = True

    async def _verify(self, attempts: Sequence[Attempt]) -> None:
        found = Found()
        asks = {
            _address(a.command.point): (
                (PRESENT_VALUE,)
                if a.command.kind is CommandKind.HEARTBEAT
                else (PRESENT_VALUE, STATUS_FLAGS, PRIORITY_ARRAY)
            )
            for a in attempts
        }
        try:
            await self._link.read([Ask(*asked) for asked in asks.items()], found)
        finally:
            # A deadline that falls in the middle must not lose what was already read back.
            for attempt in attempts:
                properties = found.by_object.get(_address(attempt.command.point))
                if properties:
                    _judge(attempt, properties)

    def _silent(self, where: str) -> DeviceError:
        return DeviceError(
            where,
            f"does not answer at {self._address}: {self._presence.detail or 'no answer in time'}",
            "Check its power, its address, and that UDP reaches it from here.",
        )


def _judge(attempt: Attempt, properties: Properties) -> None:
    command = attempt.command
    address = _address(command.point)
    try:
        present = from_wire(_answered(properties, PRESENT_VALUE))
        if command.kind is CommandKind.HEARTBEAT:
            beat = float(heartbeat_to_wire(address, value_of(command)))
            outcome = Outcome.OK if same_raw(present, beat) else Outcome.MISMATCH
            attempt.end(outcome, "" if outcome is Outcome.OK else f"not {beat:g}", present)
            return
        slots = slots_from_wire(_answered(properties, PRIORITY_ARRAY))
    except (RefusedError, TypeError, ValueError) as error:
        attempt.end(Outcome.MISMATCH, f"acknowledged, but the read-back failed: {error}")
        return
    seen = ReadBack(present, slots, overridden_at_device(properties.get(STATUS_FLAGS)))
    if command.kind is CommandKind.SET:
        judge_set(attempt, float(to_wire(address, wanted_raw(command))), seen)
    else:
        judge_release(attempt, seen)


def _answered(properties: Properties, name: str) -> Any:
    """The property's value; raises the device's refusal."""
    value = properties[name]
    if isinstance(value, RefusedError):
        raise value
    return value


def _asked(points: Iterable[Point]) -> list[tuple[BacnetAddress, tuple[str, ...]]]:
    """Each object once, with all that its points need."""
    asked: dict[BacnetAddress, tuple[str, ...]] = {}
    for point in points:
        wanted = COMMANDABLE if point.writable else SENSOR
        asked[_address(point)] = max(asked.get(_address(point), ()), wanted, key=len)
    return list(asked.items())


def _address(point: Point) -> BacnetAddress:
    return cast(BacnetAddress, point.address)
