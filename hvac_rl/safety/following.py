"""In Watch the guard's memory follows the building instead of commands that nobody sent."""

from __future__ import annotations

from hvac_rl.records import Snapshot
from hvac_rl.safety.values import NAN, AirHandlerGuardState, ZoneGuardState
from hvac_rl.zones import AirHandler, Zone


def zone_following(state: ZoneGuardState, zone: Zone, snapshot: Snapshot) -> ZoneGuardState:
    """Last values as they are in effect, so that rates are judged from there; nothing written."""
    return state._replace(
        heating_c=_effective(zone, "heating", snapshot),
        cooling_c=_effective(zone, "cooling", snapshot),
        blind=_effective(zone, "blind", snapshot),
        light=_effective(zone, "light", snapshot),
        setpoint_writes=0.0,
        blind_writes=0.0,
        light_writes=0.0,
    )


def handler_following(
    state: AirHandlerGuardState, handler: AirHandler, snapshot: Snapshot
) -> AirHandlerGuardState:
    return state._replace(
        enable=_effective(handler, "enable", snapshot),
        supply_air_c=_effective(handler, "supply_air", snapshot),
        static_pressure_pa=_effective(handler, "static_pressure", snapshot),
        outdoor_air_m3_s=_effective(handler, "outdoor_air", snapshot),
        supply_air_writes=0.0,
        static_pressure_writes=0.0,
        outdoor_air_writes=0.0,
    )


def _effective(owner: Zone | AirHandler, role: str, snapshot: Snapshot) -> float:
    point = owner.commands.get(role)
    reading = snapshot.readings.get(point.name) if point else None
    return NAN if reading is None or reading.value is None else reading.value
