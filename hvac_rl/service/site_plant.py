"""Zones, air handlers and their limits in a site file, and that the points fit both."""

from __future__ import annotations

from collections.abc import Mapping

from hvac_rl.errors import ConfigError
from hvac_rl.points import Point
from hvac_rl.safety.limits import (
    ABSOLUTE_AIR_HANDLER,
    ABSOLUTE_ZONE,
    AirHandlerLimits,
    ZoneLimits,
    problems,
)
from hvac_rl.service.site_schema import SiteDocument
from hvac_rl.service.site_text import Names
from hvac_rl.zones import (
    AIR_HANDLER_COMMANDS,
    AIR_HANDLER_SENSORS,
    LIFE_SAFETY_SENSORS,
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


def limits_of(document: SiteDocument, names: Names) -> tuple[ZoneLimits, AirHandlerLimits]:
    """Defaults with the site's own values; raises ConfigError outside the absolute bounds."""
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


def plant_of(document: SiteDocument, points: list[Point], names: Names) -> Plant:
    """Zones, air handlers and site sensors with their points; raises ConfigError for a gap."""
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


def ranges_hold_limits(
    plant: Plant,
    zone_limits: Mapping[str, ZoneLimits],
    air_handler_limits: Mapping[str, AirHandlerLimits],
    names: Names,
) -> None:
    """A point's own range must hold all that the guard may command on it."""
    for zone in plant.zones:
        limits = zone_limits[zone.name]
        spans = {
            "heating": (limits.unoccupied_min_c, limits.heating_setpoint_max_c),
            "cooling": (limits.cooling_setpoint_min_c, limits.unoccupied_max_c),
            "blind": (0.0, 1.0),
            "light": (0.0, 1.0),
        }
        _check_spans(zone.commands, spans, names)
    for handler in plant.air_handlers:
        bounds = air_handler_limits[handler.name]
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
