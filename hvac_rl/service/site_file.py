"""Reads a site file into a :class:`Site`, or says in one message what is wrong and where."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hvac_rl.control.bundle import public_key
from hvac_rl.control.calendar import SiteCalendar, Tariff
from hvac_rl.errors import ConfigError
from hvac_rl.points import ComesBack, Point, WriteAccess
from hvac_rl.ports import AdapterKind, DeviceSpec
from hvac_rl.safety.limits import (
    ABSOLUTE_AIR_HANDLER,
    ABSOLUTE_ZONE,
    AirHandlerLimits,
    ZoneLimits,
    problems,
)
from hvac_rl.service.plugins import load_adapter_kind
from hvac_rl.service.site_schema import (
    WEEKDAYS,
    ClockRow,
    DeviceRow,
    ForecastRow,
    PointRow,
    PolicyRow,
    SiteDocument,
)
from hvac_rl.service.site_text import Names, parse
from hvac_rl.units import UNITS
from hvac_rl.zones import (
    AIR_HANDLER_COMMANDS,
    AIR_HANDLER_SENSORS,
    LIFE_SAFETY_SENSORS,
    QUANTITY_OF,
    SITE,
    SITE_NEEDS,
    SITE_SENSORS,
    ZONE_COMMANDS,
    ZONE_NEEDS,
    ZONE_SENSORS,
    AirHandler,
    Plant,
    Zone,
    by_role,
    spares_by_role,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A device of the site and how its points come back."""

    spec: DeviceSpec
    adapter: str
    comes_back: ComesBack
    heartbeat: Point | None
    on_loopback: bool


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
    points = [_point(row, i, document, kinds, names) for i, row in enumerate(document.points)]
    _unique([p.name for p in points], "points", names)
    _unique([row.name for row in document.zones], "zones", names)
    _one_point_an_address(points, names)
    limits = _limits(document, names)
    site = Site(
        path=path,
        name=document.site,
        plant=_plant(document, points, names),
        devices=_devices(document, kinds, names),
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
    )
    _ranges_hold_limits(site, names)
    return site


def _unique(values: list[str], section: str, names: Names) -> None:
    for index, value in enumerate(values):
        if value in values[:index]:
            raise ConfigError(names.where(section, index, "name"), f"{value!r} is there twice")


def _extra(row: DeviceRow | PointRow) -> dict[str, object]:
    return dict(row.model_extra or {})


def _parsed(parse: Any, raw: dict[str, object], names: Names, *keys: object, **more: Any) -> Any:
    """Let the adapter kind parse its own keys; its ValueError("key: what") gains file and line."""
    try:
        return parse(raw, **more)
    except ValueError as error:
        key, _, what = str(error).partition(": ")
        if not what:
            raise ConfigError(names.where(*keys), str(error)) from error
        raise ConfigError(names.where(*keys, *key.split(".")), what) from error


def _point(
    row: PointRow,
    index: int,
    document: SiteDocument,
    kinds: Mapping[str, AdapterKind],
    names: Names,
) -> Point:
    devices = {device.name: device for device in document.devices}
    if row.device not in devices:
        raise ConfigError(
            names.where("points", index, "device"),
            f"there is no device {row.device!r}; devices are: {', '.join(devices)}",
        )
    roles = {
        **ZONE_COMMANDS,
        **AIR_HANDLER_COMMANDS,
        **ZONE_SENSORS,
        **AIR_HANDLER_SENSORS,
        **SITE_SENSORS,
        **LIFE_SAFETY_SENSORS,
    }
    owners = _owners(document)
    if row.of not in owners:
        raise ConfigError(
            names.where("points", index, "of"),
            f"there is no zone or air handler {row.of!r}; known are: {', '.join(owners)}",
        )
    expected = QUANTITY_OF.get(roles.get(row.brick, ""), "")
    unit = UNITS[row.unit]
    if expected and unit.quantity != expected:
        raise ConfigError(
            names.where("points", index, "unit"),
            f"{row.unit} is a {unit.quantity}, but {row.brick} is a {expected}",
        )
    write = row.write
    kind = kinds[devices[row.device].adapter]
    return Point(
        name=row.name,
        device=row.device,
        of=row.of,
        brick=row.brick,
        unit=unit,
        address=_parsed(
            kind.parse_address, _extra(row), names, "points", index, writable=write is not None
        ),
        write=WriteAccess(
            minimum=unit.to_si(write.minimum),
            maximum=unit.to_si(write.maximum),
            deadband=write.deadband * unit.scale,
            daily_writes=write.daily_writes,
            settle_s=write.settle_s,
        )
        if write
        else None,
        low=unit.to_si(row.low),
        high=unit.to_si(row.high),
    )


def _owners(document: SiteDocument) -> list[str]:
    return [
        SITE,
        *(zone.name for zone in document.zones),
        *(handler.name for handler in document.air_handlers),
    ]


def _one_point_an_address(points: list[Point], names: Names) -> None:
    seen: dict[tuple[str, Hashable], str] = {}
    for index, point in enumerate(points):
        key = (point.device, point.address)
        if key in seen:
            raise ConfigError(
                names.where("points", index),
                f"{point.name} and {seen[key]} are both at {point.address} of {point.device}",
                "Every point has an address of its own; correct one of them.",
            )
        seen[key] = point.name


