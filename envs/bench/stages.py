"""What is measured: buildings of several sizes, spread over the year and over worlds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from envs.batch import Batch
from envs.calendar_split import DAYS_PER_WEEK, WEEKS
from envs.setting import Scene, make_scene
from hvac_rl.control.encoding import N_MODES
from sim_buildings.building import Building, check_building, load_building
from sim_buildings.weather import HOURS_PER_DAY
from sim_buildings.world import make_world

DECISION_H = 0.25
SEED = 1
# Random choices are drawn beforehand and taken in turn.
CHOICES = 8


@dataclass(frozen=True, slots=True)
class Spread:
    """Over how many worlds of people and how many weeks the buildings are spread."""

    worlds: int
    weeks: int


def fifty_zones() -> Building:
    """The two lowest storeys of the catalogue's large office: 50 zones, two air handlers.

    The plant stays as it is, and what lies above the second storey is as warm as that storey.
    """
    whole = load_building("large_office")
    handlers = whole.air_handlers[:2]
    names = {handler.name for handler in handlers}
    zones = tuple(zone for zone in whole.zones if zone.air_handler in names)
    inside = {zone.name for zone in zones}
    part = replace(
        whole,
        name="two_storeys",
        title="Two storeys of the large office",
        air_handlers=handlers,
        zones=zones,
        interfaces=tuple(one for one in whole.interfaces if inside.issuperset(one.between)),
    )
    check_building(part, part.name)
    return part


def scene(building: Building, spread: Spread) -> Scene:
    """The building in ``spread.worlds`` worlds of one weather."""
    return make_scene(building, [make_world(building, seed=k) for k in range(spread.worlds)])


def spread_out(scene: Scene, size: int, threads: int | None, spread: Spread) -> Batch:
    """A batch that decides every 15 minutes, each building in a random week and world."""
    batch = Batch(scene, size, decision_h=DECISION_H, threads=threads)
    random = np.random.default_rng(SEED)
    weeks = random.choice(WEEKS, spread.weeks, replace=False)
    batch.reset(
        np.ones(size, dtype=np.bool_),
        random.integers(0, spread.worlds, size),
        random.choice(weeks, size) * DAYS_PER_WEEK * HOURS_PER_DAY,
    )
    return batch


def steps_of(batch: Batch) -> Callable[[], None]:
    """A call that steps the batch once, under the next of several random choices."""
    random = np.random.default_rng(SEED)
    choices = random.integers(0, N_MODES, (CHOICES, batch.size, batch.zones))
    turn = 0

    def step() -> None:
        nonlocal turn
        turn = (turn + 1) % CHOICES
        batch.step(choices[turn])

    return step
