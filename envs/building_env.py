"""The joint view of one building: every zone's mode in one action."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from envs.actions import view_of
from envs.arguments import check_episode, check_known
from envs.batch import Batch, day_of, hour_of
from envs.calendar_split import DAYS_PER_WEEK, Part
from envs.control_columns import N_TOTALS, T_GUARD_CHANGES
from envs.observe import OBSERVED
from envs.rewards import RewardFunction, add, kpis_of, reward_function
from envs.stage import StageNames, scene_of, set_faults
from hvac_rl.control.encoding import FEATURE_NAMES, MODE_NAMES, N_FEATURES
from hvac_rl.control.kpis import Kpis
from sim_buildings.weather import HOURS_PER_DAY

OPTIONS = (
    "week",
    "world",
    "start",
    "days",
    "building",
    "weather",
    "weather_seed",
    "tariff",
    "occupancy_seed",
    "faults",
)


class BuildingEnv(gymnasium.Env[NDArray[np.float32], NDArray[Any]]):
    """A commercial building under the base rule and the guard, with a mode to choose per zone.

    ## Description
    A building of ``sim_buildings/catalog`` or a TOML file of your own in a year of weather, with
    stochastic presence. Once an hour (``decision_h``) the agent chooses; every 15 minutes the base
    rule proposes all setpoints, blinds and lights, the choice replaces what it replaces, and the
    guard permits what is permitted. These are the daemon's own functions, compiled. Air handlers
    follow the base rule, by their zones' requests.

    ## Action space
    ``action="modes"``: ``MultiDiscrete([36] * zones)``, an index into
    ``hvac_rl.control.encoding.MODES`` for each zone: one of twelve pairs of setpoints (the rule's,
    off 16/30 °C, relax 19.5/25.5, comfort 21/24, cooler 21/23.4, warmer 21.6/24.6, preheat
    22.5/24.5, preheat more 23.7/25, precool 16/22.8, more 16/21.1, most 16/19.5, deep 16/18) times
    three, plus 0 for the rule's blind, 1 to open, 2 to close it; 0 is the rule alone.
    ``"discrete"``: ``Discrete(36)``, one mode for all zones. ``"continuous"``:
    ``Box(-1, 1, (zones * 4,))``, heating setpoint (12-26 °C), cooling setpoint (16-34 °C), blind
    and light (0-1) of zone 0, then of zone 1, and so on. Only "modes" is what the daemon serves.

    ## Observation space
    ``Box(-10, 10, (zones * features,), float32)``: the chosen features of zone 0, then of zone 1,
    and so on; names, units and normalisation in ``hvac_rl.control.encoding.FEATURES``. Forecasts
    reach 24 hours ahead, with an error that grows.

    ## Reward
    ``-sum(weight[kpi] * kpi)`` over the decision, KPIs of the whole building: cost [$],
    thermal_discomfort_kh [K h, summed over zones], air_quality_ppmh [ppm h, summed over zones],
    energy_kwh, emissions_kg, peak_kw. Or whatever ``reward`` makes of the decision's
    :class:`~hvac_rl.control.kpis.Kpis`.

    ## Starting state
    Midnight of the first day of a week, after three days under the base rule. Week and people are
    drawn from the training weeks and worlds by the seed, or given in ``options``.

    ## Episode end
    Truncated after ``days`` days; never terminated.

    ## Arguments
    ``building``: catalogue name or TOML path. ``weather``, ``weather_seed``, ``tariff``, ``year``:
    as for :func:`sim_buildings.world.make_world`; a weather seed draws another year like the
    typical one. ``days``: length of an episode. ``decision_h``: hours between two choices, a
    multiple of 0.25. ``action``: the view. ``observations``: names of the features, default all.
    ``reward_weights`` or ``reward``: what is rewarded; KPIs themselves are fixed. ``seeds``: the
    worlds (people, forecast errors) to draw from.

    ## Reset options
    ``week``: 0 to 51, or ``start``: a date ("2026-07-14"); ``world``: an index into ``seeds``, or
    ``occupancy_seed``: any seed; ``days``: of this episode; ``building``, ``weather``,
    ``weather_seed``, ``tariff``: in place of the arguments from now on (a building must have as
    many zones); ``faults``: {zone or air handler: {fault: value}} for this episode, names in
    ``sim_buildings.fault_columns``: ``{"south": {"blind_stuck": 1.0}}``.

    ## Info
    ``kpis``: the decision's KPIs; ``totals``: those of the episode so far; ``guard_changes``:
    values that the guard changed; ``day``: the calendar day (at reset).

    ## Version history
    v0: first version.
    """

    metadata: dict[str, Any] = {"render_modes": []}  # noqa: RUF012 - Gymnasium's own interface

    def __init__(
        self,
        building: str = "small_office",
        *,
        weather: str = "greensboro",
        weather_seed: int | None = None,
        tariff: str = "time_of_use",
        year: int = 2026,
        days: int = DAYS_PER_WEEK,
        decision_h: float = 1.0,
        action: str = "modes",
        observations: Sequence[str] = FEATURE_NAMES,
        reward_weights: Mapping[str, float] | None = None,
        reward: RewardFunction | None = None,
        seeds: Sequence[int] = Part.TRAINING.seeds,
        render_mode: str | None = None,
    ) -> None:
        """Raises ValueError for an unknown feature, KPI or view, ConfigError for other names."""
        check_episode(observations, days, render_mode)
        self._reward = reward_function(reward_weights, reward)
        self._view = view_of(action)
        self._decision_h = decision_h
        self._days = days
        self._columns = [FEATURE_NAMES.index(name) for name in observations]
        self._all = self._columns == list(range(N_FEATURES))
        self._seeds = tuple(seeds)
        self._names = StageNames(building, weather, weather_seed, tariff, year, self._seeds)
        self._batches: dict[StageNames, Batch] = {}
        self._batch: Batch
        self._enter(self._names)
        loaded = self._batch.scene.building
        zones = self._batch.zones
        self._left = 0
        self._totals = Kpis()
        self.zone_names = loaded.zone_names
        self.mode_names = MODE_NAMES
        self.action_space = self._view.space(loaded)
        shape = (zones * len(self._columns),)
        self.observation_space = spaces.Box(-OBSERVED, OBSERVED, shape, np.float32)

    def _enter(self, names: StageNames) -> None:
        """Play on the stage of these names from now on."""
        if names not in self._batches:
            made = Batch(scene_of(names), 1, decision_h=self._decision_h)
            if self._batches and made.zones != self._batch.zones:
                raise ValueError(
                    f"{names.building} has {made.zones} zones, this environment "
                    f"{self._batch.zones}: make a new one"
                )
            self._batches[names] = made
        self._batch = self._batches[names]
        self._names = names
        # The row of the last decision's totals, straight from the batch.
        self._row = self._batch.memory.building[0, :N_TOTALS]
        assert self._batch.one is not None, "one building in double precision has it"
        self._joint = self._batch.one.joint

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[NDArray[np.float32], dict[str, Any]]:
        super().reset(seed=seed)
        given = dict(options or {})
        check_known("reset option", given, OPTIONS)
        # Both are drawn whatever is given, so that an option changes nothing else.
        drawn_day = int(self.np_random.choice(Part.TRAINING.first_days))
        drawn_world = int(self.np_random.integers(len(self._names.seeds)))
        stage = {
            key: given[key]
            for key in ("building", "weather", "weather_seed", "tariff")
            if key in given
        }
        names = replace(self._names, **stage)
        world = int(given.get("world", drawn_world))
        if not 0 <= world < len(names.seeds):
            raise ValueError(f"there is no world {world}: seeds has {len(names.seeds)}")
        if "occupancy_seed" in given:
            seeds = tuple(names.seeds)
            wanted = int(given["occupancy_seed"])
            world = seeds.index(wanted) if wanted in seeds else len(seeds)
            names = names if wanted in seeds else replace(names, seeds=(*seeds, wanted))
        self._enter(names)
        # One episode's people are not drawn from later.
        self._names = replace(names, seeds=self._seeds)
        hour = self._first_hour(given, drawn_day)
        days = int(given.get("days", self._days))
        if days < 1:
            raise ValueError(f"an episode lasts at least one day, not {days}")
        batch = self._batch
        batch.reset(np.ones(1, dtype=np.bool_), np.array([world]), np.array([hour]))
        set_faults(batch, 0, batch.scene.building, given.get("faults", {}))
        self._left = round(days * HOURS_PER_DAY / self._decision_h)
        self._totals = Kpis()
        day = day_of(batch.scene.worlds[world], int(batch.cycle[0])).isoformat()
        return self._first_observation(), {"day": day, "totals": self._totals}

    def _first_hour(self, given: dict[str, Any], drawn_day: int) -> int:
        if "start" in given:
            if "week" in given:
                raise ValueError("give week or start, not both")
            world = self._batch.scene.worlds[0]
            start = given["start"]
            day = start if isinstance(start, date) else date.fromisoformat(str(start))
            if day.year != world.year:
                raise ValueError(f"start is {day}; the world's year is {world.year}")
            return hour_of(world, day)
        week = int(given.get("week", drawn_day // DAYS_PER_WEEK))
        if not 0 <= week < 52:
            raise ValueError(f"there is no week {week}: 0 to 51")
        return week * DAYS_PER_WEEK * HOURS_PER_DAY

    def step(
        self, action: NDArray[Any]
    ) -> tuple[NDArray[np.float32], float, bool, bool, dict[str, Any]]:
        self._view.step(self._batch, np.asarray(action))
        row = self._row.tolist()
        kpis = kpis_of(row, self._decision_h)
        totals = self._totals = add(self._totals, kpis)
        self._left -= 1
        info = {"kpis": kpis, "totals": totals, "guard_changes": int(row[T_GUARD_CHANGES])}
        joint = self._joint if self._all else self._joint[:, self._columns]
        return joint.flatten(), float(self._reward(kpis)), False, self._left <= 0, info

    def _first_observation(self) -> NDArray[np.float32]:
        seen = self._batch.observations[0][:, self._columns]
        clipped: NDArray[np.float32] = seen.ravel().clip(-OBSERVED, OBSERVED)
        return clipped
