"""Random variants of a building: what a policy must cope with that is trained for any building.

Each factor is drawn once for the whole building, a log-normal one with its median at the file's own
value, and cut to a range. The ranges are assumptions: spreads between buildings of one kind, not
within one. Zones, facades, air handlers and interfaces stay as they are, so variants have arrays of
one shape; those that face the same way can be stepped side by side (``turns_deg`` with one turn).
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from sim_buildings.building import Building, check_building
from sim_buildings.building_checks import FLOOR_HEATING_MOST_W_M2
from sim_buildings.building_parts import AirHandler, Bms, Facade, Plant, Schedule, Zone

# How near to a limit of building_checks a varied number may come.
OF_THE_LIMIT = 0.95
BRIGHTEST_GLASS = 0.9
LEAST_BAND_K = 1.0
HALF_HOUR_H = 0.5
TURNS_DEG = tuple(15.0 * k for k in range(24))


class Spread(NamedTuple):
    """A log-normal factor: standard deviation of its logarithm, and where it is cut."""

    sigma: float
    low: float
    high: float

    def draw(self, random: np.random.Generator) -> float:
        factor = float(np.exp(self.sigma * random.standard_normal()))
        return min(max(factor, self.low), self.high)


class Variation(NamedTuple):
    """How far variants lie from the building of the file."""

    turns_deg: tuple[float, ...] = TURNS_DEG
    """The whole building turns by one of these; few, so that facades share their sun."""
    insulation: Spread = Spread(0.30, 0.5, 2.0)
    """U-values of wall, roof and ground, and the slab's edge."""
    mass: Spread = Spread(0.30, 0.5, 2.0)
    """Heat capacities of wall, roof and floor."""
    furniture: Spread = Spread(0.20, 0.6, 1.6)
    """Heat capacity of air and furniture."""
    glass_sun: Spread = Spread(0.20, 0.6, 1.6)
    """SHGC and visible transmittance together; the window's U-value follows by the square root, as
    coatings that keep out sun also keep in heat."""
    glass_u: Spread = Spread(0.20, 0.6, 1.6)
    """The window's U-value besides."""
    infiltration: Spread = Spread(0.50, 0.3, 3.0)
    lights: Spread = Spread(0.25, 0.5, 1.6)
    equipment: Spread = Spread(0.25, 0.5, 1.6)
    area_per_person: Spread = Spread(0.25, 0.6, 1.7)
    cooling_size: Spread = Spread(0.12, 0.85, 1.4)
    """Capacity of cooling plant and coils."""
    heating_size: Spread = Spread(0.12, 0.85, 1.4)
    """Capacity of heating plant and reheat."""
    efficiency: Spread = Spread(0.08, 0.8, 1.2)
    """COP of cooling and heating; a boiler stays below 1."""
    fan_pressure: Spread = Spread(0.15, 0.7, 1.4)
    """Design static and internal pressure."""
    setpoint_k: float = 1.0
    """Occupied setpoints shift by up to this, heating and cooling each."""
    setback_k: float = 2.0
    """Setbacks shift by up to this."""
    hours: float = 1.0
    """The BMS starts and ends by up to this earlier or later, in half hours."""


class Drawn(NamedTuple):
    """One variant's factors and shifts; all are drawn every time, in this order."""

    turn_deg: float
    insulation: float
    mass: float
    furniture: float
    glass_sun: float
    glass_u: float
    infiltration: float
    lights: float
    equipment: float
    area_per_person: float
    cooling_size: float
    heating_size: float
    cooling_efficiency: float
    heating_efficiency: float
    fan_pressure: float
    heating_k: float
    cooling_k: float
    setback_heating_k: float
    setback_cooling_k: float
    start_h: float
    end_h: float


DEFAULT = Variation()


