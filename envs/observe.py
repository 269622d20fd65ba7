"""The observation of every zone, in lanes and then building by building."""

from __future__ import annotations

from numpy.typing import NDArray

from envs.control_columns import (
    C_AWAY,
    C_BLIND,
    C_COOLING,
    C_FEATURES,
    C_HEATING,
    C_LIGHT,
    C_SLOW,
    K_ETA_GHI,
    K_ETA_TEMPERATURE,
    K_F_HOUR_COS,
    K_F_HOUR_SIN,
    K_F_SCHEDULED,
    K_F_TO_END,
    K_F_TO_START,
    K_F_WORKDAY,
    K_F_WORKDAY_TOMORROW,
    K_GHI_0_2,
    K_GHI_2_4,
    K_GHI_4_8,
    K_GHI_8_16,
    K_GHI_16_24,
    K_OUTDOOR_0_2,
    K_OUTDOOR_2_4,
    K_OUTDOOR_4_8,
    K_OUTDOOR_8_16,
    K_OUTDOOR_16_24,
    K_PRICE_0_2,
    K_PRICE_2_6,
    U_BUILDING_AIR,
    U_FEATURES,
)
from envs.control_step import facts_of, site_of
from envs.memory import Memory
from hvac_rl.control.encoding import (
    Outlook,
    SiteFeatures,
    TimeFeatures,
    ZoneFeatures,
    site_features,
    zone_features,
)
from hvac_rl.safety.values import ZoneWish
from sim_buildings.buffers import Buffers, Floats
from sim_buildings.columns import Z_AIR
from sim_buildings.forecast import window_ghi_w_m2, window_outdoor_c
from sim_buildings.lanes import LANES, at

N_ZONE_FEATURES = len(ZoneFeatures._fields)
N_SITE_FEATURES = len(SiteFeatures._fields)


def show(
    orientations: Floats, price_mean: float, buffers: Buffers, memory: Memory, observations: NDArray
) -> None:
    """Every zone's observation into ``observations``, shape (lanes, zones, N_FEATURES).

    ``orientations``: (zones, 2), sine and cosine of each zone's facade.
    """
    zones = buffers.zones.shape[0]
    begin_mean(memory.building)
    for z in range(zones):
        add_air(1.0 / zones, buffers.zones[z], memory.building)
        own_features(
            orientations[z, 0], orientations[z, 1], buffers.zones[z], memory.zones[z]
        )
    shared_features(price_mean, buffers.building, memory.clock, memory.building)
    for lane in range(observations.shape[0]):
        for z in range(zones):
            out = observations[lane, z]
            for k in range(N_ZONE_FEATURES):
                out[k] = memory.zones[z, at(C_FEATURES + k, lane)]
            for k in range(N_SITE_FEATURES):
                out[N_ZONE_FEATURES + k] = memory.building[at(U_FEATURES + k, lane)]


def begin_mean(building: Floats) -> None:
    """Clear the building's mean air."""
    for lane in range(LANES):
        building[at(U_BUILDING_AIR, lane)] = 0.0


def add_air(share: float, zone: Floats, building: Floats) -> None:
    """Add a zone's part of the building's mean air."""
    for lane in range(LANES):
        building[at(U_BUILDING_AIR, lane)] += share * zone[at(Z_AIR, lane)]


def own_features(sine: float, cosine: float, zone: Floats, control: Floats) -> None:
    """The zone's part of its observation."""
    for lane in range(LANES):
        wish = ZoneWish(
            control[at(C_HEATING, lane)],
            control[at(C_COOLING, lane)],
            control[at(C_BLIND, lane)],
            control[at(C_LIGHT, lane)],
        )
        seen = zone_features(
            facts_of(zone, control, lane), control[at(C_SLOW, lane)], wish, sine, cosine
        )
        control[at(C_FEATURES, lane)] = seen.air
        control[at(C_FEATURES + 1, lane)] = seen.air_slow
        control[at(C_FEATURES + 2, lane)] = seen.co2
        control[at(C_FEATURES + 3, lane)] = seen.occupied
        control[at(C_FEATURES + 4, lane)] = seen.facade
        control[at(C_FEATURES + 5, lane)] = seen.rule_heating
        control[at(C_FEATURES + 6, lane)] = seen.rule_cooling
        control[at(C_FEATURES + 7, lane)] = seen.rule_blind
        control[at(C_FEATURES + 8, lane)] = seen.orientation_sin
        control[at(C_FEATURES + 9, lane)] = seen.orientation_cos

