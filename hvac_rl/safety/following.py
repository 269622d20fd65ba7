"""Where we do not sit in the slot, the guard's memory follows the building.

Rates, small changes and equipment timers then count from what is in effect, so that taking a point
over is no step, and Watch judges what it would do from where the BMS stands.
"""

from __future__ import annotations

from collections.abc import Collection
from math import isfinite

from hvac_rl.records import Quality, Snapshot
from hvac_rl.safety.values import NAN, AirHandlerGuardState, ZoneGuardState
from hvac_rl.zones import AirHandler, Zone


def zone_following(
    state: ZoneGuardState, zone: Zone, snapshot: Snapshot, held: Collection[str]
) -> ZoneGuardState:
    """Last values as they are in effect wherever we hold no point, or know no last command."""
    return state._replace(
        heating_c=_followed(state.heating_c, zone, "heating", snapshot, held),
        cooling_c=_followed(state.cooling_c, zone, "cooling", snapshot, held),
        blind=_followed(state.blind, zone, "blind", snapshot, held),
        light=_followed(state.light, zone, "light", snapshot, held),
    )


def handler_following(
    state: AirHandlerGuardState,
    handler: AirHandler,
    snapshot: Snapshot,
    held: Collection[str],
) -> AirHandlerGuardState:
    """Likewise; and a fan that somebody else starts or stops counts as started or stopped now.

    How long a fan that is first seen has been running nobody knows: it counts from now.
    """
    enable = _followed(state.enable, handler, "enable", snapshot, held)
    changed = enable == enable and enable != state.enable
    started = changed and enable > 0.5
    return state._replace(
        enable=enable,
        supply_air_c=_followed(state.supply_air_c, handler, "supply_air", snapshot, held),
        static_pressure_pa=_followed(
            state.static_pressure_pa, handler, "static_pressure", snapshot, held
        ),
        outdoor_air_m3_s=_followed(state.outdoor_air_m3_s, handler, "outdoor_air", snapshot, held),
        enable_time_s=snapshot.time_s if changed else state.enable_time_s,
        start_time_s=snapshot.time_s if started else state.start_time_s,
    )


def _followed(
    last: float, owner: Zone | AirHandler, role: str, snapshot: Snapshot, held: Collection[str]
) -> float:
    point = owner.commands.get(role)
    if point is None or (point.name in held and last == last):
        return last
    reading = snapshot.readings.get(point.name)
    if reading is None or reading.quality is not Quality.GOOD or reading.value is None:
        # Out of sight for a moment: equipment is where it was, everything else begins anew.
        return last if role == "enable" else NAN
    if not isfinite(reading.value):
        return NAN
    return (1.0 if reading.value > 0.5 else 0.0) if role == "enable" else reading.value
