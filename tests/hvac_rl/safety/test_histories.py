"""The guard through whole histories: whatever is wished, read, held, restarted or stepped.

Two generators, one set of invariants (:mod:`tests.hvac_rl.safety.drive`): a Hypothesis state
machine, which shrinks what it finds to a few steps, and histories from seeds, which are fast.
``make safety-long`` runs at least a million cycles; here a share.
"""

from __future__ import annotations

import os
from dataclasses import replace
from math import inf, nan

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from hvac_rl.records import Decision, Quality, Reading, Snapshot
from hvac_rl.safety.limits import ZoneLimits
from hvac_rl.safety.values import SiteWeather, ZoneFacts, ZoneGuardState, ZoneWish
from hvac_rl.safety.zone_tiers import guard_zone
from tests.hvac_rl.safety.building import GOOD, WISH, role_of
from tests.hvac_rl.safety.drive import COMMANDABLE, POINTS, Drive, drive
from tests.hvac_rl.safety.effort import examples

LONG = int(os.environ.get("HVAC_RL_SAFETY_CYCLES", "0"))
CYCLES_A_HISTORY = 200 if LONG else 40
HISTORIES = max(1, LONG // CYCLES_A_HISTORY) if LONG else 25
STEPS, MACHINES = (60, 500) if LONG else (25, 25)
NAMES = sorted(point.name for point in POINTS)
anything = st.floats() | st.sampled_from([nan, inf, -inf, 0.0, 1.0]) | st.floats(-60.0, 60.0)


class GuardMachine(RuleBasedStateMachine):
    """One site, step by step."""

    @initialize(seed=st.integers(0, 2**32))
    def begin(self, seed: int) -> None:
        self.site = Drive(seed)
        self.changed: dict[str, Reading] = {}
        self.wishes = {name: WISH[role_of(name)] for name in COMMANDABLE}
        self.killed = ""
        self.previous: Snapshot | None = None

    def _snapshot(self) -> Snapshot:
        site, readings = self.site, {}
        for point in POINTS:
            value = site.slots.get(point.name, GOOD[role_of(point.name)])
            level = None
            if point.name in COMMANDABLE:
                level = site.levels.get(point.name, 13 if point.name in site.held else 16)
            readings[point.name] = Reading(
                point=point.name, time_s=site.time_s, value=value, commanded_by=level
            )
            if point.name in self.changed:
                strange = self.changed[point.name]
                readings[point.name] = replace(strange, time_s=site.time_s, commanded_by=level)
        return Snapshot(time_s=site.time_s, readings=readings)

    def _judge(self, now: Snapshot) -> None:
        site = self.site
        wish = Decision(time_s=now.time_s, wishes=dict(self.wishes), chosen_by="machine")
        before = site.guard.remembered()
        verdict = site.guard.judge(now, wish, set(site.held), killed=self.killed)
        site._check(now, wish, verdict, self.killed)
        site._check_idempotent(before, now, wish, verdict, self.killed)
        site._carry_out(verdict)
        self.previous = now

    @rule(seconds=st.sampled_from([60.0, 300.0, 900.0, 900.0, 3600.0]))
    def cycle(self, seconds: float) -> None:
        self.site.time_s += seconds
        self._judge(self._snapshot())

    @precondition(lambda self: self.previous is not None)
    @rule()
    def a_cycle_comes_twice(self) -> None:
        assert self.previous is not None
        self._judge(self.previous)

    @rule(seconds=st.sampled_from([-604_800.0, -86_400.0, -900.0, -0.5, 0.0, 86_400.0, 1e8]))
    def the_clock_steps(self, seconds: float) -> None:
        self.site.time_s += seconds

    @rule(name=st.sampled_from(NAMES), value=anything, quality=st.sampled_from(list(Quality)))
    def a_reading_changes(self, name: str, value: float, quality: Quality) -> None:
        kept = value if quality is Quality.GOOD else None
        self.changed[name] = Reading(point=name, time_s=0.0, value=kept, quality=quality)

    @rule()
    def readings_recover(self) -> None:
        self.changed.clear()

    @rule(name=st.sampled_from(sorted(COMMANDABLE)), wish=anything)
    def a_wish_changes(self, name: str, wish: float) -> None:
        self.wishes[name] = wish

    @rule(name=st.sampled_from(sorted(COMMANDABLE)), level=st.sampled_from([1, 6, 7, 8, 9, 10]))
    def somebody_commands(self, name: str, level: int) -> None:
        self.site.levels[name] = level

    @rule()
    def they_let_go(self) -> None:
        self.site.levels.clear()

    @rule()
    def the_process_restarts(self) -> None:
        self.site._restart()

    @rule(killed=st.sampled_from(["", "killed"]))
    def the_kill_switch(self, killed: str) -> None:
        self.killed = killed

    @rule()
    def a_person_opens_the_latches(self) -> None:
        for name in self.site.guard.latches:
            self.site.guard.open_latch(name, "a person", "drill")

    @invariant()
    def release_is_always_reachable(self) -> None:
        site = getattr(self, "site", None)
        if site is None:
            return
        names = {command.point.name for command in site.guard.release([], "nothing")}
        assert not names
        memory = site.guard.remembered()
        points = [COMMANDABLE[name] for name in sorted(site.held)]
        released = site.guard.release(points, "now")
        assert [command.point for command in released] == points
        site.guard.remember(memory)


GuardMachine.TestCase.settings = settings(
    max_examples=examples(MACHINES),
    stateful_step_count=STEPS,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
test_the_guard_step_by_step = GuardMachine.TestCase


@settings(max_examples=examples(HISTORIES), deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**63))
def test_the_guard_over_histories(seed: int) -> None:
    history = drive(seed, CYCLES_A_HISTORY)
    assert history.cycles == CYCLES_A_HISTORY


@pytest.mark.parametrize("seed", range(8))
def test_histories_are_not_all_release(seed: int) -> None:
    """A generator that never lets the guard command would prove nothing."""
    history = Drive(seed)
    history.mild = 0.998
    for _ in range(40):
        history.cycle()
    assert history.sets > 40


FRACTION = st.floats(0.0, 0.5)


@given(
    wish=st.tuples(*[st.floats(10.0, 35.0)] * 2, *[st.floats(-0.5, 1.5)] * 2),
    between=st.floats(0.0, 1.0),
    occupied=st.booleans(),
    wind_m_s=st.floats(0.0, 15.0),
    tighter=st.tuples(FRACTION, FRACTION, FRACTION, FRACTION, FRACTION),
)
@settings(max_examples=examples(400), deadline=None)
def test_what_tighter_limits_permit_looser_ones_permit_unchanged(
    wish: tuple[float, float, float, float],
    between: float,
    occupied: bool,
    wind_m_s: float,
    tighter: tuple[float, float, float, float, float],
) -> None:
    """At one memory and with feasible boxes, tightening a limit never loosens a command."""
    loose = ZoneLimits(comfort_min_c=20.5, comfort_max_c=24.5)
    low, high, hard_low, hard_high, rest = tighter
    tight = loose._replace(
        comfort_min_c=loose.comfort_min_c + low,
        comfort_max_c=loose.comfort_max_c - high,
        occupied_min_c=loose.occupied_min_c + hard_low,
        occupied_max_c=loose.occupied_max_c - hard_high,
        blind_wind_limit_m_s=loose.blind_wind_limit_m_s - 10.0 * rest,
        occupied_blind_max=loose.occupied_blind_max - 0.2 * rest,
        light_floor_lux=loose.light_floor_lux + 200.0 * rest,
        setpoint_deadband_k=loose.setpoint_deadband_k + rest,
    )
    # A room beyond the tighter limits alone is rescued by them alone: another box altogether.
    coldest_c, warmest_c = loose.occupied_min_c + hard_low, loose.occupied_max_c - hard_high
    air_c = coldest_c + between * (warmest_c - coldest_c)
    facts = ZoneFacts(air_c, 600.0, occupied, 100.0, 0.0)
    weather = SiteWeather(wind_m_s, 15.0, False, False)

    def guarded(limits: ZoneLimits, wanted: ZoneWish) -> ZoneWish:
        return guard_zone(wanted, facts, weather, 550.0, limits, ZoneGuardState(), 0.0)[0]

    command = guarded(tight, ZoneWish(*wish))
    assert guarded(loose, command) == pytest.approx(command, abs=1e-9)
