"""Whether what is read may be judged by: every input gate of the site, a zone, an air handler.

A zone whose inputs fail falls back to the BMS; its neighbours stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import inf, isfinite

from hvac_rl.points import Point
from hvac_rl.records import Quality, Snapshot
from hvac_rl.safety.facts import optional_value
from hvac_rl.safety.gates import first_bad_input
from hvac_rl.safety.inputs import (
    INPUT_RULES,
    InputTrack,
    against_sun,
    against_weather,
    disagreement,
    track_input,
)
from hvac_rl.safety.values import NAN
from hvac_rl.zones import AirHandler, Plant, Zone

_NEW_TRACK = InputTrack()
# Roles whose readings may stand still and jump have no track.
_TRACKED = {
    role: rule for role, rule in INPUT_RULES.items() if rule.flat_s != inf or rule.jump != inf
}


def track_inputs(plant: Plant, snapshot: Snapshot, tracks: dict[str, InputTrack]) -> dict[str, str]:
    """Bring every sensor's track up to this snapshot; why some cannot be trusted, by point."""
    found: dict[str, str] = {}
    _track(plant.sensors, plant.spares, snapshot, tracks, found)
    for zone in plant.zones:
        _track(zone.sensors, zone.spares, snapshot, tracks, found)
    return found


def _track(
    sensors: Mapping[str, Point],
    spares: Mapping[str, tuple[Point, ...]],
    snapshot: Snapshot,
    tracks: dict[str, InputTrack],
    found: dict[str, str],
) -> None:
    occupied = optional_value(snapshot, sensors.get("occupancy"), 1.0) > 0.5
    for role, first in sensors.items():
        rule = _TRACKED.get(role)
        if rule is None:
            continue
        for point in (first, *spares.get(role, ())):
            reading = snapshot.readings.get(point.name)
            if reading is None or reading.quality is not Quality.GOOD or reading.value is None:
                continue
            if not isfinite(reading.value):
                continue
            counts_flat = role != "co2" or occupied
            track = tracks.get(point.name, _NEW_TRACK)
            tracks[point.name], why = track_input(
                track, reading.value, snapshot.time_s, rule, counts_flat
            )
            if why:
                found[point.name] = f"{point.name} {why}"


def site_bad(
    plant: Plant,
    snapshot: Snapshot,
    oldest_s: float,
    suspects: Mapping[str, str],
    weather_c: float,
) -> str:
    """Why nothing on the site can be judged; empty when it can. ``weather_c``: outdoor air by a
    weather service, NaN without one.
    """
    needed = plant.needed_sensors()
    reason = first_bad_input(needed, snapshot, oldest_s) or _first(needed, suspects)
    if reason:
        return reason
    outdoor = plant.sensors["outdoor_air_temperature"]
    return _apart(plant.sensors, plant.spares, snapshot) or against_weather(
        optional_value(snapshot, outdoor, NAN), weather_c
    )


def zone_bad(
    zone: Zone, plant: Plant, snapshot: Snapshot, oldest_s: float, suspects: Mapping[str, str]
) -> str:
    """Why a zone cannot be judged; empty when it can. The site's own sensors passed already."""
    sensors = zone.needed_sensors()
    # A command point that cannot be read cannot be verified either.
    needed = [*sensors, *zone.commands.values()]
    reason = first_bad_input(needed, snapshot, oldest_s) or _first(sensors, suspects)
    if reason:
        return reason
    facade = zone.sensors.get("facade_irradiance")
    sun = against_sun(
        optional_value(snapshot, facade, 0.0),
        optional_value(snapshot, plant.sensors["global_irradiance"], NAN),
    )
    return sun or _apart(zone.sensors, zone.spares, snapshot)


def handler_bad(handler: AirHandler, snapshot: Snapshot, oldest_s: float) -> str:
    """Why an air handler cannot be judged; empty when it can."""
    needed = [*handler.sensors.values(), *handler.commands.values()]
    return first_bad_input(needed, snapshot, oldest_s)


def _first(points: Iterable[Point], suspects: Mapping[str, str]) -> str:
    return next((suspects[point.name] for point in points if point.name in suspects), "")


def _apart(
    sensors: Mapping[str, Point], spares: Mapping[str, tuple[Point, ...]], snapshot: Snapshot
) -> str:
    """The first disagreement of a role's sensors; a spare that cannot be read says nothing."""
    for role, others in spares.items():
        rule = INPUT_RULES.get(role)
        if rule is None:
            continue
        first = sensors[role]
        value = optional_value(snapshot, first, NAN)
        for other in others:
            reads = optional_value(snapshot, other, NAN)
            if value == value and reads == reads:
                reason = disagreement(first.name, value, other.name, reads, rule.apart)
                if reason:
                    return reason
    return ""
