"""The command line: assembles what every installed package brings."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

import hvac_rl
from hvac_rl.errors import HvacRlError, StartAnew
from hvac_rl.service.operator_commands import register as register_operator_commands
from hvac_rl.service.plugins import register_commands

app = typer.Typer(
    name="hvac-rl",
    help="Reinforcement-learning building control: simulate a building, train an agent, and let "
    "it run a real building over BACnet and Modbus under a guard that nothing gets past.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"hvac-rl {hvac_rl.__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", callback=_version, is_eager=True),
    ] = False,
) -> None:
    pass


@app.command()
def run(
    site_file: Annotated[Path, typer.Argument(metavar="SITE", help="The site file, site.yaml.")],
    for_hours: Annotated[
        float | None,
        typer.Option("--for-hours", min=0.25, help="End by itself after this much site time."),
    ] = None,
    until: Annotated[
        float | None,
        typer.Option(
            "--until", help="End by itself at this site time, in seconds since the epoch."
        ),
    ] = None,
    roll_back_policy: Annotated[
        str | None,
        typer.Option(
            metavar="REASON",
            help="Accept a policy version older than the last that ran here, once, and audit it.",
        ),
    ] = None,
    read_only: Annotated[
        bool,
        typer.Option(
            "--read-only", help="Watch only: no writer is loaded, whatever the modes say."
        ),
    ] = False,
    check_only: Annotated[
        bool,
        typer.Option(
            "--check", help="Check site file, policy and every point, write nothing, end."
        ),
    ] = False,
) -> None:
    """Run the control daemon on a site.

    Reads every point, lets the policy decide, passes its wish through the guard, writes, reads
    back and journals: once a cycle, on the site's clock. Ctrl-C gives the whole building back to
    the BMS and says so point by point.
    """
    # Imported here, so that `hvac-rl --help` needs no database or scheduler.
    from hvac_rl.service.daemon import Daemon
    from hvac_rl.service.live import LiveTable
    from hvac_rl.service.logs import configure_logs
    from hvac_rl.service.proof import check_site, print_hand_back
    from hvac_rl.service.restart import start_anew
    from hvac_rl.service.site_file import load_site

    console = Console()
    site = load_site(site_file)
    site.state_dir.mkdir(parents=True, exist_ok=True)
    configure_logs(site.state_dir / "daemon.log", console)
    if check_only:
        asyncio.run(check_site(site, console))
        return

    if read_only:
        from hvac_rl.service.read_only import run_read_only

        async def look() -> int:
            stopped = asyncio.Event()
            loop = asyncio.get_running_loop()
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, stopped.set)
            with LiveTable(site, console) as table:
                return await run_read_only(
                    site,
                    table.show,
                    stopped,
                    for_s=None if for_hours is None else for_hours * 3600.0,
                    until_s=until,
                    roll_back=roll_back_policy,
                    connecting=table.connecting,
                )

        console.print(f"{asyncio.run(look())} cycles watched; nothing was written.")
        return

    async def control() -> bool:
        with LiveTable(site, console) as table:
            daemon = Daemon(
                site,
                table,
                for_s=None if for_hours is None else for_hours * 3600.0,
                until_s=until,
                roll_back=roll_back_policy,
                connecting=table.connecting,
            )
            loop = asyncio.get_running_loop()
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, daemon.stop, f"stopped by {number.name}")
            handed = await daemon.run(
                lambda policy: console.print(f"[bold]{site.name}[/]: in control: {policy}")
            )
        return print_hand_back(handed, console)

    try:
        done = asyncio.run(control())
    except StartAnew as reason:
        start_anew(reason, console)
        raise
    if not done:
        raise typer.Exit(1)


register_operator_commands(app)
register_commands(app)


def main() -> None:
    """Entry point: one clear message and exit code 2 for what a person can put right."""
    try:
        app()
    except HvacRlError as error:
        Console(stderr=True, soft_wrap=True).print(
            f"error: {error}", style="red", markup=False, highlight=False
        )
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
