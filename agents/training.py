"""``hvac-rl train``: train, judge on weeks the agent has never met, sign, write."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from agents.export import Trained, demo_key, next_version, read_key, write_bundle
from agents.judging import judge, print_verdict, summary
from agents.live import Standing, Watching
from agents.trainers import TRAINERS, Opposition, Task, tune_watched, tuned_rule
from agents.weeks import paired_difference
from agents.years import Place
from envs.control_columns import T_COST
from hvac_rl.control.base_rule import RuleParameters
from hvac_rl.control.bundle import DEMO_PUBLIC_KEY, read_bundle
from hvac_rl.control.policy import load_policy, make_policy, rule_parameters
from hvac_rl.errors import ConfigError
from sim_buildings.building import load_building
from sim_buildings.variation import vary

TUNING_SHARE = 0.25
"""Of a budget of minutes goes to the rule under an agent."""
UNBUDGETED_MIN = 4.0
CURVE_POINTS = 60
VARIANT_SEEDS = 70_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainOptions:
    """What the command was told."""

    building: str
    agent: str
    climate: str
    tariff: str
    seed: int
    minutes: float | None
    cycles: int | None
    base: str
    """"strong", "tuned", or the folder of a bundle whose rule is taken."""
    also: tuple[str, ...] = ()
    """Further buildings that the same policy learns on."""
    variants: int = 0
    """Random variants of the building beside it."""
    start: Path | None = None
    """A checkpoint whose network the fast DQN begins with."""
    threads: int
    out: Path
    run: Path
    resume: bool
    key: Path | None
    """None is the demonstration key."""


def train(options: TrainOptions) -> None:
    """Train one agent and write its bundle; raises ConfigError before anything is spent."""
    console = Console()
    place = Place(load_building(options.building), options.climate, options.tariff)
    signing_key = demo_key() if options.key is None else read_key(options.key)
    version = next_version(options.out)
    _claim(options)
    task = Task(
        place=place,
        seed=options.seed,
        threads=options.threads,
        minutes=options.minutes,
        cycles=options.cycles,
        folder=options.run,
        resume=options.resume,
        also=_others(options, place),
        start=options.start,
    )
    began = time.monotonic()
    task, tuned_s = _with_base(options, task, console)
    opposition = Opposition(task)
    with Watching(console, options.run, opposition.most_discomfort_kh) as watching:
        learned = (
            tuned_rule(task, watching)
            if options.agent == "tuned-rule"
            else TRAINERS[options.agent](task, watching, opposition)
        )
    train_s = time.monotonic() - began
    policy = make_policy(learned.kind, options.agent, learned.features, learned.payload)
    verdict = judge(place, policy, learned.rule, options.threads, console)
    under = verdict.base if verdict.base is not None else verdict.strong
    vs_base = paired_difference([verdict.mine], under, T_COST)[0]
    trained = Trained(
        kind=learned.kind,  # type: ignore[arg-type]
        name=f"{place.building.name} {options.agent}",
        building=place.building.name,
        features=learned.features,
        payload=learned.payload,
        training={
            **learned.settings,
            "climate": place.climate,
            "tariff": place.tariff,
            "base": options.base
            if options.base in ("strong", "tuned")
            else Path(options.base).name,
            "vs_base": round(vs_base, 5),
            "tuning_s": round(tuned_s, 1),
            "train_s": round(train_s, 1),
            "curve": [
                [round(one.seconds, 1), round(one.cost_vs_strong, 5), round(one.discomfort_kh, 3)]
                for one in thinned(watching.seen)
            ],
        },
        results=summary(verdict),
        rule={} if learned.rule is None else learned.rule._asdict(),
    )
    write_bundle(options.out, trained, version, signing_key)
    print_verdict(verdict, console)
    console.print(
        f"{options.out}: {trained.name}, version {version}, trained in {train_s:.0f} s. "
        + (
            "It continues from a rule that was fitted by the clock: to repeat it, tune that first."
            if options.base == "tuned" and options.agent != "tuned-rule"
            else f"Repeat it with --cycles {learned.settings.get('cycles', options.cycles)}."
        ),
        soft_wrap=True,
    )


def _others(options: TrainOptions, place: Place) -> tuple[Place, ...]:
    """Further buildings and variants; raises ConfigError where an agent knows none."""
    if not (options.also or options.variants or options.start):
        return ()
    if options.agent != "fast-dqn":
        raise ConfigError(
            "hvac-rl train", f"{options.agent} takes no --also, --variants or --start"
        )
    if (options.also or options.variants) and options.base != "strong":
        raise ConfigError(
            "hvac-rl train",
            "one policy for several buildings continues from the strong rule",
            "Give --base strong: a tuned rule fits one building.",
        )
    buildings = [load_building(name) for name in options.also]
    buildings += [
        vary(place.building, VARIANT_SEEDS + options.seed * 100 + k)
        for k in range(options.variants)
    ]
    return tuple(place._replace(building=one) for one in buildings)


def thinned(seen: list[Standing]) -> list[Standing]:
    """At most CURVE_POINTS of the looks at the validation weeks, the last among them."""
    every = -(-len(seen) // CURVE_POINTS)
    return seen[::-1][:: max(1, every)][::-1]


def _claim(options: TrainOptions) -> None:
    """The run's folder holds one run: its options are written there, or compared on --resume."""
    if options.resume and options.agent != "fast-dqn":
        raise ConfigError(
            "hvac-rl train",
            f"{options.agent} keeps no checkpoints to resume from",
            "Train it again without --resume; --cycles and --seed repeat a run.",
        )
    path = options.run / "options.json"
    mine = {
        name: getattr(options, name)
        for name in (
            "building",
            "agent",
            "climate",
            "tariff",
            "seed",
            "base",
            "threads",
            "variants",
        )
    }
    if options.resume:
        try:
            theirs = json.loads(path.read_text())
        except (OSError, ValueError) as error:
            raise ConfigError(
                str(path), f"there is no run to resume: {error}", "Train without --resume."
            ) from error
        if theirs != mine:
            different = sorted(name for name in mine if theirs.get(name) != mine[name])
            raise ConfigError(
                str(path),
                f"that run had another {', '.join(different)}",
                "Give the same options as then, or another --run.",
            )
        return
    if path.exists():
        raise ConfigError(
            str(options.run), "holds a run already", "Go on with --resume, or name another --run."
        )
    options.run.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(mine, indent=2) + "\n")


