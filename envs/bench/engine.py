"""How fast the engine and the environments step, and what they hold in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from envs.batch import Batch
from envs.bench.stages import CHOICES, DECISION_H, SEED, Spread, spread_out, steps_of
from envs.bench.timing import Rate, Repeats
from envs.building_env import BuildingEnv
from envs.building_vector_env import BuildingVectorEnv
from envs.calendar_split import DAYS_PER_WEEK
from envs.setting import Scene
from sim_buildings.weather import HOURS_PER_DAY

# Episodes so long that no figure of stepping has a reset in it.
DAYS = 365
BEGUN_ANEW = 0


@dataclass(frozen=True, slots=True)
class Batched:
    """Control steps of 15 minutes a second, all buildings together."""

    buildings: int
    threads: int
    zones: int
    building_steps_per_s: Rate
    joint_building_steps_per_s: Rate
    """Each step with the observations joined into a new array."""


@dataclass(frozen=True, slots=True)
class Scaled:
    """The same for a building of another size."""

    building: str
    zones: int
    buildings: int
    threads: int
    building_steps_per_s: Rate
    zone_steps_per_s: float
    memory_bytes_a_building: float


@dataclass(frozen=True, slots=True)
class Vector:
    """Gymnasium's vector environment."""

    buildings: int
    threads: int
    building_steps_per_s: Rate


@dataclass(frozen=True, slots=True)
class Reset:
    """One building of many begins anew."""

    buildings: int
    known_start_s: float
    """From a start that was played before."""
    new_start_s: float
    """From one that first has to be played: three days under the rule."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes, in a batch of many buildings."""

    a_building: float
    a_world: float
    """Its people, a year of them."""
    a_weather: float
    """A year of surroundings, which worlds share."""


def batched(scene: Scene, size: int, threads: int, spread: Spread, repeats: Repeats) -> Batched:
    """A batch of ``size`` buildings."""
    batch = spread_out(scene, size, threads, spread)
    step = steps_of(batch)

    def step_and_join() -> None:
        step()
        _ = batch.observations

    alone = repeats.rate(step, size)
    joint = repeats.rate(step_and_join, size)
    check_state(batch)
    return Batched(size, batch.threads, batch.zones, alone, joint)


def scaled(scene: Scene, size: int, threads: int, spread: Spread, repeats: Repeats) -> Scaled:
    """A batch of ``size`` buildings of another size."""
    batch = spread_out(scene, size, threads, spread)
    rate = repeats.rate(steps_of(batch), size)
    check_state(batch)
    return Scaled(
        scene.building.name,
        batch.zones,
        size,
        batch.threads,
        rate,
        rate.best * batch.zones,
        batch.bytes_a_building,
    )


def single_env(seeds: range, repeats: Repeats) -> Rate:
    """Steps of :class:`~envs.building_env.BuildingEnv` a second."""
    env = BuildingEnv(decision_h=DECISION_H, days=DAYS, seeds=seeds)
    env.reset(seed=SEED)
    env.action_space.seed(SEED)
    return repeats.rate(_in_turn(env.step, [env.action_space.sample() for _ in range(CHOICES)]), 1)


def vector_env(seeds: range, size: int, threads: int, repeats: Repeats) -> Vector:
    """Steps of :class:`~envs.building_vector_env.BuildingVectorEnv`, all buildings together."""
    env = BuildingVectorEnv(size, decision_h=DECISION_H, days=DAYS, seeds=seeds, threads=threads)
    env.reset(seed=SEED)
    env.action_space.seed(SEED)
    actions = [env.action_space.sample() for _ in range(CHOICES)]
    return Vector(size, env.batch.threads, repeats.rate(_in_turn(env.step, actions), size))


def reset(scene: Scene, size: int, threads: int, spread: Spread, repeats: Repeats) -> Reset:
    """What a batch does when the episode of one building is over."""
    batch = spread_out(scene, size, threads, spread)
    which = np.zeros(size, dtype=np.bool_)
    which[BEGUN_ANEW] = True
    world = np.zeros(1, dtype=np.int64)
    hour = DAYS_PER_WEEK * HOURS_PER_DAY

    def begin(at_hour: int) -> None:
        batch.reset(which, world, np.array([at_hour]))

    known = repeats.rate(lambda: begin(hour), 1)

    def begin_elsewhere() -> None:
        # No hour comes twice before a year of them is through; starts are kept for half of one.
        nonlocal hour
        hour = (hour + 1) % (DAYS * HOURS_PER_DAY)
        begin(hour)

    return Reset(size, 1.0 / known.best, 1.0 / repeats.rate(begin_elsewhere, 1).best)


def memory(batch: Batch) -> Memory:
    """What a batch and its worlds hold."""
    weather, people = batch.setting.tables
    return Memory(
        batch.bytes_a_building, people.nbytes / people.shape[0], weather.nbytes / weather.shape[0]
    )


def check_state(batch: Batch) -> None:
    """What is fast but wrong is no figure: the buildings are all right and not all the same."""
    air = batch.zone_features
    if not np.isfinite(air).all() or not np.isfinite(batch.totals).all():
        raise ArithmeticError(f"{batch.scene.building.name}: the batch has come to NaN")
    if batch.size > 1 and not air.std(axis=0).any():
        raise ArithmeticError(f"{batch.scene.building.name}: all buildings are the same")


def _in_turn(step: Callable[[Any], object], actions: list[Any]) -> Callable[[], None]:
    turn = 0

    def run() -> None:
        nonlocal turn
        turn = (turn + 1) % len(actions)
        step(actions[turn])

    return run
