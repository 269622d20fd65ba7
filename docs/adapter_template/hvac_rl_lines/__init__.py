"""``adapter: lines``: devices that speak one line of text a request, over TCP."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import cast

from adapters.limits import Traffic, parse_limits
from adapters.parsing import Row
from hvac_rl.errors import ConfigError
from hvac_rl.ports import Adapter, DeviceSpec
from hvac_rl_lines.device import LinesAdapter, LinesAddress
from hvac_rl_lines.link import LinesLink

__all__ = ["LinesKind"]


@dataclass(frozen=True, slots=True)
class LinesOptions:
    host: str
    port: int


class LinesKind:
    def parse_options(self, raw: Mapping[str, object]) -> Hashable:
        """``host`` (an IP address) and ``port``."""
        row = Row(raw)
        options = LinesOptions(row.text("host"), row.whole("port", 1, 65535))
        row.done()
        return options

    def parse_address(self, raw: Mapping[str, object], *, writable: bool) -> Hashable:
        """``name``: what the device calls the value."""
        row = Row(raw)
        address = LinesAddress(row.text("name"))
        row.done()
        return address

    def is_loopback(self, options: Hashable) -> bool:
        try:
            return ip_address(cast(LinesOptions, options).host).is_loopback
        except ValueError:
            return False

    async def open(
        self, devices: Sequence[DeviceSpec], local: Mapping[str, object]
    ) -> Mapping[str, Adapter]:
        row = Row(local)
        try:
            traffic = Traffic(parse_limits(row.row("limits")))
            row.done()
        except ValueError as error:
            raise ConfigError("local: lines", str(error)) from error
        adapters: dict[str, Adapter] = {}
        for spec in devices:
            options = cast(LinesOptions, spec.options)
            link = LinesLink(options.host, options.port)
            adapters[spec.name] = LinesAdapter(spec, link, traffic.route())
        return adapters

    async def close(self) -> None:
        """Nothing is shared."""
