"""Reads every point of a site and says what is wrong and what to do. Writes nothing."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from adapters.commissioning.units_read import unit_findings
from hvac_rl.errors import DeviceError
from hvac_rl.points import Point
from hvac_rl.ports import Adapter
from hvac_rl.records import Quality, Reading
from hvac_rl.safety.gates import who_commands
from hvac_rl.service.assembly import device_points
from hvac_rl.service.site_file import Site


class Severity(StrEnum):
    ERROR = "error"
    """The point cannot be used as it is listed."""
    WARNING = "warning"
    """It can be used, but a person should know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is not as it should be; ``point`` is empty for a whole device."""

    severity: Severity
    kind: str
    device: str
    point: str
    place: str
    what: str
    to_do: str


@dataclass(frozen=True, slots=True)
class Checked:
    """All points with their readings, and what was found."""

    readings: Mapping[str, Reading]
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> int:
        return sum(each.severity is Severity.ERROR for each in self.findings)


Progress = Callable[[int], None]
"""So many more points are done."""


async def check_site_points(
    site: Site, held: frozenset[str], progress: Progress, now_s: float
) -> Checked:
    """Opens the devices itself. ``held``: points in whose slot we sit by the ledger."""
    adapters: dict[str, Adapter] = {}
    try:
        for name, kind in site.kinds.items():
            specs = [device.spec for device in site.devices.values() if device.adapter == name]
            adapters.update(await kind.open(specs, site.local.get(name, {})))
        parts = await asyncio.gather(
            *(
                _check_device(site, adapter, device_points(site, device), held, progress, now_s)
                for device, adapter in adapters.items()
            )
        )
    finally:
        for adapter in adapters.values():
            await adapter.close()
        for kind in site.kinds.values():
            await kind.close()
    return Checked(
        {name: reading for part in parts for name, reading in part.readings.items()},
        tuple(finding for part in parts for finding in part.findings),
    )


async def _check_device(
    site: Site,
    adapter: Adapter,
    points: Sequence[Point],
    held: frozenset[str],
    progress: Progress,
    now_s: float,
) -> Checked:
    device = adapter.health().device
    try:
        await adapter.connect()
    except DeviceError as error:
        progress(len(points))
        silent = {p.name: _unread(p, now_s, error.message) for p in points}
        return Checked(silent, (_whole_device(device, error),))
    bad = await _not_as_listed(adapter, points)
    findings = [_from_error(point, error) for point, error in bad]
    wrong = {point.name for point, _ in bad}
    good = [point for point in points if point.name not in wrong]
    readings = {reading.point: reading for reading in await adapter.read(good, now_s)}
    findings += await unit_findings(adapter, good, readings, _finding)
    for point in good:
        findings += judge(point, readings[point.name], site.priority, held)
    progress(len(points))
    return Checked(readings, tuple(findings))


async def _not_as_listed(
    adapter: Adapter, points: Sequence[Point]
) -> list[tuple[Point, DeviceError]]:
    """The points that the adapter's own check refuses: it names only the first, so the list is
    halved until each is alone. A device that fell silent is asked once more, as a whole."""
    if not points:
        return []
    try:
        await _check_once_more_if_silent(adapter, points)
    except DeviceError as error:
        if len(points) == 1:
            return [(points[0], error)]
        if not adapter.health().reachable:
            return [(point, error) for point in points]
        middle = len(points) // 2
        return [
            *await _not_as_listed(adapter, points[:middle]),
            *await _not_as_listed(adapter, points[middle:]),
        ]
    return []


async def _check_once_more_if_silent(adapter: Adapter, points: Sequence[Point]) -> None:
    """Raises DeviceError."""
    try:
        await adapter.check(points)
    except DeviceError:
        if adapter.health().reachable:
            raise
        await adapter.check(points)


def judge(point: Point, reading: Reading, priority: int, held: frozenset[str]) -> list[Finding]:
    """What one reading says against its point."""
    found = []
    detail = reading.detail or reading.quality.value.replace("_", " ")
    if reading.quality is Quality.NO_ANSWER:
        found.append(
            _finding(
                point, "no-answer", f"no answer: {detail}",
                "Check the device's power, address and network, then run this again.",
            )
        )  # fmt: skip
    elif reading.quality is Quality.FAULT:
        found.append(_fault(point, detail))
    elif reading.quality is Quality.INVALID or reading.value is None:
        found.append(
            _finding(
                point, "not-a-number", f"its value is none: {detail}",
                "Compare object or register type with the device's own list.",
            )
        )  # fmt: skip
    elif not point.low <= reading.value <= point.high:
        found.append(_out_of_range(point, reading.value))
    elif "overridden" in detail and reading.detail:
        found.append(
            _finding(
                point, "overridden", "held by hand on the device itself, beyond any priority",
                "Put the switch on the controller back to automatic.", Severity.WARNING,
            )
        )  # fmt: skip
    if point.writable and reading.quality is not Quality.NO_ANSWER:
        found += _levels(point, reading, priority, held)
    return found


def _fault(point: Point, detail: str) -> Finding:
    if "out of service" in detail:
        return _finding(
            point, "out-of-service", f"the device says: {detail}",
            "Somebody took it out of service on the controller: put it back.",
        )  # fmt: skip
    return _finding(
        point, "fault", f"the device says: {detail}",
        "Look at the sensor and its wiring on the controller.",
    )  # fmt: skip


def _out_of_range(point: Point, value: float) -> Finding:
    shown = f"{point.unit.from_si(value):g} {point.unit.name}"
    to_do = "Repair the sensor, or correct low and high if they are too narrow."
    if point.unit.name == "degC":
        as_fahrenheit = (point.unit.from_si(value) - 32.0) / 1.8
        if point.low <= as_fahrenheit <= point.high:
            to_do = (
                f"As degF it would be {as_fahrenheit:.1f} degC: correct the unit if the "
                "controller computes in Fahrenheit."
            )
    low, high = (point.unit.from_si(bound) for bound in (point.low, point.high))
    return _finding(point, "implausible", f"reads {shown}, outside {low:g} to {high:g}", to_do)


def _levels(point: Point, reading: Reading, priority: int, held: frozenset[str]) -> list[Finding]:
    """Who commands a point that we want to command."""
    found = []
    level = reading.commanded_by
    if level is not None and level < priority:
        found.append(
            _finding(
                point, "overridden", f"commanded by {who_commands(level)}, above our {priority}",
                "Ask who holds it; until it is released there, we stay away.", Severity.WARNING,
            )
        )  # fmt: skip
    if reading.ours is not None and point.name not in held:
        shown = f"{point.unit.from_si(reading.ours):g} {point.unit.name}"
        found.append(
            _finding(
                point, "level-in-use", f"our level {priority} holds {shown}, which is not ours",
                "Another program writes at this level, or a run was cut off: run hvac-rl "
                "release, or choose another priority in the site file.",
            )
        )  # fmt: skip
    return found


def _finding(
    point: Point, kind: str, what: str, to_do: str, severity: Severity = Severity.ERROR
) -> Finding:
    return Finding(
        severity=severity,
        kind=kind,
        device=point.device,
        point=point.name,
        place=str(point.address),
        what=what,
        to_do=to_do,
    )


KINDS = (
    ("priority array", "no-priority-array"),
    ("remote", "no-release"),
    ("carry the unit", "wrong-unit"),
    ("on the device", "wrong-unit"),
    ("has the states", "wrong-range"),
    ("cannot be read", "missing"),
    ("no object", "missing"),
    ("not answer", "no-answer"),
)
"""What the adapters' own words mean, for tables and scripts."""


def _from_error(point: Point, error: DeviceError) -> Finding:
    kind = next((kind for said, kind in KINDS if said in error.message), "not-as-listed")
    return _finding(
        point, kind, error.message, error.hint or "Compare it with the controller's own list."
    )


def _whole_device(device: str, error: DeviceError) -> Finding:
    return Finding(
        severity=Severity.ERROR,
        kind="device",
        device=device,
        point="",
        place="",
        what=error.message,
        to_do=error.hint,
    )


def _unread(point: Point, now_s: float, why: str) -> Reading:
    return Reading(
        point=point.name, time_s=now_s, value=None, quality=Quality.NO_ANSWER, detail=why
    )


def finite(value: float | None) -> float | None:
    """For JSON, which has no NaN."""
    return value if value is not None and math.isfinite(value) else None
