"""What the compiled substep knows of a building: rows of numbers, and who belongs to whom.

Conductances and areas are totals of a zone, worked out from
:class:`sim_buildings.building.Building`. Each row holds its columns one after the other; with
variants side by side (:mod:`sim_buildings.variants`) each column holds one number a variant.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim_buildings.air import AIR_HEAT_J_KG_K, AIR_HEAT_J_M3_K, VAPORISATION_J_KG
from sim_buildings.building import AirHandler, Building, Facade, Zone
from sim_buildings.lighting import daylight_lux_per_w_m2
from sim_buildings.outer_films import GLASS_EMITTANCE, WALL_VIEW, seen_sky
from sim_buildings.parameter_columns import (
    BUILDING_PARAMS,
    EDGE_PARAMS,
    FACADE_PARAMS,
    HANDLER_PARAMS,
    ZONE_PARAMS,
)
from sim_buildings.plant_curves import COOLING, HEATING, Curve
from sim_buildings.room import (
    beyond_w_per_k,
    eliminated_j_per_k,
    has_light_roof,
    room,
    window_m2_k_w,
)
from sim_buildings.thermal import EMITTANCE

Floats = NDArray[np.floating]
Ints = NDArray[np.int64]


class Params(NamedTuple):
    """A whole building: parameters of shape (number, columns * variants), and its topology."""

    zones: Floats
    handlers: Floats
    building: Floats
    facades: Floats
    edges: Floats
    handler_of: Ints
    """(Z,) the air handler of each zone."""
    facade_start: Ints
    """(Z + 1,) where each zone's facades begin among all facades."""
    facade_zone: Ints
    """(E,) the zone of each facade."""
    facade_sun: Ints
    """(E,) its orientation among the building's."""
    link_start: Ints
    """(Z + 1,) where each zone's links begin among all links."""
    link_other: Ints
    """(2 N,) the neighbour on the other side of a link."""
    link_edge: Ints
    """(2 N,) its interface."""


def parameters(building: Building, air_heat_j_m3_k: float = AIR_HEAT_J_M3_K) -> Params:
    """The numbers of a building in the form that the substep takes.

    ``air_heat_j_m3_k``: of the air at the site, which altitude makes thinner.
    """
    names = building.zone_names
    handlers = [handler.name for handler in building.air_handlers]
    facades = [
        (z, zone, facade) for z, zone in enumerate(building.zones) for facade in zone.facades
    ]
    exposures = building.exposures
    index = {name: z for z, name in enumerate(names)}
    pairs = [(index[edge.between[0]], index[edge.between[1]]) for edge in building.interfaces]
    both = [(a, b, k) for k, (a, b) in enumerate(pairs)]
    links = sorted([*both, *((b, a, k) for a, b, k in both)])
    return Params(
        zones=_rows(
            ZONE_PARAMS, [_zone(building, zone, air_heat_j_m3_k) for zone in building.zones]
        ),
        handlers=_rows(
            HANDLER_PARAMS, [_handler(building, h, air_heat_j_m3_k) for h in building.air_handlers]
        ),
        building=_rows(BUILDING_PARAMS, [_building(building)])[0],
        facades=_rows(FACADE_PARAMS, [_facade(zone, facade) for _, zone, facade in facades]),
        edges=_rows(
            EDGE_PARAMS,
            [
                {
                    "heat_w_per_k": edge.conductance_w_k + air_heat_j_m3_k * edge.mixing_m3_s,
                    "mixing_m3_s": edge.mixing_m3_s,
                }
                for edge in building.interfaces
            ],
        ),
        handler_of=_ints(handlers.index(zone.air_handler) for zone in building.zones),
        facade_start=_ints(
            sum(z < k for z, _, _ in facades) for k in range(len(building.zones) + 1)
        ),
        facade_zone=_ints(z for z, _, _ in facades),
        facade_sun=_ints(exposures.index(zone.exposure(facade)) for _, zone, facade in facades),
        link_start=_ints(sum(z < k for z, _, _ in links) for k in range(len(names) + 1)),
        link_other=_ints(other for _, other, _ in links),
        link_edge=_ints(edge for _, _, edge in links),
    )


