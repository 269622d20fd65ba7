"""The mapping table: which of a model's objects are a zone's or an air handler's points.

TOML, written by :func:`~sim_buildings.energyplus.draft.draft_mapping` and meant to be edited.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from math import inf, nan
from pathlib import Path
from typing import Any

from hvac_rl.errors import ConfigError
from sim_buildings.energyplus.geometry import WINDOW_KINDS
from sim_buildings.energyplus.objects import Model
from sim_buildings.tables import not_negative, number, positive, read

HERE = Path(__file__).parent


def _optional(default: float, low: float = -inf, high: float = inf) -> Any:
    return field(default=default, metadata={"low": low, "high": high, "above": None})


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneMap:
    """One zone under control and the model's objects behind its points."""

    zone: str
    """The model's own name."""
    name: str
    area_m2: float = positive()
    design_people: float = not_negative()
    full_light_lux: float = positive()
    """What the lights give on the task at full power."""
    azimuth_deg: float = _optional(nan, 0.0, 360.0)
    """Which way its main facade looks; left out for a zone without one."""
    facade: str = ""
    """The outer wall whose irradiance its facade sensor reads; left out: none, reads 0."""
    air_handler: str = ""
    """Left out: the zone has equipment of its own alone."""
    lights: tuple[str, ...] = ()
    windows: tuple[str, ...] = ()
    """Windows that get a shade, in the order in which they close."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlerMap:
    """One air loop and which of its points are commanded."""

    name: str
    """The model's own name of the AirLoopHVAC."""
    design_outdoor_air_m3_s: float = positive()
    """The least outdoor air at a setting of 1."""
    outdoor_air_controller: str = ""
    supply_air_manager: str = ""
    """A SetpointManager:Scheduled on the supply outlet; it gets a schedule of its own."""
    enable: bool = True
    """Whether running and resting are commanded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """When people are expected, and what energy costs besides electricity's tariff."""

    start_h: float = number(0.0, 24.0)
    end_h: float = number(0.0, 24.0)
    workdays: tuple[int, ...] = (0, 1, 2, 3, 4)
    """0 is Monday."""
    holidays_country: str = "US"
    holidays_subdivision: str = ""
    present_above_people: float = _optional(0.0, 0.0)
    """A zone with more people than this is occupied: schedules hold fractions of a person."""
    gas_price_per_kwh: float = _optional(0.035, 0.0)
    """Assumed: the order of commercial natural gas in the United States."""
    gas_carbon_kg_per_kwh: float = _optional(0.181, 0.0)
    """Natural gas, 53.06 kg CO2 per mmBtu (40 CFR 98, table C-1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """A whole table."""

    title: str
    site: Site
    zones: tuple[ZoneMap, ...]
    air_handlers: tuple[HandlerMap, ...]

    @property
    def zone_names(self) -> tuple[str, ...]:
        return tuple(zone.name for zone in self.zones)

    def handler_zones(self, handler: HandlerMap) -> list[int]:
        """Indices of the zones that a handler serves."""
        return [k for k, zone in enumerate(self.zones) if zone.air_handler == handler.name]


def kept_mappings() -> dict[str, Path]:
    """The tables that come with this package, by the name of the reference model."""
    return {path.stem: path for path in sorted(HERE.glob("*.toml"))}


def load_mapping(path: str | Path) -> Mapping:
    """Read a table; raises ConfigError naming file and key."""
    path = Path(path)
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(str(path), f"cannot be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(str(path), f"is not TOML: {error}") from error
    return parse_mapping(table, path.name)


def parse_mapping(table: dict[str, Any], file: str) -> Mapping:
    """A table that was read; raises ConfigError naming file and key."""
    rest = dict(table)
    site_table = rest.pop("site", {})
    if not isinstance(site_table, dict):
        raise ConfigError(f"{file}: site", "is not a table")
    site = _part(Site, site_table, f"{file}: site")
    zones = tuple(
        _part(ZoneMap, row, f"{file}: zones[{k}]") for k, row in _rows(rest, "zones", file)
    )
    handlers = tuple(
        _part(HandlerMap, row, f"{file}: air_handlers[{k}]")
        for k, row in _rows(rest, "air_handlers", file)
    )
    given = {"site": site, "zones": zones, "air_handlers": handlers}
    mapping: Mapping = read(Mapping, rest, f"{file}: ", given)
    _check(mapping, file)
    return mapping


def _rows(rest: dict[str, Any], key: str, file: str) -> Iterable[tuple[int, dict[str, Any]]]:
    rows = rest.pop(key, [])
    if not isinstance(rows, list):
        raise ConfigError(f"{file}: {key}", f"must be [[{key}]] tables")
    return enumerate(rows)


def _part(cls: type, table: object, where: str) -> Any:
    """Lists and flags first, the rest as everywhere."""
    if not isinstance(table, dict):
        raise ConfigError(where, "is not a table")
    rest = dict(table)
    given: dict[str, Any] = {}
    for f in fields(cls):
        if f.name not in rest or f.type not in ("tuple[str, ...]", "tuple[int, ...]", "bool"):
            continue
        value, at = rest.pop(f.name), f"{where}.{f.name}"
        if f.type == "bool":
            if not isinstance(value, bool):
                raise ConfigError(at, f"must be true or false, is {value!r}")
            given[f.name] = value
            continue
        kind = str if f.type == "tuple[str, ...]" else int
        if not isinstance(value, list) or any(type(one) is not kind for one in value):
            raise ConfigError(at, f"must be a list of {'names' if kind is str else 'numbers'}")
        given[f.name] = tuple(value)
    return read(cls, rest, where, given)


def _check(mapping: Mapping, file: str) -> None:
    if not mapping.zones:
        raise ConfigError(f"{file}: zones", "missing; give at least one [[zones]] table")
    for key, names in (
        ("zones[{}].zone", [zone.zone.casefold() for zone in mapping.zones]),
        ("zones[{}].name", [zone.name for zone in mapping.zones]),
        ("air_handlers[{}].name", [handler.name for handler in mapping.air_handlers]),
    ):
        for k, name in enumerate(names):
            if names.index(name) != k:
                raise ConfigError(f"{file}: {key.format(k)}", f"{name!r} is given twice")
    handlers = [handler.name for handler in mapping.air_handlers]
    for k, zone in enumerate(mapping.zones):
        if zone.air_handler and zone.air_handler not in handlers:
            raise ConfigError(
                f"{file}: zones[{k}].air_handler",
                f"{zone.air_handler!r} is not among the air_handlers",
                _near(zone.air_handler, handlers),
            )
    for k, handler in enumerate(mapping.air_handlers):
        if not mapping.handler_zones(handler):
            raise ConfigError(
                f"{file}: air_handlers[{k}]", "serves none of the zones; leave it out"
            )
    if not mapping.site.start_h < mapping.site.end_h:
        raise ConfigError(f"{file}: site.start_h", "must be less than end_h")
    if not set(mapping.site.workdays) <= set(range(7)):
        raise ConfigError(f"{file}: site.workdays", "days are 0 (Monday) to 6")


def check_names(mapping: Mapping, model: Model, file: str) -> None:
    """Every name must exist in the model; raises ConfigError listing all that do not."""
    lights = model.names("Lights")
    for k, zone in enumerate(mapping.zones):
        # Lights given for a list of zones are called "zone lights" for each of them.
        spread = [f"{zone.zone} {name}" for name in lights]
        at = f"{file}: zones[{k}]"
        _known(f"{at}.zone", [zone.zone], model.names("Zone"))
        _known(f"{at}.lights", zone.lights, lights + spread)
        _known(f"{at}.windows", zone.windows, model.names(*WINDOW_KINDS))
        _known(f"{at}.facade", [zone.facade], model.names("BuildingSurface:Detailed"))
    for k, handler in enumerate(mapping.air_handlers):
        at = f"{file}: air_handlers[{k}]"
        _known(f"{at}.name", [handler.name], model.names("AirLoopHVAC"))
        _known(
            f"{at}.outdoor_air_controller",
            [handler.outdoor_air_controller],
            model.names("Controller:OutdoorAir"),
        )
        _known(
            f"{at}.supply_air_manager",
            [handler.supply_air_manager],
            model.names("SetpointManager:Scheduled"),
        )


def _known(where: str, given: Iterable[str], names: list[str]) -> None:
    folded = {name.casefold() for name in names}
    missing = [name for name in given if name and name.casefold() not in folded]
    if missing:
        hints = " ".join(_near(name, names) for name in missing)
        raise ConfigError(where, f"not in the model: {', '.join(missing)}", hints.strip())


def _near(name: str, names: list[str]) -> str:
    by_folded = {known.casefold(): known for known in names}
    near = difflib.get_close_matches(name.casefold(), list(by_folded), 3, 0.5)
    if near:
        return f"Near {name!r}: {', '.join(by_folded[one] for one in near)}."
    return f"It has: {', '.join(names[:12])}{', ...' if len(names) > 12 else ''}."


def mapping_text(mapping: Mapping) -> str:
    """The table as TOML, what is at its default left out."""
    parts = [f"title = {_toml(mapping.title)}\n\n[site]\n{_lines(mapping.site)}"]
    parts += [f"\n[[air_handlers]]\n{_lines(handler)}" for handler in mapping.air_handlers]
    parts += [f"\n[[zones]]\n{_lines(zone)}" for zone in mapping.zones]
    return "".join(parts)


def _lines(part: Any) -> str:
    lines = []
    for f in fields(part):
        value = getattr(part, f.name)
        if value in ("", ()) or value != value:
            continue
        lines.append(f"{f.name} = {_toml(value)}\n")
    return "".join(lines)


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'
    if isinstance(value, tuple):
        return f"[{', '.join(_toml(one) for one in value)}]"
    return repr(value)
