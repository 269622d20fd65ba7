"""``hvac-rl league``: who beats whom, on years that nothing was chosen on."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from agents.commands import BUNDLES, need
from hvac_rl.errors import ConfigError

SEEDS = 5
MINUTES = {"tuned-rule": 1.5, "fast-dqn": 4.0, "dqn": 6.0, "q-learning": 1.0}
"""What ``--train`` gives each agent and seed, the same for every building."""


def league(
    building: Annotated[
        str, typer.Argument(help="A building of the catalogue, or a TOML file.")
    ] = "small_office",
    climate: Annotated[
        str, typer.Option(help="Weather: a name, or an EPW, TMY3 or TM2 file.")
    ] = "greensboro",
    tariff: Annotated[str, typer.Option(help="What energy costs.")] = "time_of_use",
    bundles: Annotated[
        Path, typer.Option(help="Where the bundles lie; a folder of folders.")
    ] = BUNDLES,
    trusted_key: Annotated[
        list[str] | None,
        typer.Option(help="ed25519:BASE64 of a signer; the demonstration key is always known."),
    ] = None,
    train: Annotated[
        bool, typer.Option("--train", help="Train every agent anew first, five seeds each (hours).")
    ] = False,
    full: Annotated[
        bool,
        typer.Option(
            "--full",
            help="Every building in every climate (with --train: a day); goes on where it stopped.",
        ),
    ] = False,
    quick: Annotated[
        bool, typer.Option("--quick", help="Without planner and bound: a minute.")
    ] = False,
    threads: Annotated[int, typer.Option(min=1, help="Threads.")] = 2,
    folder: Annotated[
        Path, typer.Option("--dir", help="Finished cells and the page are kept here.")
    ] = Path("runs/league"),
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write everything as JSON.")
    ] = None,
    html_file: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="The page. Default: league.html in --dir."),
    ] = None,
) -> None:
    """Compare agents with the rules, a planner and a lower bound, week by week.

    The first figure is the paired cost against the tuned rule, with a 95 % bootstrap interval. The
    test years are used for nothing else. Figures of a cell that is done stay in --dir; remove the
    folder to run everything again.
    """
    need("league", "stable_baselines3" if train else "numba", "train" if train else "sim")
    need("league", "highspy", "train")
    from rich.console import Console

    from agents.league.cell import CellOptions
    from agents.league.page import write_page
    from agents.league.run import FULL_BUILDINGS, FULL_CLIMATES, LeagueOptions, run_league
    from agents.league.table import print_league
    from agents.league.test_years import TEST
    from agents.planner import PlannerSettings

    for file in (json_file, html_file):
        if file is not None and not file.parent.exists():
            raise ConfigError(str(file), "its folder does not exist", "Make it first.")
    console = Console()
    places = (
        tuple((one, where, tariff) for one in FULL_BUILDINGS for where in FULL_CLIMATES)
        if full
        else ((building, climate, tariff),)
    )
    result = run_league(
        LeagueOptions(
            places=places,
            bundles=bundles,
            trusted_keys=tuple(trusted_key or ()),
            folder=folder,
            cell=CellOptions(
                years=TEST,
                planner=None if quick else PlannerSettings(),
                bound=not quick,
                threads=threads,
            ),
            train=_trainer(threads) if train else None,
        ),
        console,
    )
    print_league(result, console)
    page = html_file or folder / "league.html"
    write_page(result, page)
    if json_file is not None:
        json_file.write_text(json.dumps(result, indent=1) + "\n")
    console.print(f"Page: {page}", soft_wrap=True)


def _trainer(threads: int) -> Callable[[str, str, str, Path], None]:
    from agents.training import TrainOptions
    from agents.training import train as run_training

    def train_cell(building: str, climate: str, tariff: str, bundles: Path) -> None:
        for seed in range(1, SEEDS + 1):
            for agent, minutes in MINUTES.items():
                out = bundles / f"{agent}-{seed}"
                if (out / "signature.json").exists():
                    continue
                run = bundles / "runs" / out.name
                tuned = str(bundles / f"tuned-rule-{seed}")
                run_training(
                    TrainOptions(
                        building=building,
                        agent=agent,
                        climate=climate,
                        tariff=tariff,
                        seed=seed,
                        minutes=minutes,
                        cycles=None,
                        base=tuned if agent == "fast-dqn" else "strong",
                        threads=threads,
                        out=out,
                        run=run,
                        resume=(run / "checkpoint.pt").exists(),
                        key=None,
                    )
                )

    return train_cell
