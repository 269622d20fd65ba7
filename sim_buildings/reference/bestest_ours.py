"""BESTEST cases in our simulator, with ideal loads."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from sim_buildings.building import Building
from sim_buildings.building_parts import Facade, Zone
from sim_buildings.columns import (
    COOLING,
    ENABLE,
    HEATING,
    STATE_AIR,
    Z_IDEAL_HEAT,
    Z_SOLAR,
)
from sim_buildings.reference.assembly import inside, store, u_value
from sim_buildings.reference.bestest_cases import Case
from sim_buildings.reference.bestest_result import (
    HOURS_A_YEAR,
    CaseHours,
    CaseResult,
    Floats,
    reduce_hours,
)
from sim_buildings.reference.double_glass import Glazing, glazing
from sim_buildings.reference.films import (
    INNER_FILM_W_M2_K,
    WINDOW_FILM_W_M2_K,
    YearFilms,
    year_films,
)
from sim_buildings.reference.own_building import (
    ALWAYS,
    IDLE_AIRFLOW_M3_S,
    NEVER,
    NO_PLANT,
    idle_handler,
    sun_on_floor,
)
from sim_buildings.simulation import Simulation
from sim_buildings.thermal import RADIANT_FILM_W_M2_K
from sim_buildings.weather import load_weather
from sim_buildings.world import World, make_world

YEAR = 2017
"""No leap year; begins on a Sunday, as the EnergyPlus side's."""
STEP_S = 300.0
STEPS_PER_HOUR = 12
# The days before 1 January that bring the walls to temperature; they meet December.
WARM_UP_DAYS = 30
AZIMUTH_DEG = {"north": 0.0, "east": 90.0, "south": 180.0, "west": 270.0}


