"""Who-Is: which devices answer, where, and what they say of themselves.

bacpypes3 keeps one answer an instance number, so two devices that wrongly share one would look
like one. Here every answer is kept.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from socket import inet_ntoa
from typing import Any

from bacpypes3.apdu import WhoIsRequest
from bacpypes3.app import DeviceInfo
from bacpypes3.basetypes import Segmentation
from bacpypes3.pdu import Address, GlobalBroadcast

from adapters.bacnet_wire import INSTANCE_LIMIT


@dataclass(frozen=True, slots=True)
class Announced:
    """A device's I-Am. ``address`` is "host:port", or "net:mac" behind a router."""

    instance: int
    address: str
    max_apdu: int
    segmentation: str
    """Of ``segmented-both``, ``segmented-transmit``, ``segmented-receive``, ``no-segmentation``."""
    vendor_id: int


class _Listener:
    """Stands among bacpypes3's own Who-Is futures, which are shown every I-Am."""

    def __init__(self, low: int, high: int, enough: Callable[[Sequence[Announced]], bool]) -> None:
        self._low, self._high = low, high
        self._enough = enough
        self.heard: list[Announced] = []
        self.answers: list[Any] = []
        self.done = asyncio.Event()

    def match(self, apdu: Any) -> None:
        instance = int(apdu.iAmDeviceIdentifier[1])
        if not self._low <= instance <= self._high:
            return
        announced = Announced(
            instance,
            address_text(apdu.pduSource),
            int(apdu.maxAPDULengthAccepted),
            str(apdu.segmentationSupported),
            int(apdu.vendorID),
        )
        if announced in self.heard:
            return
        self.heard.append(announced)
        self.answers.append(apdu)
        if self._enough(self.heard):
            self.done.set()


async def ask_who_is(
    app: Any,
    timeout_s: float,
    *,
    low: int = 0,
    high: int = INSTANCE_LIMIT,
    targets: Sequence[Address] = (),
    enough: Callable[[Sequence[Announced]], bool] = lambda heard: False,
) -> list[Announced]:
    """Who is there with an instance number from ``low`` to ``high``, in the order of answers.

    Asks ``targets`` (stations or broadcasts of a network), by default everybody, and waits
    ``timeout_s`` [s] unless ``enough`` says so earlier. What was heard is also made known to
    bacpypes3, which then keeps to each device's own APDU size and segmentation.
    """
    listener = _Listener(low, high, enough)
    if not hasattr(app, "_who_is_futures"):
        app._who_is_futures = []
    app._who_is_futures.append(listener)
    try:
        for target in targets or (GlobalBroadcast(),):
            app.request(
                WhoIsRequest(
                    destination=target,
                    deviceInstanceRangeLowLimit=low,
                    deviceInstanceRangeHighLimit=high,
                )
            )
        try:
            async with asyncio.timeout(timeout_s):
                await listener.done.wait()
        except TimeoutError:
            pass
    finally:
        app._who_is_futures.remove(listener)
    for answer in listener.answers:
        await app.device_info_cache.set_device_info(answer)
    return listener.heard


async def make_known(app: Any, said: Announced) -> None:
    """Tell bacpypes3 what a device can take where no I-Am of it was heard."""
    info = DeviceInfo(
        said.instance,
        Address(said.address),
        said.max_apdu,
        Segmentation(said.segmentation),
        said.vendor_id,
    )
    app.device_info_cache.update_device_info(info)


def address_text(address: Address) -> str:
    """As the site file writes it: "host:port" or "net:mac"."""
    if address.is_localstation and address.addrLen == 6:
        port = int.from_bytes(address.addrAddr[4:])
        return f"{inet_ntoa(address.addrAddr[:4])}:{port}"
    return str(address)
