"""BACnet/IP devices of analog inputs, made of bacpypes3's own objects.

Their values stand still, so an answer is encoded once and sent again to whoever asks the same:
what is measured is who reads, not bacpypes3 as a device.

    python -m adapters.bench.bacnet_devices OBJECTS PORT [PORT ...]

Device 1000 at the first port, 1001 at the next. Prints "ready", ends with its standard input.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from bacpypes3.apdu import ComplexAckPDU, ConfirmedServiceChoice
from bacpypes3.app import Application
from bacpypes3.local.analog import AnalogInputObject
from bacpypes3.local.device import DeviceObject
from bacpypes3.local.networkport import NetworkPortObject

FIRST_INSTANCE = 1000
READ_MULTIPLE = ConfirmedServiceChoice.readPropertyMultiple
HEAD = 4
"""Bytes of a confirmed request before its parameters: type, sizes, invoke id, service."""
UNSEGMENTED_REQUEST = 0xF8
"""Bits of the first byte that are all clear in one."""


def device(instance: int, port: int, objects: int) -> Any:
    return Application.from_object_list(
        [
            DeviceObject(objectIdentifier=("device", instance), objectName=f"device-{instance}"),
            NetworkPortObject(
                f"127.0.0.1/32:{port}",
                objectIdentifier=("network-port", 1),
                objectName="NetworkPort-1",
            ),
            *(
                AnalogInputObject(
                    objectIdentifier=("analog-input", n + 1),
                    objectName=f"ai-{n + 1}",
                    presentValue=float(n),
                    statusFlags=[0, 0, 0, 0],
                    covIncrement=1.0,
                    units="degrees-celsius",
                    eventState="normal",
                    outOfService=False,
                    reliability="no-fault-detected",
                )
                for n in range(objects)
            ),
        ]
    )


def answer_from_memory(app: Any) -> None:
    """Sends the bytes of an earlier answer where the same ReadPropertyMultiple comes again."""
    access = app.asap
    take, send = access.confirmation, access.request
    known: dict[bytes, bytes] = {}
    asked: dict[tuple[Any, int], bytes] = {}

    async def confirmation(pdu: Any) -> None:
        head, question = bytes(pdu.pduData[:HEAD]), bytes(pdu.pduData[HEAD:])
        if len(head) < HEAD or head[0] & UNSEGMENTED_REQUEST or head[3] != READ_MULTIPLE:
            await take(pdu)
        elif question not in known:
            asked[pdu.pduSource, head[2]] = question
            await take(pdu)
        else:
            answer = ComplexAckPDU(READ_MULTIPLE, head[2], destination=pdu.pduSource)
            answer.apduSeg = answer.apduMor = False
            answer.put_data(known[question])
            await send(answer)

    async def request(apdu: Any) -> None:
        question = asked.pop((apdu.pduDestination, apdu.apduInvokeID), None)
        if question is not None and isinstance(apdu, ComplexAckPDU) and not apdu.apduSeg:
            known[question] = bytes(apdu.pduData)
        await send(apdu)

    access.confirmation, access.request = confirmation, request


async def serve(objects: int, ports: list[int]) -> None:
    opened = [device(FIRST_INSTANCE + n, port, objects) for n, port in enumerate(ports)]
    for application in opened:
        answer_from_memory(application)
        for link in application.link_layers.values():
            await link.server._local_transport_ready.wait()
    print("ready", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), [int(port) for port in sys.argv[2:]]))
