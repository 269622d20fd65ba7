"""What the compiled substep knows of a building: named tuples of floats and arrays.

Z zones and F facade orientations; conductances and areas are totals of a zone, worked out from
:class:`sim_buildings.building.Building`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim_buildings.building import Building, Zone
from sim_buildings.lighting import daylight_lux_per_w_m2
from sim_buildings.plant import PlantParams
from sim_buildings.solar import SKY_DEPRESSION_K, wall_sun_m2
from sim_buildings.thermal import beyond_film

Floats = NDArray[np.float64]


class ZoneParams(NamedTuple):
    """Arrays of shape (Z,), (Z, F) by facade or (Z, Z) by neighbour."""

    volume_m3: Floats
    air_j_per_k: Floats
    envelope_j_per_k: Floats
    mass_j_per_k: Floats
    window_w_per_k: Floats
    envelope_air_w_per_k: Floats
    """Envelope node to air."""
    envelope_outdoor_w_per_k: Floats
    """Envelope node to outdoors: walls and roof beyond their inner film."""
    mass_air_w_per_k: Floats
    mass_outdoor_w_per_k: Floats
    """Floor slab to outdoors, by its edge."""
    roof_sun_m2: Floats
    """Heat that sun drives into the roof [W per W/m2]."""
    roof_sky_w: Floats
    """Heat that the roof loses to the sky beyond the outdoor air [W]."""
    infiltration_m3_s: Floats
    """At 4.47 m/s."""
    radiation_to_mass: Floats

    person_w: Floats
    person_radiant: Floats
    lights_w: Floats
    lights_radiant: Floats
    full_light_lux: Floats
    equipment_base_w: Floats
    equipment_per_person_w: Floats
    equipment_radiant: Floats

    blind_closed_solar: Floats
    blind_closed_light: Floats
    window_visible: Floats

    airflow_min_m3_s: Floats
    airflow_max_m3_s: Floats
    airflow_heating_m3_s: Floats
    reheat_capacity_w: Floats

    facade_share: Floats
    """(Z, F) share of the zone's glass by orientation; all 0 without a facade."""
    window_solar_m2: Floats
    """(Z, F) glass area times SHGC."""
    window_light_lux: Floats
    """(Z, F) workplane illuminance for each W/m2 on the facade [lx per W/m2]."""
    wall_sun_m2: Floats
    """(Z, F) heat that sun drives into the wall [W per W/m2]."""

    exchange_w_per_k: Floats
    """(Z, Z) symmetric: partitions and doors."""
    mixing_m3_s: Floats
    """(Z, Z) symmetric: doors alone."""


class HandlerParams(NamedTuple):
    """The air handler."""

    design_airflow_m3_s: float
    design_static_pressure_pa: float
    internal_pressure_pa: float
    fan_efficiency: float
    discharge_max_c: float
    local_wind: float


class BmsParams(NamedTuple):
    """The schedules and setpoints that the BMS runs by itself."""

    occupied_start_h: float
    occupied_end_h: float
    lights_start_h: float
    lights_end_h: float
    lights_off_level: float
    occupied_heating_c: float
    occupied_cooling_c: float
    setback_heating_c: float
    setback_cooling_c: float
    supply_air_c: float
    warm_up_supply_air_c: float
    night_cycle_k: float
    static_pressure_pa: float
    outdoor_air_m3_s: float


class Params(NamedTuple):
    """A whole building."""

    zones: ZoneParams
    handler: HandlerParams
    plant: PlantParams
    bms: BmsParams


def parameters(building: Building) -> Params:
    """The numbers of a building in the form that the substep takes."""
    handler, bms = building.air_handler, building.bms
    return Params(
        zones=_zones(building),
        handler=HandlerParams(
            building.design_airflow_m3_s,
            handler.design_static_pressure_pa,
            handler.internal_pressure_pa,
            handler.fan_efficiency,
            handler.discharge_max_c,
            handler.local_wind,
        ),
        plant=PlantParams(
            building.plant.cooling_capacity_w,
            building.plant.cooling_cop,
            building.plant.heating_capacity_w,
            building.plant.heating_cop,
        ),
        bms=BmsParams(
            bms.occupied_start_h,
            bms.occupied_end_h,
            bms.lights_start_h,
            bms.lights_end_h,
            bms.lights_off_level,
            bms.occupied_heating_c,
            bms.occupied_cooling_c,
            bms.setback_heating_c,
            bms.setback_cooling_c,
            bms.supply_air_c,
            bms.warm_up_supply_air_c,
            bms.night_cycle_k,
            handler.design_static_pressure_pa,
            building.design_outdoor_air_m3_s,
        ),
    )


def _zones(building: Building) -> ZoneParams:
    rows = [_zone(zone) for zone in building.zones]
    columns = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    facades = _by_facade(building)
    return ZoneParams(**columns, **facades, **_by_neighbour(building))


