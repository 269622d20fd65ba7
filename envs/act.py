"""What was chosen becomes what is permitted, over lanes.

The simulator's counterpart of :class:`hvac_rl.safety.guard.Guard`: modes or wishes, each zone's
guard, what zones ask of their air handler, the air handler's rule and its guard.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.control_columns import (
    A_BEYOND,
    A_CHANGED,
    A_CO2,
    A_COOLING,
    A_GUARD,
    A_HEATING,
    A_OCCUPIED,
    A_REQUIRED,
    C_AWAY,
    C_BLIND,
    C_CHANGED,
    C_COOLING,
    C_GUARD,
    C_HEATING,
    C_LIGHT,
    K_DAY,
    K_NOW,
    K_SCHEDULED,
    T_GUARD_CHANGES,
)
from envs.control_step import PRESENCE_HOLD_S, Numbers, facts_of, site_of
from envs.memory import Memory
from envs.numbers import handler_limits_of, rule_of, zone_limits_of
from hvac_rl.control.base_rule import air_handler_rule, zone_request
from hvac_rl.control.encoding import decode
from hvac_rl.safety.handler_tiers import guard_air_handler_on
from hvac_rl.safety.rules import required_outdoor_air, room_beyond_limits
from hvac_rl.safety.values import (
    DRY_C,
    SMALL,
    AirHandlerFacts,
    AirHandlerGuardState,
    SiteWeather,
    ZoneGuardState,
    ZoneWish,
)
from hvac_rl.safety.zone_tiers import guard_zone_on
from sim_buildings.bounds import larger
from sim_buildings.buffers import Buffers, Floats
from sim_buildings.columns import (
    B_OUTDOOR,
    B_WIND,
    BLIND,
    COOLING,
    ENABLE,
    HANDLER_OVERRIDE,
    HEATING,
    LIGHT,
    OUTDOOR_AIR,
    STATIC_PRESSURE,
    SUPPLY_AIR,
    ZONE_OVERRIDE,
)
from sim_buildings.lanes import LANES, at, of
from sim_buildings.parameter_columns import PH_OUTDOOR_AIR, PZ_AREA, PZ_FULL_LIGHT, PZ_PEOPLE
from sim_buildings.parameters import Params


class Choice(NamedTuple):
    """What a controller chose; in a batch with a leading axis of blocks.

    ``modes`` (lanes, zones) are taken unless ``direct``, which takes ``wishes`` (zones, 4, lanes):
    setpoints, blind and light, NaN for the rule's own.
    """

    modes: NDArray[np.int64]
    wishes: Floats


def choice_of(batch: Choice, b: int) -> Choice:
    """Block ``b`` of a batch; its arrays are views."""
    return Choice(batch.modes[b], batch.wishes[b])


def act(
    choice: Choice,
    direct: bool,
    params: Params,
    numbers: Numbers,
    buffers: Buffers,
    memory: Memory,
) -> None:
    """What was chosen to permitted commands, counting what the guard changed."""
    for h in range(memory.handlers.shape[0]):
        begin_requests(memory.handlers[h])
    for z in range(buffers.zones.shape[0]):
        h = params.handler_of[z]
        if direct:
            apply_wishes(choice.wishes[z], buffers.zones[z], memory.zones[z])
        else:
            apply_modes(choice.modes[:, z], buffers.zones[z], memory.zones[z])
        ask(
            params.zones[z], numbers.zone_limits, numbers.handler_limits, buffers.zones[z],
            memory.zones[z], memory.handlers[h],
        )  # fmt: skip
        permit(
            params.zones[z], numbers.zone_limits, buffers.zones[z], buffers.building, memory.clock,
            memory.zones[z],
        )  # fmt: skip
        count_changes(memory.zones[z], C_CHANGED, memory.building)
    for h in range(memory.handlers.shape[0]):
        run_handler(
            params.handlers[h], numbers.rule, numbers.handler_limits, buffers.handlers[h],
            buffers.building, memory.clock, memory.handlers[h],
        )  # fmt: skip
        count_changes(memory.handlers[h], A_CHANGED, memory.building)


def apply_modes(modes: NDArray[np.int64], zone: Floats, control: Floats) -> None:
    """The wish under each lane's mode in the place of the override."""
    for lane in range(LANES):
        proposed = ZoneWish(
            control[at(C_HEATING, lane)],
            control[at(C_COOLING, lane)],
            control[at(C_BLIND, lane)],
            control[at(C_LIGHT, lane)],
        )
        wish = decode(modes[lane], proposed, control[at(C_AWAY, lane)] < PRESENCE_HOLD_S)
        zone[at(ZONE_OVERRIDE + HEATING, lane)] = wish.heating_c
        zone[at(ZONE_OVERRIDE + COOLING, lane)] = wish.cooling_c
        zone[at(ZONE_OVERRIDE + BLIND, lane)] = wish.blind
        zone[at(ZONE_OVERRIDE + LIGHT, lane)] = wish.light


