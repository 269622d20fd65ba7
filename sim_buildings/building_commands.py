"""``hvac-rl building``: what there is in the catalogue, what a building is like, and mappings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from hvac_rl.errors import ConfigError, MissingExtra

OUR_PACKAGES = ("hvac_rl", "sim_buildings")
DEFAULT_WEATHER = "greensboro"

building = typer.Typer(
    no_args_is_help=True, help="Look at simulated buildings, and draft EnergyPlus mappings."
)


@building.command("list")
def list_buildings() -> None:
    """List the buildings of the catalogue."""
    from rich.console import Console

    with _needing("sim", "hvac-rl building list"):
        from sim_buildings.show import catalogue_table

    Console().print(catalogue_table())


@building.command()
def show(
    name: Annotated[
        str, typer.Argument(help="A building of the catalogue, or the path of a TOML file.")
    ],
    weather: Annotated[
        str,
        typer.Option(help="Weather by name, or the path of a TMY3 (.csv), TMY2 or EPW file."),
    ] = DEFAULT_WEATHER,
    seed: Annotated[int, typer.Option(min=0, help="The people of the year.")] = 1,
    run_year: Annotated[
        bool,
        typer.Option(
            "--year", help="Run a year under the BMS's own schedule and print its figures."
        ),
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option(metavar="PNG", help="Run the year and draw it on one page."),
    ] = None,
    calendar_year: Annotated[
        int,
        typer.Option(min=1971, max=2100, help="The calendar that the weather is laid over."),
    ] = 2026,
) -> None:
    """Show a building: its data and, with --year or --out, what it does in a year by itself.

    hvac-rl building show large_office --out large_office.png
    """
    from rich.console import Console

    with _needing("sim", "hvac-rl building show"):
        from sim_buildings.building import load_building
        from sim_buildings.show import building_tables

    console = Console()
    loaded = load_building(name)
    tables = building_tables(loaded)
    if run_year or out is not None or weather != DEFAULT_WEATHER:
        with _needing("sim", "hvac-rl building show"):
            from sim_buildings.show_weather import check_picture, weather_table
            from sim_buildings.weather import load_weather

        # Before anything is printed or takes time: what is wrong with the options.
        tables.append(weather_table(load_weather(weather, calendar_year)))
        if out is not None:
            check_picture(out)
    for table in tables:
        console.print(table)
    if run_year or out is not None:
        with _needing("sim", "hvac-rl building show"):
            from sim_buildings.show_year import show_year
        show_year(loaded, weather, seed, calendar_year, out, console)


@building.command("map")
def draft_map(
    model: Annotated[
        str,
        typer.Argument(help="A reference model by name, or the path of an IDF or epJSON file."),
    ],
    weather: Annotated[
        str, typer.Argument(help="Weather of the engine's package by name, or an EPW file.")
    ],
    out: Annotated[Path, typer.Option(metavar="TOML", help="The mapping to write.")] = Path(
        "mapping.toml"
    ),
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
) -> None:
    """Draft the mapping between an EnergyPlus model and what we read and command.

    Runs a week of the model to learn its sizes, hours and people. Read the draft before you use
    it: names and facades are guessed from the model's objects.
    """
    from rich.console import Console

    with _needing("energyplus", "hvac-rl building map"):
        from sim_buildings.energyplus.draft import draft_mapping
        from sim_buildings.energyplus.mapping import mapping_text
        from sim_buildings.energyplus.package import model_path, require_engine, weather_path

    console = Console()
    require_engine()
    if out.exists() and not force:
        raise ConfigError(f"--out {out}", "is there already", "Name another file or add --force.")
    model_path(model)
    weather_path(weather)
    with console.status(f"Running a week of {model} ..."):
        mapping = draft_mapping(model, weather)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(mapping_text(mapping), encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"--out {out}", f"cannot be written: {error.strerror}") from error
    console.print(
        f"{len(mapping.zones)} zones, {len(mapping.air_handlers)} air handlers, "
        f"{mapping.site.start_h:g} to {mapping.site.end_h:g} h: {out}",
        soft_wrap=True,
        highlight=False,
    )


@contextmanager
def _needing(extra: str, command: str) -> Iterator[None]:
    """Imports whose absence is an extra that is not installed."""
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] in OUR_PACKAGES:
            raise
        raise MissingExtra(
            command,
            f"needs the package {error.name}, which is not installed",
            f"pip install 'hvac-rl[{extra}]'",
        ) from error
