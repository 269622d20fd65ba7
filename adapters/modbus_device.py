"""One Modbus TCP device behind the ``Adapter`` contract.

Modbus knows neither priorities nor release. A writable point therefore has three places: the
holding register with our value, a coil that says whether it is wanted, and the register in which
the device shows what is in force.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import cast

from adapters.answers import RefusedError
from adapters.commanding import Attempt, carry_out, same_raw, value_of, wanted_raw
from adapters.modbus_link import ModbusLink, Words
from adapters.modbus_wire import ModbusAddress, Register, decode, encode, heartbeat
from adapters.presence import Presence
from hvac_rl.errors import DeviceError
from hvac_rl.points import Point
from hvac_rl.ports import DeviceHealth, DeviceSpec
from hvac_rl.records import Command, CommandKind, Outcome, Quality, Reading, Receipt


class ModbusAdapter:
    def __init__(self, spec: DeviceSpec, host: str, port: int, unit_id: int) -> None:
        self._name = spec.name
        self._address = f"{host}:{port} unit {unit_id}"
        self._presence = Presence(spec.name, spec.deadline_s)
        self._link = ModbusLink(host, port, unit_id, self._presence)

    async def connect(self) -> None:
        """Raises DeviceError when nothing answers.

        Any answer will do, so a register is asked for that the device may well refuse.
        """
        found: Words = {}
        async with self._presence.call():
            await self._link.read([ANY_REGISTER], found)
        if not found:
            raise self._silent(self._name)

    async def check(self, points: Sequence[Point]) -> None:
        """Raises DeviceError naming device and point for the first register that is not there."""
        await self.connect()
        found: Words = {}
        async with self._presence.call():
            await self._link.read(_registers(points), found)
        for point in points:
            for register in _registers([point]):
                words = found.get(register)
                where = f"{self._name} {point.name}"
                if words is None:
                    raise self._silent(where)
                if isinstance(words, RefusedError):
                    raise DeviceError(
                        where,
                        f"{register} cannot be read: {words}",
                        "Compare table and register (counted from 0) with the device's map.",
                    )

    async def read(self, points: Sequence[Point], time_s: float) -> list[Reading]:
        found: Words = {}
        if points and self._presence.may_try:
            async with self._presence.call():
                await self._link.read(_registers(points), found)
        return [self._reading(point, found, time_s) for point in points]

    async def write(self, commands: Sequence[Command]) -> list[Receipt]:
        return await carry_out(commands, self._presence, self._send, self._verify)

    async def release(self, commands: Sequence[Command]) -> list[Receipt]:
        return await carry_out(commands, self._presence, self._send, self._verify, insist=True)

    def health(self) -> DeviceHealth:
        return self._presence.health()

    async def close(self) -> None:
        self._link.close()

    def _reading(self, point: Point, found: Words, time_s: float) -> Reading:
        def reading(value: float | None, quality: Quality, detail: str = "") -> Reading:
            return Reading(
                point=point.name,
                time_s=time_s,
                value=value,
                quality=quality,
                detail=detail,
                ours=ours,
            )

        ours: float | None = None
        address = _address(point)
        if any(register not in found for register in _registers([point])):
            why = self._presence.detail or "not answered in time"
            return reading(None, Quality.NO_ANSWER, why)
        try:
            if address.remote is not None and _value(address.remote, found):
                ours = point.unit.to_si(_value(address.value, found))
            raw = _value(address.effective or address.value, found)
        except RefusedError as refusal:
            return reading(None, Quality.FAULT, str(refusal))
        except ValueError as error:
            return reading(None, Quality.INVALID, str(error))
        return reading(point.unit.to_si(raw), Quality.GOOD)

    async def _send(self, attempts: Sequence[Attempt]) -> None:
        coils: Words = {}
        await self._link.read(_remotes(attempts), coils)
        for attempt in attempts:
            address = _address(attempt.command.point)
            try:
                if attempt.command.kind is CommandKind.HEARTBEAT:
                    beat = heartbeat(address.value, value_of(attempt.command))
                    await self._link.write_value(address.value, encode(address.value, beat))
                elif address.remote is None:
                    raise RefusedError("the point has no remote coil; nothing was sent")
                elif attempt.command.kind is CommandKind.RELEASE:
                    await self._link.write_coil(address.remote, False)
                else:
                    wanted = encode(address.value, wanted_raw(attempt.command))
                    already_ours = _value(address.remote, coils)
                    # The value before the coil: a stale one must never be in force.
                    await self._link.write_value(address.value, wanted)
                    if not already_ours:
                        await self._link.write_coil(address.remote, True)
            except RefusedError as refusal:
                attempt.end(Outcome.REFUSED, str(refusal))
            else:
                attempt.acknowledged = True

    async def _verify(self, attempts: Sequence[Attempt]) -> None:
        found: Words = {}
        try:
            await self._link.read(_registers(a.command.point for a in attempts), found)
        finally:
            # A deadline that falls in the middle must not lose what was already read back.
            for attempt in attempts:
                if all(r in found for r in _registers([attempt.command.point])):
                    _judge(attempt, found)

    def _silent(self, where: str) -> DeviceError:
        return DeviceError(
            where,
            f"does not answer at {self._address}: {self._presence.detail or 'no answer in time'}",
            "Check its power, its address, and that TCP reaches it from here.",
        )


ANY_REGISTER = Register("holding", 0, "uint16")


def _judge(attempt: Attempt, found: Words) -> None:
    command = attempt.command
    address = _address(command.point)
    try:
        if command.kind is CommandKind.HEARTBEAT:
            beat = heartbeat(address.value, value_of(command))
            seen = _value(address.value, found)
            outcome = Outcome.OK if same_raw(seen, beat) else Outcome.MISMATCH
            attempt.end(outcome, "" if outcome is Outcome.OK else f"not {beat:g}", seen)
            return
        remote = bool(_value(address.remote or address.value, found))
        raw = _value(address.effective or address.value, found)
    except (RefusedError, ValueError) as error:
        attempt.end(Outcome.MISMATCH, f"acknowledged, but the read-back failed: {error}")
        return
    effective = command.point.unit.to_si(raw)
    if command.kind is CommandKind.RELEASE:
        if remote:
            attempt.end(Outcome.MISMATCH, f"{address.remote} is still set", effective)
        else:
            attempt.end(Outcome.OK, effective=effective)
        return
    # What the register can carry of the wish: a scaled integer rounds.
    wanted = decode(address.value, encode(address.value, wanted_raw(command)))
    if not remote:
        attempt.end(Outcome.MISMATCH, f"{address.remote} is not set", effective)
    elif same_raw(raw, wanted):
        attempt.end(Outcome.OK, effective=effective)
    else:
        attempt.end(Outcome.MISMATCH, f"in effect is {raw:g}, not {wanted:g}", effective)


def _value(register: Register, found: Words) -> float:
    """Raises RefusedError when the device refused it, ValueError when it is not finite."""
    words = found[register]
    if isinstance(words, RefusedError):
        raise words
    return decode(register, words)


def _registers(points: Iterable[Point]) -> list[Register]:
    """All registers that say something of the points."""
    registers: list[Register] = []
    for point in points:
        address = _address(point)
        places = (address.value, address.effective, address.remote)
        registers += [place for place in places if place is not None]
    return registers


def _remotes(attempts: Sequence[Attempt]) -> list[Register]:
    setting = (a.command for a in attempts if a.command.kind is CommandKind.SET)
    remotes = (_address(command.point).remote for command in setting)
    return [remote for remote in remotes if remote is not None]


def _address(point: Point) -> ModbusAddress:
    return cast(ModbusAddress, point.address)