def as_type(params: Params, real: type) -> Params:
    """The same parameters as ``real`` numbers."""
    return Params(
        *(a.astype(real) if a.dtype.kind == "f" else a for a in params)  # type: ignore[arg-type]
    )


def _ints(values: object) -> Ints:
    return np.array(list(values), dtype=np.int64)  # type: ignore[call-overload]


def _rows(names: Sequence[str], rows: list[dict[str, float]]) -> NDArray[np.float64]:
    for row in rows:
        if set(row) != set(names):
            raise AssertionError(f"columns differ: {set(row) ^ set(names)}")
    return np.array([[row[name] for name in names] for row in rows]).reshape(len(rows), len(names))


def _zone(building: Building, zone: Zone, air_heat_j_m3_k: float) -> dict[str, float]:
    local_wind = next(
        handler.local_wind for handler in building.air_handlers if handler.name == zone.air_handler
    )
    inside = room(zone)
    wall_outer = _wall_outer(zone, zone.wall_area_m2)
    window_u = 1.0 / window_m2_k_w(zone)
    stored = eliminated_j_per_k(zone, inside)
    roof_outer = (
        0.0
        if has_light_roof(zone)
        else beyond_w_per_k(zone.roof_u_w_m2_k, zone.roof_area_m2, zone, zone.roof_inside_m2_k_w)
    )
    opaque_m2 = zone.wall_area_m2 + zone.roof_area_m2
    mass_air = zone.mass_film_w_m2_k * zone.area_m2
    slab_edge = zone.slab_edge_w_m_k * zone.slab_edge_m
    equipment_w = zone.equipment_w_m2 * zone.area_m2
    leak_m3_s = zone.infiltration_m3_s_m2 * (zone.wall_area_m2 + zone.window_area_m2)
    return {
        "volume_m3": zone.volume_m3,
        "air_j_per_k": zone.air_capacity_j_k_m2 * zone.area_m2 + stored.air,
        # A zone without roof and facade keeps a node that stores nothing to speak of.
        "envelope_j_per_k": zone.wall_capacity_j_k_m2 * zone.wall_area_m2
        + (0.0 if has_light_roof(zone) else zone.roof_capacity_j_k_m2 * zone.roof_area_m2)
        + stored.envelope
        + (0.0 if opaque_m2 else 1.0),
        "mass_j_per_k": zone.mass_capacity_j_k_m2 * zone.area_m2 + stored.mass,
        "window_air_w_per_k": inside.window_air,
        "window_envelope_w_per_k": inside.window_envelope,
        "window_mass_w_per_k": inside.window_mass,
        "roof_air_w_per_k": inside.roof_air,
        "roof_envelope_w_per_k": inside.roof_envelope,
        "roof_mass_w_per_k": inside.roof_mass,
        "roof_absorptance": zone.absorptance,
        "window_u_w_m2_k": window_u,
        "window_gain": _window_gain(zone, window_u),
        "envelope_surface": inside.envelope_surface,
        "mass_surface": inside.mass_surface,
        "envelope_air_w_per_k": inside.envelope_air.still,
        "envelope_air_rise": inside.envelope_air.rise,
        "envelope_air_lean": inside.envelope_air.lean,
        "envelope_mass_w_per_k": inside.envelope_mass,
        "envelope_outdoor_w_per_k": wall_outer + roof_outer,
        "mass_air_w_per_k": inside.mass_air.still,
        "mass_air_rise": inside.mass_air.rise,
        "mass_air_lean": inside.mass_air.lean,
        # In series with the floor's film the edge keeps its F-factor, the ground its U-value.
        "mass_outdoor_w_per_k": 1.0 / (1.0 / slab_edge - 1.0 / mass_air) if slab_edge else 0.0,
        "mass_ground_w_per_k": zone.area_m2
        / (1.0 / zone.ground_u_w_m2_k - 1.0 / zone.mass_film_w_m2_k)
        if zone.ground_u_w_m2_k
        else 0.0,
        "envelope_roof_sun_w_per_k": roof_outer * zone.absorptance,
        "envelope_roof_sky_w_per_k": roof_outer * EMITTANCE,
        "window_sky": GLASS_EMITTANCE * seen_sky(WALL_VIEW) * _open_windows(zone),
        "infiltration_m3_s": leak_m3_s * zone.infiltration_constant,
        "infiltration_m3_s_k": leak_m3_s * zone.infiltration_per_k,
        "infiltration_m2": leak_m3_s * zone.infiltration_per_m_s,
        "infiltration_fan_on": zone.infiltration_fan_on,
        "sun_air": inside.sun.air,
        "sun_envelope": inside.sun.envelope,
        "sun_mass": inside.sun.mass,
        "sun_air_rise": inside.sun_rise.air,
        "sun_envelope_rise": inside.sun_rise.envelope,
        "sun_mass_rise": inside.sun_rise.mass,
        "radiant_air": inside.radiant.air,
        "radiant_envelope": inside.radiant.envelope,
        "radiant_mass": inside.radiant.mass,
        "moisture_buffer": zone.moisture_buffer,
        "person_w": zone.person_sensible_w,
        # As flow of air times humidity ratio: what the moisture balance counts in.
        "person_vapour_m3_s": zone.person_latent_w
        * AIR_HEAT_J_KG_K
        / (VAPORISATION_J_KG * air_heat_j_m3_k),
        "person_radiant": zone.person_radiant,
        "lights_w": zone.lights_w_m2 * zone.area_m2,
        "lights_radiant": zone.lights_radiant,
        "full_light_lux": zone.full_light_lux,
        "equipment_base_w": zone.equipment_base * equipment_w,
        "equipment_per_person_w": (1.0 - zone.equipment_base) * equipment_w / zone.design_people,
        "equipment_radiant": zone.equipment_radiant,
        "window_visible": zone.window_visible,
        "blind_closed_solar": zone.blind_closed_solar if zone.blinds else 1.0,
        "blind_closed_light": zone.blind_closed_light if zone.blinds else 1.0,
        "airflow_min_m3_s": zone.airflow_min_m3_s,
        "airflow_max_m3_s": zone.airflow_max_m3_s,
        "airflow_heating_m3_s": zone.airflow_heating_m3_s,
        "reheat_capacity_w": 0.0 if zone.floor_heating else zone.reheat_capacity_w,
        "floor_capacity_w": zone.reheat_capacity_w if zone.floor_heating else 0.0,
        "area_m2": zone.area_m2,
        "design_people": zone.design_people,
        "air_heat_j_m3_k": air_heat_j_m3_k,
        "local_wind": local_wind,
    }