def _zone(zone: Zone) -> dict[str, float]:
    roof_outer = _outer(zone, zone.roof_u_w_m2_k, zone.roof_area_m2)
    opaque_m2 = zone.wall_area_m2 + zone.roof_area_m2
    mass_air = zone.mass_film_w_m2_k * zone.area_m2
    slab_edge = zone.slab_edge_w_m_k * zone.slab_edge_m
    equipment_w = zone.equipment_w_m2 * zone.area_m2
    return {
        "volume_m3": zone.volume_m3,
        "air_j_per_k": zone.air_capacity_j_k_m2 * zone.area_m2,
        "envelope_j_per_k": zone.wall_capacity_j_k_m2 * zone.wall_area_m2
        + zone.roof_capacity_j_k_m2 * zone.roof_area_m2,
        "mass_j_per_k": zone.mass_capacity_j_k_m2 * zone.area_m2,
        "window_w_per_k": zone.window_u_w_m2_k * zone.window_area_m2,
        "envelope_air_w_per_k": zone.inner_film_w_m2_k * opaque_m2,
        "envelope_outdoor_w_per_k": roof_outer
        + _outer(zone, zone.wall_u_w_m2_k, zone.wall_area_m2),
        "mass_air_w_per_k": mass_air,
        # In series with the floor's film the edge keeps its F-factor.
        "mass_outdoor_w_per_k": 1.0 / (1.0 / slab_edge - 1.0 / mass_air) if slab_edge else 0.0,
        "roof_sun_m2": wall_sun_m2(roof_outer, zone.absorptance),
        "roof_sky_w": roof_outer * SKY_DEPRESSION_K,
        "infiltration_m3_s": zone.infiltration_m3_s_m2 * (zone.wall_area_m2 + zone.window_area_m2),
        "radiation_to_mass": zone.radiation_to_mass,
        "person_w": zone.person_sensible_w,
        "person_radiant": zone.person_radiant,
        "lights_w": zone.lights_w_m2 * zone.area_m2,
        "lights_radiant": zone.lights_radiant,
        "full_light_lux": zone.full_light_lux,
        "equipment_base_w": zone.equipment_base * equipment_w,
        "equipment_per_person_w": (1.0 - zone.equipment_base) * equipment_w / zone.design_people,
        "equipment_radiant": zone.equipment_radiant,
        "blind_closed_solar": zone.blind_closed_solar,
        "blind_closed_light": zone.blind_closed_light,
        "window_visible": zone.window_visible,
        "airflow_min_m3_s": zone.airflow_min_m3_s,
        "airflow_max_m3_s": zone.airflow_max_m3_s,
        "airflow_heating_m3_s": zone.airflow_heating_m3_s,
        "reheat_capacity_w": zone.reheat_capacity_w,
    }


def _by_facade(building: Building) -> dict[str, Floats]:
    azimuths = building.azimuths_deg
    shape = (len(building.zones), len(azimuths))
    share, solar, light, wall = (np.zeros(shape) for _ in range(4))
    for z, zone in enumerate(building.zones):
        for facade in zone.facades:
            f = azimuths.index(facade.azimuth_deg)
            if zone.window_area_m2 > 0.0:
                share[z, f] += facade.window_area_m2 / zone.window_area_m2
            solar[z, f] += facade.window_area_m2 * zone.window_shgc
            light[z, f] += daylight_lux_per_w_m2(
                facade.window_area_m2, zone.window_visible, zone.area_m2
            )
            wall[z, f] += wall_sun_m2(
                _outer(zone, zone.wall_u_w_m2_k, facade.wall_area_m2), zone.absorptance
            )
    return {
        "facade_share": share,
        "window_solar_m2": solar,
        "window_light_lux": light,
        "wall_sun_m2": wall,
    }


def _outer(zone: Zone, u_w_m2_k: float, area_m2: float) -> float:
    """The share of one wall or roof in its zone's envelope conductance beyond the film [W/K].

    Walls and roof are one node behind one film; shared out by U A they keep their sum, and what
    sun drives into each comes through as it would by itself.
    """
    opaque_m2 = zone.wall_area_m2 + zone.roof_area_m2
    ua = zone.wall_u_w_m2_k * zone.wall_area_m2 + zone.roof_u_w_m2_k * zone.roof_area_m2
    outer = beyond_film(ua / opaque_m2, opaque_m2, zone.inner_film_w_m2_k)
    return outer * u_w_m2_k * area_m2 / ua


def _by_neighbour(building: Building) -> dict[str, Floats]:
    names = building.zone_names
    exchange, mixing = (np.zeros((len(names), len(names))) for _ in range(2))
    for interface in building.interfaces:
        i, j = (names.index(name) for name in interface.between)
        for matrix, value in ((exchange, interface.total_w_k), (mixing, interface.mixing_m3_s)):
            matrix[i, j] += value
            matrix[j, i] += value
    return {"exchange_w_per_k": exchange, "mixing_m3_s": mixing}
