"""A network namespace made for one process, its cable a switch: cut and joined by order.

``Enclosure`` starts this file as a program under ``unshare``: inside the new network it makes the
devices' addresses its own, binds their sockets, hands them out, starts the command, and then takes
the loopback interface down and up. Needs Linux and either root or user namespaces.
"""

from __future__ import annotations

import array
import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import IO

from hvac_rl.errors import HvacRlError
from hvac_rl.ports import Endpoint

TIMEOUT_S = 20.0


def impossible() -> str:
    """Why no network can be made here; empty when one can."""
    for program in ("unshare", "ip"):
        if shutil.which(program) is None:
            return f"the program {program!r} is not installed"
    probe = subprocess.run(
        [*_unshare(), "true"], capture_output=True, text=True, timeout=TIMEOUT_S, check=False
    )
    if probe.returncode != 0:
        return f"no network namespace can be made: {probe.stderr.strip()}"
    return ""


def _unshare() -> list[str]:
    return ["unshare", "--net", "--map-root-user"] if os.geteuid() else ["unshare", "--net"]


class Enclosure:
    """Runs one command in a network of its own. ``pid`` is the command's; ``sockets`` are bound
    inside. Use :meth:`open`; :meth:`close` ends whatever still runs."""

    def __init__(
        self,
        helper: subprocess.Popen[bytes],
        channel: socket.socket,
        pid: int,
        sockets: Mapping[Endpoint, socket.socket],
    ) -> None:
        self.pid = pid
        self.sockets = sockets
        self._helper = helper
        self._channel = channel

    @classmethod
    async def open(
        cls,
        command: Sequence[str],
        endpoints: Sequence[Endpoint],
        own_hosts: Sequence[str],
        output: IO[bytes],
        environment: Mapping[str, str] | None = None,
    ) -> Enclosure:
        """``own_hosts``: addresses that the command itself binds. Raises HvacRlError."""
        return await asyncio.to_thread(
            cls._open, command, endpoints, own_hosts, output, environment
        )

    @classmethod
    def _open(
        cls,
        command: Sequence[str],
        endpoints: Sequence[Endpoint],
        own_hosts: Sequence[str],
        output: IO[bytes],
        environment: Mapping[str, str] | None,
    ) -> Enclosure:
        ours, theirs = socket.socketpair()
        ours.settimeout(TIMEOUT_S)
        helper = subprocess.Popen(
            [*_unshare(), sys.executable, "-m", "hvac_rl.service.enclosure", str(theirs.fileno())],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=dict(environment) if environment else None,
        )
        theirs.close()
        order = {
            "command": list(command),
            "endpoints": [[e.transport, e.host, e.port] for e in endpoints],
            "own_hosts": list(own_hosts),
        }
        try:
            ours.sendall(json.dumps(order).encode() + b"\n")
            fds = array.array("i")
            message, received, _, _ = socket.recv_fds(ours, 1 << 16, max(1, len(endpoints)))
            fds.extend(received)
            answer = json.loads(message)
        except (OSError, ValueError) as error:
            helper.kill()
            helper.wait()
            ours.close()
            raise HvacRlError("network namespace", f"could not be made: {error!r}") from error
        sockets = {
            endpoint: socket.socket(fileno=fd) for endpoint, fd in zip(endpoints, fds, strict=True)
        }
        return cls(helper, ours, int(answer["pid"]), sockets)

    def cut(self) -> None:
        """Take the network's only interface down."""
        self._order("cut")

    def join(self) -> None:
        self._order("join")

    def signal(self, number: int) -> None:
        """To the command, not to its keeper."""
        os.kill(self.pid, number)

    def returncode(self) -> int | None:
        """The command's, as its keeper passes it on; None while it runs."""
        return self._helper.poll()

    async def wait(self, timeout_s: float) -> int:
        """Raises subprocess.TimeoutExpired."""
        return await asyncio.to_thread(self._helper.wait, timeout_s)

    def close(self) -> None:
        """End command and keeper, whatever they do."""
        if self._helper.poll() is None:
            for number in (18, 9):  # SIGCONT: a stopped process is still killed, this is tidy
                try:
                    os.kill(self.pid, number)
                except ProcessLookupError:
                    break
        try:
            self._helper.wait(TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._helper.kill()
            self._helper.wait()
        self._channel.close()

    def _order(self, word: str) -> None:
        try:
            self._channel.sendall(word.encode() + b"\n")
            answer = self._channel.recv(64)
        except OSError as error:
            raise HvacRlError("network namespace", f"does not obey: {error!r}") from error
        if answer != b"done\n":
            raise HvacRlError("network namespace", f"{word}: {answer!r}")


def _inside(channel: socket.socket) -> int:
    """What runs within the new network; answers with the command's exit code."""
    import selectors

    reader = channel.makefile("rb")
    order = json.loads(reader.readline())
    _ip("link", "set", "lo", "up")
    hosts = {host for _, host, _ in order["endpoints"]} | set(order["own_hosts"])
    for host in sorted(hosts):
        if not host.startswith("127."):
            _ip("addr", "add", f"{host}/32", "dev", "lo")
    sockets = []
    for transport, host, port in order["endpoints"]:
        kind = socket.SOCK_DGRAM if transport == "udp" else socket.SOCK_STREAM
        sock = socket.socket(socket.AF_INET, kind)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((host, port))
        if transport == "tcp":
            sock.listen()
        sockets.append(sock)
    command = subprocess.Popen(order["command"], stdin=subprocess.DEVNULL)
    message = json.dumps({"pid": command.pid}).encode()
    socket.send_fds(channel, [message], [sock.fileno() for sock in sockets])
    for sock in sockets:
        sock.close()
    with selectors.DefaultSelector() as waiting:
        waiting.register(channel, selectors.EVENT_READ)
        while command.poll() is None:
            if not waiting.select(0.1):
                continue
            word = reader.readline().strip()
            if not word:  # our maker is gone: nobody is left to end the command
                command.kill()
                break
            _ip("link", "set", "lo", "down" if word == b"cut" else "up")
            channel.sendall(b"done\n")
    code = command.wait()
    return code if code >= 0 else 128 - code


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True, timeout=TIMEOUT_S)


if __name__ == "__main__":
    sys.exit(_inside(socket.socket(fileno=int(sys.argv[1]))))