def _open_windows(zone: Zone) -> float:
    """Share of their sky that overhangs leave to the windows."""
    if not zone.window_area_m2:
        return 1.0
    seen_m2 = sum(f.window_area_m2 * f.overhang.open_window for f in zone.facades)
    return seen_m2 / zone.window_area_m2


def _window_gain(zone: Zone, window_u_w_m2_k: float) -> float:
    """Rise of the sun's gain, for each share that the windows' conductance falls.

    Glass is taken to absorb in its middle: of that heat 1 - U (resistance inside of it) comes in.
    """
    if not zone.window_absorptance or not zone.window_shgc:
        return 0.0
    pane = 1.0 / zone.window_u_w_m2_k - 1.0 / zone.inner_film_w_m2_k
    middle = 1.0 / zone.inner_film_w_m2_k + (pane - 1.0 / zone.window_outer_film_w_m2_k) / 2.0
    return zone.window_absorptance / zone.window_shgc * window_u_w_m2_k * middle


def _facade(zone: Zone, facade: Facade) -> dict[str, float]:
    glass = zone.window_area_m2
    wall_outer = _wall_outer(zone, facade.wall_area_m2)
    return {
        "share": facade.window_area_m2 / glass if glass else 0.0,
        "solar_m2": facade.window_area_m2 * zone.window_shgc,
        "solar_diffuse_m2": facade.window_area_m2 * zone.window_shgc * zone.diffuse_gain,
        "light_lux": daylight_lux_per_w_m2(
            facade.window_area_m2, zone.window_visible, zone.area_m2
        ),
        "wall_sun_w_per_k": wall_outer * zone.absorptance,
        "wall_sky_w_per_k": wall_outer
        * EMITTANCE
        * seen_sky(WALL_VIEW)
        * facade.overhang.open_wall,
    }


