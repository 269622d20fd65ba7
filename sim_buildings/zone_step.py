"""The zones' part of a substep: gains, each zone's equations, new temperatures and CO2."""

from __future__ import annotations

from sim_buildings.air import AIR_HEAT_J_M3_K, co2_after, infiltration_m3_s
from sim_buildings.buffers import (
    W_D,
    W_ENVELOPE_A,
    W_ENVELOPE_B,
    W_INFILTRATION,
    W_MASS_A,
    W_MASS_B,
    W_N,
    W_WALL_SUN,
    Buffers,
)
from sim_buildings.columns import (
    B_SUPPLY_CO2,
    BLIND,
    LIGHT,
    STATE_AIR,
    STATE_CO2,
    STATE_ENVELOPE,
    STATE_MASS,
    Z_AIR,
    Z_AIR_SUPPLY_HEAT,
    Z_AIRFLOW,
    Z_CO2,
    Z_DAYLIGHT,
    Z_EQUIPMENT,
    Z_FACADE,
    Z_ILLUMINANCE,
    Z_INFILTRATION_HEAT,
    Z_INTERZONE_HEAT,
    Z_LIGHTS,
    Z_OPAQUE_HEAT,
    Z_PEOPLE,
    Z_PEOPLE_HEAT,
    Z_SLAB_HEAT,
    Z_SOLAR,
    Z_TRANSMITTED,
    Z_WINDOW_HEAT,
)
from sim_buildings.lighting import electric_light
from sim_buildings.parameters import Params
from sim_buildings.solar import blind_factor
from sim_buildings.thermal import air_equation, coupled_node
from sim_buildings.world import WorldRows


def zone_gains(params: Params, rows: WorldRows, row: int, z: int, buffers: Buffers) -> None:
    """People, equipment, sun and light of zone ``z`` into its outputs."""
    zones, out = params.zones, buffers.zone_out[z]
    blind = buffers.zone_effective[z, BLIND]
    incident = 0.0
    solar_w = 0.0
    daylight_lux = 0.0
    wall_sun_w = zones.roof_sun_m2[z] * rows.ghi_w_m2[row] - zones.roof_sky_w[z]
    for f in range(rows.facade_w_m2.shape[1]):
        sun = rows.facade_w_m2[row, f]
        incident += zones.facade_share[z, f] * sun
        daylight_lux += zones.window_light_lux[z, f] * sun
        wall_sun_w += zones.wall_sun_m2[z, f] * sun
        solar_w += zones.window_solar_m2[z, f] * rows.window_w_m2[row, f]
    light_share = blind_factor(blind, zones.blind_closed_light[z])
    lights_w, electric_lux = electric_light(
        buffers.zone_effective[z, LIGHT], zones.lights_w[z], zones.full_light_lux[z]
    )
    people = rows.people[row, z]
    out[Z_PEOPLE] = people
    out[Z_PEOPLE_HEAT] = people * zones.person_w[z]
    out[Z_EQUIPMENT] = zones.equipment_base_w[z] + people * zones.equipment_per_person_w[z]
    out[Z_FACADE] = incident
    out[Z_TRANSMITTED] = incident * zones.window_visible[z] * light_share
    out[Z_SOLAR] = solar_w * blind_factor(blind, zones.blind_closed_solar[z])
    out[Z_DAYLIGHT] = daylight_lux * light_share
    out[Z_LIGHTS] = lights_w
    out[Z_ILLUMINANCE] = out[Z_DAYLIGHT] + electric_lux
    buffers.work[z, W_WALL_SUN] = wall_sun_w