def shared_features(price_mean: float, building: Floats, clock: Floats, control: Floats) -> None:
    """The part that all zones share: clock, weather now, and the forecast with its error."""
    for lane in range(LANES):
        eta_t, eta_g = clock[at(K_ETA_TEMPERATURE, lane)], clock[at(K_ETA_GHI, lane)]
        time = TimeFeatures(
            clock[at(K_F_SCHEDULED, lane)],
            clock[at(K_F_TO_START, lane)],
            clock[at(K_F_TO_END, lane)],
            clock[at(K_F_WORKDAY, lane)],
            clock[at(K_F_WORKDAY_TOMORROW, lane)],
            clock[at(K_F_HOUR_SIN, lane)],
            clock[at(K_F_HOUR_COS, lane)],
        )
        ahead = Outlook(
            window_outdoor_c(clock[at(K_OUTDOOR_0_2, lane)], 0, eta_t),
            window_outdoor_c(clock[at(K_OUTDOOR_2_4, lane)], 1, eta_t),
            window_outdoor_c(clock[at(K_OUTDOOR_4_8, lane)], 2, eta_t),
            window_outdoor_c(clock[at(K_OUTDOOR_8_16, lane)], 3, eta_t),
            window_outdoor_c(clock[at(K_OUTDOOR_16_24, lane)], 4, eta_t),
            window_ghi_w_m2(clock[at(K_GHI_0_2, lane)], 0, eta_g),
            window_ghi_w_m2(clock[at(K_GHI_2_4, lane)], 1, eta_g),
            window_ghi_w_m2(clock[at(K_GHI_4_8, lane)], 2, eta_g),
            window_ghi_w_m2(clock[at(K_GHI_8_16, lane)], 3, eta_g),
            window_ghi_w_m2(clock[at(K_GHI_16_24, lane)], 4, eta_g),
            clock[at(K_PRICE_0_2, lane)],
            clock[at(K_PRICE_2_6, lane)],
        )
        seen = site_features(
            site_of(building, clock, lane),
            control[at(U_BUILDING_AIR, lane)],
            time,
            ahead,
            price_mean,
        )
        control[at(U_FEATURES, lane)] = seen.building_air
        control[at(U_FEATURES + 1, lane)] = seen.scheduled
        control[at(U_FEATURES + 2, lane)] = seen.to_start
        control[at(U_FEATURES + 3, lane)] = seen.to_end
        control[at(U_FEATURES + 4, lane)] = seen.workday
        control[at(U_FEATURES + 5, lane)] = seen.workday_tomorrow
        control[at(U_FEATURES + 6, lane)] = seen.hour_sin
        control[at(U_FEATURES + 7, lane)] = seen.hour_cos
        control[at(U_FEATURES + 8, lane)] = seen.outdoor
        control[at(U_FEATURES + 9, lane)] = seen.outdoor_0_2
        control[at(U_FEATURES + 10, lane)] = seen.outdoor_2_4
        control[at(U_FEATURES + 11, lane)] = seen.outdoor_4_8
        control[at(U_FEATURES + 12, lane)] = seen.outdoor_8_16
        control[at(U_FEATURES + 13, lane)] = seen.outdoor_16_24
        control[at(U_FEATURES + 14, lane)] = seen.ghi
        control[at(U_FEATURES + 15, lane)] = seen.ghi_0_2
        control[at(U_FEATURES + 16, lane)] = seen.ghi_2_4
        control[at(U_FEATURES + 17, lane)] = seen.ghi_4_8
        control[at(U_FEATURES + 18, lane)] = seen.ghi_8_16
        control[at(U_FEATURES + 19, lane)] = seen.ghi_16_24
        control[at(U_FEATURES + 20, lane)] = seen.price
        control[at(U_FEATURES + 21, lane)] = seen.price_0_2
        control[at(U_FEATURES + 22, lane)] = seen.price_2_6
