"""The same control on the same kind of building in EnergyPlus, where it is installed."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

from envs.bench.stages import SEED
from envs.bench.timing import Rate, Repeats
from envs.energyplus_env import EnergyPlusEnv
from hvac_rl.errors import MissingExtra
from hvac_rl.safety.values import AirHandlerWish, ZoneWish
from sim_buildings.energyplus.models import STEPS_PER_HOUR
from sim_buildings.energyplus.surroundings import midnight

BUILDING = "small_office"
# Long enough that no figure of stepping has a reset in it.
DAYS = 180
WEEK = 8


@dataclass(frozen=True, slots=True)
class EnergyPlus:
    """Control steps of 15 minutes a second, one building."""

    steps_per_s: Rate
    """With rule, guard and observation."""
    plant_steps_per_s: Rate
    """The engine alone under the model's own control, with its readings."""


def energyplus(repeats: Repeats) -> EnergyPlus | None:
    """EnergyPlusEnv and the plant underneath; None where the engine is not installed."""
    try:
        env = EnergyPlusEnv(BUILDING, days=DAYS, seeds=(0,))
    except MissingExtra:
        return None
    plant = env.plant
    try:
        env.reset(seed=SEED, options={"week": WEEK})
        env.action_space.seed(SEED)
        whole = repeats.rate(lambda: env.step(env.action_space.sample()), STEPS_PER_HOUR)
        plant.start(midnight(WEEK * 7).date(), DAYS)
        zones = [ZoneWish(*[nan] * len(ZoneWish._fields))] * len(plant.mapping.zones)
        handlers = [AirHandlerWish(*[nan] * len(AirHandlerWish._fields))] * len(
            plant.mapping.air_handlers
        )
        return EnergyPlus(whole, repeats.rate(lambda: plant.step(zones, handlers), 1))
    finally:
        plant.close()
