"""``hvac-rl sweep``: train over buildings, climates and seeds, on all cores."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agents.commands import Agent, need
from hvac_rl.errors import ConfigError

if TYPE_CHECKING:
    from rich.table import Table

    from agents.sweep import Training


def sweep(
    buildings: Annotated[
        list[str], typer.Argument(help="Buildings of the catalogue, or TOML files.")
    ],
    agent: Annotated[Agent, typer.Option(help="Which agent.")] = Agent.FAST_DQN,
    seeds: Annotated[str, typer.Option(help="Seeds: 1-5, or 1,4,7.")] = "1-5",
    climate: Annotated[
        list[str] | None,
        typer.Option(help="Weather: a name or a file; repeat for several. Default: greensboro."),
    ] = None,
    minutes: Annotated[
        float | None, typer.Option(min=0.05, help="Budget of each training. Default: 10.")
    ] = None,
    cycles: Annotated[
        int | None, typer.Option(min=1, help="In place of minutes: exactly so many cycles of each.")
    ] = None,
    base: Annotated[
        str, typer.Option(help="The rule that agents continue from: strong, tuned, or a bundle.")
    ] = "tuned",
    tariff: Annotated[str, typer.Option(help="What energy costs.")] = "time_of_use",
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Trainings side by side. Default: one a core.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for bundles, logs and checkpoints.")] = Path(
        "sweep"
    ),
    key: Annotated[
        Path | None, typer.Option(help="ed25519 private key (PEM) that signs the bundles.")
    ] = None,
    sign_with_demo_key: Annotated[
        bool,
        typer.Option("--sign-with-demo-key", help="Sign with the published key: loopback only."),
    ] = False,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write all results as JSON.")
    ] = None,
) -> None:
    """Train one agent over buildings, climates and seeds, one training a core.

    A sweep that was interrupted goes on where it stopped: give the same command again. Ctrl-C ends
    every running training with the best it has so far; twice ends at once.
    """
    need("sweep", "stable_baselines3", "train")
    if (key is None) == (not sign_with_demo_key):
        raise ConfigError("hvac-rl sweep", "give either --key FILE or --sign-with-demo-key")
    if minutes is not None and cycles is not None:
        raise ConfigError("hvac-rl sweep", "give either --minutes or --cycles")
    if json_file is not None and not json_file.parent.exists():
        raise ConfigError(str(json_file), "its folder does not exist", "Make it first.")
    from rich.console import Console
    from rich.live import Live

    from agents.sweep import SweepOptions, planned, run_sweep
    from sim_buildings import compiled
    from sim_buildings.building import load_building

    for building in buildings:
        load_building(building)
    budget = ("--cycles", str(cycles)) if cycles else ("--minutes", str(minutes or 10.0))
    signer = ("--sign-with-demo-key",) if key is None else ("--key", str(key))
    options = SweepOptions(
        buildings=tuple(buildings),
        climates=tuple(climate or ("greensboro",)),
        seeds=seeds_of(seeds),
        agent=agent.value,
        arguments=(*budget, "--base", base, "--tariff", tariff, *signer),
        out=out,
        jobs=jobs or os.cpu_count() or 1,
    )
    trainings = planned(options)
    # Once here, not in every process at once.
    compiled.main(("block", "building", "rules"))
    console = Console()
    with Live(console=console, auto_refresh=False, transient=True) as live:

        def look(all_of_them: Sequence[Training]) -> None:
            if console.is_terminal:
                live.update(table_of(all_of_them), refresh=True)

        run_sweep(trainings, options, look)
    console.print(table_of(trainings))
    failed = [one for one in trainings if one.state == "failed"]
    for one in failed:
        console.print(f"{one.name} failed; {one.log_file} ends with:\n{one.last_words()}")
    if json_file is not None:
        done = {one.name: one.result() for one in trainings if one.state == "done"}
        json_file.write_text(json.dumps(done, indent=1) + "\n")
    if failed:
        raise typer.Exit(1)


def seeds_of(text: str) -> tuple[int, ...]:
    """ "1-5" or "1,4,7" as numbers; raises ConfigError."""
    found: list[int] = []
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        if not first.isdigit() or (dash and not last.isdigit()):
            raise ConfigError(
                "hvac-rl sweep: --seeds", f"{text!r} names no seeds", "Write 1-5, or 1,4,7."
            )
        found += range(int(first), int(last if dash else first) + 1)
    if not found or len(set(found)) < len(found):
        raise ConfigError("hvac-rl sweep: --seeds", f"{text!r} names none, or one of them twice")
    return tuple(found)


def table_of(trainings: Sequence[Training]) -> Table:
    """What each has come to: on validation weeks while it learns, on unseen ones at the end."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, title="Cost against the strong rule", title_justify="left")
    table.add_column("training", no_wrap=True)
    table.add_column("state")
    for name in ("s", "cost", "95 %", "K·h a zone"):
        table.add_column(name, justify="right", no_wrap=True)
    for one in trainings:
        result = one.result() if one.state == "done" else None
        if result is not None:
            mean, low, high = result["cost_vs_strong_rule"]
            kh = result["discomfort_kh_per_zone_week"]["this"]
            cells = (
                f"{result['train_s'] or 0.0:.0f}",
                f"{mean:+.1%}",
                f"{low:+.1%} to {high:+.1%}",
                f"{kh:.2f}",
            )
        else:
            seen = one.standing() if one.state == "running" else {}
            cells = (
                f"{one.seconds:.0f}" if one.seconds else "",
                f"{float(seen['cost_vs_strong']):+.1%}" if seen else "",
                "while learning" if seen else "",
                f"{float(seen['discomfort_kh']):.2f}" if seen else "",
            )
        table.add_row(one.name, one.state, *cells)
    return table
