"""One function an agent: from a task to what a bundle holds."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from agents.live import Standing, Watching
from agents.tuned_rule import Tuned, tune
from agents.weeks import Weeks, WeekTotals
from agents.years import TRAINING, VALIDATION, Place, scene_of_years
from envs.control_columns import T_COST
from hvac_rl.control.base_rule import RuleParameters
from hvac_rl.control.encoding import FEATURE_NAMES

if TYPE_CHECKING:
    from agents.fast_dqn.train import Ground


MARGIN = 0.14
"""Of the rules' discomfort on the validation weeks: an agent is held to so much less."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What is to be trained, and on what."""

    place: Place
    seed: int = 1
    threads: int = 2
    minutes: float | None = None
    cycles: int | None = None
    """Generations, cycles or steps, whatever the agent counts in; it outranks ``minutes``."""
    rule: RuleParameters | None = None
    """The rule under the agent; None is the strong one."""
    folder: Path | None = None
    """Of the run: logs and checkpoints."""
    resume: bool = False
    also: tuple[Place, ...] = ()
    """Further buildings that the same policy learns on."""
    start: Path | None = None
    """A checkpoint whose network it begins with."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What an agent hands over."""

    kind: str
    features: tuple[str, ...]
    payload: bytes
    settings: dict[str, object]
    rule: RuleParameters | None


class Opposition:
    """The rules on the validation weeks: what an agent is measured against while it learns."""

    def __init__(self, task: Task) -> None:
        years = VALIDATION.sized(len(task.place.building.zones))
        scene = scene_of_years(task.place, years)
        strong = Weeks(scene, years.weeks, task.threads)
        self.strong = strong.run("strong rule")
        self.base = self.strong if task.rule is None else strong.run("base", rule=task.rule)
        self.weeks = (
            strong
            if task.rule is None
            else Weeks(replace(scene, rule=task.rule), years.weeks, task.threads)
        )
        # No less comfortable than either rule, in other years too: a rule's discomfort moves with
        # the year, an agent's stays near what it was held to.
        least_kh = min(self.strong.discomfort_kh, self.base.discomfort_kh)
        self.most_discomfort_kh = (1.0 - MARGIN) * least_kh

    def standing(self, seconds: float, seen: WeekTotals) -> Standing:
        """How an agent stands."""
        cost, discomfort_kh = seen.mean(T_COST), seen.discomfort_kh
        return Standing(
            seconds,
            cost / self.strong.mean(T_COST) - 1.0,
            cost / self.base.mean(T_COST) - 1.0,
            discomfort_kh,
        )


def tuned_rule(task: Task, watching: Watching) -> Learned:
    """CMA-ES over the strong rule's numbers."""
    tuned = tune_watched(task, watching)
    return Learned(
        "rule",
        (),
        b"{}\n",
        {
            "agent": "tuned-rule",
            "seed": task.seed,
            "cycles": tuned.generations,
            "cost_vs_strong_rule_while_tuning": round(tuned.cost_change, 4),
            "discomfort_vs_strong_rule_while_tuning_kh": round(tuned.discomfort_change_kh, 4),
        },
        tuned.rule,
    )


def tune_watched(task: Task, watching: Watching) -> Tuned:
    """:func:`agents.tuned_rule.tune` with a bar."""
    return tune(
        task.place,
        seed=task.seed,
        generations=task.cycles,
        minutes=task.minutes,
        threads=task.threads,
        watch=lambda done, total, score: watching.at(
            done, total, f"tuning the rule: {score:+.2f} % against the strong one"
        ),
    )


def _ground(task: Task, opposition: Opposition) -> Ground:
    """What the fast DQN learns on."""
    from agents.fast_dqn.train import Ground

    return Ground(
        scene_of_years(task.place, TRAINING, task.rule),
        opposition.weeks,
        opposition.most_discomfort_kh,
        opposition.strong.mean(T_COST),
        opposition.base.mean(T_COST),
    )


