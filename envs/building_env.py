"""The joint view of one building: every zone's mode in one action."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from envs.batch import Batch, day_of
from envs.calendar_split import DAYS_PER_WEEK, Part
from envs.control_columns import (
    T_AIR_QUALITY_PPMH,
    T_COST,
    T_DISCOMFORT_KH,
    T_EMISSIONS_KG,
    T_ENERGY_KWH,
    T_GUARD_CHANGES,
    T_PEAK_KW,
)
from envs.setting import make_scene
from hvac_rl.control.encoding import FEATURE_NAMES, MODE_NAMES, N_MODES
from hvac_rl.control.kpis import Kpis
from sim_buildings.building import load_building
from sim_buildings.weather import HOURS_PER_DAY
from sim_buildings.world import make_world

RewardFunction = Callable[[Kpis], float]

# Currency each unit of a KPI is worth; the reward is minus the sum.
DEFAULT_WEIGHTS: Mapping[str, float] = {
    "cost": 1.0,
    "thermal_discomfort_kh": 2.0,
    "air_quality_ppmh": 0.001,
}


class BuildingEnv(gymnasium.Env[NDArray[np.float32], NDArray[np.int64]]):
    """A commercial building under the base rule and the guard, with a mode to choose per zone.

    ## Description
    The five-zone office of ``sim_buildings/catalog`` in a typical year of Greensboro, North
    Carolina, with stochastic presence. Once an hour the agent chooses a mode for each zone; every
    15 minutes the base rule proposes all setpoints, blinds and lights, the mode replaces what it
    replaces, and the guard permits what is permitted. These are the daemon's own functions,
    compiled.

    ## Action space
    ``MultiDiscrete([10] * zones)``: an index into ``hvac_rl.control.encoding.MODES`` for each
    zone: 0 rule, 1 off (16/30 °C), 2 relax (19.5/25.5), 3 comfort (21/24), 4 preheat (22.5/24.5),
    5 preheat more (23.7/25), 6 precool (16/22.8), 7 precool more (16/21.1), 8 precool most
    (16/19.5), 9 flip blind.

    ## Observation space
    ``Box(-10, 10, (zones * features,), float32)``: the chosen features of zone 0, then of zone 1,
    and so on; names, units and normalisation in ``hvac_rl.control.encoding.FEATURES``.

    ## Reward
    ``-sum(weight[kpi] * kpi)`` over the hour, KPIs of the whole building: cost [$],
    thermal_discomfort_kh [K h, summed over zones], air_quality_ppmh [ppm h, summed over zones],
    energy_kwh, emissions_kg, peak_kw. Or whatever ``reward`` makes of the hour's
    :class:`~hvac_rl.control.kpis.Kpis`.

    ## Starting state
    Midnight of the first day of a week, after three days under the base rule. Week and people are
    drawn from the training weeks and worlds by the seed, or given in ``options``.

    ## Episode end
    Truncated after ``days`` days; never terminated.

    ## Arguments
    ``building``: catalogue name or TOML path. ``days``: length of an episode.
    ``observations``: names of the features, default all. ``reward_weights`` or ``reward``: what is
    rewarded; KPIs themselves are fixed. ``seeds``: the worlds to draw from.

    ## Reset options
    ``week``: 0 to 51; ``world``: an index into ``seeds``.

    ## Info
    ``kpis``: the hour's KPIs; ``totals``: those of the episode so far; ``guard_changes``: values
    that the guard changed in this hour; ``day``: the calendar day.

    ## Version history
    v0: first version.
    """

    metadata: dict[str, Any] = {"render_modes": []}  # noqa: RUF012 - Gymnasium's own interface

    def __init__(
        self,
        building: str = "small_office",
        *,
        days: int = DAYS_PER_WEEK,
        observations: Sequence[str] = FEATURE_NAMES,
        reward_weights: Mapping[str, float] | None = None,
        reward: RewardFunction | None = None,
        seeds: Sequence[int] = Part.TRAINING.seeds,
        render_mode: str | None = None,
    ) -> None:
        """Raises ValueError for an unknown feature or KPI, or both kinds of reward at once."""
        if render_mode is not None:
            raise ValueError(f"there is no render mode {render_mode!r}")
        if reward is not None and reward_weights is not None:
            raise ValueError("give reward or reward_weights, not both")
        weights = dict(DEFAULT_WEIGHTS if reward_weights is None else reward_weights)
        _known("KPI", weights, Kpis._fields)
        _known("observation", observations, FEATURE_NAMES)
        if days < 1:
            raise ValueError(f"an episode lasts at least one day, not {days}")
        loaded = load_building(building)
        self._world_list = [make_world(loaded, seed=seed) for seed in seeds]
        self._batch = Batch(make_scene(loaded, self._world_list), 1)
        self._columns = [FEATURE_NAMES.index(name) for name in observations]
        self._reward = reward or (
            lambda kpis: -sum(w * getattr(kpis, k) for k, w in weights.items())
        )
        self._hours = days * HOURS_PER_DAY
        self._left = 0
        self._totals = Kpis()
        zones = self._batch.zones
        self.zone_names = loaded.zone_names
        self.mode_names = MODE_NAMES
        self.action_space = spaces.MultiDiscrete([N_MODES] * zones)
        self.observation_space = spaces.Box(-10.0, 10.0, (zones * len(self._columns),), np.float32)

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[NDArray[np.float32], dict[str, Any]]:
        super().reset(seed=seed)
        given = dict(options or {})
        day = int(self.np_random.choice(Part.TRAINING.first_days))
        world = int(self.np_random.integers(len(self._world_list)))
        day = int(given.pop("week", day // DAYS_PER_WEEK)) * DAYS_PER_WEEK
        world = int(given.pop("world", world))
        _known("reset option", given, ("week", "world"))
        if not 0 <= day < 52 * DAYS_PER_WEEK or not 0 <= world < len(self._world_list):
            raise ValueError(f"there is no week {day // DAYS_PER_WEEK} or no world {world}")
        self._batch.reset(
            np.ones(1, dtype=np.bool_), np.array([world]), np.array([day * HOURS_PER_DAY])
        )
        self._left = self._hours
        self._totals = Kpis()
        return self._observation(), {"day": self._day(), "totals": self._totals}

    def step(
        self, action: NDArray[np.int64]
    ) -> tuple[NDArray[np.float32], float, bool, bool, dict[str, Any]]:
        self._batch.step(np.asarray(action, dtype=np.int64).reshape(1, -1))
        row = self._batch.totals[0]
        kpis = Kpis(
            row[T_DISCOMFORT_KH], row[T_AIR_QUALITY_PPMH], row[T_ENERGY_KWH], row[T_COST],
            row[T_EMISSIONS_KG], row[T_PEAK_KW], 1.0,
        )  # fmt: skip
        peak_kw = max(self._totals.peak_kw, kpis.peak_kw)
        self._totals = Kpis(*map(float.__add__, map(float, self._totals), map(float, kpis)))
        self._totals = self._totals._replace(peak_kw=peak_kw)
        self._left -= 1
        info = {
            "kpis": kpis,
            "totals": self._totals,
            "guard_changes": int(row[T_GUARD_CHANGES]),
            "day": self._day(),
        }
        return self._observation(), float(self._reward(kpis)), False, self._left <= 0, info

    def _observation(self) -> NDArray[np.float32]:
        chosen = self._batch.observations[0][:, self._columns]
        clipped: NDArray[np.float32] = np.clip(chosen.ravel(), -10.0, 10.0).astype(np.float32)
        return clipped

    def _day(self) -> str:
        return day_of(self._world_list[0], int(self._batch.cycle[0])).isoformat()


def _known(what: str, given: Sequence[str] | Mapping[str, Any], known: Sequence[str]) -> None:
    for name in given:
        if name not in known:
            raise ValueError(f"there is no {what} {name!r}; known are: {', '.join(known)}")
