"""What no single number of a building shows: its parts against one another."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from hvac_rl.errors import ConfigError
from sim_buildings.building_parts import Bms, Facade, Zone
from sim_buildings.thermal import RADIANT_FILM_W_M2_K

if TYPE_CHECKING:
    from sim_buildings.building import Building

LONGEST_SUBSTEP_S = 300.0
# EN 1264-2: limit of a floor's heat flow in the outer strip of a room; 100 W/m2 where people stay.
FLOOR_HEATING_MOST_W_M2 = 175.0
LEAST_PEOPLE = 0.5
"""Design people of a zone: below, the one person who comes would be more than all it is for."""


def check(
    building: Building, file: str, zone_at: Sequence[str], interface_at: Sequence[str]
) -> None:
    """Raise ConfigError for parts that do not fit together.

    ``zone_at`` and ``interface_at`` say where in the file each zone and interface stands.
    """
    names: set[str] = set()
    served = [handler.name for handler in building.air_handlers]
    for zone, where in zip(building.zones, zone_at, strict=True):
        at = f"{file}: {where}"
        if zone.name in names:
            raise ConfigError(f"{at}.name", f"{zone.name!r} is given twice")
        names.add(zone.name)
        if zone.air_handler not in served:
            raise ConfigError(
                f"{at}.air_handler",
                f"there is no air handler {zone.air_handler!r}",
                f"The file has: {', '.join(served)}",
            )
        check_zone(zone, at)
    for k, handler in enumerate(building.air_handlers):
        at = f"{file}: air_handlers[{k}]"
        if served.index(handler.name) != k:
            raise ConfigError(f"{at}.name", f"{handler.name!r} is given twice")
        if not building.served_by(handler):
            raise ConfigError(f"{at}.name", f"no zone has air_handler = {handler.name!r}")
    for interface, where in zip(building.interfaces, interface_at, strict=True):
        first, second = interface.between
        for name in (first, second):
            if name not in names:
                raise ConfigError(f"{file}: {where}.between", f"no zone {name!r}")
        if first == second:
            raise ConfigError(f"{file}: {where}.between", "needs two different zones")
    heated = any(zone.reheat_capacity_w > 0.0 for zone in building.zones)
    if heated and building.plant.heating_capacity_w == 0.0:
        raise ConfigError(
            f"{file}: plant.heating_capacity_w", "is 0, but zones have a reheat_capacity_w"
        )
    check_bms(building.bms, file)
    if building.schedule.start_h >= building.schedule.end_h:
        raise ConfigError(f"{file}: schedule.start_h", "must be less than end_h")


def check_zone(zone: Zone, at: str) -> None:
    """Raise ConfigError for a zone that contradicts itself; ``at`` is "file: zone's place"."""
    for flow in ("airflow_min_m3_s", "airflow_heating_m3_s"):
        if getattr(zone, flow) > zone.airflow_max_m3_s:
            raise ConfigError(f"{at}.{flow}", "is more than airflow_max_m3_s")
    if zone.airflow_max_m3_s * LONGEST_SUBSTEP_S > zone.volume_m3:
        raise ConfigError(
            f"{at}.airflow_max_m3_s", f"changes the air within {LONGEST_SUBSTEP_S:g} s"
        )
    if zone.design_people < LEAST_PEOPLE:
        raise ConfigError(
            f"{at}.area_per_person_m2",
            f"leaves {zone.design_people:.2g} people in {zone.area_m2:g} m2; at least half a one",
        )
    if zone.inner_film_w_m2_k <= RADIANT_FILM_W_M2_K:
        raise ConfigError(
            f"{at}.inner_film_w_m2_k",
            f"must be more than its radiant part, {RADIANT_FILM_W_M2_K:g}",
        )
    for k, facade in enumerate(zone.facades):
        if facade.overhang_m > 0.0:
            _check_overhang(facade, f"{at}.facades[{k}]")
    film = 1.0 / zone.inner_film_w_m2_k
    for element, inside in (
        ("wall", zone.wall_inside_m2_k_w),
        ("roof", zone.roof_inside_m2_k_w),
        ("window", 0.0),
    ):
        if 1.0 / getattr(zone, f"{element}_u_w_m2_k") <= film + inside:
            raise ConfigError(
                f"{at}.{element}_u_w_m2_k",
                "must be less than inner_film_w_m2_k"
                + (f" and {element}_inside_m2_k_w pass" if inside else ""),
            )
    if zone.ground_u_w_m2_k >= zone.mass_film_w_m2_k:
        raise ConfigError(f"{at}.ground_u_w_m2_k", "must be less than mass_film_w_m2_k")
    if zone.slab_edge_w_m_k * zone.slab_edge_m >= zone.mass_film_w_m2_k * zone.area_m2:
        raise ConfigError(f"{at}.slab_edge_w_m_k", "loses more than the floor's film passes")
    if zone.floor_heating and zone.reheat_capacity_w > FLOOR_HEATING_MOST_W_M2 * zone.area_m2:
        raise ConfigError(
            f"{at}.reheat_capacity_w",
            f"a heated floor gives at most {FLOOR_HEATING_MOST_W_M2:g} W/m2",
        )


def _check_overhang(facade: Facade, at: str) -> None:
    if facade.overhang_height_m == 0.0:
        raise ConfigError(f"{at}.overhang_height_m", "is 0, but there is an overhang_m")
    if facade.window_sill_m >= facade.window_head_m:
        raise ConfigError(f"{at}.window_sill_m", "must be less than window_head_m")
    if facade.window_head_m > facade.overhang_height_m:
        raise ConfigError(f"{at}.window_head_m", "lies above overhang_height_m")


def check_bms(bms: Bms, file: str) -> None:
    """Raise ConfigError for hours or setpoints in the wrong order."""
    for low, high in (
        ("occupied_start_h", "occupied_end_h"),
        ("lights_start_h", "lights_end_h"),
        ("occupied_heating_c", "occupied_cooling_c"),
        ("setback_heating_c", "setback_cooling_c"),
    ):
        if getattr(bms, low) >= getattr(bms, high):
            raise ConfigError(f"{file}: bms.{low}", f"must be less than {high}")


@cache
def check_holidays(country: str, subdivision: str, file: str) -> None:
    """Raise ConfigError for a country or subdivision whose holidays are not known."""
    # Imported here: who checks parts of a building needs no calendar.
    import holidays

    known = holidays.list_supported_countries(include_aliases=True)
    if country not in known:
        raise ConfigError(
            f"{file}: holidays_country",
            f"there is no {country!r}",
            "Give the country's ISO 3166 code of two letters, as in US or DE",
        )
    if subdivision not in known[country]:
        raise ConfigError(
            f"{file}: holidays_subdivision",
            f"{country} has no {subdivision!r}",
            f"Known are: {', '.join(known[country]) or 'none: this country cannot be used'}",
        )