def vary(
    building: Building, random: np.random.Generator | int, spread: Variation = DEFAULT
) -> Building:
    """A variant of ``building``, the same for the same seed and spread.

    Takes a generator or a seed. Raises ConfigError if a spread leads to a building that the
    reader would refuse.
    """
    generator = np.random.default_rng(random) if isinstance(random, int) else random
    drawn = _draw(generator, spread)
    plant = _plant(building.plant, drawn)
    variant = replace(
        building,
        schedule=_schedule(building.schedule, drawn),
        plant=plant,
        bms=_bms(building.bms, drawn),
        air_handlers=tuple(_air_handler(handler, drawn) for handler in building.air_handlers),
        zones=tuple(_zone(zone, drawn) for zone in building.zones),
    )
    check_building(variant, building.name)
    return variant


def _draw(random: np.random.Generator, spread: Variation) -> Drawn:
    def shift(most: float) -> float:
        return float(random.uniform(-most, most))

    def half_hours(most: float) -> float:
        return HALF_HOUR_H * round(shift(most) / HALF_HOUR_H)

    return Drawn(
        turn_deg=float(spread.turns_deg[int(random.integers(len(spread.turns_deg)))]),
        insulation=spread.insulation.draw(random),
        mass=spread.mass.draw(random),
        furniture=spread.furniture.draw(random),
        glass_sun=spread.glass_sun.draw(random),
        glass_u=spread.glass_u.draw(random),
        infiltration=spread.infiltration.draw(random),
        lights=spread.lights.draw(random),
        equipment=spread.equipment.draw(random),
        area_per_person=spread.area_per_person.draw(random),
        cooling_size=spread.cooling_size.draw(random),
        heating_size=spread.heating_size.draw(random),
        cooling_efficiency=spread.efficiency.draw(random),
        heating_efficiency=spread.efficiency.draw(random),
        fan_pressure=spread.fan_pressure.draw(random),
        heating_k=shift(spread.setpoint_k),
        cooling_k=shift(spread.setpoint_k),
        setback_heating_k=shift(spread.setback_k),
        setback_cooling_k=shift(spread.setback_k),
        start_h=half_hours(spread.hours),
        end_h=half_hours(spread.hours),
    )


def _zone(zone: Zone, drawn: Drawn) -> Zone:
    film, floor_film = OF_THE_LIMIT * zone.inner_film_w_m2_k, OF_THE_LIMIT * zone.mass_film_w_m2_k
    edge = drawn.insulation * zone.slab_edge_w_m_k
    if zone.slab_edge_m > 0.0:
        edge = min(edge, floor_film * zone.area_m2 / zone.slab_edge_m)
    # Light follows heat through the glass until one of them is at its limit.
    sun = min(drawn.glass_sun, _most(zone.window_shgc), _most(zone.window_visible))
    reheat_w = drawn.heating_size * zone.reheat_capacity_w
    if zone.floor_heating:
        reheat_w = min(reheat_w, FLOOR_HEATING_MOST_W_M2 * zone.area_m2)
    return replace(
        zone,
        facades=tuple(_turned(facade, drawn.turn_deg) for facade in zone.facades),
        wall_u_w_m2_k=min(drawn.insulation * zone.wall_u_w_m2_k, film),
        roof_u_w_m2_k=min(drawn.insulation * zone.roof_u_w_m2_k, film),
        ground_u_w_m2_k=min(drawn.insulation * zone.ground_u_w_m2_k, floor_film),
        slab_edge_w_m_k=edge,
        window_u_w_m2_k=zone.window_u_w_m2_k * drawn.glass_u * sun**0.5,
        window_shgc=zone.window_shgc * sun,
        window_visible=zone.window_visible * sun,
        infiltration_m3_s_m2=zone.infiltration_m3_s_m2 * drawn.infiltration,
        air_capacity_j_k_m2=zone.air_capacity_j_k_m2 * drawn.furniture,
        wall_capacity_j_k_m2=zone.wall_capacity_j_k_m2 * drawn.mass,
        roof_capacity_j_k_m2=zone.roof_capacity_j_k_m2 * drawn.mass,
        partition_capacity_j_k_m2=zone.partition_capacity_j_k_m2 * drawn.furniture,
        mass_capacity_j_k_m2=zone.mass_capacity_j_k_m2 * drawn.mass,
        lights_w_m2=zone.lights_w_m2 * drawn.lights,
        equipment_w_m2=zone.equipment_w_m2 * drawn.equipment,
        area_per_person_m2=zone.area_per_person_m2 * drawn.area_per_person,
        reheat_capacity_w=reheat_w,
    )


