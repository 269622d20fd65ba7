"""BACnet/IP: the entry point, one port shared by all devices of the site."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address
from typing import cast

from adapters import bacnet_wire
from adapters.bacnet_device import BacnetAdapter
from adapters.bacnet_stack import BACNET_PORT, BacnetStack, parse_local
from adapters.parsing import Row, host_and_port
from hvac_rl.ports import Adapter, DeviceSpec, Endpoint

__all__ = ["BacnetAdapter", "BacnetKind", "BacnetOptions"]


@dataclass(frozen=True, slots=True)
class BacnetOptions:
    """Where a device is. ``device_instance`` is who must answer there, if it was given."""

    host: str
    port: int
    device_instance: int | None

    @property
    def address(self) -> str:
        return f"{self.host}:{self.port}"


class BacnetKind:
    def __init__(self) -> None:
        self._stack: BacnetStack | None = None

    def parse_options(self, raw: Mapping[str, object]) -> Hashable:
        """``address`` "host:port" (IPv4; port 47808 by default) and ``device_instance``."""
        row = Row(raw)
        host, port = host_and_port(row, "address", BACNET_PORT)
        try:
            IPv4Address(host)
        except AddressValueError as error:
            raise row.wrong("address", f"must be an IPv4 address and a port: {error}") from error
        instance: int | None = None
        if row.has("device_instance"):
            instance = row.whole("device_instance", 0, bacnet_wire.INSTANCE_LIMIT)
        row.done()
        return BacnetOptions(host, port, instance)

    def parse_address(self, raw: Mapping[str, object], *, writable: bool) -> Hashable:
        """``object`` "type,instance", as "analog-value,1"."""
        return bacnet_wire.parse_address(Row(raw), writable=writable)

    def is_loopback(self, options: Hashable) -> bool:
        return IPv4Address(cast(BacnetOptions, options).host).is_loopback

    def endpoint(self, options: Hashable) -> Endpoint | None:
        """Where a drill finds the device."""
        at = cast(BacnetOptions, options)
        return Endpoint("udp", at.host, at.port)

    async def open(
        self, devices: Sequence[DeviceSpec], local: Mapping[str, object]
    ) -> Mapping[str, Adapter]:
        """Opens our one port. Raises ConfigError when it cannot be had."""
        if self._stack is not None:
            raise RuntimeError("this BACnet port is already open: close it first")
        options = {spec.name: cast(BacnetOptions, spec.options) for spec in devices}
        self._stack = BacnetStack.start(
            parse_local(local),
            [(each.host, each.port) for each in options.values()],
            max((spec.deadline_s for spec in devices), default=3.0),
        )
        return {
            spec.name: BacnetAdapter(
                spec,
                self._stack.app,
                options[spec.name].address,
                options[spec.name].device_instance,
            )
            for spec in devices
        }

    async def close(self) -> None:
        if self._stack is not None:
            stack, self._stack = self._stack, None
            await stack.stop()
