"""The contract's building for each adapter kind of ours."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, cast

from adapters.bacnet import BacnetKind
from adapters.contract.rig import PRIORITY, Address
from adapters.memory import MemoryKind, MemoryOptions, build_device
from adapters.modbus import ModbusKind
from tests.adapters.devices import bacnet_device as bacnet
from tests.adapters.devices.bacnet_device import BacnetDevice
from tests.adapters.devices.free_ports import free_tcp_port, free_udp_port
from tests.adapters.devices.modbus_device import ModbusDevice, float_words, words_float


@dataclass
class MemoryRig:
    kind: MemoryKind = field(default_factory=MemoryKind)
    has_levels: ClassVar[bool] = True
    on_sockets: ClassVar[bool] = False
    refusals: ClassVar[tuple[str, ...]] = ("write access denied",)
    missing: ClassVar[Address] = {"object": "nothing"}
    addresses: ClassVar[Mapping[str, Address]] = {
        name: {"object": name}
        for name in ("room", "humidity", "occupancy", "setpoint", "light", "heartbeat", "garbled")
    }

    async def start(self) -> None:
        options = cast(MemoryOptions, self.kind.parse_options(self.options("a")))
        device = self.kind.devices["a"] = build_device(options)
        # The site file takes numbers only; a device is free to say anything.
        device.objects["garbled"].default = "warm"

    async def stop(self) -> None:
        """They end with it."""

    def options(self, device: str) -> Mapping[str, object]:
        if device == "b":
            return {"objects": {"room": 64.4}}
        return {
            "objects": {
                "room": 71.6,
                "humidity": 40.0,
                "occupancy": 1.0,
                "heartbeat": 0.0,
                "garbled": 0.0,
            },
            "commandable": {"setpoint": 68.0, "light": 30.0},
        }

    def local(self) -> Mapping[str, object]:
        return {}

    async def set_room(self, raw: float) -> None:
        self.kind.devices["a"].objects["room"].default = raw

    async def set_fault(self) -> None:
        self.kind.devices["a"].objects["room"].fault = "no sensor"

    async def operator(self, raw: float | None) -> None:
        slots = self.kind.devices["a"].objects["setpoint"].slots
        assert slots is not None
        slots[8 - 1] = raw

    def refuse_writes(self) -> None:
        self.kind.devices["a"].objects["setpoint"].refusal = "write access denied"

    def keep_slots(self) -> None:
        self.kind.devices["a"].objects["setpoint"].keeps_slots = True

    def clamp(self, raw: float) -> None:
        self.kind.devices["a"].objects["setpoint"].clamps_at = raw

    def silence(self, device: str, silent: bool = True) -> None:
        self.kind.devices[device].silent = silent

    async def restart(self) -> None:
        raise NotImplementedError("devices of this process cannot restart")

    def our_setpoint(self) -> float | None:
        slots = self.kind.devices["a"].objects["setpoint"].slots
        assert slots is not None
        return slots[PRIORITY - 1]


class BacnetRig:
    has_levels: ClassVar[bool] = True
    on_sockets: ClassVar[bool] = True
    refusals: ClassVar[tuple[str, ...]] = ("property: write-access-denied",)
    missing: ClassVar[Address] = {"object": "analog-value,99"}
    addresses: ClassVar[Mapping[str, Address]] = {
        "room": {"object": "analog-input,1"},
        "humidity": {"object": "analog-input,2"},
        "occupancy": {"object": "binary-input,1"},
        "setpoint": {"object": "analog-value,1"},
        "light": {"object": "analog-value,2"},
        "heartbeat": {"object": "positive-integer-value,1"},
        "garbled": {"object": "analog-input,9"},
    }

    def __init__(self) -> None:
        self.kind = BacnetKind()
        self._ports = {"a": free_udp_port(), "b": free_udp_port()}
        self.devices: dict[str, BacnetDevice] = {}

    async def start(self) -> None:
        self.devices["a"] = await self._start_a()
        self.devices["b"] = await BacnetDevice.start(
            self._ports["b"], 1002, bacnet.analog_input(1, 64.4, "degrees-fahrenheit")
        )

    async def stop(self) -> None:
        for device in self.devices.values():
            device.close()

    async def _start_a(self) -> BacnetDevice:
        return await BacnetDevice.start(
            self._ports["a"],
            1001,
            bacnet.analog_input(1, 71.6, "degrees-fahrenheit"),
            bacnet.analog_input(2, 40.0, "percent-relative-humidity"),
            bacnet.binary_input(1, True),
            bacnet.analog_value(1, 68.0, "degrees-fahrenheit"),
            bacnet.analog_value(2, 30.0, "percent"),
            bacnet.positive_integer(1, 0),
            bacnet.text_input(9),
        )

    def options(self, device: str) -> Mapping[str, object]:
        instance = {"a": 1001, "b": 1002}[device]
        return {"address": f"127.0.0.1:{self._ports[device]}", "device_instance": instance}

    def local(self) -> Mapping[str, object]:
        return {"address": "127.0.0.1:0", "device_instance": 3990}

    async def set_room(self, raw: float) -> None:
        self.devices["a"].at("analog-input,1").presentValue = raw

    async def set_fault(self) -> None:
        self.devices["a"].at("analog-input,1").reliability = "no-sensor"

    async def operator(self, raw: float | None) -> None:
        self.devices["a"].command("analog-value,1", raw, 8)

    def refuse_writes(self) -> None:
        self.devices["a"].refusing = True

    def keep_slots(self) -> None:
        self.devices["a"].keeps_slots = True

    def clamp(self, raw: float) -> None:
        self.devices["a"].clamps_at = raw

    def silence(self, device: str, silent: bool = True) -> None:
        self.devices[device].silent = silent

    async def restart(self) -> None:
        self.devices["a"].close()
        await asyncio.sleep(0)
        self.devices["a"] = await self._start_a()

    def our_setpoint(self) -> float | None:
        return self.devices["a"].slot("analog-value,1", PRIORITY)


def _float_at(table: str, register: int) -> dict[str, object]:
    return {"table": table, "register": register, "type": "float32"}


class ModbusRig:
    has_levels: ClassVar[bool] = False
    on_sockets: ClassVar[bool] = True
    refusals: ClassVar[tuple[str, ...]] = ("illegal value",)
    missing: ClassVar[Address] = _float_at("holding", 300)
    addresses: ClassVar[Mapping[str, Address]] = {
        "room": _float_at("input", 0),
        "humidity": {"table": "input", "register": 2, "type": "int16", "scale": 0.1},
        "occupancy": {"table": "discrete", "register": 0},
        "setpoint": {
            **_float_at("holding", 10),
            "effective": _float_at("input", 10),
            "remote": {"table": "coil", "register": 0},
        },
        "light": {
            **_float_at("holding", 12),
            "effective": _float_at("input", 12),
            "remote": {"table": "coil", "register": 1},
        },
        "heartbeat": {"table": "holding", "register": 0, "type": "uint16"},
        "garbled": {"table": "input", "register": 3, "type": "uint16", "states": {1: 0, 2: 1}},
    }

    def __init__(self) -> None:
        self.kind = ModbusKind()
        self.devices = {"a": ModbusDevice(free_tcp_port()), "b": ModbusDevice(free_tcp_port())}

    async def start(self) -> None:
        a, b = self.devices["a"], self.devices["b"]
        await a.start()
        await b.start()
        a.follows = {10: (10, 0, 68.0), 12: (12, 1, 30.0)}
        a.unmapped = {("holding", register) for register in range(300, 400)}
        await a.put("input", 0, [*float_words(71.6), 400])
        await a.put("discrete", 0, [1])
        await b.put("input", 0, float_words(64.4))

    async def stop(self) -> None:
        for device in self.devices.values():
            await device.stop()

    def options(self, device: str) -> Mapping[str, object]:
        return {"host": "127.0.0.1", "port": self.devices[device].port}

    def local(self) -> Mapping[str, object]:
        return {}

    async def set_room(self, raw: float) -> None:
        await self.devices["a"].put("input", 0, float_words(raw))

    async def set_fault(self) -> None:
        self.devices["a"].unmapped.add(("input", 0))

    async def operator(self, raw: float | None) -> None:
        raise NotImplementedError("Modbus knows no levels")

    def refuse_writes(self) -> None:
        self.devices["a"].refusing = True

    def keep_slots(self) -> None:
        self.devices["a"].keeps_coils = True

    def clamp(self, raw: float) -> None:
        self.devices["a"].clamps_at = raw

    def silence(self, device: str, silent: bool = True) -> None:
        self.devices[device].silent = silent

    async def restart(self) -> None:
        await self.devices["a"].stop()
        await self.devices["a"].start()

    def our_setpoint(self) -> float | None:
        raw = words_float(self.devices["a"].get("holding", 10, 2))
        return raw if self.devices["a"].get("coil", 0)[0] else None
