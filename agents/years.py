"""Years for training, for choosing and for testing: they share no weather and no people.

Every year is drawn by :mod:`sim_buildings.weather_generator` from a typical one of the climate, by
a seed of its own; people and the errors of forecasts have seeds of their own besides.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from envs.setting import Scene, make_scene
from hvac_rl.control.base_rule import RuleParameters
from sim_buildings.building import Building
from sim_buildings.world import make_world

Ints = NDArray[np.int64]
HOURS_PER_WEEK = 168
WEEKS_PER_YEAR = 52
ENOUGH_ZONE_WEEKS = 52 * 15
"""Weeks times zones over which a controller is judged while something is chosen."""


class Place(NamedTuple):
    """Where a building stands and what its energy costs."""

    building: Building
    climate: str = "greensboro"
    tariff: str = "time_of_use"


class Years(NamedTuple):
    """Years of one purpose, ``people`` sets of people and forecast errors in each."""

    weather_seeds: tuple[int, ...]
    people: int = 1
    every_weeks: int = 1
    """Of each so many weeks one is run; 1 is all."""

    @property
    def weeks(self) -> Ints:
        """(n,) the weeks of the year that are run."""
        return np.arange(0, WEEKS_PER_YEAR, self.every_weeks, dtype=np.int64)

    @property
    def people_seeds(self) -> tuple[int, ...]:
        """Of all their people, year by year."""
        return tuple(people_seed(y, k) for y in self.weather_seeds for k in range(self.people))

    def sized(self, zones: int) -> Years:
        """Fewer years for a building of many zones, whose mean scatters less: at least one."""
        weeks_a_year = len(self.weeks)
        enough = round(ENOUGH_ZONE_WEEKS / (zones * weeks_a_year))
        return self._replace(weather_seeds=self.weather_seeds[: max(1, enough)])


TRAINING = Years((1, 2, 3, 4, 5, 6), people=3)
# A rule has few numbers to fit; fewer weeks do.
TUNING = Years((11, 12, 13, 14), every_weeks=4)
# Four years: how comfortable a rule is differs from year to year more than by week.
VALIDATION = Years((101, 102, 103, 104), every_weeks=4)


def people_seed(weather_seed: int, k: int) -> int:
    """The seed of the k-th set of people in a year: none is met in two years."""
    return 1000 * weather_seed + k


def scene_of_years(place: Place, years: Years, rule: RuleParameters | None = None) -> Scene:
    """The scene of a place in these years; ``rule``: in place of the strong one."""
    worlds = [
        make_world(
            place.building,
            place.climate,
            seed=people_seed(year, k),
            weather_seed=year,
            tariff=place.tariff,
        )
        for year in years.weather_seeds
        for k in range(years.people)
    ]
    return make_scene(place.building, worlds, rule=rule)


def each_week(scene: Scene, weeks: Sequence[int] | Ints) -> tuple[Ints, Ints]:
    """(world, hour since the world's start) of each of its weeks in each of a scene's worlds."""
    worlds = len(scene.worlds)
    return (
        np.repeat(np.arange(worlds), len(weeks)),
        np.tile(np.asarray(weeks, dtype=np.int64), worlds) * HOURS_PER_WEEK,
    )
