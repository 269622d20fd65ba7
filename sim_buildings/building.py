"""A building as data: the TOML files of the catalogue, read and checked."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from hvac_rl.errors import ConfigError
from sim_buildings.building_parts import (
    AirHandler,
    Bms,
    Facade,
    Interface,
    Plant,
    Schedule,
    Zone,
)
from sim_buildings.tables import read

__all__ = ["AirHandler", "Bms", "Building", "Facade", "Interface", "Plant", "Schedule", "Zone"]

CATALOG = Path(__file__).parent / "catalog"
LONGEST_SUBSTEP_S = 300.0


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
        """Every orientation that some facade has, ascending."""
        return tuple(sorted({f.azimuth_deg for zone in self.zones for f in zone.facades}))

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


def load_building(building: str | Path) -> Building:
    """A building by its catalogue name or the path of its TOML file.

    Raises ConfigError naming file and key.
    """
    path = Path(building)
    if path.suffix != ".toml":
        path = CATALOG / f"{building}.toml"
        if not path.is_file():
            names = ", ".join(sorted(p.stem for p in CATALOG.glob("*.toml")))
            raise ConfigError(str(building), "is not in the catalogue", f"It holds: {names}")
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(str(path), f"cannot be read: {error.strerror}") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(str(path), f"is not TOML: {error}") from error
    return _building(table, path.name)


def _building(table: dict[str, object], file: str) -> Building:
    defaults = table.pop("zone_defaults", {})
    if not isinstance(defaults, dict):
        raise ConfigError(f"{file}: zone_defaults", "is not a table")
    handlers = _air_handlers(table, file)
    if len(handlers) == 1:
        # Where there is but one, a zone need not name it.
        defaults = {"air_handler": handlers[0].name} | defaults
    zones = tuple(
        _zone(defaults, zone, f"{file}: zones[{k}]")
        for k, zone in enumerate(_tables(table, "zones", file))
    )
    interfaces = tuple(
        _interface(one, f"{file}: interfaces[{k}]")
        for k, one in enumerate(_tables(table, "interfaces", file, needed=False))
    )
    parts = {"schedule": Schedule, "plant": Plant, "bms": Bms}
    given: dict[str, object] = {
        "air_handlers": handlers,
        "zones": zones,
        "interfaces": interfaces,
    }
    for key, kind in parts.items():
        if key not in table:
            raise ConfigError(f"{file}: {key}", "missing")
        given[key] = read(kind, table[key], f"{file}: {key}")
    rest = {key: value for key, value in table.items() if key not in given}
    building = read(Building, rest, f"{file}: ", given)
    _check(building, file)
    return building


def _air_handlers(table: dict[str, object], file: str) -> tuple[AirHandler, ...]:
    defaults = table.pop("air_handler_defaults", {})
    if not isinstance(defaults, dict):
        raise ConfigError(f"{file}: air_handler_defaults", "is not a table")
    return tuple(
        read(AirHandler, defaults | one, f"{file}: air_handlers[{k}]")
        for k, one in enumerate(_tables(table, "air_handlers", file))
    )


def _tables(
    table: dict[str, object], key: str, file: str, *, needed: bool = True
) -> list[dict[str, object]]:
    rows = table.get(key)
    if rows is None and not needed:
        return []
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise ConfigError(f"{file}: {key}", f"missing; give at least one [[{key}]] table")
    return rows


def _zone(defaults: dict[str, object], own: dict[str, object], where: str) -> Zone:
    table = defaults | own
    facades = table.pop("facades", None)
    if not isinstance(facades, list):
        raise ConfigError(f"{where}.facades", "must be a list; [] for a zone without facade")
    given = tuple(read(Facade, facade, f"{where}.facades[{k}]") for k, facade in enumerate(facades))
    return read(Zone, table, where, {"facades": given})


def _interface(table: dict[str, object], where: str) -> Interface:
    between = table.pop("between", None)
    if not isinstance(between, list) or [type(name) for name in between] != [str, str]:
        raise ConfigError(f"{where}.between", "must be the names of two zones")
    return read(Interface, table, where, {"between": tuple(between)})


def _check(building: Building, file: str) -> None:
    """What no single number shows."""
    names = building.zone_names
    for k, zone in enumerate(building.zones):
        at = f"{file}: zones[{k}]"
        if names.index(zone.name) != k:
            raise ConfigError(f"{at}.name", f"{zone.name!r} is given twice")
        served = [handler.name for handler in building.air_handlers]
        if zone.air_handler not in served:
            raise ConfigError(
                f"{at}.air_handler",
                f"there is no air handler {zone.air_handler!r}",
                f"The file has: {', '.join(served)}",
            )
        for flow in ("airflow_min_m3_s", "airflow_heating_m3_s"):
            if getattr(zone, flow) > zone.airflow_max_m3_s:
                raise ConfigError(f"{at}.{flow}", "is more than airflow_max_m3_s")
        if zone.airflow_max_m3_s * LONGEST_SUBSTEP_S > zone.volume_m3:
            raise ConfigError(
                f"{at}.airflow_max_m3_s", f"changes the air within {LONGEST_SUBSTEP_S:g} s"
            )
        for u in ("wall_u_w_m2_k", "roof_u_w_m2_k"):
            if getattr(zone, u) >= zone.inner_film_w_m2_k:
                raise ConfigError(f"{at}.{u}", "must be less than inner_film_w_m2_k")
        if zone.ground_u_w_m2_k >= zone.mass_film_w_m2_k:
            raise ConfigError(f"{at}.ground_u_w_m2_k", "must be less than mass_film_w_m2_k")
        if zone.slab_edge_w_m_k * zone.slab_edge_m >= zone.mass_film_w_m2_k * zone.area_m2:
            raise ConfigError(f"{at}.slab_edge_w_m_k", "loses more than the floor's film passes")
    for k, handler in enumerate(building.air_handlers):
        at = f"{file}: air_handlers[{k}]"
        if [other.name for other in building.air_handlers].index(handler.name) != k:
            raise ConfigError(f"{at}.name", f"{handler.name!r} is given twice")
        if not building.served_by(handler):
            raise ConfigError(f"{at}.name", f"no zone has air_handler = {handler.name!r}")
    for k, interface in enumerate(building.interfaces):
        first, second = interface.between
        for name in (first, second):
            if name not in names:
                raise ConfigError(f"{file}: interfaces[{k}].between", f"no zone {name!r}")
        if first == second:
            raise ConfigError(f"{file}: interfaces[{k}].between", "needs two different zones")
    bms = building.bms
    for low, high in (
        ("occupied_start_h", "occupied_end_h"),
        ("lights_start_h", "lights_end_h"),
        ("occupied_heating_c", "occupied_cooling_c"),
        ("setback_heating_c", "setback_cooling_c"),
    ):
        if getattr(bms, low) >= getattr(bms, high):
            raise ConfigError(f"{file}: bms.{low}", f"must be less than {high}")
    if building.schedule.start_h >= building.schedule.end_h:
        raise ConfigError(f"{file}: schedule.start_h", "must be less than end_h")
