"""The zones' part of a substep: neighbours, sun, gains, each zone's equations and results."""

from __future__ import annotations

from sim_buildings.air import (
    CO2_PER_PERSON_PPM,
    OUTDOOR_CO2_PPM,
    carried_after,
    infiltration_m3_s,
)
from sim_buildings.bounds import within
from sim_buildings.buffers import Buffers, Floats
from sim_buildings.columns import (
    BEFORE_AIR,
    BEFORE_CO2,
    BEFORE_HUMIDITY,
    BLIND,
    BW_FLOOR_SHARE,
    FACADE_SUN,
    H_SUPPLY_CO2,
    H_SUPPLY_HUMIDITY,
    HEATING,
    HW_ON,
    LIGHT,
    S_BEAM,
    S_DIFFUSE,
    S_PROFILE,
    S_WINDOW_BEAM,
    STATE_AIR,
    STATE_CO2,
    STATE_ENVELOPE,
    STATE_HUMIDITY,
    STATE_MASS,
    W_CONVECTIVE,
    W_COVERED,
    W_D,
    W_ENVELOPE_A,
    W_ENVELOPE_B,
    W_FREE,
    W_INFILTRATION,
    W_MASS_A,
    W_MASS_B,
    W_MIXING_CO2,
    W_MIXING_HUMIDITY,
    W_N,
    W_PER_W,
    W_RADIANT,
    W_SLAT_DIFFUSE,
    W_SLAT_SINE,
    W_WALL_SUN,
    WEATHER,
    X_GHI,
    X_GROUND,
    X_HUMIDITY,
    X_OUTDOOR,
    X_SKY,
    X_WIND,
    Z_AIR,
    Z_AIR_SUPPLY_HEAT,
    Z_AIRFLOW,
    Z_CO2,
    Z_DAYLIGHT,
    Z_EQUIPMENT,
    Z_EYE,
    Z_FACADE,
    Z_FLOOR_HEAT,
    Z_HUMIDITY,
    Z_IDEAL_HEAT,
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
    ZONE_EFFECTIVE,
)
from sim_buildings.fault_columns import FZ_BLIND, FZ_DRIFT, FZ_FROZEN, FZ_OFFSET
from sim_buildings.glass import beam_between_slats, slats, through_blind
from sim_buildings.lanes import FAULTY, LANES, at, of
from sim_buildings.lighting import electric_light, eye_lux
from sim_buildings.parameter_columns import (
    PE_HEAT,
    PE_MIXING,
    PF_LIGHT,
    PF_SHARE,
    PF_SOLAR,
    PF_SOLAR_DIFFUSE,
    PF_WALL_SUN,
    PZ_AIR,
    PZ_AIR_HEAT,
    PZ_CLOSED_LIGHT,
    PZ_CLOSED_SOLAR,
    PZ_ENVELOPE,
    PZ_ENVELOPE_AIR,
    PZ_ENVELOPE_OUTDOOR,
    PZ_ENVELOPE_SKY,
    PZ_EQUIPMENT_BASE,
    PZ_EQUIPMENT_PER_PERSON,
    PZ_EQUIPMENT_RADIANT,
    PZ_FLOOR,
    PZ_FULL_LIGHT,
    PZ_INFILTRATION,
    PZ_INFILTRATION_FAN_ON,
    PZ_INFILTRATION_STACK,
    PZ_INFILTRATION_WIND,
    PZ_LIGHTS,
    PZ_LIGHTS_RADIANT,
    PZ_LOCAL_WIND,
    PZ_MASS,
    PZ_MASS_AIR,
    PZ_MASS_GROUND,
    PZ_MASS_OUTDOOR,
    PZ_MOISTURE_BUFFER,
    PZ_PERSON,
    PZ_PERSON_RADIANT,
    PZ_PERSON_VAPOUR,
    PZ_RADIATION_TO_MASS,
    PZ_ROOF_SUN,
    PZ_SOLAR_TO_AIR,
    PZ_VISIBLE,
    PZ_VOLUME,
    PZ_WINDOW,
    PZ_WINDOW_SKY,
)
from sim_buildings.thermal import air_equation, coupled_node

SECONDS_PER_HOUR = 3600.0
# Assumed: a floor heating loop's valve opens fully one kelvin below its setpoint's upper end.
FLOOR_BAND_K = 1.0


def set_blinds(buffers: Buffers) -> None:
    """Every zone's blind where its command, or a fault, puts it."""
    for z in range(buffers.zones.shape[0]):
        set_blind(buffers.zones[z], buffers.zone_faults[z])


