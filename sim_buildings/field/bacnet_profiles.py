"""Devices as sites really have them, without a building behind: a gateway that holds a whole
building in one device, and a trunk of room controllers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bacpypes3.local.analog import AnalogInputObject, AnalogValueObjectCmd
from bacpypes3.local.binary import BinaryInputObject

from sim_buildings.field.bacnet_controller import Controller, hang_up, listen
from sim_buildings.field.bacnet_faults import BacnetFaults
from sim_buildings.field.bacnet_trunk import Trunk, Wire

GATEWAY_OBJECTS = 3000
OBJECTS_A_ROOM = 6
TRUNK_CONTROLLERS = 30
TRUNK_BITS_PER_S = 38_400.0
FIRST_ROOM_INSTANCE = 20_001
ROOM_C = 21.5
SETPOINT_C = 20.0


def room_objects(room: str, first: int = 1) -> Iterator[Any]:
    """Temperature, CO2, humidity, presence and two commandable setpoints; instances from
    ``first``."""
    for k, (label, unit, value) in enumerate(
        (
            ("ZN-T", "degrees-celsius", ROOM_C),
            ("ZN-CO2", "parts-per-million", 600.0),
            ("ZN-RH", "percent-relative-humidity", 40.0),
        )
    ):
        yield AnalogInputObject(
            **_common("analog-input", 3 * first - 2 + k, f"{room}.{label}"),
            presentValue=value,
            units=unit,
            covIncrement=0.1 if k == 0 else 5.0,
        )
    yield BinaryInputObject(
        **_common("binary-input", first, f"{room}.OCC"),
        presentValue="inactive",
        polarity="normal",
        activeText="Occupied",
        inactiveText="Empty",
    )
    for k, label in enumerate(("HTG-SP", "CLG-SP")):
        yield AnalogValueObjectCmd(
            **_common("analog-value", 2 * first - 1 + k, f"{room}.{label}"),
            presentValue=SETPOINT_C + 4.0 * k,
            relinquishDefault=SETPOINT_C + 4.0 * k,
            units="degrees-celsius",
            covIncrement=0.1,
            minPresValue=5.0,
            maxPresValue=40.0,
        )


async def start_gateway(
    host: str,
    port: int,
    instance: int = 30_001,
    objects: int = GATEWAY_OBJECTS,
    faults: BacnetFaults | None = None,
) -> Controller:
    """One device with a whole building on it: ``objects`` objects, six a room. End it with
    ``stop_gateway``."""
    rooms = -(-objects // OBJECTS_A_ROOM)
    everything = [one for k in range(rooms) for one in room_objects(f"R{k + 1:03}", k + 1)]
    return await listen(
        "gateway", instance, everything[:objects], host, port, faults or BacnetFaults()
    )


async def stop_gateway(gateway: Controller) -> None:
    await hang_up(gateway)


async def start_trunk(
    host: str,
    port: int,
    network: int = 2001,
    controllers: int = TRUNK_CONTROLLERS,
    bits_per_s: float = TRUNK_BITS_PER_S,
) -> Trunk:
    """Room controllers at MAC 1 on behind a router that listens at ``host`` and ``port``."""
    trunk = Trunk(network, Wire(bits_per_s=bits_per_s, stations=controllers + 1))
    for mac in range(1, controllers + 1):
        name = f"VAV-{mac:02}"
        trunk.add(mac, name, FIRST_ROOM_INSTANCE - 1 + mac, room_objects(name), BacnetFaults())
    await trunk.start(host, port)
    return trunk


def _common(kind: str, instance: int, name: str) -> dict[str, Any]:
    return {
        "objectIdentifier": (kind, instance),
        "objectName": name,
        "description": name.partition(".")[2].lower(),
        "eventState": "normal",
        "outOfService": False,
        "reliability": "no-fault-detected",
    }
