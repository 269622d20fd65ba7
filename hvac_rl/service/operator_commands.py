"""What a person does with a running site: modes, kill switch, evidence, watchdog, drill."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from hvac_rl.control.modes import Band, Mode
from hvac_rl.errors import HvacRlError
from hvac_rl.zones import SITE

SiteArgument = Annotated[Path, typer.Argument(metavar="SITE", help="The site file, site.yaml.")]
Reason = Annotated[str, typer.Option("--reason", help="Why, in words; it is recorded.")]
# Without its daemon a site's lock is free; a start or an end in progress takes a while.
LOCK_WAIT_S = 10.0


def register(app: typer.Typer) -> None:
    """Add the commands to an application."""
    for command in (mode, kill, reset, evidence, watchdog, drill):
        app.command()(command)


def mode(
    site_file: SiteArgument,
    wanted: Annotated[
        Mode | None, typer.Argument(metavar="[off|watch|run]", help="Leave out to show.")
    ] = None,
    zone: Annotated[
        str | None, typer.Option("--zone", help="One zone instead of the whole site.")
    ] = None,
    band: Annotated[
        Band | None,
        typer.Option("--band", help="How far Run may go from the BMS's own values."),
    ] = None,
    reason: Reason = "",
    accept_uncovered: Annotated[
        bool,
        typer.Option(
            "--accept-uncovered",
            help="Accept, recorded with the reason, what the drill says is not covered.",
        ),
    ] = False,
) -> None:
    """Show the modes, or set one: off, watch or run, for the site or a zone.

    Going down happens at once. Going up asks for a reason, a passed drill and hours in Watch;
    Run begins in a narrow band around the BMS's own setpoints, and each wider band is one step.

        hvac-rl mode site.yaml run --zone south --reason "commissioned with the FM"
    """
    from hvac_rl.service.operating import set_mode, site_status
    from hvac_rl.service.site_file import load_site

    site = load_site(site_file)
    if wanted is None:
        _show_modes(asyncio.run(site_status(site)), Console())
        return
    request = {
        "of": zone or SITE,
        "mode": wanted.value,
        "band": band.value if band else None,
        "reason": reason,
        "accept_uncovered": accept_uncovered,
    }
    status = asyncio.run(set_mode(site, request, LOCK_WAIT_S))
    _show_modes(status, Console())
    if status.get("missing"):
        Console(stderr=True).print(f"not given back yet: {', '.join(status['missing'])}")
        raise typer.Exit(1)


def kill(
    site_file: SiteArgument, reason: Reason = "by hand", by: Annotated[str, typer.Option()] = ""
) -> None:
    """Trip the kill switch: nothing is written any more, everything is given back.

    It stays tripped through restarts until `hvac-rl reset`. Works without a daemon too. Exit code
    1 when a living daemon could not give back every point.
    """
    from hvac_rl.service.operating import trip
    from hvac_rl.service.site_file import load_site

    console = Console()
    answer = asyncio.run(trip(load_site(site_file), by, reason))
    if answer is None:
        console.print("Tripped. No daemon is running; `hvac-rl release` gives back what is held.")
        return
    missing = answer["missing"]
    console.print(f"Tripped: {answer['points'] - len(missing)} of {answer['points']} points back.")
    if missing:
        console.print(f"[red]not back:[/] {', '.join(missing)}")
        raise typer.Exit(1)


def reset(
    site_file: SiteArgument,
    reason: Reason = "",
    latch: Annotated[
        str | None,
        typer.Option(
            "--latch",
            help='A latch instead of the kill switch, as `hvac-rl mode` names it: "life safety".',
        ),
    ] = None,
) -> None:
    """Reset the kill switch, or a latch, with a recorded reason; the modes are in force again.

    Only a person on this machine can: no network point resets what it tripped. A latch that an
    alarm or frost has shut shuts again at once where the alarm is still on.
    """
    from hvac_rl.service.operating import reset_kill, reset_latch
    from hvac_rl.service.site_file import load_site

    if len(reason.strip()) < 3:
        raise HvacRlError("hvac-rl reset", "needs a reason", 'Give one with --reason "...".')
    if latch is not None:
        opened = asyncio.run(reset_latch(load_site(site_file), latch, reason, LOCK_WAIT_S))
        Console().print(opened, markup=False)
        return
    tripped = asyncio.run(reset_kill(load_site(site_file), reason, LOCK_WAIT_S))
    Console().print(f"Reset. It had been tripped: {tripped or 'not at all'}", markup=False)


def evidence(
    site_file: SiteArgument,
    hours: Annotated[
        float, typer.Option("--hours", min=1, help="How much site time to look back.")
    ] = 168.0,
) -> None:
    """Show what Watch and drill have shown so far: what going up to Run asks for.

    Agreement with the BMS, what the guard would have changed, missed data, latency, and a
    prediction of what Run would change.
    """
    from hvac_rl.service.evidence_report import print_evidence
    from hvac_rl.service.site_file import load_site

    print_evidence(load_site(site_file), hours * 3600.0, Console())


def watchdog(
    site_file: SiteArgument,
    once: Annotated[
        bool, typer.Option("--once", help="Look once, act if needed, and end.")
    ] = False,
) -> None:
    """Watch over the daemon, and give the building back when it dies or stalls.

    Runs as a process of its own, best as a service (packaging/systemd). It fences first: raises
    the epoch, so that nothing the daemon still does reaches a device, then SIGKILL. Then it
    releases every point that is ours, verifies, and sweeps once more.
    """
    from hvac_rl.service.logs import configure_logs
    from hvac_rl.service.site_file import load_site
    from hvac_rl.service.watchdog import watch

    console = Console()
    site = load_site(site_file)
    site.state_dir.mkdir(parents=True, exist_ok=True)
    configure_logs(site.state_dir / "watchdog.log", console)
    if not asyncio.run(watch(site, console, once=once)):
        raise typer.Exit(1)


def drill(
    site_file: SiteArgument,
    yes: Annotated[
        bool, typer.Option("--yes", help="Without it the drill says what it would do, and ends.")
    ] = False,
    only: Annotated[
        str | None, typer.Option("--only", help="killed, stalled or cut: one fault alone.")
    ] = None,
) -> None:
    """Prove on site that the building comes back by itself.

    Starts the daemon, lets it command the points within a narrow band, kills it (SIGKILL), stalls
    it (SIGSTOP) and cuts its network, each in turn, and measures how long until every point is the
    BMS's own again. Leaves a certificate that says what is not covered. No daemon may be running.
    Exit code 1 when the drill is not passed.
    """
    from hvac_rl.service.drill import plan_in_words, run_drill
    from hvac_rl.service.drill_report import print_certificate
    from hvac_rl.service.site_file import load_site

    console = Console()
    site = load_site(site_file)
    if not yes:
        console.print(plan_in_words(site))
        return
    certificate = asyncio.run(run_drill(site, only, console))
    print_certificate(certificate, console)
    if not certificate.passed():
        raise typer.Exit(1)


def _show_modes(status: dict[str, Any], console: Console) -> None:
    if status["killed"]:
        console.print(f"[bold red]kill switch tripped[/] {status['killed']}", highlight=False)
    for name, why in status["latches"].items():
        console.print(f'[bold red]latch "{name}"[/] {why}', highlight=False)
    for alarm in status["alarms"]:
        console.print(f"[bold red]alarm[/] {alarm}", highlight=False)
    for name, by in status["holds"].items():
        console.print(f"[yellow]held[/] {name}: {by}", highlight=False)
    table = Table(pad_edge=False)
    for name in ("of", "mode", "band", "in control"):
        table.add_column(name)
    site = status["site"]
    table.add_row("site", site["mode"], _band(site), "")
    for of, setting in status["in_force"].items():
        own = " (own)" if of in status["own"] else ""
        control = status["control"].get(of, "")
        table.add_row(of, setting["mode"] + own, _band(setting), control)
    console.print(table)
    console.print(f"since: {status['reason']}", highlight=False, markup=False)


def _band(setting: dict[str, str]) -> str:
    return setting["band"] if setting["mode"] == Mode.RUN.value else ""
