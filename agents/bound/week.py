"""What a building-week is given: surroundings, people, prices and what the guard then asks.

Everything here is decided before anybody controls: by rows of 300 s and by control steps of 15
minutes. A control step's orders rest on what was measured at the end of the step before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.bound.ranges import air_range
from envs.clock_tables import CYCLES_PER_HOUR, ROWS_PER_CYCLE, clock_tables
from envs.control_columns import K_SCHEDULED
from envs.setting import Scene
from sim_buildings.parameter_columns import (
    PF_LIGHT,
    PF_SHARE,
    PF_SOLAR,
    PF_SOLAR_DIFFUSE,
    PF_WALL_SKY,
    PF_WALL_SUN,
    PZ_AREA,
    PZ_ENVELOPE_ROOF_SKY,
    PZ_ENVELOPE_ROOF_SUN,
    PZ_PEOPLE,
)
from sim_buildings.parameters import Params, parameters
from sim_buildings.plant import cubic
from sim_buildings.plant_curves import COOLING, HEATING, Curve

Floats = NDArray[np.floating]
Flags = NDArray[np.bool_]


class Sun(NamedTuple):
    """One facade: rows (R,) of beam, diffuse, beam that glass passes, profile angle's tangent."""

    zone: int
    share: float
    solar_m2: float
    diffuse_m2: float
    light_lux: float
    beam: Floats
    diffuse: Floats
    window_beam: Floats
    profile: Floats


@dataclass(frozen=True, slots=True)
class Week:
    """A building-week before control. R rows, K control steps, Z zones."""

    params: Params
    steps: int
    """S, the program's own."""
    cycles: int
    """Control steps in one of them: K = S x cycles."""
    outdoor_c: Floats
    """(R,)"""
    window_sky_k: Floats
    """(R,) how much the sky cools a black pane that sees nothing else, negative."""
    window_m2_k_w: Floats
    """(R,) the windows' outer film."""
    ground_c: Floats
    wind_m_s: Floats
    price: Floats
    gas_price: Floats
    people: Floats
    """(R, Z)"""
    wall_sun_w: Floats
    """(R, Z) sun and cold sky on the opaque envelope."""
    suns: tuple[Sun, ...]
    occupied: Flags
    """(K, Z) presence as the guard sees it at the beginning of a step."""
    running: Flags
    """(K,) steps in which the guard or the rule runs the air handler, whatever is chosen."""
    outdoor_air_m3_s: Floats
    """(K,) the least setpoint of outdoor air."""
    facade_w_m2: Floats
    """(K, Z) what the guard sees on each zone's facade."""
    wind_at_step: Floats
    """(K,)"""
    outdoor_at_step: Floats
    """(K,) what the guard reads."""
    lowest_c: Floats
    """(K, Z) the coldest that a room may be during a step."""
    highest_c: Floats
    cooling_cop: Floats
    """(R,) at full load."""
    heating_cop: Floats
    cooling_capacity_w: Floats
    heating_capacity_w: Floats

    def by_step(self, rows: Floats) -> Floats:
        """Means over each step, (S, ...)."""
        shape = (self.steps, self.cycles * ROWS_PER_CYCLE, *rows.shape[1:])
        return np.asarray(rows.reshape(shape).mean(axis=1))

    def by_cycle(self, rows: Floats) -> Floats:
        """Means over each control step, (K, ...)."""
        shape = (self.steps * self.cycles, ROWS_PER_CYCLE, *rows.shape[1:])
        return np.asarray(rows.reshape(shape).mean(axis=1))


