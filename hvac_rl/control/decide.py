"""From a snapshot to a decision: the base rule everywhere, the policy's mode on top.

The service's counterpart of the simulator's compiled decision step; both call the same rule and
encoding functions.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from operator import index
from typing import SupportsIndex

from hvac_rl.control.base_rule import (
    RuleParameters,
    SiteFacts,
    ZoneRequest,
    air_handler_rule,
    zone_request,
    zone_rule,
)
from hvac_rl.control.calendar import SiteCalendar, Tariff
from hvac_rl.control.encoding import (
    FEATURE_NAMES,
    FORECAST_HOURS,
    MODE_NAMES,
    N_MODES,
    RULE_MODE,
    decode,
    encode_zone,
    outlook,
    site_features,
    slow_filter,
    time_features,
)
from hvac_rl.control.forecasts import ForecastUnavailable
from hvac_rl.control.schedule import TimeFacts
from hvac_rl.ports import Forecast, Policy
from hvac_rl.records import Decision, Snapshot
from hvac_rl.safety.facts import optional_value, value_of, zone_facts
from hvac_rl.safety.gates import first_bad_input
from hvac_rl.safety.limits import AirHandlerLimits
from hvac_rl.safety.rules import required_outdoor_air
from hvac_rl.safety.values import ZoneFacts, ZoneWish
from hvac_rl.zones import AirHandler, Plant, Zone

log = logging.getLogger(__name__)
NAN = float("nan")
DECISION_S = 3600.0


@dataclass(slots=True)
class ZoneMemory:
    """What is carried from cycle to cycle for one zone."""

    air_slow_c: float = NAN
    seen_s: float = NAN
    mode: int = RULE_MODE


def _whole(answer: Iterable[SupportsIndex], zones: int) -> list[int]:
    """A policy's answer as numbers of modes, of any length up to one too many.

    Raises TypeError for anything that is no row of whole numbers: half a mode is none.
    """
    return [index(mode) for mode in islice(answer, zones + 1)]


class Decider:
    """Makes one decision a cycle. ``policy`` None is the base rule alone."""

    def __init__(
        self,
        plant: Plant,
        calendar: SiteCalendar,
        tariff: Tariff,
        forecast: Forecast,
        policy: Policy | None,
        rule: RuleParameters,
        air_handler_limits: dict[str, AirHandlerLimits],
        oldest_s: float,
    ) -> None:
        self._plant = plant
        self._calendar = calendar
        self._tariff = tariff
        self._forecast = forecast
        self._policy = policy
        self._rule = rule
        self._air_handler_limits = air_handler_limits
        self._oldest_s = oldest_s
        self._memory = {zone.name: ZoneMemory() for zone in plant.zones}
        self._chosen_hour = -1
        self._chosen_by = "rule"
        self._columns = [FEATURE_NAMES.index(name) for name in policy.features] if policy else []

    def decide(self, snapshot: Snapshot) -> Decision | None:
        """A wish for every point of every zone that can be read; None if the site cannot."""
        if first_bad_input(self._plant.needed_sensors(), snapshot, self._oldest_s):
            return None
        now_s = snapshot.time_s
        time = self._calendar.time_facts(now_s)
        site = SiteFacts(
            value_of(snapshot, self._plant.sensors["outdoor_air_temperature"].name),
            value_of(snapshot, self._plant.sensors["wind_speed"].name),
            value_of(snapshot, self._plant.sensors["global_irradiance"].name),
            self._tariff.price(now_s),
        )
        self._forecast.observe(now_s, site.outdoor_c, site.ghi_w_m2)
        known = self._known(snapshot)
        proposed = {
            zone.name: zone_rule(known[zone.name], site, time, zone.full_light_lux, self._rule)
            for zone in self._plant.zones
            if zone.name in known
        }
        self._remember(known, now_s)
        self._choose_modes(known, site, time, proposed, now_s)

        wishes: dict[str, float] = {}
        modes: dict[str, str] = {}
        wanted: dict[str, ZoneWish] = {}
        for zone in self._plant.zones:
            if zone.name not in known:
                continue
            mode = self._memory[zone.name].mode
            wish = decode(mode, proposed[zone.name], known[zone.name].occupied)
            wanted[zone.name] = wish
            modes[zone.name] = MODE_NAMES[mode]
            named = {
                "heating": wish.heating_c,
                "cooling": wish.cooling_c,
                "blind": wish.blind,
                "light": wish.light,
            }
            for role, point in zone.commands.items():
                wishes[point.name] = named[role]
        for handler in self._plant.air_handlers:
            wishes.update(self._air_handler_wishes(handler, known, wanted, site, time, snapshot))
        return Decision(time_s=now_s, wishes=wishes, chosen_by=self._chosen_by, modes=modes)

    def _known(self, snapshot: Snapshot) -> dict[str, ZoneFacts]:
        known = {}
        for zone in self._plant.zones:
            if not first_bad_input(zone.needed_sensors(), snapshot, self._oldest_s):
                known[zone.name] = zone_facts(zone, snapshot)
        return known

    def _remember(self, known: dict[str, ZoneFacts], now_s: float) -> None:
        for name, facts in known.items():
            memory = self._memory[name]
            elapsed_h = (now_s - memory.seen_s) / 3600.0 if memory.seen_s == memory.seen_s else 0.0
            memory.air_slow_c = slow_filter(memory.air_slow_c, facts.air_c, elapsed_h)
            memory.seen_s = now_s

    def _choose_modes(
        self,
        known: dict[str, ZoneFacts],
        site: SiteFacts,
        time: TimeFacts,
        proposed: dict[str, ZoneWish],
        now_s: float,
    ) -> None:
        """Once an hour ask the policy; between, the last modes stay."""
        if self._policy is None or not known:
            return
        hour = int(now_s // DECISION_S)
        if hour == self._chosen_hour:
            return
        try:
            outdoor_c, ghi_w_m2 = self._forecast.hourly(now_s)
        except ForecastUnavailable as error:
            self._fall_back(f"rule (no forecast: {error})")
            return
        price = self._tariff.hourly(now_s, FORECAST_HOURS)
        building_air_c = sum(facts.air_c for facts in known.values()) / len(known)
        zones = [zone for zone in self._plant.zones if zone.name in known]
        shared = site_features(
            site,
            building_air_c,
            time_features(time),
            outlook(outdoor_c, ghi_w_m2, price),
            self._tariff.mean,
        )
        observations = []
        for zone in zones:
            row = encode_zone(
                known[zone.name],
                self._memory[zone.name].air_slow_c,
                zone.azimuth_deg,
                proposed[zone.name],
                shared,
            )
            observations.append([row[column] for column in self._columns])
        try:
            chosen = _whole(self._policy.choose(observations), len(zones))
        except Exception as error:
            # Somebody's policy must not take the building's control down with it.
            log.exception("the policy failed")
            self._fall_back(f"rule (policy failed: {error})")
            return
        if len(chosen) != len(zones) or not all(0 <= mode < N_MODES for mode in chosen):
            self._fall_back(f"rule (policy chose {chosen!r:.200})")
            return
        for zone, mode in zip(zones, chosen, strict=True):
            self._memory[zone.name].mode = mode
        self._chosen_hour = hour
        self._chosen_by = self._policy.name

    def _fall_back(self, who: str) -> None:
        if self._chosen_by != who:
            log.warning("the base rule takes over: %s", who)
        for memory in self._memory.values():
            memory.mode = RULE_MODE
        self._chosen_by = who

    def _air_handler_wishes(
        self,
        handler: AirHandler,
        known: dict[str, ZoneFacts],
        wanted: dict[str, ZoneWish],
        site: SiteFacts,
        time: TimeFacts,
        snapshot: Snapshot,
    ) -> dict[str, float]:
        served: list[Zone] = [z for z in self._plant.zones if z.served_by == handler.name]
        requests: list[ZoneRequest] = []
        required_m3_s = 0.0
        limits = self._air_handler_limits[handler.name]
        for zone in served:
            facts = known.get(zone.name)
            occupied = facts.occupied if facts else True
            required_m3_s += required_outdoor_air(
                occupied, zone.area_m2, zone.design_people, limits
            )
            if facts:
                requests.append(zone_request(facts, wanted[zone.name]))
        wish = air_handler_rule(
            max((r.cooling_k for r in requests), default=0.0),
            max((r.heating_k for r in requests), default=0.0),
            any(r.occupied for r in requests) or len(requests) < len(served),
            time.scheduled,
            optional_value(snapshot, handler.commands.get("enable"), NAN) > 0.5,
            required_m3_s,
            handler.design_outdoor_air_m3_s,
            site,
            self._rule,
        )
        named = {
            "enable": wish.enable,
            "supply_air": wish.supply_air_c,
            "static_pressure": wish.static_pressure_pa,
            "outdoor_air": wish.outdoor_air_m3_s,
        }
        return {point.name: named[role] for role, point in handler.commands.items()}