def set_blind(zone: Floats, faults: Floats) -> None:
    """One zone's blind."""
    for lane in range(LANES):
        position = zone[at(ZONE_EFFECTIVE + BLIND, lane)]
        if FAULTY:
            stuck = faults[at(FZ_BLIND, lane)]
            position = stuck if stuck == stuck else position
        blind = slats(position)
        zone[at(W_COVERED, lane)] = blind.covered
        zone[at(W_SLAT_SINE, lane)] = blind.sine
        zone[at(W_SLAT_DIFFUSE, lane)] = blind.diffuse


def begin_zone(own: Floats, weather: Floats, zone: Floats) -> None:
    """Clear one zone's sums; the sun on its roof begins one of them."""
    for lane in range(LANES):
        zone[at(Z_INTERZONE_HEAT, lane)] = 0.0
        zone[at(W_MIXING_CO2, lane)] = 0.0
        zone[at(W_MIXING_HUMIDITY, lane)] = 0.0
        zone[at(Z_FACADE, lane)] = 0.0
        zone[at(Z_TRANSMITTED, lane)] = 0.0
        zone[at(Z_SOLAR, lane)] = 0.0
        zone[at(Z_DAYLIGHT, lane)] = 0.0
        zone[at(W_WALL_SUN, lane)] = own[of(PZ_ROOF_SUN, lane)] * weather[at(X_GHI, lane)]


def remember(zone: Floats, before: Floats) -> None:
    """What neighbours see of a zone: its state at the substep's start."""
    for lane in range(LANES):
        before[at(BEFORE_AIR, lane)] = zone[at(STATE_AIR, lane)]
        before[at(BEFORE_CO2, lane)] = zone[at(STATE_CO2, lane)]
        before[at(BEFORE_HUMIDITY, lane)] = zone[at(STATE_HUMIDITY, lane)]


def neighbour(edge: Floats, other: Floats, zone: Floats) -> None:
    """Add what a zone gets from one neighbour.

    Both sides of an interface come to the same number with opposite signs, to the last bit.
    """
    for lane in range(LANES):
        mixing = edge[of(PE_MIXING, lane)]
        warmer_k = other[at(BEFORE_AIR, lane)] - zone[at(STATE_AIR, lane)]
        more_co2 = other[at(BEFORE_CO2, lane)] - zone[at(STATE_CO2, lane)]
        wetter = other[at(BEFORE_HUMIDITY, lane)] - zone[at(STATE_HUMIDITY, lane)]
        zone[at(Z_INTERZONE_HEAT, lane)] += edge[of(PE_HEAT, lane)] * warmer_k
        zone[at(W_MIXING_CO2, lane)] += mixing * more_co2
        zone[at(W_MIXING_HUMIDITY, lane)] += mixing * wetter


def facade_sun(
    facade: Floats, own: Floats, orientation: int, weather: Floats, zone: Floats
) -> None:
    """Add one facade's sun to its zone."""
    first = len(WEATHER) + orientation * len(FACADE_SUN)
    sun = weather[first * LANES : (first + len(FACADE_SUN)) * LANES]
    for lane in range(LANES):
        beam, diffuse = sun[at(S_BEAM, lane)], sun[at(S_DIFFUSE, lane)]
        covered = zone[at(W_COVERED, lane)]
        between = beam_between_slats(zone[at(W_SLAT_SINE, lane)], sun[at(S_PROFILE, lane)])
        open_share = zone[at(W_SLAT_DIFFUSE, lane)]
        closed_solar, closed_light = own[of(PZ_CLOSED_SOLAR, lane)], own[of(PZ_CLOSED_LIGHT, lane)]
        beam_light = beam * through_blind(covered, between, closed_light)
        light = beam_light + diffuse * through_blind(covered, open_share, closed_light)
        share = facade[of(PF_SHARE, lane)]
        zone[at(Z_FACADE, lane)] += share * (beam + diffuse)
        zone[at(Z_TRANSMITTED, lane)] += share * own[of(PZ_VISIBLE, lane)] * light
        zone[at(Z_DAYLIGHT, lane)] += facade[of(PF_LIGHT, lane)] * light
        zone[at(Z_SOLAR, lane)] += facade[of(PF_SOLAR, lane)] * sun[
            at(S_WINDOW_BEAM, lane)
        ] * through_blind(covered, between, closed_solar) + facade[
            of(PF_SOLAR_DIFFUSE, lane)
        ] * diffuse * through_blind(covered, open_share, closed_solar)
        zone[at(W_WALL_SUN, lane)] += facade[of(PF_WALL_SUN, lane)] * (beam + diffuse)