def run_case(case: Case, epw: Path) -> CaseResult:
    """Our simulator's year for ``case`` with the weather file ``epw``."""
    site = site_of(case, epw)
    building = build(case, site)
    world = _world(building, case, epw)
    simulation = Simulation(
        building, world, start_s=world.start_s - WARM_UP_DAYS * 86_400.0, dt_s=STEP_S, ideal=True
    )
    commands = _commands(case)
    _days(simulation, commands, WARM_UP_DAYS)
    air_c, ideal_w, sun_w = _days(simulation, commands, HOURS_A_YEAR // 24)
    glass = _glass(case)
    hours = CaseHours(
        _hourly(air_c),
        _hourly(np.maximum(ideal_w, 0.0)),
        _hourly(np.maximum(-ideal_w, 0.0)),
        _hourly(sun_w) * glass.solar_transmittance / glass.shgc,
    )
    return reduce_hours(case.name, hours)


def build(case: Case, site: Site) -> Building:
    """A case as a building of one zone."""
    zone = _zone(case, site)
    return Building(
        name=f"bestest_{case.name}",
        title=f"BESTEST case {case.name}",
        holidays_country="US",
        holidays_subdivision="CO",
        schedule=ALWAYS,
        plant=NO_PLANT,
        bms=NEVER,
        air_handlers=(idle_handler("fan", site.local_wind),),
        zones=(zone,),
        interfaces=(),
    )


class Site(NamedTuple):
    """What of the weather a building's constants depend on."""

    local_wind: float
    """Wind at half the wall's height over wind at the weather station."""
    films: YearFilms
    air_heat_j_m3_k: float
    beam_share: float
    """Of the sun that passes the windows in a year."""


def site_of(case: Case, epw: Path) -> Site:
    """Wind by EnergyPlus Engineering Reference, local wind speed: terrain "Country" (exponent
    0.14), as at the weather station."""
    weather = load_weather(str(epw), YEAR)
    beam = total = 0.0
    for window in case.windows:
        sun = weather.facade(AZIMUTH_DEG[window.facade])
        beam += window.area_m2 * float(sun.window_beam.sum())
        total += window.area_m2 * float(sun.window.sum())
    local_wind = (case.height_m / 2.0 / 10.0) ** 0.14
    films = year_films(weather, local_wind)
    return Site(local_wind, films, weather.air_heat_j_m3_k, beam / total)


def _glass(case: Case) -> Glazing:
    return glazing(case.glass, INNER_FILM_W_M2_K, WINDOW_FILM_W_M2_K)


def _zone(case: Case, site: Site) -> Zone:
    outer_film = site.films.wall
    glass = _glass(case)
    fabric = case.fabric
    wall, roof, floor = (
        store(fabric.wall, outer_film),
        store(fabric.roof, outer_film),
        inside(fabric.floor),
    )
    floor_r = sum(layer.resistance_m2_k_w for layer in fabric.floor)
    absorbed = 1.0 - glass.solar_transmittance / glass.shgc
    leak_m3_s = case.infiltration_ach * case.volume_m3 / 3600.0
    open_m3_s = leak_m3_s + case.night_vent_m3_s
    surfaces_m2 = 2.0 * (case.floor_m2 + (case.width_m + case.depth_m) * case.height_m)
    outer_m2 = 2.0 * (case.width_m + case.depth_m) * case.height_m
    return Zone(
        name="zone",
        air_handler="fan",
        area_m2=case.floor_m2,
        volume_m3=case.volume_m3,
        roof_area_m2=case.floor_m2,
        slab_edge_m=0.0,
        facades=_facades(case),
        wall_u_w_m2_k=u_value(fabric.wall, INNER_FILM_W_M2_K, outer_film),
        roof_u_w_m2_k=u_value(fabric.roof, INNER_FILM_W_M2_K, outer_film),
        window_u_w_m2_k=glass.u_w_m2_k,
        window_outer_film_w_m2_k=WINDOW_FILM_W_M2_K,
        window_shgc=glass.shgc,
        window_absorptance=glass.absorptance,
        window_visible=case.glass.visible_transmittance**2,
        slab_edge_w_m_k=0.0,
        ground_u_w_m2_k=1.0 / (1.0 / INNER_FILM_W_M2_K + floor_r),
        absorptance=case.solar_absorptance_outside,
        outer_film_w_m2_k=outer_film,
        # The night's fan is infiltration that the air handler's enable shuts.
        infiltration_m3_s_m2=open_m3_s / outer_m2,
        infiltration_constant=1.0,
        infiltration_per_k=0.0,
        infiltration_per_m_s=0.0,
        infiltration_fan_on=leak_m3_s / open_m3_s,
        blinds=False,
        blind_closed_solar=1.0,
        blind_closed_light=1.0,
        inner_film_w_m2_k=INNER_FILM_W_M2_K,
        wall_inside_m2_k_w=wall.resistance_m2_k_w,
        roof_inside_m2_k_w=roof.resistance_m2_k_w,
        inner_absorptance=case.solar_absorptance_inside,
        air_capacity_j_k_m2=site.air_heat_j_m3_k * case.height_m,
        wall_capacity_j_k_m2=wall.capacity_j_m2_k,
        roof_capacity_j_k_m2=roof.capacity_j_m2_k,
        mass_capacity_j_k_m2=floor.capacity_j_m2_k,
        mass_film_w_m2_k=1.0 / (1.0 / INNER_FILM_W_M2_K + floor.resistance_m2_k_w),
        radiation_to_mass=sun_on_floor(
            site.beam_share, case.solar_absorptance_inside, case.floor_m2 / surfaces_m2
        ),
        # Heat that the inner pane absorbed goes to the air as far as the film is convection.
        solar_to_air=absorbed * (1.0 - RADIANT_FILM_W_M2_K / INNER_FILM_W_M2_K),
        area_per_person_m2=case.floor_m2,
        person_sensible_w=1.0,
        person_radiant=0.0,
        lights_w_m2=0.0,
        lights_radiant=0.0,
        full_light_lux=1.0,
        equipment_w_m2=case.gain_w / case.floor_m2,
        equipment_radiant=case.gain_radiant_fraction,
        equipment_base=1.0,
        airflow_max_m3_s=IDLE_AIRFLOW_M3_S,
        airflow_min_m3_s=IDLE_AIRFLOW_M3_S,
        airflow_heating_m3_s=IDLE_AIRFLOW_M3_S,
        reheat_capacity_w=0.0,
    )


def _facades(case: Case) -> tuple[Facade, ...]:
    facades = []
    for name, azimuth_deg in AZIMUTH_DEG.items():
        length_m = case.width_m if name in ("south", "north") else case.depth_m
        glass_m2 = sum(window.area_m2 for window in case.windows if window.facade == name)
        facades.append(
            Facade(
                azimuth_deg=azimuth_deg,
                wall_area_m2=length_m * case.height_m - glass_m2,
                window_area_m2=glass_m2,
            )
        )
    return tuple(facades)


def _world(building: Building, case: Case, epw: Path) -> World:
    world = make_world(building, str(epw), YEAR)
    rows = world.rows
    return replace(
        world,
        rows=rows._replace(
            people=np.zeros_like(rows.people), ground_c=np.full_like(rows.ground_c, case.ground_c)
        ),
    )


def _commands(case: Case) -> Floats:
    """Heating and cooling setpoint and the air handler's enable by substep of the day, (288, 3)."""
    steps = 24 * STEPS_PER_HOUR
    begins_h = np.arange(steps) / STEPS_PER_HOUR
    commands = np.full((steps, 3), np.nan)
    if case.heating_c is not None:
        ends = np.array(case.heating_c)
        begins = np.minimum(np.roll(ends, 1), ends)
        part = (np.arange(steps) % STEPS_PER_HOUR + 1) / STEPS_PER_HOUR
        commands[:, 0] = (
            np.repeat(begins, STEPS_PER_HOUR) + np.repeat(ends - begins, STEPS_PER_HOUR) * part
        )
    if case.cooling_c is not None:
        first, last = case.cooling_hours
        commands[(first <= begins_h) & (begins_h < last), 1] = case.cooling_c
    first, last = case.night_vent_off_hours
    commands[:, 2] = (first <= begins_h) & (begins_h < last)
    return commands


def _days(simulation: Simulation, commands: Floats, days: int) -> tuple[Floats, Floats, Floats]:
    """Air [°C], ideal heat [W] and sun's heat gain [W] by substep."""
    found = np.empty((days * len(commands), 3))
    zone = np.full((1, 4), np.nan)
    handler = np.full((1, 4), np.nan)
    row = simulation.zones[0]
    k = 0
    for _ in range(days):
        for heating_c, cooling_c, enable in commands:
            zone[0, HEATING], zone[0, COOLING] = heating_c, cooling_c
            handler[0, ENABLE] = enable
            simulation.step(zone, handler)
            found[k] = row[STATE_AIR], row[Z_IDEAL_HEAT], row[Z_SOLAR]
            k += 1
    return found[:, 0], found[:, 1], found[:, 2]


def _hourly(steps: Floats) -> Floats:
    hourly: Floats = steps.reshape(-1, STEPS_PER_HOUR).mean(axis=1)
    return hourly
