"""The guard as the daemon calls it: gates, holds, and nothing outside a point's range."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import inf, isfinite, nan
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hvac_rl.records import Command, CommandKind, Decision, Quality, Reading, Snapshot
from hvac_rl.safety.guard import Guard, GuardSettings
from hvac_rl.safety.limits import AirHandlerLimits, ZoneLimits
from hvac_rl.service.assembly import site_guard
from hvac_rl.service.site_file import Site, load_site
from tests.hvac_rl.conftest import site_document
from tests.hvac_rl.safety.effort import examples

NOW_S = 1_784_041_200.0
GOOD = {
    "air": 22.0, "co2": 600.0, "occupancy": 1.0, "daylight": 100.0, "heating": 20.0,
    "cooling": 26.0, "blind": 0.0, "light": 1.0, "supply": 14.0, "enable": 1.0,
    "supply_air": 13.0, "static": 200.0, "outdoor_air": 0.1, "outdoor": 10.0, "wind": 2.0,
    "ghi": 100.0,
}  # fmt: skip
WISH = {
    "heating": 21.0, "cooling": 24.0, "blind": 0.2, "light": 0.6, "enable": 1.0,
    "supply_air": 14.0, "static": 150.0, "outdoor_air": 0.1,
}  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    import yaml

    path = tmp_path_factory.mktemp("guard") / "site.yaml"
    path.write_text(yaml.safe_dump(site_document()))
    return load_site(path)


def role(name: str) -> str:
    return name.rpartition(".")[2]


def snapshot(site: Site, **changes: Reading) -> Snapshot:
    readings = {
        point.name: Reading(point=point.name, time_s=NOW_S, value=GOOD[role(point.name)])
        for point in site.plant.points()
    }
    return Snapshot(time_s=NOW_S, readings=readings | changes)


def decision(site: Site, **changes: float) -> Decision:
    wishes = {point.name: WISH[role(point.name)] for point in site.plant.commandable()}
    return Decision(time_s=NOW_S, wishes=wishes | changes, chosen_by="agent")


def by_point(commands: list[Command]) -> dict[str, Command]:
    return {command.point.name: command for command in commands}


def everything(site: Site) -> set[str]:
    return {point.name for point in site.plant.commandable()}


def test_a_good_cycle_commands_every_point(site: Site) -> None:
    verdict = site_guard(site).judge(snapshot(site), decision(site), set())
    assert set(by_point(verdict.commands)) == everything(site)
    assert {c.kind for c in verdict.commands} == {CommandKind.SET}
    assert {c.priority for c in verdict.commands} == {13}
    assert verdict.control == {"south": "agent", "north": "agent", "ahu": "rule"}


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        ({"quality": Quality.NO_ANSWER, "value": None}, "no answer"),
        ({"quality": Quality.FAULT, "value": None, "detail": "out of service"}, "out of service"),
        ({"value": nan}, "not a finite number"),
        ({"value": inf}, "not a finite number"),
        ({"value": 51.0}, "outside its plausible"),
        ({"time_s": NOW_S - 1351.0}, "stale"),
    ],
)
def test_a_zone_whose_input_is_bad_is_released_and_its_neighbour_stays(
    site: Site, spoil: dict[str, Any], words: str
) -> None:
    bad = replace(Reading(point="south.air", time_s=NOW_S, value=22.0), **spoil)
    verdict = site_guard(site).judge(
        snapshot(site, **{"south.air": bad}), decision(site), everything(site)
    )
    commands = by_point(verdict.commands)
    assert {
        commands[f"south.{name}"].kind for name in ("heating", "cooling", "blind", "light")
    } == {CommandKind.RELEASE}
    assert words in verdict.control["south"]
    assert commands["north.heating"].kind is CommandKind.SET
    # A zone that cannot be read counts as occupied: the air handler runs with its outdoor air.
    assert commands["ahu.enable"].value == 1.0
    needed = 2 * (0.0025 * 5 + 0.0003 * 100)
    assert commands["ahu.outdoor_air"].value == pytest.approx(max(0.1, needed))


def test_a_reading_just_young_enough_is_good(site: Site) -> None:
    old = Reading(point="south.air", time_s=NOW_S - 1350.0, value=22.0)
    verdict = site_guard(site).judge(snapshot(site, **{"south.air": old}), decision(site), set())
    assert verdict.control["south"] == "agent"


def test_without_the_weather_everything_is_released(site: Site) -> None:
    gone = Reading(point="wind", time_s=NOW_S, value=None, quality=Quality.NO_ANSWER)
    verdict = site_guard(site).judge(snapshot(site, wind=gone), decision(site), everything(site))
    assert {c.kind for c in verdict.commands} == {CommandKind.RELEASE}
    assert len(verdict.commands) == len(everything(site))


def test_nothing_is_released_that_is_not_held(site: Site) -> None:
    verdict = site_guard(site).judge(snapshot(site), None, {"south.blind"})
    assert [c.point.name for c in verdict.commands] == ["south.blind"]


@pytest.mark.parametrize("wish", [nan, inf, -inf])
def test_a_wish_that_is_no_number_releases_its_zone(site: Site, wish: float) -> None:
    verdict = site_guard(site).judge(
        snapshot(site), decision(site, **{"north.light": wish}), everything(site)
    )
    assert "not a finite number" in verdict.control["north"]
    assert verdict.control["south"] == "agent"


def test_an_unlisted_wish_is_turned_away(site: Site) -> None:
    verdict = site_guard(site).judge(
        snapshot(site), decision(site, **{"sprinkler.valve": 1.0, "outdoor": 20.0}), set()
    )
    assert {"sprinkler.valve", "outdoor"}.isdisjoint(by_point(verdict.commands))
    assert len(verdict.notes) == 2


@pytest.mark.parametrize("priority", [0, 1, 8, 16, 17])
def test_other_priorities_are_refused_in_code(site: Site, priority: int) -> None:
    settings = GuardSettings({}, {}, priority, 1350.0, 7200.0)
    with pytest.raises(ValueError, match="is not ours to write: 9 to 15 are"):
        Guard(site.plant, settings)


@pytest.mark.parametrize("priority", [9, 13, 15])
def test_our_priorities_are_taken(site: Site, priority: int) -> None:
    assert Guard(site.plant, GuardSettings({}, {}, priority, 1350.0, 7200.0)).priority == priority


def test_a_hold_outlives_its_level_until_it_expires(site: Site) -> None:
    guard = site_guard(site)

    def at(minutes: float, level: int | None) -> dict[str, Command]:
        time_s = NOW_S + 60.0 * minutes
        readings = {
            name: replace(reading, time_s=time_s)
            for name, reading in snapshot(site).readings.items()
        }
        readings["south.light"] = replace(readings["south.light"], commanded_by=level)
        now = Snapshot(time_s=time_s, readings=readings)
        return by_point(guard.judge(now, decision(site), everything(site)).commands)

    assert at(0, 16)["south.light"].kind is CommandKind.SET
    assert at(15, 8)["south.light"].kind is CommandKind.RELEASE
    assert at(15, 8)["south.heating"].kind is CommandKind.SET
    assert at(30, None)["south.light"].kind is CommandKind.RELEASE
    assert at(134, 16)["south.light"].kind is CommandKind.RELEASE
    assert at(135, 16)["south.light"].kind is CommandKind.SET
    assert at(400, 8)["south.light"].kind is CommandKind.RELEASE


value = st.floats() | st.none() | st.floats(-20, 60)
readings = st.builds(
    dict,
    value=value,
    quality=st.sampled_from([Quality.GOOD] * 6 + list(Quality)),
    age_s=st.sampled_from([0.0, 0.0, 0.0, 900.0, 5000.0, -100.0]),
    level=st.sampled_from([None, None, None, 16, 13, 8, 5]),
)


@settings(max_examples=examples(300), deadline=None)
@given(data=st.data())
def test_whatever_is_wished_and_read_no_command_leaves_the_limits(
    site: Site, data: st.DataObject
) -> None:
    guard = site_guard(site)
    zone_limits, handler_limits = ZoneLimits(), AirHandlerLimits()
    for step in range(3):
        time_s = NOW_S + 900.0 * step
        now = {}
        for point in site.plant.points():
            if data.draw(st.integers(0, 9)) < 9:
                now[point.name] = Reading(
                    point=point.name, time_s=time_s, value=GOOD[role(point.name)]
                )
            else:
                drawn = data.draw(readings)
                now[point.name] = Reading(
                    point=point.name, time_s=time_s - drawn["age_s"], value=drawn["value"],
                    quality=drawn["quality"], commanded_by=drawn["level"],
                )  # fmt: skip
        wishes = {name: data.draw(st.floats() | st.floats(0, 30)) for name in everything(site)}
        wish = Decision(time_s=time_s, wishes=wishes, chosen_by="mad")
        held = data.draw(st.sets(st.sampled_from(sorted(everything(site)))))
        verdict = guard.judge(Snapshot(time_s=time_s, readings=now), wish, held)
        names = [command.point.name for command in verdict.commands]
        assert len(names) == len(set(names))
        for command in verdict.commands:
            assert command.priority == 13
            if command.kind is CommandKind.RELEASE:
                assert command.point.name in held
                continue
            access = command.point.write
            assert access is not None
            assert command.value is not None
            assert isfinite(command.value)
            assert access.minimum <= command.value <= access.maximum
        commands = by_point(verdict.commands)
        for zone in ("south", "north"):
            heating, cooling = commands.get(f"{zone}.heating"), commands.get(f"{zone}.cooling")
            if heating and cooling and heating.value is not None and cooling.value is not None:
                gap = cooling.value - heating.value
                assert gap >= zone_limits.setpoint_deadband_k - 1e-9
        supply = commands.get("ahu.supply_air")
        if supply is not None and supply.value is not None:
            low, high = handler_limits.supply_air_min_c, handler_limits.supply_air_max_c
            assert low <= supply.value <= high


def test_the_sites_own_limits_are_the_ones_that_bind(
    document: dict[str, Any], write_site: Callable[[dict[str, Any]], Path]
) -> None:
    document["limits"] = {"zone": {"comfort_min_c": 20.5}}
    loaded = load_site(write_site(document))
    assert loaded.zone_limits["south"].comfort_min_c == 20.5
    guard = site_guard(loaded)
    cold = decision(loaded, **{"south.heating": 16.0})
    commands = by_point(guard.judge(snapshot(loaded), cold, set()).commands)
    assert commands["south.heating"].value == 20.5
    assert commands["south.heating"].rule == "comfort"