def _with_base(options: TrainOptions, task: Task, console: Console) -> tuple[Task, float]:
    """The task over the rule that it continues from, and how long that took to find."""
    if options.agent == "tuned-rule" or options.base == "strong":
        return task, 0.0
    if options.base != "tuned":
        bundle = read_bundle(Path(options.base), [DEMO_PUBLIC_KEY])
        return replace(task, rule=rule_parameters(bundle)), 0.0
    kept = options.run / "base_rule.json"
    if options.resume and kept.exists():
        return replace(task, rule=RuleParameters(**json.loads(kept.read_text()))), 0.0
    began = time.monotonic()
    with Watching(console, None, 0.0) as watching:
        minutes = UNBUDGETED_MIN if task.minutes is None else task.minutes
        share = replace(task, cycles=None, minutes=TUNING_SHARE * minutes)
        tuned = tune_watched(share, watching)
    kept.write_text(json.dumps(tuned.rule._asdict(), indent=2) + "\n")
    spent = time.monotonic() - began
    left = None if task.minutes is None else max(0.1, task.minutes - spent / 60.0)
    return replace(task, rule=tuned.rule, minutes=left), spent


def evaluate_bundle(place: Place, path: Path, trusted_keys: tuple[str, ...], threads: int) -> None:
    """Verify, run weeks it has not met, print."""
    console = Console()
    bundle = read_bundle(path, [DEMO_PUBLIC_KEY, *trusted_keys])
    rule = rule_parameters(bundle) if bundle.manifest.rule_parameters else None
    verdict = judge(place, load_policy(bundle), rule, threads, console)
    print_verdict(verdict, console)
