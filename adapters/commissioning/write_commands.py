"""``hvac-rl points write-test``: the only command of ``points`` that writes to a building."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from hvac_rl.errors import ConfigError, HvacRlError
from hvac_rl.points import Point

if TYPE_CHECKING:
    from adapters.commissioning.write_plan import Batch
    from adapters.commissioning.write_test import Result, Window, WriteTest
    from hvac_rl.ports import Clock
    from hvac_rl.service.site_file import Site
    from hvac_rl.service.store import Store

SiteArgument = Annotated[Path, typer.Argument(metavar="SITE", help="The site file, site.yaml.")]
RECORDS = "commissioning"
"""The folder of the records, beside the site file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a person asked for. ``asked`` are values [SI] by point."""

    target: str
    batches: Sequence[Batch]
    asked: Mapping[str, float]
    window: Window | None
    keep_s: float
    by: str
    folder: Path


def write_test(
    site_file: SiteArgument,
    point: Annotated[
        str | None, typer.Argument(metavar="[POINT]", help="One commandable point.")
    ] = None,
    zone: Annotated[
        str | None, typer.Option("--zone", help="All of a zone's or an air handler's instead.")
    ] = None,
    value: Annotated[
        float | None,
        typer.Option("--value", help="Of POINT, in its unit; by default one small step."),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Really write; without it the plan is shown.")
    ] = False,
    between: Annotated[
        str | None,
        typer.Option("--between", metavar="HH:MM-HH:MM", help="Only in this window, site time."),
    ] = None,
    keep_s: Annotated[
        float, typer.Option("--keep", min=0.0, max=600.0, help="Seconds a value stays.")
    ] = 0.0,
    by: Annotated[str, typer.Option("--by", help="Who tests, for the record.")] = "",
    record: Annotated[
        Path | None,
        typer.Option("--record", metavar="FOLDER", help="Where the record goes."),
    ] = None,
) -> None:
    """Prove that points take our values and come back: write, verify, release, verify.

    Values stay within the site's limits and pass the guard as an operator's wish. The first
    failure ends the test. The record (HTML, CSV) lies in the folder commissioning beside the
    site file. A heating setpoint is tested together with its cooling setpoint.

    Exit code 0 when all passed, 1 when not, 2 when nothing was written.
    """
    from adapters.commissioning.write_plan import batches
    from adapters.commissioning.write_test import parse_window
    from hvac_rl.service.site_file import load_site

    console = Console()
    site = load_site(site_file)
    chosen = batches(site, point, zone)
    if value is not None and point is None:
        raise ConfigError("--value", "goes with one POINT")
    order = Order(
        target=point or f"all of {zone}",
        batches=chosen,
        asked={} if value is None or point is None else _asked(chosen, point, value),
        window=parse_window(between) if between is not None else None,
        keep_s=keep_s,
        by=by or os.environ.get("USERNAME") or os.environ.get("USER") or "not said",
        folder=record or site.path.parent / RECORDS,
    )
    if not yes:
        asyncio.run(_plan(site, order, console))
        console.print("Nothing was written. Repeat it with --yes to write.")
        raise typer.Exit(2)
    began = datetime.now().astimezone()
    result = asyncio.run(_test(site, order, console))
    _record(site, order, result, began, console)
    if not result.passed:
        raise typer.Exit(1)


def _asked(chosen: Sequence[Batch], name: str, value: float) -> dict[str, float]:
    """The value in SI; raises ConfigError when the point does not take it."""
    point = next(p for batch in chosen for p in batch.points if p.name == name)
    si = point.unit.to_si(value)
    write = point.write
    if write is not None and not write.minimum <= si <= write.maximum:
        low, high = (point.unit.from_si(bound) for bound in (write.minimum, write.maximum))
        raise ConfigError(
            f"--value {value:g}", f"{name} takes {low:g} to {high:g} {point.unit.name}"
        )
    return {name: si}


@asynccontextmanager
async def _opened(site: Site, order: Order) -> AsyncIterator[tuple[WriteTest, Store, Clock]]:
    """The test on open devices, alone on the site, nothing held from before."""
    from adapters.commissioning.write_test import WriteTest, open_for, refuse_beside_daemon
    from hvac_rl.control.writer import Writer
    from hvac_rl.service.assembly import close_adapters, site_clock, site_guard
    from hvac_rl.service.ledger import SqliteLedger
    from hvac_rl.service.lock import site_lock
    from hvac_rl.service.store import Store

    await refuse_beside_daemon(site)
    clock = site_clock(site)
    with site_lock(site.state_dir):
        ledger = SqliteLedger(site.state_dir / "ledger.db")
        store = Store(site.store_url)
        try:
            left = sorted(ledger.held())
            if left:
                raise HvacRlError(
                    str(site.path),
                    f"{left[0]} is still held by an earlier run ({len(left)} points)",
                    "Give everything back first: hvac-rl release SITE.",
                )
            adapters = await open_for(site, order.batches)
            try:
                test = WriteTest(
                    site,
                    adapters,
                    lambda: site_guard(site),
                    Writer(adapters, ledger),
                    store,
                    clock,
                    ledger.forget,
                    window=order.window,
                    keep_s=order.keep_s,
                )
                yield test, store, clock
            finally:
                await close_adapters(site, adapters)
        finally:
            store.close()
            ledger.close()


async def _plan(site: Site, order: Order, console: Console) -> None:
    table = Table(title=f"Would be written at level {site.priority}", title_justify="left")
    for name in ("point", "device", "stands at", "would be", "remarks"):
        table.add_column(name, overflow="fold")
    async with _opened(site, order) as (test, _, _):
        for batch in order.batches:
            plan = await test.plan(batch, order.asked)
            planned = {command.point.name: command for command in plan.commands}
            for point in batch.points:
                command = planned.get(point.name)
                table.add_row(
                    point.name,
                    point.device,
                    _shown(point, plan.snapshot.readings[point.name].value),
                    _shown(point, command.value) if command else "",
                    plan.refused
                    or (f"bound by {command.rule}" if command and command.rule else ""),
                )
    console.print(table)


async def _test(site: Site, order: Order, console: Console) -> Result:
    from hvac_rl.service.progress import bar

    async with _opened(site, order) as (test, store, clock):
        store.audit(clock.now_s(), "write test began", f"{order.target} by {order.by}")
        done = 0
        with bar(console, "tests") as tell:

            def advance() -> None:
                nonlocal done
                done += 1
                tell(done, len(order.batches))

            result = await test.run(order.batches, order.asked, advance)
        outcome = "passed" if result.passed else result.failure or "not given back"
        store.audit(clock.now_s(), "write test ended", f"{order.target}: {outcome}")
    return result


def _record(site: Site, order: Order, result: Result, began: datetime, console: Console) -> None:
    from adapters.commissioning.record import Heading, write_record

    heading = Heading(
        site=site.name,
        site_file=site.path.name,
        target=order.target,
        by=order.by,
        priority=site.priority,
        window=str(order.window or ""),
        began=began,
        ended=datetime.now().astimezone(),
    )
    page, table = write_record(order.folder, heading, result)
    _show_result(console, result)
    console.print(f"Record: {page} and {table.name}")


def _shown(point: Point, value: float | None) -> str:
    return "" if value is None else f"{point.unit.from_si(value):.4g} {point.unit.name}"


def _show_result(console: Console, result: Result) -> None:
    table = Table(pad_edge=False)
    for name in ("point", "", "before", "sent", "read back", "result"):
        table.add_column(name, overflow="fold")
    for step in result.steps:
        cells = [
            "" if value is None else f"{value:.5g} {step.unit}"
            for value in (step.before, step.sent, step.after)
        ]
        said = "[green]ok[/]" if step.passed else f"[red]{step.outcome} {step.detail}[/]"
        table.add_row(step.point, step.action, *cells, said)
    console.print(table)
    if result.failure:
        console.print(f"[red]Stopped:[/] {result.failure}", highlight=False)
    for name in result.left_held:
        console.print(f"[bold red]NOT GIVEN BACK:[/] {name}")
    if result.passed:
        console.print("[green]Passed:[/] every value was read back, released and found released.")
