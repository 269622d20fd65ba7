"""One building's decision and control step over arrays: the service's scalar functions, compiled.

``observe`` is the simulator's counterpart of :class:`hvac_rl.control.decide.Decider`, ``act`` of
:class:`hvac_rl.safety.guard.Guard`: the same rule, encoding and guard functions, applied to every
zone of one building. Gates are not needed here: simulated readings are always good.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hvac_rl.control.base_rule import (
    RuleParameters,
    SiteFacts,
    air_handler_rule,
    zone_request,
    zone_rule,
)
from hvac_rl.control.encoding import decode, encode_zone
from hvac_rl.control.schedule import TimeFacts
from hvac_rl.safety.limits import AirHandlerLimits, ZoneLimits
from hvac_rl.safety.rules import required_outdoor_air, room_beyond_limits
from hvac_rl.safety.tiers import guard_air_handler, guard_zone
from hvac_rl.safety.values import (
    AirHandlerFacts,
    AirHandlerGuardState,
    ZoneFacts,
    ZoneGuardState,
    ZoneWish,
)

N_ZONE_GUARD = len(ZoneGuardState._fields)
N_HANDLER_GUARD = len(AirHandlerGuardState._fields)

# Columns of the facts array of one building, shape (zones, N_FACTS).
AIR, CO2, OCCUPIED, DAYLIGHT, FACADE = range(5)
N_FACTS = 5


class BuildingData(NamedTuple):
    """What the rules need to know of a building; arrays of shape (zones,)."""

    area_m2: np.ndarray
    design_people: np.ndarray
    full_light_lux: np.ndarray
    azimuth_deg: np.ndarray
    design_outdoor_air_m3_s: float


def zone_facts_of(row: np.ndarray) -> ZoneFacts:
    """The facts of one zone from its row."""
    return ZoneFacts(row[AIR], row[CO2], row[OCCUPIED] > 0.5, row[DAYLIGHT], row[FACADE])


def propose(
    facts: np.ndarray,
    building: BuildingData,
    site: SiteFacts,
    time: TimeFacts,
    rule: RuleParameters,
    proposals: np.ndarray,
) -> None:
    """The rule's wish for every zone into ``proposals``, shape (zones, 4)."""
    for z in range(facts.shape[0]):
        wish = zone_rule(zone_facts_of(facts[z]), site, time, building.full_light_lux[z], rule)
        proposals[z, 0] = wish.heating_c
        proposals[z, 1] = wish.cooling_c
        proposals[z, 2] = wish.blind
        proposals[z, 3] = wish.light


def observe(
    facts: np.ndarray,
    air_slow_c: np.ndarray,
    building: BuildingData,
    site: SiteFacts,
    time: TimeFacts,
    outdoor_forecast_c: np.ndarray,
    ghi_forecast_w_m2: np.ndarray,
    price_hourly: np.ndarray,
    price_mean: float,
    proposals: np.ndarray,
    observations: np.ndarray,
) -> None:
    """The observation of every zone into ``observations``, shape (zones, N_FEATURES)."""
    zones = facts.shape[0]
    total = 0.0
    for z in range(zones):
        total += facts[z, AIR]
    for z in range(zones):
        encode_zone(
            observations[z],
            zone_facts_of(facts[z]),
            air_slow_c[z],
            total / zones,
            building.azimuth_deg[z],
            site,
            time,
            outdoor_forecast_c,
            ghi_forecast_w_m2,
            price_hourly,
            price_mean,
            ZoneWish(proposals[z, 0], proposals[z, 1], proposals[z, 2], proposals[z, 3]),
        )


def act(
    modes: np.ndarray,
    facts: np.ndarray,
    proposals: np.ndarray,
    building: BuildingData,
    site: SiteFacts,
    time: TimeFacts,
    now_s: float,
    rule: RuleParameters,
    zone_limits: ZoneLimits,
    handler_limits: AirHandlerLimits,
    zone_guard: np.ndarray,
    handler_guard: np.ndarray,
    zone_command: np.ndarray,
    handler_command: np.ndarray,
) -> int:
    """Modes to permitted commands for one building; answers how many values the guard changed.

    ``zone_guard`` (zones, N_ZONE_GUARD) and ``handler_guard`` (N_HANDLER_GUARD,) are the guard's
    memory, updated in place; ``zone_command`` (zones, 4) and ``handler_command`` (4,) are filled.
    """
    changed = 0
    any_occupied = False
    beyond = False
    highest_co2_ppm = 0.0
    required_m3_s = 0.0
    most_cooling_k = 0.0
    most_heating_k = 0.0
    for z in range(facts.shape[0]):
        zone = zone_facts_of(facts[z])
        proposed = ZoneWish(proposals[z, 0], proposals[z, 1], proposals[z, 2], proposals[z, 3])
        wish = decode(modes[z], proposed, zone.occupied)
        state = zone_guard[z]
        before = ZoneGuardState(
            state[0], state[1], state[2], state[3], state[4],
            state[5], state[6], state[7], state[8], state[9],
        )  # fmt: skip
        permitted, after, bound = guard_zone(
            wish, zone, site.wind_m_s, building.full_light_lux[z], zone_limits, before, now_s
        )
        for k in range(N_ZONE_GUARD):
            zone_guard[z, k] = after[k]
        for k in range(4):
            zone_command[z, k] = permitted[k]
            if bound[k] != 0:
                changed += 1
        any_occupied = any_occupied or zone.occupied
        beyond = beyond or room_beyond_limits(zone.air_c, zone.occupied, zone_limits)
        if zone.co2_ppm > highest_co2_ppm:
            highest_co2_ppm = zone.co2_ppm
        required_m3_s += required_outdoor_air(
            zone.occupied, building.area_m2[z], building.design_people[z], handler_limits
        )
        request = zone_request(zone, wish)
        if request.cooling_k > most_cooling_k:
            most_cooling_k = request.cooling_k
        if request.heating_k > most_heating_k:
            most_heating_k = request.heating_k

    handler_wish = air_handler_rule(
        most_cooling_k,
        most_heating_k,
        any_occupied,
        time.scheduled,
        required_m3_s,
        building.design_outdoor_air_m3_s,
        site,
        rule,
    )
    fact = AirHandlerFacts(
        any_occupied, beyond, highest_co2_ppm, required_m3_s, building.design_outdoor_air_m3_s
    )
    memory = handler_guard
    before_handler = AirHandlerGuardState(
        memory[0], memory[1], memory[2], memory[3], memory[4], memory[5],
        memory[6], memory[7], memory[8], memory[9], memory[10],
    )  # fmt: skip
    permitted_handler, after_handler, handler_bound = guard_air_handler(
        handler_wish, fact, handler_limits, before_handler, now_s
    )
    for k in range(N_HANDLER_GUARD):
        handler_guard[k] = after_handler[k]
    for k in range(4):
        handler_command[k] = permitted_handler[k]
        if handler_bound[k] != 0:
            changed += 1
    return changed
