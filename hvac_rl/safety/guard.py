"""The guard: the only maker of commands.

``judge`` takes what was read and what is wished and answers with everything that may be written:
gates first (what cannot be trusted is released to the BMS, with the reason), then the numeric
tiers. Nothing else in this program constructs a :class:`~hvac_rl.records.Command`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from hvac_rl.points import Point
from hvac_rl.records import Command, CommandKind, Decision, Snapshot
from hvac_rl.safety.facts import air_handler_facts, value_of, zone_facts
from hvac_rl.safety.following import handler_following, zone_following
from hvac_rl.safety.gates import (
    bad_wish,
    first_bad_input,
    higher_command,
    priority_is_ours,
    unlisted,
    who_commands,
)
from hvac_rl.safety.limits import AirHandlerLimits, ZoneLimits
from hvac_rl.safety.tiers import guard_air_handler, guard_zone
from hvac_rl.safety.values import (
    FREE,
    NAN,
    RULE_NAMES,
    AirHandlerGuardState,
    AirHandlerWish,
    ZoneFacts,
    ZoneGuardState,
    ZoneWish,
)
from hvac_rl.zones import AirHandler, Plant, Zone

ZONE_ROLES = ("heating", "cooling", "blind", "light")
AIR_HANDLER_ROLES = ("enable", "supply_air", "static_pressure", "outdoor_air")


@dataclass(frozen=True, slots=True)
class GuardSettings:
    """The site's limits and how the guard judges what it reads.

    ``oldest_s``: a reading older than this is stale. ``hold_s``: how long a point stays with an
    operator or another sequence after it commanded.
    """

    zone_limits: Mapping[str, ZoneLimits]
    air_handler_limits: Mapping[str, AirHandlerLimits]
    priority: int
    oldest_s: float
    hold_s: float


@dataclass(slots=True)
class Verdict:
    """Everything that may be written this cycle, who controls what, and what was turned away."""

    commands: list[Command] = field(default_factory=list)
    control: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


class Guard:
    """Holds the memory between cycles: last commands, timers, budgets and holds."""

    def __init__(self, plant: Plant, settings: GuardSettings) -> None:
        """Raises ValueError for a priority outside 9-15."""
        if not priority_is_ours(settings.priority):
            raise ValueError(f"priority {settings.priority} is not ours to write: 9 to 15 are")
        self._plant = plant
        self._settings = settings
        self._zones = {zone.name: ZoneGuardState() for zone in plant.zones}
        self._handlers = {handler.name: AirHandlerGuardState() for handler in plant.air_handlers}
        self._holds: dict[str, tuple[float, str]] = {}
        self._commandable = {point.name: point for point in plant.commandable()}

    @property
    def priority(self) -> int:
        """The one priority that commands carry."""
        return self._settings.priority

    def judge(
        self, snapshot: Snapshot, decision: Decision | None, held: Collection[str]
    ) -> Verdict:
        """``held``: names of the points in whose slot we sit; these are what can be released."""
        verdict = Verdict()
        wishes: Mapping[str, float] = decision.wishes if decision else {}
        for name in unlisted(wishes, self._commandable):
            verdict.notes.append(f"a wish for {name} was turned away: not a commandable point")
        self._update_holds(snapshot)

        site_bad = first_bad_input(self._plant.needed_sensors(), snapshot, self._settings.oldest_s)
        known: dict[str, ZoneFacts] = {}
        for zone in self._plant.zones:
            reason = site_bad or self._zone_bad(zone, snapshot)
            if not reason:
                known[zone.name] = zone_facts(zone, snapshot)
                reason = bad_wish(zone.commands.values(), wishes) if decision else "no decision"
            if reason:
                self._give_back_zone(zone, reason, held, verdict)
            else:
                assert decision is not None
                self._permit_zone(zone, known[zone.name], snapshot, decision, held, verdict)

        for handler in self._plant.air_handlers:
            reason = site_bad or first_bad_input(
                [*handler.sensors.values(), *handler.commands.values()],
                snapshot,
                self._settings.oldest_s,
            )
            if not reason:
                reason = bad_wish(handler.commands.values(), wishes) if decision else "no decision"
            if reason:
                self._give_back_handler(handler, reason, held, verdict)
            else:
                assert decision is not None
                self._permit_handler(handler, known, snapshot, decision, held, verdict)
        return verdict

    def release(self, points: Iterable[Point], reason: str) -> list[Command]:
        """Give these points back, whatever anybody wishes. Forgets what was last commanded."""
        commands = [self._release(point, reason) for point in points]
        owners = {command.point.of for command in commands}
        for zone in self._plant.zones:
            if zone.name in owners:
                self._forget_zone(zone)
        for handler in self._plant.air_handlers:
            if handler.name in owners:
                self._forget_handler(handler)
        return commands

    def follow(self, snapshot: Snapshot, owners: Collection[str]) -> None:
        """Zones and air handlers that are only watched: rates count from what is in effect."""
        for zone in self._plant.zones:
            if zone.name in owners:
                self._zones[zone.name] = zone_following(self._zones[zone.name], zone, snapshot)
        for handler in self._plant.air_handlers:
            if handler.name in owners:
                self._handlers[handler.name] = handler_following(
                    self._handlers[handler.name], handler, snapshot
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

    def _zone_bad(self, zone: Zone, snapshot: Snapshot) -> str:
        # A command point that cannot be read cannot be verified either.
        needed = [*zone.needed_sensors(), *zone.commands.values()]
        return first_bad_input(needed, snapshot, self._settings.oldest_s)

    def _update_holds(self, snapshot: Snapshot) -> None:
        """A higher level makes a hold; it ends by its expiry once that level no longer commands."""
        now_s = snapshot.time_s
        for name in self._commandable:
            level = higher_command(snapshot.readings.get(name), self._settings.priority)
            if level is not None:
                self._holds[name] = (now_s + self._settings.hold_s, who_commands(level))
            elif name in self._holds and now_s >= self._holds[name][0]:
                del self._holds[name]

    def _permit_zone(
        self,
        zone: Zone,
        facts: ZoneFacts,
        snapshot: Snapshot,
        decision: Decision,
        held: Collection[str],
        verdict: Verdict,
    ) -> None:
        permitted, after, bound = guard_zone(
            ZoneWish(*(self._wish(zone.commands, role, decision) for role in ZONE_ROLES)),
            facts,
            value_of(snapshot, self._plant.sensors["wind_speed"].name),
            zone.full_light_lux,
            self._settings.zone_limits[zone.name],
            self._zones[zone.name],
            snapshot.time_s,
        )
        self._zones[zone.name] = after
        verdict.control[zone.name] = decision.chosen_by
        self._command(
            zone.name, zone.commands, ZONE_ROLES, permitted, bound, decision, held, verdict
        )

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
            handler, self._plant.zones, known, dict(self._settings.zone_limits), limits
        )
        permitted, after, bound = guard_air_handler(
            AirHandlerWish(
                *(self._wish(handler.commands, role, decision) for role in AIR_HANDLER_ROLES)
            ),
            facts,
            limits,
            self._handlers[handler.name],
            snapshot.time_s,
        )
        self._handlers[handler.name] = after
        # The base rule alone commands air handlers, under every policy.
        verdict.control[handler.name] = "rule"
        self._command(
            handler.name,
            handler.commands,
            AIR_HANDLER_ROLES,
            permitted,
            bound,
            decision,
            held,
            verdict,
        )

    def _wish(self, commands: Mapping[str, Point], role: str, decision: Decision) -> float:
        point = commands.get(role)
        return decision.wishes[point.name] if point else 0.0

    def _command(
        self,
        of: str,
        commands: Mapping[str, Point],
        roles: tuple[str, ...],
        permitted: tuple[float, ...],
        bound: tuple[int, ...],
        decision: Decision,
        held: Collection[str],
        verdict: Verdict,
    ) -> None:
        for role, value, tier in zip(roles, permitted, bound, strict=True):
            point = commands.get(role)
            if point is None:
                continue
            if point.name in self._holds:
                who = self._holds[point.name][1]
                verdict.notes.append(f"{point.name} stays with {who}")
                verdict.control[of] = f"held: {who}"
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
                    rule=RULE_NAMES[tier] if tier != FREE else "",
                )
            )

    def _give_back_zone(
        self, zone: Zone, reason: str, held: Collection[str], verdict: Verdict
    ) -> None:
        verdict.control[zone.name] = f"bms: {reason}"
        verdict.commands += [
            self._release(point, reason) for point in zone.commands.values() if point.name in held
        ]
        self._forget_zone(zone)

    def _give_back_handler(
        self, handler: AirHandler, reason: str, held: Collection[str], verdict: Verdict
    ) -> None:
        verdict.control[handler.name] = f"bms: {reason}"
        verdict.commands += [
            self._release(point, reason)
            for point in handler.commands.values()
            if point.name in held
        ]
        self._forget_handler(handler)

    def _forget_zone(self, zone: Zone) -> None:
        """Forget the last commands, keep the day's counts: releasing is no way round a budget."""
        self._zones[zone.name] = self._zones[zone.name]._replace(
            heating_c=NAN, cooling_c=NAN, blind=NAN, light=NAN
        )

    def _forget_handler(self, handler: AirHandler) -> None:
        self._handlers[handler.name] = self._handlers[handler.name]._replace(
            enable=NAN, supply_air_c=NAN, static_pressure_pa=NAN, outdoor_air_m3_s=NAN
        )

    def _release(self, point: Point, reason: str) -> Command:
        return Command(
            kind=CommandKind.RELEASE,
            point=point,
            priority=self._settings.priority,
            rule=reason,
        )
