"""The reference offices in our simulator, with ideal loads and EnergyPlus's own gains.

Each zone of EnergyPlus is one of ours; attic and plenums are zones without thermostat. What our
schema has no place for takes another's:

- Floor, furniture and whatever else is heavy inside are one mass.
- Gains come by two channels: all convective heat as people of one watt each, all radiant heat as
  light. Together they are EnergyPlus's people, lights and equipment to the watt, hour by hour.
- Infiltration's schedule (1 or a quarter) is the enable of an air handler that blows nothing; a
  zone without outer wall gets one of a square centimetre, as cracks go with walls.
- Soffits lose heat as a slab's edge does.
"""

from __future__ import annotations

from math import cos, radians
from typing import NamedTuple

from sim_buildings.building import Building
from sim_buildings.building_parts import Facade, Interface, Zone
from sim_buildings.exposure import COATED
from sim_buildings.reference.assembly import SECONDS_PER_HOUR, Inside, inside, store
from sim_buildings.reference.films import (
    INNER_FILM_W_M2_K,
    WINDOW_FILM_W_M2_K,
    YearFilms,
    year_films,
)
from sim_buildings.reference.heavy_partitions import is_heavy, slices
from sim_buildings.reference.office_data import (
    Floats,
    InnerSurface,
    InternalMassData,
    OfficeData,
    OuterSurface,
    ZoneData,
)
from sim_buildings.reference.own_building import (
    ALWAYS,
    IDLE_AIRFLOW_M3_S,
    NEVER,
    NO_PLANT,
    idle_handler,
    sun_on_floor,
)
from sim_buildings.reference.simple_glazing import (
    glass_resistance_m2_k_w,
    solar_absorptance,
    solar_transmittance,
)
from sim_buildings.thermal import RADIANT_FILM_W_M2_K
from sim_buildings.weather import Weather

# The U-value of what has nothing behind it.
_NOTHING_W_M2_K = 1e-6
_CRACK_M2 = 1e-4
# EnergyPlus Engineering Reference, local wind speed: terrain "City" (exponent 0.33, 460 m), as the
# offices' models have it, over a station in the country (0.14, 270 m) at 10 m.
_MID_HEIGHT_M = {"small_office": 1.5, "medium_office": 6.0}


def local_wind(office: str) -> float:
    """Wind at the walls over wind at the weather station."""
    return float((270.0 / 10.0) ** 0.14 * (_MID_HEIGHT_M[office] / 460.0) ** 0.33)


def build(data: OfficeData, weather: Weather, radiant_w: Floats) -> Building:
    """An office as a building of ours. ``radiant_w``: the most of each zone, (zones,)."""
    wind = local_wind(data.name)
    films = year_films(weather, wind)
    zones = tuple(
        _zone(data, zone, weather, films, float(radiant_w[z])) for z, zone in enumerate(data.zones)
    )
    within, interfaces = _partitions(data, zones[0].air_handler)
    zones += within
    used = {zone.air_handler for zone in zones}
    return Building(
        name=data.name,
        title=data.name,
        holidays_country="US",
        holidays_subdivision="CO",
        schedule=ALWAYS,
        plant=NO_PLANT,
        bms=NEVER,
        air_handlers=tuple(idle_handler(name, wind) for name in _HANDLERS if name in used),
        zones=zones,
        interfaces=interfaces,
    )


# Infiltration follows its schedule, or is always the same.
_HANDLERS = ("scheduled", "constant")