def fast_dqn(task: Task, watching: Watching, opposition: Opposition) -> Learned:
    """Branched targets; see :mod:`agents.fast_dqn`."""
    from agents.fast_dqn.checkpoint import begin_from, load, save
    from agents.fast_dqn.network import Modes
    from agents.fast_dqn.settings import FastDqnSettings
    from agents.fast_dqn.train import Check, FastDqn
    from agents.parity import onnx_that_agrees

    settings = FastDqnSettings(seed=task.seed)
    grounds = [_ground(task, opposition)]
    for place in task.also:
        watching.at(len(grounds), len(task.also) + 1, f"preparing {place.building.name}")
        other = replace(task, place=place)
        grounds.append(_ground(other, Opposition(other)))
    run = FastDqn(grounds, settings, task.threads)
    if task.start is not None:
        begin_from(run, task.start)
    checkpoint = None if task.folder is None else task.folder / "checkpoint.pt"
    if task.resume and checkpoint is not None:
        load(run, checkpoint)

    def watch(run: FastDqn, check: Check | None) -> bool:
        if check is not None:
            standing = Standing(
                check.seconds, check.cost_vs_strong, check.cost_vs_base, check.discomfort_kh
            )
            watching.standing(
                standing, price=check.price, loss=check.loss, labels=float(check.labels)
            )
            if checkpoint is not None:
                save(run, checkpoint)
        total = run.cycles_planned or run.cycles + 1
        return watching.at(run.cycles, total, "labelling and fitting")

    run.run(cycles=task.cycles, minutes=task.minutes, watch=watch)
    payload, parity = onnx_that_agrees(Modes(run.best), FEATURE_NAMES)
    return Learned(
        "onnx",
        FEATURE_NAMES,
        payload,
        {
            "agent": "fast-dqn",
            **settings.as_dict(),
            "threads": task.threads,
            "cycles": run.cycles,
            "cycles_planned": run.cycles_planned,
            "labels": run.learner.labels,
            "comfort_price": round(run.best.price, 4),
            "buildings": [task.place.building.name, *(one.building.name for one in task.also)],
            "parity_max_abs": parity,
        },
        task.rule,
    )


def dqn(task: Task, watching: Watching, opposition: Opposition) -> Learned:
    """The stable-baselines3 reference."""
    from agents.dqn import train_dqn
    from agents.parity import onnx_that_agrees
    from agents.settings import FEW_MODES, DqnSettings
    from envs.zone_vec_env import ZoneVecEnv

    settings = DqnSettings(seed=task.seed)
    settings = settings if task.cycles is None else replace(settings, steps=task.cycles)
    env = ZoneVecEnv(
        scene_of_years(task.place, TRAINING, task.rule),
        buildings=settings.buildings,
        discomfort_weight=settings.discomfort_weight,
        seed=task.seed,
        modes=FEW_MODES,
    )
    began = time.monotonic()

    def watch(done: int, total: int, seen: WeekTotals | None) -> bool:
        spent = time.monotonic() - began
        if seen is not None:
            watching.standing(opposition.standing(spent, seen))
        in_time = task.minutes is None or spent < task.minutes * 60.0
        return watching.at(done, total, "learning by trial") and in_time

    network = train_dqn(env, opposition.weeks, opposition.most_discomfort_kh, settings, watch)
    payload, parity = onnx_that_agrees(network, FEATURE_NAMES)
    return Learned(
        "onnx",
        FEATURE_NAMES,
        payload,
        {
            "agent": "dqn",
            "library": "stable-baselines3",
            **settings.as_dict(),
            "parity_max_abs": parity,
        },
        task.rule,
    )


def q_learning(task: Task, watching: Watching, opposition: Opposition) -> Learned:
    """The table."""
    from agents.q_learning import FEATURES, train_q_learning
    from agents.settings import FEW_MODES, QLearningSettings
    from envs.zone_vec_env import ZoneVecEnv

    settings = QLearningSettings(seed=task.seed)
    settings = settings if task.cycles is None else replace(settings, steps=task.cycles)
    env = ZoneVecEnv(
        scene_of_years(task.place, TRAINING, task.rule),
        buildings=settings.buildings,
        discomfort_weight=settings.discomfort_weight,
        seed=task.seed,
        modes=FEW_MODES,
    )
    began = time.monotonic()

    def watch(done: int, total: int, reward: float) -> bool:
        spent = time.monotonic() - began
        in_time = task.minutes is None or spent < task.minutes * 60.0
        return watching.at(done, total, f"filling the table: mean reward {reward:+.4f}") and in_time

    payload = train_q_learning(env, settings, watch)
    return Learned(
        "table", FEATURES, payload, {"agent": "q-learning", **settings.as_dict()}, task.rule
    )


Trainer = Callable[[Task, Watching, Opposition], Learned]
TRAINERS: dict[str, Trainer] = {"fast-dqn": fast_dqn, "dqn": dqn, "q-learning": q_learning}
