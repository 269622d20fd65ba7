"""Every gate of the guard over a whole snapshot: what is released, who stays, what is latched."""

from __future__ import annotations

from math import inf, nan

import pytest

from hvac_rl.records import CommandKind, Quality, Reading
from hvac_rl.safety.facts import dew_point
from hvac_rl.safety.verdict import Alarm, Verdict
from tests.hvac_rl.safety.building import (
    NOW_S,
    decision,
    everything,
    guard_of,
    plant,
    snapshot,
)

OWN = plant()
ALL = everything(OWN)


def kinds(verdict: Verdict) -> dict[str, CommandKind]:
    return {command.point.name: command.kind for command in verdict.commands}


def set_points(verdict: Verdict) -> set[str]:
    return {name for name, kind in kinds(verdict).items() if kind is CommandKind.SET}


def values(verdict: Verdict) -> dict[str, float | None]:
    return {command.point.name: command.value for command in verdict.commands}


def rules(verdict: Verdict) -> dict[str, str]:
    return {command.point.name: command.rule for command in verdict.commands}


def dead(name: str, quality: Quality = Quality.NO_ANSWER, at_s: float = 0.0) -> Reading:
    return Reading(point=name, time_s=NOW_S + at_s, value=None, quality=quality)


def test_the_kill_switch_releases_everything() -> None:
    verdict = guard_of(OWN).judge(snapshot(OWN), decision(OWN), ALL, killed="killed by a person")
    assert set(kinds(verdict).values()) == {CommandKind.RELEASE}
    assert kinds(verdict).keys() == ALL
    assert set(verdict.control.values()) == {"bms: killed by a person"}


def test_an_alarm_releases_everything_until_a_person_resets_it() -> None:
    guard = guard_of(OWN)
    verdict = guard.judge(snapshot(OWN, 0.0, {"site.smoke": 1.0}), decision(OWN), ALL)
    text = "life safety: site.smoke is on; released until a person resets it"
    assert verdict.alarms == [Alarm("life safety", 1, text)]
    assert set(kinds(verdict).values()) == {CommandKind.RELEASE}
    # The alarm is over, the latch is not; nor does a restart open it.
    again = guard_of(OWN)
    again.remember(guard.remembered())
    verdict = again.judge(snapshot(OWN, 900.0), decision(OWN), ALL)
    assert not set_points(verdict)
    assert again.latches["life safety"].since_s == NOW_S
    for person, reason in (("", "all clear"), ("  ", "all clear"), ("Ann", " ")):
        with pytest.raises(ValueError, match="takes a person and a reason"):
            again.open_latch("life safety", person, reason)
    words = again.open_latch("life safety", "Ann", "all clear")
    assert words == "Ann opened life safety (site.smoke is on): all clear"
    assert set_points(again.judge(snapshot(OWN, 1800.0), decision(OWN), ALL)) == ALL
    with pytest.raises(ValueError, match="there is no latch 'life safety'; shut are: none"):
        again.open_latch("life safety", "Ann", "again")


def test_a_latch_that_is_opened_during_the_alarm_shuts_again() -> None:
    guard = guard_of(OWN)
    guard.judge(snapshot(OWN, 0.0, {"site.smoke": 1.0}), decision(OWN), ALL)
    guard.open_latch("life safety", "Ann", "too early")
    verdict = guard.judge(snapshot(OWN, 60.0, {"site.smoke": 1.0}), decision(OWN), ALL)
    assert not set_points(verdict)
    assert guard.latches["life safety"].since_s == NOW_S + 60.0


@pytest.mark.parametrize("value", [nan, inf, 0.51])
def test_an_input_of_life_safety_that_is_no_clear_no_is_an_alarm(value: float) -> None:
    guard = guard_of(OWN)
    guard.judge(snapshot(OWN, 0.0, {"site.smoke": value}), decision(OWN), ALL)
    assert "life safety" in guard.latches


