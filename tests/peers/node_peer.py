"""A peer that runs beside the test, in Node.js or else: JSON lines in, JSON lines out."""

from __future__ import annotations

import asyncio
import json
import shutil
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
PATIENCE_S = 30.0


class NodePeer:
    def __init__(self, process: Process) -> None:
        self._process = process

    async def hear(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        async with asyncio.timeout(PATIENCE_S):
            line = await self._process.stdout.readline()
        assert line, "the peer has ended"
        heard: dict[str, Any] = json.loads(line)
        return heard

    async def ask(self, **command: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(command).encode() + b"\n")
        await self._process.stdin.drain()
        return await self.hear()


def need_package(name: str) -> None:
    """Skips the test where the peer is not installed; CI installs it (``.ci/run``)."""
    if shutil.which("node") is None or not (HERE / "node_modules" / name).is_dir():
        pytest.skip(f"{name} is not installed: npm ci --prefix tests/peers")


@asynccontextmanager
async def node_peer(script: str, *arguments: str) -> AsyncIterator[NodePeer]:
    async with peer("node", str(HERE / script), *arguments) as started:
        yield started


@asynccontextmanager
async def peer(*command: str) -> AsyncIterator[NodePeer]:
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE)
    try:
        started = NodePeer(process)
        assert await started.hear() == {"ready": True}
        yield started
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            async with asyncio.timeout(5.0):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