def _most(transmittance: float) -> float:
    """The factor that brings a transmittance to the brightest glass; 1 where it is beyond."""
    return max(BRIGHTEST_GLASS / transmittance, 1.0) if transmittance > 0.0 else np.inf


def _turned(facade: Facade, turn_deg: float) -> Facade:
    return replace(facade, azimuth_deg=(facade.azimuth_deg + turn_deg) % 360.0)


def _air_handler(handler: AirHandler, drawn: Drawn) -> AirHandler:
    return replace(
        handler,
        cooling_coil_w=handler.cooling_coil_w * drawn.cooling_size,
        design_static_pressure_pa=handler.design_static_pressure_pa * drawn.fan_pressure,
        internal_pressure_pa=handler.internal_pressure_pa * drawn.fan_pressure,
    )


def _plant(plant: Plant, drawn: Drawn) -> Plant:
    heating_cop = plant.heating_cop * drawn.heating_efficiency
    if plant.heating_cop <= 1.0:
        heating_cop = min(heating_cop, 1.0)
    return replace(
        plant,
        cooling_capacity_w=plant.cooling_capacity_w * drawn.cooling_size,
        cooling_cop=plant.cooling_cop * drawn.cooling_efficiency,
        heating_capacity_w=plant.heating_capacity_w * drawn.heating_size,
        heating_cop=heating_cop,
    )


def _bms(bms: Bms, drawn: Drawn) -> Bms:
    heating_c = _setpoint(bms.occupied_heating_c + drawn.heating_k)
    cooling_c = _setpoint(max(bms.occupied_cooling_c + drawn.cooling_k, heating_c + LEAST_BAND_K))
    start_h, end_h = _hours(bms.occupied_start_h, bms.occupied_end_h, drawn)
    lights_start_h, lights_end_h = _hours(bms.lights_start_h, bms.lights_end_h, drawn)
    return replace(
        bms,
        occupied_start_h=start_h,
        occupied_end_h=end_h,
        lights_start_h=lights_start_h,
        lights_end_h=lights_end_h,
        occupied_heating_c=heating_c,
        occupied_cooling_c=cooling_c,
        # A setback never asks for more comfort than the occupied hours.
        setback_heating_c=min(
            _setpoint(bms.setback_heating_c + drawn.setback_heating_k), heating_c
        ),
        setback_cooling_c=max(
            _setpoint(bms.setback_cooling_c + drawn.setback_cooling_k), cooling_c
        ),
    )


def _setpoint(value_c: float) -> float:
    """Within what :class:`Bms` takes."""
    return min(max(value_c, 5.0), 40.0)


def _schedule(schedule: Schedule, drawn: Drawn) -> Schedule:
    start_h, end_h = _hours(schedule.start_h, schedule.end_h, drawn)
    return replace(schedule, start_h=start_h, end_h=end_h)


def _hours(start_h: float, end_h: float, drawn: Drawn) -> tuple[float, float]:
    """(start, end) moved, within the day and at least half an hour apart; all day stays all day."""
    if (start_h, end_h) == (0.0, 24.0):
        return start_h, end_h
    start = min(max(start_h + drawn.start_h, 0.0), 24.0 - HALF_HOUR_H)
    end = min(max(end_h + drawn.end_h, start + HALF_HOUR_H), 24.0)
    return start, end