def apply_wishes(wishes: Floats, zone: Floats, control: Floats) -> None:
    """Each lane's own wish in the place of the override; what is NaN the rule proposes."""
    for lane in range(LANES):
        heating_c, cooling_c = wishes[HEATING, lane], wishes[COOLING, lane]
        blind, light = wishes[BLIND, lane], wishes[LIGHT, lane]
        own_heating_c, own_cooling_c = control[at(C_HEATING, lane)], control[at(C_COOLING, lane)]
        own_blind, own_light = control[at(C_BLIND, lane)], control[at(C_LIGHT, lane)]
        zone[at(ZONE_OVERRIDE + HEATING, lane)] = (
            heating_c if heating_c == heating_c else own_heating_c
        )
        zone[at(ZONE_OVERRIDE + COOLING, lane)] = (
            cooling_c if cooling_c == cooling_c else own_cooling_c
        )
        zone[at(ZONE_OVERRIDE + BLIND, lane)] = blind if blind == blind else own_blind
        zone[at(ZONE_OVERRIDE + LIGHT, lane)] = light if light == light else own_light


def permit(
    own: Floats, limits: Floats, zone: Floats, building: Floats, clock: Floats, control: Floats
) -> None:
    """What the guard permits of each lane's wish, in its place."""
    for lane in range(LANES):
        wish = ZoneWish(
            zone[at(ZONE_OVERRIDE + HEATING, lane)],
            zone[at(ZONE_OVERRIDE + COOLING, lane)],
            zone[at(ZONE_OVERRIDE + BLIND, lane)],
            zone[at(ZONE_OVERRIDE + LIGHT, lane)],
        )
        before = ZoneGuardState(
            control[at(C_GUARD, lane)],
            control[at(C_GUARD + 1, lane)],
            control[at(C_GUARD + 2, lane)],
            control[at(C_GUARD + 3, lane)],
            control[at(C_GUARD + 4, lane)],
            control[at(C_GUARD + 5, lane)],
            control[at(C_GUARD + 6, lane)],
            control[at(C_GUARD + 7, lane)],
            control[at(C_GUARD + 8, lane)],
            control[at(C_GUARD + 9, lane)],
            control[at(C_GUARD + 10, lane)],
        )
        # Nobody measures rain here: below freezing the blind counts as wet.
        weather = SiteWeather(
            building[at(B_WIND, lane)], building[at(B_OUTDOOR, lane)], False, True
        )
        permitted, after, bound = guard_zone_on(
            clock[at(K_DAY, lane)],
            wish,
            facts_of(zone, control, lane),
            weather,
            own[of(PZ_FULL_LIGHT, lane)],
            zone_limits_of(limits, lane),
            before,
            clock[at(K_NOW, lane)],
        )
        control[at(C_GUARD, lane)] = after.heating_c
        control[at(C_GUARD + 1, lane)] = after.cooling_c
        control[at(C_GUARD + 2, lane)] = after.blind
        control[at(C_GUARD + 3, lane)] = after.light
        control[at(C_GUARD + 4, lane)] = after.setpoint_time_s
        control[at(C_GUARD + 5, lane)] = after.blind_time_s
        control[at(C_GUARD + 6, lane)] = after.setpoint_writes
        control[at(C_GUARD + 7, lane)] = after.blind_writes
        control[at(C_GUARD + 8, lane)] = after.light_writes
        control[at(C_GUARD + 9, lane)] = after.day
        control[at(C_GUARD + 10, lane)] = after.presence_time_s
        zone[at(ZONE_OVERRIDE + HEATING, lane)] = permitted.heating_c
        zone[at(ZONE_OVERRIDE + COOLING, lane)] = permitted.cooling_c
        zone[at(ZONE_OVERRIDE + BLIND, lane)] = permitted.blind
        zone[at(ZONE_OVERRIDE + LIGHT, lane)] = permitted.light
        # What a write deadband leaves as it was is no change of the wish worth counting.
        changed = 0.0
        changed += 1.0 if bound.heating > SMALL else 0.0
        changed += 1.0 if bound.cooling > SMALL else 0.0
        changed += 1.0 if bound.blind > SMALL else 0.0
        changed += 1.0 if bound.light > SMALL else 0.0
        control[at(C_CHANGED, lane)] = changed


def begin_requests(handler: Floats) -> None:
    """Clear what the zones of an air handler ask for."""
    for lane in range(LANES):
        handler[at(A_OCCUPIED, lane)] = 0.0
        handler[at(A_BEYOND, lane)] = 0.0
        handler[at(A_CO2, lane)] = 0.0
        handler[at(A_REQUIRED, lane)] = 0.0
        handler[at(A_COOLING, lane)] = 0.0
        handler[at(A_HEATING, lane)] = 0.0


