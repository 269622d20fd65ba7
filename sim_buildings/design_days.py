"""Design weather of a place, and the heat that a zone makes on its design days.

Cooling: one day for each month whose every hour has the month's 90th percentile of temperature,
moisture, sky and sun at that hour, after the monthly design conditions of ASHRAE Fundamentals,
chapter 14 (it lists 0.4 to 10 %; all hours and all facades at once are rarer than one of them). The
day repeats until masses have settled. Heating: the year's 99.6 % temperature under the mean sky of
the hours below it, steady state, without sun and gains. The air stays at its setpoint, wind is the
year's mean, air handlers run; the zone is the simulation's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim_buildings.air import infiltration_m3_s, thicker
from sim_buildings.building import Bms, Building, Schedule, Zone
from sim_buildings.outer_films import sky_loss_w_m2
from sim_buildings.parameter_columns import (
    PF_SOLAR,
    PF_WALL_SKY,
    PF_WALL_SUN,
    PZ_AIR_HEAT,
    PZ_ENVELOPE,
    PZ_ENVELOPE_AIR,
    PZ_ENVELOPE_AIR_LEAN,
    PZ_ENVELOPE_AIR_RISE,
    PZ_ENVELOPE_MASS,
    PZ_ENVELOPE_OUTDOOR,
    PZ_ENVELOPE_ROOF_SKY,
    PZ_ENVELOPE_ROOF_SUN,
    PZ_ENVELOPE_SURFACE,
    PZ_INFILTRATION,
    PZ_INFILTRATION_FAN_ON,
    PZ_INFILTRATION_STACK,
    PZ_INFILTRATION_WIND,
    PZ_LOCAL_WIND,
    PZ_MASS,
    PZ_MASS_AIR,
    PZ_MASS_AIR_LEAN,
    PZ_MASS_AIR_RISE,
    PZ_MASS_GROUND,
    PZ_MASS_OUTDOOR,
    PZ_MASS_SURFACE,
    PZ_RADIANT_AIR,
    PZ_RADIANT_ENVELOPE,
    PZ_RADIANT_MASS,
    PZ_ROOF_ABSORPTANCE,
    PZ_ROOF_AIR,
    PZ_ROOF_ENVELOPE,
    PZ_ROOF_MASS,
    PZ_SUN_AIR,
    PZ_SUN_AIR_RISE,
    PZ_SUN_ENVELOPE,
    PZ_SUN_ENVELOPE_RISE,
    PZ_SUN_MASS,
    PZ_SUN_MASS_RISE,
    PZ_WINDOW_AIR,
    PZ_WINDOW_ENVELOPE,
    PZ_WINDOW_GAIN,
    PZ_WINDOW_MASS,
    PZ_WINDOW_SKY,
    PZ_WINDOW_U,
)
from sim_buildings.parameters import parameters
from sim_buildings.thermal import above_roof_c, convection, coupled_nodes, window_share
from sim_buildings.weather import Weather

Floats = NDArray[np.float64]

MONTHS, HOURS = 12, 24
HOUR_S = 3600.0
COOLING_PERCENTILE = 90.0
HEATING_PERCENTILE = 0.4
SETTLING_DAYS = 10
# One step so long that masses store nothing; repeated until natural convection has settled too.
STEADY_S, STEADY_STEPS = 1e12, 60
# ASHRAE Fundamentals, chapter 18: 17 W/(m2 K) for sol-air temperatures; windows as they are rated.
OPAQUE_FILM_M2_K_W, RATING_FILM_M2_K_W = 1.0 / 17.0, 1.0 / 29.2


@dataclass(frozen=True, slots=True)
class DesignWeather:
    """Extremes of a place; arrays have shape (12 months, 24 hours)."""

    heating_outdoor_c: float
    heating_sky_loss_w_m2: float
    """What a black roof as warm as the air loses to the sky."""
    ground_c: float
    """The year's mean beneath the floor."""
    wind_m_s: float
    """At the weather station."""
    outdoor_c: Floats
    sky_loss_w_m2: Floats
    humidity_kg_kg: Floats
    ghi_w_m2: Floats
    wall_w_m2: dict[float, Floats]
    """Sun on a facade by its azimuth [deg]."""
    window_w_m2: dict[float, Floats]
    """Sun on its glass times the angle modifier."""


