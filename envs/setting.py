"""A building with its rule, its limits and its worlds, in the form that compiled code takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from envs.clock_tables import clock_tables
from envs.control_step import Numbers
from envs.decision import Setting
from envs.numbers import as_row
from hvac_rl.control.base_rule import RuleParameters
from hvac_rl.control.encoding import orientation
from hvac_rl.control.kpis import KpiLimits
from hvac_rl.safety.limits import AirHandlerLimits, ZoneLimits
from sim_buildings.buffers import Floats
from sim_buildings.building import Building
from sim_buildings.occupancy import workdays
from sim_buildings.parameters import as_type, parameters
from sim_buildings.sun_course import ROWS_PER_DAY
from sim_buildings.variants import side_by_side, sun_columns
from sim_buildings.world import World
from sim_buildings.world_tables import WorldIndex, tables_of


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """Everything that a batch needs before it begins.

    ``buildings`` are variants of one building, one for all lanes or one for each; ``worlds``
    belong to them: world w is one of variant ``variant_of[w]``.
    """

    buildings: tuple[Building, ...]
    worlds: tuple[World, ...]
    variant_of: NDArray[np.int64]
    rule: RuleParameters
    zone_limits: ZoneLimits
    handler_limits: AirHandlerLimits

    @property
    def building(self) -> Building:
        return self.buildings[0]

    def setting(
        self, real: type, variant_of_lane: Sequence[int] | None = None
    ) -> tuple[Setting, WorldIndex]:
        """The compiled form and each world's tables.

        ``variant_of_lane``: the variant in each lane; None is one variant for all.
        """
        beside = (0,) if variant_of_lane is None else tuple(variant_of_lane)
        setting, index = _made(self, real, beside if variant_of_lane is not None else None)
        # Whoever takes the setting may change its rule; the rest is read by everybody.
        numbers = Numbers(
            *(
                # As rows of parameters lie: each number once for every lane's own.
                np.repeat(as_row(row, real), len(beside))
                for row in (self.zone_limits, self.handler_limits, self.rule)
            )
        )
        return setting._replace(numbers=numbers), index

    @property
    def price_mean(self) -> float:
        """Of the first world's electricity on working days [1/kWh], as the daemon's tariff has it:
        :attr:`hvac_rl.control.calendar.Tariff.mean`."""
        world = self.worlds[0]
        working = np.repeat(workdays(self.building, world.year), ROWS_PER_DAY)
        return float(np.mean(world.rows.price_per_kwh[working]))


# Batches of one scene share its tables: tens of megabytes that take half a second to make.
@lru_cache(maxsize=4)
def _made(
    scene: Scene, real: type, variant_of_lane: tuple[int, ...] | None
) -> tuple[Setting, WorldIndex]:
    first = scene.building
    own = [parameters(b, scene.worlds[0].air_heat_j_m3_k) for b in scene.buildings]
    params = own[0] if variant_of_lane is None else side_by_side([own[v] for v in variant_of_lane])
    orders = [sun_columns(own[0], one) for one in own]
    # Variants keep hours of their own.
    hours = [(b.schedule.start_h, b.schedule.end_h) for b in scene.buildings]
    tables, index, sources = tables_of(
        scene.worlds,
        real,
        [orders[v] for v in scene.variant_of],
        [hours[v] for v in scene.variant_of],
    )
    limits = scene.zone_limits
    band = KpiLimits(limits.comfort_min_c, limits.comfort_max_c)
    facing = [[orientation(zone.azimuth_deg) for zone in b.zones] for b in scene.buildings]
    beside = [facing[v] for v in (variant_of_lane or [0])]
    nothing: Floats = np.empty(0, dtype=real)
    setting = Setting(
        params=as_type(params, real),
        numbers=Numbers(nothing, nothing, nothing),
        comfort=as_row(band, real),
        orientations=np.stack(beside, axis=-1).reshape(len(first.zones), -1).astype(real),
        tables=tables,
        clocks=clock_tables(
            [scene.buildings[v] for v in scene.variant_of], scene.worlds, sources, real
        ),
    )
    return setting, index


def make_scene(
    building: Building | Sequence[Building],
    worlds: Sequence[World],
    *,
    variant_of: Sequence[int] | None = None,
    rule: RuleParameters | None = None,
    zone_limits: ZoneLimits | None = None,
    handler_limits: AirHandlerLimits | None = None,
) -> Scene:
    """A scene; defaults are the daemon's. Raises ValueError where the worlds do not fit."""
    buildings = (building,) if isinstance(building, Building) else tuple(building)
    if not worlds:
        raise ValueError("a scene needs at least one world")
    belongs = [0] * len(worlds) if variant_of is None else list(variant_of)
    if len(belongs) != len(worlds) or not all(0 <= v < len(buildings) for v in belongs):
        raise ValueError(
            f"variant_of names one of {len(buildings)} variants for each of {len(worlds)} worlds, "
            f"is {belongs}"
        )
    return Scene(
        buildings=buildings,
        worlds=tuple(worlds),
        variant_of=np.array(belongs, dtype=np.int64),
        rule=rule or RuleParameters(),
        zone_limits=zone_limits or ZoneLimits(),
        handler_limits=handler_limits or AirHandlerLimits(),
    )
