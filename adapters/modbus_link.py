"""Requests to one Modbus TCP device: one connection, reopened when it went silent.

What the device answers is registers, a ``RefusedError`` (its exception response), or nothing
(``SilentError``). pymodbus' exceptions stop here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import cast

from pymodbus.client import AsyncModbusTcpClient
from pymodbus.constants import ExcCodes
from pymodbus.exceptions import ModbusException
from pymodbus.pdu import ExceptionResponse, ModbusPDU

from adapters.answers import RefusedError, SilentError
from adapters.modbus_blocks import WIDEST_GAP, Block, halves, plan
from adapters.modbus_wire import BIT_TABLES, Register
from adapters.presence import Presence

# A gateway answers for a device behind it that does not.
BEHIND_GATEWAY = (ExcCodes.GATEWAY_PATH_UNAVIABLE, ExcCodes.GATEWAY_NO_RESPONSE)

Words = dict[Register, "list[int] | RefusedError"]
"""What was read: a value's registers, or why it has none."""


class ConnectionLostError(SilentError):
    """The connection broke under a request; a new one may do."""


class ModbusLink:
    def __init__(self, host: str, port: int, unit_id: int, presence: Presence) -> None:
        self._host = host
        self._port = port
        self._unit_id = unit_id
        self._presence = presence
        self._open: tuple[AsyncModbusTcpClient, asyncio.Event] | None = None
        self._opening = asyncio.Lock()
        self._widest_gap = WIDEST_GAP
        self._alone: set[Register] = set()
        """Registers that once spoiled a block: read by themselves ever since."""

    async def read(self, registers: Iterable[Register], found: Words) -> None:
        """Fills ``found`` block by block. Raises SilentError."""
        wanted = set(registers)
        blocks = plan(wanted - self._alone, self._widest_gap)
        for register in wanted & self._alone:
            blocks += plan([register])
        for block in blocks:
            await self._read_block(block, found)

    async def write_value(self, register: Register, words: Sequence[int]) -> None:
        """The whole value in one request: half a float is a number too."""
        if register.table == "coil":
            await self.write_coil(register, bool(words[0]))
            return
        await self._request(
            lambda client: client.write_registers(
                register.register, list(words), device_id=self._unit_id
            )
        )

    async def write_coil(self, register: Register, on: bool) -> None:
        await self._request(
            lambda client: client.write_coil(register.register, on, device_id=self._unit_id)
        )

    def close(self) -> None:
        opened, self._open = self._open, None
        if opened is not None:
            opened[0].close()

    async def _read_block(self, block: Block, found: Words) -> None:
        try:
            values = await self._read_table(block)
        except RefusedError as refusal:
            if len(block.members) == 1:
                self._alone.add(block.members[0])
                found[block.members[0]] = refusal
            elif block.has_gap:
                # Devices with strict maps refuse a block over registers that do not exist.
                self._widest_gap = 0
                for part in plan(block.members, widest_gap=0):
                    await self._read_block(part, found)
            else:
                for part in halves(block):
                    await self._read_block(part, found)
            return
        for member in block.members:
            start = member.register - block.start
            found[member] = values[start : start + member.count]

    async def _read_table(self, block: Block) -> list[int]:
        def send(client: AsyncModbusTcpClient) -> Awaitable[ModbusPDU]:
            read = {
                "coil": client.read_coils,
                "discrete": client.read_discrete_inputs,
                "input": client.read_input_registers,
                "holding": client.read_holding_registers,
            }[block.table]
            return read(block.start, count=block.count, device_id=self._unit_id)

        answer = await self._request(send)
        values = answer.bits if block.table in BIT_TABLES else answer.registers
        if len(values) < block.count:
            raise RefusedError(f"{len(values)} values came back, not {block.count}")
        return [int(value) for value in values[: block.count]]

    async def _request(
        self, send: Callable[[AsyncModbusTcpClient], Awaitable[ModbusPDU]]
    ) -> ModbusPDU:
        try:
            answer = await self._ask(send)
        except ConnectionLostError:
            # A device that restarted resets the old connection at the first request.
            answer = await self._ask(send)
        if answer.isError():
            refusal = _refusal(answer)
            if refusal is None:
                raise SilentError(f"the gateway has no answer from unit {self._unit_id}")
            self._presence.heard()
            raise refusal
        self._presence.heard()
        return answer

    async def _ask(self, send: Callable[[AsyncModbusTcpClient], Awaitable[ModbusPDU]]) -> ModbusPDU:
        client, lost = await self._connected()
        asking: asyncio.Future[ModbusPDU] | None = None
        losing = asyncio.ensure_future(lost.wait())
        try:
            asking = asyncio.ensure_future(send(client))
            await asyncio.wait(
                {asking, losing},
                timeout=self._presence.deadline_s,
                return_when=asyncio.FIRST_COMPLETED,
            )
            if asking.done():
                return asking.result()
            if losing.done():
                raise ConnectionLostError("the connection was lost")
            raise SilentError(f"no answer within {self._presence.deadline_s:g} s")
        except ModbusException as error:
            raise ConnectionLostError(str(error)) from error
        finally:
            losing.cancel()
            if asking is None or not asking.done() or asking.exception() is not None:
                # The connection may be half open and still call itself connected; and a late
                # answer must not meet the next question.
                self._drop(client)
            if asking is not None:
                asking.cancel()

    async def _connected(self) -> tuple[AsyncModbusTcpClient, asyncio.Event]:
        """The open connection, and the event of its loss."""
        async with self._opening:
            if self._open is not None and self._open[0].connected:
                return self._open
            self.close()
            lost = asyncio.Event()
            client = AsyncModbusTcpClient(
                self._host,
                port=self._port,
                timeout=self._presence.deadline_s,
                retries=0,
                reconnect_delay=0,
                trace_connect=lambda up: None if up else lost.set(),
            )
            connected = False
            try:
                connected = await client.connect()
            finally:
                if not connected:
                    client.close()
            if not connected:
                raise SilentError(f"no connection to {self._host}:{self._port}")
            self._open = client, lost
            return self._open

    def _drop(self, client: AsyncModbusTcpClient) -> None:
        client.close()
        if self._open is not None and self._open[0] is client:
            self._open = None


def _refusal(answer: ModbusPDU) -> RefusedError | None:
    """The exception response in words; ``None`` when a gateway speaks for a silent device."""
    code = cast(ExceptionResponse, answer).exception_code
    if code in BEHIND_GATEWAY:
        return None
    known = {member.value: member.name.lower().replace("_", " ") for member in ExcCodes}
    return RefusedError(known.get(code, f"exception {code}"))
