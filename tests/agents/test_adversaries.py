"""Whoever chooses: commands stay inside limits, rooms and equipment near the BMS's own."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

import agents.rehearsal
from agents.adversaries import BROKEN, Answers, Chatters, HurtingWishes, Hurts, Neglects, Swings
from agents.excursions import Excursions, GuardedWeeks
from agents.rehearsal import DirectAdapter
from agents.years import Place, Years, scene_of_years
from envs.setting import make_scene
from hvac_rl.control.decide import Decider
from hvac_rl.ports import Policy
from hvac_rl.records import Command, CommandKind, Decision
from hvac_rl.safety.limits import ZoneLimits
from hvac_rl.service.site_file import Site, load_site
from sim_buildings.building import load_building
from sim_buildings.field.network import FieldNetwork
from sim_buildings.field.ready import ready_building
from sim_buildings.field.site_writer import site_yaml

WINTER, SUMMER = 2, 28
# SAFETY.md states these: K h a zone and week over the BMS's own, starts an hour.
DISCOMFORT_BAND_KH = 7.0
STARTS_AN_HOUR = 2
YEAR = Years((301,))
HOUR_S = 3600.0


@pytest.fixture(scope="module", params=["small_office", "medium_office"])
def weeks(request: pytest.FixtureRequest) -> GuardedWeeks:
    scene = scene_of_years(Place(load_building(request.param)), YEAR)
    return GuardedWeeks(scene, [WINTER, SUMMER], threads=1)


@pytest.fixture(scope="module")
def alone(weeks: GuardedWeeks) -> Excursions:
    return weeks.bms()


def hold(found: Excursions, alone: Excursions) -> None:
    assert found.commands > 30_000
    assert found.breaches == 0
    assert found.discomfort_kh <= alone.discomfort_kh + DISCOMFORT_BAND_KH
    assert found.most_starts_an_hour <= STARTS_AN_HOUR


@pytest.mark.parametrize(
    "policy", [Hurts(), Neglects(), Swings(), Chatters(1)], ids=lambda policy: policy.name
)
def test_a_hostile_week_stays_inside(
    policy: Policy, weeks: GuardedWeeks, alone: Excursions
) -> None:
    hold(weeks.policy(policy), alone)


def test_wishes_beyond_everything_stay_inside(weeks: GuardedWeeks, alone: Excursions) -> None:
    hold(weeks.wisher(HurtingWishes()), alone)


@pytest.mark.parametrize(
    ("week", "wide"),
    [
        (WINTER, ZoneLimits(unoccupied_min_c=8.0)),
        (SUMMER, ZoneLimits(heating_setpoint_max_c=27.0, occupied_max_c=30.0)),
    ],
)
def test_commands_under_wider_limits_are_seen_as_breaches(week: int, wide: ZoneLimits) -> None:
    building = load_building("small_office")
    worlds = scene_of_years(Place(building), YEAR).worlds
    scene = make_scene(building, worlds, zone_limits=wide)
    found = GuardedWeeks(scene, [week], threads=1, zone_limits=ZoneLimits())
    assert found.wisher(HurtingWishes()).breaches > 0


@pytest.fixture
def site(tmp_path: Path) -> Site:
    ready = ready_building("small_office", start=datetime(2026, 1, 13, 9), seed=1, warm_up_days=0)
    network = FieldNetwork(ready.field, 180.0, lambda: 0.0)
    for port, device in enumerate(network.devices, 40_000):
        device.address = f"127.0.0.1:{port}"
    (tmp_path / "site.yaml").write_text(site_yaml(network))
    return load_site(tmp_path / "site.yaml")


def commands_under(
    policy: Policy | None, site: Site, monkeypatch: pytest.MonkeyPatch, hours: float
) -> tuple[list[tuple[str, float | None]], set[str]]:
    """(point, value) of every command, and who chose, of a run of the daemon's own cycle."""
    said: list[tuple[str, float | None]] = []
    chosen_by: set[str] = set()

    class Seen(DirectAdapter):
        async def write(self, commands: list[Command]) -> list:  # type: ignore[override,type-arg]
            said.extend((c.point.name, c.value) for c in commands if c.kind is CommandKind.SET)
            return await super().write(commands)

    class Asked(Decider):
        def decide(self, snapshot: object) -> Decision | None:
            decision = super().decide(snapshot)  # type: ignore[arg-type]
            assert decision is not None
            chosen_by.add(decision.chosen_by)
            return decision

    monkeypatch.setattr(agents.rehearsal, "DirectAdapter", Seen)
    monkeypatch.setattr(agents.rehearsal, "Decider", Asked)
    ready = ready_building("small_office", start=datetime(2026, 1, 13, 9), seed=1, warm_up_days=0)
    agents.rehearsal.rehearse(site, ready, ready.time_s + hours * HOUR_S, policy)
    return said, chosen_by


@pytest.mark.parametrize("policy", BROKEN, ids=lambda policy: policy.name)
def test_an_answer_that_is_none_leaves_the_rule_in_charge(
    policy: Answers, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_rule, _ = commands_under(None, site, monkeypatch, 2.0)
    said, chosen_by = commands_under(policy, site, monkeypatch, 2.0)
    assert by_rule
    assert said == by_rule
    assert len(chosen_by) == 1
    assert chosen_by.pop().startswith("rule (policy ")
