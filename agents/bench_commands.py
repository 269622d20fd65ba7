"""``hvac-rl bench sim``: how fast the simulator is; ``bench guard`` and
``bench excursions`` beside it.

The command stands on this floor because importing ``envs`` needs Gymnasium, and the command line
of the daemon's install has none.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from agents.decision_bench import decisions
from agents.excursions_command import excursions
from agents.guard_bench import guard
from hvac_rl.errors import ConfigError, MissingExtra
from hvac_rl.service.plugins import bench_app

OUR_PACKAGES = ("hvac_rl", "sim_buildings", "envs", "agents")


def register(app: typer.Typer) -> None:
    """Entry point ``hvac_rl.commands``."""
    bench_app(app).command()(sim)
    bench_app(app).command()(guard)
    bench_app(app).command()(decisions)
    bench_app(app).command()(excursions)


def sim(
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write all figures as JSON.")
    ] = None,
    markdown_file: Annotated[
        Path | None,
        typer.Option("--markdown", metavar="FILE", help="Write the table as Markdown."),
    ] = None,
    quick: Annotated[
        bool,
        typer.Option(
            "--quick",
            help="Half a minute: short repeats, no batch of 16,384, no look at the compiled code.",
        ),
    ] = False,
    threads: Annotated[
        int | None, typer.Option(min=1, help="Threads beside one; default one a processor.")
    ] = None,
    buildings: Annotated[
        list[int] | None,
        typer.Option(min=1, max=1_000_000, help="Size of the batch; may be given several times."),
    ] = None,
) -> None:
    """Measure how fast the simulator is on this machine.

    Control steps of 15 minutes of the five-zone office: batches, environments, other sizes of
    building, EnergyPlus where it is installed, and how far all that is from what the machine can
    do. Takes about six minutes; let nothing else run meanwhile.

        hvac-rl bench sim --json figures.json
    """
    for file in (json_file, markdown_file):
        if file is not None:
            _check(file)
    cores = os.cpu_count() or 1
    if threads is not None and threads > cores:
        raise ConfigError(
            "hvac-rl bench sim: --threads", f"is {threads}, this machine has {cores} processors"
        )
    try:
        from rich.console import Console

        from envs.bench.run import FULL, QUICK, run
        from envs.bench.show import markdown, table
        from envs.bench.summary import summary
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] in OUR_PACKAGES:
            raise
        raise MissingExtra(
            "hvac-rl bench sim",
            f"needs the package {error.name}, which is not installed",
            "pip install 'hvac-rl[sim]'",
        ) from error

    plan = QUICK if quick else FULL
    if threads is not None:
        plan = replace(plan, threads=threads)
    if buildings:
        plan = replace(plan, buildings=tuple(dict.fromkeys(buildings)))
    results = run(plan, Console(stderr=True))
    Console().print(table(results))
    if json_file is not None:
        text = json.dumps(summary(results) | {"quick": quick}, indent=2)
        json_file.write_text(text + "\n", encoding="utf-8")
    if markdown_file is not None:
        markdown_file.write_text(markdown(results), encoding="utf-8")


def _check(file: Path) -> None:
    """Before anything takes time: whether the file can be written."""
    if file.is_dir():
        raise ConfigError(str(file), "is a folder; give a file")
    if not file.parent.is_dir():
        raise ConfigError(str(file), f"there is no folder {file.parent}")
