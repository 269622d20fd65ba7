"""Requests to one Modbus device: blocks that learn, whole values, each request with an end.

What the device answers is values, a ``RefusedError`` (its exception response), or nothing
(``SilentError``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, cast

from pymodbus.constants import ExcCodes
from pymodbus.pdu import ExceptionResponse, ModbusPDU

from adapters.answers import RefusedError, SilentError
from adapters.modbus_blocks import Block, BlockRules, halves, plan
from adapters.modbus_decode import BlockDecoder, Value
from adapters.modbus_line import ConnectionLostError, Line, Send
from adapters.modbus_wire import BIT_TABLES, Register, encode
from adapters.presence import Presence

# A gateway answers for a device behind it that does not.
BEHIND_GATEWAY = (ExcCodes.GATEWAY_PATH_UNAVIABLE, ExcCodes.GATEWAY_NO_RESPONSE)


@dataclass(frozen=True, slots=True)
class DeviceRules:
    """What one device demands. ``single_writes``: the function for a value of one register."""

    blocks: BlockRules = field(default_factory=BlockRules)
    single_writes: int = 16


class Request:
    """Registers that are read together, again and again: planned once."""

    def __init__(self, registers: Iterable[Register]) -> None:
        ordered = sorted(set(registers), key=lambda r: (r.table, r.register, r.count))
        self.place_of = {register: place for place, register in enumerate(ordered)}
        self.steps: list[tuple[Block, BlockDecoder | None]] = []
        self.planned_for = -1

    def nothing_yet(self) -> Found:
        return Found(self)


class Found:
    """What a read has brought so far: kept outside the call, so that a deadline loses only what
    had not come yet."""

    __slots__ = ("_places", "values")

    def __init__(self, request: Request) -> None:
        self._places = request.place_of
        self.values: list[Value] = [None] * len(request.place_of)

    def has(self, registers: Iterable[Register]) -> bool:
        return all(self.values[self._places[register]] is not None for register in registers)

    def value(self, register: Register) -> float:
        """Raises RefusedError when the device refused it, ValueError when it is no number."""
        value = self.values[self._places[register]]
        if isinstance(value, Exception):
            raise value
        if value is None:
            raise SilentError("not answered in time")
        return value


class ModbusLink:
    def __init__(self, line: Line, unit_id: int, presence: Presence, rules: DeviceRules) -> None:
        self.line = line
        self._unit_id = unit_id
        self._presence = presence
        self._rules = rules
        self._masks = True
        """The device knows Mask Write Register, as far as we know."""
        self._alone: set[Register] = set()
        """Registers that once spoiled a block: read by themselves ever since."""
        self._learned = 0

    async def read(self, request: Request, found: Found) -> None:
        """Fills ``found`` block by block. Raises SilentError."""
        if request.planned_for != self._learned:
            self._plan(request)
        for block, decoder in request.steps:
            await self._read_block(block, decoder, request, found)

    async def write(self, register: Register, number: float) -> None:
        """The whole value in one request: half a float is a number too.

        Raises RefusedError (nothing was sent, or the device said no) or SilentError.
        """
        at, unit = register.register, self._unit_id
        if register.table == "coil":
            on = bool(encode(register, number)[0])
            await self._request(lambda client: client.write_coil(at, on, device_id=unit), 1)
        elif register.bit is not None:
            await self._write_bit(register, number)
        else:
            words = encode(register, number)
            if len(words) == 1 and self._rules.single_writes == 6:
                await self._request(
                    lambda client: client.write_register(at, words[0], device_id=unit), 1
                )
            else:
                await self._request(
                    lambda client: client.write_registers(at, words, device_id=unit), 1
                )

    async def _write_bit(self, register: Register, number: float) -> None:
        """One bit, the others as they are: by the device itself where it knows how."""
        on = bool(encode(replace(register, type="bool", bit=None), number)[0])
        at, unit, mask = register.register, self._unit_id, 1 << cast(int, register.bit)
        if register.byte_order == "little":
            mask = (mask << 8 | mask >> 8) & 0xFFFF
        if self._masks:
            try:
                await self._request(
                    lambda client: client.mask_write_register(
                        address=at,
                        and_mask=0xFFFF & ~mask,
                        or_mask=mask if on else 0,
                        device_id=unit,
                    ),
                    1,
                )
                return
            except RefusedError as refusal:
                if str(refusal) != "illegal function":
                    raise
                self._masks = False
        (word,) = await self._read_words("holding", at, 1, 1)
        changed = (word | mask) if on else (word & ~mask)
        whole = Register(register.table, at, "uint16")
        await self.write(whole, float(changed))

    def _plan(self, request: Request) -> None:
        wanted = set(request.place_of)
        blocks = plan(wanted - self._alone, self._rules.blocks)
        for register in sorted(wanted & self._alone, key=lambda r: (r.table, r.register)):
            blocks += plan([register], self._rules.blocks)
        request.steps = [
            (block, None if block.table in BIT_TABLES else BlockDecoder(block, request.place_of))
            for block in blocks
        ]
        request.planned_for = self._learned

    async def _read_block(
        self, block: Block, decoder: BlockDecoder | None, request: Request, found: Found
    ) -> None:
        try:
            payload = await self._read_payload(
                block.table, block.start, block.count, len(block.members)
            )
        except RefusedError as refusal:
            if len(block.members) == 1:
                self._learn(alone=block.members[0])
                found.values[request.place_of[block.members[0]]] = refusal
                return
            parts: Iterable[Block]
            if block.has_gap:
                # Devices with strict maps refuse a block over registers that do not exist.
                self._learn(no_gaps=True)
                parts = plan(block.members, self._rules.blocks)
            else:
                parts = halves(block)
            for part in parts:
                bits = part.table in BIT_TABLES
                part_decoder = None if bits else BlockDecoder(part, request.place_of)
                await self._read_block(part, part_decoder, request, found)
            return
        if decoder is not None:
            decoder.decode(payload, found.values)
            return
        for member in block.members:
            byte, bit = divmod(member.register - block.start, 8)
            on = float(payload[byte] >> bit & 1)
            for code, number in member.states:
                if code == on:
                    on = number
                    break
            found.values[request.place_of[member]] = on

    def _learn(self, *, alone: Register | None = None, no_gaps: bool = False) -> None:
        if alone is not None and alone not in self._alone:
            self._alone.add(alone)
            self._learned += 1
        if no_gaps and self._rules.blocks.widest_gap:
            self._rules = replace(self._rules, blocks=replace(self._rules.blocks, widest_gap=0))
            self._learned += 1

    async def _read_words(self, table: str, start: int, count: int, points: int) -> Sequence[int]:
        payload = await self._read_payload(table, start, count, points)
        return [payload[at] << 8 | payload[at + 1] for at in range(0, 2 * count, 2)]

    async def _read_payload(self, table: str, start: int, count: int, points: int) -> bytes:
        def send(client: Any) -> Any:
            read = {
                "coil": client.read_coils,
                "discrete": client.read_discrete_inputs,
                "input": client.read_input_registers,
                "holding": client.read_holding_registers,
            }[table]
            return read(start, count=count, device_id=self._unit_id)

        answer = cast(Any, await self._request(send, points))
        payload: bytes = answer.payload
        expected = (count + 7) // 8 if table in BIT_TABLES else 2 * count
        if len(payload) != expected:
            raise RefusedError(f"{len(payload)} bytes came back, not {expected}")
        return payload

    async def _request(self, send: Send, points: int) -> ModbusPDU:
        try:
            answer = await self._ask(send, points)
        except ConnectionLostError:
            # A device that restarted resets the old connection at the first request.
            answer = await self._ask(send, points)
        if answer.isError():
            refusal = _refusal(answer)
            if refusal is None:
                raise SilentError(f"the gateway has no answer from unit {self._unit_id}")
            self._presence.heard()
            raise refusal
        self._presence.heard()
        return answer

    async def _ask(self, send: Send, points: int) -> ModbusPDU:
        async with self._presence.turn(points):
            return await self.line.ask(send)


def _refusal(answer: ModbusPDU) -> RefusedError | None:
    """The exception response in words; ``None`` when a gateway speaks for a silent device."""
    code = cast(ExceptionResponse, answer).exception_code
    if code in BEHIND_GATEWAY:
        return None
    known = {member.value: member.name.lower().replace("_", " ") for member in ExcCodes}
    return RefusedError(known.get(code, f"exception {code}"))
