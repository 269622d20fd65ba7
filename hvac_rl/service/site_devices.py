"""The devices of a site file: how each is reached, kept alive and given back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hvac_rl.errors import ConfigError
from hvac_rl.points import ComesBack, Point
from hvac_rl.ports import AdapterKind, DeviceSpec
from hvac_rl.service.site_keys import extra, parsed, unique
from hvac_rl.service.site_schema import SiteDocument
from hvac_rl.service.site_text import Names
from hvac_rl.units import UNITS
from hvac_rl.zones import SITE


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A device of the site and how its points come back."""

    spec: DeviceSpec
    adapter: str
    comes_back: ComesBack
    heartbeat: Point | None
    on_loopback: bool


def devices(
    document: SiteDocument, kinds: Mapping[str, AdapterKind], names: Names
) -> dict[str, Device]:
    """Raises ConfigError naming the key that is wrong."""
    unique([row.name for row in document.devices], "devices", names)
    found = {}
    for index, row in enumerate(document.devices):
        kind = kinds[row.adapter]
        options = parsed(kind.parse_options, extra(row), names, "devices", index)
        heartbeat = None
        if row.heartbeat is not None:
            heartbeat = Point(
                name=f"{row.name}.heartbeat",
                device=row.name,
                of=SITE,
                brick="",
                unit=UNITS["count"],
                address=parsed(
                    kind.parse_address,
                    dict(row.heartbeat),
                    names,
                    "devices",
                    index,
                    "heartbeat",
                    writable=False,
                ),
            )
        found[row.name] = Device(
            spec=DeviceSpec(
                name=row.name,
                options=options,
                priority=document.priority,
                deadline_s=row.deadline_s,
            ),
            adapter=row.adapter,
            comes_back=row.comes_back,
            heartbeat=heartbeat,
            on_loopback=kind.is_loopback(options),
        )
    return found


def kill_points(
    document: SiteDocument, kinds: Mapping[str, AdapterKind], names: Names
) -> tuple[Point, ...]:
    """The points whose value 1 trips the kill switch; they are only ever read."""
    kind_of = {row.name: kinds[row.adapter] for row in document.devices}
    found = []
    for index, row in enumerate(document.kill_points):
        if row.device not in kind_of:
            raise ConfigError(
                names.where("kill_points", index, "device"),
                f"there is no device {row.device!r}; devices are: {', '.join(kind_of)}",
            )
        address = parsed(
            kind_of[row.device].parse_address,
            extra(row),
            names,
            "kill_points",
            index,
            writable=False,
        )
        found.append(
            Point(
                name=f"{row.device}.kill[{index}]",
                device=row.device,
                of=SITE,
                brick="",
                unit=UNITS["bool"],
                address=address,
            )
        )
    return tuple(found)
