"""The service's scalar functions around an EnergyPlus plant: look, observe, act.

The one place where this plant meets rule, encoding and guard; each air handler has its own guard.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from hvac_rl.control.base_rule import (
    RuleParameters,
    SiteFacts,
    air_handler_rule,
    zone_request,
    zone_rule,
)
from hvac_rl.control.encoding import (
    FORECAST_HOURS,
    N_FEATURES,
    decode,
    encode_zone,
    outlook,
    site_features,
    slow_filter,
    time_features,
)
from hvac_rl.safety.handler_tiers import guard_air_handler
from hvac_rl.safety.limits import AirHandlerLimits, ZoneLimits
from hvac_rl.safety.rules import required_outdoor_air, room_beyond_limits
from hvac_rl.safety.values import (
    NAN,
    SMALL,
    AirHandlerFacts,
    AirHandlerGuardState,
    AirHandlerWish,
    SiteWeather,
    ZoneFacts,
    ZoneGuardState,
    ZoneWish,
)
from hvac_rl.safety.zone_tiers import guard_zone
from sim_buildings.energyplus.mapping import HandlerMap, Mapping
from sim_buildings.energyplus.plant import STEP_S, PlantReadings
from sim_buildings.energyplus.surroundings import Surroundings, epoch_s


class EnergyPlusController:
    """What the daemon does each cycle, without devices: one building's memory and rules."""

    def __init__(
        self,
        mapping: Mapping,
        surroundings: Surroundings,
        *,
        rule: RuleParameters | None = None,
        zone_limits: ZoneLimits | None = None,
        handler_limits: AirHandlerLimits | None = None,
    ) -> None:
        self._mapping = mapping
        self._around = surroundings
        self._rule = rule or RuleParameters()
        self._zone_limits = zone_limits or ZoneLimits()
        self._handler_limits = handler_limits or AirHandlerLimits()
        self._served = [mapping.handler_zones(handler) for handler in mapping.air_handlers]
        self.forget()

    def forget(self) -> None:
        """As after a start: no command given, nothing filtered."""
        zones = self._mapping.zones
        self._slow_c = [NAN] * len(zones)
        self._zone_states = [ZoneGuardState()] * len(zones)
        self._handler_states = [AirHandlerGuardState()] * len(self._mapping.air_handlers)

    def look(self, readings: PlantReadings, now: datetime) -> None:
        """Readings into facts, the slow filter, and the rule's proposals."""
        self._now = now
        self._time = self._around.time_facts(now)
        self._site = SiteFacts(
            readings.outdoor_c,
            readings.wind_m_s,
            readings.ghi_w_m2,
            self._around.price_per_kwh(now),
        )
        least = self._mapping.site.present_above_people
        self._facts = [
            ZoneFacts(z.air_c, z.co2_ppm, z.people > least, z.daylight_lux, z.facade_w_m2)
            for z in readings.zones
        ]
        self._slow_c = [
            slow_filter(slow_c, zone.air_c, STEP_S / 3600.0)
            for slow_c, zone in zip(self._slow_c, self._facts, strict=True)
        ]
        self._proposals = [
            zone_rule(facts, self._site, self._time, zone.full_light_lux, self._rule)
            for facts, zone in zip(self._facts, self._mapping.zones, strict=True)
        ]

    def observe(self) -> NDArray[np.float64]:
        """The observation of every zone as of the last look, shape (zones, N_FEATURES)."""
        out = np.empty((len(self._facts), N_FEATURES))
        outdoor_c, ghi_w_m2 = self._around.forecast(self._now, FORECAST_HOURS)
        prices = self._around.prices(self._now, FORECAST_HOURS)
        mean_c = sum(zone.air_c for zone in self._facts) / len(self._facts)
        shared = site_features(
            self._site,
            mean_c,
            time_features(self._time),
            outlook(outdoor_c, ghi_w_m2, prices),
            self._around.price_mean,
        )
        for k, facts in enumerate(self._facts):
            out[k] = encode_zone(
                facts,
                self._slow_c[k],
                self._mapping.zones[k].azimuth_deg,
                self._proposals[k],
                shared,
            )
        return out

    def act(self, modes: Sequence[int]) -> tuple[list[ZoneWish], list[AirHandlerWish], int]:
        """Modes to permitted commands; and how many values the guard changed."""
        now_s = epoch_s(self._now)
        wishes = [
            decode(mode, proposal, facts.occupied)
            for mode, proposal, facts in zip(modes, self._proposals, self._facts, strict=True)
        ]
        changes = 0
        commands = []
        for k, (wish, facts) in enumerate(zip(wishes, self._facts, strict=True)):
            permitted, self._zone_states[k], bound = guard_zone(
                wish,
                facts,
                SiteWeather(self._site.wind_m_s, self._site.outdoor_c),
                self._mapping.zones[k].full_light_lux,
                self._zone_limits,
                self._zone_states[k],
                now_s,
            )
            commands.append(permitted)
            changes += sum(rule > SMALL for rule in bound)
        handled = []
        for k, handler in enumerate(self._mapping.air_handlers):
            command, changed = self._handler(k, handler, wishes, now_s)
            handled.append(command)
            changes += changed
        return commands, handled, changes

    def _handler(
        self, k: int, handler: HandlerMap, wishes: list[ZoneWish], now_s: float
    ) -> tuple[AirHandlerWish, int]:
        served = [(self._mapping.zones[z], self._facts[z], wishes[z]) for z in self._served[k]]
        requests = [zone_request(facts, wish) for _, facts, wish in served]
        any_occupied = any(facts.occupied for _, facts, _ in served)
        required_m3_s = sum(
            required_outdoor_air(
                facts.occupied, zone.area_m2, zone.design_people, self._handler_limits
            )
            for zone, facts, _ in served
        )
        design_m3_s = handler.design_outdoor_air_m3_s
        wish = air_handler_rule(
            max(request.cooling_k for request in requests),
            max(request.heating_k for request in requests),
            any_occupied,
            self._time.scheduled,
            self._handler_states[k].enable > 0.5,
            required_m3_s,
            design_m3_s,
            self._site,
            self._rule,
        )
        facts = AirHandlerFacts(
            any_occupied,
            any(
                room_beyond_limits(facts.air_c, facts.occupied, self._zone_limits)
                for _, facts, _ in served
            ),
            max(facts.co2_ppm for _, facts, _ in served),
            required_m3_s,
            design_m3_s,
        )
        permitted, self._handler_states[k], bound = guard_air_handler(
            wish, facts, self._handler_limits, self._handler_states[k], now_s
        )
        return permitted, sum(rule > SMALL for rule in bound)

    @property
    def facts(self) -> list[ZoneFacts]:
        """As of the last look."""
        return self._facts
