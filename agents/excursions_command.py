"""``hvac-rl bench excursions``: how far rooms and equipment stray under anybody, beside the BMS."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from agents.commands import need
from hvac_rl.errors import ConfigError

BUILDINGS = ("small_office", "medium_office")
WEATHER_YEAR = 301
"""A drawn year that no agent is trained, chosen or compared on."""


def excursions(
    building: Annotated[
        list[str] | None,
        typer.Option(
            help="Of the catalogue, or a TOML file; repeat. Default: small_office, medium_office."
        ),
    ] = None,
    climate: Annotated[
        str, typer.Option(help="Weather: a name, or an EPW, TMY3 or TM2 file; a year is drawn.")
    ] = "greensboro",
    weeks: Annotated[
        int, typer.Option(min=1, max=52, help="So many weeks, evenly over the year.")
    ] = 52,
    modes: Annotated[
        bool, typer.Option("--modes", help="Besides, each of the 36 modes for the whole week.")
    ] = False,
    threads: Annotated[int, typer.Option(min=1, help="Threads.")] = 1,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write the figures as JSON.")
    ] = None,
) -> None:
    """Measure how far rooms and equipment stray under hostile policies, beside the BMS alone.

    Room air beyond the hard limits, CO2 above its ceiling, starts of air handlers, heating and
    cooling at once: measured in the simulated plant every 15 minutes, the same weeks for all.
    Every command of every control step is held against the limits; one outside is an error.

        hvac-rl bench excursions --json excursions.json
    """
    need("bench excursions", "numba", "sim")
    from rich.console import Console
    from rich.progress import Progress

    from agents.excursions import Excursions
    from sim_buildings.building import load_building

    if json_file is not None and not json_file.parent.is_dir():
        raise ConfigError(str(json_file), f"there is no folder {json_file.parent}")
    console = Console()
    found: list[dict[str, Any]] = []
    names = building or list(BUILDINGS)
    # Before anything takes time: whether all of them can be read.
    buildings = [load_building(name) for name in names]
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("excursions")
        for name, one in zip(names, buildings, strict=True):

            def show(done: int, total: int, words: str, name: str = name) -> None:
                bar.update(task, completed=done, total=total, description=f"{name}: {words}")

            rows = _measure(one, climate, weeks, modes, threads, show)
            found.append(
                {
                    "building": name,
                    "weeks": weeks,
                    "controllers": [row._asdict() for row in rows],
                }
            )
    for each in found:
        _print(each, console)
    if json_file is not None:
        result = {"climate": climate, "looked_every_min": 15, "buildings": found}
        json_file.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    breaches = sum(Excursions(**row).breaches for each in found for row in each["controllers"])
    if breaches:
        console.print(f"[red]{breaches} commands outside limits[/red]")
        raise typer.Exit(1)


def _measure(
    building: Any, climate: str, weeks: int, modes: bool, threads: int, show: Any
) -> list[Any]:
    """Excursions of everybody on a building."""
    from agents.adversaries import Always, Chatters, HurtingWishes, Hurts, Neglects, Swings
    from agents.excursions import GuardedWeeks
    from agents.years import WEEKS_PER_YEAR, Place, Years, scene_of_years
    from hvac_rl.control.encoding import N_MODES
    from hvac_rl.ports import Policy

    scene = scene_of_years(Place(building, climate), Years((WEATHER_YEAR,)))
    run = GuardedWeeks(scene, [k * WEEKS_PER_YEAR // weeks for k in range(weeks)], threads)
    rows = [run.bms(show), run.rule(show)]
    hostile: tuple[Policy, ...] = (Hurts(), Neglects(), Swings(), Chatters(1))
    rows += [run.policy(policy, show) for policy in hostile]
    rows.append(run.wisher(HurtingWishes(), show))
    if modes:
        rows += [run.policy(Always(mode), show) for mode in range(N_MODES)]
    return rows


def _print(each: dict[str, Any], console: Any) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(
        title=f"{each['building']}: means of a zone or an air handler over {each['weeks']} weeks",
        box=SIMPLE_HEAD,
    )
    table.add_column("controller", no_wrap=True)
    for head in (
        "uncomfortable\nK·h", "above limit\nK·h", "below\nK·h", "worst\nK", "CO2\nppm·h",
        "starts\na day", "heat+cool\nh", "outside",
    ):  # fmt: skip
        table.add_column(head, justify="right", no_wrap=True)
    for row in each["controllers"]:
        table.add_row(
            row["name"],
            f"{row['discomfort_kh']:.2f}",
            f"{row['above_kh']:.2f}",
            f"{row['below_kh']:.2f}",
            f"+{row['worst_above_k']:.1f} -{row['worst_below_k']:.1f}",
            f"{row['co2_above_ppmh']:.2f}",
            f"{row['starts_a_day']:.1f}",
            f"{row['both_h']:.1f}",
            str(row["breaches"]) if row["commands"] else "–",
        )
    console.print(table)
    console.print(
        f"outside: of {each['controllers'][-1]['commands']:,} commands those beyond a limit"
    )
