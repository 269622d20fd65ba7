"""A simulated week row by row, and the same week in the program's variables.

The proof by example that the relaxation holds what the simulator does: every trajectory is a point
of the program, at no higher cost.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agents.bound.program import Bounding
from envs.act import Choice, act
from envs.batch import Batch
from envs.clock_tables import CYCLES_PER_HOUR, ROWS_PER_CYCLE, read_clock
from envs.control_columns import T_COST, T_DISCOMFORT_KH
from envs.control_step import look
from envs.count import begin_count, count
from envs.decision import Places, next_cycle
from envs.memory import Memory, make_memory
from envs.setting import Scene
from sim_buildings.buffers import ROWS_AHEAD, Buffers, columns_of, make_buffers
from sim_buildings.columns import (
    B_COOLING_COIL,
    B_FAN,
    B_REHEAT,
    H_LATENT,
    H_SUPPLY_AIR,
    H_VENTILATION,
    HW_ON,
    LIGHT,
    STATE_AIR,
    STATE_ENVELOPE,
    STATE_MASS,
    W_ENVELOPE_AIR,
    W_MASS_AIR,
    Z_AIR_SUPPLY_HEAT,
    Z_AIRFLOW,
    Z_INFILTRATION_HEAT,
    Z_REHEAT,
    Z_SOLAR,
    ZONE_EFFECTIVE,
)
from sim_buildings.parameter_columns import (
    PZ_AIRFLOW_MIN,
    PZ_INFILTRATION_FAN_ON,
    PZ_MASS_SURFACE,
)
from sim_buildings.step import command_block, step_block
from sim_buildings.sun_course import ROW_S
from sim_buildings.thermal import CONVECTION_K
from sim_buildings.world_tables import enter, fetch

Floats = NDArray[np.floating]

ZONE_COLUMNS = (
    STATE_AIR, STATE_ENVELOPE, STATE_MASS, Z_AIRFLOW, Z_REHEAT, Z_AIR_SUPPLY_HEAT, Z_SOLAR,
    W_ENVELOPE_AIR, W_MASS_AIR, ZONE_EFFECTIVE + LIGHT, Z_INFILTRATION_HEAT,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Trajectory:
    """Every row of 300 s of a week; (R + 1, Z, ...) zones with the state before the first."""

    zones: Floats
    """Columns ZONE_COLUMNS."""
    handler: Floats
    """(R, 4): on, supply air [°C], ventilation [W], latent part of the coil [W]."""
    plant: Floats
    """(R, 3): fan, cooling coil's total, heat given [W]."""
    cost: float
    discomfort_kh: float


def record(scene: Scene, world: int, hour: int, modes: NDArray[np.int64]) -> Trajectory:
    """Run one building under ``modes`` (hours, zones), from the start that every controller has.

    Plain Python in double precision: the functions that the simulator compiles, called as they are,
    so that every substep can be looked at.
    """
    hours = len(modes)
    batch = Batch(scene, 2)
    batch.reset(np.array([True, False]), np.array([world]), np.array([hour]))
    setting, index = scene.setting(np.float64)
    buffers, memory = _alone(batch)
    places = Places(
        np.array([index.weather[world]]), np.array([index.people[world]]),
        batch.places.cycle[0, :1].copy(), batch.places.row[0, :1].copy(),
    )  # fmt: skip
    choice = Choice(modes[:1].copy(), np.full((batch.zones, 4, 1), np.nan))
    n_rows = setting.tables.weather.shape[1]
    rows = hours * CYCLES_PER_HOUR * ROWS_PER_CYCLE
    zones = np.empty((rows + 1, batch.zones, len(ZONE_COLUMNS)))
    handler, plant = np.empty((rows, 4)), np.empty((rows, 3))
    zones[0] = buffers.zones[:, ZONE_COLUMNS]
    cost, discomfort, row = 0.0, 0.0, 0
    for h in range(hours):
        choice.modes[...] = modes[h]
        begin_count(memory)
        for _ in range(CYCLES_PER_HOUR):
            act(choice, False, setting.params, setting.numbers, buffers, memory)
            fetch(setting.tables, places.weather, places.people, places.row, ROWS_AHEAD, buffers)
            for k in range(ROWS_PER_CYCLE):
                enter(k, buffers)
                if k == 0:
                    command_block(setting.params, buffers, buffers.weather[0])
                step_block(setting.params, buffers, buffers.weather[k], ROW_S, False)
                count(ROW_S, setting.comfort, setting.params, buffers, memory)
                zones[row + 1] = buffers.zones[:, ZONE_COLUMNS]
                handler[row] = buffers.handlers[0, [HW_ON, H_SUPPLY_AIR, H_VENTILATION, H_LATENT]]
                plant[row] = buffers.building[[B_FAN, B_COOLING_COIL, B_REHEAT]]
                row += 1
            next_cycle(n_rows, places)
            read_clock(
                setting.clocks, places.weather, places.people, places.cycle, places.row,
                memory.clock,
            )  # fmt: skip
            look(setting.params, setting.numbers, buffers, memory)
        cost += float(memory.building[T_COST])
        discomfort += float(memory.building[T_DISCOMFORT_KH])
    return Trajectory(zones, handler, plant, cost, discomfort)


