"""BACnet/IP devices of analog inputs, made of bacpypes3's own objects.

    python -m adapters.bench.bacnet_devices OBJECTS PORT [PORT ...]

Device 1000 at the first port, 1001 at the next. Prints "ready", ends with its standard input.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from bacpypes3.app import Application
from bacpypes3.local.analog import AnalogInputObject
from bacpypes3.local.device import DeviceObject
from bacpypes3.local.networkport import NetworkPortObject

FIRST_INSTANCE = 1000


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


async def serve(objects: int, ports: list[int]) -> None:
    opened = [device(FIRST_INSTANCE + n, port, objects) for n, port in enumerate(ports)]
    for application in opened:
        for link in application.link_layers.values():
            await link.server._local_transport_ready.wait()
    print("ready", flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), [int(port) for port in sys.argv[2:]]))
