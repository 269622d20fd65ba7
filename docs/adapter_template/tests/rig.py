"""Two simulated devices on real sockets, and the handles that the contract plays."""

from __future__ import annotations

import asyncio
import math
import socket
from collections.abc import Mapping
from typing import ClassVar

from hvac_rl_lines import LinesKind

from adapters.contract.rig import PRIORITY, Address


class Device:
    """Values by name; ``slots`` for those with priorities."""

    def __init__(self, plain: Mapping[str, str], commandable: Mapping[str, float]) -> None:
        self.plain = dict(plain)
        self.defaults = dict(commandable)
        self.slots: dict[str, list[float | None]] = {name: [None] * 16 for name in commandable}
        self.faults: dict[str, str] = {}
        self.silent = self.refusing = self.keeps_slots = False
        self.clamps_at: float | None = None
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for writer in list(self._writers):
            writer.close()
        await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        while line := await reader.readline():
            if not self.silent:
                writer.write(self._reply(line.decode().split()).encode() + b"\n")
        self._writers.discard(writer)
        writer.close()

    def _reply(self, words: list[str]) -> str:
        verb, name, *rest = words
        if name not in self.plain and name not in self.slots:
            return f"no value is called {name}"
        if verb == "get":
            slots = ["-" if slot is None else repr(slot) for slot in self.slots.get(name, [])]
            return " ".join(["ok", self._present(name), self.faults.get(name, "-"), *slots])
        if self.refusing:
            return "no write access"
        if verb == "put":
            self.plain[name] = rest[0]
        elif verb == "set" and math.isfinite(float(rest[1])):
            self.slots[name][int(rest[0]) - 1] = float(rest[1])
        elif verb == "null" and not self.keeps_slots:
            self.slots[name][int(rest[0]) - 1] = None
        return "ok"

    def _present(self, name: str) -> str:
        if name in self.plain:
            return self.plain[name]
        held = [slot for slot in self.slots[name] if slot is not None]
        if held and self.clamps_at is not None:
            return repr(self.clamps_at)
        return repr(held[0] if held else self.defaults[name])


class LinesRig:
    has_levels: ClassVar[bool] = True
    on_sockets: ClassVar[bool] = True
    refusals: ClassVar[tuple[str, ...]] = ("write access",)
    missing: ClassVar[Address] = {"name": "nothing"}
    addresses: ClassVar[Mapping[str, Address]] = {
        name: {"name": name}
        for name in (
            "room", "humidity", "occupancy", "setpoint", "light", "heartbeat", "garbled"
        )
    }  # fmt: skip

    def __init__(self) -> None:
        self.kind = LinesKind()
        plain = {"room": "71.6", "humidity": "40.0", "occupancy": "1.0", "heartbeat": "0.0"}
        a = Device({**plain, "garbled": "warm"}, {"setpoint": 68.0, "light": 30.0})
        self.devices = {"a": a, "b": Device({"room": "64.4"}, {})}

    async def start(self) -> None:
        for device in self.devices.values():
            await device.start()

    async def stop(self) -> None:
        for device in self.devices.values():
            await device.stop()

    def options(self, device: str) -> Mapping[str, object]:
        return {"host": "127.0.0.1", "port": self.devices[device].port}

    def local(self) -> Mapping[str, object]:
        return {}

    async def set_room(self, raw: float) -> None:
        self.devices["a"].plain["room"] = repr(raw)

    async def set_fault(self) -> None:
        self.devices["a"].faults["room"] = "no_sensor"

    async def operator(self, raw: float | None) -> None:
        self.devices["a"].slots["setpoint"][8 - 1] = raw

    def refuse_writes(self) -> None:
        self.devices["a"].refusing = True

    def keep_slots(self) -> None:
        self.devices["a"].keeps_slots = True

    def clamp(self, raw: float) -> None:
        self.devices["a"].clamps_at = raw

    def silence(self, device: str, silent: bool = True) -> None:
        self.devices[device].silent = silent

    async def restart(self) -> None:
        await self.devices["a"].stop()
        await self.devices["a"].start()

    def our_setpoint(self) -> float | None:
        return self.devices["a"].slots["setpoint"][PRIORITY - 1]
