"""Partitions whose insulation itself stores heat, as zones of their own between the two rooms.

An interface of our schema conducts at once. An attic's floor of heavy insulation does not: a day's
wave reaches the other side hours later and much weaker. It becomes two slices with a node in the
middle of each: a zone's air stands for a slice.
"""

from __future__ import annotations

from sim_buildings.building_parts import Facade, Interface, Zone
from sim_buildings.reference.assembly import is_heavy_insulation
from sim_buildings.reference.films import INNER_FILM_W_M2_K
from sim_buildings.reference.office_data import Assembly, InnerSurface
from sim_buildings.reference.own_building import IDLE_AIRFLOW_M3_S

SLICES = 2
# What a zone must have though it has no meaning here.
_NOTHING = 1e-6


def is_heavy(assembly: Assembly) -> bool:
    return any(is_heavy_insulation(layer) for layer in assembly.layers)


def slices(
    zone: str, surface: InnerSurface, assembly: Assembly, handler: str
) -> tuple[tuple[Zone, ...], tuple[Interface, ...]]:
    """The zones and interfaces in the place of ``surface`` between ``zone`` and its neighbour."""
    insulation = [layer for layer in assembly.layers if is_heavy_insulation(layer)]
    stored = sum(layer.capacity_j_m2_k for layer in insulation)
    inside = sum(layer.resistance_m2_k_w for layer in insulation)
    beside = (assembly.resistance_m2_k_w - inside) / 2.0 + 1.0 / INNER_FILM_W_M2_K
    names = [f"{surface.name}_slice_{k}" for k in range(SLICES)]
    half = inside / SLICES / 2.0
    resistances = [beside + half, *[2.0 * half] * (SLICES - 1), half + beside]
    ends = [zone, *names, surface.other_zone]
    interfaces = tuple(
        Interface(
            between=(ends[k], ends[k + 1]),
            conductance_w_k=surface.area_m2 / resistance,
            mixing_m3_s=0.0,
        )
        for k, resistance in enumerate(resistances)
    )
    zones = tuple(_slice(name, surface.area_m2, stored / SLICES, handler) for name in names)
    return zones, interfaces


def _slice(name: str, area_m2: float, capacity_j_m2_k: float, handler: str) -> Zone:
    return Zone(
        name=name,
        air_handler=handler,
        area_m2=area_m2,
        volume_m3=area_m2,
        roof_area_m2=0.0,
        slab_edge_m=0.0,
        slab_edge_w_m_k=0.0,
        facades=(Facade(azimuth_deg=0.0, wall_area_m2=_NOTHING, window_area_m2=0.0),),
        wall_u_w_m2_k=_NOTHING,
        roof_u_w_m2_k=_NOTHING,
        window_u_w_m2_k=1.0,
        window_shgc=0.5,
        window_visible=0.5,
        absorptance=0.5,
        infiltration_m3_s_m2=0.0,
        blinds=False,
        blind_closed_solar=1.0,
        blind_closed_light=1.0,
        inner_film_w_m2_k=INNER_FILM_W_M2_K,
        air_capacity_j_k_m2=capacity_j_m2_k,
        wall_capacity_j_k_m2=1.0,
        roof_capacity_j_k_m2=1.0,
        mass_capacity_j_k_m2=1.0,
        mass_film_w_m2_k=1.0,
        radiation_to_mass=0.5,
        area_per_person_m2=area_m2,
        person_sensible_w=1.0,
        person_latent_w=0.0,
        person_radiant=0.0,
        lights_w_m2=0.0,
        lights_radiant=0.0,
        full_light_lux=1.0,
        equipment_w_m2=0.0,
        equipment_radiant=0.0,
        equipment_base=0.0,
        airflow_max_m3_s=IDLE_AIRFLOW_M3_S,
        airflow_min_m3_s=IDLE_AIRFLOW_M3_S,
        airflow_heating_m3_s=IDLE_AIRFLOW_M3_S,
        reheat_capacity_w=0.0,
    )
