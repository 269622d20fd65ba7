"""Modbus TCP devices that answer as fast as Python can: the client is measured, not them.

    python -m adapters.bench.modbus_devices FLOATS PORT [PORT ...]

Holding registers from 0 on hold ``FLOATS`` float32 values, 0, 1, 2, ... Prints "ready", ends with
its standard input.
"""

from __future__ import annotations

import asyncio
import struct
import sys

READ_HOLDING = 3
ILLEGAL_FUNCTION, ILLEGAL_ADDRESS = 1, 2


class Device(asyncio.Protocol):
    def __init__(self, image: bytes) -> None:
        self._image = image
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        assert self._transport is not None
        self._buffer += data
        while len(self._buffer) >= 12:
            transaction, _, length, unit, function = struct.unpack_from(">HHHBB", self._buffer)
            start, count = struct.unpack_from(">HH", self._buffer, 8)
            self._buffer = self._buffer[6 + length :]
            if function != READ_HOLDING:
                body = bytes((function | 0x80, ILLEGAL_FUNCTION))
            elif 2 * (start + count) > len(self._image):
                body = bytes((function | 0x80, ILLEGAL_ADDRESS))
            else:
                registers = self._image[2 * start : 2 * (start + count)]
                body = bytes((function, len(registers))) + registers
            head = struct.pack(">HHHB", transaction, 0, 1 + len(body), unit)
            self._transport.write(head + body)


async def serve(floats: int, ports: list[int]) -> None:
    image = struct.pack(f">{floats}f", *(float(n) for n in range(floats)))
    loop = asyncio.get_running_loop()
    for port in ports:
        await loop.create_server(lambda: Device(image), "127.0.0.1", port)
    print("ready", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), [int(port) for port in sys.argv[2:]]))
