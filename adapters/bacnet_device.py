"""One BACnet device behind the ``Adapter`` contract."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

from adapters.answers import RefusedError
from adapters.bacnet_batches import Ask
from adapters.bacnet_check import check_point, wanted_for_check
from adapters.bacnet_cov import MOST_SUBSCRIPTIONS, CovSubscriptions
from adapters.bacnet_link import BacnetLink, Found, GarbledError, Properties
from adapters.bacnet_units import Comparison, compare
from adapters.bacnet_whereabouts import Whereabouts
from adapters.bacnet_wire import (
    NUMBER_OF_STATES,
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
from adapters.held import Held
from adapters.limits import UNLIMITED, Route
from adapters.presence import Presence
from adapters.priorities import ReadBack, Slots, commander, judge_release, judge_set
from hvac_rl.errors import DeviceError
from hvac_rl.points import Point
from hvac_rl.ports import DeviceHealth, DeviceSpec, Prior
from hvac_rl.records import Command, CommandKind, Outcome, Quality, Reading, Receipt

SENSOR = (PRESENT_VALUE, STATUS_FLAGS, RELIABILITY)
COMMANDABLE = (*SENSOR, PRIORITY_ARRAY)


class BacnetAdapter:
    """Reads in batches, writes at the command's own priority, reads back both the value in
    effect and our slot of the priority array."""

    def __init__(
        self,
        spec: DeviceSpec,
        app: Any,
        where: Whereabouts,
        instance: int | None,
        route: Route = UNLIMITED,
        most_subscriptions: int = MOST_SUBSCRIPTIONS,
    ) -> None:
        self._name = spec.name
        self._app = app
        self._where = where
        self._instance = instance
        self._number = instance
        """The instance of whoever answers here, where the site file does not say it."""
        self._most_subscriptions = most_subscriptions
        self._priority = spec.priority
        self._states: dict[BacnetAddress, int] = {}
        """How many states the multi-state objects have, as the check found."""
        self._presence = Presence(spec.name, spec.deadline_s, route=route)
        self._held = Held()
        self._link = BacnetLink(app, where, self._presence)

    async def connect(self) -> None:
        """Raises DeviceError when nobody or another device answers at the address."""
        expected = self._instance
        answered = False
        self._where.forget()
        async with self._presence.call():
            if expected is None:
                expected = await self._link.who_answers()
            elif not await self._link.is_device(expected):
                other = await self._link.who_answers()
                who = "another device" if other is None else f"device {other}"
                raise DeviceError(
                    self._name,
                    f"{who} answers at {self._where}, not {expected}",
                    "Correct device_instance or address; nothing was written.",
                )
            answered = True
            self._number = expected
            if expected is not None:
                await self._link.learn_limits(expected)
        if not answered:
            raise self._silent(self._name)

    async def check(self, points: Sequence[Point]) -> None:
        """Raises DeviceError naming device and point for the first thing that is not as said."""
        await self.connect()
        found = Found()
        async with self._presence.call():
            asks = [Ask(_address(point), wanted_for_check(point)) for point in points]
            asks += [Ask(other, (PRESENT_VALUE, UNITS)) for other in _feedback(points)]
            await self._link.read(_merged(asks), found)
        for point in points:
            if _address(point) not in found.by_object:
                raise self._silent(f"{self._name} {point.name}")
            check_point(self._name, point, found.by_object)
        for address, properties in found.by_object.items():
            states = properties.get(NUMBER_OF_STATES)
            if isinstance(states, int):
                self._states[address] = int(states)

    async def units(self, points: Sequence[Point]) -> dict[str, Comparison]:
        """What the device says each point's unit is, by point name; reads only."""
        found = Found()
        asked = {_address(point) for point in points if _address(point).kind.has_units}
        async with self._presence.call():
            await self._link.read([Ask(address, (UNITS,)) for address in asked], found)
        return {
            point.name: compare(found.by_object[_address(point)].get(UNITS), point.unit)
            for point in points
            if _address(point) in found.by_object
        }

    async def read(self, points: Sequence[Point], time_s: float) -> list[Reading]:
        found = Found()
        if points and self._presence.may_try:
            if not self._presence.health().reachable:
                self._where.forget()
            async with self._presence.call():
                await self._link.read(_asked(points), found)
        return [
            self._reading(point, found.by_object.get(_address(point)), time_s) for point in points
        ]

    async def write(self, commands: Sequence[Command]) -> list[Receipt]:
        return await carry_out(commands, self._presence, self._send, self._verify, held=self._held)

    async def release(
        self, commands: Sequence[Command], priors: Mapping[str, Prior] | None = None
    ) -> list[Receipt]:
        return await carry_out(
            commands, self._presence, self._send, self._verify, insist=True, held=self._held
        )

    def subscribe(
        self,
        points: Sequence[Point],
        on_reading: Callable[[Reading], None],
        now_s: Callable[[], float],
    ) -> CovSubscriptions:
        """Changes of value as the device reports them, stamped with ``now_s`` (site time).

        A reading that was reported rather than polled does not know who commands the point.
        """

        def show(point: Point, properties: Properties) -> Reading:
            return self._reading(replace(point, write=None), properties, now_s())

        return CovSubscriptions(
            self._app,
            self._link,
            self._number,
            points,
            show,
            on_reading,
            most=self._most_subscriptions,
        )

    def health(self) -> DeviceHealth:
        return self._presence.health()

    async def close(self) -> None:
        """Gives back what is still held; there is nothing else to close."""
        if due := self._held.releases():
            await self.release(due)

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
                    value = to_wire(address, wanted_raw(command), self._states.get(address))
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
        asks = []
        for attempt in attempts:
            address = _address(attempt.command.point)
            if attempt.command.kind is CommandKind.HEARTBEAT:
                asks.append(Ask(address, (PRESENT_VALUE,)))
                continue
            asks.append(Ask(address, (PRESENT_VALUE, STATUS_FLAGS, PRIORITY_ARRAY)))
            if address.effective is not None and attempt.command.kind is CommandKind.SET:
                asks.append(Ask(address.effective, (PRESENT_VALUE,)))
        try:
            await self._link.read(_merged(asks), found)
        finally:
            # A deadline that falls in the middle must not lose what was already read back.
            for attempt in attempts:
                if _address(attempt.command.point) in found.by_object:
                    _judge(attempt, found.by_object)

    def _silent(self, where: str) -> DeviceError:
        return DeviceError(
            where,
            f"does not answer at {self._where}: {self._presence.detail or 'no answer in time'}",
            "Check its power, its address, and that UDP reaches it from here.",
        )


