"""A guard driven through anything, and what must be true of every answer it gives.

One :class:`Drive` is one site over many cycles: wishes, readings, clock, holds, restarts and limits
come from a random generator, so that a seed is a whole history. :meth:`Drive.cycle` raises
AssertionError with the history's seed in the words of whoever called it.
"""

from __future__ import annotations

import json
from dataclasses import replace
from math import inf, isfinite, nan
from random import Random

from hvac_rl.records import Command, CommandKind, Decision, Quality, Reading, Snapshot
from hvac_rl.safety.facts import site_weather, zone_facts
from hvac_rl.safety.guard import Guard, GuardSettings, Verdict
from hvac_rl.safety.limits import (
    ABSOLUTE_AIR_HANDLER,
    ABSOLUTE_ZONE,
    AirHandlerLimits,
    ZoneLimits,
    problems,
)
from hvac_rl.safety.rules import (
    blind_protection,
    cooling_range,
    heating_range,
    light_floor,
    room_rescue,
)
from hvac_rl.safety.values import FREE
from hvac_rl.zones import Zone
from tests.hvac_rl.safety.building import GOOD, NOW_S, WISH, plant, role_of

OWN = plant(air_temperature=1)
POINTS = OWN.points()
COMMANDABLE = {point.name: point for point in OWN.commandable()}
OWNER = {zone.name: zone for zone in OWN.zones}
WILD = (nan, inf, -inf, 0.0, -1.0, 1.0, 1e9, -1e300, 5e-324)
STALE_S, HOLD_S = 1350.0, 7200.0
TOLERANCE = 1e-9


def random_limits(random: Random) -> tuple[ZoneLimits, AirHandlerLimits]:
    """Limits as a site may set them: anywhere between the absolute bounds, in order."""
    while True:
        zone = ZoneLimits()._replace(
            **{
                name: random.uniform(low, high)
                for name, (low, high) in ABSOLUTE_ZONE.items()
                if random.random() < 0.2
            }
        )
        handler = AirHandlerLimits()._replace(
            **{
                name: random.uniform(low, high)
                for name, (low, high) in ABSOLUTE_AIR_HANDLER.items()
                if random.random() < 0.2
            }
        )
        if not problems(zone, ABSOLUTE_ZONE) and not problems(handler, ABSOLUTE_AIR_HANDLER):
            return zone, handler


