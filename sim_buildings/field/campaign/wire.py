"""What a bad wire does to the traffic between daemon and devices, byte by byte.

Only the outermost layer of each protocol is known here, so that no mistake of our own stack can
hide: BACnet/IP (ASHRAE 135 clause 20.1 and annex J) and Modbus TCP's header.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable

from hvac_rl.ports import Endpoint
from hvac_rl.service.relay import Deliver, Tamper

CONFIRMED, WRITE_PROPERTY = 0, 15
MODBUS_WRITES = (5, 6, 15, 16)
DEVICE_FAILURE = 4
OPERATIONAL_PROBLEM = bytes((0x91, 0, 0x91, 25))
"""Error class device, code operational-problem, as two enumerated application tags."""


def on_one(victim: Endpoint | None, tamper: Tamper) -> Tamper:
    """Only this device's traffic, or everybody's."""

    def only(at: Endpoint, outward: bool, data: bytes, onward: Deliver, back: Deliver) -> None:
        if victim is None or at == victim:
            tamper(at, outward, data, onward, back)
        else:
            onward(data)

    return only


def silence(at: Endpoint, outward: bool, data: bytes, onward: Deliver, back: Deliver) -> None:
    """Nothing passes."""


def slow(delay_s: float) -> Tamper:
    """Every answer comes late."""

    def late(at: Endpoint, outward: bool, data: bytes, onward: Deliver, back: Deliver) -> None:
        if outward:
            onward(data)
        else:
            asyncio.get_running_loop().call_later(delay_s, onward, data)

    return late


def lossy(share: float, rng: random.Random) -> Tamper:
    """Datagrams vanish; a stream, whose bytes TCP would send again, comes late instead."""

    def drop(at: Endpoint, outward: bool, data: bytes, onward: Deliver, back: Deliver) -> None:
        if rng.random() >= share:
            onward(data)
        elif at.transport == "tcp":
            asyncio.get_running_loop().call_later(0.3, onward, data)

    return drop


def garbage(rng: random.Random) -> Tamper:
    """Answers of the right length and nothing else."""

    def garble(at: Endpoint, outward: bool, data: bytes, onward: Deliver, back: Deliver) -> None:
        onward(data if outward else rng.randbytes(len(data)))

    return garble


def errors(at: Endpoint, outward: bool, data: bytes, onward: Deliver, back: Deliver) -> None:
    """The device answers every request with an error of its own."""
    answer = _error_answer(at, data) if outward else None
    if answer is not None:
        back(answer)
    else:
        onward(data)


def watching_writes(seen: Callable[[], bool]) -> Tamper:
    """Calls ``seen`` for every write on its way; True swallows it."""

    def watch(at: Endpoint, outward: bool, data: bytes, onward: Deliver, back: Deliver) -> None:
        if outward and is_write(at, data) and seen():
            return
        onward(data)

    return watch


def is_write(at: Endpoint, data: bytes) -> bool:
    """Whether a request writes."""
    if at.transport == "tcp":
        return len(data) > 7 and data[7] in MODBUS_WRITES
    request = _confirmed(data)
    return request is not None and request[3] == WRITE_PROPERTY


def _error_answer(at: Endpoint, data: bytes) -> bytes | None:
    if at.transport == "tcp":
        if len(data) < 8:
            return None
        unit_and_code = bytes((data[6], data[7] | 0x80, DEVICE_FAILURE))
        return data[:4] + len(unit_and_code).to_bytes(2, "big") + unit_and_code
    request = _confirmed(data)
    if request is None:
        return None
    # An Error-PDU: type 5, the request's invoke id and service.
    body = bytes((0x01, 0x00, 0x50, request[2], request[3])) + OPERATIONAL_PROBLEM
    return bytes((0x81, 0x0A)) + (len(body) + 4).to_bytes(2, "big") + body


def _confirmed(data: bytes) -> bytes | None:
    """The APDU of a confirmed request on this network, unsegmented; None for anything else."""
    if len(data) < 10 or data[:2] != b"\x81\x0a" or data[4] != 1 or data[5] & 0x28:
        return None
    apdu = data[6:]
    return apdu if apdu[0] >> 4 == CONFIRMED and not apdu[0] & 0x08 else None
