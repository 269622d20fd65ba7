"""A building as data: the TOML files of the catalogue, read and checked."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from math import nan
from pathlib import Path

from hvac_rl.errors import ConfigError
from sim_buildings.air import AIR_HEAT_J_M3_K
from sim_buildings.tables import fraction, not_negative, number, positive, read

CATALOG = Path(__file__).parent / "catalog"
LONGEST_SUBSTEP_S = 300.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Facade:
    """An outer wall with its windows; areas are the wall's opaque part and the glass."""

    azimuth_deg: float = number(0.0, 360.0)
    wall_area_m2: float = positive()
    window_area_m2: float = not_negative()


@dataclass(frozen=True, slots=True, kw_only=True)
class Zone:
    """One thermal zone. Densities and properties may come from the file's ``zone_defaults``."""

    name: str
    area_m2: float = positive()
    volume_m3: float = positive()
    roof_area_m2: float = not_negative()
    slab_edge_m: float = not_negative()
    facades: tuple[Facade, ...]

    wall_u_w_m2_k: float = positive()
    roof_u_w_m2_k: float = positive()
    window_u_w_m2_k: float = positive()
    window_shgc: float = fraction()
    window_visible: float = fraction()
    slab_edge_w_m_k: float = not_negative()
    absorptance: float = fraction()
    infiltration_m3_s_m2: float = not_negative()
    blind_closed_solar: float = fraction()
    blind_closed_light: float = fraction()

    inner_film_w_m2_k: float = positive()
    air_capacity_j_k_m2: float = positive()
    wall_capacity_j_k_m2: float = positive()
    roof_capacity_j_k_m2: float = positive()
    mass_capacity_j_k_m2: float = positive()
    mass_film_w_m2_k: float = positive()
    radiation_to_mass: float = fraction()

    area_per_person_m2: float = positive()
    person_sensible_w: float = positive()
    person_radiant: float = fraction()
    lights_w_m2: float = not_negative()
    lights_radiant: float = fraction()
    full_light_lux: float = positive()
    equipment_w_m2: float = not_negative()
    equipment_radiant: float = fraction()
    equipment_base: float = fraction()

    airflow_max_m3_s: float = positive()
    airflow_min_m3_s: float = positive()
    airflow_heating_m3_s: float = positive()
    reheat_capacity_w: float = positive()

    @property
    def design_people(self) -> float:
        return self.area_m2 / self.area_per_person_m2

    @property
    def wall_area_m2(self) -> float:
        return sum(facade.wall_area_m2 for facade in self.facades)

    @property
    def window_area_m2(self) -> float:
        return sum(facade.window_area_m2 for facade in self.facades)

    @property
    def azimuth_deg(self) -> float:
        """The azimuth of the facade with most glass; NaN without a facade."""
        if not self.facades:
            return nan
        return max(self.facades, key=lambda facade: facade.window_area_m2).azimuth_deg


@dataclass(frozen=True, slots=True, kw_only=True)
class Interface:
    """What two zones exchange: heat through the partition, air through its doors."""

    between: tuple[str, str]
    conductance_w_k: float = not_negative()
    mixing_m3_s: float = not_negative()

    @property
    def total_w_k(self) -> float:
        return self.conductance_w_k + AIR_HEAT_J_M3_K * self.mixing_m3_s


@dataclass(frozen=True, slots=True, kw_only=True)
class AirHandler:
    """The one air handler and its boxes' common properties."""

    name: str
    design_static_pressure_pa: float = positive()
    internal_pressure_pa: float = not_negative()
    fan_efficiency: float = number(0.05, 1.0)
    discharge_max_c: float = number(20.0, 60.0)
    outdoor_air_per_person_m3_s: float = not_negative()
    outdoor_air_per_area_m3_s_m2: float = not_negative()
    local_wind: float = fraction()


@dataclass(frozen=True, slots=True, kw_only=True)
class Plant:
    """Rated performance of the heat pump plant."""

    cooling_capacity_w: float = positive()
    cooling_cop: float = positive()
    heating_capacity_w: float = positive()
    heating_cop: float = positive()


@dataclass(frozen=True, slots=True, kw_only=True)
class Bms:
    """The schedules and setpoints that the building management system runs by itself."""

    occupied_start_h: float = number(0.0, 24.0)
    occupied_end_h: float = number(0.0, 24.0)
    lights_start_h: float = number(0.0, 24.0)
    lights_end_h: float = number(0.0, 24.0)
    lights_off_level: float = fraction()
    occupied_heating_c: float = number(5.0, 40.0)
    occupied_cooling_c: float = number(5.0, 40.0)
    setback_heating_c: float = number(5.0, 40.0)
    setback_cooling_c: float = number(5.0, 40.0)
    supply_air_c: float = number(8.0, 20.0)
    warm_up_supply_air_c: float = number(20.0, 45.0)
    night_cycle_k: float = positive()


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """When people are expected on workdays, by local standard time."""

    start_h: float = number(0.0, 24.0)
    end_h: float = number(0.0, 24.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Building:
    """Everything about a building but its weather and its people's coming and going."""

    name: str
    title: str
    holidays_country: str
    holidays_subdivision: str
    schedule: Schedule
    air_handler: AirHandler
    plant: Plant
    bms: Bms
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

    @property
    def design_airflow_m3_s(self) -> float:
        return sum(zone.airflow_max_m3_s for zone in self.zones)

    @property
    def design_outdoor_air_m3_s(self) -> float:
        """ASHRAE 62.1-2022, equation 6-1, at design occupancy."""
        handler = self.air_handler
        return sum(
            handler.outdoor_air_per_person_m3_s * zone.design_people
            + handler.outdoor_air_per_area_m3_s_m2 * zone.area_m2
            for zone in self.zones
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
    zones = tuple(
        _zone(defaults, zone, f"{file}: zones[{k}]")
        for k, zone in enumerate(_tables(table, "zones", file))
    )
    interfaces = tuple(
        _interface(one, f"{file}: interfaces[{k}]")
        for k, one in enumerate(_tables(table, "interfaces", file))
    )
    parts = {"schedule": Schedule, "air_handler": AirHandler, "plant": Plant, "bms": Bms}
    given: dict[str, object] = {"zones": zones, "interfaces": interfaces}
    for key, kind in parts.items():
        if key not in table:
            raise ConfigError(f"{file}: {key}", "missing")
        given[key] = read(kind, table[key], f"{file}: {key}")
    rest = {key: value for key, value in table.items() if key not in given}
    building = read(Building, rest, f"{file}: ", given)
    _check(building, file)
    return building


def _tables(table: dict[str, object], key: str, file: str) -> list[dict[str, object]]:
    rows = table.get(key)
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
        if zone.wall_area_m2 + zone.roof_area_m2 <= 0.0:
            raise ConfigError(f"{at}.roof_area_m2", "a zone needs a roof or a facade")
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
        if zone.slab_edge_w_m_k * zone.slab_edge_m >= zone.mass_film_w_m2_k * zone.area_m2:
            raise ConfigError(f"{at}.slab_edge_w_m_k", "loses more than the floor's film passes")
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
