"""Design weather of a place, and the heat that a zone makes on its design days.

Cooling: one day for each month whose every hour has the month's 90th percentile of temperature,
moisture and sun at that hour, after the monthly design conditions of ASHRAE Fundamentals, chapter
14 (it lists 0.4 to 10 %; all hours and all facades at once are rarer than one of them). The day
repeats until masses have settled, the air stays at its setpoint. Heating: the year's 99.6 %
temperature, steady state, without sun and gains. Wind is the year's mean; air handlers run.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim_buildings.air import AIR_HEAT_J_M3_K, infiltration_m3_s
from sim_buildings.building import Bms, Schedule, Zone
from sim_buildings.thermal import beyond_film
from sim_buildings.weather import Weather

Floats = NDArray[np.float64]

MONTHS, HOURS = 12, 24
HOUR_S = 3600.0
COOLING_PERCENTILE = 90.0
HEATING_PERCENTILE = 0.4
SETTLING_DAYS = 10
# ASHRAE Fundamentals, chapter 18 (sol-air temperature): a roof sees a sky 4 K colder than the air.
SKY_DEPRESSION_K = 4.0


@dataclass(frozen=True, slots=True)
class DesignWeather:
    """Extremes of a place; arrays have shape (12 months, 24 hours)."""

    heating_outdoor_c: float
    ground_c: float
    """The year's mean beneath the floor."""
    wind_m_s: float
    """At the weather station."""
    outdoor_c: Floats
    humidity_kg_kg: Floats
    ghi_w_m2: Floats
    wall_w_m2: dict[float, Floats]
    """Sun on a facade by its azimuth [deg]."""
    window_w_m2: dict[float, Floats]
    """Sun on its glass times the angle modifier."""


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
    return DesignWeather(
        heating_outdoor_c=float(np.percentile(weather.outdoor_c, HEATING_PERCENTILE)),
        ground_c=float(weather.ground_c.mean()),
        wind_m_s=float(weather.wind_m_s.mean()),
        outdoor_c=extreme(weather.outdoor_c),
        humidity_kg_kg=extreme(weather.humidity_kg_kg),
        ghi_w_m2=extreme(weather.ghi_w_m2),
        wall_w_m2={azimuth: extreme(facade.incident) for azimuth, facade in sun.items()},
        window_w_m2={azimuth: extreme(facade.window) for azimuth, facade in sun.items()},
    )


def cooling_load_w(
    zone: Zone, schedule: Schedule, bms: Bms, weather: DesignWeather, local_wind: float
) -> Floats:
    """Sensible heat to take out [W], shape (12, 24); negative where the zone would need heat.

    ``local_wind``: wind at the wall over wind at the weather station. Everybody is there in the
    schedule's hours, blinds are open.
    """
    air_c = bms.occupied_cooling_c
    air_gain, radiation = _gains(zone, schedule, bms)
    sun = np.zeros((MONTHS, HOURS))
    wall_sun = np.zeros((MONTHS, HOURS))
    for facade in zone.facades:
        glass = facade.window_area_m2 * zone.window_shgc
        sun += glass * weather.window_w_m2[facade.azimuth_deg]
        wall_sun += (
            _outer(zone, zone.wall_u_w_m2_k * facade.wall_area_m2)
            * (zone.absorptance / zone.outer_film_w_m2_k)
            * weather.wall_w_m2[facade.azimuth_deg]
        )
    roof = _outer(zone, zone.roof_u_w_m2_k * zone.roof_area_m2)
    wall_sun += roof * (zone.absorptance / zone.outer_film_w_m2_k * weather.ghi_w_m2)
    wall_sun -= roof * SKY_DEPRESSION_K
    radiation = radiation + (1.0 - zone.solar_to_air) * sun
    # Without wall or roof all radiation falls on furniture, floor and ceiling.
    to_mass = zone.radiation_to_mass if _opaque_m2(zone) > 0.0 else 1.0

    envelope_c = _periodic(
        _envelope_j_per_k(zone),
        zone.inner_film_w_m2_k * _opaque_m2(zone),
        _outer(zone),
        air_c,
        _outer(zone) * weather.outdoor_c + wall_sun + (1.0 - to_mass) * radiation,
    )
    edge, ground = _slab_edge(zone), _ground(zone)
    mass_air = zone.mass_film_w_m2_k * zone.area_m2
    mass_c = _periodic(
        zone.mass_capacity_j_k_m2 * zone.area_m2,
        mass_air,
        edge + ground,
        air_c,
        edge * weather.outdoor_c + ground * weather.ground_c + to_mass * radiation,
    )
    warmer_k = weather.outdoor_c - air_c
    leak = _infiltration_m3_s(zone, local_wind * weather.wind_m_s, np.abs(warmer_k))
    outdoor = zone.window_u_w_m2_k * zone.window_area_m2 + AIR_HEAT_J_M3_K * leak
    load: Floats = (
        air_gain
        + zone.solar_to_air * sun
        + outdoor * warmer_k
        + zone.inner_film_w_m2_k * _opaque_m2(zone) * (envelope_c - air_c)
        + mass_air * (mass_c - air_c)
    )
    return load