@pytest.mark.parametrize("quality", [Quality.NO_ANSWER, Quality.FAULT])
def test_an_input_of_life_safety_out_of_sight_releases_but_does_not_latch(quality: Quality) -> None:
    guard = guard_of(OWN)
    bad = snapshot(OWN, 0.0, {"site.smoke": dead("site.smoke", quality)})
    verdict = guard.judge(bad, decision(OWN), ALL)
    assert set(verdict.control.values()) == {"bms: site.smoke cannot be read"}
    assert not guard.latches
    readings = {k: v for k, v in snapshot(OWN, 60.0).readings.items() if k != "site.smoke"}
    gone = snapshot(OWN, 60.0)
    object.__setattr__(gone, "readings", readings)
    assert not set_points(guard.judge(gone, decision(OWN), ALL))
    assert set_points(guard.judge(snapshot(OWN, 120.0), decision(OWN), ALL)) == ALL


def test_freeze_protection_releases_the_air_handler_and_its_zones() -> None:
    guard = guard_of(OWN)
    cold = {"ahu.supply_air_temperature": 4.0}
    assert set_points(guard.judge(snapshot(OWN, 0.0, cold), decision(OWN), ALL)) == ALL
    verdict = guard.judge(snapshot(OWN, 300.0, cold), decision(OWN), ALL)
    assert set(kinds(verdict).values()) == {CommandKind.RELEASE}
    text = "freeze protection of ahu, stage 1: the BMS acts"
    assert verdict.alarms == [Alarm("freeze: ahu", 3, text)]
    assert not guard.latches
    for at_s in (600.0, 900.0):
        verdict = guard.judge(snapshot(OWN, at_s), decision(OWN), ALL)
    assert set_points(verdict) == ALL
    assert not verdict.alarms


def test_the_last_stage_of_freeze_protection_waits_for_a_person() -> None:
    guard = guard_of(OWN)
    for at_s in (0.0, 900.0):
        cold = snapshot(OWN, at_s, {"ahu.supply_air_temperature": 3.0})
        verdict = guard.judge(cold, decision(OWN), ALL)
    assert verdict.alarms[0].level == 2
    for at_s in (1800.0, 9000.0):
        verdict = guard.judge(snapshot(OWN, at_s), decision(OWN), ALL)
        assert not set_points(verdict)
    assert guard.latches["freeze: ahu"].reason == "supply air of ahu at 3 degC"
    guard.open_latch("freeze: ahu", "Ann", "the coil is whole")
    assert set_points(guard.judge(snapshot(OWN, 9900.0), decision(OWN), ALL)) == ALL


def test_stage_two_alarms_as_the_guideline_says() -> None:
    guard = guard_of(OWN)
    for at_s in (0.0, 300.0):
        cold = snapshot(OWN, at_s, {"ahu.supply_air_temperature": 3.0})
        verdict = guard.judge(cold, decision(OWN), ALL)
    assert [alarm.level for alarm in verdict.alarms] == [3]


def test_a_freeze_stat_that_trips_or_cannot_be_read_releases() -> None:
    guard = guard_of(OWN)
    tripped = snapshot(OWN, 0.0, {"ahu.freeze_stat": 1.0})
    assert not set_points(guard.judge(tripped, decision(OWN), ALL))
    assert "freeze: ahu" in guard.latches
    guard = guard_of(OWN)
    unread = snapshot(OWN, 0.0, {"ahu.freeze_stat": dead("ahu.freeze_stat")})
    assert not set_points(guard.judge(unread, decision(OWN), ALL))


def test_a_blind_supply_sensor_releases_the_air_handler_alone() -> None:
    own = plant()
    handler = own.air_handlers[0]
    object.__setattr__(
        handler, "sensors", {"supply_air_temperature": handler.sensors["supply_air_temperature"]}
    )
    guard = guard_of(own)
    name = "ahu.supply_air_temperature"
    verdict = guard.judge(snapshot(own, 0.0, {name: dead(name)}), decision(own), ALL)
    released = {k for k, kind in kinds(verdict).items() if kind is CommandKind.RELEASE}
    assert released == {one.name for one in handler.commands.values()}


