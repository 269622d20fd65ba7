"""Two subnets with a router between them, in network namespaces of the test's own.

``field`` has 10.77.1.1 to .4 on the first subnet and routes to the second; ``near`` is 10.77.1.10
beside it, ``far`` is 10.77.2.10 beyond. A socket belongs to the namespace it was opened in.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

CLONE_NEWNET = 0x40000000
FIELD = ("10.77.1.1", "10.77.1.2", "10.77.1.3", "10.77.1.4")
NEAR, FAR = "10.77.1.10", "10.77.2.10"


class Subnets:
    def __init__(self) -> None:
        self._prefix = f"hvacrl{os.getpid()}"

    def name(self, host: str) -> str:
        return f"{self._prefix}-{host}"

    def build(self) -> None:
        for host in ("field", "near", "far"):
            _run("ip", "netns", "add", self.name(host))
            self._inside(host, "link", "set", "lo", "up")
        self._join("near", f"{NEAR}/24", [f"{address}/24" for address in FIELD])
        self._join("far", f"{FAR}/24", ["10.77.2.1/24"])
        self._inside("far", "route", "add", "default", "via", "10.77.2.1")
        self._inside("near", "route", "add", "default", "via", FIELD[0])
        with self.inside("field"):
            Path("/proc/sys/net/ipv4/ip_forward").write_text("1")

    def _join(self, host: str, address: str, at_field: list[str]) -> None:
        field, other = self.name("field"), self.name(host)
        pair = ("type", "veth", "peer", "name", "eth0", "netns", other)
        _run("ip", "-n", field, "link", "add", f"to-{host}", *pair)
        for each in at_field:
            self._inside("field", "address", "add", each, "brd", "+", "dev", f"to-{host}")
        self._inside("field", "link", "set", f"to-{host}", "up")
        self._inside(host, "address", "add", address, "brd", "+", "dev", "eth0")
        self._inside(host, "link", "set", "eth0", "up")

    def destroy(self) -> None:
        for host in ("field", "near", "far"):
            subprocess.run(
                ["ip", "netns", "delete", self.name(host)], check=False, capture_output=True
            )

    @contextmanager
    def inside(self, host: str) -> Iterator[None]:
        """Sockets opened here by this thread belong to ``host``."""
        with Path("/proc/self/ns/net").open() as home:
            with Path(f"/run/netns/{self.name(host)}").open() as there:
                _enter(there.fileno())
            try:
                yield
            finally:
                _enter(home.fileno())

    def _inside(self, host: str, *command: str) -> None:
        _run("ip", "-n", self.name(host), *command)


@contextmanager
def subnets() -> Iterator[Subnets]:
    """Skips the test where namespaces cannot be made."""
    if shutil.which("ip") is None or os.geteuid() != 0:
        pytest.skip("network namespaces need root and iproute2")
    built = Subnets()
    try:
        try:
            built.build()
        except (subprocess.CalledProcessError, OSError) as error:
            pytest.skip(f"network namespaces are not permitted here: {error}")
        yield built
    finally:
        built.destroy()


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=20)


def _enter(namespace: int) -> None:
    if ctypes.CDLL(None, use_errno=True).setns(namespace, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")
