"""The joint view of a building in EnergyPlus: the spaces of our own simulator's environment."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from envs.arguments import check_episode, check_known
from envs.calendar_split import DAYS_PER_WEEK, WEEKS, Part
from envs.energyplus_control import EnergyPlusController
from envs.rewards import RewardFunction, add, reward_function
from hvac_rl.control.base_rule import RuleParameters
from hvac_rl.control.encoding import FEATURE_NAMES, MODE_NAMES, N_MODES, RULE_MODE
from hvac_rl.control.kpis import (
    KpiLimits,
    Kpis,
    add_fuel,
    add_interval,
    co2_excess_ppm,
    thermal_discomfort_k,
)
from hvac_rl.safety.limits import ZoneLimits
from sim_buildings.energyplus.draft import draft_mapping
from sim_buildings.energyplus.mapping import Mapping, kept_mappings, load_mapping
from sim_buildings.energyplus.models import STEPS_PER_HOUR
from sim_buildings.energyplus.objects import load_model
from sim_buildings.energyplus.package import model_path, weather_path
from sim_buildings.energyplus.plant import STEP_S, EnergyPlusPlant, PlantReadings
from sim_buildings.energyplus.surroundings import Surroundings, midnight
from sim_buildings.energyplus.worker import Worker

LEAD_DAYS = 3
HOURS_PER_DAY = 24
LONGEST_EPISODE_DAYS = 365 - LEAD_DAYS


class EnergyPlusEnv(gymnasium.Env[NDArray[np.float32], NDArray[np.int64]]):
    """A commercial building in EnergyPlus under the base rule and the guard, a mode per zone.

    ## Description
    The same decision process as :class:`~envs.building_env.BuildingEnv` with another plant: a DOE
    reference building, or any IDF or epJSON, simulated by EnergyPlus 25.2 in a process of its own.
    Once an hour the agent chooses a mode for each zone; every 15 minutes the daemon's own base rule
    proposes, the mode replaces what it replaces, the guard permits, and EnergyPlus simulates one
    time step. A policy trained there runs here unchanged.

    ## Action space
    ``MultiDiscrete([36] * zones)``, the modes of ``hvac_rl.control.encoding.MODES``.

    ## Observation space
    ``Box(-10, 10, (zones * features,), float32)``, the features of
    ``hvac_rl.control.encoding.FEATURES``, zone after zone.

    ## Reward
    ``-sum(weight[kpi] * kpi)`` over the hour, or what ``reward`` makes of the hour's
    :class:`~hvac_rl.control.kpis.Kpis`; same KPIs and default weights as BuildingEnv.

    ## Starting state
    Midnight of the first day of a week, after three days under the base rule (and EnergyPlus's own
    warm-up before them). The week is drawn from the training weeks by the seed, or given.

    ## Episode end
    Truncated after ``days`` days; never terminated.

    ## What differs from BuildingEnv
    * **Zone points.** Setpoints go to the zone's thermostat. Light is the power of the zone's
      lights, a share of their design power. A blind is an exterior shade on each window, open or
      closed; a position closes as many of the zone's windows as come nearest to it.
    * **Air handlers.** Each air loop has its own rule and guard. Commanded are running and resting,
      the supply air temperature where a scheduled setpoint manager has it (VAV loops; packaged
      units keep their own) and the least outdoor air as a share of the design flow (an economiser
      of the model may bring more). Static pressure is not: nothing in these models takes it.
    * **Readings** are means over the last 15 minutes (CO2: its end). Daylight is one point in the
      middle of the floor, 0 in a zone without windows. A zone is occupied while the model's own
      schedule has more people in it than ``site.present_above_people`` of the mapping; these
      schedules hold no chance, so that worlds differ in the forecast's errors alone.
    * **Energy** is the whole building's electricity and natural gas; both cost and emit, gas by the
      mapping's constant price and factor. ``peak_kw`` is electricity's largest quarter hour.
    * **Calendar.** Local standard time all year; the mapping's holidays replace the model's.

    ## Arguments
    ``building``: ``small_office`` (5 zones, packaged rooftop units with gas heat) or
    ``medium_office`` (15 zones, 3 VAV loops with electric reheat). Or ``model``: a reference name,
    IDF or epJSON, with ``mapping``: its table
    (:func:`sim_buildings.energyplus.draft.draft_mapping` writes a first one, used where none is
    given). ``weather``: a name of the engine's package or an EPW file. ``days``, ``observations``,
    ``reward_weights``, ``reward``, ``seeds``: as in BuildingEnv; ``days`` at most 362. ``rule``:
    the base rule's parameters, default the strong rule's.

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
        building: str | None = None,
        *,
        model: str | Path | None = None,
        mapping: str | Path | Mapping | None = None,
        weather: str | Path = "usa_il_chicago",
        days: int = DAYS_PER_WEEK,
        observations: Sequence[str] = FEATURE_NAMES,
        reward_weights: MappingOf[str, float] | None = None,
        reward: RewardFunction | None = None,
        seeds: Sequence[int] = Part.TRAINING.seeds,
        rule: RuleParameters | None = None,
        render_mode: str | None = None,
    ) -> None:
        """Raises ValueError for wrong arguments, ConfigError for a wrong mapping or file,
        MissingExtra without the engine, EnergyPlusError for a model that does not run.
        """
        check_episode(observations, days, render_mode)
        self._reward = reward_function(reward_weights, reward)
        if building is not None and model is not None:
            raise ValueError("give building or model, not both")
        if days > LONGEST_EPISODE_DAYS:
            raise ValueError(f"an episode lasts 1 to {LONGEST_EPISODE_DAYS} days, not {days}")
        if not seeds:
            raise ValueError("there is no world without seeds")
        if model is None:
            model = building or "small_office"
            check_known("building", [model], tuple(kept_mappings()))
        self._plant = _plant(model, mapping, weather_path(weather))
        self._around = Surroundings(self._plant.days, weather_path(weather))
        self._controller = EnergyPlusController(self._plant.mapping, self._around, rule=rule)
        limits = ZoneLimits()
        self._limits = KpiLimits(limits.comfort_min_c, limits.comfort_max_c)
        self._site = self._plant.mapping.site
        self._columns = [FEATURE_NAMES.index(name) for name in observations]
        self._seeds = tuple(seeds)
        self._days = days
        self._left = 0
        self._now = midnight(0)
        self._totals = Kpis()
        self.zone_names = self._plant.mapping.zone_names
        self.mode_names = MODE_NAMES
        zones = len(self.zone_names)
        self.action_space = spaces.MultiDiscrete([N_MODES] * zones)
        self.observation_space = spaces.Box(-10.0, 10.0, (zones * len(self._columns),), np.float32)

    @property
    def plant(self) -> EnergyPlusPlant:
        """The plant, for who wants to read more of it."""
        return self._plant

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[NDArray[np.float32], dict[str, Any]]:
        super().reset(seed=seed)
        given = dict(options or {})
        drawn = int(self.np_random.choice(Part.TRAINING.first_days)) // DAYS_PER_WEEK
        world = int(self.np_random.integers(len(self._seeds)))
        week = int(given.pop("week", drawn))
        world = int(given.pop("world", world))
        check_known("reset option", given, ("week", "world"))
        if not 0 <= week < WEEKS or not 0 <= world < len(self._seeds):
            raise ValueError(f"there is no week {week} or no world {world}")
        self._around.seed(self._seeds[world])
        self._controller.forget()
        self._now = midnight(week * DAYS_PER_WEEK - LEAD_DAYS)
        readings = self._plant.start(self._now.date(), LEAD_DAYS + self._days)
        self._controller.look(readings, self._now)
        rule = [RULE_MODE] * len(self.zone_names)
        for _ in range(LEAD_DAYS * HOURS_PER_DAY):
            self._hour(rule)
        self._left = self._days * HOURS_PER_DAY
        self._totals = Kpis()
        return self._observation(), {"day": self._day(), "totals": self._totals}

    def step(
        self, action: NDArray[np.int64]
    ) -> tuple[NDArray[np.float32], float, bool, bool, dict[str, Any]]:
        if self._left <= 0:
            raise RuntimeError("the episode is over: reset the environment")
        modes = [int(mode) for mode in np.asarray(action).reshape(-1)]
        if len(modes) != len(self.zone_names) or not all(0 <= mode < N_MODES for mode in modes):
            raise ValueError(f"an action is a mode, 0 to {N_MODES - 1}, for each zone: {modes}")
        kpis, changes = self._hour(modes)
        self._totals = add(self._totals, kpis)
        self._left -= 1
        info = {
            "kpis": kpis,
            "totals": self._totals,
            "guard_changes": changes,
            "day": self._day(),
        }
        return self._observation(), float(self._reward(kpis)), False, self._left <= 0, info

    def close(self) -> None:
        """End the engine's process."""
        self._plant.close()

    def _hour(self, modes: Sequence[int]) -> tuple[Kpis, int]:
        kpis, changes = Kpis(), 0
        for _ in range(STEPS_PER_HOUR):
            zones, handlers, changed = self._controller.act(modes)
            readings = self._plant.step(zones, handlers)
            kpis = self._count(kpis, readings, self._now)
            changes += changed
            self._now += timedelta(seconds=STEP_S)
            self._controller.look(readings, self._now)
        return kpis, changes

    def _count(self, kpis: Kpis, readings: PlantReadings, since: datetime) -> Kpis:
        """One quarter hour more."""
        discomfort_k = excess_ppm = 0.0
        for zone in readings.zones:
            occupied = zone.people > self._site.present_above_people
            discomfort_k += thermal_discomfort_k(zone.air_c, occupied, self._limits)
            excess_ppm += co2_excess_ppm(zone.co2_ppm, occupied, self._limits)
        kpis = add_interval(
            kpis,
            discomfort_k,
            excess_ppm,
            readings.electric_power_w,
            self._around.price_per_kwh(since),
            self._around.carbon_kg_per_kwh(since),
            STEP_S,
        )
        return add_fuel(
            kpis,
            readings.gas_power_w,
            self._site.gas_price_per_kwh,
            self._site.gas_carbon_kg_per_kwh,
            STEP_S,
        )

    def _observation(self) -> NDArray[np.float32]:
        chosen = self._controller.observe()[:, self._columns]
        clipped: NDArray[np.float32] = np.clip(chosen.ravel(), -10.0, 10.0).astype(np.float32)
        return clipped

    def _day(self) -> str:
        return self._now.date().isoformat()


def _plant(
    model: str | Path, mapping: str | Path | Mapping | None, weather: Path
) -> EnergyPlusPlant:
    """The plant, with the table that is given, kept, or drafted."""
    worker = Worker()
    file = str(mapping) if isinstance(mapping, str | Path) else "mapping"
    try:
        loaded = load_model(model_path(model), worker)
        if mapping is None and str(model) in kept_mappings():
            mapping = kept_mappings()[str(model)]
            file = mapping.name
        if mapping is None:
            mapping = draft_mapping(model, weather, worker)
        elif not isinstance(mapping, Mapping):
            mapping = load_mapping(mapping)
        return EnergyPlusPlant(loaded, mapping, weather, worker=worker, mapping_file=file)
    except BaseException:
        worker.close()
        raise
