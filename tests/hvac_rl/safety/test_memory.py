"""The guard's memory: through JSON and back, over clock steps, and nothing but itself."""

from __future__ import annotations

import json
from dataclasses import replace
from math import inf, nan
from typing import Any

import pytest

from hvac_rl.safety.freeze import FreezeState
from hvac_rl.safety.holds import Hold
from hvac_rl.safety.inputs import InputTrack
from hvac_rl.safety.latches import Latch
from hvac_rl.safety.memory import GuardMemory, from_plain, new_memory, rebase, to_plain
from hvac_rl.safety.values import LONG_AGO_S, AirHandlerGuardState, ZoneGuardState
from tests.hvac_rl.safety.building import decision, everything, guard_of, plant, snapshot

OWN = plant()
T0 = 10 * 86_400.0 + 100.0


def full() -> GuardMemory:
    """A memory with something of everything, all of it at T0."""
    memory = new_memory(OWN)
    memory.zones["south"] = ZoneGuardState(20.0, 24.0, 0.1, 0.2, T0, T0, 3.0, 4.0, 5.0, 10.0, T0)
    memory.handlers["ahu"] = AirHandlerGuardState(
        1.0, 13.0, 150.0, 0.1, T0, T0, T0, 1.0, 2.0, 3.0, 10.0, T0, T0
    )
    memory.holds["south.light"] = Hold(8, 0.5, T0, T0 + 7200.0)
    memory.inputs["south.co2"] = InputTrack(600.0, T0, T0, 900.0, T0, T0, 900.0)
    memory.inputs["north.co2"] = InputTrack(600.0, T0, T0)
    memory.freeze["ahu"] = FreezeState(T0, T0, T0, T0, 2, T0)
    memory.latches["life safety"] = Latch(T0, "smoke")
    memory.rain_s = T0
    memory.last_s = T0
    return memory


def same(one: GuardMemory, other: GuardMemory) -> bool:
    """Equal, with NaN equal to NaN."""
    return repr(one) == repr(other)


def test_through_json_and_back() -> None:
    for memory in (full(), new_memory(OWN)):
        text = json.dumps(to_plain(memory), allow_nan=False)
        assert same(from_plain(json.loads(text), OWN), memory)


def test_a_used_guards_memory_comes_back() -> None:
    guard, again = guard_of(OWN), guard_of(OWN)
    guard.judge(snapshot(OWN), decision(OWN), everything(OWN))
    text = json.dumps(guard.remembered(), allow_nan=False)
    again.remember(json.loads(text))
    assert json.dumps(again.remembered()) == text
    now, wish = snapshot(OWN, 900.0), decision(OWN, heating=24.0)
    one = guard.judge(now, wish, everything(OWN))
    other = again.judge(now, wish, everything(OWN))
    assert one == other


def test_what_is_no_longer_there_is_dropped() -> None:
    raw = to_plain(full())
    raw["zones"]["attic"] = raw["zones"]["south"]
    raw["handlers"]["old"] = raw["handlers"]["ahu"]
    raw["freeze"]["old"] = raw["freeze"]["ahu"]
    raw["holds"]["attic.light"] = raw["holds"]["south.light"]
    raw["inputs"]["attic.co2"] = raw["inputs"]["south.co2"]
    del raw["zones"]["north"]
    assert same(from_plain(raw, OWN), full())


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        ({"version": 2}, "of version 2, not 1"),
        ({"version": None}, "of version None, not 1"),
        ({"zones": None}, "cannot be read"),
        ({"zones": {"south": {"heating_c": "warm"}}}, "'warm' where a number belongs"),
        ({"zones": {"south": {"no_such": 1.0}}}, "cannot be read"),
        ({"zones": {"south": 3}}, "cannot be read"),
        ({"handlers": {"ahu": {"enable": True}}}, "True where a number belongs"),
        ({"holds": {"south.light": {"level": 8}}}, "cannot be read"),
        ({"holds": {"south.light": {"level": None, "value": 1, "since_s": 1, "until_s": 2}}},
         "cannot be read"),
        ({"latches": {"x": {"since_s": None, "reason": "r"}}}, "None where a number belongs"),
        ({"rain_s": inf}, "inf where a number belongs"),
        ({"last_s": nan}, "nan where a number belongs"),
    ],
)  # fmt: skip
def test_anything_else_is_refused(spoil: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        from_plain(to_plain(full()) | spoil, OWN)
    missing = to_plain(full())
    del missing[next(iter(spoil))]
    with pytest.raises(ValueError, match="memory"):
        from_plain(missing, OWN)


def test_after_a_step_back_nothing_lies_in_the_future() -> None:
    memory, now_s = full(), T0 - 86_400.0
    rebase(memory, now_s, 3600.0)
    assert memory.zones["south"] == ZoneGuardState(
        20.0, 24.0, 0.1, 0.2, now_s, now_s, 3.0, 4.0, 5.0, 9.0, now_s
    )
    assert memory.handlers["ahu"] == AirHandlerGuardState(
        1.0, 13.0, 150.0, 0.1, now_s, now_s, now_s, 1.0, 2.0, 3.0, 9.0, now_s, now_s
    )
    assert memory.holds["south.light"] == Hold(8, 0.5, now_s, now_s + 3600.0)
    assert memory.inputs["south.co2"] == InputTrack(600.0, now_s, now_s, 900.0, now_s, now_s, 900.0)
    assert repr(memory.inputs["north.co2"]) == repr(InputTrack(600.0, now_s, now_s))
    assert memory.freeze["ahu"] == FreezeState(now_s, now_s, now_s, now_s, 2, now_s)
    assert memory.latches["life safety"] == Latch(now_s, "smoke")
    assert memory.rain_s == memory.last_s == now_s


def test_what_lies_behind_stays() -> None:
    memory = full()
    rebase(memory, T0 + 5.0, 7200.0)
    expected = full()
    expected.last_s = T0 + 5.0
    assert same(memory, expected)
    fresh = new_memory(OWN)
    rebase(fresh, T0, 7200.0)
    assert same(fresh, replace(new_memory(OWN), last_s=T0))
    assert fresh.rain_s == LONG_AGO_S


def test_the_clock_may_step_back_a_day_without_holding_the_fan_for_a_day() -> None:
    own = plant()
    guard = guard_of(own)
    empty = {f"{z}.occupancy": 0.0 for z in ("south", "north")}
    guard.judge(snapshot(own, 0.0, empty), decision(own), everything(own))
    back = -86_400.0
    stop = decision(own, enable=0.0)
    held = everything(own)
    for at_s, expected in ((back, 1.0), (back + 899.0, 1.0), (back + 900.0, 0.0)):
        verdict = guard.judge(snapshot(own, at_s, empty), stop, held)
        values = {command.point.name: command.value for command in verdict.commands}
        assert values["ahu.enable"] == expected
