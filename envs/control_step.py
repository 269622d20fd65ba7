"""A look at a block of buildings: what the sensors say, and what the rule proposes, over lanes.

``look`` and :func:`envs.observe.show` are the simulator's counterpart of
:class:`hvac_rl.control.decide.Decider`, :mod:`envs.act` of the guard: the same rule, encoding and
guard functions, applied to every zone. Gates are not needed here: simulated readings are good.
"""

from __future__ import annotations

from typing import NamedTuple

from envs.control_columns import (
    C_AWAY,
    C_BLIND,
    C_COOLING,
    C_HEATING,
    C_LIGHT,
    C_SLOW,
    K_HOUR,
    K_PRICE,
    K_SCHEDULED,
    K_TO_END,
    K_TO_START,
    K_WORKDAY,
    K_WORKDAY_TOMORROW,
)
from envs.memory import Memory
from envs.numbers import rule_of
from hvac_rl.control.base_rule import SiteFacts, zone_rule
from hvac_rl.control.encoding import slow_filter
from hvac_rl.control.schedule import TimeFacts
from hvac_rl.safety.values import DRY_C, ZoneFacts
from sim_buildings.buffers import Buffers, Floats
from sim_buildings.columns import (
    B_GHI,
    B_OUTDOOR,
    B_WIND,
    Z_AIR,
    Z_CO2,
    Z_DAYLIGHT,
    Z_FACADE,
)
from sim_buildings.lanes import LANES, at, of
from sim_buildings.parameter_columns import PZ_FULL_LIGHT
from sim_buildings.parameters import Params

CYCLE_H = 0.25
PRESENCE_HOLD_S = 900.0
"""A presence detector holds for 15 minutes."""


class Numbers(NamedTuple):
    """Limits and the rule as rows (:mod:`envs.numbers`)."""

    zone_limits: Floats
    handler_limits: Floats
    rule: Floats


def facts_of(zone: Floats, control: Floats, lane: int) -> ZoneFacts:
    """What a zone's sensors say."""
    return ZoneFacts(
        zone[at(Z_AIR, lane)],
        zone[at(Z_CO2, lane)],
        control[at(C_AWAY, lane)] < PRESENCE_HOLD_S,
        zone[at(Z_DAYLIGHT, lane)],
        zone[at(Z_FACADE, lane)],
        # The simulated sites have neither humidity sensors nor contacts.
        DRY_C,
        False,
    )


def site_of(building: Floats, clock: Floats, lane: int) -> SiteFacts:
    """What the site's sensors say, and the price now."""
    return SiteFacts(
        building[at(B_OUTDOOR, lane)],
        building[at(B_WIND, lane)],
        building[at(B_GHI, lane)],
        clock[at(K_PRICE, lane)],
    )


def time_of(clock: Floats, lane: int) -> TimeFacts:
    """The schedule's facts."""
    return TimeFacts(
        clock[at(K_HOUR, lane)],
        clock[at(K_WORKDAY, lane)] > 0.5,
        clock[at(K_WORKDAY_TOMORROW, lane)] > 0.5,
        clock[at(K_SCHEDULED, lane)] > 0.5,
        clock[at(K_TO_START, lane)],
        clock[at(K_TO_END, lane)],
    )


def look(params: Params, numbers: Numbers, buffers: Buffers, memory: Memory) -> None:
    """The slow filter and the rule's proposals of every zone."""
    for z in range(buffers.zones.shape[0]):
        propose(
            params.zones[z], numbers.rule, buffers.zones[z], buffers.building, memory.clock,
            memory.zones[z],
        )  # fmt: skip


def propose(
    own: Floats, rule: Floats, zone: Floats, building: Floats, clock: Floats, control: Floats
) -> None:
    """The slow filter and the rule's proposal of one zone."""
    for lane in range(LANES):
        facts = facts_of(zone, control, lane)
        slow_c = slow_filter(control[at(C_SLOW, lane)], facts.air_c, CYCLE_H)
        wish = zone_rule(
            facts,
            site_of(building, clock, lane),
            time_of(clock, lane),
            own[of(PZ_FULL_LIGHT, lane)],
            rule_of(rule, lane),
        )
        control[at(C_SLOW, lane)] = slow_c
        control[at(C_HEATING, lane)] = wish.heating_c
        control[at(C_COOLING, lane)] = wish.cooling_c
        control[at(C_BLIND, lane)] = wish.blind
        control[at(C_LIGHT, lane)] = wish.light
