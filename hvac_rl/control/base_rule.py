"""The strong rule: what a good engineer would program without a learning machine.

Night setback, optimal start, standby for empty rooms, glare-based blinds with passive solar heat
at night and weekends, daylight dimming, and supply air and static pressure resets in the spirit of
ASHRAE Guideline 36-2021, 5.16. It runs every cycle under every policy and proposes every point.
Scalar and without memory (the air handler is told whether its fan runs); the simulator compiles it.
"""

from __future__ import annotations

from typing import NamedTuple

from hvac_rl.control.schedule import TimeFacts
from hvac_rl.safety.rules import clamp
from hvac_rl.safety.values import AirHandlerWish, ZoneFacts, ZoneWish

# A room this far beyond its setpoint starts a fan that stands outside the schedule [K]; one within
# the lesser distance of it stops it again. Assumed; the width keeps the fan from cycling.
FAN_START_K = 0.5
FAN_STOP_K = 0.1


class RuleParameters(NamedTuple):
    """The rule's tunable numbers; the defaults are good practice, not fitted to a building."""

    # Guideline 36-2021, 3.1.1.1: 70/75 °F occupied, 60/90 °F unoccupied.
    occupied_heating_c: float = 21.0
    occupied_cooling_c: float = 24.0
    setback_heating_c: float = 16.0
    setup_cooling_c: float = 30.0
    # Guideline 36-2021, 5.3.2 (occupied standby): 1 °F out, here 0.5 K, while a room is empty.
    standby_k: float = 0.5
    # Optimal start: how fast a room warms and cools [K/h], and how that falls with the weather.
    warm_up_k_per_h: float = 2.0
    cool_down_k_per_h: float = 2.0
    warm_up_outdoor_per_k: float = 0.04
    cool_down_outdoor_per_k: float = 0.04
    start_margin_h: float = 0.5
    longest_start_h: float = 5.0
    # Blinds: close against glare while occupied and against heat while empty and warm.
    glare_w_m2: float = 160.0
    glare_blind: float = 0.75
    heat_w_m2: float = 100.0
    heat_outdoor_c: float = 18.0
    # Light: EN 12464-1:2021, 500 lx on the task.
    light_target_lux: float = 500.0
    # Supply air reset between the cooling design value and neutral air by outdoor temperature.
    supply_air_cold_c: float = 12.8
    supply_air_warm_c: float = 17.0
    reset_outdoor_low_c: float = 12.0
    reset_outdoor_high_c: float = 24.0
    static_pressure_low_pa: float = 100.0
    static_pressure_high_pa: float = 250.0
    # Night purge: in the last hours before occupancy an empty, warm room is cooled while the air
    # outside is cool. Off by default: whether it pays depends on the building.
    purge_h: float = 0.0
    purge_cooling_c: float = 23.0
    purge_outdoor_c: float = 18.0


class SiteFacts(NamedTuple):
    """What is measured for the whole site this cycle."""

    outdoor_c: float
    wind_m_s: float
    ghi_w_m2: float
    price_per_kwh: float


class ZoneRequest(NamedTuple):
    """What a zone asks of its air handler."""

    cooling_k: float
    """How far the room is above its cooling setpoint [K], 0 when below."""
    heating_k: float
    """How far the room is below its heating setpoint [K], 0 when above."""
    occupied: bool


def start_lead_h(air_c: float, outdoor_c: float, time: TimeFacts, rule: RuleParameters) -> float:
    """How long before occupancy the room must start [h] to be comfortable when it begins."""
    cold = rule.occupied_heating_c - air_c
    warm = air_c - rule.occupied_cooling_c
    lead = 0.0
    if cold > 0.0:
        slowed = 1.0 - rule.warm_up_outdoor_per_k * clamp(10.0 - outdoor_c, 0.0, 20.0)
        lead = cold / (rule.warm_up_k_per_h * slowed)
    elif warm > 0.0:
        slowed = 1.0 - rule.cool_down_outdoor_per_k * clamp(outdoor_c - 25.0, 0.0, 15.0)
        lead = warm / (rule.cool_down_k_per_h * slowed)
    return clamp(lead + rule.start_margin_h, 0.0, rule.longest_start_h)


