"""A small plant with every kind of point, and snapshots of it, for tests of the guard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hvac_rl.points import Point, WriteAccess
from hvac_rl.records import Decision, Reading, Snapshot
from hvac_rl.safety.guard import Guard, GuardSettings
from hvac_rl.safety.limits import AirHandlerLimits, ZoneLimits
from hvac_rl.units import UNITS
from hvac_rl.zones import AirHandler, Plant, Zone

NOW_S = 1_784_041_200.0
GOOD = {
    "air_temperature": 22.0, "co2": 600.0, "occupancy": 1.0, "daylight": 100.0,
    "facade_irradiance": 50.0, "humidity": 0.4, "contact": 0.0, "heating": 20.0, "cooling": 26.0,
    "blind": 0.0, "light": 1.0, "supply_air_temperature": 14.0, "freeze_stat": 0.0, "enable": 1.0,
    "supply_air": 13.0, "static_pressure": 200.0, "outdoor_air": 0.1,
    "outdoor_air_temperature": 10.0, "wind_speed": 2.0, "global_irradiance": 100.0, "rain": 0.0,
    "smoke": 0.0,
}  # fmt: skip
WISH = {
    "heating": 21.0, "cooling": 24.0, "blind": 0.2, "light": 0.6, "enable": 1.0,
    "supply_air": 14.0, "static_pressure": 150.0, "outdoor_air": 0.1,
}  # fmt: skip
UNIT = {
    "air_temperature": "degC", "heating": "degC", "cooling": "degC", "supply_air": "degC",
    "supply_air_temperature": "degC", "outdoor_air_temperature": "degC",
}  # fmt: skip
LIMITS = {"air_temperature": (-10.0, 50.0), "outdoor_air_temperature": (-50.0, 60.0)}


def point(of: str, role: str, *, writable: bool = False, name: str = "") -> Point:
    low, high = LIMITS.get(role, (float("-inf"), float("inf")))
    return Point(
        name=name or f"{of}.{role}", device=f"ctl-{of}", of=of, brick="",
        unit=UNITS[UNIT.get(role, "fraction")], address=(of, role, name), low=low, high=high,
        write=WriteAccess(minimum=0.0, maximum=1e4, deadband=0.0, daily_writes=99)
        if writable else None,
    )  # fmt: skip


def zone(name: str, spares: Mapping[str, int] | None = None) -> Zone:
    roles = ("air_temperature", "co2", "occupancy", "daylight", "facade_irradiance", "humidity",
             "contact")  # fmt: skip
    return Zone(
        name=name, area_m2=100.0, design_people=5.0, full_light_lux=550.0, served_by="ahu",
        azimuth_deg=180.0,
        sensors={role: point(name, role) for role in roles},
        commands={
            role: point(name, role, writable=True)
            for role in ("heating", "cooling", "blind", "light")
        },
        spares={
            role: tuple(point(name, role, name=f"{name}.{role}.{k}") for k in range(count))
            for role, count in (spares or {}).items()
        },
    )  # fmt: skip


def plant(**spares: int) -> Plant:
    """Two zones on one air handler; ``spares`` are further sensors of the zone south."""
    return Plant(
        zones=(zone("south", spares), zone("north")),
        air_handlers=(
            AirHandler(
                name="ahu",
                design_outdoor_air_m3_s=0.3,
                sensors={
                    role: point("ahu", role) for role in ("supply_air_temperature", "freeze_stat")
                },
                commands={
                    role: point("ahu", role, writable=True)
                    for role in ("enable", "supply_air", "static_pressure", "outdoor_air")
                },
            ),
        ),
        sensors={
            role: point("site", role)
            for role in ("outdoor_air_temperature", "wind_speed", "global_irradiance", "rain")
        },
        life_safety=(point("site", "smoke"),),
    )


def guard_of(own: Plant, **settings: Any) -> Guard:
    return Guard(
        own,
        GuardSettings(
            {one.name: ZoneLimits() for one in own.zones},
            {one.name: AirHandlerLimits() for one in own.air_handlers},
            **{"priority": 13, "oldest_s": 1350.0, "hold_s": 7200.0} | settings,
        ),
    )


def role_of(name: str) -> str:
    return name.split(".")[1]


def snapshot(
    own: Plant, at_s: float = 0.0, changes: Mapping[str, float | Reading] | None = None
) -> Snapshot:
    """Good readings ``at_s`` after NOW_S, but for ``changes``: values or whole readings by name."""
    time_s = NOW_S + at_s
    readings = {
        one.name: Reading(point=one.name, time_s=time_s, value=GOOD[role_of(one.name)])
        for one in own.points()
    }
    for name, change in (changes or {}).items():
        readings[name] = (
            change if isinstance(change, Reading) else replace(readings[name], value=change)
        )
    return Snapshot(time_s=time_s, readings=readings)


def decision(own: Plant, **changes: float) -> Decision:
    """Ordinary wishes; a change names a role, for every point of that role."""
    wishes = {
        one.name: changes.get(role_of(one.name), WISH[role_of(one.name)])
        for one in own.commandable()
    }
    return Decision(time_s=NOW_S, wishes=wishes, chosen_by="agent")


def everything(own: Plant) -> set[str]:
    return {one.name for one in own.commandable()}