def _alone(batch: Batch) -> tuple[Buffers, Memory]:
    """The first building of a batch in arrays of its own, in double precision."""
    lanes = batch.form.lanes
    orientations = len(batch.scene.building.azimuths_deg)
    buffers = make_buffers(batch.zones, 1, orientations)
    memory = make_memory(batch.zones, 1)
    for live, saved in zip((*buffers, *memory), (*batch.buffers, *batch.memory), strict=True):
        live[...] = columns_of(saved, lanes)[0, ..., 0].reshape(live.shape)
    return buffers, memory


def project(bounding: Bounding, ran: Trajectory) -> Floats:
    """The trajectory as a point of the program: a value for each of its variables."""
    week, variables = bounding.week, bounding.program.variables
    own = week.params.zones
    n = week.cycles * ROWS_PER_CYCLE
    x = np.zeros(sum(index.size for index in variables.values()))

    def put(name: str, values: Floats) -> None:
        x[variables[name]] = values

    named = {column: ran.zones[:, :, k] for k, column in enumerate(ZONE_COLUMNS)}
    after = {column: values[1:] for column, values in named.items()}
    air, envelope, mass = after[STATE_AIR], after[STATE_ENVELOPE], after[STATE_MASS]
    put("air", named[STATE_AIR][::n])
    put("envelope", named[STATE_ENVELOPE][::n])
    put("mass", named[STATE_MASS][::n])
    mean = week.by_step
    put("air_mean", mean(air))
    put("envelope_mean", mean(envelope))
    put("mass_mean", mean(mass))
    put("envelope to air", mean(after[W_ENVELOPE_AIR] * (envelope - air)) / 1e3)
    put("mass to air", mean(after[W_MASS_AIR] * (mass - air)) / 1e3)
    put("supplied", mean(after[Z_AIR_SUPPLY_HEAT] - after[Z_REHEAT]) / 1e3)
    put("reheat", mean(after[Z_REHEAT]) / 1e3)
    on = ran.handler[:, 0]
    put("on", mean(on))
    put("extra flow", mean(after[Z_AIRFLOW] - on[:, None] * own[:, PZ_AIRFLOW_MIN]))
    put("supply air", mean(ran.handler[:, 1]))
    put("ventilation", -mean(ran.handler[:, 2]) / 1e3)
    put("fan", mean(ran.plant[:, 0]) / 1e3)
    put("coil", mean(ran.plant[:, 1] - ran.handler[:, 3]) / 1e3)
    put("heating", mean(ran.plant[:, 2]) / 1e3)
    put("sun", week.by_cycle(after[Z_SOLAR]) / 1e3)
    put("light", week.by_cycle(after[ZONE_EFFECTIVE + LIGHT]))
    floor_k = own[:, PZ_MASS_SURFACE] * np.abs(named[STATE_MASS] - named[STATE_AIR])[:-1]
    put("moved", mean(after[Z_SOLAR] * floor_k / (floor_k + CONVECTION_K)) / 1e3)
    low = variables["discomfort"]
    limits = bounding.comfort
    away = np.maximum(np.maximum(limits[0] - mean(air), mean(air) - limits[1]), 0.0)
    full = (week.people.reshape(week.steps, n, -1) > 0.0).all(axis=1)
    x[low] = np.where(full, away, 0.0)
    # Leakage in the program's two parts: what the fan saved, and what the means leave over.
    pressed = own[:, PZ_INFILTRATION_FAN_ON]
    running = bounding.running
    leaked = mean(after[Z_INFILTRATION_HEAT])
    leak = bounding.mean_leak_w_k
    outdoor = mean(week.outdoor_c)[:, None]
    fixed = np.where(running[:, None], pressed, 1.0) * leak * (outdoor - mean(air))
    saved = np.where(
        running[:, None],
        0.0,
        (1.0 - pressed) * leak * mean(on[:, None] * (air - week.outdoor_c[:, None])),
    )
    put("leak saved", saved / 1e3)
    put("leak within a step", (leaked - fixed - saved) / 1e3)
    return x


@dataclass(frozen=True, slots=True)
class Misfit:
    """How far a point is outside of the program, by block of rows or variables."""

    where: str
    by: float


def misfits(bounding: Bounding, x: Floats, tolerance: float = 1e-6) -> list[Misfit]:
    """The worst violation of each block of rows and variables beyond ``tolerance``."""
    program = bounding.program
    problem = program.problem()
    found = []

    def look_at(kind: str, name: str, beyond: Floats) -> None:
        if beyond.size and beyond.max() > tolerance:
            many = int((beyond > tolerance).sum())
            where = f"{kind} {name} [{int(beyond.argmax())}], {many} of {beyond.size}"
            found.append(Misfit(where, float(beyond.max())))

    values = problem.matrix @ x
    beyond = np.maximum(problem.row_low - values, values - problem.row_high)
    first = 0
    for name, size in program.row_names:
        look_at("row", name, beyond[first : first + size])
        first += size
    beyond = np.maximum(problem.low - x, x - problem.high)
    for name, index in program.variables.items():
        look_at("variable", name, beyond[index.ravel()])
    return found
