"""A building with its rule, its limits and its worlds, in the form that compiled code takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
from sim_buildings.building import Building
from sim_buildings.parameters import as_type, parameters
from sim_buildings.variants import side_by_side, sun_columns
from sim_buildings.world import World
from sim_buildings.world_tables import WorldIndex, tables_of


@dataclass(frozen=True, slots=True)
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
        first = self.building
        own = [parameters(b, self.worlds[0].air_heat_j_m3_k) for b in self.buildings]
        if variant_of_lane is None:
            params = own[0]
        else:
            params = side_by_side([own[v] for v in variant_of_lane])
        orders = [sun_columns(own[0], one) for one in own]
        tables, index, sources = tables_of(self.worlds, real, [orders[v] for v in self.variant_of])
        limits = self.zone_limits
        band = KpiLimits(limits.comfort_min_c, limits.comfort_max_c)
        facing = [orientation(zone.azimuth_deg) for zone in first.zones]
        return (
            Setting(
                params=as_type(params, real),
                numbers=Numbers(
                    as_row(limits, real), as_row(self.handler_limits, real), as_row(self.rule, real)
                ),
                comfort=as_row(band, real),
                orientations=np.array(facing, dtype=real),
                tables=tables,
                clocks=clock_tables(first, self.worlds, sources, real),
            ),
            index,
        )

    @property
    def price_mean(self) -> float:
        """Of the first world's electricity prices [1/kWh]."""
        return float(np.mean(self.worlds[0].rows.price_per_kwh))


def make_scene(
    building: Building | Sequence[Building],
    worlds: Sequence[World],
    *,
    variant_of: Sequence[int] | None = None,
    rule: RuleParameters | None = None,
    zone_limits: ZoneLimits | None = None,
    handler_limits: AirHandlerLimits | None = None,
) -> Scene:
    """A scene; defaults are the daemon's. Raises ValueError for worlds of different lengths."""
    buildings = (building,) if isinstance(building, Building) else tuple(building)
    if not worlds:
        raise ValueError("a scene needs at least one world")
    return Scene(
        buildings=buildings,
        worlds=tuple(worlds),
        variant_of=np.array(variant_of or [0] * len(worlds), dtype=np.int64),
        rule=rule or RuleParameters(),
        zone_limits=zone_limits or ZoneLimits(),
        handler_limits=handler_limits or AirHandlerLimits(),
    )