def _zone(
    data: OfficeData, zone: ZoneData, weather: Weather, year: YearFilms, radiant_w: float
) -> Zone:
    walls = [s for s in zone.outer if s.kind == "Wall"]
    roofs = [s for s in zone.outer if s.kind == "Roof"]
    roof_alone = sum(s.net_m2 for s in roofs) > sum(s.net_m2 for s in walls)
    outer_film = year.roof if roof_alone else year.wall
    soffits = [s for s in zone.outer if s.kind == "Floor" and not s.on_ground]
    films = 1.0 / INNER_FILM_W_M2_K + 1.0 / outer_film

    def u(construction: str) -> float:
        return 1.0 / (data.constructions[construction].resistance_m2_k_w + films)

    def outer_side(surfaces: list[OuterSurface]) -> tuple[float, Inside]:
        if not surfaces:
            return _NOTHING_W_M2_K, Inside(0.0, 0.0)
        construction = surfaces[0].construction
        return u(construction), store(data.constructions[construction].layers, outer_film)

    wall_u, wall = outer_side(walls)
    roof_u, roof = outer_side(roofs)
    roof_m2 = sum(s.net_m2 for s in roofs)
    mass = _mass(data, zone)
    leak = zone.infiltration[0] if zone.infiltration else None
    leak_m3_s = sum(one.design_m3_s for one in zone.infiltration)
    facades = _facades(zone)
    outer_m2 = sum(f.wall_area_m2 + f.window_area_m2 for f in facades)
    quarter = leak is not None and float(data.schedules[leak.schedule].min()) < 1.0
    window = _window(zone)
    absorbed = 1.0 - passes(zone)
    surfaces_m2 = mass.surface * zone.floor_m2 + roof_m2 + outer_m2
    finish = data.constructions[(roofs or walls)[0].construction] if roofs or walls else None
    tilt = cos(radians(roofs[0].tilt_deg)) if roofs else 1.0
    return Zone(
        name=zone.name,
        air_handler="scheduled" if quarter else "constant",
        area_m2=zone.floor_m2,
        volume_m3=zone.volume_m3,
        roof_area_m2=roof_m2,
        slab_edge_m=sum(s.net_m2 for s in soffits),
        slab_edge_w_m_k=u(soffits[0].construction) if soffits else 0.0,
        facades=facades,
        wall_u_w_m2_k=wall_u,
        roof_u_w_m2_k=roof_u,
        window_u_w_m2_k=window.u_w_m2_k,
        window_outer_film_w_m2_k=WINDOW_FILM_W_M2_K,
        window_shgc=window.gain,
        window_absorptance=window.absorptance,
        window_glass=COATED,
        window_visible=zone.windows[0].visible_transmittance if zone.windows else 0.5,
        ground_u_w_m2_k=mass.ground_u_w_m2_k,
        # Of a tilted roof the sun sees what it covers.
        absorptance=tilt * finish.outside_solar_absorptance if finish else 0.7,
        outer_film_w_m2_k=outer_film,
        infiltration_m3_s_m2=leak_m3_s / outer_m2,
        infiltration_constant=1.0,
        infiltration_per_k=0.0,
        infiltration_per_m_s=0.0,
        infiltration_fan_on=0.25,
        blinds=False,
        blind_closed_solar=1.0,
        blind_closed_light=1.0,
        inner_film_w_m2_k=INNER_FILM_W_M2_K,
        wall_inside_m2_k_w=wall.resistance_m2_k_w,
        roof_inside_m2_k_w=roof.resistance_m2_k_w,
        inner_absorptance=mass.absorptance,
        air_capacity_j_k_m2=weather.air_heat_j_m3_k * zone.volume_m3 / zone.floor_m2,
        wall_capacity_j_k_m2=wall.capacity_j_m2_k,
        roof_capacity_j_k_m2=roof.capacity_j_m2_k,
        mass_capacity_j_k_m2=mass.capacity_j_m2_k,
        partition_capacity_j_k_m2=mass.light_j_m2_k,
        mass_film_w_m2_k=mass.film_w_m2_k,
        mass_surface=mass.surface,
        radiation_to_mass=mass.surface * zone.floor_m2 / surfaces_m2
        + sun_on_floor(_beam_share(zone, weather), mass.absorptance, 0.0)
        * (1.0 - mass.surface * zone.floor_m2 / surfaces_m2),
        solar_to_air=absorbed * (1.0 - RADIANT_FILM_W_M2_K / INNER_FILM_W_M2_K),
        area_per_person_m2=zone.floor_m2,
        person_sensible_w=1.0,
        person_latent_w=0.0,
        person_radiant=0.0,
        lights_w_m2=radiant_w / zone.floor_m2,
        lights_radiant=1.0,
        full_light_lux=1.0,
        equipment_w_m2=0.0,
        equipment_radiant=0.0,
        equipment_base=0.0,
        airflow_max_m3_s=IDLE_AIRFLOW_M3_S,
        airflow_min_m3_s=IDLE_AIRFLOW_M3_S,
        airflow_heating_m3_s=IDLE_AIRFLOW_M3_S,
        reheat_capacity_w=0.0,
    )


class _Mass(NamedTuple):
    """Floor, furniture, partitions and ceilings, a m2 of floor."""

    surface: float
    capacity_j_m2_k: float
    light_j_m2_k: float
    """Of what follows the room within an hour."""
    film_w_m2_k: float
    ground_u_w_m2_k: float
    absorptance: float


def _mass(data: OfficeData, zone: ZoneData) -> _Mass:
    """All that stores heat inside, side by side.

    What the room's air and radiation warm within an hour (partitions and ceilings of gypsum board)
    is no part of this mass: it is among the surfaces that our zone makes up to those of a square
    room.
    Of a slab on the ground only that share of the capacity counts that the room moves, by the
    resistances on both sides of it; the ground holds the rest.
    """
    storing: tuple[InternalMassData | InnerSurface, ...] = (*zone.mass, *zone.inner)
    parts = [
        (one.area_m2, inside(data.constructions[one.construction].layers, shared=True))
        for one in storing
    ]
    slow = [
        (area, part)
        for area, part in parts
        if part.capacity_j_m2_k / INNER_FILM_W_M2_K > SECONDS_PER_HOUR
    ]
    light = [one for one in parts if one not in slow] if slow else []
    parts = slow or parts
    ground = [s for s in zone.outer if s.on_ground]
    floors = [s.construction for s in zone.inner if s.kind == "Floor"]
    ground_u = 0.0
    if ground:
        assembly = data.constructions[ground[0].construction]
        slab = inside(assembly.layers)
        through = 1.0 / INNER_FILM_W_M2_K + assembly.resistance_m2_k_w
        ahead = 1.0 / INNER_FILM_W_M2_K + slab.resistance_m2_k_w
        moved = (1.0 - ahead / through) * slab.capacity_j_m2_k
        parts.append((zone.floor_m2, Inside(moved, slab.resistance_m2_k_w)))
        ground_u, floors = 1.0 / through, [ground[0].construction]
    surface = sum(area for area, _ in parts) / zone.floor_m2
    film = sum(area / (1.0 / INNER_FILM_W_M2_K + part.resistance_m2_k_w) for area, part in parts)
    stored = sum(area * part.capacity_j_m2_k for area, part in parts)
    return _Mass(
        surface,
        stored / zone.floor_m2,
        sum(area * part.capacity_j_m2_k for area, part in light) / zone.floor_m2,
        film / zone.floor_m2,
        ground_u,
        data.constructions[floors[0]].inside_solar_absorptance,
    )


