"""``hvac-rl points check`` and ``watch``: a site's points, read only."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from hvac_rl.errors import ConfigError, HvacRlError

if TYPE_CHECKING:
    from adapters.commissioning.checking import Checked
    from hvac_rl.service.site_file import Site

SiteArgument = Annotated[Path, typer.Argument(metavar="SITE", help="The site file, site.yaml.")]


def add_site_commands(points: typer.Typer) -> None:
    points.command("check")(check)
    points.command("watch")(watch)


def check(
    site_file: SiteArgument,
    json_file: Annotated[
        Path | None,
        typer.Option("--json", metavar="FILE", help="Write the findings; - for standard output."),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Warnings too make the exit code 1.")
    ] = False,
) -> None:
    """Read every point and say what is wrong and what to do about it. Reads only.

    Exit code 0 when every point is as listed, 1 when one is not. Whether a point really takes
    our writes only a write test can prove: hvac-rl points write-test.
    """
    from hvac_rl.service.site_file import load_site

    site = load_site(site_file)
    quiet = json_file is not None and str(json_file) == "-"
    console = Console(stderr=quiet)
    checked = asyncio.run(_check(site, console))
    if json_file is not None:
        _write_json(json_file, site, checked)
    if not quiet:
        _show_findings(console, checked)
    if checked.errors or (strict and checked.findings):
        raise typer.Exit(1)


def watch(
    site_file: SiteArgument,
    zone: Annotated[
        str | None, typer.Option("--zone", help="Only this zone, air handler or site.")
    ] = None,
    every_s: Annotated[
        float, typer.Option("--every", min=0.5, max=3600.0, help="Seconds between readings.")
    ] = 5.0,
    rounds: Annotated[
        int | None, typer.Option("--rounds", min=1, help="End by itself after so many readings.")
    ] = None,
) -> None:
    """Show live values until q or Ctrl-C. Reads only.

    While the daemon runs, its last cycle is shown, with what devices have reported since;
    otherwise the devices are read.
    """
    from hvac_rl.service.site_file import load_site

    site = load_site(site_file)
    shown = [p for p in site.plant.points() if zone is None or p.of == zone]
    if not shown:
        places = ", ".join(dict.fromkeys(p.of for p in site.plant.points()))
        raise ConfigError(f"--zone {zone}", f"has no points; there are: {places}")
    console = Console()
    try:
        asyncio.run(_watch(site, shown, console, every_s, rounds))
    except KeyboardInterrupt:
        console.print("ended")


async def _check(site: Site, console: Console) -> Checked:
    from adapters.commissioning.checking import Checked, check_site_points, judge
    from adapters.commissioning.daemon_values import daemon_readings
    from hvac_rl.service.progress import bar

    points = site.plant.points()
    living = await daemon_readings(site)
    if living is not None:
        if not living:
            raise HvacRlError(
                str(site.path),
                "the daemon runs, but has read nothing yet",
                "Repeat this after its first cycle, or end it: hvac-rl release SITE.",
            )
        console.print(
            "The daemon runs: judged by what it read in its last cycle. End it for a check of the "
            "objects themselves."
        )
        every = frozenset(point.name for point in points)
        findings = [
            finding
            for point in points
            if point.name in living
            for finding in judge(point, living[point.name], site.priority, every)
        ]
        return Checked(living, tuple(findings))
    total = len(points) + sum(device.heartbeat is not None for device in site.devices.values())
    done = 0

    with bar(console, "points") as tell:

        def advance(more: int) -> None:
            nonlocal done
            done += more
            tell(done, total)

        return await check_site_points(site, _held(site), advance, time.time())


def _held(site: Site) -> frozenset[str]:
    """Points in whose slot we sit by the ledger, without making one."""
    from hvac_rl.service.ledger import SqliteLedger

    file = site.state_dir / "ledger.db"
    if not file.exists():
        return frozenset()
    ledger = SqliteLedger(file)
    try:
        return frozenset(ledger.held())
    finally:
        ledger.close()


def _show_findings(console: Console, checked: Checked) -> None:
    if checked.findings:
        table = Table(pad_edge=False)
        for name in ("", "point", "device", "what", "to do"):
            table.add_column(name, overflow="fold")
        for finding in checked.findings:
            colour = "red" if finding.severity.value == "error" else "yellow"
            table.add_row(
                f"[{colour}]{finding.kind}[/]", finding.point or "(the device)", finding.device,
                finding.what, finding.to_do,
            )  # fmt: skip
        console.print(table)
    warnings = len(checked.findings) - checked.errors
    verdict = (
        "[green]Every point is as listed.[/]"
        if not checked.findings
        else f"{checked.errors} errors, {warnings} warnings."
    )
    console.print(f"{len(checked.readings)} points read. {verdict} Nothing was written.")


def _write_json(file: Path, site: Site, checked: Checked) -> None:
    from adapters.commissioning.checking import finite

    points = {point.name: point for point in site.plant.points()}
    document = {
        "site": site.name,
        "errors": checked.errors,
        "warnings": len(checked.findings) - checked.errors,
        "findings": [
            {
                "severity": each.severity.value,
                "kind": each.kind,
                "device": each.device,
                "point": each.point,
                "place": each.place,
                "what": each.what,
                "to_do": each.to_do,
            }
            for each in checked.findings
        ],
        "readings": [
            {
                "point": name,
                "value": finite(reading.value),
                "unit": points[name].unit.si,
                "quality": reading.quality.value,
                "commanded_by": reading.commanded_by,
            }
            for name, reading in checked.readings.items()
            if name in points
        ],
    }
    text = json.dumps(document, indent=1)
    if str(file) == "-":
        typer.echo(text)
        return
    try:
        file.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"--json {file}", f"cannot be written: {error.strerror}") from error


async def _watch(
    site: Site, shown: Sequence[object], console: Console, every_s: float, rounds: int | None
) -> None:
    from adapters.commands import commander
    from adapters.commissioning.daemon_values import daemon_readings
    from adapters.commissioning.watch import watch as run_watch
    from hvac_rl.control.cycle import read_all
    from hvac_rl.points import Point
    from hvac_rl.ports import Adapter
    from hvac_rl.records import Reading
    from hvac_rl.service.assembly import close_adapters, open_adapters
    from hvac_rl.service.progress import bar

    points = [point for point in shown if isinstance(point, Point)]
    adapters: dict[str, Adapter] = {}

    async def read() -> tuple[str, dict[str, Reading]]:
        at = f"{datetime.now():%H:%M:%S}"
        if not adapters:
            living = await daemon_readings(site)
            if living is not None:
                return f"{site.name}, {at}: the daemon's last cycle, and reports since", living
            adapters.update(await open_adapters(site))
        snapshot = await read_all(adapters, points, time.time())
        return f"{site.name}, {at}", dict(snapshot.readings)

    try:
        if await daemon_readings(site) is None:
            with bar(console, "devices") as tell:
                adapters.update(await open_adapters(site, progress=tell))
        await run_watch(
            console, points, read, lambda reading: commander(reading, site.priority),
            every_s=every_s, rounds=rounds,
        )  # fmt: skip
    finally:
        await close_adapters(site, adapters)
