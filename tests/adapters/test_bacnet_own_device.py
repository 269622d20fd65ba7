"""Our own device: read by anybody, written by nobody, and killed once and for all."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from bacpypes3.apdu import ErrorRejectAbortNack, WritePropertyRequest
from bacpypes3.pdu import Address
from bacpypes3.primitivedata import CharacterString, Null, ObjectIdentifier, Real

from adapters.bacnet_stack import BacnetStack, open_stack
from hvac_rl.panel import PanelMode, PanelState
from tests.adapters.devices.bacnet_device import BacnetDevice
from tests.adapters.devices.free_ports import free_udp_port


@dataclass
class Bms:
    """Another client on the network, and our stack as it sees it."""

    client: Any
    stack: BacnetStack
    address: Address

    async def read(self, object_: str, name: str = "present-value") -> Any:
        return await self.client.read_property(self.address, object_, name)

    async def write(self, object_: str, value: Any, priority: int | None = None) -> str:
        answer = await self.client.write_property(
            self.address, object_, "present-value", value, None, priority
        )
        return str(answer) if answer is not None else "ok"


@pytest.fixture
async def bms() -> AsyncIterator[Bms]:
    port = free_udp_port()
    client = await BacnetDevice.start(free_udp_port(), 7)
    local = {"address": f"127.0.0.1:{port}", "device_instance": 3990}
    async with open_stack(local, 8.0) as stack:
        yield Bms(client, stack, Address(f"127.0.0.1:{port}"))
    client.close()


async def refused(bms: Bms, object_: str, value: Any, priority: int | None = None) -> bool:
    try:
        answer = await bms.write(object_, value, priority)
    except ErrorRejectAbortNack as nack:
        answer = str(nack)
    return answer == "property: write-access-denied"


async def test_it_answers_who_is_and_shows_what_it_is_told(bms: Bms) -> None:
    (i_am,) = await bms.client.who_is(address=bms.address, timeout=10.0)
    assert i_am.iAmDeviceIdentifier[1] == 3990
    assert await bms.read("device,3990", "object-name") == "hvac-rl-3990"
    assert await bms.read("multi-state-value,1") == 1
    bms.stack.own_device.show(
        PanelState(mode=PanelMode.HELD, reason="operator at 8", alarms=("a", "b"), heartbeat=42)
    )
    mode = await bms.read("multi-state-value,1")
    texts = await bms.read("multi-state-value,1", "state-text")
    assert texts[mode - 1] == "held by an operator"
    assert await bms.read("characterstring-value,1") == "operator at 8"
    assert await bms.read("characterstring-value,2") == "a\nb"
    assert await bms.read("binary-value,2") == 1
    assert await bms.read("positive-integer-value,1") == 42


async def test_nothing_but_the_kill_point_takes_a_write(bms: Bms) -> None:
    assert await refused(bms, "multi-state-value,1", 2, 8)
    assert await refused(bms, "positive-integer-value,1", 5)
    assert await refused(bms, "characterstring-value,1", CharacterString("x"))
    assert await refused(bms, "binary-value,2", 1, 8)
    for name, value in (("object-name", "mine"), ("description", "mine")):
        with pytest.raises(ErrorRejectAbortNack, match="write-access-denied"):
            await bms.client.write_property(bms.address, "device,3990", name, value)
    assert await bms.read("device,3990", "object-name") == "hvac-rl-3990"


async def test_the_kill_point_trips_once_and_never_resets(bms: Bms) -> None:
    told: list[bool] = []
    own = bms.stack.own_device
    own.on_kill(lambda: told.append(own.killed))
    assert await refused(bms, "binary-value,1", 0)
    assert await refused(bms, "binary-value,1", Null(()), 8)
    assert not own.killed
    assert await bms.write("binary-value,1", 1, 8) == "ok"
    assert (own.killed, told) == (True, [True])
    assert await bms.write("binary-value,1", 1) == "ok"
    assert told == [True]
    assert await refused(bms, "binary-value,1", 0, 8)
    assert await refused(bms, "binary-value,1", Null(()), 8)
    assert await bms.read("binary-value,1") == 1


async def test_once_armed_again_it_can_be_pulled_again(bms: Bms) -> None:
    told: list[bool] = []
    own = bms.stack.own_device
    own.on_kill(lambda: told.append(own.killed))
    own.trip()
    assert await bms.read("binary-value,1") == 1
    assert await bms.write("binary-value,1", 1) == "ok"
    assert told == [], "it was pulled already"
    own.arm()
    assert await bms.read("binary-value,1") == 0
    assert await bms.write("binary-value,1", 1) == "ok"
    assert told == [True]


async def test_a_kill_of_the_wrong_type_does_nothing(bms: Bms) -> None:
    request = WritePropertyRequest(
        objectIdentifier=ObjectIdentifier("binary-value,1"),
        propertyIdentifier="present-value",
        propertyValue=Real(1.0),
        destination=bms.address,
    )
    with pytest.raises(ErrorRejectAbortNack, match="invalid-data-type"):
        await bms.client.request(request)
    assert not bms.stack.own_device.killed


FORBIDDEN = {
    "DeviceCommunicationControl, disable": (17, "1901"),
    "ReinitializeDevice, cold start": (20, "0900"),
    "AtomicReadFile": (6, "c4028000010e3100210a0f"),
    "AtomicWriteFile": (7, "c4028000010e310061ff0f"),
    "WritePropertyMultiple": (16, "0c014000011e09552e91012f1f"),
}
"""Service choice and well-formed parameters (ANSI/ASHRAE 135, clause 21), written by hand."""


@pytest.mark.parametrize("name", FORBIDDEN)
async def test_what_could_silence_or_change_us_is_not_there(bms: Bms, name: str) -> None:
    service, parameters = FORBIDDEN[name]
    apdu = bytes([0x00, 0x05, 0x2A, service]) + bytes.fromhex(parameters)
    answer = await exchange(bms.address.addrTuple, apdu)
    assert answer == bytes([0x60, 0x2A, 9]), "not a reject for an unrecognized service"
    assert await bms.read("binary-value,1") == 0


async def exchange(at: tuple[str, int], apdu: bytes) -> bytes:
    """One request over a plain socket; the answer's APDU."""
    npdu = bytes([0x01, 0x04]) + apdu
    frame = bytes([0x81, 0x0A]) + (len(npdu) + 4).to_bytes(2) + npdu
    loop = asyncio.get_running_loop()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as plain:
        plain.bind(("127.0.0.1", 0))
        plain.setblocking(False)
        await loop.sock_sendto(plain, frame, at)
        answer = await asyncio.wait_for(loop.sock_recv(plain, 1500), 5.0)
    return answer[6:]


async def test_it_says_which_services_it_has(bms: Bms) -> None:
    services = await bms.read("device,3990", "protocol-services-supported")
    offered = {name for name, bit in services._bitstring_names.items() if services[bit]}
    assert "write-property" in offered
    assert not offered & {
        "write-property-multiple",
        "device-communication-control",
        "reinitialize-device",
        "atomic-read-file",
        "atomic-write-file",
        "create-object",
    }
