"""``hvac-rl points`` and ``hvac-rl release``: through the living daemon, else straight."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from typer.core import TyperGroup

from adapters.bench.command import adapters as bench
from adapters.commissioning.list_commands import add_list_commands
from adapters.commissioning.site_commands import add_site_commands
from adapters.commissioning.write_commands import write_test
from hvac_rl.points import Point
from hvac_rl.records import Quality, Reading
from hvac_rl.safety.gates import OPERATOR_LEVELS
from hvac_rl.service.handback import HandedBack
from hvac_rl.service.plugins import bench_app
from hvac_rl.service.progress import bar
from hvac_rl.service.site_file import Site

# How long a daemon may take to give a whole building back before we stop waiting for it.
DAEMON_END_S = 60.0
SHOW = "show"

SiteArgument = Annotated[Path, typer.Argument(metavar="SITE", help="The site file, site.yaml.")]


class ShowByDefault(TyperGroup):
    """``points SITE`` is ``points show SITE``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = [SHOW, *args]
        return super().parse_args(ctx, args)


def register(app: typer.Typer) -> None:
    """Entry point ``hvac_rl.commands``."""
    points = typer.Typer(
        cls=ShowByDefault,
        no_args_is_help=True,
        help="From a controller's point list to proven reads and writes: scan, import, check, "
        "write-test. `points SITE` shows every point's live value. Only write-test writes.",
    )
    points.command(SHOW)(show)
    add_list_commands(points)
    add_site_commands(points)
    points.command("write-test")(write_test)
    app.add_typer(points, name="points")
    app.command()(release)
    bench_app(app).command("adapters")(bench)


def show(
    site_file: SiteArgument,
    commandable: Annotated[
        bool, typer.Option("--commandable", help="Only points that can be commanded.")
    ] = False,
    brick: Annotated[bool, typer.Option("--brick", help="Show Brick classes too.")] = False,
) -> None:
    """Show every point's live value and who commands it. Reads only.

    While the daemon runs, its last cycle is shown; otherwise the devices are read now.
    """
    from hvac_rl.service.site_file import load_site

    console = Console()
    site = load_site(site_file)
    source, readings = asyncio.run(_read(site, console))
    wanted = site.plant.commandable() if commandable else site.plant.points()
    table = Table(title=f"{site.name}: {source}", title_justify="left", pad_edge=False)
    table.add_column("point", no_wrap=True)
    table.add_column("value", justify="right", no_wrap=True)
    for name in ("by", "our slot", "device"):
        table.add_column(name, no_wrap=True)
    if brick:
        table.add_column("Brick class", no_wrap=True)
    for point in wanted:
        reading = readings.get(point.name)
        by = ours = ""
        if reading is None:
            value = "not read yet"
        elif reading.quality is not Quality.GOOD or reading.value is None:
            value = f"[red]{reading.quality.value.replace('_', ' ')}[/]"
        else:
            value = _shown(point, reading.value)
        if reading is not None and point.writable:
            by = commander(reading, site.priority)
            ours = "empty" if reading.ours is None else _shown(point, reading.ours)
        row = [point.name, value, by, ours, point.device]
        table.add_row(*row, *([point.brick] if brick else []))
    console.print(table)
    held = [name for name, reading in readings.items() if reading.ours is not None]
    console.print(
        f"{len(held)} of {len(site.plant.commandable())} commandable points are held by hvac-rl."
    )


def release(site_file: SiteArgument) -> None:
    """Hand everything back to the BMS now, and prove it.

    A living daemon gives all points back and ends. Without one, every point on the list is
    released at our priority directly. Exit code 1 when a point did not come back.
    """
    from hvac_rl.service.proof import print_hand_back
    from hvac_rl.service.site_file import load_site

    console = Console()
    site = load_site(site_file)
    if asyncio.run(_end_daemon(site)):
        console.print("The daemon gives everything back and ends; what follows is read after it.")
    if not print_hand_back(asyncio.run(_release_directly(site, console)), console):
        raise typer.Exit(1)


def _shown(point: Point, value: float) -> str:
    """A value as the device speaks it."""
    raw = point.unit.from_si(value)
    if point.unit.name == "bool":
        return "on" if raw > 0.5 else "off"
    return f"{raw:.4g} {point.unit.name}"


def commander(reading: Reading, priority: int) -> str:
    """Who commands a point, in words."""
    level = reading.commanded_by
    if level is None:
        return "hvac-rl" if reading.ours is not None else "BMS"
    if level == priority:
        return f"hvac-rl ({level})"
    if level in OPERATOR_LEVELS:
        return f"operator ({level})"
    return f"BMS ({level})"


async def _read(site: Site, console: Console) -> tuple[str, dict[str, Reading]]:
    from adapters.commissioning.daemon_values import daemon_readings
    from hvac_rl.control.cycle import read_all
    from hvac_rl.service.assembly import close_adapters, open_adapters

    living = await daemon_readings(site)
    if living is not None:
        return "as the daemon read it in its last cycle", living
    with bar(console, "devices") as tell:
        adapters = await open_adapters(site, progress=tell)
    try:
        snapshot = await read_all(adapters, site.plant.points(), time.time())
    finally:
        await close_adapters(site, adapters)
    return "read now, no daemon is running", dict(snapshot.readings)


async def _end_daemon(site: Site) -> bool:
    """Whether a living daemon took the order to give everything back and end."""
    from hvac_rl.service.control_socket import ask_daemon

    return await ask_daemon(site.state_dir, {"ask": "release"}) is not None


async def _release_directly(site: Site, console: Console) -> list[HandedBack]:
    from hvac_rl.control.writer import Writer
    from hvac_rl.service.assembly import close_adapters, open_adapters, site_guard
    from hvac_rl.service.handback import sweep
    from hvac_rl.service.ledger import SqliteLedger
    from hvac_rl.service.lock import site_lock

    with site_lock(site.state_dir, DAEMON_END_S):
        ledger = SqliteLedger(site.state_dir / "ledger.db")
        try:
            with bar(console, "devices") as tell:
                adapters = await open_adapters(site, to_give_back=True, progress=tell)
            try:
                return await sweep(
                    adapters,
                    site_guard(site),
                    Writer(adapters, ledger),
                    site.plant.commandable(),
                    time.time(),
                    "released by hand",
                )
            finally:
                await close_adapters(site, adapters)
        finally:
            ledger.close()
