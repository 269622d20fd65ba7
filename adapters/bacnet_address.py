"""Where a BACnet device is: on our own network, behind a router, or wherever its number is.

Written as integrators write it: "10.0.0.7:47808" on BACnet/IP, "2001:5" for MAC address 5 on the
routed network 2001 (an MS/TP trunk), "2001:*" for any station of that network, nothing at all for
a device that is only known by its instance number.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address

from bacpypes3.pdu import Address

from adapters.parsing import Row, host_and_port

BACNET_PORT = 47808
HIGHEST_NETWORK = 65_534
"""ANSI/ASHRAE 135, clause 6.2.2: 0 and 65535 are not networks of their own."""


@dataclass(frozen=True, slots=True)
class Place:
    """``text`` is the canonical address, "" for a device known by its number alone.

    ``network`` is the routed network's number, ``None`` on our own. ``router`` is the router's
    "host:port" where the site file names it, else "": then the network is asked for it.
    """

    text: str
    network: int | None = None
    router: str = ""

    @property
    def is_station(self) -> bool:
        """One device is meant; otherwise Who-Is has to find it."""
        return bool(self.text) and not self.text.endswith("*")

    @property
    def address(self) -> Address:
        """bacpypes3's address of the station or of the network to be asked."""
        return Address(self.text or "*:*")

    @property
    def ip(self) -> tuple[str, int] | None:
        """The BACnet/IP host and port that our datagrams go to, where they are known."""
        text = self.router if self.network is not None else self.text
        if not text:
            return None
        host, _, port = text.partition(":")
        return host, int(port)

    @property
    def is_loopback(self) -> bool:
        return self.ip is not None and IPv4Address(self.ip[0]).is_loopback

    def __str__(self) -> str:
        via = f" through {self.router}" if self.router else ""
        return f"{self.text or 'an unknown address'}{via}"


def parse_place(row: Row) -> Place:
    """``address`` and ``router`` of a device row; both may be missing.

    Raises ValueError("address: ...").
    """
    router = ""
    if row.has("router"):
        router = _ip(row, "router")
    if not row.has("address"):
        if router:
            raise row.wrong("router", 'needs an address behind it, as address "2001:5"')
        return Place("")
    text = row.text("address")
    net, colon, mac = text.partition(":")
    if not (colon and net.isdecimal()):
        if router:
            raise row.wrong("router", f"{text} is on BACnet/IP itself: no router leads to it")
        return Place(_ip(row, "address"))
    if not 1 <= int(net) <= HIGHEST_NETWORK:
        raise row.wrong("address", f"a network is 1 to {HIGHEST_NETWORK}, not {net}")
    try:
        address = Address(f"{int(net)}:{mac}")
    except ValueError as error:
        raise row.wrong(
            "address", f'must be "host:port" or "net:mac", as "2001:5", not {text!r}'
        ) from error
    return Place(str(address), int(net), router)


def _ip(row: Row, key: str) -> str:
    host, port = host_and_port(row, key, BACNET_PORT)
    try:
        IPv4Address(host)
    except AddressValueError as error:
        raise row.wrong(key, f"must be an IPv4 address and a port: {error}") from error
    return f"{host}:{port}"
