"""Change-of-value subscriptions: news between two polls, never the truth itself.

A subscription runs out by itself; it is renewed at half of its life. One whose object is polled
with another value than was reported is taken for lost (the device restarted, or a router forgot
us) and is made anew. An object or device that refuses is polled alone, as is an object that would
report every flicker.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import Any

from bacpypes3.apdu import SubscribeCOVRequest
from bacpypes3.vendor import get_vendor_info

from adapters.answers import RefusedError, SilentError
from adapters.bacnet_link import BacnetLink, Properties
from adapters.bacnet_wire import (
    COV_INCREMENT,
    PRESENT_VALUE,
    SERVICES,
    STATUS_FLAGS,
    BacnetAddress,
    from_wire,
)
from adapters.commanding import same_raw
from hvac_rl.points import Point
from hvac_rl.records import Reading

log = logging.getLogger(__name__)

LIFE_S = 300
"""How long a device remembers us without renewal [s]: short, so that it forgets a dead client
soon; many controllers have room for only a few dozen (assumed)."""
HIGHEST_PROCESS = 1 << 22

MOST_SUBSCRIPTIONS = 10
"""On one device, unless the site file says otherwise: the BMS wants room there too (assumed)."""
SUBSCRIBE_COV = 5
"""Bit of protocol-services-supported (ANSI/ASHRAE 135, BACnetServicesSupported)."""
NO_ROOM = "resources:"
"""How the error of a device begins that has no room for one subscription more."""

OnReading = Callable[[Reading], None]
Show = Callable[[Point, Properties], Reading]


@dataclass(slots=True)
class _Subscription:
    """One object. ``reported`` is the last raw value that the device told of its own accord."""

    address: BacnetAddress
    process: int
    """The number that its notifications carry."""
    key: Any = None
    """Under which bacpypes3 finds us."""
    renew_s: float = float("-inf")
    refused: str = ""
    increment: float = 0.0
    """Changes up to this are not reported."""
    reported: float | None = None
    doubted: bool = False
    """The last poll found another value than was reported."""


class _Listener:
    """Stands in bacpypes3's table of subscriptions and is given the values of notifications."""

    def __init__(self, identifier: Any, told: Callable[[Properties], None]) -> None:
        self.monitored_object_identifier = identifier
        self._told = told
        self._type_of = get_vendor_info(0).get_object_class(identifier[0]).get_property_type
        self._values: Properties = {}

    async def put(self, element: Any) -> None:
        name = str(element.propertyIdentifier)
        datatype = self._type_of(element.propertyIdentifier)
        if datatype is None:
            return
        try:
            self._values[name] = element.value.cast_out(datatype)
        except Exception as error:
            # Whatever the decoder trips over: the next poll says what the value really is.
            log.debug("a notification cannot be decoded: %r", error)
            return
        if PRESENT_VALUE in self._values and STATUS_FLAGS in self._values:
            values, self._values = self._values, {}
            self._told(values)