def _handler(building: Building, handler: AirHandler, air_heat_j_m3_k: float) -> dict[str, float]:
    airflow = building.design_airflow_m3_s(handler)
    everything = sum(zone.airflow_max_m3_s for zone in building.zones)
    constant = handler.fan == "constant_volume"
    pressure_pa = handler.design_static_pressure_pa + handler.internal_pressure_pa
    return {
        "design_airflow_m3_s": airflow,
        "design_static_pressure_pa": handler.design_static_pressure_pa,
        "internal_pressure_pa": handler.internal_pressure_pa,
        "fan_efficiency": handler.fan_efficiency,
        "constant_fan_w": airflow * pressure_pa / handler.fan_efficiency if constant else 0.0,
        "modulating_fan": 0.0 if constant else 1.0,
        "economiser": 1.0 if handler.economiser else 0.0,
        "heat_recovery": handler.heat_recovery,
        "cooling_coil_w": handler.cooling_coil_w,
        "plant_share": airflow / everything,
        "discharge_max_c": handler.discharge_max_c,
        "local_wind": handler.local_wind,
        "outdoor_air_m3_s": building.design_outdoor_air_m3_s(handler),
        "zones": float(len(building.served_by(handler))),
        "air_heat_j_m3_k": air_heat_j_m3_k,
    }


def _building(building: Building) -> dict[str, float]:
    plant, bms = building.plant, building.bms
    cooling, heating = COOLING[plant.cooling], HEATING[plant.heating]
    return {
        "cooling_capacity_w": plant.cooling_capacity_w,
        "cooling_cop": plant.cooling_cop,
        **_curve("cooling", cooling),
        "heating_capacity_w": plant.heating_capacity_w,
        "heating_cop": plant.heating_cop,
        **_curve("heating", heating),
        "heating_gas": 1.0 if heating.gas else 0.0,
        "pump_w": plant.pump_w,
        "occupied_start_h": bms.occupied_start_h,
        "occupied_end_h": bms.occupied_end_h,
        "lights_start_h": bms.lights_start_h,
        "lights_end_h": bms.lights_end_h,
        "lights_off_level": bms.lights_off_level,
        "occupied_heating_c": bms.occupied_heating_c,
        "occupied_cooling_c": bms.occupied_cooling_c,
        "setback_heating_c": bms.setback_heating_c,
        "setback_cooling_c": bms.setback_cooling_c,
        "supply_air_c": bms.supply_air_c,
        "warm_up_supply_air_c": bms.warm_up_supply_air_c,
        "night_cycle_k": bms.night_cycle_k,
    }


def _curve(of: str, curve: Curve) -> dict[str, float]:
    """The numbers of a curve as columns ``of``_capacity_0 .. 3 and so on."""
    numbers = {f"{of}_capacity_{k}": value for k, value in enumerate(curve.capacity)}
    numbers |= {f"{of}_input_{k}": value for k, value in enumerate(curve.input_ratio)}
    return numbers | {
        f"{of}_low_c": curve.low_c,
        f"{of}_high_c": curve.high_c,
        f"{of}_part_load_loss": curve.part_load_loss,
    }


def _wall_outer(zone: Zone, area_m2: float) -> float:
    """Conductance from where a wall of the zone stores heat to outdoors [W/K]."""
    return beyond_w_per_k(zone.wall_u_w_m2_k, area_m2, zone, zone.wall_inside_m2_k_w)
