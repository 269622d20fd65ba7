"""One simulated building that somebody steps and looks at."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim_buildings.buffers import make_buffers
from sim_buildings.building import LONGEST_SUBSTEP_S, Building, load_building
from sim_buildings.columns import B_ENERGY, STATE_ENERGY
from sim_buildings.compiled import compiled
from sim_buildings.parameters import parameters
from sim_buildings.step import run_building, step_batch
from sim_buildings.weather import ROW_S
from sim_buildings.world import World, make_world

Floats = NDArray[np.float64]


class SimulationSnapshot(NamedTuple):
    """A moment of a simulation; opaque, for :meth:`Simulation.restore`."""

    time_s: float
    arrays: tuple[Floats, ...]


class Simulation:
    """One building in one world, advanced by substeps of ``dt_s``.

    Times are epoch seconds of local standard time (``calendar.timegm`` of the naive local time).
    Arrays are live: each holds what the last substep left, its columns are named in
    :mod:`sim_buildings.columns`. ``engine`` is "compiled" or "plain"; both give the same bits.
    """

    def __init__(
        self,
        building: Building,
        world: World,
        *,
        start_s: float,
        dt_s: float = 60.0,
        engine: Literal["compiled", "plain"] = "compiled",
    ) -> None:
        if not 0.0 < dt_s <= LONGEST_SUBSTEP_S or ROW_S % dt_s != 0.0:
            raise ValueError(f"dt_s must divide {ROW_S:g} s, is {dt_s:g}")
        if start_s % dt_s != 0.0:
            raise ValueError(f"start_s must be a multiple of dt_s, is {start_s!r}")
        if world.rows.people.shape[1] != len(building.zones):
            raise ValueError(f"the world was made for another building than {building.name}")
        self.building = building
        self.world = world
        self.params = parameters(building)
        self.time_s = start_s
        self.dt_s = dt_s
        self.engine = engine
        self._run = compiled(run_building) if engine == "compiled" else run_building
        self.buffers = make_buffers(len(building.zones))
        self.zone_state = self.buffers.zone_state
        self.handler_state = self.buffers.handler_state
        self.bms_zone = self.buffers.zone_bms
        self.bms_ahu = self.buffers.handler_bms
        self.effective_zone = self.buffers.zone_effective
        self.effective_ahu = self.buffers.handler_effective
        self.zone_out = self.buffers.zone_out
        self.building_out = self.buffers.building_out

    def step(
        self,
        zone_override: Floats | None = None,
        ahu_override: Floats | None = None,
        steps: int = 1,
    ) -> None:
        """``steps`` substeps under these overrides, shapes (Z, 4) and (4,); NaN is the BMS's own.

        Outputs are those of the last substep; the meter counts them all.
        """
        self.buffers.zone_override[:] = np.nan if zone_override is None else zone_override
        self.buffers.handler_override[:] = np.nan if ahu_override is None else ahu_override
        since_s = self.time_s - self.world.start_s
        self._run(self.params, self.world.rows, since_s, self.dt_s, steps, self.buffers)
        self.time_s += steps * self.dt_s

    def warm_up(self, days: float) -> None:
        """Let the BMS alone run the ``days`` before now; time and meter end as they were."""
        end_s, steps = self.time_s, round(days * 86_400.0 / self.dt_s)
        metered_j = self.energy_j
        self.time_s = end_s - steps * self.dt_s
        self.step(steps=steps)
        self.time_s = end_s
        self.handler_state[STATE_ENERGY] = metered_j
        self.building_out[B_ENERGY] = metered_j

    @property
    def energy_j(self) -> float:
        """Electric energy since the start [J]."""
        return float(self.handler_state[STATE_ENERGY])

    def snapshot(self) -> SimulationSnapshot:
        """A copy of everything that changes."""
        return SimulationSnapshot(self.time_s, tuple(array.copy() for array in self.buffers))

    def restore(self, snapshot: SimulationSnapshot) -> None:
        """Go back to a moment of this simulation, or of one of the same building and world."""
        self.time_s = snapshot.time_s
        for array, saved in zip(self.buffers, snapshot.arrays, strict=True):
            array[:] = saved


def warm() -> None:
    """Compile every function that a simulation or a batch needs, into the cache."""
    building = load_building("small_office")
    world = make_world(building)
    Simulation(building, world, start_s=world.start_s).step()
    batch = make_buffers(len(building.zones), batch=2)
    row = np.zeros(2, dtype=np.int64)
    step_some = compiled(step_batch)
    step_some(parameters(building), world.rows, row, ROW_S, batch, 0, row.size)
