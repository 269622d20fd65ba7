"""A building as data: the TOML files of the catalogue, read and checked."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from pathlib import Path

from hvac_rl.errors import ConfigError
from sim_buildings.building_checks import LONGEST_SUBSTEP_S, check, check_holidays
from sim_buildings.building_parts import (
    AirHandler,
    Bms,
    Facade,
    Interface,
    Plant,
    Schedule,
    Zone,
)
from sim_buildings.exposure import Exposure
from sim_buildings.storeys import Placed, expand
from sim_buildings.tables import check_ranges, read, rows_of, two_names

__all__ = [
    "CATALOG",
    "LONGEST_SUBSTEP_S",
    "AirHandler",
    "Bms",
    "Building",
    "Facade",
    "Interface",
    "Plant",
    "Schedule",
    "Zone",
    "catalogue",
    "check_building",
    "load_building",
]

CATALOG = Path(__file__).parent / "catalog"


@dataclass(frozen=True, slots=True, kw_only=True)
class Building:
    """Everything about a building but its weather and its people's coming and going."""

    name: str
    title: str
    holidays_country: str
    holidays_subdivision: str
    schedule: Schedule
    plant: Plant
    bms: Bms
    air_handlers: tuple[AirHandler, ...]
    zones: tuple[Zone, ...]
    interfaces: tuple[Interface, ...]

    @property
    def area_m2(self) -> float:
        return sum(zone.area_m2 for zone in self.zones)

    @property
    def zone_names(self) -> tuple[str, ...]:
        return tuple(zone.name for zone in self.zones)

    @property
    def azimuths_deg(self) -> tuple[float, ...]:
        """The orientation of each of ``exposures``."""
        return tuple(exposure.azimuth_deg for exposure in self.exposures)

    @property
    def exposures(self) -> tuple[Exposure, ...]:
        """Every exposure that some facade has, by azimuth."""
        return tuple(sorted({zone.exposure(f) for zone in self.zones for f in zone.facades}))

    @property
    def local_wind(self) -> float:
        """Wind at the walls over wind at the weather station: the mean by floor area."""
        of = {handler.name: handler.local_wind for handler in self.air_handlers}
        return sum(z.area_m2 * of[z.air_handler] for z in self.zones) / self.area_m2

    def served_by(self, handler: AirHandler) -> tuple[Zone, ...]:
        """The zones of an air handler."""
        return tuple(zone for zone in self.zones if zone.air_handler == handler.name)

    def design_airflow_m3_s(self, handler: AirHandler) -> float:
        """The largest flow of all boxes of an air handler together."""
        return sum(zone.airflow_max_m3_s for zone in self.served_by(handler))

    def design_outdoor_air_m3_s(self, handler: AirHandler) -> float:
        """ASHRAE 62.1-2022, equation 6-1, at design occupancy."""
        return sum(
            handler.outdoor_air_per_person_m3_s * zone.design_people
            + handler.outdoor_air_per_area_m3_s_m2 * zone.area_m2
            for zone in self.served_by(handler)
        )


def catalogue() -> tuple[str, ...]:
    """Names of the buildings that come along."""
    return tuple(sorted(path.stem for path in CATALOG.glob("*.toml")))


def load_building(building: str | Path) -> Building:
    """A building by its catalogue name or the path of its TOML file.

    Raises ConfigError naming file and key.
    """
    path = Path(building)
    if path.suffix != ".toml":
        path = CATALOG / f"{building}.toml"
        if not path.is_file():
            names = ", ".join(catalogue())
            raise ConfigError(str(building), "is not in the catalogue", f"It holds: {names}")
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(str(path), f"cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(str(path), f"is not TOML: {error}") from error
    return _building(table, path.name)


def _building(table: dict[str, object], file: str) -> Building:
    defaults = _defaults(table, "zone_defaults", file)
    handlers = _air_handlers(table, file)
    if len(handlers) == 1:
        # Where there is but one, a zone need not name it.
        defaults = {"air_handler": handlers[0].name} | defaults
    zones, interfaces = expand(table, file, tuple(handler.name for handler in handlers))
    zones += _placed(table, "zones", file, needed=not zones)
    interfaces += _placed(table, "interfaces", file, needed=False)
    given: dict[str, object] = {
        "air_handlers": handlers,
        "zones": tuple(_zone(defaults, one, f"{file}: {at}") for at, one in zones),
        "interfaces": tuple(_interface(one, f"{file}: {at}") for at, one in interfaces),
    }
    for key, kind in {"schedule": Schedule, "plant": Plant, "bms": Bms}.items():
        if key not in table:
            raise ConfigError(f"{file}: {key}", "missing")
        given[key] = read(kind, table[key], f"{file}: {key}")
    rest = {key: value for key, value in table.items() if key not in given}
    building = read(Building, rest, f"{file}: ", given)
    check(building, file, [at for at, _ in zones], [at for at, _ in interfaces])
    check_holidays(building.holidays_country, building.holidays_subdivision, file)
    return building


def check_building(building: Building, name: str) -> None:
    """Raise ConfigError naming ``name`` and the key for a building that no file may describe."""
    check_ranges(building, f"{name}: ")
    for key in ("schedule", "plant", "bms"):
        check_ranges(getattr(building, key), f"{name}: {key}")
    for key in ("air_handlers", "zones", "interfaces"):
        for k, part in enumerate(getattr(building, key)):
            check_ranges(part, f"{name}: {key}[{k}]")
    for k, zone in enumerate(building.zones):
        for f, facade in enumerate(zone.facades):
            check_ranges(facade, f"{name}: zones[{k}].facades[{f}]")
    check(
        building,
        name,
        [f"zones[{k}]" for k in range(len(building.zones))],
        [f"interfaces[{k}]" for k in range(len(building.interfaces))],
    )


def _defaults(table: dict[str, object], key: str, file: str) -> dict[str, object]:
    defaults = table.pop(key, {})
    if not isinstance(defaults, dict):
        raise ConfigError(f"{file}: {key}", "is not a table")
    return defaults


def _air_handlers(table: dict[str, object], file: str) -> tuple[AirHandler, ...]:
    defaults = _defaults(table, "air_handler_defaults", file)
    return tuple(
        read(AirHandler, defaults | one, f"{file}: air_handlers[{k}]")
        for k, one in enumerate(rows_of(table, "air_handlers", file))
    )


def _placed(table: dict[str, object], key: str, file: str, *, needed: bool) -> list[Placed]:
    rows = rows_of(table, key, file, needed=needed)
    return [Placed(f"{key}[{k}]", row) for k, row in enumerate(rows)]


def _zone(defaults: dict[str, object], own: dict[str, object], where: str) -> Zone:
    table = defaults | own
    facades = table.pop("facades", None)
    if not isinstance(facades, list):
        raise ConfigError(f"{where}.facades", "must be a list; [] for a zone without facade")
    given = [read(Facade, facade, f"{where}.facades[{k}]") for k, facade in enumerate(facades)]
    # North is 0 however it is written, so that facades can be told apart by their azimuth.
    north = tuple(replace(facade, azimuth_deg=facade.azimuth_deg % 360.0) for facade in given)
    return read(Zone, table, where, {"facades": north})


def _interface(table: dict[str, object], where: str) -> Interface:
    return read(Interface, table, where, {"between": two_names(table, where)})
