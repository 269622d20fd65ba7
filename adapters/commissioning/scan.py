"""What a scan of the BACnet network found, as listed points. Reads only."""

from __future__ import annotations

import socket
from collections import Counter
from collections.abc import Callable, Sequence
from ipaddress import AddressValueError, IPv4Address

from adapters.bacnet_discovery import ScannedDevice, ScannedObject, Search, discover
from adapters.bacnet_stack import BacnetStack, parse_local
from adapters.commissioning.listed import Listed
from hvac_rl.errors import ConfigError

OWN_INSTANCE = 4_194_290
"""Our own device while we scan; high, where sites seldom number their controllers."""
BACNET_PORT = 47808


async def scan(
    local: dict[str, object], search: Search, progress: Callable[[int, int], None]
) -> list[ScannedDevice]:
    """``local`` as ``local.bacnet`` of a site file. Raises ConfigError when our port cannot be
    had or a broadcast cannot leave."""
    peers = [_host_port(text) for text in search.addresses if "." in text]
    stack = BacnetStack.start(parse_local(local), peers, search.deadline_s)
    try:
        return await discover(stack, search, progress)
    finally:
        await stack.stop()


def own_end(address: str | None, targets: Sequence[str], instance: int) -> dict[str, object]:
    """The ``local.bacnet`` section for a scan.

    Without an address of ours, the one from which the first target is reached; a broadcast needs
    the subnet, which nobody can guess.
    """
    if address is not None:
        if "/" in address and ":" not in address:
            # Answers to a broadcast come back to the standard port.
            address = f"{address}:{BACNET_PORT}"
        elif ":" not in address:
            address = f"{address}:0"
        return {"address": address, "device_instance": instance}
    if not targets:
        raise ConfigError(
            "points scan",
            "needs --address, our own address with its subnet, to broadcast from",
            'For example --address 10.0.0.5/24; or name the devices: --target "10.0.0.7:47808".',
        )
    host, port = _host_port(targets[0])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((host, port))
        except OSError as error:
            raise ConfigError(f"--target {targets[0]}", f"cannot be reached: {error}") from error
        ours = probe.getsockname()[0]
    return {"address": f"{ours}:0", "device_instance": instance}


def listed_points(devices: Sequence[ScannedDevice]) -> list[Listed]:
    """One row an object, device by device; a name that two devices share gets the instance."""
    names = Counter(device.name for device in devices)
    found = []
    for device in devices:
        instance = device.announced.instance
        name = device.name or f"device-{instance}"
        if names[device.name] > 1 and device.name:
            name = f"{device.name}-{instance}"
        found += [
            _listed(each, name, instance, device.announced.address) for each in device.objects
        ]
    return found


def _listed(found: ScannedObject, device: str, instance: int, address: str) -> Listed:
    return Listed(
        device=device,
        device_instance=instance,
        device_address=address,
        name=found.name or str(found.address),
        object_type=found.address.type,
        instance=found.address.instance,
        description=found.description,
        unit=found.units,
        settable=found.commandable,
        priority_array=found.commandable,
        cov=found.offers_cov,
        default=found.present,
        state_texts=found.state_texts,
    )


def _host_port(target: str) -> tuple[str, int]:
    host, _, port = target.partition(":")
    try:
        return str(IPv4Address(host)), int(port or BACNET_PORT)
    except (AddressValueError, ValueError) as error:
        raise ConfigError(f"--target {target}", 'must be as "10.0.0.7:47808"') from error