class Drive:
    """One history. ``mild`` is how seldom something strange happens, 0 (always) to 1 (never)."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.mild = self.random.choice((0.5, 0.9, 0.98, 0.998))
        self.zone_limits, self.handler_limits = random_limits(self.random)
        self.guard = self._guard()
        self.time_s = NOW_S + self.random.uniform(0, 86_400)
        self.values = dict(GOOD)
        self.held: set[str] = set()
        self.slots: dict[str, float] = {}
        self.levels: dict[str, int] = {}
        self.last: Snapshot | None = None
        self.cycles = 0
        self.sets = 0
        self.latched = False
        self.held_since: dict[str, tuple[float, int]] = {}

    def _guard(self) -> Guard:
        return Guard(
            OWN,
            GuardSettings(
                {zone.name: self.zone_limits for zone in OWN.zones},
                {handler.name: self.handler_limits for handler in OWN.air_handlers},
                13, STALE_S, HOLD_S, {9: "equipment", 10: "sequence"},
            ),
        )  # fmt: skip

    def strange(self) -> bool:
        return self.random.random() > self.mild

    def number(self, low: float, high: float) -> float:
        return self.random.choice(WILD) if self.strange() else self.random.uniform(low, high)

    def cycle(self) -> Verdict:
        """One cycle of anything, checked."""
        self.cycles += 1
        self._clock()
        self._somebody_commands()
        if self.strange():
            self._restart()
        # Now and then a cycle comes twice, or after a later one.
        again = self.last if self.strange() else None
        now = again or self._snapshot()
        if self.random.random() < 0.3:
            self.last = now
        wish = self._decision()
        killed = "killed" if self.random.random() > 0.5 + self.mild / 2 else ""
        before = self.guard.remembered()
        verdict = self.guard.judge(now, wish, set(self.held), killed=killed)
        self._check(now, wish, verdict, killed)
        if self.random.random() < 0.05:
            self._check_idempotent(before, now, wish, verdict, killed)
        self._carry_out(verdict)
        if self.guard.latches and self.strange():
            for name in self.guard.latches:
                self.guard.open_latch(name, "a person", "drill")
        return verdict

    def _clock(self) -> None:
        if self.strange():
            self.time_s += self.random.choice((-86_400.0, -900.0, -1.0, 0.0, 86_400.0, 4e6))
        else:
            self.time_s += self.random.choice((60.0, 300.0, 900.0, 900.0))

    def _somebody_commands(self) -> None:
        if self.strange():
            name = self.random.choice(sorted(COMMANDABLE))
            if name in self.levels:
                del self.levels[name]
            else:
                self.levels[name] = self.random.choice((1, 5, 6, 7, 8, 9, 10, 12))
        if self.levels and self.random.random() < 0.1:
            del self.levels[self.random.choice(sorted(self.levels))]

    def _restart(self) -> None:
        """The process dies; the next one sweeps the slot and takes up the memory."""
        remembered = json.loads(json.dumps(self.guard.remembered(), allow_nan=False))
        self.guard = self._guard()
        self.guard.remember(remembered)
        self.held.clear()
        self.slots.clear()

    def _snapshot(self) -> Snapshot:
        readings = {}
        for point in POINTS:
            role = role_of(point.name)
            base = GOOD[role]
            if point.name in COMMANDABLE:
                value = self.slots.get(point.name, base)
                level = self.levels.get(point.name, 13 if point.name in self.held else 16)
                if point.name in self.levels:
                    value = base
            else:
                value = base + self.random.uniform(-0.1, 0.1) * abs(base)
                level = None
                if role in ("occupancy", "rain", "contact", "smoke", "freeze_stat"):
                    often = role == "occupancy" or self.strange()
                    value = float(self.random.random() < 0.5) if often else 0.0
            time_s, quality = self.time_s, Quality.GOOD
            if self.strange():
                value = self.number(-60.0, 60.0)
                time_s -= self.random.choice((0.0, 0.0, 5000.0, -100.0))
                quality = self.random.choice((Quality.GOOD, Quality.GOOD, *Quality))
            reading = Reading(
                point=point.name, time_s=time_s, value=value, quality=quality, commanded_by=level
            )
            if quality is not Quality.GOOD:
                reading = replace(reading, value=None)
            readings[point.name] = reading
            if self.random.random() > 0.9 + 0.1 * self.mild:
                del readings[point.name]
        return Snapshot(time_s=self.time_s, readings=readings)

    def _decision(self) -> Decision | None:
        if self.strange():
            return None
        wishes = {}
        for name in COMMANDABLE:
            base = WISH[role_of(name)]
            wishes[name] = self.number(base - 5.0, base + 5.0)
        if self.strange():
            wishes[self.random.choice(("sprinkler", "site.rain"))] = 1.0
        if self.strange():
            del wishes[self.random.choice(sorted(wishes))]
        return Decision(time_s=self.time_s, wishes=wishes, chosen_by="mad")

    def _carry_out(self, verdict: Verdict) -> None:
        for command in verdict.commands:
            name = command.point.name
            if command.kind is CommandKind.RELEASE:
                self.held.discard(name)
                self.slots.pop(name, None)
            elif command.value is not None:
                self.held.add(name)
                self.slots[name] = command.value

    def _check(self, now: Snapshot, wish: Decision | None, verdict: Verdict, killed: str) -> None:
        sets: dict[str, Command] = {}
        seen: set[str] = set()
        for command in verdict.commands:
            name = command.point.name
            assert name not in seen, f"{name} is commanded twice"
            seen.add(name)
            assert command.priority == 13
            assert name in COMMANDABLE
            if command.kind is CommandKind.RELEASE:
                assert name in self.held, f"{name} is released though nobody holds it"
                assert command.value is None
                assert command.rule, "a release gives its reason"
            else:
                assert command.kind is CommandKind.SET
                sets[name] = command
        self.sets += len(sets)
        for name in self.held - seen:
            raise AssertionError(f"{name} is held and neither set nor released")
        if wish is None or killed:
            assert not sets
        if self.guard.latches.get("life safety"):
            assert not sets
        for name, command in sets.items():
            assert command.value is not None
            assert isfinite(command.value)
            assert wish is not None
            assert command.wish == wish.wishes[name]
            assert bool(command.rule) == (command.value != command.wish)
            reading = now.readings[name]
            level = reading.commanded_by
            assert level is None or level >= 13, f"{name} is commanded though {level} commands"
            assert name not in self.guard.holds
        for zone in OWN.zones:
            self._check_zone(zone, now, sets)
        self._check_handler(sets)
        self._check_holds(now)

    def _check_zone(self, zone: Zone, now: Snapshot, sets: dict[str, Command]) -> None:
        got = {
            role: command.value
            for role, point in zone.commands.items()
            if (command := sets.get(point.name)) is not None and command.value is not None
        }
        assert ("heating" in got) == ("cooling" in got), "one end of a pair alone"
        if not got:
            return
        facts, limits = zone_facts(zone, now), self.zone_limits
        if "heating" in got:
            low, high = heating_range(facts.occupied, limits)
            assert low <= got["heating"] <= high
            low, high = cooling_range(facts.occupied, limits)
            assert low <= got["cooling"] <= high
            gap = got["cooling"] - got["heating"]
            assert gap >= limits.setpoint_deadband_k - TOLERANCE
            least, largest = room_rescue(facts.air_c, facts.occupied, limits)
            assert got["heating"] >= min(least, heating_range(facts.occupied, limits)[1])
            assert got["cooling"] <= max(largest, cooling_range(facts.occupied, limits)[0])
        if "blind" in got:
            weather = site_weather(OWN, now, -1e9)
            assert 0.0 <= got["blind"] <= 1.0
            if blind_protection(weather, facts.contact_open, limits) != FREE:
                assert got["blind"] == 0.0
        if "light" in got:
            floor = light_floor(facts.occupied, facts.daylight_lux, zone.full_light_lux, limits)
            assert floor <= got["light"] <= 1.0

    def _check_handler(self, sets: dict[str, Command]) -> None:
        limits = self.handler_limits
        bounds = {
            "ahu.enable": (0.0, 1.0),
            "ahu.supply_air": (limits.supply_air_min_c, limits.supply_air_max_c),
            "ahu.static_pressure": (
                limits.static_pressure_min_pa, limits.static_pressure_max_pa,
            ),
            "ahu.outdoor_air": (0.0, 0.3),
        }  # fmt: skip
        for name, (low, high) in bounds.items():
            if name in sets:
                value = sets[name].value
                assert value is not None
                assert low <= value <= high
        if "ahu.enable" in sets:
            assert sets["ahu.enable"].value in (0.0, 1.0)

    def _check_holds(self, now: Snapshot) -> None:
        """A hold ends when it says: never kept past its expiry unless its level is seen or
        nothing is seen; and never longer than ``HOLD_S`` from now."""
        for name, hold in self.guard.holds.items():
            assert hold.until_s <= now.time_s + HOLD_S
            reading = now.readings.get(name)
            if reading is None or reading.value is None:
                continue
            commands = reading.commanded_by is not None and reading.commanded_by < 13
            assert commands or now.time_s < hold.until_s

    def _check_idempotent(
        self,
        before: dict[str, object],
        now: Snapshot,
        wish: Decision | None,
        verdict: Verdict,
        killed: str,
    ) -> None:
        """What was permitted, wished again at the same memory, is permitted unchanged."""
        if wish is None:
            return
        again = self._guard()
        again.remember(before)
        permitted = {
            command.point.name: command.value
            for command in verdict.commands
            if command.kind is CommandKind.SET and command.value is not None
        }
        other = replace(wish, wishes={**wish.wishes, **permitted})
        second = again.judge(now, other, set(self.held), killed=killed)
        for command in second.commands:
            if command.kind is CommandKind.SET:
                assert command.value == permitted[command.point.name]
                assert command.rule == ""


def drive(seed: int, cycles: int) -> Drive:
    """A whole history. Raises AssertionError naming seed and cycle."""
    history = Drive(seed)
    for _ in range(cycles):
        try:
            history.cycle()
        except AssertionError as error:
            raise AssertionError(f"seed {seed}, cycle {history.cycles}: {error}") from error
    return history