def test_a_stuck_sensor_releases_its_zone() -> None:
    guard = guard_of(OWN)
    for hour in range(25):
        moving = {"north.air_temperature": 22.0 + 0.01 * hour} | {
            f"{z}.{role}": 600.0 + hour
            for z in ("south", "north")
            for role in ("co2",)
        } | {f"{z}.{role}": 50.0 + hour for z in ("south", "north")
             for role in ("daylight", "facade_irradiance")} | {
            "site.outdoor_air_temperature": 10.0 + 0.1 * hour, "site.global_irradiance": 90.0 + hour
        }  # fmt: skip
        verdict = guard.judge(snapshot(OWN, 3600.0 * hour, moving), decision(OWN), ALL)
        assert verdict.control["north"] == "agent"
        assert (verdict.control["south"] == "agent") == (hour < 24)
    assert verdict.control["south"] == "bms: south.air_temperature stuck at 22 for 24 h"


def test_co2_may_rest_while_nobody_is_in() -> None:
    guard = guard_of(OWN)
    still = {}
    for hour in range(8):
        still = {"south.occupancy": 0.0} | {
            f"{z}.{role}": 50.0 + hour
            for z in ("south", "north")
            for role in ("daylight", "facade_irradiance")
        }
        verdict = guard.judge(snapshot(OWN, 3600.0 * hour, still), decision(OWN), ALL)
    assert verdict.control["south"] == "agent"
    assert verdict.control["north"] == "bms: north.co2 stuck at 600 for 7 h"


def test_a_jump_outside_releases_the_site() -> None:
    guard = guard_of(OWN)
    guard.judge(snapshot(OWN), decision(OWN), ALL)
    jump = snapshot(OWN, 60.0, {"site.outdoor_air_temperature": 30.0})
    verdict = guard.judge(jump, decision(OWN), ALL)
    assert set(verdict.control.values()) == {
        "bms: site.outdoor_air_temperature jumped from 10 to 30"
    }


@pytest.mark.parametrize("value", [nan, inf])
def test_no_number_leaves_no_track(value: float) -> None:
    guard = guard_of(OWN)
    spoiled = snapshot(OWN, 0.0, {"south.air_temperature": value})
    verdict = guard.judge(spoiled, decision(OWN), ALL)
    assert "not a finite number" in verdict.control["south"]
    assert set_points(guard.judge(snapshot(OWN, 60.0), decision(OWN), ALL)) == ALL


def test_the_weather_service_contradicts_the_sensor() -> None:
    guard = guard_of(OWN)
    verdict = guard.judge(snapshot(OWN), decision(OWN), ALL, weather_c=20.1)
    assert "the weather service says 20.1" in verdict.control["south"]
    assert not set_points(verdict)
    verdict = guard.judge(snapshot(OWN, 60.0), decision(OWN), ALL, weather_c=19.9)
    assert set_points(verdict) == ALL


def test_sun_on_a_facade_at_night_releases_its_zone() -> None:
    guard = guard_of(OWN)
    night = {"site.global_irradiance": 0.0, "south.facade_irradiance": 400.0}
    verdict = guard.judge(snapshot(OWN, 0.0, night), decision(OWN), ALL)
    assert verdict.control["south"] == "bms: 400 W/m2 on the facade, none from the sky"
    assert verdict.control["north"] == "agent"


@pytest.mark.parametrize(
    ("first", "spare", "who"),
    [
        (22.0, 24.0, "agent"),
        (22.0, 24.6, "bms: south.air_temperature (22) and south.air_temperature.0 (24.6) disagree"),
        (22.0, nan, "agent"),
    ],
)
def test_two_sensors_of_one_role(first: float, spare: float, who: str) -> None:
    own = plant(air_temperature=1)
    readings = {"south.air_temperature": first, "south.air_temperature.0": spare}
    verdict = guard_of(own).judge(snapshot(own, 0.0, readings), decision(own), everything(own))
    assert verdict.control["south"] == who
    assert verdict.control["north"] == "agent"


def test_spares_of_a_role_without_a_rule_are_not_compared() -> None:
    own = plant(contact=1)
    readings = {"south.contact": 0.0, "south.contact.0": 1.0}
    verdict = guard_of(own).judge(snapshot(own, 0.0, readings), decision(own), everything(own))
    assert rules(verdict)["south.blind"] == "window or maintenance contact"


