"""An agent beside typical practice and the strong rule, on weeks that it has never met."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Bar
from rich.table import Table

from agents.weeks import Progress, Served, Weeks, WeekTotals, paired_difference, silent
from agents.years import Place, Years, scene_of_years
from envs.control_columns import T_COST, T_COST_HVAC
from hvac_rl.control.base_rule import RuleParameters
from hvac_rl.ports import Policy

UNSEEN = Years((201, 202, 203, 204), every_weeks=4)
"""For ``train`` and ``evaluate``; the league's own test years are others again."""
EQUAL_COMFORT_KH = 0.02
"""A zone and week: more than this above the rule's is not equal comfort."""


class Verdict(NamedTuple):
    """Controllers on the same weeks."""

    typical: WeekTotals
    strong: WeekTotals
    mine: WeekTotals
    base: WeekTotals | None
    """The rule under the agent, where it is another than the strong one."""


def judge(
    place: Place, policy: Policy, rule: RuleParameters | None, threads: int, console: Console
) -> Verdict:
    """:func:`judged` with a bar."""
    with Bar(
        TextColumn("weeks it has never met: {task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    ) as bar:
        task = bar.add_task("preparing", total=None)

        def progress(done: int, total: int, name: str) -> None:
            bar.update(task, completed=done, total=total, description=name)

        return judged(place, policy, rule, threads, progress)


def judged(
    place: Place,
    policy: Policy,
    rule: RuleParameters | None,
    threads: int,
    progress: Progress = silent,
) -> Verdict:
    """Run all of them."""
    scene = scene_of_years(place, UNSEEN)
    weeks = Weeks(scene, UNSEEN.weeks, threads)
    typical = weeks.run("typical practice", supervised=False, progress=progress)
    strong = weeks.run("strong rule", progress=progress)
    if rule is None:
        mine = weeks.run(policy.name, Served(policy), progress=progress)
        return Verdict(typical, strong, mine, None)
    base = weeks.run("rule under it", rule=rule, progress=progress)
    if not policy.features:
        # It is that rule.
        return Verdict(typical, strong, replace(base, name=policy.name), None)
    own = Weeks(replace(scene, rule=rule), UNSEEN.weeks, threads)
    mine = own.run(policy.name, Served(policy), progress=progress)
    return Verdict(typical, strong, mine, base)


def summary(verdict: Verdict) -> dict[str, object]:
    """For the bundle's manifest: means a week, and the paired differences in cost."""
    everybody = {
        "BMS schedule": verdict.typical,
        "strong rule": verdict.strong,
        "this": verdict.mine,
        **({} if verdict.base is None else {"rule under it": verdict.base}),
    }
    return {
        "unseen_weeks": len(verdict.mine.totals),
        "cost_per_week": {name: round(one.mean(T_COST), 2) for name, one in everybody.items()},
        "discomfort_kh_per_zone_week": {
            name: round(one.discomfort_kh, 3) for name, one in everybody.items()
        },
        "cost_vs_strong_rule": _rounded(paired_difference([verdict.mine], verdict.strong, T_COST)),
        "cost_vs_bms_schedule": _rounded(
            paired_difference([verdict.mine], verdict.typical, T_COST)
        ),
    }


def _rounded(numbers: tuple[float, ...]) -> list[float]:
    return [round(x, 4) for x in numbers]


def print_verdict(verdict: Verdict, console: Console) -> None:
    """The table and, in words, whether the agent is worth shipping."""
    table = Table(
        title=f"Means over {len(verdict.mine.totals)} building-weeks it has never met",
        box=SIMPLE_HEAD,
    )
    table.add_column("controller", no_wrap=True)
    for name in ("cost $", "HVAC $", "K·h a zone", "vs strong rule"):
        table.add_column(name, justify="right", no_wrap=True)
    for one in verdict:
        if one is None:
            continue
        mean, low, high = paired_difference([one], verdict.strong, T_COST)
        table.add_row(
            one.name,
            f"{one.mean(T_COST):.2f}",
            f"{one.mean(T_COST_HVAC):.2f}",
            f"{one.discomfort_kh:.2f}",
            "–" if one is verdict.strong else f"{mean:+.1%} ({low:+.1%} to {high:+.1%})",
        )
    console.print(table)
    console.print(words(verdict.mine, verdict.strong, "the strong rule"), highlight=False)
    if verdict.base is not None and verdict.base is not verdict.mine:
        console.print(words(verdict.mine, verdict.base, "the rule under it"), highlight=False)


def words(mine: WeekTotals, rule: WeekTotals, called: str) -> str:
    """Worth shipping means cheaper than the rule beyond doubt, at no worse comfort."""
    mean, low, high = paired_difference([mine], rule, T_COST)
    worse_kh = mine.discomfort_kh - rule.discomfort_kh
    if high < 0.0 and worse_kh <= EQUAL_COMFORT_KH:
        return (
            f"It beats {called} by {-mean:.1%} in cost ({-high:.1%} to {-low:.1%}), "
            "at equal or better comfort."
        )
    if worse_kh < -0.1 and mean < 0.02:
        return (
            f"It does not beat {called} in cost ({mean:+.1%}), but spares each zone "
            f"{-worse_kh:.2f} K·h of discomfort a week."
        )
    return f"It is NOT worth shipping: it does not beat {called} at equal comfort ({mean:+.1%})."
