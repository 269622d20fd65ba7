"""Compiles what the environments need, ahead of time: entry point ``hvac_rl.warm``."""

from __future__ import annotations

import numpy as np

from envs.batch import Batch
from envs.setting import make_scene
from sim_buildings.building import load_building
from sim_buildings.world import make_world


def warm() -> None:
    """One reset and one hour of one building, and of a block of them."""
    building = load_building("small_office")
    scene = make_scene(building, [make_world(building)])
    for size in (1, 2):
        batch = Batch(scene, size)
        batch.reset(
            np.ones(size, dtype=np.bool_),
            np.zeros(size, dtype=np.int64),
            np.zeros(size, dtype=np.int64),
        )
