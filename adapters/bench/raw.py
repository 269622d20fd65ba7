"""The bare libraries, used as well as they allow and no better."""

from __future__ import annotations

import asyncio
from typing import Any

from bacpypes3.app import Application
from bacpypes3.local.device import DeviceObject
from bacpypes3.local.networkport import NetworkPortObject
from bacpypes3.primitivedata import ObjectIdentifier
from pymodbus.client import AsyncModbusTcpClient

from adapters.bench.measure import Read

OUTSTANDING = 2
BATCH = 30
"""Objects a request: with three properties each, what fits one answer without segments."""
PATIENCE_MS = 30_000
BLOCK = 124
FLAGGED = ("present-value", "status-flags", "reliability")
BARE = ("present-value",)
OUR_INSTANCE = 3_991


class RawBacnet:
    """bacpypes3 alone, one application on a port of its own."""

    def __init__(self, port: int, device_port: int, objects: int) -> None:
        self._app: Any = Application.from_object_list(
            [
                DeviceObject(objectIdentifier=("device", OUR_INSTANCE), objectName="raw"),
                NetworkPortObject(
                    f"127.0.0.1/32:{port}",
                    objectIdentifier=("network-port", 1),
                    objectName="NetworkPort-1",
                ),
            ]
        )
        self._app.device_object.apduTimeout = PATIENCE_MS
        self._address = f"127.0.0.1:{device_port}"
        self._identifiers = [ObjectIdentifier(f"analog-input,{n + 1}") for n in range(objects)]

    async def ready(self) -> None:
        for link in self._app.link_layers.values():
            await link.server._local_transport_ready.wait()

    def read(self, properties: tuple[str, ...], batch: int = BATCH) -> Read:
        """All objects in batches, two requests outstanding."""

        async def read_all() -> int:
            starts = iter(range(0, len(self._identifiers), batch))

            async def worker() -> int:
                count = 0
                for start in starts:
                    wanted: list[Any] = []
                    for identifier in self._identifiers[start : start + batch]:
                        wanted += [identifier, list(properties)]
                    rows = await self._app.read_property_multiple(self._address, wanted)
                    count += sum(str(name) == "present-value" for _, name, _, _ in rows)
                return count

            return sum(await asyncio.gather(*(worker() for _ in range(OUTSTANDING))))

        return read_all

    def close(self) -> None:
        self._app.close()


class RawModbus:
    """pymodbus alone: blocks of 124 registers, one after the other."""

    def __init__(self, port: int, floats: int) -> None:
        self._client = AsyncModbusTcpClient("127.0.0.1", port=port)
        self._registers = 2 * floats

    async def ready(self) -> None:
        await self._client.connect()

    async def read(self) -> int:
        count = 0
        for start in range(0, self._registers, BLOCK):
            size = min(BLOCK, self._registers - start)
            answer = await self._client.read_holding_registers(start, count=size)
            values = self._client.convert_from_registers(
                answer.registers, self._client.DATATYPE.FLOAT32
            )
            count += len(values) if isinstance(values, list) else 1
        return count

    def close(self) -> None:
        self._client.close()
