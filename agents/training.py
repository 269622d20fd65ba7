"""What ``hvac-rl train`` and ``hvac-rl evaluate`` do, once their options are read."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from agents.evaluation import Exam, WeekTotals, paired_difference
from agents.export import Trained, demo_key, next_version, read_key, write_bundle
from agents.settings import DqnSettings, QLearningSettings
from envs.control_columns import T_COST, T_DISCOMFORT_KH, T_ENERGY_KWH
from hvac_rl.control.bundle import DEMO_PUBLIC_KEY, read_bundle
from hvac_rl.control.policy import load_policy, make_policy
from hvac_rl.ports import Policy
from sim_buildings.building import Building, load_building


def train_and_write(
    building_name: str, agent: str, seed: int, steps: int | None, out: Path, key: Path | None
) -> None:
    """Train, judge on the test weeks, sign and write. ``key`` None is the demonstration key."""
    console = Console()
    building = load_building(building_name)
    # Before the minutes of training, not after them.
    signing_key = demo_key() if key is None else read_key(key)
    version = next_version(out)
    began = time.monotonic()
    with _Bar(console) as bar:
        trained = _train(building, agent, seed, steps, bar)
        train_s = time.monotonic() - began
        policy = make_policy(trained.kind, trained.name, trained.features, trained.payload)
        results = judge(building, policy, bar)
    trained = replace(
        trained,
        training={**trained.training, "train_s": round(train_s, 1)},
        results=summary(results),
    )
    write_bundle(out, trained, version, signing_key)
    print_results(results, console)
    console.print(
        f"{out}: {trained.name}, version {version}, trained in {train_s:.0f} s", soft_wrap=True
    )


def _train(
    building: Building, agent: str, seed: int, steps: int | None, bar: Callable[..., None]
) -> Trained:
    from envs.zone_vec_env import ZoneVecEnv

    if agent == "dqn":
        from agents.dqn import train_dqn

        dqn = DqnSettings(seed=seed) if steps is None else DqnSettings(seed=seed, steps=steps)
        env = ZoneVecEnv(
            building,
            buildings=dqn.buildings,
            discomfort_weight=dqn.discomfort_weight,
            seed=seed,
        )
        return train_dqn(env, dqn, building, bar)
    from agents.q_learning import train_q_learning

    table = QLearningSettings(seed=seed)
    table = table if steps is None else replace(table, steps=steps)
    env = ZoneVecEnv(
        building,
        buildings=table.buildings,
        discomfort_weight=table.discomfort_weight,
        seed=seed,
    )
    return train_q_learning(env, table, building.name, bar)


def evaluate_bundle(building_name: str, path: Path, trusted_keys: tuple[str, ...]) -> None:
    """Verify, run the test weeks, print."""
    console = Console()
    bundle = read_bundle(path, [DEMO_PUBLIC_KEY, *trusted_keys])
    with _Bar(console) as bar:
        results = judge(load_building(building_name), load_policy(bundle), bar)
    print_results(results, console)


def judge(building: Building, policy: Policy, progress: Callable[..., None]) -> list[WeekTotals]:
    """The BMS's schedule, the base rule and the policy on the same test weeks, in this order."""
    exam = Exam(building)
    return [
        exam.run(None, name="BMS schedule", supervised=False, progress=progress),
        exam.run(None, name="base rule", progress=progress),
        exam.run(policy, name=policy.name, progress=progress),
    ]


def summary(results: list[WeekTotals]) -> dict[str, object]:
    """For the bundle's manifest: means a week, and the paired differences in cost."""
    bms, rule, mine = results
    return {
        "test_weeks": len(mine.totals),
        "cost_per_week": {r.name: round(r.mean(T_COST), 2) for r in results},
        "discomfort_kh_per_zone_week": {
            r.name: round(r.mean(T_DISCOMFORT_KH) / r.zones, 3) for r in results
        },
        "cost_vs_base_rule": [round(x, 4) for x in paired_difference(mine, rule, T_COST)],
        "cost_vs_bms_schedule": [round(x, 4) for x in paired_difference(mine, bms, T_COST)],
    }


def print_results(results: list[WeekTotals], console: Console) -> None:
    """The table and, in words, whether the agent is worth shipping."""
    _, rule, mine = results
    table = Table(title=f"Means over {len(mine.totals)} unseen building-weeks")
    table.add_column("controller", no_wrap=True)
    for name in ("cost $", "kWh", "K·h a zone"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("cost against the rule", justify="right", no_wrap=True)
    for result in results:
        mean, low, high = paired_difference(result, rule, T_COST)
        table.add_row(
            result.name.rpartition(" ")[2] if result is mine else result.name,
            f"{result.mean(T_COST):.2f}",
            f"{result.mean(T_ENERGY_KWH):.1f}",
            f"{result.mean(T_DISCOMFORT_KH) / result.zones:.2f}",
            "–" if result is rule else f"{mean:+.1%} ({low:+.1%} to {high:+.1%})",
        )
    console.print(table)
    console.print(verdict(mine, rule), highlight=False)


def verdict(mine: WeekTotals, rule: WeekTotals) -> str:
    """Worth shipping means cheaper than the rule beyond doubt, at no worse comfort."""
    mean, _, high = paired_difference(mine, rule, T_COST)
    worse_kh = (mine.mean(T_DISCOMFORT_KH) - rule.mean(T_DISCOMFORT_KH)) / rule.zones
    if high < 0.0 and worse_kh <= 0.02:
        return f"It beats the base rule by {-mean:.1%} in cost, at equal or better comfort."
    if worse_kh < -0.1 and mean < 0.02:
        return (
            f"It does not beat the base rule in cost ({mean:+.1%}), but spares each zone "
            f"{-worse_kh:.2f} K·h of discomfort a week."
        )
    return "It is NOT worth shipping: it does not beat the base rule at equal comfort."


class _Bar:
    """One bar for training and judging, with the words of whoever is at work."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn(), console=console
        )
        self._task = self._progress.add_task("preparing", total=None)

    def __enter__(self) -> _Bar:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def __call__(self, done: int, total: int, words: str) -> None:
        self._progress.update(self._task, completed=done, total=total, description=words)
