"""A BACnet application with the strictness of a real controller, and its ills when asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

from bacpypes3.apdu import (
    AbortPDU,
    AbortReason,
    ComplexAckPDU,
    ConfirmedRequestPDU,
    Error,
    SimpleAckPDU,
)
from bacpypes3.app import Application
from bacpypes3.local.device import DeviceObject
from bacpypes3.local.networkport import NetworkPortObject

from sim_buildings.field.bacnet_faults import LARGEST_APDU, BacnetFaults, Garbage
from sim_buildings.field.bacnet_objects import put
from sim_buildings.field.bacnet_strictness import decode_write

NONSENSE = bytes.fromhex("c4ff3e5500deadbeef77")
"""No sequence of tags that any answer consists of."""
SHORTEST_HEAD = 3
"""Bytes of an acknowledgement before its parameters."""

OnWrite = Callable[[Any, int | None, float | int | None], None]


def put_written(target: Any, priority: int | None, value: float | int | None) -> None:
    """A write by itself: into its slot."""
    if priority is not None:
        put(target, priority, value)


class Controller(Application):  # type: ignore[misc]
    """Reads as bacpypes3 serves them; every write passes ``decode_write`` first."""

    on_write: OnWrite = staticmethod(put_written)
    faults: BacnetFaults = BacnetFaults()
    requests = 0
    """Confirmed requests that came in."""
    # Would write past decode_write; a controller without the service says so.
    do_WritePropertyMultipleRequest = None

    def get_services_supported(self) -> Any:
        services = super().get_services_supported()
        services[services.writePropertyMultiple] = 0
        return services

    async def indication(self, apdu: Any) -> None:
        faults = self.faults
        confirmed = isinstance(apdu, ConfirmedRequestPDU)
        self.requests += confirmed
        if faults.answers_after_s > 0.0:
            await asyncio.sleep(faults.answers_after_s)
        if confirmed and faults.error is not None:
            error_class, error_code = faults.error
            await self.response(
                Error(
                    service_choice=apdu.apduService,
                    errorClass=error_class,
                    errorCode=error_code,
                    context=apdu,
                )
            )
            return
        await super().indication(apdu)

    async def response(self, apdu: Any) -> None:
        faults = self.faults
        if isinstance(apdu, ComplexAckPDU):
            if faults.garbles_this():
                apdu = _garbled(apdu, faults.garbage)
            elif (
                faults.largest_apdu < LARGEST_APDU
                and not faults.segments
                and _length(apdu) > faults.largest_apdu
            ):
                if faults.drops_too_long:
                    return
                reason = AbortReason.segmentationNotSupported
                abort = AbortPDU(True, apdu.apduInvokeID, reason)
                abort.pduDestination = apdu.pduDestination
                apdu = abort
        await super().response(apdu)

    async def do_WritePropertyRequest(self, apdu: Any) -> None:
        target = self.get_object_id(apdu.objectIdentifier)
        value = decode_write(target, apdu)
        priority = None if apdu.priority is None else int(apdu.priority)
        self.on_write(target, priority, value)
        await self.response(SimpleAckPDU(context=apdu))


def _length(apdu: Any) -> int:
    return SHORTEST_HEAD + len(apdu.encode().pduData)


def _garbled(apdu: Any, garbage: Garbage) -> Any:
    service, invoke = apdu.apduService, apdu.apduInvokeID
    answer = ComplexAckPDU(service, invoke)
    if garbage is Garbage.PAYLOAD:
        answer.put_data(NONSENSE)
    else:
        # The first REAL (tag 0x44) becomes four letters of text (0x75 04 ...), one byte longer.
        data = bytes(apdu.encode().pduData)
        answer.put_data(data.replace(b"\x44", b"\x75\x04", 1)[: len(data) + 1])
    answer.pduDestination = apdu.pduDestination
    return answer


def device_object(name: str, instance: int, faults: BacnetFaults) -> Any:
    return DeviceObject(
        objectIdentifier=("device", instance),
        objectName=name.upper(),
        description="simulated controller of hvac-rl",
        vendorName="hvac-rl",
        vendorIdentifier=999,
        modelName="Simulated controller",
        firmwareRevision="1.0",
        applicationSoftwareVersion="1.0",
        maxApduLengthAccepted=faults.largest_apdu,
        segmentationSupported="segmented-both" if faults.segments else "no-segmentation",
    )


def build_controller(
    name: str,
    instance: int,
    objects: Iterable[Any],
    faults: BacnetFaults,
    on_write: OnWrite = put_written,
) -> Controller:
    """Without a network yet, unless a network port is among ``objects``."""
    app: Controller = Controller.from_object_list([device_object(name, instance, faults), *objects])
    app.on_write = on_write
    app.faults = faults
    deliver = app.asap.confirmation

    async def confirmation(pdu: Any) -> None:
        # Below the transactions, so that a repeated request has a chance of its own.
        if not faults.loses_this() and len(pdu.pduData) <= faults.largest_apdu:
            await deliver(pdu)

    app.asap.confirmation = confirmation
    return app


async def listen(
    name: str,
    instance: int,
    objects: Iterable[Any],
    host: str,
    port: int,
    faults: BacnetFaults,
    on_write: OnWrite = put_written,
) -> Controller:
    """A controller on BACnet/IP. ``host`` may carry a prefix, as "10.0.0.5/24", to hear broadcasts.

    bacpypes3 waits for a port that is taken, so it must be known to be free.
    """
    network_port = NetworkPortObject(
        f"{host if '/' in host else host + '/32'}:{port}",
        objectIdentifier=("network-port", 1),
        objectName=f"{name.upper()}.BACNET-IP",
    )
    app = build_controller(name, instance, [network_port, *objects], faults, on_write)
    for link in app.link_layers.values():
        await link.server._local_transport_ready.wait()
    return app


async def hang_up(app: Controller) -> None:
    app.close()
    await asyncio.sleep(0)  # the transport closes in the loop's next turn