def _limits(document: SiteDocument, names: Names) -> tuple[ZoneLimits, AirHandlerLimits]:
    for section, table in (("zone", ABSOLUTE_ZONE), ("air_handler", ABSOLUTE_AIR_HANDLER)):
        for key in getattr(document.limits, section):
            if key not in table:
                raise ConfigError(
                    names.where("limits", section, key),
                    f"is not a limit; limits are: {', '.join(table)}",
                )
    zone = ZoneLimits()._replace(**document.limits.zone)
    handler = AirHandlerLimits()._replace(**document.limits.air_handler)
    for section, found in (
        ("zone", problems(zone, ABSOLUTE_ZONE)),
        ("air_handler", problems(handler, ABSOLUTE_AIR_HANDLER)),
    ):
        if found:
            key, _, what = found[0].partition(": ")
            raise ConfigError(names.where("limits", section, key), what)
    return zone, handler


def _plant(document: SiteDocument, points: list[Point], names: Names) -> Plant:
    sensors = by_role(points, SITE, SITE_SENSORS)
    for role in SITE_NEEDS:
        if role not in sensors:
            raise ConfigError(names.where("points"), _lacks(SITE, role, SITE_SENSORS))
    handlers = {row.name for row in document.air_handlers}
    zones = []
    for index, row in enumerate(document.zones):
        if row.served_by not in handlers:
            raise ConfigError(
                names.where("zones", index, "served_by"),
                f"there is no air handler {row.served_by!r}",
            )
        zone = Zone(
            name=row.name,
            area_m2=row.area_m2,
            design_people=row.design_people,
            full_light_lux=row.full_light_lux,
            served_by=row.served_by,
            azimuth_deg=float("nan") if row.azimuth_deg is None else row.azimuth_deg,
            sensors=by_role(points, row.name, ZONE_SENSORS),
            commands=_commandable(by_role(points, row.name, ZONE_COMMANDS), names, points),
            spares=spares_by_role(points, row.name, ZONE_SENSORS),
        )
        for role in ZONE_NEEDS:
            if role not in zone.sensors:
                raise ConfigError(names.where("zones", index), _lacks(row.name, role, ZONE_SENSORS))
        if ("heating" in zone.commands) != ("cooling" in zone.commands):
            raise ConfigError(
                names.where("zones", index),
                f"{row.name} has one of the heating and cooling setpoints; both or none are needed",
            )
        zones.append(zone)
    return Plant(
        zones=tuple(zones),
        air_handlers=tuple(
            AirHandler(
                name=row.name,
                design_outdoor_air_m3_s=row.design_outdoor_air_m3_s,
                sensors=by_role(points, row.name, AIR_HANDLER_SENSORS),
                commands=_commandable(
                    by_role(points, row.name, AIR_HANDLER_COMMANDS), names, points
                ),
            )
            for row in document.air_handlers
        ),
        sensors=sensors,
        spares=spares_by_role(points, SITE, SITE_SENSORS),
        life_safety=tuple(point for point in points if point.brick in LIFE_SAFETY_SENSORS),
    )


def _lacks(of: str, role: str, table: Mapping[str, str]) -> str:
    brick = next(name for name, known in table.items() if known == role)
    return f"{of} has no {brick}, without which it cannot be judged"


def _commandable(commands: dict[str, Point], names: Names, points: list[Point]) -> dict[str, Point]:
    for point in commands.values():
        if not point.writable:
            raise ConfigError(
                names.where("points", points.index(point)),
                f"{point.name} is a {point.brick} but has no write section",
                "Add write: {minimum, maximum, deadband, daily_writes}, or leave the point out.",
            )
    return commands


def _devices(
    document: SiteDocument, kinds: Mapping[str, AdapterKind], names: Names
) -> dict[str, Device]:
    _unique([row.name for row in document.devices], "devices", names)
    devices = {}
    for index, row in enumerate(document.devices):
        kind = kinds[row.adapter]
        options = _parsed(kind.parse_options, _extra(row), names, "devices", index)
        heartbeat = None
        if row.heartbeat is not None:
            heartbeat = Point(
                name=f"{row.name}.heartbeat",
                device=row.name,
                of=SITE,
                brick="",
                unit=UNITS["count"],
                address=_parsed(
                    kind.parse_address,
                    dict(row.heartbeat),
                    names,
                    "devices",
                    index,
                    "heartbeat",
                    writable=False,
                ),
            )
        devices[row.name] = Device(
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
    return devices


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


def _ranges_hold_limits(site: Site, names: Names) -> None:
    """A point's own range must hold all that the guard may command on it."""
    for zone in site.plant.zones:
        limits = site.zone_limits[zone.name]
        spans = {
            "heating": (limits.unoccupied_min_c, limits.heating_setpoint_max_c),
            "cooling": (limits.cooling_setpoint_min_c, limits.unoccupied_max_c),
            "blind": (0.0, 1.0),
            "light": (0.0, 1.0),
        }
        _check_spans(zone.commands, spans, names)
    for handler in site.plant.air_handlers:
        bounds = site.air_handler_limits[handler.name]
        _check_spans(
            handler.commands,
            {
                "enable": (0.0, 1.0),
                "supply_air": (bounds.supply_air_min_c, bounds.supply_air_max_c),
                "static_pressure": (bounds.static_pressure_min_pa, bounds.static_pressure_max_pa),
                "outdoor_air": (0.0, handler.design_outdoor_air_m3_s),
            },
            names,
        )


def _check_spans(
    commands: Mapping[str, Point], spans: Mapping[str, tuple[float, float]], names: Names
) -> None:
    for role, point in commands.items():
        low, high = spans[role]
        if point.write and not (
            point.write.minimum <= low + 1e-9 and high - 1e-9 <= point.write.maximum
        ):
            raise ConfigError(
                names.where("points"),
                f"{point.name} accepts {point.write.minimum:g} to {point.write.maximum:g} "
                f"{point.unit.si}, but the limits allow commands from {low:g} to {high:g}",
                "Widen the point's write range if the device takes it, or tighten the limits.",
            )