def heating_load_w(zone: Zone, bms: Bms, weather: DesignWeather, local_wind: float) -> float:
    """Heat that keeps the zone at its heating setpoint [W], at least 0."""
    colder_k = bms.occupied_heating_c - weather.heating_outdoor_c
    leak = _infiltration_m3_s(zone, local_wind * weather.wind_m_s, np.array(abs(colder_k)))
    outdoor = (
        zone.window_u_w_m2_k * zone.window_area_m2
        + zone.wall_u_w_m2_k * zone.wall_area_m2
        + zone.roof_u_w_m2_k * zone.roof_area_m2
        + zone.slab_edge_w_m_k * zone.slab_edge_m
        + AIR_HEAT_J_M3_K * float(leak)
    )
    loss_w = outdoor * colder_k
    loss_w += zone.ground_u_w_m2_k * zone.area_m2 * (bms.occupied_heating_c - weather.ground_c)
    return max(loss_w, 0.0)


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


def _periodic(
    capacity_j_per_k: float,
    inner_w_per_k: float,
    outer_w_per_k: float,
    air_c: float,
    heat_w: Floats,
) -> Floats:
    """Temperature of a mass on a day that repeats, shape (12, 24); backward Euler by the hour.

    ``heat_w`` (12, 24) holds all that reaches it but what the air gives.
    """
    if inner_w_per_k == 0.0:
        return np.full(heat_w.shape, air_c)
    storage = capacity_j_per_k / HOUR_S
    found = np.empty(heat_w.shape)
    node_c = np.full(heat_w.shape[0], air_c)
    for _ in range(SETTLING_DAYS):
        for h in range(heat_w.shape[1]):
            node_c = (storage * node_c + inner_w_per_k * air_c + heat_w[:, h]) / (
                storage + inner_w_per_k + outer_w_per_k
            )
            found[:, h] = node_c
    return found


def _opaque_m2(zone: Zone) -> float:
    return zone.wall_area_m2 + zone.roof_area_m2


def _envelope_j_per_k(zone: Zone) -> float:
    return (
        zone.wall_capacity_j_k_m2 * zone.wall_area_m2
        + zone.roof_capacity_j_k_m2 * zone.roof_area_m2
    )


def _outer(zone: Zone, part_w_per_k: float | None = None) -> float:
    """Conductance beyond the inner film [W/K]: all, or the share of a part with this U A."""
    area = _opaque_m2(zone)
    if area == 0.0:
        return 0.0
    ua = zone.wall_u_w_m2_k * zone.wall_area_m2 + zone.roof_u_w_m2_k * zone.roof_area_m2
    outer = beyond_film(ua / area, area, zone.inner_film_w_m2_k)
    return outer if part_w_per_k is None else outer * part_w_per_k / ua


def _beyond_floor(zone: Zone, conductance_w_k: float) -> float:
    if conductance_w_k == 0.0:
        return 0.0
    return 1.0 / (1.0 / conductance_w_k - 1.0 / (zone.mass_film_w_m2_k * zone.area_m2))


def _slab_edge(zone: Zone) -> float:
    return _beyond_floor(zone, zone.slab_edge_w_m_k * zone.slab_edge_m)


def _ground(zone: Zone) -> float:
    return _beyond_floor(zone, zone.ground_u_w_m2_k * zone.area_m2)


def _infiltration_m3_s(zone: Zone, wind_m_s: float, difference_k: Floats) -> Floats:
    """While the air handler runs; ``wind_m_s`` at the wall."""
    design = zone.infiltration_m3_s_m2 * (zone.wall_area_m2 + zone.window_area_m2)
    flow: Floats = np.vectorize(infiltration_m3_s)(
        design * zone.infiltration_constant,
        design * zone.infiltration_per_k,
        design * zone.infiltration_per_m_s,
        difference_k,
        wind_m_s,
        zone.infiltration_fan_on,
    )
    return flow
