"""What reaches a zone from without during a substep: neighbours, and sun past its blinds."""

from __future__ import annotations

from sim_buildings.buffers import Buffers, Floats
from sim_buildings.columns import (
    BEFORE_AIR,
    BEFORE_CO2,
    BEFORE_HUMIDITY,
    BLIND,
    FACADE_SUN,
    S_BEAM,
    S_DIFFUSE,
    S_PROFILE,
    S_WALL_COOLED,
    S_WALL_WARMED,
    S_WINDOW_BEAM,
    STATE_AIR,
    STATE_CO2,
    STATE_HUMIDITY,
    W_COVERED,
    W_MIXING_CO2,
    W_MIXING_HUMIDITY,
    W_SLAT_DIFFUSE,
    W_SLAT_SINE,
    W_WALL_SUN,
    WEATHER,
    X_GHI,
    X_ROOF_FILM,
    X_SKY_LOSS,
    Z_DAYLIGHT,
    Z_FACADE,
    Z_INTERZONE_HEAT,
    Z_SOLAR,
    Z_TRANSMITTED,
    ZONE_EFFECTIVE,
)
from sim_buildings.fault_columns import FZ_BLIND
from sim_buildings.glass import beam_between_slats, slats, through_blind
from sim_buildings.lanes import FAULTY, LANES, at, of
from sim_buildings.parameter_columns import (
    PE_HEAT,
    PE_MIXING,
    PF_LIGHT,
    PF_SHARE,
    PF_SOLAR,
    PF_SOLAR_DIFFUSE,
    PF_WALL_SKY,
    PF_WALL_SUN,
    PZ_CLOSED_LIGHT,
    PZ_CLOSED_SOLAR,
    PZ_ENVELOPE_ROOF_SKY,
    PZ_ENVELOPE_ROOF_SUN,
    PZ_VISIBLE,
)


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
    """Clear one zone's sums; sun and sky on its roof begin one of them."""
    for lane in range(LANES):
        zone[at(Z_INTERZONE_HEAT, lane)] = 0.0
        zone[at(W_MIXING_CO2, lane)] = 0.0
        zone[at(W_MIXING_HUMIDITY, lane)] = 0.0
        zone[at(Z_FACADE, lane)] = 0.0
        zone[at(Z_TRANSMITTED, lane)] = 0.0
        zone[at(Z_SOLAR, lane)] = 0.0
        zone[at(Z_DAYLIGHT, lane)] = 0.0
        zone[at(W_WALL_SUN, lane)] = weather[at(X_ROOF_FILM, lane)] * (
            own[of(PZ_ENVELOPE_ROOF_SUN, lane)] * weather[at(X_GHI, lane)]
            - own[of(PZ_ENVELOPE_ROOF_SKY, lane)] * weather[at(X_SKY_LOSS, lane)]
        )


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
    """Add one facade's sun, and what its wall loses to the sky, to its zone."""
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
        zone[at(W_WALL_SUN, lane)] += (
            facade[of(PF_WALL_SUN, lane)] * sun[at(S_WALL_WARMED, lane)]
            - facade[of(PF_WALL_SKY, lane)] * sun[at(S_WALL_COOLED, lane)]
        )