class _Hour(NamedTuple):
    """What a zone meets at some hour; heats [W]."""

    outdoor_c: float
    sky_loss_w_m2: float
    ground_c: float
    leak_w_per_k: float
    solar_w: float
    outer_w: float
    ghi_w_m2: float
    convective_w: float
    radiant_w: float


def design_weather(weather: Weather, azimuths_deg: tuple[float, ...]) -> DesignWeather:
    """The extremes of a weather year for facades of these azimuths."""
    rows = weather.outdoor_c.size
    days = np.arange(rows) // (rows // 365)
    months = np.datetime64(f"{weather.year}-01-01") + days.astype("timedelta64[D]")
    month = months.astype("datetime64[M]").astype(int) % MONTHS
    hour = np.arange(rows) * HOURS * 365 // rows % HOURS

    def extreme(values: Floats) -> Floats:
        return np.array(
            [
                [
                    np.percentile(values[(month == m) & (hour == h)], COOLING_PERCENTILE)
                    for h in range(HOURS)
                ]
                for m in range(MONTHS)
            ]
        )

    sun = {azimuth: weather.facade(azimuth) for azimuth in azimuths_deg}
    cold_c = float(np.percentile(weather.outdoor_c, HEATING_PERCENTILE))
    cold = weather.outdoor_c <= cold_c
    loss = sky_loss_w_m2(weather.outdoor_c, weather.sky_c)
    return DesignWeather(
        heating_outdoor_c=cold_c,
        heating_sky_loss_w_m2=float(loss[cold].mean()),
        ground_c=float(weather.ground_c.mean()),
        wind_m_s=float(weather.wind_m_s.mean()),
        outdoor_c=extreme(weather.outdoor_c),
        sky_loss_w_m2=sky_loss_w_m2(extreme(weather.outdoor_c), extreme(weather.sky_c)),
        humidity_kg_kg=extreme(weather.humidity_kg_kg),
        ghi_w_m2=extreme(weather.ghi_w_m2),
        wall_w_m2={azimuth: extreme(facade.incident) for azimuth, facade in sun.items()},
        window_w_m2={azimuth: extreme(facade.window) for azimuth, facade in sun.items()},
    )


def cooling_loads_w(building: Building, weather: DesignWeather) -> dict[str, Floats]:
    """Sensible heat to take out of each zone [W], shape (12, 24); negative: it needs heat.

    Everybody is there in the schedule's hours, blinds are open, neighbours are as warm.
    """
    params = parameters(building)
    air_c = building.bms.occupied_cooling_c
    loads: dict[str, Floats] = {}
    for z, zone in enumerate(building.zones):
        own = params.zones[z].tolist()
        convective_w, radiant_w = _gains(zone, building.schedule, building.bms)
        solar_w = np.zeros((MONTHS, HOURS))
        outer_w = OPAQUE_FILM_M2_K_W * (
            own[PZ_ENVELOPE_ROOF_SUN] * weather.ghi_w_m2
            - own[PZ_ENVELOPE_ROOF_SKY] * weather.sky_loss_w_m2
        )
        for e in np.flatnonzero(params.facade_zone == z):
            azimuth = building.azimuths_deg[params.facade_sun[e]]
            solar_w += params.facades[e, PF_SOLAR] * weather.window_w_m2[azimuth]
            outer_w = outer_w + OPAQUE_FILM_M2_K_W * (
                params.facades[e, PF_WALL_SUN] * weather.wall_w_m2[azimuth]
                - params.facades[e, PF_WALL_SKY] * weather.sky_loss_w_m2
            )
        loads[zone.name] = np.array(
            [
                _repeated_day_w(
                    own,
                    air_c,
                    [
                        _Hour(
                            outdoor_c=outdoor_c,
                            sky_loss_w_m2=float(weather.sky_loss_w_m2[m, h]),
                            ground_c=weather.ground_c,
                            leak_w_per_k=_leak_w_per_k(own, air_c, outdoor_c, weather.wind_m_s),
                            solar_w=float(solar_w[m, h]),
                            outer_w=float(outer_w[m, h]),
                            ghi_w_m2=float(weather.ghi_w_m2[m, h]),
                            convective_w=float(convective_w[h]),
                            radiant_w=float(radiant_w[h]),
                        )
                        for h, outdoor_c in enumerate(weather.outdoor_c[m].tolist())
                    ],
                )
                for m in range(MONTHS)
            ]
        )
    return loads