def zone_rule(
    zone: ZoneFacts,
    site: SiteFacts,
    time: TimeFacts,
    full_light_lux: float,
    rule: RuleParameters,
) -> ZoneWish:
    """The rule's wish for one zone. ``full_light_lux``: task illuminance at full light [lx]."""
    heating_c = rule.setback_heating_c
    cooling_c = rule.setup_cooling_c
    starting = not time.scheduled and time.hours_to_start <= start_lead_h(
        zone.air_c, site.outdoor_c, time, rule
    )
    if zone.occupied or starting:
        heating_c = rule.occupied_heating_c
        cooling_c = rule.occupied_cooling_c
    elif time.scheduled:
        heating_c = rule.occupied_heating_c - rule.standby_k
        cooling_c = rule.occupied_cooling_c + rule.standby_k
    elif time.hours_to_start <= rule.purge_h and site.outdoor_c < rule.purge_outdoor_c:
        cooling_c = rule.purge_cooling_c

    blind = 0.0
    if zone.occupied or time.scheduled:
        if zone.facade_w_m2 > rule.glare_w_m2:
            blind = rule.glare_blind
    elif zone.facade_w_m2 > rule.heat_w_m2 and site.outdoor_c > rule.heat_outdoor_c:
        blind = 1.0

    light = 0.0
    if zone.occupied:
        light = clamp((rule.light_target_lux - zone.daylight_lux) / full_light_lux, 0.0, 1.0)
    return ZoneWish(heating_c, cooling_c, blind, light)


def zone_request(zone: ZoneFacts, wish: ZoneWish) -> ZoneRequest:
    """What a zone asks of the air handler to reach the setpoints it wishes for."""
    cooling_k = zone.air_c - wish.cooling_c
    heating_k = wish.heating_c - zone.air_c
    return ZoneRequest(
        cooling_k if cooling_k > 0.0 else 0.0,
        heating_k if heating_k > 0.0 else 0.0,
        zone.occupied,
    )


def air_handler_rule(
    most_cooling_k: float,
    most_heating_k: float,
    any_occupied: bool,
    scheduled: bool,
    running: bool,
    required_outdoor_air_m3_s: float,
    design_outdoor_air_m3_s: float,
    site: SiteFacts,
    rule: RuleParameters,
) -> AirHandlerWish:
    """The rule's wish for an air handler from its zones' largest requests.

    ``running``: whether its fan runs now.
    """
    outdoor_air_m3_s = clamp(required_outdoor_air_m3_s, 0.0, design_outdoor_air_m3_s)
    least_k = FAN_STOP_K if running else FAN_START_K
    asked = most_cooling_k > least_k or most_heating_k > least_k
    enable = 1.0 if any_occupied or scheduled or asked else 0.0
    span = rule.reset_outdoor_high_c - rule.reset_outdoor_low_c
    mild = clamp((rule.reset_outdoor_high_c - site.outdoor_c) / span, 0.0, 1.0)
    # Rooms that stay too warm pull the supply air down whatever the weather.
    mild = mild * (1.0 - clamp(most_cooling_k / 1.5, 0.0, 1.0))
    supply_air_c = rule.supply_air_cold_c + mild * (rule.supply_air_warm_c - rule.supply_air_cold_c)
    urgent = clamp(most_cooling_k / 1.0, 0.0, 1.0)
    static_pressure_pa = rule.static_pressure_low_pa + urgent * (
        rule.static_pressure_high_pa - rule.static_pressure_low_pa
    )
    return AirHandlerWish(enable, supply_air_c, static_pressure_pa, outdoor_air_m3_s)
