"""A building of two devices for each adapter kind, played through the same few handles.

Device ``a`` has, in raw units: room temperature 71.6 °F (22 °C), humidity 40 %, occupancy 1, a
setpoint of 68 °F (20 °C) and a light level of 30 %, both commandable, and a heartbeat. Device
``b`` has a room temperature. An adapter kind of your own keeps the contract when a rig for it
passes ``test_adapter_contract.py``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from adapters.bacnet import BacnetKind
from adapters.memory import MemoryKind
from adapters.modbus import ModbusKind
from hvac_rl.points import Point, WriteAccess
from hvac_rl.ports import Adapter, AdapterKind, DeviceSpec
from hvac_rl.units import UNITS
from tests.adapters.devices import bacnet_device as bacnet
from tests.adapters.devices.bacnet_device import BacnetDevice
from tests.adapters.devices.free_ports import free_tcp_port, free_udp_port
from tests.adapters.devices.modbus_device import ModbusDevice, float_words, words_float

DEADLINE_S = 0.6
PRIORITY = 13
SETPOINT = WriteAccess(minimum=10.0, maximum=28.0, deadband=0.1, daily_writes=48)
LIGHT = WriteAccess(minimum=0.0, maximum=1.0, deadband=0.05, daily_writes=48)

Address = Mapping[str, object]


class Rig(Protocol):
    kind: AdapterKind
    has_levels: ClassVar[bool]
    """The protocol knows who commands a point."""
    addresses: ClassVar[Mapping[str, Address]]
    missing: ClassVar[Address]

    async def start(self) -> None: ...
    async def stop(self) -> None: ...
    def options(self, device: str) -> Mapping[str, object]: ...
    def local(self) -> Mapping[str, object]: ...
    async def set_room(self, raw: float) -> None: ...
    async def set_fault(self) -> None:
        """The room sensor fails, and the device says so."""

    async def operator(self, raw: float | None) -> None:
        """Somebody takes the setpoint by hand, where the protocol knows that."""

    def refuse_writes(self) -> None: ...
    def keep_slots(self) -> None:
        """Acknowledge releases and release nothing."""

    def silence(self, device: str, silent: bool = True) -> None: ...
    async def restart(self) -> None: ...
    def our_setpoint(self) -> float | None:
        """Raw, as it stands in the device."""


@dataclass
class MemoryRig:
    kind: MemoryKind = field(default_factory=MemoryKind)
    has_levels: ClassVar[bool] = True
    missing: ClassVar[Address] = {"object": "nothing"}
    addresses: ClassVar[Mapping[str, Address]] = {
        name: {"object": name}
        for name in ("room", "humidity", "occupancy", "setpoint", "light", "heartbeat")
    }

    async def start(self) -> None: ...
    async def stop(self) -> None: ...

    def options(self, device: str) -> Mapping[str, object]:
        if device == "b":
            return {"objects": {"room": 64.4}}
        return {
            "objects": {"room": 71.6, "humidity": 40.0, "occupancy": 1.0, "heartbeat": 0.0},
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

    def silence(self, device: str, silent: bool = True) -> None:
        self.kind.devices[device].silent = silent

    async def restart(self) -> None: ...

    def our_setpoint(self) -> float | None:
        slots = self.kind.devices["a"].objects["setpoint"].slots
        assert slots is not None
        return slots[PRIORITY - 1]


class BacnetRig:
    has_levels: ClassVar[bool] = True
    missing: ClassVar[Address] = {"object": "analog-value,99"}
    addresses: ClassVar[Mapping[str, Address]] = {
        "room": {"object": "analog-input,1"},
        "humidity": {"object": "analog-input,2"},
        "occupancy": {"object": "binary-input,1"},
        "setpoint": {"object": "analog-value,1"},
        "light": {"object": "analog-value,2"},
        "heartbeat": {"object": "positive-integer-value,1"},
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

    def silence(self, device: str, silent: bool = True) -> None:
        self.devices[device].silent = silent

    async def restart(self) -> None:
        await self.devices["a"].stop()
        await self.devices["a"].start()

    def our_setpoint(self) -> float | None:
        raw = words_float(self.devices["a"].get("holding", 10, 2))
        return raw if self.devices["a"].get("coil", 0)[0] else None


@dataclass
class Site:
    """An opened rig: its adapters and points by short names."""

    rig: Any
    adapters: Mapping[str, Adapter]

    @property
    def a(self) -> Adapter:
        return self.adapters["a"]

    @property
    def b(self) -> Adapter:
        return self.adapters["b"]

    def point(
        self, name: str, unit: str, write: WriteAccess | None = None, device: str = "a"
    ) -> Point:
        raw = self.rig.missing if name == "missing" else self.rig.addresses[name]
        return Point(
            name=f"{device}.{name}",
            device=device,
            of="south",
            brick="Point",
            unit=UNITS[unit],
            address=self.rig.kind.parse_address(raw, writable=write is not None),
            write=write,
        )

    @property
    def room(self) -> Point:
        return self.point("room", "degF")

    @property
    def setpoint(self) -> Point:
        return self.point("setpoint", "degF", SETPOINT)

    @property
    def light(self) -> Point:
        return self.point("light", "percent", LIGHT)


async def open_site(rig: Rig) -> Site:
    await rig.start()
    specs = [
        DeviceSpec(
            name=name,
            options=rig.kind.parse_options(rig.options(name)),
            priority=PRIORITY,
            deadline_s=DEADLINE_S,
        )
        for name in ("a", "b")
    ]
    return Site(rig, await rig.kind.open(specs, rig.local()))


async def close_site(site: Site) -> None:
    for name in site.adapters:
        if name in getattr(site.rig, "devices", {}):
            site.rig.silence(name, False)
    for adapter in site.adapters.values():
        await adapter.close()
    await site.rig.kind.close()
    await site.rig.stop()
