"""From readings to the numbers that rules take. Call only for what the gates let through."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite, log

from hvac_rl.points import Point
from hvac_rl.records import Quality, Snapshot
from hvac_rl.safety.limits import AirHandlerLimits, ZoneLimits
from hvac_rl.safety.rules import required_outdoor_air, room_beyond_limits
from hvac_rl.safety.values import DRY_C, NAN, AirHandlerFacts, SiteWeather, ZoneFacts
from hvac_rl.zones import AirHandler, Plant, Zone

# How long after rain a blind still counts as wet; assumed.
WET_S = 7200.0


def value_of(snapshot: Snapshot, point_name: str) -> float:
    """The reading's value in SI; raises ValueError when it has none."""
    value = snapshot.readings[point_name].value
    if value is None:
        raise ValueError(f"{point_name} has no value: it should not have passed its gate")
    return value


def optional_value(snapshot: Snapshot, point: Point | None, without: float) -> float:
    """The reading's value in SI: ``without`` where there is no such point, NaN where it is bad."""
    if point is None:
        return without
    reading = snapshot.readings.get(point.name)
    if reading is None or reading.quality is not Quality.GOOD or reading.value is None:
        return NAN
    return reading.value if point.low <= reading.value <= point.high else NAN


def is_on(snapshot: Snapshot, point: Point | None) -> bool:
    """Whether a contact or status is on; one that cannot be read counts as on, none as off."""
    return not optional_value(snapshot, point, 0.0) <= 0.5


def dew_point(air_c: float, humidity: float) -> float:
    """Dew point [°C] of air at ``air_c`` and relative humidity 0..1; NaN for what is no humidity.

    Magnus formula over water with the coefficients of WMO-No. 8, annex 4.B.
    """
    if not (humidity > 0.0 and isfinite(humidity)):
        return NAN
    gamma = log(humidity) + 17.62 * air_c / (243.12 + air_c)
    return 243.12 * gamma / (17.62 - gamma)


def zone_facts(zone: Zone, snapshot: Snapshot) -> ZoneFacts:
    """What the zone's sensors say. A zone without a facade sees no sun."""
    facade = zone.sensors.get("facade_irradiance")
    air_c = value_of(snapshot, zone.sensors["air_temperature"].name)
    present = (zone.sensors["occupancy"], *zone.spares.get("occupancy", ()))
    return ZoneFacts(
        air_c=air_c,
        co2_ppm=value_of(snapshot, zone.sensors["co2"].name),
        # Whoever sees somebody is believed.
        occupied=any(is_on(snapshot, point) for point in present),
        daylight_lux=value_of(snapshot, zone.sensors["daylight"].name),
        facade_w_m2=value_of(snapshot, facade.name) if facade else 0.0,
        dew_point_c=_dew_point(zone, snapshot, air_c),
        contact_open=any(
            is_on(snapshot, point)
            for point in (zone.sensors.get("contact"), *zone.spares.get("contact", ()))
        ),
    )


def _dew_point(zone: Zone, snapshot: Snapshot, air_c: float) -> float:
    if "dew_point" in zone.sensors:
        return optional_value(snapshot, zone.sensors["dew_point"], DRY_C)
    if "humidity" in zone.sensors:
        return dew_point(air_c, optional_value(snapshot, zone.sensors["humidity"], NAN))
    return DRY_C


def site_weather(plant: Plant, snapshot: Snapshot, rain_s: float) -> SiteWeather:
    """The weather as far as blinds care. ``rain_s``: when it last rained."""
    rain = plant.sensors.get("rain")
    raining = is_on(snapshot, rain)
    return SiteWeather(
        wind_m_s=value_of(snapshot, plant.sensors["wind_speed"].name),
        outdoor_c=value_of(snapshot, plant.sensors["outdoor_air_temperature"].name),
        raining=raining,
        wet=rain is None or raining or snapshot.time_s - rain_s < WET_S,
    )


def air_handler_facts(
    handler: AirHandler,
    zones: tuple[Zone, ...],
    known: Mapping[str, ZoneFacts],
    zone_limits: Mapping[str, ZoneLimits],
    limits: AirHandlerLimits,
) -> AirHandlerFacts:
    """What an air handler must serve. A zone that cannot be read counts as occupied."""
    any_occupied = False
    beyond = False
    highest_co2_ppm = 0.0
    required_m3_s = 0.0
    highest_dew_point_c = DRY_C
    for zone in zones:
        if zone.served_by != handler.name:
            continue
        facts = known.get(zone.name)
        occupied = facts.occupied if facts else True
        any_occupied = any_occupied or occupied
        required_m3_s += required_outdoor_air(occupied, zone.area_m2, zone.design_people, limits)
        if facts:
            highest_co2_ppm = max(highest_co2_ppm, facts.co2_ppm)
            # A dew point that cannot be read (NaN) raises nothing: its zone is one of several.
            highest_dew_point_c = max(highest_dew_point_c, facts.dew_point_c)
            beyond = beyond or room_beyond_limits(
                facts.air_c, facts.occupied, zone_limits[zone.name]
            )
    return AirHandlerFacts(
        any_occupied,
        beyond,
        highest_co2_ppm,
        required_m3_s,
        handler.design_outdoor_air_m3_s,
        highest_dew_point_c,
    )
