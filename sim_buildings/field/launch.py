"""What ``hvac-rl simulate`` does, once its options are read."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.logging import RichHandler
from rich.table import Table

from hvac_rl.errors import ConfigError
from hvac_rl.service.clocks import check_speed
from sim_buildings.field.building_process import BuildingProcess, FieldOptions
from sim_buildings.field.headless import run_headless
from sim_buildings.field.point_list import FieldPoint
from sim_buildings.field.ready import ready_building
from sim_buildings.field.simulation_view import SimulationView
from sim_buildings.field.site_time import SiteClock, lease_s
from sim_buildings.field.site_writer import CYCLE_S, PolicyChoice
from sim_buildings.waiting import Bar

DAY_S = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """The command's options; see ``hvac-rl simulate --help``."""

    building: str
    weather: str
    tariff: str
    start: datetime
    days: float
    speed: float
    seed: int
    folder: Path
    headless: bool
    until_end: bool
    dt_s: float
    warm_up_days: int
    bacnet_port: int | None
    modbus_port: int | None
    policy: Path | None
    trusted_keys: tuple[str, ...]
    store: str


def launch(options: Launch) -> None:
    console = Console()
    if not options.headless:
        # Before the minutes of preparation, not after them.
        check_speed(options.speed, CYCLE_S, "--speed")
    policy = policy_choice(options.policy, options.trusted_keys, options.folder)
    options.folder.mkdir(parents=True, exist_ok=True)
    simulated = prepare(options, console)
    if options.headless:
        _headless(simulated, options, console)
    else:
        asyncio.run(_serve(simulated, options, policy, console))


def prepare(options: Launch, console: Console) -> SimulationView:
    """The building at ``start``, while a person is told why nothing happens yet."""
    with console.status(f"Preparing {options.building} (the first time compiles it) ..."):
        return ready_building(
            options.building,
            start=options.start,
            seed=options.seed,
            weather=options.weather,
            tariff=options.tariff,
            dt_s=options.dt_s,
            warm_up_days=options.warm_up_days,
        )


def policy_choice(
    bundle: Path | None, trusted_keys: tuple[str, ...], folder: Path
) -> PolicyChoice | None:
    """The site file's policy section; its path is relative to the file, as the daemon reads it."""
    if bundle is None:
        return None
    if not trusted_keys:
        raise ConfigError(
            "--policy",
            "a site trusts no bundle without a key",
            "Add --trusted-key ed25519:BASE64, the public key of whoever signed it.",
        )
    return PolicyChoice(os.path.relpath(bundle, folder), trusted_keys)


def _headless(simulated: SimulationView, options: Launch, console: Console) -> None:
    start_s = simulated.time_s
    end_s = start_s + options.days * DAY_S
    with Bar(console, "the BMS alone") as bar:
        path = run_headless(
            simulated,
            options.folder,
            end_s,
            lambda now_s: bar.show((now_s - start_s) / (end_s - start_s)),
        )
    console.print(f"{options.days:g} days under the BMS alone: {path}", soft_wrap=True)


async def _serve(
    simulated: SimulationView, options: Launch, policy: PolicyChoice | None, console: Console
) -> None:
    logging.basicConfig(
        level=logging.WARNING,
        format="%(message)s",
        handlers=[RichHandler(console=console, show_path=False)],
    )
    end_s = simulated.time_s + options.days * DAY_S if options.until_end else float("inf")
    clock = SiteClock(simulated.time_s, options.speed)
    process = BuildingProcess(
        simulated,
        options.folder,
        clock,
        FieldOptions(
            bacnet_port=options.bacnet_port,
            modbus_port=options.modbus_port,
            policy=policy,
            store=options.store,
            end_s=end_s,
        ),
    )
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, process.stop)
    await process.run(lambda: _introduce(process, options, console))
    console.print(f"stopped; the truth is in {options.folder}", soft_wrap=True)


def _introduce(process: BuildingProcess, options: Launch, console: Console) -> None:
    network = process.network
    table = Table(title=f"{network.building.title}, simulated from {options.start:%a %d %b %Y}")
    for heading in ("device", "listens on", "points", "commandable"):
        table.add_column(heading)
    for device in network.devices:
        mine = [point for point in network.points if point.device == device.name]
        protocol = "Modbus TCP" if device in network.gateways else "BACnet/IP"
        table.add_row(
            device.name, f"{protocol} {device.address}", str(len(mine)), _commandable(mine)
        )
    console.print(table)
    until = f"{options.days:g} days" if options.until_end else "Ctrl-C"
    console.print(
        f"Speed {options.speed:g}, until {until}. A supervisor whose heartbeat stands still for "
        f"{lease_s(options.speed):g} s of site time loses its commands to the BMS.\n"
        f"Supervise it, in another terminal:\n  hvac-rl run {process.site_file}",
        highlight=False,
        soft_wrap=True,
    )


def _commandable(points: list[FieldPoint]) -> str:
    roles = Counter(p.meaning.description for p in points if p.meaning.write is not None)
    return ", ".join(what if n == 1 else f"{n} x {what}" for what, n in roles.items())