def test_whoever_sees_somebody_is_believed() -> None:
    own = plant(occupancy=1)
    readings = {"south.occupancy": 0.0, "south.occupancy.0": 1.0}
    verdict = guard_of(own).judge(
        snapshot(own, 0.0, readings), decision(own, heating=16.0), everything(own)
    )
    assert values(verdict)["south.heating"] == 21.0


def test_a_reading_from_the_future_is_not_believed() -> None:
    ahead = Reading(point="south.co2", time_s=NOW_S + 61.0, value=600.0)
    verdict = guard_of(OWN).judge(snapshot(OWN, 0.0, {"south.co2": ahead}), decision(OWN), ALL)
    assert verdict.control["south"] == "bms: south.co2 is from the future (1 min ahead)"
    ahead = Reading(point="south.co2", time_s=NOW_S + 60.0, value=600.0)
    verdict = guard_of(OWN).judge(snapshot(OWN, 0.0, {"south.co2": ahead}), decision(OWN), ALL)
    assert verdict.control["south"] == "agent"


@pytest.mark.parametrize("time_s", [nan, inf, -inf])
def test_without_a_time_everything_is_released(time_s: float) -> None:
    timeless = snapshot(OWN)
    object.__setattr__(timeless, "time_s", time_s)
    guard = guard_of(OWN)
    verdict = guard.judge(timeless, decision(OWN), ALL)
    assert set(verdict.control.values()) == {"bms: the clock gives no time"}
    assert kinds(verdict).keys() == ALL
    assert set_points(guard.judge(snapshot(OWN), decision(OWN), ALL)) == ALL


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"site.rain": 1.0}, "rain"),
        ({"site.rain": dead("site.rain")}, "rain"),
        ({"site.wind_speed": 15.0}, "wind"),
        ({"south.contact": 1.0}, "window or maintenance contact"),
        ({"south.contact": dead("south.contact")}, "window or maintenance contact"),
        ({"site.outdoor_air_temperature": -1.0}, ""),
    ],
)
def test_what_retracts_a_blind(changes: dict[str, float | Reading], rule: str) -> None:
    verdict = guard_of(OWN).judge(snapshot(OWN, 0.0, changes), decision(OWN), ALL)
    assert rules(verdict)["south.blind"] == rule
    assert values(verdict)["south.blind"] == (0.0 if rule else 0.2)


@pytest.mark.parametrize(("later_s", "rule"), [(7199.0, "frost"), (7200.0, "rate"), (9001.0, "")])
def test_a_wet_blind_freezes(later_s: float, rule: str) -> None:
    """Two hours after the rain it counts as dry; the blind may move half an hour after that."""
    guard = guard_of(OWN)
    cold = {"site.outdoor_air_temperature": -1.0}
    guard.judge(snapshot(OWN, 0.0, cold | {"site.rain": 1.0}), decision(OWN), ALL)
    guard.judge(snapshot(OWN, 7199.0, cold), decision(OWN), ALL)
    verdict = guard.judge(snapshot(OWN, later_s, cold), decision(OWN), ALL)
    assert rules(verdict)["south.blind"] == rule


def test_without_a_rain_sensor_frost_alone_counts() -> None:
    own = plant()
    object.__setattr__(own, "sensors", {k: v for k, v in own.sensors.items() if k != "rain"})
    cold = snapshot(own, 0.0, {"site.outdoor_air_temperature": -1.0})
    assert rules(guard_of(own).judge(cold, decision(own), ALL))["south.blind"] == "frost"


