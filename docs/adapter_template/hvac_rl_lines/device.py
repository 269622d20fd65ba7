"""One device behind the ``Adapter`` contract."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import cast

from adapters.answers import RefusedError
from adapters.commanding import Attempt, carry_out, value_of, wanted_raw
from adapters.held import Held
from adapters.limits import Route
from adapters.presence import Presence
from adapters.priorities import ReadBack, commander, judge_release, judge_set
from hvac_rl.errors import DeviceError
from hvac_rl.points import Point
from hvac_rl.ports import DeviceHealth, DeviceSpec, Prior
from hvac_rl.records import Command, CommandKind, Outcome, Quality, Reading, Receipt
from hvac_rl_lines.link import LinesLink

BEATS = 2**16


@dataclass(frozen=True, slots=True)
class LinesAddress:
    name: str


@dataclass(frozen=True, slots=True)
class Seen:
    """One value as the device shows it. ``slots`` is empty where it has no priorities."""

    text: str
    fault: str
    slots: tuple[float | None, ...]

    def number(self) -> float:
        """Raises ValueError for what is no finite number."""
        number = float(self.text)
        if not math.isfinite(number):
            raise ValueError(f"{self.text} is not a number")
        return number


class LinesAdapter:
    def __init__(self, spec: DeviceSpec, link: LinesLink, route: Route) -> None:
        self._name = spec.name
        self._priority = spec.priority
        self._presence = Presence(spec.name, spec.deadline_s, route=route)
        self._link = link
        self._held = Held()

    async def connect(self) -> None:
        """Raises DeviceError when nobody answers; any answer will do."""
        answered = False
        async with self._presence.call():
            with suppress(RefusedError):
                await self._ask("get", "?")
            answered = True
        if not answered:
            raise self._silent(self._name)

    async def check(self, points: Sequence[Point]) -> None:
        """Raises DeviceError naming the first point that is not there or not commandable."""
        for point in points:
            where = f"{self._name} {point.name}"
            seen: Seen | None = None
            async with self._presence.call():
                try:
                    seen = await self._see(point)
                except RefusedError as refusal:
                    raise DeviceError(where, str(refusal), "Compare the name.") from refusal
            if seen is None:
                raise self._silent(where)
            if point.writable and not seen.slots:
                raise DeviceError(where, "has no priorities: it could never be given back")

    async def read(self, points: Sequence[Point], time_s: float) -> list[Reading]:
        readings: dict[str, Reading] = {}
        if points and self._presence.may_try:
            async with self._presence.call():
                for point in points:
                    readings[point.name] = await self._read_one(point, time_s)
        why = self._presence.detail or "not answered in time"
        return [
            readings.get(point.name)
            or Reading(
                point=point.name,
                time_s=time_s,
                value=None,
                quality=Quality.NO_ANSWER,
                detail=why,
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
        """Gives back what is still held, then hangs up."""
        if due := self._held.releases():
            await self.release(due)
        self._link.close()

    async def _read_one(self, point: Point, time_s: float) -> Reading:
        seen = Seen("", "", ())
        value, quality, detail = None, Quality.GOOD, ""
        try:
            seen = await self._see(point)
            if seen.fault:
                quality, detail = Quality.FAULT, seen.fault
            else:
                value = point.unit.to_si(seen.number())
        except RefusedError as refusal:
            quality, detail = Quality.FAULT, str(refusal)
        except ValueError as error:
            quality, detail = Quality.INVALID, str(error)
        held = seen.slots[self._priority - 1] if point.writable and seen.slots else None
        return Reading(
            point=point.name,
            time_s=time_s,
            value=value,
            quality=quality,
            detail=detail,
            commanded_by=commander(seen.slots) if point.writable else None,
            ours=None if held is None else point.unit.to_si(held),
        )

    async def _send(self, attempts: Sequence[Attempt]) -> None:
        for attempt in attempts:
            command = attempt.command
            name, slot = _address(command.point).name, str(command.priority)
            try:
                if command.kind is CommandKind.RELEASE:
                    await self._ask("null", name, slot)
                elif command.kind is CommandKind.SET:
                    await self._ask("set", name, slot, repr(wanted_raw(command)))
                else:
                    await self._ask("put", name, repr(_beat(command)))
            except RefusedError as refusal:
                attempt.end(Outcome.REFUSED, str(refusal))
            else:
                attempt.acknowledged = True

    async def _verify(self, attempts: Sequence[Attempt]) -> None:
        for attempt in attempts:
            command = attempt.command
            try:
                seen = await self._see(command.point)
                present = seen.number()
            except (RefusedError, ValueError) as error:
                attempt.end(Outcome.MISMATCH, f"acknowledged, but the read-back failed: {error}")
                continue
            if command.kind is CommandKind.HEARTBEAT:
                beats = present == _beat(command)
                attempt.end(Outcome.OK if beats else Outcome.MISMATCH, effective=present)
            elif command.kind is CommandKind.SET:
                judge_set(attempt, wanted_raw(command), ReadBack(present, seen.slots))
            else:
                judge_release(attempt, ReadBack(present, seen.slots))

    async def _see(self, point: Point) -> Seen:
        text, fault, *slots = await self._ask("get", _address(point).name)
        held = tuple(None if slot == "-" else float(slot) for slot in slots)
        return Seen(text, "" if fault == "-" else fault.replace("_", " "), held)

    async def _ask(self, *words: str) -> list[str]:
        async with self._presence.turn():
            try:
                answer = await self._link.ask(*words)
            except RefusedError:
                self._presence.heard()
                raise
        self._presence.heard()
        return answer

    def _silent(self, where: str) -> DeviceError:
        return DeviceError(where, f"does not answer: {self._presence.detail or 'no answer'}")


def _beat(command: Command) -> float:
    return float(int(value_of(command)) % BEATS)


def _address(point: Point) -> LinesAddress:
    return cast(LinesAddress, point.address)