def ask(
    own: Floats, limits: Floats, handler_limits: Floats, zone: Floats, control: Floats,
    handler: Floats,
) -> None:  # fmt: skip
    """Add what one zone asks of its air handler: by its wish, and by who is in it."""
    for lane in range(LANES):
        facts = facts_of(zone, control, lane)
        # The air handler follows what the policy wished for, as in the daemon's decision.
        wish = ZoneWish(
            zone[at(ZONE_OVERRIDE + HEATING, lane)],
            zone[at(ZONE_OVERRIDE + COOLING, lane)],
            zone[at(ZONE_OVERRIDE + BLIND, lane)],
            zone[at(ZONE_OVERRIDE + LIGHT, lane)],
        )
        request = zone_request(facts, wish)
        beyond = room_beyond_limits(facts.air_c, facts.occupied, zone_limits_of(limits, lane))
        needed = required_outdoor_air(
            facts.occupied,
            own[of(PZ_AREA, lane)],
            own[of(PZ_PEOPLE, lane)],
            handler_limits_of(handler_limits, lane),
        )
        handler[at(A_OCCUPIED, lane)] += 1.0 if facts.occupied else 0.0
        handler[at(A_BEYOND, lane)] += 1.0 if beyond else 0.0
        handler[at(A_REQUIRED, lane)] += needed
        handler[at(A_CO2, lane)] = larger(handler[at(A_CO2, lane)], facts.co2_ppm)
        handler[at(A_COOLING, lane)] = larger(handler[at(A_COOLING, lane)], request.cooling_k)
        handler[at(A_HEATING, lane)] = larger(handler[at(A_HEATING, lane)], request.heating_k)


def run_handler(
    own: Floats, rule: Floats, limits: Floats, handler: Floats, building: Floats, clock: Floats,
    control: Floats,
) -> None:  # fmt: skip
    """The rule's wish for an air handler, and what the guard permits of it."""
    for lane in range(LANES):
        occupied = control[at(A_OCCUPIED, lane)] > 0.5
        beyond = control[at(A_BEYOND, lane)] > 0.5
        required, design = control[at(A_REQUIRED, lane)], own[of(PH_OUTDOOR_AIR, lane)]
        scheduled = clock[at(K_SCHEDULED, lane)] > 0.5
        wish = air_handler_rule(
            control[at(A_COOLING, lane)],
            control[at(A_HEATING, lane)],
            occupied,
            scheduled,
            control[at(A_GUARD, lane)] > 0.5,
            required,
            design,
            site_of(building, clock, lane),
            rule_of(rule, lane),
        )
        before = AirHandlerGuardState(
            control[at(A_GUARD, lane)],
            control[at(A_GUARD + 1, lane)],
            control[at(A_GUARD + 2, lane)],
            control[at(A_GUARD + 3, lane)],
            control[at(A_GUARD + 4, lane)],
            control[at(A_GUARD + 5, lane)],
            control[at(A_GUARD + 6, lane)],
            control[at(A_GUARD + 7, lane)],
            control[at(A_GUARD + 8, lane)],
            control[at(A_GUARD + 9, lane)],
            control[at(A_GUARD + 10, lane)],
            control[at(A_GUARD + 11, lane)],
            control[at(A_GUARD + 12, lane)],
        )
        facts = AirHandlerFacts(occupied, beyond, control[at(A_CO2, lane)], required, design, DRY_C)
        permitted, after, bound = guard_air_handler_on(
            clock[at(K_DAY, lane)],
            wish,
            facts,
            handler_limits_of(limits, lane),
            before,
            clock[at(K_NOW, lane)],
        )
        control[at(A_GUARD, lane)] = after.enable
        control[at(A_GUARD + 1, lane)] = after.supply_air_c
        control[at(A_GUARD + 2, lane)] = after.static_pressure_pa
        control[at(A_GUARD + 3, lane)] = after.outdoor_air_m3_s
        control[at(A_GUARD + 4, lane)] = after.enable_time_s
        control[at(A_GUARD + 5, lane)] = after.supply_air_time_s
        control[at(A_GUARD + 6, lane)] = after.static_pressure_time_s
        control[at(A_GUARD + 7, lane)] = after.supply_air_writes
        control[at(A_GUARD + 8, lane)] = after.static_pressure_writes
        control[at(A_GUARD + 9, lane)] = after.outdoor_air_writes
        control[at(A_GUARD + 10, lane)] = after.day
        control[at(A_GUARD + 11, lane)] = after.outdoor_air_time_s
        control[at(A_GUARD + 12, lane)] = after.start_time_s
        handler[at(HANDLER_OVERRIDE + ENABLE, lane)] = permitted.enable
        handler[at(HANDLER_OVERRIDE + SUPPLY_AIR, lane)] = permitted.supply_air_c
        handler[at(HANDLER_OVERRIDE + STATIC_PRESSURE, lane)] = permitted.static_pressure_pa
        handler[at(HANDLER_OVERRIDE + OUTDOOR_AIR, lane)] = permitted.outdoor_air_m3_s
        changed = 0.0
        changed += 1.0 if bound.enable > SMALL else 0.0
        changed += 1.0 if bound.supply_air > SMALL else 0.0
        changed += 1.0 if bound.static_pressure > SMALL else 0.0
        changed += 1.0 if bound.outdoor_air > SMALL else 0.0
        control[at(A_CHANGED, lane)] = changed


def count_changes(row: Floats, column: int, building: Floats) -> None:
    """Add a row's number of changed values to the building's."""
    for lane in range(LANES):
        building[at(T_GUARD_CHANGES, lane)] += row[at(column, lane)]
