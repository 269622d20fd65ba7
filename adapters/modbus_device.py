"""One Modbus device behind the ``Adapter`` contract.

Modbus knows neither priorities nor release; how each point is given back is in its address
(``modbus_address``, ``modbus_give_back``).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import cast

from adapters.answers import RefusedError, SilentError
from adapters.commanding import Attempt, carry_out, same_raw, value_of, wanted_raw
from adapters.held import Held
from adapters.limits import UNLIMITED, Route
from adapters.modbus_address import ModbusAddress, Way
from adapters.modbus_give_back import (
    LEFT_VALUES,
    GiveBack,
    Traces,
    is_ours,
    judge_left,
    plan_give_back,
    switched_report,
)
from adapters.modbus_line import Line
from adapters.modbus_link import DeviceRules, Found, ModbusLink, Request
from adapters.modbus_readings import Reader
from adapters.modbus_wire import Register, carried, heartbeat
from adapters.presence import Presence
from hvac_rl.errors import DeviceError
from hvac_rl.points import Point
from hvac_rl.ports import DeviceHealth, DeviceSpec, Prior
from hvac_rl.records import Command, CommandKind, Outcome, Reading, Receipt

log = logging.getLogger(__name__)

ANY_REGISTER = Register("holding", 0, "uint16")
READERS = 8
"""Sets of points whose plan is kept: the cycle's, the heartbeat's, and a few of somebody else."""


class ModbusAdapter:
    def __init__(
        self,
        spec: DeviceSpec,
        line: Line,
        unit_id: int,
        rules: DeviceRules | None = None,
        route: Route = UNLIMITED,
        *,
        owns_line: bool = True,
    ) -> None:
        self._name = spec.name
        self._address = f"{line.place} unit {unit_id}"
        self._presence = Presence(spec.name, spec.deadline_s, route=route)
        self._held = Held()
        self._link = ModbusLink(line, unit_id, self._presence, rules or DeviceRules())
        self._owns_line = owns_line
        self._readers: dict[tuple[int, ...], Reader] = {}
        self._traces = Traces()
        self._timed: dict[str, ModbusAddress] = {}
        """Points that we hold by a time-out, to be renewed with every heartbeat."""

    async def connect(self) -> None:
        """Raises DeviceError when nothing answers.

        Any answer will do, so a register is asked for that the device may well refuse.
        """
        request = Request([ANY_REGISTER])
        found = request.nothing_yet()
        async with self._presence.call():
            await self._link.read(request, found)
        if not found.has([ANY_REGISTER]):
            raise self._silent(self._name)

    async def check(self, points: Sequence[Point]) -> None:
        """Raises DeviceError naming device and point for the first register that is not there."""
        await self.connect()
        request = Request(_registers(points))
        found = request.nothing_yet()
        async with self._presence.call():
            await self._link.read(request, found)
        for point in points:
            for register in _address(point).registers():
                where = f"{self._name} {point.name}"
                try:
                    found.value(register)
                except SilentError:
                    raise self._silent(where) from None
                except RefusedError as refusal:
                    raise DeviceError(
                        where,
                        f"{register} cannot be read: {refusal}",
                        "Compare table and register (counted from 0) with the device's map.",
                    ) from refusal
                except ValueError:
                    log.info("%s: %s holds no value now", where, register)

    async def read(self, points: Sequence[Point], time_s: float) -> list[Reading]:
        reader = self._reader(points)
        found = reader.request.nothing_yet()
        if points and self._presence.may_try:
            async with self._presence.call():
                await self._link.read(reader.request, found)
        why = self._presence.detail or "not answered in time"
        return reader.readings(found, time_s, why, self._traces)

    async def write(self, commands: Sequence[Command]) -> list[Receipt]:
        return await carry_out(commands, self._presence, self._send, self._verify, held=self._held)

    async def release(
        self, commands: Sequence[Command], priors: Mapping[str, Prior] | None = None
    ) -> list[Receipt]:
        """Each receipt's detail says how its point was given back."""
        known = priors or {}
        plans: dict[str, GiveBack] = {}

        async def send(attempts: Sequence[Attempt]) -> None:
            await self._send_back(attempts, known, plans)

        async def verify(attempts: Sequence[Attempt]) -> None:
            await self._verify_back(attempts, plans)

        return await carry_out(commands, self._presence, send, verify, insist=True, held=self._held)

    def health(self) -> DeviceHealth:
        return self._presence.health()

    async def close(self) -> None:
        """Gives back what is still held, then hangs up."""
        if due := self._held.releases():
            await self.release(due)
        if self._owns_line:
            self._link.line.close()

    def _reader(self, points: Sequence[Point]) -> Reader:
        # The reader keeps its points, so an id stays theirs as long as it is a key here.
        key = tuple(map(id, points))
        reader = self._readers.pop(key, None) or Reader(points)
        while len(self._readers) >= READERS:
            del self._readers[next(iter(self._readers))]
        self._readers[key] = reader
        return reader

    async def _send(self, attempts: Sequence[Attempt]) -> None:
        sets = [a.command.point for a in attempts if a.command.kind is CommandKind.SET]
        before = Request(_read_before(sets))
        found = before.nothing_yet()
        await self._link.read(before, found)
        for attempt in attempts:
            address = _address(attempt.command.point)
            try:
                if attempt.command.kind is CommandKind.HEARTBEAT:
                    beat = heartbeat(address.value, value_of(attempt.command))
                    await self._link.write(address.value, beat)
                else:
                    await self._set(attempt.command, address, found)
            except (RefusedError, ValueError) as refusal:
                attempt.end(Outcome.REFUSED, str(refusal))
            else:
                attempt.acknowledged = True
        if any(a.command.kind is CommandKind.HEARTBEAT for a in attempts):
            await self._renew()

    async def _set(self, command: Command, address: ModbusAddress, before: Found) -> None:
        wanted = wanted_raw(command)
        if address.way is None:
            raise RefusedError("the point says no way back; nothing was sent")
        if address.way in LEFT_VALUES:
            known = self._traces.of(command.point.name)
            stood = before.value(address.value) if known is None else None
            carried(address.value, wanted)
            self._traces.writing(command.point, stood, wanted)
            await self._link.write(address.value, wanted)
            return
        switch = address.switch
        if switch is None:
            raise RefusedError("the point has no switch; nothing was sent")
        already_ours = is_ours(address, before.value(switch.register))
        # The value before the switch: a stale one must never be in force.
        await self._link.write(address.value, wanted)
        if not already_ours or address.way is Way.TIME_OUT:
            await self._link.write(switch.register, switch.ours)
        if address.way is Way.TIME_OUT:
            self._timed[command.point.name] = address

    async def _renew(self) -> None:
        """Time-outs run on while we live. One that has run out is not started again: the device
        has its own value now, and ours may be stale."""
        if not self._timed:
            return
        request = Request(a.switch.register for a in self._timed.values() if a.switch)
        found = request.nothing_yet()
        await self._link.read(request, found)
        for name, address in list(self._timed.items()):
            switch = address.switch
            try:
                if switch is None or not is_ours(address, found.value(switch.register)):
                    del self._timed[name]
                    continue
                await self._link.write(switch.register, switch.ours)
            except (RefusedError, ValueError) as error:
                log.warning("%s %s: the time-out cannot be renewed: %s", self._name, name, error)
                del self._timed[name]

    async def _verify(self, attempts: Sequence[Attempt]) -> None:
        request = Request(_registers(a.command.point for a in attempts))
        found = request.nothing_yet()
        try:
            await self._link.read(request, found)
        finally:
            # A deadline that falls in the middle must not lose what was already read back.
            for attempt in attempts:
                address = _address(attempt.command.point)
                if found.has(address.registers()):
                    _judge(attempt, found)
                    self._arrived(attempt, found)

    def _arrived(self, attempt: Attempt, found: Found) -> None:
        point, address = attempt.command.point, _address(attempt.command.point)
        told = attempt.receipt is not None and attempt.receipt.outcome is Outcome.OK
        if told and address.way in LEFT_VALUES:
            self._traces.arrived(point.name, found.value(address.value))

    async def _send_back(
        self, attempts: Sequence[Attempt], priors: Mapping[str, Prior], plans: dict[str, GiveBack]
    ) -> None:
        left = [a for a in attempts if _address(a.command.point).way in LEFT_VALUES]
        request = Request(_address(a.command.point).value for a in left)
        found = request.nothing_yet()
        await self._link.read(request, found)
        for attempt in attempts:
            point, address = attempt.command.point, _address(attempt.command.point)
            try:
                if address.way in LEFT_VALUES:
                    trace = self._traces.recall(point, priors.get(point.name))
                    plan = plans[point.name] = plan_give_back(address, trace, found)
                    if plan.problem:
                        attempt.end(Outcome.MISMATCH, plan.problem)
                        continue
                    if plan.value is not None:
                        await self._link.write(address.value, plan.value)
                elif address.switch is None:
                    raise RefusedError("the point says no way back; nothing was sent")
                else:
                    self._timed.pop(point.name, None)
                    await self._link.write(address.switch.register, address.switch.back)
            except (RefusedError, ValueError) as refusal:
                attempt.end(Outcome.REFUSED, str(refusal))
            else:
                attempt.acknowledged = True

    async def _verify_back(
        self, attempts: Sequence[Attempt], plans: Mapping[str, GiveBack]
    ) -> None:
        request = Request(_registers(a.command.point for a in attempts))
        found = request.nothing_yet()
        try:
            await self._link.read(request, found)
        finally:
            for attempt in attempts:
                point, address = attempt.command.point, _address(attempt.command.point)
                if not found.has(address.registers()):
                    continue
                try:
                    if address.way in LEFT_VALUES:
                        raw = found.value(address.value)
                        judge_left(attempt, plans[point.name], address, raw)
                    else:
                        _judge_switched_back(attempt, address, found)
                except (RefusedError, ValueError) as error:
                    attempt.end(Outcome.MISMATCH, f"the read-back failed: {error}")
                if attempt.receipt and attempt.receipt.outcome is Outcome.OK:
                    self._traces.forget(point.name)

    def _silent(self, where: str) -> DeviceError:
        return DeviceError(
            where,
            f"does not answer at {self._address}: {self._presence.detail or 'no answer in time'}",
            "Check its power, its address, and that it can be reached from here.",
        )


