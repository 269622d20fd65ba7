"""Modbus TCP: the entry point, one connection a device."""

from __future__ import annotations

import logging
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import cast

from adapters import modbus_wire
from adapters.modbus_device import ModbusAdapter
from adapters.parsing import Row
from hvac_rl.ports import Adapter, DeviceSpec, Endpoint

__all__ = ["ModbusAdapter", "ModbusKind", "ModbusOptions"]


@dataclass(frozen=True, slots=True)
class ModbusOptions:
    host: str
    port: int
    unit_id: int


class ModbusKind:
    def parse_options(self, raw: Mapping[str, object]) -> Hashable:
        """``host``, ``port`` (502 by default) and ``unit_id`` (1 by default)."""
        row = Row(raw)
        options = ModbusOptions(
            row.text("host"), row.whole("port", 1, 65535, 502), row.whole("unit_id", 0, 255, 1)
        )
        row.done()
        return options

    def parse_address(self, raw: Mapping[str, object], *, writable: bool) -> Hashable:
        """``table``, ``register`` (0-based), ``type`` and more; see ``modbus_wire``."""
        return modbus_wire.parse_address(Row(raw), writable=writable)

    def is_loopback(self, options: Hashable) -> bool:
        host = cast(ModbusOptions, options).host
        if host == "localhost":
            return True
        try:
            return ip_address(host).is_loopback
        except ValueError:
            # A name: where it leads is not known before it is resolved.
            return False

    def endpoint(self, options: Hashable) -> Endpoint | None:
        """Where a drill finds the device."""
        at = cast(ModbusOptions, options)
        return Endpoint("tcp", at.host, at.port)

    async def open(
        self, devices: Sequence[DeviceSpec], local: Mapping[str, object]
    ) -> Mapping[str, Adapter]:
        """Connections open with the first call to each device. ``local`` has no keys."""
        Row(local).done()
        # pymodbus logs every failed attempt; the loss of a device is ours to tell, once.
        logging.getLogger("pymodbus.logging").setLevel(logging.CRITICAL)
        adapters: dict[str, Adapter] = {}
        for spec in devices:
            options = cast(ModbusOptions, spec.options)
            adapters[spec.name] = ModbusAdapter(spec, options.host, options.port, options.unit_id)
        return adapters

    async def close(self) -> None:
        """Nothing is shared."""