def zone_gains(own: Floats, zone: Floats, weather: Floats) -> None:
    """People, equipment, sun and light of a zone into its outputs and its equations' heats."""
    for lane in range(LANES):
        lights_w, electric_lux = electric_light(
            zone[at(ZONE_EFFECTIVE + LIGHT, lane)],
            own[of(PZ_LIGHTS, lane)],
            own[of(PZ_FULL_LIGHT, lane)],
        )
        people = zone[at(Z_PEOPLE, lane)]
        people_w = people * own[of(PZ_PERSON, lane)]
        equipment_w = (
            own[of(PZ_EQUIPMENT_BASE, lane)] + people * own[of(PZ_EQUIPMENT_PER_PERSON, lane)]
        )
        solar_w = zone[at(Z_SOLAR, lane)]
        radiant_w = (
            solar_w * (1.0 - own[of(PZ_SOLAR_TO_AIR, lane)])
            + own[of(PZ_PERSON_RADIANT, lane)] * people_w
            + own[of(PZ_LIGHTS_RADIANT, lane)] * lights_w
            + own[of(PZ_EQUIPMENT_RADIANT, lane)] * equipment_w
        )
        sky_k = weather[at(X_SKY, lane)] - weather[at(X_OUTDOOR, lane)]
        zone[at(Z_LIGHTS, lane)] = lights_w
        zone[at(Z_PEOPLE_HEAT, lane)] = people_w
        zone[at(Z_EQUIPMENT, lane)] = equipment_w
        zone[at(Z_ILLUMINANCE, lane)] = zone[at(Z_DAYLIGHT, lane)] + electric_lux
        zone[at(Z_EYE, lane)] = eye_lux(zone[at(Z_TRANSMITTED, lane)])
        zone[at(W_RADIANT, lane)] = radiant_w
        zone[at(W_CONVECTIVE, lane)] = people_w + lights_w + equipment_w + solar_w - radiant_w
        zone[at(W_WALL_SUN, lane)] += own[of(PZ_ENVELOPE_SKY, lane)] * sky_k


def zone_equation(
    own: Floats, zone: Floats, handler: Floats, building: Floats, weather: Floats, dt_s: float
) -> None:  # fmt: skip
    """What a zone would do without supply air, into its work columns."""
    for lane in range(LANES):
        outdoor_c = weather[at(X_OUTDOOR, lane)]
        sky_k = weather[at(X_SKY, lane)] - outdoor_c
        air_c = zone[at(STATE_AIR, lane)]
        pressed = own[of(PZ_INFILTRATION_FAN_ON, lane)]
        share = pressed if handler[at(HW_ON, lane)] > 0.5 else 1.0
        infiltration = infiltration_m3_s(
            own[of(PZ_INFILTRATION, lane)],
            own[of(PZ_INFILTRATION_STACK, lane)],
            own[of(PZ_INFILTRATION_WIND, lane)],
            air_c - outdoor_c,
            own[of(PZ_LOCAL_WIND, lane)] * weather[at(X_WIND, lane)],
            share,
        )
        radiant_w = zone[at(W_RADIANT, lane)]
        mass_w = own[of(PZ_RADIATION_TO_MASS, lane)] * radiant_w
        floor_w = building[at(BW_FLOOR_SHARE, lane)] * floor_wish_w(
            own[of(PZ_FLOOR, lane)], zone[at(ZONE_EFFECTIVE + HEATING, lane)], zone[at(Z_AIR, lane)]
        )
        to_outdoor = own[of(PZ_ENVELOPE_OUTDOOR, lane)]
        envelope_a, envelope_b = coupled_node(
            zone[at(STATE_ENVELOPE, lane)],
            own[of(PZ_ENVELOPE, lane)],
            to_outdoor,
            own[of(PZ_ENVELOPE_AIR, lane)],
            to_outdoor * outdoor_c + radiant_w - mass_w + zone[at(W_WALL_SUN, lane)],
            dt_s,
        )
        slab, ground = own[of(PZ_MASS_OUTDOOR, lane)], own[of(PZ_MASS_GROUND, lane)]
        mass_a, mass_b = coupled_node(
            zone[at(STATE_MASS, lane)],
            own[of(PZ_MASS, lane)],
            slab + ground,
            own[of(PZ_MASS_AIR, lane)],
            slab * outdoor_c + ground * weather[at(X_GROUND, lane)] + mass_w + floor_w,
            dt_s,
        )
        n, d = air_equation(
            air_c,
            own[of(PZ_AIR, lane)],
            own[of(PZ_WINDOW, lane)] + own[of(PZ_AIR_HEAT, lane)] * infiltration,
            outdoor_c,
            own[of(PZ_ENVELOPE_AIR, lane)],
            envelope_a,
            envelope_b,
            own[of(PZ_MASS_AIR, lane)],
            mass_a,
            mass_b,
            zone[at(W_CONVECTIVE, lane)]
            + zone[at(Z_INTERZONE_HEAT, lane)]
            + own[of(PZ_WINDOW_SKY, lane)] * sky_k,
            dt_s,
        )
        k_per_w = 1.0 / d
        zone[at(W_N, lane)] = n
        zone[at(W_D, lane)] = d
        zone[at(W_PER_W, lane)] = k_per_w
        zone[at(W_FREE, lane)] = n * k_per_w
        zone[at(W_ENVELOPE_A, lane)] = envelope_a
        zone[at(W_ENVELOPE_B, lane)] = envelope_b
        zone[at(W_MASS_A, lane)] = mass_a
        zone[at(W_MASS_B, lane)] = mass_b
        zone[at(W_INFILTRATION, lane)] = infiltration
        zone[at(Z_FLOOR_HEAT, lane)] = floor_w
        zone[at(Z_IDEAL_HEAT, lane)] = 0.0