def _judge(attempt: Attempt, found: Found) -> None:
    command = attempt.command
    address = _address(command.point)
    try:
        if command.kind is CommandKind.HEARTBEAT:
            beat = heartbeat(address.value, value_of(command))
            seen = found.value(address.value)
            outcome = Outcome.OK if same_raw(seen, beat) else Outcome.MISMATCH
            attempt.end(outcome, "" if outcome is Outcome.OK else f"not {beat:g}", seen)
            return
        switch = address.switch
        ours = switch is None or is_ours(address, found.value(switch.register))
        raw = found.value(address.effective or address.value)
        by_hand = address.by_hand is not None and found.value(address.by_hand) > 0.5
        # What the register can carry of the wish: a scaled integer rounds.
        wanted = carried(address.value, wanted_raw(command))
    except (RefusedError, ValueError) as error:
        attempt.end(Outcome.MISMATCH, f"acknowledged, but the read-back failed: {error}")
        return
    effective = command.point.unit.to_si(raw)
    if not ours and switch is not None:
        attempt.end(Outcome.MISMATCH, f"{switch.register} is not set", effective)
    elif by_hand:
        attempt.end(Outcome.OVERRIDDEN, "overridden at the device", effective)
    elif same_raw(raw, wanted):
        attempt.end(Outcome.OK, effective=effective)
    else:
        attempt.end(Outcome.MISMATCH, f"in effect is {raw:g}, not {wanted:g}", effective)


def _judge_switched_back(attempt: Attempt, address: ModbusAddress, found: Found) -> None:
    """Raises RefusedError or ValueError when it cannot be read back."""
    assert address.switch is not None
    switched = found.value(address.switch.register)
    try:
        raw = found.value(address.effective or address.value)
        effective = attempt.command.point.unit.to_si(raw)
    except ValueError:
        # The BMS's own value may well be none; the point is back all the same.
        effective = None
    if is_ours(address, switched):
        attempt.end(Outcome.MISMATCH, f"{address.switch.register} is still set", effective)
    else:
        attempt.end(Outcome.OK, switched_report(address), effective)


def _read_before(points: Iterable[Point]) -> list[Register]:
    """What decides how a SET is sent: the switch, or what stands in the register now."""
    before: list[Register] = []
    for point in points:
        address = _address(point)
        if address.switch is not None:
            before.append(address.switch.register)
        elif address.way in LEFT_VALUES:
            before.append(address.value)
    return before


def _registers(points: Iterable[Point]) -> list[Register]:
    return [register for point in points for register in _address(point).registers()]


def _address(point: Point) -> ModbusAddress:
    return cast(ModbusAddress, point.address)
