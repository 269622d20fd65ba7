"""What is on the network: devices, their objects, and what each object says of itself.

Reads only. ``discover`` is what ``hvac-rl points scan`` stands on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from bacpypes3.pdu import Address
from bacpypes3.primitivedata import ObjectIdentifier

from adapters.answers import RefusedError, SilentError
from adapters.bacnet_batches import Ask
from adapters.bacnet_link import BacnetLink, Found, Properties
from adapters.bacnet_stack import BacnetStack
from adapters.bacnet_whois import Announced, ask_who_is
from adapters.bacnet_wire import (
    COV_INCREMENT,
    DESCRIPTION,
    INSTANCE_LIMIT,
    KINDS,
    OBJECT_NAME,
    PRESENT_VALUE,
    PRIORITY_ARRAY,
    STATE_TEXT,
    STATUS_FLAGS,
    UNITS,
    BacnetAddress,
    from_wire,
    slots_from_wire,
)
from adapters.priorities import commander
from hvac_rl.errors import ConfigError

OBJECT_LIST = "object-list"
SERVICES = "protocol-services-supported"
SUBSCRIBE_COV = 5
"""Its bit among the services (ANSI/ASHRAE 135, BACnetServicesSupported)."""
ABOUT_DEVICE = {
    "name": OBJECT_NAME,
    "description": DESCRIPTION,
    "vendor": "vendor-name",
    "model": "model-name",
    "firmware": "firmware-revision",
}
"""Field of ``ScannedDevice``, and the property it comes from."""
CHUNK = 200
"""Objects read before progress is told."""
AT_ONCE = 8
"""Devices scanned side by side."""

Progress = Callable[[int, int], None]
"""Objects read, objects known of so far."""


@dataclass(frozen=True, slots=True)
class ScannedObject:
    """An object with a present value. Texts are "" where the device has none."""

    address: BacnetAddress
    name: str
    description: str
    units: str
    """BACnet's own word, as "degrees-celsius"; "" for binary and multi-state objects."""
    commandable: bool
    """It has a priority array: it can be commanded and given back."""
    offers_cov: bool
    state_texts: tuple[str, ...] = ()
    """Of a multi-state object from state 1 on; of a binary one inactive, active."""
    present: float | None = None
    """Raw; ``None`` where it is no finite number."""
    commanded_by: int | None = None
    out_of_service: bool = False


@dataclass(frozen=True, slots=True)
class ScannedDevice:
    announced: Announced
    name: str = ""
    description: str = ""
    vendor: str = ""
    model: str = ""
    firmware: str = ""
    offers_cov: bool = False
    objects: tuple[ScannedObject, ...] = ()
    other_objects: int = 0
    """Objects without a present value of a kind known here: schedules, trends, files."""
    problems: tuple[str, ...] = ()
    """What a person should look into."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Whom to look for. ``addresses`` are "host:port", "net:mac" or "net:*"; none is a
    broadcast to everybody."""

    low: int = 0
    high: int = INSTANCE_LIMIT
    addresses: tuple[str, ...] = ()
    wait_s: float = 3.0
    """How long I-Ams are waited for [s]."""
    deadline_s: float = 3.0
    """How long one request may take [s]."""


async def find_devices(stack: BacnetStack, search: Search) -> list[Announced]:
    """Who answers Who-Is, by instance number and address.

    Raises ConfigError when we cannot broadcast and no address is given.
    """
    if not search.addresses and not stack.can_broadcast:
        raise ConfigError(
            "local: bacnet.address",
            "no broadcast leaves this address: its subnet has one host, or it is loopback",
            'Give the subnet, as "10.0.0.5/24:47808", a BBMD, or the addresses of the devices.',
        )
    if not stack.registered and not all(_is_station(text) for text in search.addresses or ("*",)):
        raise ConfigError(
            "local: bacnet.bbmd",
            "the BBMD does not take us as a foreign device, so no broadcast leaves",
            "Is it the BBMD's address, does UDP reach it, and does its table accept foreigners?",
        )
    heard = await ask_who_is(
        stack.app,
        search.wait_s,
        low=search.low,
        high=search.high,
        targets=[Address(text) for text in search.addresses],
        enough=_all_answered(search.addresses),
    )
    own = int(stack.app.device_object.objectIdentifier[1])
    others = [each for each in heard if each.instance != own]
    return sorted(others, key=lambda each: (each.instance, each.address))


async def discover(
    stack: BacnetStack, search: Search | None = None, progress: Progress = lambda done, of: None
) -> list[ScannedDevice]:
    """Every device that answers, with its objects; a device that falls silent is said so in its
    ``problems``. Raises ConfigError as ``find_devices``."""
    search = search or Search()
    found = await find_devices(stack, search)
    twice = {each.instance for each in found if sum(o.instance == each.instance for o in found) > 1}
    tally = _Tally(progress)
    slots = asyncio.Semaphore(AT_ONCE)

    async def scan(announced: Announced) -> ScannedDevice:
        async with slots:
            problems = ["another device has the same instance number"]
            return await _scan_device(
                stack.link(announced.address, announced.instance, search.deadline_s),
                announced,
                problems if announced.instance in twice else [],
                tally,
            )

    return list(await asyncio.gather(*(scan(announced) for announced in found)))


@dataclass(slots=True)
class _Tally:
    progress: Progress
    done: int = 0
    known: int = 0

    def add(self, *, done: int = 0, known: int = 0) -> None:
        self.done += done
        self.known += known
        self.progress(self.done, self.known)