def zone_equation(
    params: Params,
    rows: WorldRows,
    row: int,
    z: int,
    dt_s: float,
    fan_on: bool,
    buffers: Buffers,
) -> None:
    """What zone ``z`` would do without supply air, into ``work``."""
    zones, out, work = params.zones, buffers.zone_out[z], buffers.work[z]
    state = buffers.zone_state
    outdoor_c = rows.outdoor_c[row]
    infiltration = infiltration_m3_s(
        zones.infiltration_m3_s[z], params.handler.local_wind * rows.wind_m_s[row], fan_on
    )
    people_w, lights_w, equipment_w = out[Z_PEOPLE_HEAT], out[Z_LIGHTS], out[Z_EQUIPMENT]
    radiant_w = (
        out[Z_SOLAR]
        + zones.person_radiant[z] * people_w
        + zones.lights_radiant[z] * lights_w
        + zones.equipment_radiant[z] * equipment_w
    )
    convective_w = people_w + lights_w + equipment_w + out[Z_SOLAR] - radiant_w
    interzone_w = 0.0
    for other in range(state.shape[0]):
        difference_k = state[other, STATE_AIR] - state[z, STATE_AIR]
        interzone_w += zones.exchange_w_per_k[z, other] * difference_k
    mass_w = zones.radiation_to_mass[z] * radiant_w

    envelope_a, envelope_b = coupled_node(
        state[z, STATE_ENVELOPE],
        zones.envelope_j_per_k[z],
        zones.envelope_outdoor_w_per_k[z],
        zones.envelope_air_w_per_k[z],
        outdoor_c,
        radiant_w - mass_w + work[W_WALL_SUN],
        dt_s,
    )
    mass_a, mass_b = coupled_node(
        state[z, STATE_MASS],
        zones.mass_j_per_k[z],
        zones.mass_outdoor_w_per_k[z],
        zones.mass_air_w_per_k[z],
        outdoor_c,
        mass_w,
        dt_s,
    )
    work[W_N], work[W_D] = air_equation(
        state[z, STATE_AIR],
        zones.air_j_per_k[z],
        zones.window_w_per_k[z] + AIR_HEAT_J_M3_K * infiltration,
        outdoor_c,
        zones.envelope_air_w_per_k[z],
        envelope_a,
        envelope_b,
        zones.mass_air_w_per_k[z],
        mass_a,
        mass_b,
        convective_w + interzone_w,
        dt_s,
    )
    work[W_ENVELOPE_A], work[W_ENVELOPE_B] = envelope_a, envelope_b
    work[W_MASS_A], work[W_MASS_B] = mass_a, mass_b
    work[W_INFILTRATION] = infiltration
    out[Z_INTERZONE_HEAT] = interzone_w


def zone_result(params: Params, outdoor_c: float, z: int, buffers: Buffers) -> None:
    """New temperatures of zone ``z``, and the heat flows that made them."""
    zones, out, work, state = params.zones, buffers.zone_out[z], buffers.work[z], buffers.zone_state
    air_c = (work[W_N] + out[Z_AIR_SUPPLY_HEAT]) / work[W_D]
    envelope_c = work[W_ENVELOPE_A] + work[W_ENVELOPE_B] * air_c
    mass_c = work[W_MASS_A] + work[W_MASS_B] * air_c
    out[Z_WINDOW_HEAT] = zones.window_w_per_k[z] * (outdoor_c - air_c)
    out[Z_INFILTRATION_HEAT] = AIR_HEAT_J_M3_K * work[W_INFILTRATION] * (outdoor_c - air_c)
    out[Z_OPAQUE_HEAT] = (
        zones.envelope_outdoor_w_per_k[z] * (outdoor_c - envelope_c) + work[W_WALL_SUN]
    )
    out[Z_SLAB_HEAT] = zones.mass_outdoor_w_per_k[z] * (outdoor_c - mass_c)
    out[Z_AIR] = air_c
    state[z, STATE_AIR] = air_c
    state[z, STATE_ENVELOPE] = envelope_c
    state[z, STATE_MASS] = mass_c


def zones_co2(params: Params, dt_s: float, buffers: Buffers) -> None:
    """New CO2 of every zone."""
    zones, state = params.zones, buffers.zone_state
    for z in range(state.shape[0]):
        mixing = 0.0
        for other in range(state.shape[0]):
            difference_ppm = state[other, STATE_CO2] - state[z, STATE_CO2]
            mixing += zones.mixing_m3_s[z, other] * difference_ppm
        out = buffers.zone_out[z]
        out[Z_CO2] = co2_after(
            state[z, STATE_CO2],
            buffers.building_out[B_SUPPLY_CO2],
            out[Z_AIRFLOW],
            buffers.work[z, W_INFILTRATION],
            mixing,
            out[Z_PEOPLE],
            zones.volume_m3[z],
            dt_s,
        )
    for z in range(state.shape[0]):
        state[z, STATE_CO2] = buffers.zone_out[z, Z_CO2]
