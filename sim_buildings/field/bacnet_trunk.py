"""An MS/TP trunk: one slow wire for all, behind a router to BACnet/IP.

Frame and token times follow ANSI/ASHRAE 135, clause 9: eight octets of frame around the header's
and data's checks, ten bits an octet, the token passed from station to station. What the router
cannot queue is lost, as in real routers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import count
from typing import Any

from bacpypes3.comm import bind
from bacpypes3.ipv4.link import NormalLinkLayer
from bacpypes3.netservice import NetworkServiceAccessPoint, NetworkServiceElement
from bacpypes3.pdu import IPv4Address, LocalStation
from bacpypes3.vlan import VirtualNetwork
from bacpypes3.vlan.link import VirtualLinkLayer

from sim_buildings.field.bacnet_controller import Controller, build_controller
from sim_buildings.field.bacnet_faults import BacnetFaults

FRAME_OCTETS = 10
"""Preamble, type, addresses, length and header check before the data, two of data check after."""
TOKEN_OCTETS = 8
BITS_AN_OCTET = 10
TURNAROUND_BITS = 40
MSTP_APDU = 480
"""The largest APDU of MS/TP without extended frames."""
ROUTER_MAC = 0
LAN_NETWORK = 1
_names = count()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wire:
    """``frames_a_token`` is the router's Nmax_info_frames, ``queue`` what it holds back at most
    (both assumed)."""

    bits_per_s: float = 38_400.0
    stations: int = 31
    frames_a_token: int = 10
    queue: int = 20

    def frame_s(self, npdu_octets: int) -> float:
        """How long a frame occupies the wire [s]."""
        bits = (FRAME_OCTETS + npdu_octets) * BITS_AN_OCTET + TURNAROUND_BITS
        return bits / self.bits_per_s

    @property
    def rotation_s(self) -> float:
        """How long the token takes to come round when nobody else has anything to say [s]."""
        bits = TOKEN_OCTETS * BITS_AN_OCTET + TURNAROUND_BITS
        return self.stations * bits / self.bits_per_s


class SerialWire(VirtualNetwork):  # type: ignore[misc]
    """One frame at a time. Answers go out at once; the router waits for the token."""

    def __init__(self, wire: Wire, sleep: Callable[[float], Any] = asyncio.sleep) -> None:
        super().__init__(f"mstp-{next(_names)}")
        self.wire = wire
        self.busy_s = 0.0
        self.lost = 0
        self._sleep = sleep
        self._idle = asyncio.Lock()
        self._queued = 0
        self._frames_left = 0

    async def process_pdu(self, pdu: Any) -> None:
        from_router = bytes(pdu.pduSource.addrAddr) == bytes([ROUTER_MAC])
        if from_router and self._queued >= self.wire.queue:
            self.lost += 1
            return
        self._queued += from_router
        async with self._idle:
            took_s = self.wire.frame_s(len(pdu.pduData))
            if from_router:
                self._queued -= 1
                self._frames_left -= 1
                if self._frames_left < 0:
                    self._frames_left = self.wire.frames_a_token - 1
                    took_s += self.wire.rotation_s
            self.busy_s += took_s
            await self._sleep(took_s)
        await super().process_pdu(pdu)


class Trunk:
    """Controllers at MAC addresses 1, 2, ... of ``network``, and the router's port on the LAN."""

    def __init__(self, network: int, wire: Wire | None = None) -> None:
        self.network = network
        self.serial = SerialWire(wire or Wire())
        self.controllers: dict[int, Controller] = {}
        self.address = ""
        """The router's, "host:port", for ``router`` of a site file."""
        self._router: _Router | None = None

    async def start(self, host: str, port: int) -> None:
        """``host`` may carry a prefix, "10.0.0.5/24", to hear broadcasts."""
        self._router = _Router(self, host, port)
        await self._router.ready()
        self.address = f"{host.partition('/')[0]}:{port}"

    def add(
        self, mac: int, name: str, instance: int, objects: Iterable[Any], faults: BacnetFaults
    ) -> Controller:
        """A controller on the wire. Call it before ``start`` or after, inside the event loop."""
        faults.largest_apdu = min(faults.largest_apdu, MSTP_APDU)
        app = build_controller(name, instance, objects, faults)
        station = LocalStation(mac)
        app.nsap.bind(VirtualLinkLayer(station, self.serial.name), address=station)
        self.controllers[mac] = app
        return app

    async def stop(self) -> None:
        if self._router is not None:
            self._router.close()
            self._router = None
            await asyncio.sleep(0)
        VirtualNetwork._networks.pop(self.serial.name, None)


class _Router:
    """Two ports and nothing above: what is for the other side is passed on."""

    def __init__(self, trunk: Trunk, host: str, port: int) -> None:
        address = IPv4Address(f"{host if '/' in host else host + '/32'}:{port}")
        self._lan = NormalLinkLayer(address)
        trunk_port = LocalStation(ROUTER_MAC)
        nsap = NetworkServiceAccessPoint()
        nse = NetworkServiceElement()
        bind(nse, nsap)
        nsap.bind(self._lan, net=LAN_NETWORK, address=address)
        nsap.bind(VirtualLinkLayer(trunk_port, trunk.serial.name), net=trunk.network)
        self._nsap = nsap

    async def ready(self) -> None:
        await self._lan.server._local_transport_ready.wait()

    def close(self) -> None:
        self._lan.close()
