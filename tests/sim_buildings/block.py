"""Buildings side by side in lanes, in any form that the loader knows, stepped like a simulation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim_buildings.buffers import Buffers, columns_of, make_buffers
from sim_buildings.building import Building
from sim_buildings.columns import HANDLER_OVERRIDE, ZONE_OVERRIDE
from sim_buildings.compiled import Form, compiled
from sim_buildings.parameters import as_type, parameters
from sim_buildings.simulation import run_block
from sim_buildings.variants import side_by_side, sun_columns
from sim_buildings.world import World
from sim_buildings.world_tables import tables_of

Floats = NDArray[np.floating]


class Block:
    """One building in every lane, or with several variants one in each, taken in turn.

    ``worlds``: one for all lanes, or one for each variant.
    """

    def __init__(
        self,
        variants: Sequence[Building],
        worlds: Sequence[World],
        form: Form,
        *,
        start_s: float,
        dt_s: float = 300.0,
    ) -> None:
        own = [parameters(b, worlds[0].air_heat_j_m3_k) for b in variants]
        lanes = np.arange(form.lanes)
        together = side_by_side([own[k % len(own)] for k in lanes]) if form.varied else own[0]
        self.form = form
        self.params = as_type(together, form.real)
        orders = [sun_columns(own[0], one) for one in own] if len(worlds) == len(own) else None
        self.tables, index, _ = tables_of(worlds, form.real, orders)
        self.weather_of = index.weather[lanes % len(worlds)]
        self.people_of = index.people[lanes % len(worlds)]
        self.row = np.zeros(form.lanes, dtype=np.int64)
        self.since_s = start_s - worlds[0].start_s
        self.dt_s = dt_s
        first = variants[0]
        self.buffers = make_buffers(
            len(first.zones), len(first.air_handlers), len(first.azimuths_deg),
            lanes=form.lanes, real=form.real,
        )  # fmt: skip
        self.zones = columns_of(self.buffers.zones, form.lanes)
        """(Z, N_ZONE, lanes)"""
        self.handlers = columns_of(self.buffers.handlers, form.lanes)
        self.building = columns_of(self.buffers.building, form.lanes)
        self._run = compiled(run_block, form)

    def begin(self, state: Buffers) -> None:
        """Every lane as one building that was stepped alone."""
        for mine, other in zip(self.buffers, state, strict=True):
            columns_of(mine, self.form.lanes)[:] = other[..., None]

    def lane(self, k: int) -> list[Floats]:
        """Every array of the building in lane ``k``."""
        return [columns_of(array, self.form.lanes)[..., k] for array in self.buffers]

    def step(
        self,
        zone_override: Floats | None = None,
        handler_override: Floats | None = None,
        steps: int = 1,
    ) -> None:
        """``steps`` substeps; overrides (Z, 4) and (H, 4), or with lanes as a last axis."""
        for rows, first, given in (
            (self.zones, ZONE_OVERRIDE, zone_override),
            (self.handlers, HANDLER_OVERRIDE, handler_override),
        ):
            values = np.full(1, np.nan) if given is None else np.asarray(given)
            rows[:, first : first + 4] = values[..., None] if values.ndim == 2 else values
        real = self.form.real
        self._run(
            self.params, self.tables, self.weather_of, self.people_of, self.row, self.since_s,
            real(self.dt_s), steps, False, self.buffers,
        )  # fmt: skip
        self.since_s += steps * self.dt_s
