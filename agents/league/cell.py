"""One cell of the league: a building in a climate under a tariff, everybody on the same weeks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.league.compare import PLANNER, STRONG, TUNED, Entry, columns
from agents.league.contenders import FAST_DQN, Contender
from agents.league.trace import Traced
from agents.planner import PlannerSettings, run_planner
from agents.weeks import Chooser, InArrays, Progress, Served, Weeks
from agents.years import Place, Years, each_week, scene_of_years
from envs.rewards import DEFAULT_WEIGHTS
from envs.setting import Scene
from hvac_rl.control.policy import OnnxPolicy, make_policy
from hvac_rl.errors import ConfigError

Floats = NDArray[np.float64]
Step = Callable[[str], Progress]
"""(what is run now) -> where its progress goes"""

PRICE = DEFAULT_WEIGHTS["thermal_discomfort_kh"]
"""Of a K h of discomfort where cost and comfort are one number: bound, planner, shares of gaps."""
EQUAL = 1.0 + 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class CellOptions:
    """How much of a cell is run."""

    years: Years
    planner: PlannerSettings | None
    bound: bool
    threads: int


def run_cell(
    place: Place, contenders: Sequence[Contender], options: CellOptions, step: Step
) -> dict[str, Any]:
    """The cell's result, as it goes into the league's JSON.

    Raises RuntimeError when a controller undercuts the bound: then the bound is wrong, and no
    figure that rests on it is worth printing.
    """
    scene = scene_of_years(place, options.years)
    weeks = Weeks(scene, options.years.weeks, options.threads)
    entries = [
        Entry(
            "typical practice",
            "rule",
            (weeks.run("typical practice", supervised=False, progress=step("typical practice")),),
        ),
        Entry(STRONG, "rule", (weeks.run(STRONG, progress=step(STRONG)),)),
    ]
    for contender in contenders:
        entries.append(_entry(contender, scene, weeks, options, step))
    if options.planner is not None:
        entries.append(_planner(scene, contenders, options, step))
    bounds, note = None, "not asked for"
    if options.bound:
        bounds, note = _bounds(scene, options.years, step)
    if bounds is not None:
        _hold(entries, bounds)
    area = sum(zone.area_m2 for zone in place.building.zones)
    mean_bound = None if bounds is None else float(bounds.mean())
    return {
        "climate": Path(place.climate).name,
        "tariff": place.tariff,
        "zones": len(place.building.zones),
        "area_m2": area,
        "weeks": weeks.batch.size,
        "bound": {"priced_cost_per_week": mean_bound, "price_per_kh": PRICE, "note": note},
        "controllers": columns(entries, area, bounds, PRICE),
    }


def _entry(
    contender: Contender, scene: Scene, weeks: Weeks, options: CellOptions, step: Step
) -> Entry:
    runs, micros, trace = [], [], None
    for k, seed in enumerate(contender.seeds):
        progress = step(f"{contender.name}, seed {k + 1} of {len(contender.seeds)}")
        if seed.kind == "rule":
            runs.append(weeks.run(contender.name, rule=seed.rule, progress=progress))
            continue
        own = (
            weeks
            if seed.rule is None
            else Weeks(replace(scene, rule=seed.rule), options.years.weeks, options.threads)
        )
        served = Served(make_policy(seed.kind, contender.name, seed.features, seed.payload))
        chooser = Traced(served, week=len(own.batch.world) // 4) if k == 0 else served
        runs.append(own.run(contender.name, chooser, progress=progress))
        micros.append(1e6 * served.seconds / max(1, served.decisions))
        if isinstance(chooser, Traced):
            trace = chooser.trace()
    return Entry(
        contender.name,
        "rule" if contender.name == TUNED else "agent",
        tuple(runs),
        train_s=contender.train_s,
        decision_us=float(np.mean(micros)) if micros else None,
        curve=contender.curve,
        trace=trace,
    )


def _planner(
    scene: Scene, contenders: Sequence[Contender], options: CellOptions, step: Step
) -> Entry:
    assert options.planner is not None
    # It begins from the best agent that there is: a ceiling has to stand above everybody.
    best = next((one.seeds[0] for one in contenders if one.name == FAST_DQN), None)
    best = best or next((one.seeds[0] for one in contenders if one.name == TUNED), None)
    rule = None if best is None else best.rule
    follow: Chooser | None = None
    if best is not None and best.kind != "rule":
        policy = make_policy(best.kind, PLANNER, best.features, best.payload)
        follow = InArrays(policy) if isinstance(policy, OnnxPolicy) else Served(policy)
    planned = run_planner(
        scene if rule is None else replace(scene, rule=rule),
        options.years.weeks,
        options.planner,
        follow=follow,
        progress=step(PLANNER),
    )
    return Entry(PLANNER, "reference", (planned.totals,), decision_us=1e6 * planned.decision_s)


def _bounds(scene: Scene, years: Years, step: Step) -> tuple[Floats | None, str]:
    from agents.bound import bound

    world, hour = each_week(scene, years.weeks)
    progress = step("bound")
    values = []
    for k in range(len(world)):
        try:
            values.append(bound(scene, int(world[k]), int(hour[k]), discomfort_price=PRICE).value)
        except ConfigError as error:
            return None, str(error)
        progress(k + 1, len(world), "bound")
    return np.array(values), ""


def _hold(entries: Sequence[Entry], bounds: Floats) -> None:
    """Nobody whom the relaxation covers may be below the bound; the BMS alone is not covered."""
    for one in entries:
        if one.name == "typical practice":
            continue
        for run in one.runs:
            priced = Entry(one.name, one.kind, (run,)).priced(PRICE)
            below = np.flatnonzero(priced * EQUAL < bounds)
            if below.size:
                raise RuntimeError(
                    f"{one.name} undercuts the bound in week {below[0]}: "
                    f"{priced[below[0]]:.2f} < {bounds[below[0]]:.2f}"
                )
