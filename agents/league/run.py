"""From cell to cell: train where asked, run, keep what is done, write the result."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from agents.league.cell import CellOptions, run_cell
from agents.league.contenders import kept
from agents.weeks import Progress
from agents.years import Place
from hvac_rl.errors import ConfigError
from sim_buildings.building import load_building

FULL_BUILDINGS = ("small_office", "medium_office", "large_office", "retail")
FULL_CLIMATES = ("greensboro", "miami", "sand_point")


@dataclass(frozen=True, slots=True, kw_only=True)
class LeagueOptions:
    """What the command was told."""

    places: tuple[tuple[str, str, str], ...]
    """(building, climate, tariff) of each cell."""
    bundles: Path
    trusted_keys: tuple[str, ...]
    folder: Path
    """Cells that are done are kept here, one JSON each; a second run skips them."""
    cell: CellOptions
    train: Callable[[str, str, str, Path], None] | None
    """Trains every agent of a cell into a folder first; None takes the kept bundles."""


def run_league(options: LeagueOptions, console: Console) -> dict[str, Any]:
    """The league's result; raises ConfigError before anything runs where nobody can enter."""
    result: dict[str, Any] = {
        "generated": datetime.now(UTC).date().isoformat(),
        "version": version("hvac-rl"),
        "test": {
            "climate_years": list(options.cell.years.weather_seeds),
            "weeks_per_year": len(options.cell.years.weeks),
            "seeds": 0,
        },
        "buildings": {},
    }
    options.folder.mkdir(parents=True, exist_ok=True)
    for building, climate, tariff in options.places:
        name = cell_name(building, climate, tariff, options.places)
        file = options.folder / f"{name.replace(' ', '_').replace(',', '')}.json"
        if file.exists():
            result["buildings"][name] = _done(file)
            console.print(f"{name}: already done, in {file}", highlight=False)
            continue
        bundles = options.bundles
        if options.train is not None:
            bundles = options.folder / "bundles" / file.stem
            options.train(building, climate, tariff, bundles)
        place = Place(load_building(building), climate, tariff)
        contenders = kept(bundles, place.building.name, options.trusted_keys)
        if not contenders:
            raise ConfigError(
                str(bundles),
                f"holds no bundle that was trained for {place.building.name}",
                "Train some: hvac-rl league --train, or hvac-rl train.",
            )
        with Steps(console, name) as step:
            one = run_cell(place, contenders, options.cell, step)
        beside = file.with_suffix(".new")
        beside.write_text(json.dumps(one) + "\n")
        beside.replace(file)
        result["buildings"][name] = one
    result["test"]["seeds"] = max(
        (
            row["seeds"]
            for one in result["buildings"].values()
            for row in one["controllers"].values()
        ),
        default=1,
    )
    return result


def cell_name(
    building: str, climate: str, tariff: str, places: Sequence[tuple[str, str, str]]
) -> str:
    """The building's name alone, unless it stands in several cells."""
    stem = Path(building).stem
    if sum(one[0] == building for one in places) == 1:
        return stem
    return f"{stem}, {Path(climate).stem}, {tariff}"


def _done(file: Path) -> dict[str, Any]:
    try:
        document: dict[str, Any] = json.loads(file.read_text())
    except (OSError, ValueError) as error:
        raise ConfigError(
            str(file), f"is not a cell's result: {error}", "Remove it: the cell is run again."
        ) from error
    return document


class Steps:
    """A bar for each controller of a cell."""

    def __init__(self, console: Console, cell: str) -> None:
        self._bar = Bar(
            TextColumn("{task.description}"),
            BarColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=console,
        )
        self._cell = cell

    def __enter__(self) -> Steps:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def __call__(self, what: str) -> Progress:
        task = self._bar.add_task(f"{self._cell}: {what}", total=None)

        def progress(done: int, total: int, words: str) -> None:
            self._bar.update(task, completed=done, total=total)

        return progress
