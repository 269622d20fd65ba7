"""The observation of every zone, in lanes and then building by building."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.control_columns import (
    C_BLIND,
    C_COOLING,
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
from sim_buildings.lanes import LANES, at, of

N_ZONE_FEATURES = len(ZoneFeatures._fields)
N_SITE_FEATURES = len(SiteFeatures._fields)
# Environments show features within these bounds.
OBSERVED = 10.0


class Shown(NamedTuple):
    """Features as they are made and as they are shown; in a batch with a leading axis of blocks.

    What is made lies in lanes; ``*_rows`` are the same memory, a row a feature.
    """

    zones: Floats
    """(Z, zone features * lanes)"""
    site: Floats
    """(site features * lanes,)"""
    zone_rows: Floats
    """(Z, zone features, lanes)"""
    site_rows: Floats
    """(site features, lanes)"""
    zones_out: NDArray[np.float32]
    """(Z, zone features, blocks, lanes) of the whole batch: buildings lie side by side."""
    site_out: NDArray[np.float32]
    """(site features, blocks, lanes) of the whole batch."""


def shown_of(batch: Shown, b: int) -> Shown:
    """Block ``b`` of a batch; its arrays are views, the observations those of all blocks."""
    return Shown(
        batch.zones[b],
        batch.site[b],
        batch.zone_rows[b],
        batch.site_rows[b],
        batch.zones_out,
        batch.site_out,
    )


def computed_in(batch: Shown, work: Shown) -> Shown:
    """The batch's observations, made in another block's rows."""
    return Shown(
        work.zones, work.site, work.zone_rows, work.site_rows, batch.zones_out, batch.site_out
    )


def make_shown(zones: int, blocks: int, lanes: int, real: type) -> Shown:
    """Features that nobody has made yet."""
    zone_rows: Floats = np.zeros((blocks, zones, N_ZONE_FEATURES, lanes), dtype=real)
    site_rows: Floats = np.zeros((blocks, N_SITE_FEATURES, lanes), dtype=real)
    return Shown(
        zone_rows.reshape(blocks, zones, -1),
        site_rows.reshape(blocks, -1),
        zone_rows,
        site_rows,
        np.zeros((zones, N_ZONE_FEATURES, blocks, lanes), dtype=np.float32),
        np.zeros((N_SITE_FEATURES, blocks, lanes), dtype=np.float32),
    )


def show(
    orientations: Floats,
    price_mean: float,
    buffers: Buffers,
    memory: Memory,
    shown: Shown,
    block: int,
) -> None:
    """Every zone's observation of block ``block`` into ``shown``.

    ``orientations``: (zones, 2), sine and cosine of each zone's facade, as a row of parameters.
    """
    zones = buffers.zones.shape[0]
    begin_mean(memory.building)
    for z in range(zones):
        add_air(buffers.zones[z], memory.building)
        own_features(
            orientations[z], buffers.zones[z], memory.zones[z], shown.zones[z],
        )  # fmt: skip
    end_mean(memory.building.dtype.type(zones), memory.building)  # type: ignore[arg-type]
    shared_features(price_mean, buffers.building, memory.clock, memory.building, shown.site)
    for z in range(zones):
        lay_out(shown.zone_rows[z], shown.zones_out[z], block)
    lay_out(shown.site_rows, shown.site_out, block)


def lay_out(rows: Floats, out: NDArray[np.float32], block: int) -> None:
    """Copy features' lanes to where their buildings are."""
    for k in range(rows.shape[0]):
        source, target = rows[k], out[k, block]
        for lane in range(LANES):
            target[lane] = source[lane]


def begin_mean(building: Floats) -> None:
    """Clear the building's mean air."""
    for lane in range(LANES):
        building[at(U_BUILDING_AIR, lane)] = 0.0


def add_air(zone: Floats, building: Floats) -> None:
    """Add a zone's air to the building's sum."""
    for lane in range(LANES):
        building[at(U_BUILDING_AIR, lane)] += zone[at(Z_AIR, lane)]


def end_mean(zones: float, building: Floats) -> None:
    """The sum of all zones' air becomes their mean."""
    for lane in range(LANES):
        building[at(U_BUILDING_AIR, lane)] /= zones


def own_features(facing: Floats, zone: Floats, control: Floats, out: Floats) -> None:
    """The zone's part of its observation."""
    for lane in range(LANES):
        wish = ZoneWish(
            control[at(C_HEATING, lane)],
            control[at(C_COOLING, lane)],
            control[at(C_BLIND, lane)],
            control[at(C_LIGHT, lane)],
        )
        seen = zone_features(
            facts_of(zone, control, lane), control[at(C_SLOW, lane)], wish,
            facing[of(0, lane)], facing[of(1, lane)],
        )  # fmt: skip
        out[at(0, lane)] = seen.air
        out[at(1, lane)] = seen.air_slow
        out[at(2, lane)] = seen.co2
        out[at(3, lane)] = seen.occupied
        out[at(4, lane)] = seen.facade
        out[at(5, lane)] = seen.rule_heating
        out[at(6, lane)] = seen.rule_cooling
        out[at(7, lane)] = seen.rule_blind
        out[at(8, lane)] = seen.orientation_sin
        out[at(9, lane)] = seen.orientation_cos


def shared_features(
    price_mean: float, building: Floats, clock: Floats, control: Floats, out: Floats
) -> None:
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
        out[at(0, lane)] = seen.building_air
        out[at(1, lane)] = seen.scheduled
        out[at(2, lane)] = seen.to_start
        out[at(3, lane)] = seen.to_end
        out[at(4, lane)] = seen.workday
        out[at(5, lane)] = seen.workday_tomorrow
        out[at(6, lane)] = seen.hour_sin
        out[at(7, lane)] = seen.hour_cos
        out[at(8, lane)] = seen.outdoor
        out[at(9, lane)] = seen.outdoor_0_2
        out[at(10, lane)] = seen.outdoor_2_4
        out[at(11, lane)] = seen.outdoor_4_8
        out[at(12, lane)] = seen.outdoor_8_16
        out[at(13, lane)] = seen.outdoor_16_24
        out[at(14, lane)] = seen.ghi
        out[at(15, lane)] = seen.ghi_0_2
        out[at(16, lane)] = seen.ghi_2_4
        out[at(17, lane)] = seen.ghi_4_8
        out[at(18, lane)] = seen.ghi_8_16
        out[at(19, lane)] = seen.ghi_16_24
        out[at(20, lane)] = seen.price
        out[at(21, lane)] = seen.price_0_2
        out[at(22, lane)] = seen.price_2_6
