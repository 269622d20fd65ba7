"""A policy trained in our simulator, stepped unchanged in EnergyPlus, beside the rules there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from agents.judging import EQUAL_COMFORT_KH
from agents.weeks import Progress, silent
from envs.energyplus_env import EnergyPlusEnv
from hvac_rl.control.base_rule import RuleParameters
from hvac_rl.control.encoding import FEATURE_NAMES, N_FEATURES, RULE_MODE
from hvac_rl.ports import Policy
from sim_buildings.weather import HOURS_PER_DAY

DAYS_PER_WEEK = 7
RESAMPLES = 4000


class Result(NamedTuple):
    """One controller in EnergyPlus, shape (weeks,) each."""

    name: str
    cost: NDArray[np.float64]
    discomfort_kh: NDArray[np.float64]
    """A zone."""


def in_energyplus(
    model: str,
    weather: str,
    weeks: Sequence[int],
    name: str,
    policy: Policy | None,
    rule: RuleParameters | None,
    progress: Progress = silent,
) -> Result:
    """Run ``weeks`` of the year under a policy (None: the rule's own modes) over a rule.

    Raises what :class:`envs.energyplus_env.EnergyPlusEnv` raises.
    """
    env = EnergyPlusEnv(model, weather=weather, rule=rule, seeds=(0,))
    try:
        zones = len(env.zone_names)
        costs, discomforts = np.empty(len(weeks)), np.empty(len(weeks))
        columns = [FEATURE_NAMES.index(one) for one in policy.features] if policy else []
        for k, week in enumerate(weeks):
            seen, info = env.reset(seed=0, options={"week": week, "world": 0})
            for _ in range(DAYS_PER_WEEK * HOURS_PER_DAY):
                modes = [RULE_MODE] * zones
                if policy is not None:
                    rows = seen.reshape(zones, N_FEATURES)[:, columns]
                    modes = policy.choose(rows.tolist())
                seen, _, _, _, info = env.step(np.array(modes))
            totals = info["totals"]
            costs[k] = totals.cost
            discomforts[k] = totals.thermal_discomfort_kh / zones
            progress(k + 1, len(weeks), name)
    finally:
        env.close()
    return Result(name, costs, discomforts)


def difference(mine: Result, other: Result) -> tuple[float, float, float]:
    """Relative difference in cost and its 95 % bootstrap interval, paired by week."""
    rng = np.random.default_rng(0)
    draws = rng.integers(0, len(mine.cost), (RESAMPLES, len(mine.cost)))
    ratios = mine.cost[draws].sum(axis=1) / other.cost[draws].sum(axis=1) - 1.0
    low, high = np.quantile(ratios, (0.025, 0.975))
    return float(mine.cost.sum() / other.cost.sum() - 1.0), float(low), float(high)


def print_transfer(results: Sequence[Result], trained: float | None, console: Console) -> None:
    """The table, and what became of the gain. The last result is the policy's; before it the rule
    under it, and first the strong rule. ``trained``: its gain against the rule under it in ours."""
    table = Table(title=f"In EnergyPlus, means over {len(results[0].cost)} weeks", box=SIMPLE_HEAD)
    table.add_column("controller", no_wrap=True)
    for name in ("cost $", "K·h a zone", "cost against the strong rule"):
        table.add_column(name, justify="right", no_wrap=True)
    for one in results:
        mean, low, high = difference(one, results[0])
        table.add_row(
            one.name,
            f"{one.cost.mean():.2f}",
            f"{one.discomfort_kh.mean():.2f}",
            "–" if one is results[0] else f"{mean:+.1%} ({low:+.1%} to {high:+.1%})",
        )
    console.print(table)
    mine, base = results[-1], results[-2]
    mean, low, high = difference(mine, base)
    worse = float(mine.discomfort_kh.mean() - base.discomfort_kh.mean())
    comfort = (
        "at equal or better comfort"
        if worse <= EQUAL_COMFORT_KH
        else (f"with {worse:.2f} K·h a zone and week more discomfort")
    )
    console.print(
        f"Against the {base.name}: {mean:+.2%} ({low:+.2%} to {high:+.2%}), {comfort}.",
        highlight=False,
    )
    if trained is not None:
        console.print(f"In the simulator it was trained in: {trained:+.2%}.", highlight=False)