def heating_loads_w(building: Building, weather: DesignWeather) -> dict[str, float]:
    """Heat that keeps each zone at its heating setpoint [W], at least 0."""
    air_c, outdoor_c = building.bms.occupied_heating_c, weather.heating_outdoor_c
    found: dict[str, float] = {}
    params = parameters(building)
    for z, zone in enumerate(building.zones):
        own = params.zones[z].tolist()
        seen = (
            own[PZ_ENVELOPE_ROOF_SKY] + params.facades[params.facade_zone == z, PF_WALL_SKY].sum()
        )
        loss = weather.heating_sky_loss_w_m2
        outer_w = -OPAQUE_FILM_M2_K_W * float(seen) * loss
        leak = _leak_w_per_k(own, air_c, outdoor_c, weather.wind_m_s)
        hour = _Hour(outdoor_c, loss, weather.ground_c, leak, 0.0, outer_w, 0.0, 0.0, 0.0)
        envelope_c = mass_c = air_c
        load_w = 0.0
        for _ in range(STEADY_STEPS):
            envelope_c, mass_c, load_w = _step(own, air_c, envelope_c, mass_c, hour, STEADY_S)
        found[zone.name] = max(0.0, -load_w)
    return found


def _repeated_day_w(own: Sequence[float], air_c: float, day: Sequence[_Hour]) -> list[float]:
    envelope_c = mass_c = air_c
    loads: list[float] = []
    for _ in range(SETTLING_DAYS):
        loads = []
        for hour in day:
            envelope_c, mass_c, load_w = _step(own, air_c, envelope_c, mass_c, hour, HOUR_S)
            loads.append(load_w)
    return loads


