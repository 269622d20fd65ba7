"""Reads a site file into a :class:`Site`, or says in one message what is wrong and where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from zoneinfo import ZoneInfo

from hvac_rl.control.bundle import public_key
from hvac_rl.control.calendar import SiteCalendar, Tariff
from hvac_rl.errors import ConfigError
from hvac_rl.points import Point
from hvac_rl.ports import AdapterKind
from hvac_rl.safety.limits import AirHandlerLimits, ZoneLimits
from hvac_rl.service.plugins import load_adapter_kind
from hvac_rl.service.site_devices import Device, devices, kill_points
from hvac_rl.service.site_keys import unique
from hvac_rl.service.site_plant import limits_of, plant_of, ranges_hold_limits
from hvac_rl.service.site_points import one_point_an_address, point_of
from hvac_rl.service.site_schema import (
    WEEKDAYS,
    ClockRow,
    EvidenceRow,
    ForecastRow,
    PolicyRow,
    SiteDocument,
)
from hvac_rl.service.site_text import Names, parse
from hvac_rl.zones import Plant

__all__ = ["Device", "Site", "load_site"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """Everything a daemon needs to know, checked."""

    path: Path
    name: str
    plant: Plant
    devices: Mapping[str, Device]
    kinds: Mapping[str, AdapterKind]
    local: Mapping[str, Mapping[str, object]]
    calendar: SiteCalendar
    tariff: Tariff
    cycle_s: float
    heartbeat_s: float
    hold_s: float
    priority: int
    state_dir: Path
    store_url: str
    clock: ClockRow
    forecast: ForecastRow
    policy: PolicyRow | None
    zone_limits: Mapping[str, ZoneLimits]
    air_handler_limits: Mapping[str, AirHandlerLimits]
    beside: Mapping[str, Mapping[str, object]]
    """Our side of each protocol for processes beside the daemon: watchdog, drill, points."""
    decision_s: float
    """Wall time within which a policy must have decided."""
    evidence: EvidenceRow
    kill_points: tuple[Point, ...]
    foreign: Mapping[int, str]
    """Whose the priority levels between the operator's and ours are: "equipment" takes a point
    only while it commands, any other word names a sequence, which makes a hold."""

    @property
    def far_devices(self) -> list[str]:
        """Devices that are real: not on this machine's loopback."""
        return sorted(name for name, device in self.devices.items() if not device.on_loopback)

    def resolve(self, relative: str) -> Path:
        """A path in the site file is relative to the file."""
        return self.path.parent / relative


def load_site(path: Path) -> Site:
    """Read, check and assemble; raises ConfigError naming file and key."""
    document, names = parse(path)
    kinds: dict[str, AdapterKind] = {}
    for i, row in enumerate(document.devices):
        if row.adapter not in kinds:
            where = names.where("devices", i, "adapter")
            kinds[row.adapter] = load_adapter_kind(row.adapter, where)
    points = [point_of(row, i, document, kinds, names) for i, row in enumerate(document.points)]
    unique([p.name for p in points], "points", names)
    unique([row.name for row in document.zones], "zones", names)
    one_point_an_address(points, names)
    limits = limits_of(document, names)
    site = Site(
        path=path,
        name=document.site,
        plant=plant_of(document, points, names),
        devices=devices(document, kinds, names),
        kinds=kinds,
        local=document.local,
        calendar=_calendar(document),
        tariff=_tariff(document),
        cycle_s=document.cycle_s,
        heartbeat_s=document.heartbeat_s,
        hold_s=document.hold_s,
        priority=document.priority,
        state_dir=path.parent / document.state,
        store_url=_store_url(path, document.store),
        clock=document.clock,
        forecast=document.forecast,
        policy=_policy(document, names),
        zone_limits={row.name: limits[0] for row in document.zones},
        air_handler_limits={row.name: limits[1] for row in document.air_handlers},
        beside={**document.local, **document.beside},
        decision_s=document.decision_s,
        evidence=document.evidence,
        kill_points=kill_points(document, kinds, names),
        foreign=_foreign(document, names),
    )
    ranges_hold_limits(site.plant, site.zone_limits, site.air_handler_limits, names)
    if site.evidence.waived and site.far_devices:
        raise ConfigError(
            names.where("evidence", "waived"),
            f"evidence is waived, but {site.far_devices[0]} is a real device",
            "Remove the line: a real building runs in Watch first, and a drill is passed.",
        )
    return site


def _calendar(document: SiteDocument) -> SiteCalendar:
    row = document.occupancy
    return SiteCalendar(
        ZoneInfo(document.timezone),
        frozenset(WEEKDAYS.index(day) for day in row.workdays),
        frozenset(row.holidays),
        row.start_h,
        row.end_h,
    )


def _tariff(document: SiteDocument) -> Tariff:
    row, calendar = document.tariff, _calendar(document)
    if row.workdays is not None:
        workdays = frozenset(WEEKDAYS.index(day) for day in row.workdays)
        calendar = replace(calendar, workdays=workdays)
    if row.holidays is not None:
        calendar = replace(calendar, holidays=frozenset(row.holidays))
    return Tariff(calendar, row.workday, row.other)


def _foreign(document: SiteDocument, names: Names) -> dict[int, str]:
    for level in document.foreign:
        if level >= document.priority:
            raise ConfigError(
                names.where("foreign", level),
                f"is not above our own priority {document.priority}",
                "Only levels from 9 up to the one above ours can be somebody else's.",
            )
    return dict(document.foreign)


def _policy(document: SiteDocument, names: Names) -> PolicyRow | None:
    row = document.policy
    for index, key in enumerate(row.trusted_keys if row else []):
        try:
            public_key(key)
        except ValueError as error:
            raise ConfigError(names.where("policy", "trusted_keys", index), str(error)) from error
    return row


def _store_url(path: Path, url: str) -> str:
    """A relative SQLite file lies beside the site file."""
    prefix = "sqlite:///"
    if url.startswith(prefix) and not url.startswith(prefix + "/"):
        return f"{prefix}{path.parent / url[len(prefix) :]}"
    return url
