"""Where an episode takes place: building, weather, tariff, people, faults; chosen by name.

A :class:`Stage` holds the batch that plays it. Stages are remembered, so that a reset which asks
for one again pays nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from envs.arguments import unknown
from envs.batch import Batch
from envs.setting import Scene, make_scene
from sim_buildings.building import Building, load_building
from sim_buildings.fault_columns import (
    HANDLER_FAULTS,
    NO_HANDLER_FAULT,
    NO_ZONE_FAULT,
    ZONE_FAULTS,
)
from sim_buildings.world import make_world

Faults = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class StageNames:
    """What names a stage. ``weather_seed`` None is the typical year itself."""

    building: str = "small_office"
    weather: str = "greensboro"
    weather_seed: int | None = None
    tariff: str = "time_of_use"
    year: int = 2026
    seeds: tuple[int, ...] = (0,)
    """Of people and of forecast errors: one world each."""


@lru_cache(maxsize=32)
def scene_of(names: StageNames) -> Scene:
    """The scene of a stage; raises ConfigError for a name that there is not."""
    building = load_building(names.building)
    worlds = [
        make_world(
            building,
            names.weather,
            names.year,
            seed,
            weather_seed=names.weather_seed,
            tariff=names.tariff,
        )
        for seed in names.seeds
    ]
    return make_scene(building, worlds)


def set_faults(batch: Batch, b: int, building: Building, faults: Faults) -> None:
    """Building ``b`` has exactly these faults: {zone or air handler: {fault: value}}.

    Raises ValueError for a zone, air handler or fault that there is not.
    """
    zones, handlers = batch.fault_rows(b)
    zones[:] = np.array(NO_ZONE_FAULT)
    handlers[:] = np.array(NO_HANDLER_FAULT)
    zone_names = building.zone_names
    handler_names = tuple(handler.name for handler in building.air_handlers)
    for name, values in faults.items():
        known: tuple[str, ...] = ZONE_FAULTS
        if name in zone_names:
            row = zones[zone_names.index(name)]
        elif name in handler_names:
            row, known = handlers[handler_names.index(name)], HANDLER_FAULTS
        else:
            raise unknown("zone or air handler", name, (*zone_names, *handler_names))
        for fault, value in values.items():
            if fault not in known:
                raise unknown("fault", fault, known)
            row[known.index(fault)] = value