def _judge(attempt: Attempt, found: Mapping[BacnetAddress, Properties]) -> None:
    command = attempt.command
    address = _address(command.point)
    properties = found[address]
    feedback = address.effective if command.kind is CommandKind.SET else None
    try:
        present = from_wire(_answered(properties, PRESENT_VALUE))
        if command.kind is CommandKind.HEARTBEAT:
            beat = float(heartbeat_to_wire(address, value_of(command)))
            outcome = Outcome.OK if same_raw(present, beat) else Outcome.MISMATCH
            attempt.end(outcome, "" if outcome is Outcome.OK else f"not {beat:g}", present)
            return
        slots = slots_from_wire(_answered(properties, PRIORITY_ARRAY))
        if feedback is not None:
            if feedback not in found:
                attempt.end(Outcome.MISMATCH, f"acknowledged, but {feedback} did not answer")
                return
            present = from_wire(_answered(found[feedback], PRESENT_VALUE))
    except (RefusedError, TypeError, ValueError) as error:
        attempt.end(Outcome.MISMATCH, f"acknowledged, but the read-back failed: {error}")
        return
    seen = ReadBack(
        present,
        slots,
        overridden_at_device(properties.get(STATUS_FLAGS)),
        address.tolerance,
        "in effect" if feedback is None else f"the feedback {feedback}",
    )
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


def _asked(points: Iterable[Point]) -> list[Ask]:
    """Each object once, with all that its points need."""
    return _merged(
        Ask(_address(point), COMMANDABLE if point.writable else SENSOR) for point in points
    )


def _merged(asks: Iterable[Ask]) -> list[Ask]:
    """Each object once; its properties are those of all its asks, in their order."""
    wanted: dict[BacnetAddress, dict[str, None]] = {}
    for ask in asks:
        wanted.setdefault(ask.address, {}).update(dict.fromkeys(ask.properties))
    return [Ask(address, tuple(names)) for address, names in wanted.items()]


def _feedback(points: Iterable[Point]) -> list[BacnetAddress]:
    effective = (_address(point).effective for point in points)
    return [address for address in effective if address is not None]


def _address(point: Point) -> BacnetAddress:
    return cast(BacnetAddress, point.address)
