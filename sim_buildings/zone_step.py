"""The zones' part of a substep: gains, each zone's equations and results."""

from __future__ import annotations

from sim_buildings.air import (
    CO2_PER_PERSON_PPM,
    OUTDOOR_CO2_PPM,
    carried_after,
    infiltration_m3_s,
    thicker,
)
from sim_buildings.bounds import within
from sim_buildings.buffers import Floats
from sim_buildings.columns import (
    BW_FLOOR_SHARE,
    H_SUPPLY_CO2,
    H_SUPPLY_HUMIDITY,
    HEATING,
    HW_ON,
    LIGHT,
    STATE_AIR,
    STATE_CO2,
    STATE_ENVELOPE,
    STATE_HUMIDITY,
    STATE_MASS,
    W_CONVECTIVE,
    W_D,
    W_ENVELOPE_A,
    W_ENVELOPE_AIR,
    W_ENVELOPE_B,
    W_ENVELOPE_HEAT,
    W_FREE,
    W_INFILTRATION,
    W_LOST,
    W_MASS_A,
    W_MASS_AIR,
    W_MASS_B,
    W_MASS_HEAT,
    W_MIXING_CO2,
    W_MIXING_HUMIDITY,
    W_N,
    W_PER_W,
    W_WALL_SUN,
    X_GHI,
    X_GROUND,
    X_HUMIDITY,
    X_OUTDOOR,
    X_ROOF_FILM,
    X_SKY_LOSS,
    X_WIND,
    X_WINDOW_FILM,
    Z_AIR,
    Z_AIR_SUPPLY_HEAT,
    Z_AIRFLOW,
    Z_CO2,
    Z_DAYLIGHT,
    Z_EQUIPMENT,
    Z_EYE,
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
from sim_buildings.fault_columns import FZ_DRIFT, FZ_FROZEN, FZ_OFFSET
from sim_buildings.lanes import FAULTY, LANES, at, of
from sim_buildings.lighting import electric_light, eye_lux
from sim_buildings.parameter_columns import (
    PZ_AIR,
    PZ_AIR_HEAT,
    PZ_ENVELOPE,
    PZ_ENVELOPE_AIR,
    PZ_ENVELOPE_AIR_LEAN,
    PZ_ENVELOPE_AIR_RISE,
    PZ_ENVELOPE_MASS,
    PZ_ENVELOPE_OUTDOOR,
    PZ_ENVELOPE_SURFACE,
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
    PZ_MASS_AIR_LEAN,
    PZ_MASS_AIR_RISE,
    PZ_MASS_GROUND,
    PZ_MASS_OUTDOOR,
    PZ_MASS_SURFACE,
    PZ_MOISTURE_BUFFER,
    PZ_PERSON,
    PZ_PERSON_RADIANT,
    PZ_PERSON_VAPOUR,
    PZ_RADIANT_AIR,
    PZ_RADIANT_ENVELOPE,
    PZ_RADIANT_MASS,
    PZ_ROOF_ABSORPTANCE,
    PZ_ROOF_AIR,
    PZ_ROOF_ENVELOPE,
    PZ_ROOF_MASS,
    PZ_SUN_AIR,
    PZ_SUN_AIR_RISE,
    PZ_SUN_ENVELOPE,
    PZ_SUN_ENVELOPE_RISE,
    PZ_SUN_MASS,
    PZ_SUN_MASS_RISE,
    PZ_VOLUME,
    PZ_WINDOW_AIR,
    PZ_WINDOW_ENVELOPE,
    PZ_WINDOW_GAIN,
    PZ_WINDOW_MASS,
    PZ_WINDOW_SKY,
    PZ_WINDOW_U,
)
from sim_buildings.thermal import (
    above_roof_c,
    air_equation,
    convection,
    coupled_nodes,
    window_share,
)

SECONDS_PER_HOUR = 3600.0
# Assumed: a floor heating loop's valve opens fully one kelvin below its setpoint's upper end.
FLOOR_BAND_K = 1.0


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
        glass = window_share(own[of(PZ_WINDOW_U, lane)], weather[at(X_WINDOW_FILM, lane)])
        passed_w = zone[at(Z_SOLAR, lane)]
        solar_w = passed_w * (1.0 + own[of(PZ_WINDOW_GAIN, lane)] * (1.0 - glass))
        radiant_w = (
            own[of(PZ_PERSON_RADIANT, lane)] * people_w
            + own[of(PZ_LIGHTS_RADIANT, lane)] * lights_w
            + own[of(PZ_EQUIPMENT_RADIANT, lane)] * equipment_w
        )
        zone[at(Z_LIGHTS, lane)] = lights_w
        zone[at(Z_PEOPLE_HEAT, lane)] = people_w
        zone[at(Z_EQUIPMENT, lane)] = equipment_w
        zone[at(Z_ILLUMINANCE, lane)] = zone[at(Z_DAYLIGHT, lane)] + electric_lux
        zone[at(Z_EYE, lane)] = eye_lux(zone[at(Z_TRANSMITTED, lane)])
        gains_w = people_w + lights_w + equipment_w
        air_c = zone[at(STATE_AIR, lane)]
        envelope_s, mass_s = convection(
            own[of(PZ_ENVELOPE_SURFACE, lane)] * (zone[at(STATE_ENVELOPE, lane)] - air_c),
            own[of(PZ_MASS_SURFACE, lane)] * (zone[at(STATE_MASS, lane)] - air_c),
        )
        s = abs(mass_s)
        zone[at(W_ENVELOPE_AIR, lane)] = (
            own[of(PZ_ENVELOPE_AIR, lane)]
            + abs(envelope_s) * own[of(PZ_ENVELOPE_AIR_RISE, lane)]
            + envelope_s * own[of(PZ_ENVELOPE_AIR_LEAN, lane)]
        )
        zone[at(W_MASS_AIR, lane)] = (
            own[of(PZ_MASS_AIR, lane)]
            + s * own[of(PZ_MASS_AIR_RISE, lane)]
            + mass_s * own[of(PZ_MASS_AIR_LEAN, lane)]
        )
        sun_air = own[of(PZ_SUN_AIR, lane)] + s * own[of(PZ_SUN_AIR_RISE, lane)]
        sun_envelope = own[of(PZ_SUN_ENVELOPE, lane)] + s * own[of(PZ_SUN_ENVELOPE_RISE, lane)]
        sun_mass = own[of(PZ_SUN_MASS, lane)] + s * own[of(PZ_SUN_MASS_RISE, lane)]
        to_air_w = (
            sun_air * solar_w + own[of(PZ_RADIANT_AIR, lane)] * radiant_w + (gains_w - radiant_w)
        )
        to_envelope_w = sun_envelope * solar_w + own[of(PZ_RADIANT_ENVELOPE, lane)] * radiant_w
        to_mass_w = sun_mass * solar_w + own[of(PZ_RADIANT_MASS, lane)] * radiant_w
        zone[at(W_CONVECTIVE, lane)] = to_air_w
        zone[at(W_ENVELOPE_HEAT, lane)] = to_envelope_w
        zone[at(W_MASS_HEAT, lane)] = to_mass_w
        zone[at(W_LOST, lane)] = gains_w + passed_w - to_air_w - to_envelope_w - to_mass_w


def zone_equation(
    own: Floats, zone: Floats, handler: Floats, building: Floats, weather: Floats, dt_s: float
) -> None:  # fmt: skip
    """What a zone would do without supply air, into its work columns."""
    for lane in range(LANES):
        outdoor_c = weather[at(X_OUTDOOR, lane)]
        sky_loss = weather[at(X_SKY_LOSS, lane)]
        window_film = weather[at(X_WINDOW_FILM, lane)]
        glass = window_share(own[of(PZ_WINDOW_U, lane)], window_film)
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
        ) * thicker(outdoor_c)
        floor_w = building[at(BW_FLOOR_SHARE, lane)] * floor_wish_w(
            own[of(PZ_FLOOR, lane)], zone[at(ZONE_EFFECTIVE + HEATING, lane)], zone[at(Z_AIR, lane)]
        )
        to_outdoor = own[of(PZ_ENVELOPE_OUTDOOR, lane)]
        slab, ground = own[of(PZ_MASS_OUTDOOR, lane)], own[of(PZ_MASS_GROUND, lane)]
        glass_c = outdoor_c - own[of(PZ_WINDOW_SKY, lane)] * window_film * sky_loss
        envelope_glass = glass * own[of(PZ_WINDOW_ENVELOPE, lane)]
        mass_glass = glass * own[of(PZ_WINDOW_MASS, lane)]
        air_glass = glass * own[of(PZ_WINDOW_AIR, lane)]
        roof_c = above_roof_c(
            outdoor_c,
            sky_loss,
            weather[at(X_GHI, lane)],
            own[of(PZ_ROOF_ABSORPTANCE, lane)],
            weather[at(X_ROOF_FILM, lane)],
        )
        envelope_roof = own[of(PZ_ROOF_ENVELOPE, lane)]
        mass_roof = own[of(PZ_ROOF_MASS, lane)]
        air_roof = own[of(PZ_ROOF_AIR, lane)]
        envelope_a, envelope_b, mass_a, mass_b = coupled_nodes(
            zone[at(STATE_ENVELOPE, lane)],
            zone[at(STATE_MASS, lane)],
            own[of(PZ_ENVELOPE, lane)],
            own[of(PZ_MASS, lane)],
            to_outdoor + envelope_glass + envelope_roof,
            slab + ground + mass_glass + mass_roof,
            zone[at(W_ENVELOPE_AIR, lane)],
            zone[at(W_MASS_AIR, lane)],
            own[of(PZ_ENVELOPE_MASS, lane)],
            to_outdoor * outdoor_c
            + envelope_glass * glass_c
            + envelope_roof * roof_c
            + zone[at(W_ENVELOPE_HEAT, lane)]
            + zone[at(W_WALL_SUN, lane)],
            slab * outdoor_c
            + ground * weather[at(X_GROUND, lane)]
            + mass_glass * glass_c
            + mass_roof * roof_c
            + zone[at(W_MASS_HEAT, lane)]
            + floor_w,
            dt_s,
        )
        air_leak = own[of(PZ_AIR_HEAT, lane)] * infiltration
        n, d = air_equation(
            air_c,
            own[of(PZ_AIR, lane)],
            air_glass + air_roof + air_leak,
            air_glass * glass_c + air_roof * roof_c + air_leak * outdoor_c,
            zone[at(W_ENVELOPE_AIR, lane)],
            envelope_a,
            envelope_b,
            zone[at(W_MASS_AIR, lane)],
            mass_a,
            mass_b,
            zone[at(W_CONVECTIVE, lane)] + zone[at(Z_INTERZONE_HEAT, lane)],
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
        sky_loss = weather[at(X_SKY_LOSS, lane)]
        window_film = weather[at(X_WINDOW_FILM, lane)]
        glass = window_share(own[of(PZ_WINDOW_U, lane)], window_film)
        air_heat = own[of(PZ_AIR_HEAT, lane)]
        infiltration = zone[at(W_INFILTRATION, lane)]
        added_w = zone[at(Z_AIR_SUPPLY_HEAT, lane)] + zone[at(Z_IDEAL_HEAT, lane)]
        air_c = (zone[at(W_N, lane)] + added_w) * zone[at(W_PER_W, lane)]
        envelope_c = zone[at(W_ENVELOPE_A, lane)] + zone[at(W_ENVELOPE_B, lane)] * air_c
        mass_c = zone[at(W_MASS_A, lane)] + zone[at(W_MASS_B, lane)] * air_c
        glass_c = outdoor_c - own[of(PZ_WINDOW_SKY, lane)] * window_film * sky_loss
        roof_c = above_roof_c(
            outdoor_c,
            sky_loss,
            weather[at(X_GHI, lane)],
            own[of(PZ_ROOF_ABSORPTANCE, lane)],
            weather[at(X_ROOF_FILM, lane)],
        )
        zone[at(Z_WINDOW_HEAT, lane)] = (
            glass
            * (
                own[of(PZ_WINDOW_AIR, lane)] * (glass_c - air_c)
                + own[of(PZ_WINDOW_ENVELOPE, lane)] * (glass_c - envelope_c)
                + own[of(PZ_WINDOW_MASS, lane)] * (glass_c - mass_c)
            )
            - zone[at(W_LOST, lane)]
        )
        zone[at(Z_INFILTRATION_HEAT, lane)] = air_heat * infiltration * (outdoor_c - air_c)
        zone[at(Z_OPAQUE_HEAT, lane)] = (
            own[of(PZ_ENVELOPE_OUTDOOR, lane)] * (outdoor_c - envelope_c)
            + zone[at(W_WALL_SUN, lane)]
            + own[of(PZ_ROOF_AIR, lane)] * (roof_c - air_c)
            + own[of(PZ_ROOF_ENVELOPE, lane)] * (roof_c - envelope_c)
            + own[of(PZ_ROOF_MASS, lane)] * (roof_c - mass_c)
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