def _facades(zone: ZoneData) -> tuple[Facade, ...]:
    walls, windows = zone.wall_m2(), zone.window_m2()
    facades = tuple(
        Facade(
            azimuth_deg=azimuth % 360.0,
            wall_area_m2=walls.get(azimuth, 0.0),
            window_area_m2=windows.get(azimuth, 0.0),
            **_eaves(zone, azimuth),
        )
        for azimuth in sorted({*walls, *windows})
    )
    if facades:
        return facades
    return (Facade(azimuth_deg=0.0, wall_area_m2=_CRACK_M2, window_area_m2=0.0),)


def _eaves(zone: ZoneData, azimuth_deg: float) -> dict[str, float]:
    """Eaves above a facade; its windows are one strip, by area."""
    wall = next(
        (s for s in zone.outer if s.kind == "Wall" and s.azimuth_deg == azimuth_deg and s.eaves_m),
        None,
    )
    if wall is None:
        return {}
    windows = [w for w in zone.windows if w.azimuth_deg == azimuth_deg]
    glass_m2 = sum(w.area_m2 for w in windows)
    return {
        "overhang_m": wall.eaves_m,
        "overhang_height_m": wall.top_m,
        "window_sill_m": sum(w.sill_m * w.area_m2 for w in windows) / glass_m2,
        "window_head_m": sum(w.head_m * w.area_m2 for w in windows) / glass_m2,
    }


class _Window(NamedTuple):
    u_w_m2_k: float
    gain: float
    absorptance: float


def _window(zone: ZoneData) -> _Window:
    """With our films in place of those of the ratings."""
    if not zone.windows:
        return _Window(1.0, 0.5, 0.0)
    rated = zone.windows[0]
    glass = glass_resistance_m2_k_w(rated.u_w_m2_k)
    absorptance = solar_absorptance(rated.u_w_m2_k, rated.shgc)
    resistance = 1.0 / INNER_FILM_W_M2_K + glass + 1.0 / WINDOW_FILM_W_M2_K
    inwards = (1.0 / WINDOW_FILM_W_M2_K + glass / 2.0) / resistance
    passed = solar_transmittance(rated.u_w_m2_k, rated.shgc)
    return _Window(1.0 / resistance, passed + absorptance * inwards, absorptance)


def passes(zone: ZoneData) -> float:
    """Transmitted sun over heat gain."""
    if not zone.windows:
        return 1.0
    window = zone.windows[0]
    return solar_transmittance(window.u_w_m2_k, window.shgc) / _window(zone).gain


def _beam_share(zone: ZoneData, weather: Weather) -> float:
    beam = total = 0.0
    for window in zone.windows:
        sun = weather.facade(window.azimuth_deg)
        beam += window.area_m2 * float(sun.window_beam.sum())
        total += window.area_m2 * float(sun.window.sum())
    return beam / total if total else 0.0


def _partitions(data: OfficeData, handler: str) -> tuple[tuple[Zone, ...], tuple[Interface, ...]]:
    """Conduction between zones, air to air, each partition once; zones for what is heavy."""
    order = [zone.name for zone in data.zones]
    between: dict[tuple[str, str], float] = {}
    within: list[Zone] = []
    heavy: list[Interface] = []
    for zone in data.zones:
        for surface in zone.inner:
            pair = (zone.name, surface.other_zone)
            if order.index(pair[0]) > order.index(pair[1]):
                continue
            assembly = data.constructions[surface.construction]
            if is_heavy(assembly):
                zones, interfaces = slices(zone.name, surface, assembly, handler)
                within += zones
                heavy += interfaces
                continue
            conductance = surface.area_m2 / (assembly.resistance_m2_k_w + 2.0 / INNER_FILM_W_M2_K)
            between[pair] = between.get(pair, 0.0) + conductance
    plain = [
        Interface(between=pair, conductance_w_k=w_per_k, mixing_m3_s=0.0)
        for pair, w_per_k in between.items()
    ]
    return tuple(within), (*plain, *heavy)
