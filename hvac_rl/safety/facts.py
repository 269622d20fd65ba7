"""From readings to the numbers that rules take. Call only for what the gates let through."""

from __future__ import annotations

from hvac_rl.records import Snapshot
from hvac_rl.safety.limits import AirHandlerLimits, ZoneLimits
from hvac_rl.safety.rules import required_outdoor_air, room_beyond_limits
from hvac_rl.safety.values import AirHandlerFacts, ZoneFacts
from hvac_rl.zones import AirHandler, Zone


def value_of(snapshot: Snapshot, point_name: str) -> float:
    """The reading's value in SI; raises ValueError when it has none."""
    value = snapshot.readings[point_name].value
    if value is None:
        raise ValueError(f"{point_name} has no value: it should not have passed its gate")
    return value


def zone_facts(zone: Zone, snapshot: Snapshot) -> ZoneFacts:
    """What the zone's sensors say. A zone without a facade sees no sun."""
    facade = zone.sensors.get("facade_irradiance")
    return ZoneFacts(
        air_c=value_of(snapshot, zone.sensors["air_temperature"].name),
        co2_ppm=value_of(snapshot, zone.sensors["co2"].name),
        occupied=value_of(snapshot, zone.sensors["occupancy"].name) > 0.5,
        daylight_lux=value_of(snapshot, zone.sensors["daylight"].name),
        facade_w_m2=value_of(snapshot, facade.name) if facade else 0.0,
    )


def air_handler_facts(
    handler: AirHandler,
    zones: tuple[Zone, ...],
    known: dict[str, ZoneFacts],
    zone_limits: dict[str, ZoneLimits],
    limits: AirHandlerLimits,
) -> AirHandlerFacts:
    """What an air handler must serve. A zone that cannot be read counts as occupied."""
    any_occupied = False
    beyond = False
    highest_co2_ppm = 0.0
    required_m3_s = 0.0
    for zone in zones:
        if zone.served_by != handler.name:
            continue
        facts = known.get(zone.name)
        occupied = facts.occupied if facts else True
        any_occupied = any_occupied or occupied
        required_m3_s += required_outdoor_air(occupied, zone.area_m2, zone.design_people, limits)
        if facts:
            highest_co2_ppm = max(highest_co2_ppm, facts.co2_ppm)
            beyond = beyond or room_beyond_limits(
                facts.air_c, facts.occupied, zone_limits[zone.name]
            )
    return AirHandlerFacts(
        any_occupied,
        beyond,
        highest_co2_ppm,
        required_m3_s,
        handler.design_outdoor_air_m3_s,
    )
