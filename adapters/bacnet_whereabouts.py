"""How a request finds its device: the address that Who-Is brought, and the way through a router."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from bacpypes3.pdu import Address, IPv4Address

from adapters.answers import SilentError
from adapters.bacnet_address import Place
from adapters.bacnet_whois import Announced, ask_who_is


class Routes:
    """The ways to routed networks; one for all devices of a port.

    bacpypes3 would look for a router by itself, but tell nobody when there is none.
    """

    def __init__(self, app: Any, can_broadcast: Callable[[], bool]) -> None:
        self._app = app
        self.can_broadcast = can_broadcast
        self._asking: dict[int, asyncio.Lock] = {}

    async def open(self, network: int, router: str, timeout_s: float) -> None:
        """Makes sure that we know the way. Raises SilentError when no router answers."""
        nsap = self._app.nsap
        ours = nsap.local_adapter.adapterNet
        async with self._asking.setdefault(network, asyncio.Lock()):
            if await nsap.router_info_cache.get_path_info(ours, network):
                return
            if router:
                await nsap.update_router_references(ours, IPv4Address(router), [network])
                return
            if not self.can_broadcast():
                raise SilentError(
                    f"no broadcast leaves our address to look for a router to network {network}"
                )
            asked = self._app.nse.who_is_router_to_network(network=network)
            with suppress(TimeoutError):
                await asyncio.wait_for(asked, timeout_s)
            # What came is in the cache by now.
            if not await nsap.router_info_cache.get_path_info(ours, network):
                raise SilentError(f"no router to network {network} answers")

    def ask_again(self, network: int) -> None:
        """Another router may lead there by now: its answer replaces the way we know."""
        if self.can_broadcast():
            self._app.nse.who_is_router_to_network(network=network)


class Whereabouts:
    """One device's address, found when it is first needed and again when it has been lost."""

    def __init__(
        self, app: Any, routes: Routes, place: Place, instance: int | None, timeout_s: float
    ) -> None:
        self._app = app
        self._routes = routes
        self._instance = instance
        self._timeout_s = timeout_s
        self.place = place
        self._found: Address | None = None
        self._finding = asyncio.Lock()
        self.announced: Announced | None = None

    async def find(self) -> Address:
        """Raises SilentError when nobody answers to the number, or no router to the network."""
        if self._found is not None:
            return self._found
        async with self._finding:
            if self._found is None:
                self._found = await self._look()
        return self._found

    def forget(self) -> None:
        """The device fell silent: it may come back at another address."""
        if not self.place.is_station:
            self._found = None
        if self.place.network is not None and not self.place.router and self._found is not None:
            self._routes.ask_again(self.place.network)

    async def _look(self) -> Address:
        if self.place.network is not None:
            await self._routes.open(self.place.network, self.place.router, self._timeout_s / 2)
        if self.place.is_station:
            return self.place.address
        if self._instance is None:
            raise SilentError("neither address nor device_instance is known")
        if not self.place.text and not self._routes.can_broadcast():
            raise SilentError(
                f"no broadcast leaves our address to look for device {self._instance}"
            )
        heard = await ask_who_is(
            self._app,
            self._timeout_s * 0.9,
            low=self._instance,
            high=self._instance,
            targets=[self.place.address],
            enough=lambda heard: bool(heard),
        )
        if not heard:
            where = f" on network {self.place.network}" if self.place.network else ""
            raise SilentError(f"nobody answers Who-Is for device {self._instance}{where}")
        self.announced = heard[0]
        return Address(heard[0].address)

    def __str__(self) -> str:
        if self._found is not None and not self.place.is_station:
            return str(self._found)
        return str(self.place)
