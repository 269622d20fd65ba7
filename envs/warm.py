"""Compiles what the environments need, ahead of time: entry points ``hvac_rl.warm``.

Each form has an entry of its own, so that they are compiled side by side.
"""

from __future__ import annotations

import numpy as np

from envs.batch import LANES, Batch
from envs.setting import make_scene
from sim_buildings.building import load_building
from sim_buildings.world import make_world


def warm_one() -> None:
    """One building in double precision."""
    _reset(1)


def warm_block() -> None:
    """A block of buildings in single precision."""
    _reset(2)


def warm_rules() -> None:
    """A block whose lanes have rules of their own."""
    batch = _reset(2, rule_a_lane=True)
    batch.use_rules([batch.scene.rule] * LANES)
    batch.step(np.zeros((2, batch.zones), dtype=np.int64))


def _reset(size: int, *, rule_a_lane: bool = False) -> Batch:
    """One reset, which runs three days."""
    building = load_building("small_office")
    scene = make_scene(building, [make_world(building)])
    batch = Batch(scene, size, rule_a_lane=rule_a_lane)
    batch.reset(
        np.ones(size, dtype=np.bool_),
        np.zeros(size, dtype=np.int64),
        np.zeros(size, dtype=np.int64),
    )
    return batch
