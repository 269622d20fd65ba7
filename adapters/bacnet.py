"""BACnet: the entry point, one port shared by all devices of the site."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from adapters import bacnet_wire
from adapters.bacnet_address import Place, parse_place
from adapters.bacnet_cov import MOST_SUBSCRIPTIONS
from adapters.bacnet_device import BacnetAdapter
from adapters.bacnet_stack import BacnetStack, parse_local
from adapters.bacnet_whereabouts import Whereabouts
from adapters.parsing import Row
from hvac_rl.panel import Panel
from hvac_rl.ports import Adapter, DeviceSpec, Endpoint

__all__ = ["BacnetAdapter", "BacnetKind", "BacnetOptions"]

MOST_COV = 1000


@dataclass(frozen=True, slots=True)
class BacnetOptions:
    """Where a device is. ``device_instance`` is who must answer there, if it was given."""

    place: Place
    device_instance: int | None
    cov: int = MOST_SUBSCRIPTIONS
    """Subscriptions at most."""


class BacnetKind:
    def __init__(self) -> None:
        self._stack: BacnetStack | None = None

    def parse_options(self, raw: Mapping[str, object]) -> Hashable:
        """``address``, ``router``, ``device_instance``, ``cov``; address or instance is needed.

        ``address`` is "host:port" (IPv4; port 47808 by default), "net:mac" behind a router, or
        "net:*" for the device of that instance somewhere on that network. Without an address the
        instance is asked for by a broadcast. ``router`` "host:port" spares the search for one.
        ``cov``: to how many objects to subscribe at most; 0 for none.
        """
        row = Row(raw)
        place = parse_place(row)
        instance: int | None = None
        if row.has("device_instance"):
            instance = row.whole("device_instance", 0, bacnet_wire.INSTANCE_LIMIT)
        cov = row.whole("cov", 0, MOST_COV) if row.has("cov") else MOST_SUBSCRIPTIONS
        row.done()
        if instance is None and not place.is_station:
            raise row.wrong("device_instance", "is needed where the address names no one device")
        return BacnetOptions(place, instance, cov)

    def parse_address(self, raw: Mapping[str, object], *, writable: bool) -> Hashable:
        """``object`` "type,instance", as "analog-value,1"; of a writable point also

        ``effective``: another object that shows what a write has done, read back after ``settle_s``
        instead of the present value; ``tolerance``: how far what is read back may be off, in the
        device's unit.
        """
        return bacnet_wire.parse_address(Row(raw), writable=writable)

    def is_loopback(self, options: Hashable) -> bool:
        return cast(BacnetOptions, options).place.is_loopback

    def endpoint(self, options: Hashable) -> Endpoint | None:
        """Where a drill finds the device, or the router that leads to it."""
        at = cast(BacnetOptions, options).place.ip
        return Endpoint("udp", *at) if at else None

    async def open(
        self, devices: Sequence[DeviceSpec], local: Mapping[str, object]
    ) -> Mapping[str, Adapter]:
        """Opens our one port. Raises ConfigError when it cannot be had."""
        if self._stack is not None:
            raise RuntimeError("this BACnet port is already open: close it first")
        options = {spec.name: cast(BacnetOptions, spec.options) for spec in devices}
        self._stack = stack = BacnetStack.start(
            parse_local(local),
            [each.place.ip for each in options.values() if each.place.ip],
            max((spec.deadline_s for spec in devices), default=3.0),
        )
        try:
            await stack.listening()
        except BaseException:
            await self.close()
            raise
        adapters: dict[str, Adapter] = {}
        for spec in devices:
            place, instance = options[spec.name].place, options[spec.name].device_instance
            where = Whereabouts(stack.app, stack.routes, place, instance, spec.deadline_s)
            adapters[spec.name] = BacnetAdapter(
                spec, stack.app, where, instance, stack.route(place), options[spec.name].cov
            )
        return adapters

    def panel(self) -> Panel | None:
        """Our own device on the network, while the port is open."""
        return self._stack.own_device if self._stack else None

    async def close(self) -> None:
        if self._stack is not None:
            stack, self._stack = self._stack, None
            await stack.stop()
