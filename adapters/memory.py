"""Devices in this process: for tests, and the template for the next adapter.

Everything that an adapter owes its callers is here in its smallest form. A new one replaces
``MemoryDevice`` by its protocol, keeps the rest, and runs the suite in ``adapters.contract``.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from adapters.answers import RefusedError
from adapters.commanding import Attempt, carry_out, value_of, wanted_raw
from adapters.held import Held
from adapters.parsing import Row
from adapters.presence import Presence
from adapters.priorities import ReadBack, commander, judge_release, judge_set
from hvac_rl.errors import DeviceError
from hvac_rl.points import Point
from hvac_rl.ports import Adapter, DeviceHealth, DeviceSpec, Prior
from hvac_rl.records import Command, CommandKind, Outcome, Quality, Reading, Receipt


@dataclass(frozen=True, slots=True)
class MemoryAddress:
    object: str


@dataclass(frozen=True, slots=True)
class MemoryOptions:
    """Initial raw values: plain objects, and objects with a priority array."""

    objects: tuple[tuple[str, float], ...] = ()
    commandable: tuple[tuple[str, float], ...] = ()


@dataclass(slots=True)
class MemoryObject:
    """``default`` is the building's own value [raw]; ``slots`` is ``None`` without a priority
    array. The rest plays the ways in which a real object goes wrong."""

    default: float | str
    slots: list[float | None] | None = None
    fault: str = ""
    refusal: str = ""
    keeps_slots: bool = False
    """Acknowledges a release and releases nothing."""
    clamps_at: float | None = None
    """Acknowledges every value, and keeps this one in force."""

    @property
    def present(self) -> float | str:
        """Text plays a value that the standard does not allow there."""
        by = commander(self.slots or ())
        value = self.slots[by - 1] if self.slots and by else self.default
        if value is not None and by and self.clamps_at is not None:
            return self.clamps_at
        return self.default if value is None else value

    def number(self) -> float:
        """The value in effect. Raises ValueError when it is none."""
        if isinstance(self.present, str) or not math.isfinite(self.present):
            raise ValueError(f"{self.present} is not a number")
        return self.present


@dataclass(slots=True)
class MemoryDevice:
    objects: dict[str, MemoryObject] = field(default_factory=dict)
    silent: bool = False

    async def object(self, name: str) -> MemoryObject:
        """Raises RefusedError for an unknown name; never returns while the device is silent."""
        if self.silent:
            await asyncio.get_running_loop().create_future()
        if name not in self.objects:
            raise RefusedError(f"no object {name!r}")
        return self.objects[name]

    async def write(self, name: str, value: float | None, priority: int | None) -> None:
        """Raw value into a slot, or without a priority into the object itself."""
        target = await self.object(name)
        if target.refusal:
            raise RefusedError(target.refusal)
        if priority is None and value is not None:
            target.default = value
        elif target.slots is None or priority is None:
            raise RefusedError("no priority array")
        elif value is not None or not target.keeps_slots:
            target.slots[priority - 1] = value


class MemoryAdapter:
    """One in-process device; keeps the ``Adapter`` contract."""

    def __init__(self, spec: DeviceSpec, device: MemoryDevice) -> None:
        self._name = spec.name
        self._priority = spec.priority
        self._device = device
        self._presence = Presence(spec.name, spec.deadline_s)
        self._held = Held()

    async def connect(self) -> None:
        """Raises DeviceError when the device is silent."""
        async with self._presence.call():
            if not self._device.silent:
                self._presence.heard()
        if self._presence.detail:
            raise DeviceError(self._name, self._presence.detail)

    async def check(self, points: Sequence[Point]) -> None:
        """Raises DeviceError naming the first point that is not there or not commandable."""
        for point in points:
            where = f"{self._name} {point.name}"
            answered = False
            async with self._presence.call():
                try:
                    found = await self._device.object(_address(point).object)
                except RefusedError as refusal:
                    raise DeviceError(where, str(refusal)) from refusal
                self._presence.heard()
                answered = True
            if not answered:
                raise DeviceError(where, self._presence.detail)
            if point.writable and found.slots is None:
                raise DeviceError(
                    where, "has no priority array: it could be written but never given back"
                )

    async def read(self, points: Sequence[Point], time_s: float) -> list[Reading]:
        readings: dict[str, Reading] = {}
        if self._presence.may_try:
            async with self._presence.call():
                for point in points:
                    readings[point.name] = await self._read_one(point, time_s)
        return [
            readings.get(point.name)
            or Reading(
                point=point.name,
                time_s=time_s,
                value=None,
                quality=Quality.NO_ANSWER,
                detail=self._presence.detail,
            )
            for point in points
        ]

    async def write(self, commands: Sequence[Command]) -> list[Receipt]:
        return await carry_out(commands, self._presence, self._send, self._verify, held=self._held)

    async def release(
        self, commands: Sequence[Command], priors: Mapping[str, Prior] | None = None
    ) -> list[Receipt]:
        return await carry_out(
            commands, self._presence, self._send, self._verify, insist=True, held=self._held
        )

    def health(self) -> DeviceHealth:
        return self._presence.health()

    async def close(self) -> None:
        """Gives back what is still held; there is nothing else to close."""
        if due := self._held.releases():
            await self.release(due)

    async def _read_one(self, point: Point, time_s: float) -> Reading:
        def reading(value: float | None, quality: Quality, detail: str) -> Reading:
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

        slots: Sequence[float | None] = ()
        beneath: float | None = None
        held: float | None = None
        try:
            found = await self._device.object(_address(point).object)
        except RefusedError as refusal:
            self._presence.heard()
            return reading(None, Quality.FAULT, str(refusal))
        self._presence.heard()
        if point.writable and found.slots is not None:
            slots = found.slots
            held = slots[self._priority - 1]
            default = None if isinstance(found.default, str) else found.default
            under = (slot for slot in slots[self._priority :] if slot is not None)
            beneath = next(under, default)
        if found.fault:
            return reading(None, Quality.FAULT, found.fault)
        try:
            return reading(point.unit.to_si(found.number()), Quality.GOOD, "")
        except ValueError as error:
            return reading(None, Quality.INVALID, str(error))

    async def _send(self, attempts: Sequence[Attempt]) -> None:
        for attempt in attempts:
            command = attempt.command
            name = _address(command.point).object
            try:
                if command.kind is CommandKind.RELEASE:
                    await self._device.write(name, None, command.priority)
                elif command.kind is CommandKind.SET:
                    await self._device.write(name, wanted_raw(command), command.priority)
                else:
                    await self._device.write(name, value_of(command), None)
            except RefusedError as refusal:
                attempt.end(Outcome.REFUSED, str(refusal))
            else:
                attempt.acknowledged = True
            self._presence.heard()

    async def _verify(self, attempts: Sequence[Attempt]) -> None:
        for attempt in attempts:
            command = attempt.command
            found = await self._device.object(_address(command.point).object)
            self._presence.heard()
            try:
                present = found.number()
            except ValueError as error:
                attempt.end(Outcome.MISMATCH, f"acknowledged, but the read-back failed: {error}")
                continue
            if command.kind is CommandKind.HEARTBEAT:
                beats = present == value_of(command)
                attempt.end(Outcome.OK if beats else Outcome.MISMATCH, effective=present)
                continue
            seen = ReadBack(present, found.slots or (None,) * 16)
            if command.kind is CommandKind.SET:
                judge_set(attempt, wanted_raw(command), seen)
            else:
                judge_release(attempt, seen)


class MemoryKind:
    """The entry point. ``devices`` are the devices opened so far, by name, for tests to play."""

    def __init__(self) -> None:
        self.devices: dict[str, MemoryDevice] = {}

    def parse_options(self, raw: Mapping[str, object]) -> Hashable:
        """Keys ``objects`` and ``commandable``: names and initial values in the point's unit."""
        row = Row(raw)
        options = MemoryOptions(
            tuple(row.numbers("objects").items()), tuple(row.numbers("commandable").items())
        )
        row.done()
        return options

    def parse_address(self, raw: Mapping[str, object], *, writable: bool) -> Hashable:
        """Key ``object``: the object's name."""
        row = Row(raw)
        address = MemoryAddress(row.text("object"))
        row.done()
        return address

    def is_loopback(self, options: Hashable) -> bool:
        return True

    async def open(
        self, devices: Sequence[DeviceSpec], local: Mapping[str, object]
    ) -> Mapping[str, Adapter]:
        Row(local).done()
        adapters: dict[str, Adapter] = {}
        for spec in devices:
            device = self.devices.setdefault(
                spec.name, build_device(cast(MemoryOptions, spec.options))
            )
            adapters[spec.name] = MemoryAdapter(spec, device)
        return adapters

    async def close(self) -> None:
        self.devices.clear()


def build_device(options: MemoryOptions) -> MemoryDevice:
    plain = {name: MemoryObject(value) for name, value in options.objects}
    commandable = {name: MemoryObject(value, [None] * 16) for name, value in options.commandable}
    return MemoryDevice(plain | commandable)


def _address(point: Point) -> MemoryAddress:
    return cast(MemoryAddress, point.address)
