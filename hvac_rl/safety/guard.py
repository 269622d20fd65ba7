"""The guard: the only maker of commands.

``judge`` takes what was read and what is wished and answers with everything that may be written:
gates first (what cannot be trusted is released to the BMS, with the reason), then the numeric
tiers. Nothing else in this program constructs a :class:`~hvac_rl.records.Command`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from math import isfinite
from typing import Any

from hvac_rl.points import Point
from hvac_rl.records import Command, CommandKind, Decision, Snapshot
from hvac_rl.safety.facts import air_handler_facts, zone_facts
from hvac_rl.safety.following import handler_following, zone_following
from hvac_rl.safety.freeze import FreezeState
from hvac_rl.safety.gatekeeping import (
    follow_unheld,
    freeze_gate,
    freeze_latch,
    life_safety_gate,
    update_holds,
    weather_now,
)
from hvac_rl.safety.gates import bad_wish, priority_is_ours, unlisted
from hvac_rl.safety.handler_tiers import guard_air_handler
from hvac_rl.safety.holds import Hold, who_holds
from hvac_rl.safety.latches import Latch
from hvac_rl.safety.memory import from_plain, new_memory, rebase, to_plain
from hvac_rl.safety.quality import handler_bad, site_bad, track_inputs, zone_bad
from hvac_rl.safety.values import (
    LONG_AGO_S,
    NAN,
    RULE_NAMES,
    AirHandlerWish,
    SiteWeather,
    ZoneFacts,
    ZoneWish,
)
from hvac_rl.safety.verdict import GuardSettings, Verdict
from hvac_rl.safety.zone_tiers import guard_zone
from hvac_rl.zones import AirHandler, Plant, Zone

__all__ = ["Guard", "GuardSettings", "Verdict"]

ZONE_ROLES = ("heating", "cooling", "blind", "light")
AIR_HANDLER_ROLES = ("enable", "supply_air", "static_pressure", "outdoor_air")
# Points that are commanded together or not at all: one end alone could cross the other.
PAIRS = {"heating": "cooling", "cooling": "heating"}


class Guard:
    """Holds the memory between cycles: last commands, timers, budgets, holds and latches."""

    def __init__(self, plant: Plant, settings: GuardSettings) -> None:
        """Raises ValueError for a priority outside 9-15."""
        if not priority_is_ours(settings.priority):
            raise ValueError(f"priority {settings.priority} is not ours to write: 9 to 15 are")
        self._plant = plant
        self._settings = settings
        self._memory = new_memory(plant)
        self._commandable = {point.name: point for point in plant.commandable()}
        self._owners: tuple[Zone | AirHandler, ...] = (*plant.zones, *plant.air_handlers)
        self._owner_of = {
            point.name: owner.name for owner in self._owners for point in owner.commands.values()
        }

    @property
    def priority(self) -> int:
        """The one priority that commands carry."""
        return self._settings.priority

    @property
    def holds(self) -> Mapping[str, Hold]:
        """Who has which point, by its name."""
        return dict(self._memory.holds)

    @property
    def latches(self) -> Mapping[str, Latch]:
        """What stays shut until a person opens it, by its name."""
        return dict(self._memory.latches)

    def remembered(self) -> dict[str, Any]:
        """The memory as plain data, for the next start."""
        return to_plain(self._memory)

    def remember(self, raw: Mapping[str, Any]) -> None:
        """Take up a memory that :meth:`remembered` gave. Raises ValueError for anything else."""
        self._memory = from_plain(raw, self._plant)

    def open_latch(self, name: str, person: str, reason: str) -> str:
        """A person opens a latch; answers with the words for the audit.

        Raises ValueError without a person and a reason, and for what is not shut. What shut it
        shuts it again at once if it is still there.
        """
        if not person.strip() or not reason.strip():
            raise ValueError(f"opening the latch {name!r} takes a person and a reason")
        latch = self._memory.latches.pop(name, None)
        if latch is None:
            known = ", ".join(sorted(self._memory.latches)) or "none"
            raise ValueError(f"there is no latch {name!r}; shut are: {known}")
        for handler in self._memory.freeze:
            if name == freeze_latch(handler):
                self._memory.freeze[handler] = FreezeState()
        return f"{person} opened {name} ({latch.reason}): {reason}"

    def judge(
        self,
        snapshot: Snapshot,
        decision: Decision | None,
        held: Collection[str],
        *,
        killed: str = "",
        weather_c: float = NAN,
    ) -> Verdict:
        """``held``: names of the points in whose slot we sit; these are what can be released.

        ``killed``: why the kill switch is tripped, empty when it is not. ``weather_c``: outdoor
        air by a weather service [°C], NaN without one.
        """
        verdict = Verdict()
        wishes: Mapping[str, float] = decision.wishes if decision else {}
        for name in unlisted(wishes, self._commandable):
            verdict.notes.append(f"a wish for {name} was turned away: not a commandable point")
        memory = self._memory
        if not isfinite(snapshot.time_s):
            self._give_back_all("the clock gives no time", held, verdict)
            return verdict
        if snapshot.time_s < memory.last_s:
            rebase(memory, snapshot.time_s, self._settings.hold_s)
        memory.last_s = snapshot.time_s
        follow_unheld(self._plant, memory, snapshot, held)
        update_holds(self._commandable, self._settings, memory, snapshot)
        suspects = track_inputs(self._plant, snapshot, memory.inputs)
        # An alarm shuts its latch also while something else has everything released.
        alarmed = life_safety_gate(self._plant.life_safety, memory, snapshot, verdict.alarms)
        everywhere = (
            killed
            or alarmed
            or site_bad(self._plant, snapshot, self._settings.oldest_s, suspects, weather_c)
        )
        freezing = {
            handler.name: freeze_gate(handler, memory, snapshot, verdict.alarms)
            for handler in self._plant.air_handlers
        }
        if everywhere:
            self._give_back_all(everywhere, held, verdict)
            return verdict
        weather = weather_now(self._plant, memory, snapshot)
        known: dict[str, ZoneFacts] = {}
        for zone in self._plant.zones:
            reason = zone_bad(zone, self._plant, snapshot, self._settings.oldest_s, suspects)
            if not reason:
                known[zone.name] = zone_facts(zone, snapshot)
            reason = (
                reason
                or freezing.get(zone.served_by, "")
                or ("" if decision else "no decision")
                or bad_wish(zone.commands.values(), wishes)
            )
            if reason or decision is None:
                self._give_back(zone, reason, held, verdict)
            else:
                self._permit_zone(
                    zone, known[zone.name], weather, snapshot, decision, held, verdict
                )
        for handler in self._plant.air_handlers:
            reason = (
                handler_bad(handler, snapshot, self._settings.oldest_s)
                or freezing[handler.name]
                or ("" if decision else "no decision")
                or bad_wish(handler.commands.values(), wishes)
            )
            if reason or decision is None:
                self._give_back(handler, reason, held, verdict)
            else:
                self._permit_handler(handler, known, snapshot, decision, held, verdict)
        return verdict

    def release(self, points: Iterable[Point], reason: str) -> list[Command]:
        """Give these points back, whatever anybody wishes. Forgets what was last commanded."""
        commands = [self._release(point, reason) for point in points]
        for owner in {self._owner_of.get(command.point.name, "") for command in commands}:
            self._forget(owner)
        return commands

    def follow(self, snapshot: Snapshot, owners: Collection[str]) -> None:
        """Zones and air handlers that are only watched: what was judged for them was not written,
        so each first step counts from what is in effect, and no budget is spent.
        """
        nothing: frozenset[str] = frozenset()
        memory = self._memory
        for zone in self._plant.zones:
            if zone.name in owners:
                memory.zones[zone.name] = zone_following(
                    memory.zones[zone.name], zone, snapshot, nothing
                )._replace(
                    setpoint_time_s=LONG_AGO_S,
                    blind_time_s=LONG_AGO_S,
                    setpoint_writes=0.0,
                    blind_writes=0.0,
                    light_writes=0.0,
                )
        for handler in self._plant.air_handlers:
            if handler.name in owners:
                memory.handlers[handler.name] = handler_following(
                    memory.handlers[handler.name], handler, snapshot, nothing
                )._replace(
                    supply_air_time_s=LONG_AGO_S,
                    static_pressure_time_s=LONG_AGO_S,
                    outdoor_air_time_s=LONG_AGO_S,
                    supply_air_writes=0.0,
                    static_pressure_writes=0.0,
                    outdoor_air_writes=0.0,
                )

    def heartbeat(self, points: Iterable[Point], counter: int) -> list[Command]:
        """Beats for the devices' heartbeat points."""
        return [
            Command(
                kind=CommandKind.HEARTBEAT,
                point=point,
                priority=self._settings.priority,
                value=float(counter),
            )
            for point in points
        ]

    def _permit_zone(
        self,
        zone: Zone,
        facts: ZoneFacts,
        weather: SiteWeather,
        snapshot: Snapshot,
        decision: Decision,
        held: Collection[str],
        verdict: Verdict,
    ) -> None:
        permitted, after, bound = guard_zone(
            ZoneWish(*(_wish(zone, role, decision) for role in ZONE_ROLES)),
            facts,
            weather,
            zone.full_light_lux,
            self._settings.zone_limits[zone.name],
            self._memory.zones[zone.name],
            snapshot.time_s,
        )
        self._memory.zones[zone.name] = after
        verdict.control[zone.name] = decision.chosen_by
        self._command(zone, ZONE_ROLES, permitted, bound, decision, held, verdict)

    def _permit_handler(
        self,
        handler: AirHandler,
        known: dict[str, ZoneFacts],
        snapshot: Snapshot,
        decision: Decision,
        held: Collection[str],
        verdict: Verdict,
    ) -> None:
        limits = self._settings.air_handler_limits[handler.name]
        facts = air_handler_facts(
            handler, self._plant.zones, known, self._settings.zone_limits, limits
        )
        permitted, after, bound = guard_air_handler(
            AirHandlerWish(*(_wish(handler, role, decision) for role in AIR_HANDLER_ROLES)),
            facts,
            limits,
            self._memory.handlers[handler.name],
            snapshot.time_s,
        )
        self._memory.handlers[handler.name] = after
        # The base rule alone commands air handlers, under every policy.
        verdict.control[handler.name] = "rule"
        self._command(handler, AIR_HANDLER_ROLES, permitted, bound, decision, held, verdict)

    def _command(
        self,
        owner: Zone | AirHandler,
        roles: tuple[str, ...],
        permitted: tuple[float, ...],
        bound: tuple[int, ...],
        decision: Decision,
        held: Collection[str],
        verdict: Verdict,
    ) -> None:
        holds = self._memory.holds
        for role, value, rule in zip(roles, permitted, bound, strict=True):
            point = owner.commands.get(role)
            if point is None:
                continue
            hold = self._hold_on(owner, role) if holds else None
            if hold is not None:
                who = who_holds(hold, self._settings.foreign)
                verdict.notes.append(f"{point.name} stays with {who}")
                verdict.control[owner.name] = f"held: {who}"
                if point.name in held:
                    verdict.commands.append(self._release(point, f"held by {who}"))
                continue
            verdict.commands.append(
                Command(
                    kind=CommandKind.SET,
                    point=point,
                    priority=self._settings.priority,
                    value=value,
                    wish=decision.wishes[point.name],
                    rule=RULE_NAMES[rule],
                )
            )

    def _hold_on(self, owner: Zone | AirHandler, role: str) -> Hold | None:
        """The hold on a point, or on the other end of its pair."""
        for one in (role, PAIRS.get(role, role)):
            point = owner.commands.get(one)
            if point is not None and point.name in self._memory.holds:
                return self._memory.holds[point.name]
        return None

    def _give_back_all(self, reason: str, held: Collection[str], verdict: Verdict) -> None:
        for owner in self._owners:
            self._give_back(owner, reason, held, verdict)

    def _give_back(
        self, owner: Zone | AirHandler, reason: str, held: Collection[str], verdict: Verdict
    ) -> None:
        verdict.control[owner.name] = f"bms: {reason}"
        verdict.commands += [
            self._release(point, reason) for point in owner.commands.values() if point.name in held
        ]
        self._forget(owner.name)

    def _forget(self, owner: str) -> None:
        """Forget the last commands, keep the day's counts and the equipment's times: releasing is
        no way round a budget or a timer.
        """
        memory = self._memory
        if owner in memory.zones:
            memory.zones[owner] = memory.zones[owner]._replace(
                heating_c=NAN, cooling_c=NAN, blind=NAN, light=NAN
            )
        if owner in memory.handlers:
            memory.handlers[owner] = memory.handlers[owner]._replace(
                supply_air_c=NAN, static_pressure_pa=NAN, outdoor_air_m3_s=NAN
            )

    def _release(self, point: Point, reason: str) -> Command:
        return Command(
            kind=CommandKind.RELEASE,
            point=point,
            priority=self._settings.priority,
            rule=reason,
        )


def _wish(owner: Zone | AirHandler, role: str, decision: Decision) -> float:
    point = owner.commands.get(role)
    return decision.wishes[point.name] if point else 0.0
