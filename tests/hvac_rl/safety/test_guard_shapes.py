"""Sites of other shapes: several air handlers, zones without every point, wrong use."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hvac_rl.records import CommandKind, Quality, Reading
from hvac_rl.safety.facts import value_of
from hvac_rl.safety.limits import ABSOLUTE_ZONE, ZoneLimits, problems
from hvac_rl.safety.verdict import Verdict
from hvac_rl.zones import Plant
from tests.hvac_rl.safety.building import (
    NOW_S,
    decision,
    everything,
    guard_of,
    plant,
    point,
    snapshot,
)


def two_air_handlers() -> Plant:
    own = plant()
    first = own.air_handlers[0]
    other = replace(
        first,
        name="roof",
        sensors={role: point("roof", role) for role in first.sensors},
        commands={role: point("roof", role, writable=True) for role in first.commands},
    )
    north = replace(own.zones[1], served_by="roof")
    return replace(own, zones=(own.zones[0], north), air_handlers=(first, other))


def set_points(verdict: Verdict) -> set[str]:
    return {c.point.name for c in verdict.commands if c.kind is CommandKind.SET}


def test_an_air_handler_serves_its_own_zones_alone() -> None:
    own = two_air_handlers()
    stale = snapshot(own, 0.0, {"north.occupancy": 0.0, "south.co2": 1200.0})
    verdict = guard_of(own).judge(stale, decision(own, enable=0.0), set())
    values = {c.point.name: (c.value, c.rule) for c in verdict.commands}
    assert values["ahu.enable"] == (1.0, "must run")
    assert values["ahu.outdoor_air"] == (0.3, "CO2")
    assert values["roof.outdoor_air"] == (0.1, "")


def test_freeze_protection_of_one_leaves_the_other() -> None:
    own = two_air_handlers()
    guard = guard_of(own)
    for at_s in (0.0, 300.0):
        cold = snapshot(own, at_s, {"roof.supply_air_temperature": 4.0})
        verdict = guard.judge(cold, decision(own), everything(own))
    owners = {name.split(".")[0] for name in set_points(verdict)}
    assert owners == {"south", "ahu"}


def test_a_zone_without_a_blind_is_commanded_all_the_same() -> None:
    own = plant()
    south = own.zones[0]
    commands = {role: one for role, one in south.commands.items() if role != "blind"}
    own = replace(own, zones=(replace(south, commands=commands), own.zones[1]))
    verdict = guard_of(own).judge(snapshot(own), decision(own), set())
    assert set_points(verdict) == everything(own)
    assert "south.blind" not in set_points(verdict)


def test_a_value_that_did_not_pass_its_gate_is_a_mistake_of_ours() -> None:
    own = plant()
    bad = Reading(point="south.co2", time_s=NOW_S, value=None, quality=Quality.FAULT)
    with pytest.raises(ValueError, match=r"south\.co2 has no value"):
        value_of(snapshot(own, 0.0, {"south.co2": bad}), "south.co2")


def test_limits_outside_the_absolute_bounds_are_named() -> None:
    found = problems(ZoneLimits(occupied_min_c=12.0), ABSOLUTE_ZONE)
    assert "occupied_min_c: 12 is outside the absolute bounds 16 to 22" in found
