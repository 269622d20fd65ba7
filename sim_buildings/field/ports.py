"""Which ports the devices listen on: those asked for, or any that are free."""

from __future__ import annotations

import socket
from collections.abc import Sequence

from hvac_rl.errors import DeviceError

HIGHEST_PORT = 65_535


def bacnet_ports(host: str, devices: Sequence[str], base: int | None) -> list[int]:
    """One UDP port a device, from ``base`` on; raises DeviceError naming the first one taken."""
    return _ports(host, devices, base, socket.SOCK_DGRAM)


def modbus_ports(host: str, devices: Sequence[str], base: int | None) -> list[int]:
    """One TCP port a device, from ``base`` on; raises DeviceError naming the first one taken."""
    return _ports(host, devices, base, socket.SOCK_STREAM)


def _ports(
    host: str, devices: Sequence[str], base: int | None, kind: socket.SocketKind
) -> list[int]:
    if base is None:
        return _free_ports(host, len(devices), kind)
    for offset, device in enumerate(devices):
        port = base + offset
        if port > HIGHEST_PORT or not _is_free(host, port, kind):
            raise _taken(device, host, port, kind)
    return list(range(base, base + len(devices)))


def _free_ports(host: str, count: int, kind: socket.SocketKind) -> list[int]:
    # All held at once, or the system would hand out the same port again.
    probes = [socket.socket(socket.AF_INET, kind) for _ in range(count)]
    try:
        for probe in probes:
            probe.bind((host, 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def _is_free(host: str, port: int, kind: socket.SocketKind) -> bool:
    """bacpypes3 shares a UDP port with whoever else shares it, and each then gets some of the
    datagrams; a socket that shares nothing finds out."""
    with socket.socket(socket.AF_INET, kind) as probe:
        if kind is socket.SOCK_STREAM:
            # As the server will: a connection of an earlier run may linger in TIME_WAIT.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _taken(device: str, host: str, port: int, kind: socket.SocketKind) -> DeviceError:
    udp = kind is socket.SOCK_DGRAM
    protocol, option = ("UDP", "--bacnet-port") if udp else ("TCP", "--modbus-port")
    return DeviceError(
        device,
        f"cannot listen on {host}:{port} ({protocol}): the port is taken",
        f"Stop what uses it (another simulation?), or choose another {option}; "
        "without the option free ports are picked.",
    )
