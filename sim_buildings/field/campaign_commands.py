"""``hvac-rl bench faults``: the fault campaign."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Annotated

import typer

from hvac_rl.errors import ConfigError, HvacRlError, MissingExtra
from hvac_rl.service.plugins import bench_app

OUR_PACKAGES = ("hvac_rl", "sim_buildings")
RUNS, LONG_RUNS = 3, 25
KILLS = ("killed", "killed_in_write")


def register(app: typer.Typer) -> None:
    bench_app(app).command()(faults)


def faults(
    json_file: Annotated[
        Path | None,
        typer.Option(
            "--json",
            metavar="FILE",
            help="Write one object a fault: fault, runs, limit_violations, handback_s_max, "
            "handback_expected, records_lost, records_destroyed_by_fault, failures, not_run.",
        ),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="FAULT", help="This fault; may be given several times."),
    ] = None,
    runs: Annotated[
        int | None, typer.Option(min=1, help=f"Runs of each fault; default {RUNS}.")
    ] = None,
    long: Annotated[
        bool, typer.Option("--long", help=f"{LONG_RUNS} runs of each, four times that of kills.")
    ] = False,
    seed: Annotated[int, typer.Option(min=0, help="Of everything that is random.")] = 1,
    folder: Annotated[
        Path | None, typer.Option("--dir", help="Keep site, journal and logs here.")
    ] = None,
) -> None:
    """Break things for real under the running daemon, and measure what comes of it.

    The daemon runs in a network of its own against a simulated office over BACnet/IP and Modbus
    TCP: devices fall silent, answer late, wrongly or not at all, the network is cut, the daemon is
    killed, also in the middle of a write, stalled, loses its disk, its clock and its databases.
    Seconds are of wall time; leases are five. Takes about 20 minutes; Linux only. Exit code 1 when
    a limit was broken, a record was lost, or a hand-back did not come.

        hvac-rl bench faults --json faults.json
    """
    if json_file is not None and (json_file.is_dir() or not json_file.parent.is_dir()):
        raise ConfigError(str(json_file), "is not a file that can be written")
    try:
        from rich.console import Console

        from sim_buildings.field.campaign.run import chosen, run_campaign
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] in OUR_PACKAGES:
            raise
        raise MissingExtra(
            "hvac-rl bench faults",
            f"needs the package {error.name}, which is not installed",
            "pip install 'hvac-rl[sim]'",
        ) from error

    console = Console(soft_wrap=True)
    wanted = chosen(only or [])
    each = runs or (LONG_RUNS if long else RUNS)
    kills = [fault for fault in wanted if long and runs is None and fault.name in KILLS]
    with tempfile.TemporaryDirectory(prefix="hvac-rl-faults-") as temporary:
        where = folder or Path(temporary)
        results = []
        rest = [fault for fault in wanted if fault not in kills]
        for number, (some, times) in enumerate(((rest, each), (kills, 4 * each))):
            if some:
                place = where / f"part{number}"
                results += run_campaign(some, times, seed + number, place, console)
    if json_file is not None:
        rows = [result.row() for result in results]
        json_file.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    bad = [result.fault for result in results if not result.good]
    if bad:
        raise HvacRlError("hvac-rl bench faults", f"not as it must be: {', '.join(bad)}")