def test_humid_air_raises_cooling_setpoint_and_supply_air() -> None:
    humid = snapshot(OWN, 0.0, {"south.humidity": 0.8, "south.occupancy": 0.0})
    wet_c = dew_point(22.0, 0.8)
    assert wet_c == pytest.approx(18.4, abs=0.1)
    verdict = guard_of(OWN).judge(humid, decision(OWN, cooling=21.0, supply_air=12.0), set())
    assert rules(verdict)["south.cooling"] == "rate"
    assert values(verdict)["ahu.supply_air"] == pytest.approx(wet_c - 3.0)
    assert rules(verdict)["ahu.supply_air"] == "condensation"
    near = snapshot(OWN, 0.0, {"south.humidity": 0.8, "south.occupancy": 0.0,
                               "south.cooling": 24.0})  # fmt: skip
    verdict = guard_of(OWN).judge(near, decision(OWN, cooling=21.0), set())
    assert values(verdict)["south.cooling"] == pytest.approx(wet_c + 4.0)
    assert rules(verdict)["south.cooling"] == "condensation"


def test_a_dew_point_sensor_is_believed_before_humidity() -> None:
    own = plant()
    zone = own.zones[0]
    sensor = zone.sensors["humidity"]
    object.__setattr__(zone, "sensors", {**zone.sensors, "dew_point": sensor})
    verdict = guard_of(own).judge(
        snapshot(own, 0.0, {"south.humidity": 17.0}), decision(own, supply_air=12.0), set()
    )
    assert values(verdict)["ahu.supply_air"] == 14.0
    object.__setattr__(
        zone, "sensors", {k: v for k, v in zone.sensors.items() if k not in ("humidity",)}
    )
    object.__setattr__(
        zone, "sensors", {k: v for k, v in zone.sensors.items() if k not in ("dew_point",)}
    )
    verdict = guard_of(own).judge(snapshot(own), decision(own, supply_air=12.0), set())
    assert rules(verdict)["ahu.supply_air"] == ""


@pytest.mark.parametrize("humidity", [0.0, -0.1, nan, inf])
def test_what_is_no_humidity_has_no_dew_point(humidity: float) -> None:
    assert dew_point(20.0, humidity) != dew_point(20.0, humidity)


@pytest.mark.parametrize(("air_c", "humidity", "expected"), [(20.0, 1.0, 20.0), (20.0, 0.5, 9.26)])
def test_the_dew_point_by_magnus(air_c: float, humidity: float, expected: float) -> None:
    assert dew_point(air_c, humidity) == pytest.approx(expected, abs=0.01)


def test_one_end_of_a_pair_that_is_held_keeps_the_other_too() -> None:
    mine = Reading(point="south.heating", time_s=NOW_S, value=25.0, commanded_by=8)
    guard = guard_of(OWN)
    verdict = guard.judge(snapshot(OWN, 0.0, {"south.heating": mine}), decision(OWN), ALL)
    got = kinds(verdict)
    assert got["south.heating"] is got["south.cooling"] is CommandKind.RELEASE
    assert got["south.blind"] is got["south.light"] is CommandKind.SET
    assert verdict.control["south"] == "held: an operator (priority 8)"
    assert guard.holds["south.heating"].level == 8
    assert "south.cooling stays with an operator (priority 8)" in verdict.notes
    free = guard_of(OWN).judge(snapshot(OWN, 0.0, {"south.heating": mine}), decision(OWN), set())
    assert "south.cooling" not in kinds(free)


def test_equipment_has_a_point_only_while_it_commands() -> None:
    guard = guard_of(OWN, foreign={9: "equipment"})
    theirs = Reading(point="south.light", time_s=NOW_S, value=1.0, commanded_by=9)
    verdict = guard.judge(snapshot(OWN, 0.0, {"south.light": theirs}), decision(OWN), ALL)
    assert "south.light" not in set_points(verdict)
    assert set_points(guard.judge(snapshot(OWN, 60.0), decision(OWN), ALL)) == ALL
    assert not guard.holds


def test_taking_over_is_no_step() -> None:
    """Rates count from the BMS's own value: 26 to 23 in one go, but not 26.5 to 23."""
    far = snapshot(OWN, 0.0, {"south.cooling": 26.5})
    verdict = guard_of(OWN).judge(far, decision(OWN, cooling=23.0), set())
    assert values(verdict)["south.cooling"] == 23.5
    assert rules(verdict)["south.cooling"] == "rate"
    assert values(verdict)["north.cooling"] == 23.0