class CovSubscriptions:
    """To the objects of ``points`` on one device, up to ``most``, the first ones first."""

    def __init__(
        self,
        app: Any,
        link: BacnetLink,
        device: int | None,
        points: Sequence[Point],
        show: Show,
        on_reading: OnReading,
        *,
        most: int = MOST_SUBSCRIPTIONS,
        life_s: int = LIFE_S,
        now_s: Callable[[], float] = monotonic,
    ) -> None:
        self._app = app
        self._link = link
        self._device = device
        self._points = list(points)
        self._show = show
        self._on_reading = on_reading
        self._most = most
        self._life_s = life_s
        self._now_s = now_s
        self._asked = False
        self._subscriptions = {
            address: _Subscription(address, self._next_number())
            for address in dict.fromkeys(_address(point) for point in points)
        }

    @property
    def refused(self) -> dict[str, str]:
        """Why points are only polled, by name; for the others changes are reported."""
        return {
            point.name: self._subscriptions[_address(point)].refused
            for point in self._points
            if self._subscriptions[_address(point)].refused
        }

    async def tend(self) -> None:
        """Subscribe and renew whatever is due; a silent device ends the round."""
        if not self._link.may_try:
            return
        try:
            if not self._asked:
                await self._ask_device()
            for one in self._subscriptions.values():
                if not one.refused and self._now_s() >= one.renew_s:
                    await self._subscribe(one)
        except SilentError as silence:
            log.debug("not subscribed: %s", silence)

    def polled(self, readings: Sequence[Reading]) -> None:
        """What a poll has shown. It is right: a value that twice is another than was reported
        shows that the device has forgotten us."""
        by_name = {reading.point: reading for reading in readings}
        for point in self._points:
            if point.name in by_name:
                self._compare(point, by_name[point.name])

    async def end(self) -> None:
        """Unsubscribe; on a device that does not answer it runs out by itself."""
        answers = self._link.may_try
        for one in self._subscriptions.values():
            if one.key is None:
                continue
            self._app._cov_contexts.pop(one.key, None)
            one.key = None
            if not answers:
                continue
            try:
                await self._link.request(partial(self._send, one, ends=True))
            except RefusedError as refusal:
                log.debug("%s: not unsubscribed: %s", one.address, refusal)
            except SilentError:
                answers = False

    async def _ask_device(self) -> None:
        """Whether it offers subscriptions at all. Raises SilentError."""
        if self._device is not None:
            address = BacnetAddress("device", self._device)
            try:
                offered = await self._link.read_property(address, SERVICES)
            except RefusedError:
                offered = None  # the subscription itself will tell
            if isinstance(offered, list) and not any(offered[SUBSCRIBE_COV : SUBSCRIBE_COV + 1]):
                self._refuse_rest("the device offers no subscriptions")
        self._asked = True

    async def _subscribe(self, one: _Subscription) -> None:
        """Raises SilentError."""
        if one.key is None:
            if sum(each.key is not None for each in self._subscriptions.values()) >= self._most:
                one.refused = f"no more than {self._most} subscriptions are made on a device"
                return
            if one.address.kind.has_units:
                one.increment = await self._increment(one.address)
                if one.increment <= 0.0:
                    one.refused = "it has no COV increment and would report every flicker"
                    return
        try:
            await self._link.request(partial(self._send, one))
        except RefusedError as refusal:
            one.refused = str(refusal)
            self._app._cov_contexts.pop(one.key, None)
            one.key = None
            if one.refused.startswith(NO_ROOM):
                self._refuse_rest(one.refused)
        else:
            one.doubted = False
            one.renew_s = self._now_s() + self._life_s / 2

    def _refuse_rest(self, why: str) -> None:
        for one in self._subscriptions.values():
            if one.key is None and not one.refused:
                one.refused = why

    def _send(self, one: _Subscription, station: Any, *, ends: bool = False) -> Any:
        request = SubscribeCOVRequest(
            subscriberProcessIdentifier=one.process,
            monitoredObjectIdentifier=one.address.identifier,
            destination=station,
        )
        if not ends:
            request.issueConfirmedNotifications = False
            request.lifetime = self._life_s
            # Before it goes out: the first notification may overtake the answer.
            self._app._cov_contexts.pop(one.key, None)
            one.key = (station, one.process)
            self._app._cov_contexts[one.key] = self._listener(one)
        return self._app.request(request)

    async def _increment(self, address: BacnetAddress) -> float:
        try:
            return abs(from_wire(await self._link.read_property(address, COV_INCREMENT)))
        except (RefusedError, TypeError, ValueError):
            return 0.0

    def _listener(self, one: _Subscription) -> _Listener:
        points = [point for point in self._points if _address(point) == one.address]

        def told(values: Properties) -> None:
            try:
                one.reported = from_wire(values[PRESENT_VALUE])
            except (TypeError, ValueError):
                one.reported = None
            one.doubted = False
            for point in points:
                self._on_reading(self._show(point, values))

        return _Listener(one.address.identifier, told)

    def _compare(self, point: Point, reading: Reading) -> None:
        one = self._subscriptions[_address(point)]
        if one.key is None or reading.value is None or one.reported is None:
            return
        raw = point.unit.from_si(reading.value)
        if abs(raw - one.reported) <= one.increment or same_raw(raw, one.reported):
            one.doubted = False
        elif not one.doubted:
            one.doubted = True
        else:
            log.info("%s changes without being reported: subscribing anew", point.name)
            one.renew_s = float("-inf")

    def _next_number(self) -> int:
        self._app._cov_next_id = (self._app._cov_next_id + 1) % HIGHEST_PROCESS
        return int(self._app._cov_next_id)


def _address(point: Point) -> BacnetAddress:
    address = point.address
    if not isinstance(address, BacnetAddress):
        raise TypeError(f"{point.name} is not on BACnet")
    return address
