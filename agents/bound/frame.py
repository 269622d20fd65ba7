"""Rooms, comfort, light and sun: the part of the program that the rest builds on."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.bound.blinds import make_blinds
from agents.bound.linear import Program, Term
from agents.bound.ranges import SURFACE_K, surface_bands
from agents.bound.week import Week
from envs.clock_tables import CYCLE_S, ROWS_PER_CYCLE
from envs.setting import Scene
from sim_buildings.parameter_columns import (
    PZ_LIGHTS,
    PZ_MASS_SURFACE,
)
from sim_buildings.thermal import CONVECTION_K

Floats = NDArray[np.floating]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

W = 1e-3
# A step's end is this near its mean, at most [K]; slow masses follow a line within the second.
AIR_LINK_K, MASS_LINK_K = 3.0, 0.15


class Beginning(NamedTuple):
    """The building when the week begins, (Z,) each [°C]."""

    air_c: Floats
    envelope_c: Floats
    mass_c: Floats


class Frame:
    """Variables and rows of rooms, comfort, light and sun, and what the other parts build on."""

    def __init__(
        self, scene: Scene, week: Week, beginning: Beginning, discomfort_price: float
    ) -> None:
        self.scene, self.week = scene, week
        self.program = Program()
        self.rows_a_step = week.cycles * ROWS_PER_CYCLE
        self.step_h = week.cycles * CYCLE_S / 3600.0
        self.own = week.params.zones
        self.handler = week.params.handlers[0]
        self.shape = (week.steps, len(self.own))
        self.running: Flags = np.asarray(week.running.reshape(week.steps, week.cycles).all(axis=1))
        limits = scene.zone_limits
        self.low = week.lowest_c.reshape(week.steps, week.cycles, -1).min(axis=1)
        self.high = week.highest_c.reshape(week.steps, week.cycles, -1).max(axis=1)
        self.blinds = make_blinds(week, limits, scene.rule.light_target_lux)
        self.price = week.by_step(week.price) * self.step_h
        # Prices change by the hour, and a step is an hour at most.
        self._states(beginning)
        self._comfort(discomfort_price)
        self._light_and_sun()
        self._masses_links()

    def _states(self, beginning: Beginning) -> None:
        steps, zones = self.shape
        make = self.program.variable
        # The step's end may be a substep beyond the range of its step: both neighbours' ranges.
        low = np.vstack([beginning.air_c, self.low])
        high = np.vstack([beginning.air_c, self.high])
        self.air = make("air", (steps + 1, zones), low, high)
        self.air_mean = make("air_mean", self.shape, self.low, self.high)
        self.ends: dict[str, Ints] = {}
        self.means: dict[str, Ints] = {}
        for name, start in (("envelope", beginning.envelope_c), ("mass", beginning.mass_c)):
            low = np.full((steps + 1, zones), 0.0)
            high = np.full((steps + 1, zones), 50.0)
            low[0] = high[0] = start
            self.ends[name] = make(name, (steps + 1, zones), low, high)
            self.means[name] = make(f"{name}_mean", self.shape, 0.0, 50.0)
        self.program.rows(
            "air link", [(1.0, self.air[1:]), (-1.0, self.air_mean)], -AIR_LINK_K, AIR_LINK_K
        )

    def _comfort(self, price: float) -> None:
        steps, zones = self.shape
        limits = self.scene.zone_limits
        full = (self.week.people.reshape(steps, self.rows_a_step, zones) > 0.0).all(axis=1)
        self.discomfort = self.program.variable(
            "discomfort", self.shape, 0.0, np.where(full, 30.0, 0.0), price * self.step_h
        )
        k, z = np.nonzero(full)
        d, mean = self.discomfort[k, z], self.air_mean[k, z]
        self.program.rows("too cold", [(1.0, d), (1.0, mean)], limits.comfort_min_c, np.inf)
        self.program.rows("too warm", [(1.0, d), (-1.0, mean)], -limits.comfort_max_c, np.inf)

    def _light_and_sun(self) -> None:
        week, own, blinds = self.week, self.own, self.blinds
        make, rows = self.program.variable, self.program.rows
        cycles, zones = week.occupied.shape
        price = week.by_cycle(week.price) * CYCLE_S / 3600.0
        # By control step of 15 minutes: light follows what the blind let in the step before.
        self.light = make(
            "light", (cycles, zones), blinds.least_light, 1.0,
            price[:, None] * own[:, PZ_LIGHTS] * W,
        )  # fmt: skip
        self.sun = make("sun", (cycles, zones), blinds.solar_least_w * W, blinds.solar_most_w * W)
        for slope, offset in blinds.lines:
            k, z = np.nonzero(slope > 0.0)
            rows(
                "light", [(1.0, self.light[k + 1, z]), (slope[k, z] / W, self.sun[k, z])],
                offset[k, z], np.inf,
            )  # fmt: skip
        # The floor's convection moves some of the sun from surfaces to air: between none and what
        # it is at the largest difference.
        largest_k = own[:, PZ_MASS_SURFACE] * SURFACE_K
        most = largest_k / (largest_k + CONVECTION_K)
        self.moved = make("moved", self.shape, 0.0, 60.0)
        rows("moved sun", [(1.0, self.moved), *self.mean_of(-most, self.sun)], -np.inf, 0.0)

    def mean_of(self, coefficient: Floats | float, index: Ints) -> list[Term]:
        """Terms of a step's mean of a variable by control step; ``coefficient`` of its shape, or
        one for all steps."""
        cycles = self.week.cycles
        each = np.asarray(coefficient) / cycles
        return [
            (each[j::cycles] if each.ndim == 2 else each, index[j::cycles]) for j in range(cycles)
        ]

    def _masses_links(self) -> None:
        make, rows = self.program.variable, self.program.rows
        bands = [surface_bands(own) for own in self.own]
        share = (self.rows_a_step + 1) / (2 * self.rows_a_step)
        self.flow: dict[str, Ints] = {}
        for k, name in enumerate(("envelope", "mass")):
            slope = np.array([band[k].slope for band in bands]) * W
            low = np.array([band[k].low for band in bands]) * W
            high = np.array([band[k].high for band in bands]) * W
            flow = make(f"{name} to air", self.shape, -60.0, 60.0)
            self.flow[name] = flow
            end, mean = self.ends[name], self.means[name]
            rows(
                f"{name} to air",
                [(1.0, flow), (-slope, mean), (slope, self.air_mean)], low, high,
            )  # fmt: skip
            rows(
                f"{name} link",
                [(1.0, mean), (share - 1.0, end[:-1]), (-share, end[1:])],
                -MASS_LINK_K, MASS_LINK_K,
            )  # fmt: skip