def test_a_fan_that_the_bms_started_keeps_its_minimum_on_time() -> None:
    own, empty = plant(), {f"{z}.occupancy": 0.0 for z in ("south", "north")}
    guard = guard_of(own)
    off = empty | {"ahu.enable": 0.0}
    guard.judge(snapshot(own, 0.0, off), None, set())
    guard.judge(snapshot(own, 600.0, empty), None, set())
    verdict = guard.judge(snapshot(own, 1499.0, empty), decision(own, enable=0.0), set())
    assert values(verdict)["ahu.enable"] == 1.0
    assert rules(verdict)["ahu.enable"] == "equipment timer"
    verdict = guard.judge(snapshot(own, 1500.0, empty), decision(own, enable=0.0), set())
    assert values(verdict)["ahu.enable"] == 0.0
    # Half an hour after that start it may start again.
    verdict = guard.judge(snapshot(own, 2399.0, off), decision(own), {"ahu.enable"})
    assert rules(verdict)["ahu.enable"] == "starts an hour"
    verdict = guard.judge(snapshot(own, 2400.0, off), decision(own), {"ahu.enable"})
    assert values(verdict)["ahu.enable"] == 1.0


def test_equipment_timers_outlive_release_and_restart() -> None:
    own, empty = plant(), {f"{z}.occupancy": 0.0 for z in ("south", "north")}
    guard = guard_of(own)
    guard.judge(snapshot(own, 0.0, empty), decision(own), everything(own))
    guard.judge(snapshot(own, 3600.0, empty), decision(own, enable=0.0), everything(own))
    guard.release(own.commandable(), "stopping")
    again = guard_of(own)
    again.remember(guard.remembered())
    off = empty | {"ahu.enable": 0.0}
    verdict = again.judge(snapshot(own, 4199.0, off), decision(own), set())
    assert rules(verdict)["ahu.enable"] == "equipment timer"
    verdict = again.judge(snapshot(own, 4200.0, off), decision(own), set())
    assert values(verdict)["ahu.enable"] == 1.0


def test_watching_spends_no_budget_and_follows() -> None:
    guard = guard_of(OWN)
    for minute in range(200):
        now = snapshot(OWN, 60.0 * minute, {
            "south.cooling": 26.0 + 0.2 * (minute % 2), "site.global_irradiance": 90.0 + minute,
            "south.facade_irradiance": 1.0 + minute, "north.facade_irradiance": 1.0 + minute,
        })  # fmt: skip
        guard.follow(now, {"south", "north", "ahu"})
        verdict = guard.judge(now, decision(OWN), set())
        assert values(verdict)["south.cooling"] == 24.0
    state = guard.remembered()["zones"]["south"]
    assert state["setpoint_writes"] == 1.0
    guard.follow(snapshot(OWN, 12_000.0), set())
    assert guard.remembered()["zones"]["south"] == state


def test_releasing_forgets_only_whose_points_were_released() -> None:
    guard = guard_of(OWN)
    guard.judge(snapshot(OWN), decision(OWN), ALL)
    south = OWN.zones[0]
    commands = guard.release(south.commands.values(), "a person asked")
    assert {c.rule for c in commands} == {"a person asked"}
    assert {c.priority for c in commands} == {13}
    state = guard.remembered()
    assert state["zones"]["south"]["heating_c"] is None
    assert state["zones"]["north"]["heating_c"] == 21.0
    assert state["handlers"]["ahu"]["supply_air_c"] == 14.0
    guard.release(OWN.air_handlers[0].commands.values(), "a person asked")
    state = guard.remembered()["handlers"]["ahu"]
    assert state["supply_air_c"] is None
    assert state["enable"] == 1.0
    assert guard.priority == 13


def test_heartbeats_carry_the_count() -> None:
    point = OWN.sensors["wind_speed"]
    (beat,) = guard_of(OWN).heartbeat([point], 7)
    assert (beat.kind, beat.point, beat.priority, beat.value) == (
        CommandKind.HEARTBEAT, point, 13, 7.0,
    )  # fmt: skip