def make_week(scene: Scene, world: int, hour: int, hours: int, cycles: int = 2) -> Week:
    """The week of ``hours`` from ``hour`` (since the world's start) in ``scene``'s world."""
    building, rows = scene.building, scene.worlds[world].rows
    params = parameters(building, scene.worlds[world].air_heat_j_m3_k)
    steps = hours * CYCLES_PER_HOUR
    n = scene.worlds[world].n_rows
    first = hour * CYCLES_PER_HOUR * ROWS_PER_CYCLE
    at = np.arange(first, first + steps * ROWS_PER_CYCLE) % n
    # What is measured at the beginning of a step is the row before.
    seen = (first + np.arange(steps) * ROWS_PER_CYCLE - 1) % n
    zones = len(building.zones)
    outdoor = rows.outdoor_c[at]
    suns = []
    facade = np.zeros((steps, zones))
    loss = rows.sky_loss_w_m2[at]
    wall_sun = rows.roof_m2_k_w[at][:, None] * (
        params.zones[:, PZ_ENVELOPE_ROOF_SUN] * rows.ghi_w_m2[at][:, None]
        - params.zones[:, PZ_ENVELOPE_ROOF_SKY] * loss[:, None]
    )
    for e in range(len(params.facade_zone)):
        z, azimuth, own = int(params.facade_zone[e]), params.facade_sun[e], params.facades[e]
        beam, diffuse = rows.facade_beam_w_m2[:, azimuth], rows.facade_diffuse_w_m2[:, azimuth]
        wall_sun[:, z] += rows.wall_m2_k_w[at, azimuth] * (
            own[PF_WALL_SUN] * rows.wall_sun_w_m2[at, azimuth] - own[PF_WALL_SKY] * loss
        )
        facade[:, z] += own[PF_SHARE] * (beam + diffuse)[seen]
        suns.append(
            Sun(z, own[PF_SHARE], own[PF_SOLAR], own[PF_SOLAR_DIFFUSE], own[PF_LIGHT], beam[at],
                diffuse[at], rows.window_beam_w_m2[at, azimuth], rows.profile_tan[at, azimuth])
        )  # fmt: skip

    before = np.arange(first - ROWS_PER_CYCLE, first - ROWS_PER_CYCLE + len(at)) % n
    most = rows.people[before].reshape(steps, ROWS_PER_CYCLE, zones).max(axis=1)
    occupied: Flags = np.asarray(most > 0.0)
    clock = clock_tables([building], [scene.worlds[world]], [0], float).clock[0]
    scheduled = clock[at[::ROWS_PER_CYCLE] // ROWS_PER_CYCLE, K_SCHEDULED] > 0.5
    limits = scene.handler_limits
    wanted = (
        limits.outdoor_air_per_person_m3_s * params.zones[:, PZ_PEOPLE]
        + limits.outdoor_air_per_area_m3_s_m2 * params.zones[:, PZ_AREA]
    )
    plant = building.plant
    lowest, highest = air_range(scene, world, hour, hours)
    cooling, heating = COOLING[plant.cooling], HEATING[plant.heating]
    return Week(
        params=params,
        steps=steps // cycles,
        cycles=cycles,
        outdoor_c=outdoor,
        window_sky_k=-rows.window_m2_k_w[at] * loss,
        window_m2_k_w=rows.window_m2_k_w[at],
        ground_c=rows.ground_c[at],
        wind_m_s=rows.wind_m_s[at],
        price=rows.price_per_kwh[at],
        gas_price=rows.gas_price_per_kwh[at],
        people=rows.people[at],
        wall_sun_w=wall_sun,
        suns=tuple(suns),
        occupied=occupied,
        running=np.asarray(occupied.any(axis=1) | scheduled),
        # Smaller changes of the setpoint are not written.
        outdoor_air_m3_s=np.maximum(
            occupied @ wanted - limits.outdoor_air_write_deadband_m3_s, 0.0
        ),
        facade_w_m2=facade,
        wind_at_step=rows.wind_m_s[seen],
        outdoor_at_step=rows.outdoor_c[seen],
        lowest_c=lowest,
        highest_c=highest,
        cooling_cop=plant.cooling_cop / _curve(cooling, cooling.input_ratio, outdoor),
        heating_cop=plant.heating_cop / _curve(heating, heating.input_ratio, outdoor),
        cooling_capacity_w=plant.cooling_capacity_w * _curve(cooling, cooling.capacity, outdoor),
        heating_capacity_w=plant.heating_capacity_w * _curve(heating, heating.capacity, outdoor),
    )


def _curve(curve: Curve, coefficients: tuple[float, ...], outdoor_c: Floats) -> Floats:
    c0, c1, c2, c3 = coefficients
    return np.array([cubic(t, curve.low_c, curve.high_c, c0, c1, c2, c3) for t in outdoor_c])