def _step(
    own: Sequence[float],
    air_c: float,
    envelope_c: float,
    mass_c: float,
    hour: _Hour,
    dt_s: float,
) -> tuple[float, float, float]:
    """(envelope, mass [°C] at the end, heat to take out of the air [W]).

    ``own``: a row of :func:`sim_buildings.parameters.parameters`. The equations of
    :mod:`sim_buildings.zone_step` with the air's temperature given.
    """
    envelope_s, mass_s = convection(
        own[PZ_ENVELOPE_SURFACE] * (envelope_c - air_c), own[PZ_MASS_SURFACE] * (mass_c - air_c)
    )
    s = abs(mass_s)
    envelope_air = (
        own[PZ_ENVELOPE_AIR]
        + abs(envelope_s) * own[PZ_ENVELOPE_AIR_RISE]
        + envelope_s * own[PZ_ENVELOPE_AIR_LEAN]
    )
    mass_air = own[PZ_MASS_AIR] + s * own[PZ_MASS_AIR_RISE] + mass_s * own[PZ_MASS_AIR_LEAN]
    sun_air = own[PZ_SUN_AIR] + s * own[PZ_SUN_AIR_RISE]
    sun_envelope = own[PZ_SUN_ENVELOPE] + s * own[PZ_SUN_ENVELOPE_RISE]
    sun_mass = own[PZ_SUN_MASS] + s * own[PZ_SUN_MASS_RISE]
    glass_c = hour.outdoor_c - own[PZ_WINDOW_SKY] * RATING_FILM_M2_K_W * hour.sky_loss_w_m2
    glass = window_share(own[PZ_WINDOW_U], RATING_FILM_M2_K_W)
    envelope_glass, mass_glass = glass * own[PZ_WINDOW_ENVELOPE], glass * own[PZ_WINDOW_MASS]
    solar_w = hour.solar_w * (1.0 + own[PZ_WINDOW_GAIN] * (1.0 - glass))
    roof_c = above_roof_c(
        hour.outdoor_c,
        hour.sky_loss_w_m2,
        hour.ghi_w_m2,
        own[PZ_ROOF_ABSORPTANCE],
        OPAQUE_FILM_M2_K_W,
    )
    outer, slab, ground = own[PZ_ENVELOPE_OUTDOOR], own[PZ_MASS_OUTDOOR], own[PZ_MASS_GROUND]
    envelope_a, envelope_b, mass_a, mass_b = coupled_nodes(
        envelope_c,
        mass_c,
        own[PZ_ENVELOPE],
        own[PZ_MASS],
        outer + envelope_glass + own[PZ_ROOF_ENVELOPE],
        slab + ground + mass_glass + own[PZ_ROOF_MASS],
        envelope_air,
        mass_air,
        own[PZ_ENVELOPE_MASS],
        outer * hour.outdoor_c
        + envelope_glass * glass_c
        + own[PZ_ROOF_ENVELOPE] * roof_c
        + hour.outer_w
        + sun_envelope * solar_w
        + own[PZ_RADIANT_ENVELOPE] * hour.radiant_w,
        slab * hour.outdoor_c
        + ground * hour.ground_c
        + mass_glass * glass_c
        + own[PZ_ROOF_MASS] * roof_c
        + sun_mass * solar_w
        + own[PZ_RADIANT_MASS] * hour.radiant_w,
        dt_s,
    )
    envelope_c = envelope_a + envelope_b * air_c
    mass_c = mass_a + mass_b * air_c
    load_w = (
        hour.convective_w
        + sun_air * solar_w
        + own[PZ_RADIANT_AIR] * hour.radiant_w
        + hour.leak_w_per_k * (hour.outdoor_c - air_c)
        + glass * own[PZ_WINDOW_AIR] * (glass_c - air_c)
        + own[PZ_ROOF_AIR] * (roof_c - air_c)
        + envelope_air * (envelope_c - air_c)
        + mass_air * (mass_c - air_c)
    )
    return envelope_c, mass_c, load_w


def _gains(zone: Zone, schedule: Schedule, bms: Bms) -> tuple[Floats, Floats]:
    """(convective, radiant) heat of people, light and equipment [W], shape (24,)."""
    hour = np.arange(HOURS) + 0.5
    here = (schedule.start_h <= hour) & (hour < schedule.end_h)
    lit = (bms.lights_start_h <= hour) & (hour < bms.lights_end_h)
    people = np.where(here, zone.design_people * zone.person_sensible_w, 0.0)
    lights = np.where(lit, 1.0, bms.lights_off_level) * zone.lights_w_m2 * zone.area_m2
    equipment = np.where(here, 1.0, zone.equipment_base) * zone.equipment_w_m2 * zone.area_m2
    radiant = (
        zone.person_radiant * people
        + zone.lights_radiant * lights
        + zone.equipment_radiant * equipment
    )
    return people + lights + equipment - radiant, radiant


def _leak_w_per_k(own: Sequence[float], air_c: float, outdoor_c: float, wind_m_s: float) -> float:
    """Infiltration's heat while the air handler runs; ``wind_m_s`` at the weather station."""
    flow = infiltration_m3_s(
        own[PZ_INFILTRATION],
        own[PZ_INFILTRATION_STACK],
        own[PZ_INFILTRATION_WIND],
        air_c - outdoor_c,
        own[PZ_LOCAL_WIND] * wind_m_s,
        own[PZ_INFILTRATION_FAN_ON],
    )
    return own[PZ_AIR_HEAT] * flow * thicker(outdoor_c)
