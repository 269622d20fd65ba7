"""The whole benchmark of the simulator, one figure after the other."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from envs.bench.assembly import Instructions, decision_instructions
from envs.bench.energyplus import EnergyPlus, energyplus
from envs.bench.engine import (
    Batched,
    Memory,
    Reset,
    Scaled,
    Vector,
    batched,
    memory,
    reset,
    scaled,
    single_env,
    vector_env,
)
from envs.bench.machine import Machine, measure_machine
from envs.bench.operations import Operations, count_operations
from envs.bench.stages import Spread, fifty_zones, scene, spread_out
from envs.bench.timing import Rate, Repeats
from envs.setting import Scene
from sim_buildings.building import load_building

T = TypeVar("T")

BUILDING = "small_office"


@dataclass(frozen=True, slots=True)
class Plan:
    """What is measured, and how thoroughly."""

    buildings: tuple[int, ...]
    """Sizes of the batch."""
    vectors: tuple[int, ...]
    """Sizes of the vector environment."""
    scaled: int
    """Size of the batch for each size of building."""
    reset: int
    """Size of the batch in which one building begins anew."""
    threads: int
    spread: Spread
    repeats: Repeats
    counted_steps: int
    """Control steps over which operations are counted."""
    instructions: bool
    """Whether the engine is compiled once more, to look at it."""


CORES = os.cpu_count() or 1
FULL = Plan(
    buildings=(1, 64, 1024, 16_384),
    vectors=(64, 1024),
    scaled=1024,
    reset=1024,
    threads=CORES,
    spread=Spread(worlds=4, weeks=52),
    repeats=Repeats(at_least_s=1.0, times=5),
    counted_steps=96,
    instructions=True,
)
QUICK = replace(
    FULL,
    buildings=(1, 64, 1024),
    scaled=64,
    spread=Spread(worlds=2, weeks=4),
    repeats=Repeats(at_least_s=0.1, times=2),
    counted_steps=8,
    instructions=False,
)


@dataclass(frozen=True, slots=True)
class Results:
    """Everything measured."""

    zones: int
    machine: Machine
    batched: tuple[Batched, ...]
    single_env: Rate
    vector_env: tuple[Vector, ...]
    reset: Reset
    scaling: tuple[Scaled, ...]
    memory: Memory
    energyplus: EnergyPlus | None
    operations: Operations
    instructions: Instructions | None


def run(plan: Plan, console: Console) -> Results:
    """Measure everything in ``plan``, with a progress bar on ``console``."""
    threads = sorted({1, plan.threads})
    pairs = [(size, n) for size in plan.buildings for n in threads if size > 64 or n == 1]
    figures = len(pairs) + len(plan.vectors) + len(SCALING) + 7
    with _Steps(console, figures) as steps:
        small = steps.do("worlds", lambda: scene(load_building(BUILDING), plan.spread))
        seeds = range(plan.spread.worlds)
        return Results(
            zones=len(small.building.zones),
            machine=steps.do("machine", lambda: measure_machine(plan.threads, plan.repeats)),
            batched=steps.each(
                "batch of {0}, threads: {1}",
                lambda size, n: batched(small, size, n, plan.spread, plan.repeats),
                pairs,
            ),
            single_env=steps.do("one environment", lambda: single_env(seeds, plan.repeats)),
            vector_env=steps.each(
                "vector environment of {0}",
                lambda size: vector_env(seeds, size, plan.threads, plan.repeats),
                [(size,) for size in plan.vectors],
            ),
            reset=steps.do(
                "reset",
                lambda: reset(small, plan.reset, plan.threads, plan.spread, plan.repeats),
            ),
            scaling=steps.each(
                "{0}", lambda name: _scaled(name, small, plan), [(name,) for name in SCALING]
            ),
            memory=memory(spread_out(small, 64, 1, plan.spread)),
            energyplus=steps.do("EnergyPlus", lambda: energyplus(plan.repeats)),
            operations=steps.do(
                "counting operations", lambda: count_operations(small, plan.counted_steps)
            ),
            instructions=steps.do(
                "compiling the engine once more",
                lambda: decision_instructions() if plan.instructions else None,
            ),
        )


SCALING = ("small_office", "medium_office", "two_storeys", "large_office")


def _scaled(name: str, small: Scene, plan: Plan) -> Scaled:
    if name == BUILDING:
        stage = small
    else:
        building = fifty_zones() if name == "two_storeys" else load_building(name)
        stage = scene(building, plan.spread)
    return scaled(stage, plan.scaled, plan.threads, plan.spread, plan.repeats)


class _Steps:
    """A progress bar that says what is being measured."""

    def __init__(self, console: Console, count: int) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        )
        self._task = self._progress.add_task("", total=count)

    def do(self, what: str, measure: Callable[[], T]) -> T:
        self._progress.update(self._task, description=what)
        found = measure()
        self._progress.advance(self._task)
        return found

    def each(
        self, what: str, measure: Callable[..., T], arguments: Sequence[tuple[object, ...]]
    ) -> tuple[T, ...]:
        return tuple(
            self.do(what.format(*one), lambda one=one: measure(*one))  # type: ignore[misc]
            for one in arguments
        )

    def __enter__(self) -> _Steps:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()
