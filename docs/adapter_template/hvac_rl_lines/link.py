"""The wire. Requests: ``get NAME``, ``set NAME PRIORITY VALUE``, ``null NAME PRIORITY``, and
``put NAME VALUE`` for values without priorities. Replies: ``ok ...`` or ``no WHY``.

``get`` replies ``ok VALUE FAULT SLOT1 ... SLOT16``: ``-`` for no fault, and for an empty slot; the
slots are missing where the value has none.
"""

from __future__ import annotations

import asyncio

from adapters.answers import RefusedError, SilentError


class LinesLink:
    def __init__(self, host: str, port: int) -> None:
        self._host = host
        self._port = port
        self._open: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._one_at_a_time = asyncio.Lock()

    async def ask(self, *words: str) -> list[str]:
        """The words after ``ok``. Raises RefusedError or SilentError; the call that this belongs
        to says how long it may take."""
        async with self._one_at_a_time:
            try:
                reply = await self._exchange(words)
            except (OSError, EOFError):
                # A device that restarted resets the old connection: one more try on a new one.
                self.close()
                try:
                    reply = await self._exchange(words)
                except (OSError, EOFError) as error:
                    self.close()
                    raise SilentError(f"no connection to {self._host}:{self._port}") from error
        status, *rest = reply.split(" ")
        if status != "ok":
            raise RefusedError(" ".join(rest))
        return rest

    def close(self) -> None:
        opened, self._open = self._open, None
        if opened is not None:
            opened[1].close()

    async def _exchange(self, words: tuple[str, ...]) -> str:
        if self._open is None:
            self._open = await asyncio.open_connection(self._host, self._port)
        reader, writer = self._open
        answered = False
        try:
            writer.write(" ".join(words).encode() + b"\n")
            line = await reader.readline()
            if not line:
                raise EOFError
            answered = True
        finally:
            if not answered:
                # A late reply must not meet the next request.
                self.close()
        return line.decode().rstrip("\n")
