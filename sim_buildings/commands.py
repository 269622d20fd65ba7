"""``hvac-rl simulate``: a simulated building on the network, or headless; ``hvac-rl building``."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from hvac_rl.errors import MissingExtra
from sim_buildings.building_commands import building as building_app
from sim_buildings.field.campaign_commands import register as register_campaign

OUR_PACKAGES = ("hvac_rl", "sim_buildings")


def register(app: typer.Typer) -> None:
    app.command()(simulate)
    app.add_typer(building_app, name="building")
    register_campaign(app)


def simulate(
    building: Annotated[
        str, typer.Argument(help="A building of the catalogue, or the path of a TOML file.")
    ] = "small_office",
    weather: Annotated[
        str, typer.Option(help="Bundled weather, or the path of a TMY3 (.csv) or EPW (.epw) file.")
    ] = "greensboro",
    tariff: Annotated[
        str, typer.Option(help="Prices: flat, time_of_use or demand_charge.")
    ] = "time_of_use",
    start: Annotated[
        datetime,
        typer.Option(
            formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"], help="Beginning, in local standard time."
        ),
    ] = datetime(2026, 7, 14),
    days: Annotated[float, typer.Option(min=0.01, help="Length of the simulated period.")] = 2.0,
    speed: Annotated[
        float, typer.Option(min=1.0, max=2000.0, help="Site seconds per wall second.")
    ] = 1.0,
    seed: Annotated[int, typer.Option(min=0, help="People and weather of this run.")] = 1,
    folder: Annotated[
        Path, typer.Option("--dir", help="Where site file, clock, forecast and truth go.")
    ] = Path("site"),
    headless: Annotated[
        bool,
        typer.Option(
            "--headless", help="No devices: the BMS alone, as fast as it computes; the baseline."
        ),
    ] = False,
    until_end: Annotated[
        bool, typer.Option("--until-end", help="End after --days, not only on Ctrl-C.")
    ] = False,
    dt_s: Annotated[
        float, typer.Option("--dt", min=1.0, max=300.0, help="Step of the simulation, in seconds.")
    ] = 60.0,
    warm_up_days: Annotated[
        int, typer.Option(min=1, help="Days before --start that bring the walls to temperature.")
    ] = 7,
    bacnet_port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help="First of consecutive UDP ports; else free ones."),
    ] = None,
    modbus_port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help="First of consecutive TCP ports; else free ones."),
    ] = None,
    policy: Annotated[
        Path | None, typer.Option(help="A policy bundle that the site file shall name.")
    ] = None,
    trusted_key: Annotated[
        list[str] | None,
        typer.Option(help="ed25519:BASE64 of the signer; default: the demonstration key."),
    ] = None,
    store: Annotated[
        str, typer.Option(help="The daemon's journal, for the site file: an SQLModel URL.")
    ] = "sqlite:///journal.db",
) -> None:
    """Put a simulated building on the network as real devices, or run it headless.

    The building's controllers answer over BACnet/IP and its room gateway over Modbus TCP on
    127.0.0.1, as strictly as real ones. DIR/site.yaml then supervises it:

        hvac-rl simulate --speed 60 --dir site
        hvac-rl run site/site.yaml          (in another terminal)

    What really happened is in DIR/truth.csv, step by step, with --headless too.
    """
    # Imported here: numba, pvlib and bacpypes3 are slow, and `hvac-rl --help` needs none of them.
    try:
        from hvac_rl.control.bundle import DEMO_PUBLIC_KEY
        from sim_buildings.field.launch import Launch, launch
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] in OUR_PACKAGES:
            raise
        raise MissingExtra(
            "hvac-rl simulate",
            f"needs the package {error.name}, which is not installed",
            "pip install 'hvac-rl[sim]'",
        ) from error

    launch(
        Launch(
            building=building,
            weather=weather,
            tariff=tariff,
            start=start,
            days=days,
            speed=speed,
            seed=seed,
            folder=folder,
            headless=headless,
            until_end=until_end,
            dt_s=dt_s,
            warm_up_days=warm_up_days,
            bacnet_port=bacnet_port,
            modbus_port=modbus_port,
            policy=policy,
            trusted_keys=tuple(trusted_key or (DEMO_PUBLIC_KEY,)),
            store=store,
        )
    )
