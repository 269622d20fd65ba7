"""Buildings and their worlds, made once for all tests of the environments."""

from __future__ import annotations

import pytest

from envs.setting import Scene, make_scene
from sim_buildings.building import Building, load_building
from sim_buildings.world import make_world

SEEDS = (0, 1, 2)
WEATHER_SEEDS = (None, None, 5)


@pytest.fixture(scope="session")
def small_office() -> Building:
    return load_building("small_office")


@pytest.fixture(scope="session")
def scene(small_office: Building) -> Scene:
    """The small office in three worlds: the last has another weather."""
    worlds = [
        make_world(small_office, seed=seed, weather_seed=weather_seed)
        for seed, weather_seed in zip(SEEDS, WEATHER_SEEDS, strict=True)
    ]
    return make_scene(small_office, worlds)
