"""The one BACnet/IP port of this process: BAC0 opens it, bacpypes3 does the talking.

BAC0's own read and write are never used: they parse strings, forget failures, and ignore their
timeouts. It brings the stack, the client device object and foreign-device registration.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import os
import socket
import sys
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from ipaddress import AddressValueError, IPv4Address, IPv4Interface, NetmaskValueError
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from bacpypes3.ipv4.service import BIPForeign

from adapters.bacnet_address import BACNET_PORT, Place, parse_place
from adapters.bacnet_amends import (
    end_announcing,
    hand_over_raw_answers,
    let_garbled_answers_end,
)
from adapters.bacnet_batches import LARGEST_APDU
from adapters.bacnet_link import BacnetLink
from adapters.bacnet_own_device import OwnDevice
from adapters.bacnet_whereabouts import Routes, Whereabouts
from adapters.limits import Route, Traffic, TrafficLimits, parse_limits
from adapters.parsing import Row, host_and_port
from adapters.presence import Presence
from hvac_rl.errors import ConfigError

log = logging.getLogger(__name__)

RETRIES = 1
"""A lost datagram is asked for once more; both tries fit within the device's deadline."""
FREE_PORT_TRIES = 20
OPENS_WITHIN_S = 5.0


@dataclass(frozen=True, slots=True)
class Local:
    """Our own device: ``local.bacnet`` of the site file.

    ``prefix`` is the length of the subnet mask, for broadcasts. ``bbmd`` is the broadcast
    management device to register with as a foreign device, "host:port" or "".
    """

    host: str
    prefix: int
    port: int
    device_instance: int
    bbmd: str
    bbmd_ttl_s: int
    limits: TrafficLimits = field(default_factory=TrafficLimits)


def parse_local(raw: Mapping[str, object]) -> Local:
    """Raises ConfigError. ``address`` is "host[/prefix]:port"; port 0 is a free one."""
    row = Row(raw)
    try:
        host, port = host_and_port(row, "address", BACNET_PORT)
        try:
            interface = IPv4Interface(host if "/" in host else f"{host}/24")
        except (AddressValueError, NetmaskValueError) as error:
            raise row.wrong("address", f"must be our IPv4 address and port: {error}") from error
        bbmd = ""
        if row.has("bbmd"):
            bbmd = "{}:{}".format(*host_and_port(row, "bbmd", BACNET_PORT))
        local = Local(
            host=str(interface.ip),
            prefix=interface.network.prefixlen,
            port=port,
            device_instance=row.whole("device_instance", 0, 4_194_302),
            bbmd=bbmd,
            bbmd_ttl_s=row.whole("bbmd_ttl_s", 30, 65535, 900),
            limits=parse_limits(row.row("limits")),
        )
        row.done()
    except ValueError as error:
        raise ConfigError("local: bacnet", str(error)) from error
    return local