@dataclass(slots=True)
class _About:
    """What is known of a device so far."""

    texts: dict[str, str] = field(default_factory=dict)
    offers_cov: bool = False


def _all_answered(addresses: Sequence[str]) -> Callable[[Sequence[Announced]], bool]:
    stations = bool(addresses) and all(_is_station(text) for text in addresses)
    return lambda heard: stations and len({each.address for each in heard}) == len(addresses)


def _is_station(text: str) -> bool:
    return not text.endswith("*")


async def _scan_device(
    link: BacnetLink, announced: Announced, problems: list[str], tally: _Tally
) -> ScannedDevice:
    about = _About()
    objects: list[ScannedObject] = []
    others = 0
    try:
        await link.learn_limits(announced.instance)
        about = await _read_about(link, announced.instance)
        identifiers = await _object_list(link, announced.instance)
        wanted = [address for address in identifiers if address.type in KINDS]
        others = len(identifiers) - len(wanted) - 1
        tally.add(known=len(wanted))
        for start in range(0, len(wanted), CHUNK):
            chunk = wanted[start : start + CHUNK]
            objects += await _read_objects(link, chunk, about.offers_cov)
            tally.add(done=len(chunk))
        if len(objects) < len(wanted):
            problems.append(f"{len(wanted) - len(objects)} of its objects did not answer")
    except SilentError as silence:
        problems.append(f"fell silent during the scan: {silence}")
    except RefusedError as refusal:
        problems.append(f"does not tell its objects: {refusal}")
    names = [each.name for each in objects]
    if len(set(names)) < len(names):
        problems.append("several of its objects have the same name")
    texts = {field_: about.texts.get(name, "") for field_, name in ABOUT_DEVICE.items()}
    return ScannedDevice(
        announced,
        **texts,
        offers_cov=about.offers_cov,
        objects=tuple(objects),
        other_objects=max(0, others),
        problems=tuple(problems),
    )


async def _read_about(link: BacnetLink, instance: int) -> _About:
    device = BacnetAddress("device", instance)
    found = Found()
    await link.read([Ask(device, (*ABOUT_DEVICE.values(), SERVICES))], found)
    said = found.by_object.get(device, {})
    services = said.get(SERVICES)
    bits = list(services) if isinstance(services, list) else []
    return _About(
        {name: _text(said.get(name)) for name in ABOUT_DEVICE.values()},
        len(bits) > SUBSCRIBE_COV and bool(bits[SUBSCRIBE_COV]),
    )


async def _object_list(link: BacnetLink, instance: int) -> list[BacnetAddress]:
    """The whole list, or in parts where it does not fit an answer. Raises RefusedError."""
    device = BacnetAddress("device", instance)
    try:
        entries = list(await link.read_property(device, OBJECT_LIST))
    except RefusedError:
        count = int(await link.read_property(device, OBJECT_LIST, 0))
        entries = await link.read_elements(device, OBJECT_LIST, count)
    return [_address(entry) for entry in entries]


async def _read_objects(
    link: BacnetLink, addresses: Sequence[BacnetAddress], device_offers_cov: bool
) -> list[ScannedObject]:
    found = Found()
    await link.read([Ask(address, _wanted(address)) for address in addresses], found)
    return [
        _scanned(address, found.by_object[address], device_offers_cov)
        for address in addresses
        if address in found.by_object
    ]


def _wanted(address: BacnetAddress) -> tuple[str, ...]:
    kind = address.kind
    wanted = [OBJECT_NAME, DESCRIPTION, PRESENT_VALUE, STATUS_FLAGS]
    if not kind.input:
        wanted.append(PRIORITY_ARRAY)
    if kind.has_units:
        wanted += [UNITS, COV_INCREMENT]
    elif kind.binary:
        wanted += ["inactive-text", "active-text"]
    else:
        wanted.append(STATE_TEXT)
    return tuple(wanted)


def _scanned(address: BacnetAddress, said: Properties, device_offers_cov: bool) -> ScannedObject:
    try:
        slots = slots_from_wire(said.get(PRIORITY_ARRAY))
    except TypeError:
        slots = ()
    try:
        present = from_wire(said.get(PRESENT_VALUE))
    except (TypeError, ValueError):
        present = None
    if address.kind.binary:
        texts = tuple(_text(said.get(name)) for name in ("inactive-text", "active-text"))
    else:
        states = said.get(STATE_TEXT)
        texts = tuple(str(state) for state in states) if isinstance(states, list) else ()
    units = said.get(UNITS)
    flags = said.get(STATUS_FLAGS)
    return ScannedObject(
        address=address,
        name=_text(said.get(OBJECT_NAME)),
        description=_text(said.get(DESCRIPTION)),
        units="" if units is None or isinstance(units, RefusedError) else str(units),
        commandable=bool(slots),
        # An analog object offers it only with an increment (clause 13.1).
        offers_cov=device_offers_cov
        and (not address.kind.has_units or isinstance(said.get(COV_INCREMENT), int | float)),
        state_texts=texts if any(texts) else (),
        present=present,
        commanded_by=commander(slots),
        out_of_service=isinstance(flags, list) and bool(list(flags)[3]),
    )


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _address(entry: ObjectIdentifier) -> BacnetAddress:
    return BacnetAddress(str(entry[0]), int(entry[1]))
