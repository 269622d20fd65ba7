"""A way to Modbus devices: a TCP connection, RTU frames over one, or a serial line.

Opened with the first request, opened again when it went silent. pymodbus' exceptions stop here.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from pymodbus.client import AsyncModbusSerialClient, AsyncModbusTcpClient
from pymodbus.exceptions import ConnectionException, ModbusException
from pymodbus.framer import FramerType
from pymodbus.pdu import ModbusPDU
from pymodbus.pdu.bit_message import ReadCoilsResponse, ReadDiscreteInputsResponse
from pymodbus.pdu.register_message import ReadHoldingRegistersResponse, ReadInputRegistersResponse

from adapters.answers import SilentError
from hvac_rl.errors import MissingExtra

Client = AsyncModbusTcpClient | AsyncModbusSerialClient
Send = Callable[[Any], Awaitable[ModbusPDU]]

LONGEST_S = 60.0
"""For pymodbus' own timers; long before, the device's deadline has ended the request."""


@dataclass(frozen=True, slots=True)
class TcpPlace:
    """``rtu``: the serial frames, with their checksums, in a TCP stream (no unit of transport)."""

    host: str
    port: int
    rtu: bool = False

    def __str__(self) -> str:
        return f"{self.host}:{self.port}" + (" (RTU)" if self.rtu else "")


@dataclass(frozen=True, slots=True)
class SerialPlace:
    serial: str
    baud_rate: int
    parity: str
    stop_bits: int
    data_bits: int = 8

    @property
    def silence_s(self) -> float:
        """Between two frames: 3.5 characters of 11 bits, 1.75 ms above 19,200 bit/s (Modbus over
        Serial Line, V1.02, 2.5.1.1)."""
        return 0.00175 if self.baud_rate > 19_200 else 3.5 * 11 / self.baud_rate

    def __str__(self) -> str:
        return self.serial


Place = TcpPlace | SerialPlace


class ConnectionLostError(SilentError):
    """The connection broke under a request; a new one may do."""


class GarbledError(SilentError):
    """What came is no Modbus."""


class Line:
    """One request at a time; who shares the line takes turns by its lane (``limits``)."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._client: Client | None = None
        self._opening = asyncio.Lock()
        self._last_frame_s = 0.0

    async def ask(self, send: Send) -> ModbusPDU:
        """The device's answer, an exception response included. Raises SilentError.

        How long it may take is for the call that it belongs to (``presence``) to say.
        """
        client: Client | None = None
        answered = False
        try:
            client = await self._connected()
            if isinstance(self.place, SerialPlace):
                await self._pause(self.place.silence_s)
            answer = await send(client)
            answered = True
            return answer
        except ConnectionException as error:
            raise ConnectionLostError("the connection was lost") from error
        except ModbusException as error:
            raise GarbledError(f"what came is no answer: {error}") from error
        finally:
            self._last_frame_s = asyncio.get_running_loop().time()
            if not answered and client is not None and isinstance(self.place, TcpPlace):
                # The connection may be half open and still call itself connected; and a late
                # answer must not meet the next question.
                self._drop(client)

    def close(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            client.close()

    async def _pause(self, silence_s: float) -> None:
        rest_s = self._last_frame_s + silence_s - asyncio.get_running_loop().time()
        if rest_s > 0:
            await asyncio.sleep(rest_s)

    async def _connected(self) -> Client:
        if self._client is not None and self._client.connected:
            return self._client
        async with self._opening:
            if self._client is not None and self._client.connected:
                return self._client
            self.close()
            client = _client(self.place)
            connected = False
            try:
                connected = await client.connect()
            finally:
                if not connected:
                    client.close()
            if not connected:
                raise SilentError(f"no connection to {self.place}")
            self._client = client
            return client

    def _drop(self, client: Client) -> None:
        client.close()
        if self._client is client:
            self._client = None


def _client(place: Place) -> Client:
    client: Client
    if isinstance(place, TcpPlace):
        client = AsyncModbusTcpClient(
            place.host,
            port=place.port,
            framer=FramerType.RTU if place.rtu else FramerType.SOCKET,
            timeout=LONGEST_S,
            retries=0,
            reconnect_delay=0,
        )
    else:
        try:
            client = AsyncModbusSerialClient(
                place.serial,
                baudrate=place.baud_rate,
                parity=place.parity,
                stopbits=place.stop_bits,
                bytesize=place.data_bits,
                timeout=LONGEST_S,
                retries=0,
                reconnect_delay=0,
            )
        except RuntimeError as error:
            raise MissingExtra(
                str(place), "a serial line needs the package pyserial", "pip install pyserial"
            ) from error
    for response in (RawHolding, RawInput, RawCoils, RawDiscrete):
        client.register(response)
    _end_with_the_connection(client.ctx)
    return client


def _end_with_the_connection(transactions: Any) -> None:
    """pymodbus leaves a request waiting when its connection breaks or what came is no Modbus.

    Its two callbacks are wrapped so that either ends the request at once.
    """
    received, disconnected = transactions.callback_data, transactions.callback_disconnected

    def fail(error: ModbusException) -> None:
        waiting = transactions.response_future
        if not waiting.done():
            waiting.set_exception(error)
            waiting.exception()  # Seen: nobody need be waiting for it.

    def on_data(data: bytes, addr: object = None) -> int:
        try:
            return int(received(data, addr))
        except (ModbusException, IndexError, struct.error) as error:
            fail(error if isinstance(error, ModbusException) else ModbusException(repr(error)))
            return len(data)

    def on_disconnected(error: Exception | None) -> None:
        disconnected(error)
        fail(ConnectionException("lost"))

    transactions.callback_data = on_data
    transactions.callback_disconnected = on_disconnected


class _Raw:
    """An answer whose bytes are kept as they came, for ``BlockDecoder`` to read at once."""

    payload = b""

    def decode(self, data: bytes) -> None:
        self.payload = bytes(data[1 : 1 + data[0]])

    def __str__(self) -> str:
        # pymodbus builds this text for a log that nobody reads.
        return type(self).__name__


class RawHolding(_Raw, ReadHoldingRegistersResponse): ...


class RawInput(_Raw, ReadInputRegistersResponse): ...


class RawCoils(_Raw, ReadCoilsResponse): ...


class RawDiscrete(_Raw, ReadDiscreteInputsResponse): ...