class BacnetStack:
    """Open while somebody talks BACnet; ``app`` is the bacpypes3 application."""

    def __init__(self, bacnet: Any, limits: TrafficLimits) -> None:
        self._bacnet = bacnet
        self._traffic = Traffic(limits)
        self.app: Any = bacnet.this_application.app
        let_garbled_answers_end(self.app)
        hand_over_raw_answers(self.app)
        self.routes = Routes(self.app, lambda: self.can_broadcast)
        self.own_device = OwnDevice(self.app)

    @classmethod
    def start(
        cls, local: Local, peers: Collection[tuple[str, int]], longest_deadline_s: float
    ) -> BacnetStack:
        """Must run inside the event loop. ``peers`` are the devices' addresses.

        Raises ConfigError when our address or port cannot be used.
        """
        port = choose_port(local, peers)
        bac0 = _import_bac0()
        try:
            bacnet = bac0.start(
                ip=local.host,
                mask=local.prefix,
                port=port,
                deviceId=local.device_instance,
                bbmdAddress=local.bbmd or None,
                bbmdTTL=local.bbmd_ttl_s if local.bbmd else 0,
                ping=False,
                # Without this, a ~/.BAC0/device.json of another program would shape our device.
                json_file=str(Path(bac0.core.app.__file__).with_name("device.json")),
            )
        except bac0.core.io.IOExceptions.InitializationError as error:
            raise ConfigError(
                "local: bacnet.address",
                f"cannot open {local.host}:{port}: {error}",
                "Is it this machine's address, and is no other BACnet program using the port?",
            ) from error
        end_announcing()
        stack = cls(bacnet, local.limits)
        # Only a bound for requests that we have given up: each call has a deadline of its own.
        stack.app.device_object.apduTimeout = int(longest_deadline_s * 1000 * 0.9 / (1 + RETRIES))
        stack.app.device_object.numberOfApduRetries = RETRIES
        stack.app.device_object.maxApduLengthAccepted = LARGEST_APDU
        return stack

    @property
    def can_broadcast(self) -> bool:
        """Whether a Who-Is to everybody can leave: not from a subnet of one host, or loopback."""
        (link,) = self.app.link_layers.values()
        if isinstance(link, BIPForeign):
            return True
        broadcast = link.server.broadcast_address
        return broadcast is not None and not IPv4Address(broadcast[0]).is_loopback

    def route(self, place: Place) -> Route:
        """The lanes that requests to a device pass; those behind a router share their network's."""
        return self._traffic.route(place.network)

    def link(self, address: str, instance: int, deadline_s: float) -> BacnetLink:
        """To a device that was found; ``address`` is "host:port" or "net:mac"."""
        place = parse_place(Row({"address": address}))
        where = Whereabouts(self.app, self.routes, place, instance, deadline_s)
        presence = Presence(f"device {instance}", deadline_s, route=self.route(place))
        return BacnetLink(self.app, where, presence)

    async def listening(self) -> None:
        """Until our socket is open, and a BBMD has had its time to take us as a foreign device.

        Raises ConfigError when the socket stays shut.
        """
        (link,) = self.app.link_layers.values()
        try:
            async with asyncio.timeout(OPENS_WITHIN_S):
                await link.server._local_transport_ready.wait()
        except TimeoutError as error:
            host, port = link.server.local_address
            raise ConfigError(
                "local: bacnet.address",
                f"{host}:{port} does not open",
                "Is it this machine's address, and is no other BACnet program using the port?",
            ) from error

        if isinstance(link, BIPForeign):
            with suppress(TimeoutError):
                async with asyncio.timeout(OPENS_WITHIN_S):
                    await link._registration_event.wait()
            if not self.registered:
                log.warning("the BBMD %s does not take us as a foreign device", link.bbmdAddress)

    @property
    def registered(self) -> bool:
        """False while a BBMD that is asked for has not taken us as a foreign device."""
        (link,) = self.app.link_layers.values()
        return not isinstance(link, BIPForeign) or link.bbmdRegistrationStatus == 0

    async def stop(self) -> None:
        await self._bacnet.disconnect()


@asynccontextmanager
async def open_stack(raw: Mapping[str, object], deadline_s: float) -> AsyncIterator[BacnetStack]:
    """A port of its own, for looking around. ``raw`` is the section ``local.bacnet``.

    Raises ConfigError.
    """
    stack = BacnetStack.start(parse_local(raw), (), deadline_s)
    try:
        await stack.listening()
        yield stack
    finally:
        await stack.stop()


def choose_port(local: Local, peers: Collection[tuple[str, int]]) -> int:
    """A port of ours that no peer's request could be mistaken for.

    bacpypes3 takes every 127.x.x.x address *on its own port* for itself and would answer our
    requests to such a device from our own objects.
    """
    taken = {port for host, port in peers if host == local.host or IPv4Address(host).is_loopback}
    if local.port:
        if local.port in taken:
            raise ConfigError(
                "local: bacnet.address",
                f"port {local.port} is also a device's on this machine",
                'Give our own side another one, or port 0 for a free one: "127.0.0.1:0".',
            )
        return local.port
    for _ in range(FREE_PORT_TRIES):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.bind((local.host, 0))
            except OSError as error:
                raise ConfigError(
                    "local: bacnet.address", f"{local.host} is not ours: {error}"
                ) from error
            port = int(probe.getsockname()[1])
        if port not in taken:
            return port
    raise ConfigError("local: bacnet.address", "no free UDP port was found")


def _import_bac0() -> Any:
    """BAC0, without what its import does besides.

    It loads ./.env into the environment, and gives each of its 61 loggers handlers that write to
    the terminal and to ~/.BAC0/BAC0.log. (The empty folder ~/.BAC0 it creates remains.)
    """
    before = dict(os.environ)
    bac0 = importlib.import_module("BAC0")
    for name in set(os.environ) - set(before):
        del os.environ[name]
    for name, logger in logging.root.manager.loggerDict.items():
        if name.startswith("BAC0_Root.") and isinstance(logger, logging.Logger):
            for handler in list(logger.handlers):
                logger.removeHandler(handler)
            logger.propagate = True
            logger.setLevel(logging.WARNING)
    # For its caller's name each note of BAC0, shown or not, has the whole stack read with its
    # sources: some 50 ms, a dozen times at every start and end. Two frames up it is as well.
    bac0.core.utils.notes.inspect = SimpleNamespace(
        stack=lambda: (None, (sys._getframe(2),)),
        getmodule=lambda frame: sys.modules.get(frame.f_globals["__name__"]),
    )
    return bac0
