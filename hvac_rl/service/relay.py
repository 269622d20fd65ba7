"""Carries a daemon's traffic between a network of its own and the devices, datagram by datagram.

The daemon finds every device at the address in the site file, on sockets that were made inside
its network; this side speaks to the real device. ``Tamper`` may delay, drop, change or answer
what passes: the fault campaign's wire.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import cast

from hvac_rl.ports import Endpoint

Deliver = Callable[[bytes], None]
Tamper = Callable[[Endpoint, bool, bytes, Deliver, Deliver], None]
"""(endpoint, towards the device, data, onward, back): calls ``onward`` with what is to pass, and
``back`` with what to answer in the device's place."""

SILENT_WALL_S = 60.0
LONGEST_PIECE = 65_536


def pass_on(endpoint: Endpoint, outward: bool, data: bytes, onward: Deliver, back: Deliver) -> None:
    """The honest wire."""
    onward(data)


class Relay:
    """``inside``: bound sockets within the daemon's network, by endpoint."""

    def __init__(self, inside: Mapping[Endpoint, socket.socket], tamper: Tamper = pass_on) -> None:
        self.tamper = tamper
        self._inside = inside
        self._servers: list[asyncio.Server] = []
        self._transports: list[asyncio.DatagramTransport] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        for endpoint, sock in self._inside.items():
            sock.setblocking(False)
            if endpoint.transport == "udp":
                transport, _ = await loop.create_datagram_endpoint(
                    partial(_Clients, self, endpoint), sock=sock
                )
                self._transports.append(transport)
            else:
                self._servers.append(
                    await asyncio.start_server(partial(self._connection, endpoint), sock=sock)
                )

    async def stop(self) -> None:
        for server in self._servers:
            server.close()
        for transport in self._transports:
            transport.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _connection(
        self, at: Endpoint, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            try:
                far_reader, far_writer = await asyncio.open_connection(at.host, at.port)
            except OSError:
                return
            try:
                await asyncio.gather(
                    self._pump(at, True, reader, far_writer, writer),
                    self._pump(at, False, far_reader, writer, far_writer),
                )
            finally:
                far_writer.close()
        except (OSError, asyncio.CancelledError):
            return
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _pump(
        self,
        at: Endpoint,
        outward: bool,
        reader: asyncio.StreamReader,
        onward: asyncio.StreamWriter,
        back: asyncio.StreamWriter,
    ) -> None:
        while piece := await reader.read(LONGEST_PIECE):
            self.tamper(at, outward, piece, _sender(onward), _sender(back))
        # One side has hung up: so does the other.
        onward.close()


def _sender(writer: asyncio.StreamWriter) -> Deliver:
    def send(data: bytes) -> None:
        if not writer.is_closing():
            writer.write(data)

    return send


class _Clients(asyncio.DatagramProtocol):
    """The inside of one device's address; one socket outside for each client."""

    def __init__(self, relay: Relay, at: Endpoint) -> None:
        self._relay = relay
        self._at = at
        self._outside: dict[tuple[str, int], asyncio.DatagramTransport] = {}
        self._waiting: dict[tuple[str, int], list[bytes]] = {}
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # asyncio's own datagram transport is not registered as one before Python 3.12.
        self._transport = cast(asyncio.DatagramTransport, transport)

    def connection_lost(self, error: Exception | None) -> None:
        for transport in self._outside.values():
            transport.close()

    def datagram_received(self, data: bytes, client: tuple[str, int]) -> None:
        def onward(piece: bytes) -> None:
            self._send_out(client, piece)

        self._relay.tamper(self._at, True, data, onward, lambda piece: self.send_in(client, piece))

    def error_received(self, error: Exception) -> None:
        """A cut network; datagrams are simply lost."""

    def send_in(self, client: tuple[str, int], data: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            with suppress(OSError):
                self._transport.sendto(data, client)

    def from_outside(self, client: tuple[str, int], data: bytes) -> None:
        self._relay.tamper(
            self._at,
            False,
            data,
            lambda piece: self.send_in(client, piece),
            lambda piece: self._send_out(client, piece),
        )

    def _send_out(self, client: tuple[str, int], data: bytes) -> None:
        if client in self._outside:
            self._outside[client].sendto(data)
            return
        self._waiting.setdefault(client, []).append(data)
        if len(self._waiting[client]) == 1:
            task = asyncio.get_running_loop().create_task(self._open(client))
            self._relay._tasks.add(task)
            task.add_done_callback(self._relay._tasks.discard)

    async def _open(self, client: tuple[str, int]) -> None:
        transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: _Answers(self, client), remote_addr=(self._at.host, self._at.port)
        )
        self._outside[client] = transport
        for data in self._waiting.pop(client, []):
            transport.sendto(data)


class _Answers(asyncio.DatagramProtocol):
    def __init__(self, clients: _Clients, client: tuple[str, int]) -> None:
        self._clients = clients
        self._client = client

    def datagram_received(self, data: bytes, _: tuple[str, int]) -> None:
        self._clients.from_outside(self._client, data)

    def error_received(self, error: Exception) -> None:
        """Nobody listens there now: a lost datagram."""
