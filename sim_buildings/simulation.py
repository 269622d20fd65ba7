"""One simulated building that somebody steps and looks at."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np

from sim_buildings.buffers import Buffers, Floats, make_buffers
from sim_buildings.building import LONGEST_SUBSTEP_S, Building, load_building
from sim_buildings.columns import (
    B_ENERGY,
    B_GAS_ENERGY,
    BUILDING_OUT,
    HANDLER_BMS,
    HANDLER_EFFECTIVE,
    HANDLER_OUT,
    HANDLER_OVERRIDE,
    ZONE_BMS,
    ZONE_EFFECTIVE,
    ZONE_OUT,
    ZONE_OVERRIDE,
)
from sim_buildings.compiled import compiled
from sim_buildings.fault_columns import (
    HANDLER_FAULTS,
    NO_HANDLER_FAULT,
    NO_ZONE_FAULT,
    ZONE_FAULTS,
)
from sim_buildings.parameters import Params, parameters
from sim_buildings.step import command_block, step_block
from sim_buildings.sun_course import ROW_S
from sim_buildings.world import World, make_world
from sim_buildings.world_tables import Ints, WorldTables, enter, fetch, tables_of

COMMANDS = 4


class SimulationSnapshot(NamedTuple):
    """A moment of a simulation; opaque, for :meth:`Simulation.restore`."""

    time_s: float
    arrays: tuple[Floats, ...]


def run_block(
    params: Params,
    tables: WorldTables,
    weather_of: Ints,
    people_of: Ints,
    row: Ints,
    since_s: float,
    dt_s: float,
    steps: int,
    ideal: bool,
    buffers: Buffers,
) -> None:
    """``steps`` substeps under unchanged overrides, from ``since_s`` after the world's start.

    ``row``, shape (lanes,), is working space.
    """
    n_rows = tables.weather.shape[1]
    for k in range(steps):
        at_row = int((since_s + k * dt_s) // ROW_S) % n_rows
        for lane in range(row.shape[0]):
            row[lane] = at_row
        fetch(tables, weather_of, people_of, row, 1, buffers)
        enter(0, buffers)
        command_block(params, buffers, buffers.weather[0])
        step_block(params, buffers, buffers.weather[0], dt_s, ideal)


class Simulation:
    """One building in one world, advanced by substeps of ``dt_s``.

    Times are epoch seconds of local standard time (``calendar.timegm`` of the naive local time).
    Arrays are live: each holds what the last substep left, rows of zones, air handlers or the
    building; their columns are named in :mod:`sim_buildings.columns`. ``engine`` is "compiled" or
    "plain"; both give the same bits. ``ideal``: zones get whatever heat or cold keeps them between
    their setpoints, in place of air handlers and plant.
    """

    def __init__(
        self,
        building: Building,
        world: World,
        *,
        start_s: float,
        dt_s: float = 60.0,
        engine: Literal["compiled", "plain"] = "compiled",
        ideal: bool = False,
    ) -> None:
        if not 0.0 < dt_s <= LONGEST_SUBSTEP_S or ROW_S % dt_s != 0.0:
            raise ValueError(f"dt_s must divide {ROW_S:g} s, is {dt_s:g}")
        if start_s % dt_s != 0.0:
            raise ValueError(f"start_s must be a multiple of dt_s, is {start_s!r}")
        if world.rows.people.shape[1] != len(building.zones):
            raise ValueError(f"the world was made for another building than {building.name}")
        self.building = building
        self.world = world
        self.params = parameters(building, world.air_heat_j_m3_k)
        self.time_s = start_s
        self.dt_s = dt_s
        self.engine = engine
        self.ideal = ideal
        self._tables, index, _ = tables_of([world])
        self._index = index
        self._row = np.zeros(1, dtype=np.int64)
        self._run = compiled(run_block) if engine == "compiled" else run_block
        self.buffers = make_buffers(
            len(building.zones), len(building.air_handlers), len(building.azimuths_deg)
        )
        zones, handlers = self.buffers.zones, self.buffers.handlers
        self.zones = zones
        """(Z, N_ZONE): every column of every zone."""
        self.handlers = handlers
        """(H, N_HANDLER)"""
        self.zone_out = zones[:, : len(ZONE_OUT)]
        self.bms_zone = zones[:, ZONE_BMS : ZONE_BMS + COMMANDS]
        self.effective_zone = zones[:, ZONE_EFFECTIVE : ZONE_EFFECTIVE + COMMANDS]
        self.handler_out = handlers[:, : len(HANDLER_OUT)]
        self.bms_handler = handlers[:, HANDLER_BMS : HANDLER_BMS + COMMANDS]
        self.effective_handler = handlers[:, HANDLER_EFFECTIVE : HANDLER_EFFECTIVE + COMMANDS]
        self.building_out = self.buffers.building[: len(BUILDING_OUT)]

    def step(
        self,
        zone_override: Floats | None = None,
        handler_override: Floats | None = None,
        steps: int = 1,
    ) -> None:
        """``steps`` substeps under these overrides, (Z, 4) and (H, 4); NaN is the BMS's own.

        Outputs are those of the last substep; the meters count them all.
        """
        self.zones[:, ZONE_OVERRIDE : ZONE_OVERRIDE + COMMANDS] = (
            np.nan if zone_override is None else zone_override
        )
        self.handlers[:, HANDLER_OVERRIDE : HANDLER_OVERRIDE + COMMANDS] = (
            np.nan if handler_override is None else handler_override
        )
        self._run(
            self.params,
            self._tables,
            self._index.weather,
            self._index.people,
            self._row,
            self.time_s - self.world.start_s,
            self.dt_s,
            steps,
            self.ideal,
            self.buffers,
        )
        self.time_s += steps * self.dt_s

    def warm_up(self, days: float) -> None:
        """Let the BMS alone run the ``days`` before now; time and meters end as they were."""
        end_s, steps = self.time_s, round(days * 86_400.0 / self.dt_s)
        metered = self.building_out[[B_ENERGY, B_GAS_ENERGY]]
        self.time_s = end_s - steps * self.dt_s
        self.step(steps=steps)
        self.time_s = end_s
        self.building_out[[B_ENERGY, B_GAS_ENERGY]] = metered

    def break_zone(self, zone: str, **faults: float) -> None:
        """Switch faults of a zone on, by name (:data:`~sim_buildings.fault_columns.ZONE_FAULTS`).

        ``break_zone("south", blind_stuck=1.0)``. Raises KeyError for an unknown zone or fault.
        """
        row = self.buffers.zone_faults[_position(self.building.zone_names, zone)]
        for name, value in faults.items():
            row[_position(ZONE_FAULTS, name)] = value

    def break_handler(self, handler: str, **faults: float) -> None:
        """Switch faults of an air handler on, by name."""
        names = tuple(one.name for one in self.building.air_handlers)
        row = self.buffers.handler_faults[_position(names, handler)]
        for name, value in faults.items():
            row[_position(HANDLER_FAULTS, name)] = value

    def repair(self) -> None:
        """Switch all faults off."""
        self.buffers.zone_faults[:] = NO_ZONE_FAULT
        self.buffers.handler_faults[:] = NO_HANDLER_FAULT

    @property
    def energy_j(self) -> float:
        """Electric energy since the start [J]."""
        return float(self.building_out[B_ENERGY])

    @property
    def gas_j(self) -> float:
        """Fuel since the start [J]."""
        return float(self.building_out[B_GAS_ENERGY])

    def snapshot(self) -> SimulationSnapshot:
        """A copy of everything that changes."""
        return SimulationSnapshot(self.time_s, tuple(array.copy() for array in self.buffers))

    def restore(self, snapshot: SimulationSnapshot) -> None:
        """Go back to a moment of this simulation, or of one of the same building and world."""
        self.time_s = snapshot.time_s
        for array, saved in zip(self.buffers, snapshot.arrays, strict=True):
            array[:] = saved


def _position(names: tuple[str, ...], name: str) -> int:
    if name not in names:
        raise KeyError(f"there is no {name!r}; known are: {', '.join(names)}")
    return names.index(name)


def warm() -> None:
    """Compile every function that a simulation needs, into the cache."""
    building = load_building("small_office")
    world = make_world(building)
    Simulation(building, world, start_s=world.start_s).step()
