"""The way other processes speak with a living daemon: one JSON line each way on loopback.

The daemon listens on a free port of 127.0.0.1 and leaves port and token in ``control.json`` of
its state folder, readable by its own user only. Without the token nothing is answered.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from hvac_rl.errors import HvacRlError

FILE = "control.json"
LONGEST_LINE = 1 << 20

Handler = Callable[[dict[str, Any]], Awaitable[dict[str, Any]]]


class ControlServer:
    def __init__(self, state_dir: Path, handler: Handler) -> None:
        self._file = state_dir / FILE
        self._handler = handler
        self._token = secrets.token_hex(16)
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=LONGEST_LINE)
        port = self._server.sockets[0].getsockname()[1]
        descriptor = os.open(self._file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump({"port": port, "token": self._token, "pid": os.getpid()}, file)

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
        self._file.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = json.loads(await reader.readline())
            if not secrets.compare_digest(str(request.pop("token", "")), self._token):
                answer = {"error": "wrong token"}
            else:
                answer = await self._handler(request)
        except (ValueError, AttributeError) as error:
            answer = {"error": f"not a request: {error}"}
        except HvacRlError as error:
            answer = {"error": str(error)}
        writer.write(json.dumps(answer).encode() + b"\n")
        await writer.drain()
        writer.close()


async def ask_daemon(
    state_dir: Path, request: dict[str, Any], timeout_s: float = 30.0
) -> dict[str, Any] | None:
    """The living daemon's answer; None if no daemon lives. Raises HvacRlError on its error."""
    file = state_dir / FILE
    try:
        access = json.loads(file.read_text())
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", int(access["port"]), limit=LONGEST_LINE
        )
    except (OSError, ValueError, KeyError):
        # No file, a torn file, or nobody behind the port: the daemon is gone.
        return None
    writer.write(json.dumps({**request, "token": access["token"]}).encode() + b"\n")
    await writer.drain()
    try:
        line = await asyncio.wait_for(reader.readline(), timeout_s)
    except TimeoutError as error:
        raise HvacRlError(str(file), f"the daemon did not answer in {timeout_s:g} s") from error
    finally:
        writer.close()
    answer: dict[str, Any] = json.loads(line or b'{"error": "the daemon closed the line"}')
    if "error" in answer:
        raise HvacRlError("daemon", str(answer["error"]))
    return answer
