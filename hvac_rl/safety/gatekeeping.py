"""The gates that keep memory, applied to the guard's: one function each, once a cycle."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from hvac_rl.points import Point
from hvac_rl.records import Snapshot
from hvac_rl.safety.facts import is_on, optional_value, site_weather
from hvac_rl.safety.following import handler_following, zone_following
from hvac_rl.safety.freeze import freeze
from hvac_rl.safety.holds import hold_after
from hvac_rl.safety.latches import (
    LIFE_SAFETY,
    life_safety_alarm,
    life_safety_unreadable,
    shut,
)
from hvac_rl.safety.memory import GuardMemory
from hvac_rl.safety.values import NAN, SiteWeather
from hvac_rl.safety.verdict import Alarm, GuardSettings
from hvac_rl.zones import AirHandler, Plant

# Guideline 36-2021, 5.16.12: a Level 3 alarm in stage 2, Level 2 in stage 3; stage 1 assumed.
FREEZE_ALARM_LEVEL = {1: 3, 2: 3, 3: 2}


def follow_unheld(
    plant: Plant, memory: GuardMemory, snapshot: Snapshot, held: Collection[str]
) -> None:
    """Last values and timers follow the building wherever we do not sit in the slot."""
    for zone in plant.zones:
        memory.zones[zone.name] = zone_following(memory.zones[zone.name], zone, snapshot, held)
    for handler in plant.air_handlers:
        memory.handlers[handler.name] = handler_following(
            memory.handlers[handler.name], handler, snapshot, held
        )


def update_holds(
    commandable: Iterable[str], settings: GuardSettings, memory: GuardMemory, snapshot: Snapshot
) -> None:
    """Begin, keep and end holds by who commands now."""
    for name in commandable:
        hold = hold_after(
            memory.holds.get(name),
            snapshot.readings.get(name),
            settings.priority,
            snapshot.time_s,
            settings.hold_s,
            settings.foreign,
        )
        if hold is not None:
            memory.holds[name] = hold
        else:
            memory.holds.pop(name, None)


def life_safety_gate(
    points: Iterable[Point], memory: GuardMemory, snapshot: Snapshot, alarms: list[Alarm]
) -> str:
    """Why the whole site is released: an alarm, now or not yet reset, or an input out of sight."""
    points = tuple(points)
    alarm = life_safety_alarm(points, snapshot)
    if alarm:
        memory.latches = shut(memory.latches, LIFE_SAFETY, alarm, snapshot.time_s)
    latch = memory.latches.get(LIFE_SAFETY)
    if latch is None:
        return life_safety_unreadable(points, snapshot)
    text = f"life safety: {latch.reason}; released until a person resets it"
    alarms.append(Alarm(LIFE_SAFETY, 1, text))
    return text


def freeze_latch(handler: str) -> str:
    """The name of an air handler's latch."""
    return f"freeze: {handler}"


def freeze_gate(
    handler: AirHandler, memory: GuardMemory, snapshot: Snapshot, alarms: list[Alarm]
) -> str:
    """Why an air handler and its zones are released to freeze protection; empty if not."""
    name = freeze_latch(handler.name)
    stat = handler.sensors.get("freeze_stat")
    supply_c = optional_value(snapshot, handler.sensors.get("supply_air_temperature"), NAN)
    state = memory.freeze[handler.name]
    if supply_c == supply_c or stat is not None:
        state = freeze(state, supply_c, is_on(snapshot, stat), snapshot.time_s)
        memory.freeze[handler.name] = state
    if state.stage == 3:
        reason = f"supply air of {handler.name} at {supply_c:g} degC"
        memory.latches = shut(memory.latches, name, reason, snapshot.time_s)
    if state.stage == 0:
        return ""
    text = f"freeze protection of {handler.name}, stage {state.stage}: the BMS acts"
    alarms.append(Alarm(name, FREEZE_ALARM_LEVEL[state.stage], text))
    return text


def weather_now(plant: Plant, memory: GuardMemory, snapshot: Snapshot) -> SiteWeather:
    """The weather as far as blinds care; remembers when it last rained."""
    weather = site_weather(plant, snapshot, memory.rain_s)
    if weather.raining:
        memory.rain_s = snapshot.time_s
    return weather