def floor_wish_w(capacity_w: float, heating_setpoint_c: float, sensed_c: float) -> float:
    """Heat that a floor loop's thermostat asks for [W]: proportional over one kelvin."""
    below = (heating_setpoint_c - sensed_c) / FLOOR_BAND_K + 0.5
    return capacity_w * within(below, 0.0, 1.0)


def zone_result(
    own: Floats, zone: Floats, handler: Floats, faults: Floats, weather: Floats, dt_s: float
) -> None:  # fmt: skip
    """New temperatures, CO2 and humidity of a zone, and the heat flows that made them."""
    for lane in range(LANES):
        outdoor_c = weather[at(X_OUTDOOR, lane)]
        sky_k = weather[at(X_SKY, lane)] - outdoor_c
        air_heat = own[of(PZ_AIR_HEAT, lane)]
        infiltration = zone[at(W_INFILTRATION, lane)]
        added_w = zone[at(Z_AIR_SUPPLY_HEAT, lane)] + zone[at(Z_IDEAL_HEAT, lane)]
        air_c = (zone[at(W_N, lane)] + added_w) * zone[at(W_PER_W, lane)]
        envelope_c = zone[at(W_ENVELOPE_A, lane)] + zone[at(W_ENVELOPE_B, lane)] * air_c
        mass_c = zone[at(W_MASS_A, lane)] + zone[at(W_MASS_B, lane)] * air_c
        zone[at(Z_WINDOW_HEAT, lane)] = (
            own[of(PZ_WINDOW, lane)] * (outdoor_c - air_c) + own[of(PZ_WINDOW_SKY, lane)] * sky_k
        )
        zone[at(Z_INFILTRATION_HEAT, lane)] = air_heat * infiltration * (outdoor_c - air_c)
        zone[at(Z_OPAQUE_HEAT, lane)] = (
            own[of(PZ_ENVELOPE_OUTDOOR, lane)] * (outdoor_c - envelope_c)
            + zone[at(W_WALL_SUN, lane)]
        )
        zone[at(Z_SLAB_HEAT, lane)] = own[of(PZ_MASS_OUTDOOR, lane)] * (outdoor_c - mass_c) + own[
            of(PZ_MASS_GROUND, lane)
        ] * (weather[at(X_GROUND, lane)] - mass_c)
        people, airflow = zone[at(Z_PEOPLE, lane)], zone[at(Z_AIRFLOW, lane)]
        volume = own[of(PZ_VOLUME, lane)]
        co2_ppm = carried_after(
            zone[at(STATE_CO2, lane)],
            handler[at(H_SUPPLY_CO2, lane)],
            airflow,
            OUTDOOR_CO2_PPM,
            infiltration,
            zone[at(W_MIXING_CO2, lane)] + people * CO2_PER_PERSON_PPM,
            volume,
            dt_s,
        )
        vapour_m3_s = people * own[of(PZ_PERSON_VAPOUR, lane)]
        humidity = carried_after(
            zone[at(STATE_HUMIDITY, lane)],
            handler[at(H_SUPPLY_HUMIDITY, lane)],
            airflow,
            weather[at(X_HUMIDITY, lane)],
            infiltration,
            zone[at(W_MIXING_HUMIDITY, lane)] + vapour_m3_s,
            volume * own[of(PZ_MOISTURE_BUFFER, lane)],
            dt_s,
        )
        zone[at(STATE_AIR, lane)] = air_c
        zone[at(STATE_ENVELOPE, lane)] = envelope_c
        zone[at(STATE_MASS, lane)] = mass_c
        zone[at(STATE_CO2, lane)] = co2_ppm
        zone[at(STATE_HUMIDITY, lane)] = humidity
        zone[at(Z_CO2, lane)] = co2_ppm
        zone[at(Z_HUMIDITY, lane)] = humidity
        sensed_c = air_c
        if FAULTY:
            offset_k = faults[at(FZ_OFFSET, lane)] + faults[at(FZ_DRIFT, lane)] * (
                dt_s / SECONDS_PER_HOUR
            )
            faults[at(FZ_OFFSET, lane)] = offset_k
            frozen_c = faults[at(FZ_FROZEN, lane)]
            sensed_c = frozen_c if frozen_c == frozen_c else air_c + offset_k
        zone[at(Z_AIR, lane)] = sensed_c
