"""What the coming day may bring, as far as it is known now: worlds for a planner's rollouts.

Outdoor air and sun follow the forecast that agents are given, with errors drawn as large as the
forecast's own; wind and humidity, of which there is no forecast, are those of the day before at the
same time; people are those of other worlds on the same day, for each zone from the worlds that were
most alike in the last hour. Prices are known. Nothing of the true world's future is used but its
forecast; the split of the sun into beam and diffuse, and onto facades, is taken from the truth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from envs.batch import Batch
from envs.setting import Scene
from sim_buildings.building import Building
from sim_buildings.columns import (
    FACADE_SUN,
    S_BEAM,
    S_DIFFUSE,
    S_WALL_WARMED,
    S_WINDOW_BEAM,
    WEATHER,
    X_GHI,
    X_HUMIDITY,
    X_OUTDOOR,
    X_WIND,
)
from sim_buildings.forecast import GHI_ERROR, TEMPERATURE_ERROR_K
from sim_buildings.occupancy import year_of_people
from sim_buildings.sun_course import ROWS_PER_DAY, ROWS_PER_HOUR
from sim_buildings.world import World

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

POOL_SEEDS = tuple(range(9000, 9012))
"""Worlds of people that no part of the year is judged by."""
GHI_FACTOR = (0.3, 3.0)


class Scenarios:
    """``count`` worlds beside the true one, rewritten in a planning batch hour by hour."""

    def __init__(
        self, building: Building, world: World, count: int, hours: int, rng: np.random.Generator
    ) -> None:
        self._world = world
        self._count = count
        self._rows = hours * ROWS_PER_HOUR
        self._rng = rng
        self._pool = np.stack([year_of_people(building, world.year, s) for s in POOL_SEEDS])

    def worlds(self) -> list[World]:
        """Copies of the true world, each with tables of its own once they are in a scene."""
        rows = self._world.rows
        return [
            replace(self._world, rows=rows._replace(facade_beam_w_m2=rows.facade_beam_w_m2.copy()))
            for _ in range(self._count)
        ]

    def write(self, batch: Batch, first_rows: Sequence[int]) -> None:
        """Write the coming hours from each of ``first_rows`` into the tables of ``batch``.

        Weeks are far enough apart in the year to share a table.
        """
        tables = batch.setting.tables
        for s in range(self._count):
            for row in first_rows:
                at = (row + np.arange(self._rows)) % self._world.n_rows
                tables.weather[s, at] = self._weather(at, row, s)
                tables.people[s, at] = self._people(at, row, s)

    def _weather(self, at: Ints, row: int, s: int) -> Floats:
        rows, n = self._world.rows, self._world.n_rows
        issue = row // ROWS_PER_HOUR
        ahead_h = (np.arange(self._rows) + 0.5) / ROWS_PER_HOUR
        growth = np.sqrt(np.minimum(ahead_h, 24.0) / 24.0)
        # The first scenario is the forecast itself.
        error_t, error_g = (0.0, 0.0) if s == 0 else self._rng.standard_normal(2)
        warmer = TEMPERATURE_ERROR_K * growth * (rows.temperature_eta[issue] - error_t)
        sunnier = np.clip(
            (1.0 + GHI_ERROR * growth * rows.ghi_eta[issue])
            / np.maximum(1.0 + GHI_ERROR * growth * error_g, 0.2),
            *GHI_FACTOR,
        )
        yesterday = (row - ROWS_PER_DAY + np.arange(self._rows) % ROWS_PER_DAY) % n
        table = self._truth[at].copy()
        table[:, X_OUTDOOR] += warmer
        table[:, X_GHI] *= sunnier
        table[:, X_WIND] = rows.wind_m_s[yesterday]
        table[:, X_HUMIDITY] = rows.humidity_kg_kg[yesterday]
        for column in (S_BEAM, S_DIFFUSE, S_WINDOW_BEAM, S_WALL_WARMED):
            table[:, len(WEATHER) + column :: len(FACADE_SUN)] *= sunnier[:, None]
        return table

    def _people(self, at: Ints, row: int, s: int) -> Floats:
        n = self._world.n_rows
        last = (row - 1 - np.arange(ROWS_PER_HOUR)) % n
        seen = self._world.rows.people[last]
        # The worlds are ranked by how far they were from what was seen; ties by chance.
        far = np.abs(self._pool[:, last] - seen).mean(axis=1)
        far = far + 0.01 * self._rng.random(far.shape)
        chosen = np.argsort(far, axis=0)[s % len(POOL_SEEDS)]
        zones = np.arange(seen.shape[1])
        return np.asarray(self._pool[chosen[None, :], at[:, None], zones[None, :]])

    def adopt(self, truth: NDArray[np.floating]) -> None:
        """The true world's own table of surroundings, (rows, columns)."""
        self._truth = np.array(truth, dtype=np.float64)


def planning_scene(scene: Scene, worlds: Sequence[World]) -> Scene:
    """``scene`` with other worlds of the same building."""
    return replace(scene, worlds=tuple(worlds), variant_of=np.zeros(len(worlds), dtype=np.int64))
