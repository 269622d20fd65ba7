"""Compiles what the environments need, ahead of time: entry point ``hvac_rl.warm``."""

from __future__ import annotations

import numpy as np

from envs.batch import Batch, make_setting, make_worlds
from sim_buildings.building import load_building
from sim_buildings.world import make_world


def warm() -> None:
    """One reset and one hour of one building."""
    building = load_building("small_office")
    batch = Batch(make_setting(building), make_worlds([make_world(building)]), 1)
    batch.reset(
        np.ones(1, dtype=np.bool_), np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64)
    )
