"""``hvac-rl train``, ``hvac-rl evaluate`` and ``hvac-rl demo``."""

from __future__ import annotations

import importlib.util
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from hvac_rl.errors import ConfigError, MissingExtra

BUNDLES = Path(__file__).parent / "bundles"


class Agent(StrEnum):
    Q_LEARNING = "q-learning"
    DQN = "dqn"


BuildingArgument = Annotated[
    str, typer.Argument(help="A building of the catalogue, or the path of a TOML file.")
]


def register(app: typer.Typer) -> None:
    """Entry point ``hvac_rl.commands``."""
    app.command()(train)
    app.command()(evaluate)
    app.command()(demo)


def train(
    building: BuildingArgument = "small_office",
    agent: Annotated[Agent, typer.Option(help="Which learner.")] = Agent.DQN,
    seed: Annotated[int, typer.Option(min=0, help="Seed of everything random.")] = 1,
    steps: Annotated[
        int | None, typer.Option(min=100, help="Hourly decisions of each zone; default by agent.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder of the bundle to write.")] = Path("policy"),
    key: Annotated[
        Path | None, typer.Option(help="ed25519 private key (PEM) that signs the bundle.")
    ] = None,
    sign_with_demo_key: Annotated[
        bool,
        typer.Option("--sign-with-demo-key", help="Sign with the published key: loopback only."),
    ] = False,
) -> None:
    """Train an agent on a simulated building and write it as a signed bundle.

    Trains on the training weeks, then measures on the test weeks, which it never saw, against the
    base rule and the BMS's own schedule; the result stands in the bundle.
    """
    _need("train", "stable_baselines3", "train")
    if (key is None) == (not sign_with_demo_key):
        raise ConfigError(
            "hvac-rl train",
            "give either --key FILE or --sign-with-demo-key",
            "A daemon runs signed bundles only. Make a key with: "
            "openssl genpkey -algorithm ed25519 -out key.pem",
        )
    from agents.training import train_and_write

    train_and_write(building, agent.value, seed, steps, out, key)


def evaluate(
    building: BuildingArgument = "small_office",
    bundle: Annotated[Path, typer.Argument(help="The bundle to judge.")] = BUNDLES
    / "small_office_dqn",
    trusted_key: Annotated[
        list[str] | None,
        typer.Option(help="ed25519:BASE64 of the signer; the demonstration key is always known."),
    ] = None,
) -> None:
    """Compare a bundle with the base rule and the BMS's own schedule on the test weeks.

    13 weeks of the year and 4 worlds of people that training never saw; differences are paired by
    week, with 95 % bootstrap intervals.
    """
    _need("evaluate", "numba", "sim")
    from agents.training import evaluate_bundle

    evaluate_bundle(building, bundle, tuple(trusted_key or ()))


def demo(
    start: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], help="First day, at local midnight.")
    ] = datetime(2026, 7, 14),
    days: Annotated[int, typer.Option(min=1, help="Simulated days.")] = 2,
    speed: Annotated[
        float, typer.Option(min=1.0, max=1800.0, help="Site seconds a wall second.")
    ] = 1000.0,
    seed: Annotated[int, typer.Option(min=0, help="The people of this run.")] = 1,
    bundle: Annotated[
        Path, typer.Option(help="The policy that runs; signed with the demonstration key.")
    ] = BUNDLES / "small_office_dqn",
    folder: Annotated[
        Path,
        typer.Option("--dir", help="Where everything lands; an earlier demonstration is replaced."),
    ] = Path("demo"),
) -> None:
    """Show the main job: a trained agent runs a simulated office over BACnet and Modbus.

    Starts the building and the daemon as processes of their own, runs two simulated days in about
    three minutes, and compares with the BMS's own schedule over the same weather and people.
    """
    _need("demo", "numba", "sim")
    from rich.console import Console

    from agents.demo import run_demo

    run_demo(folder, "small_office", start, days, speed, seed, bundle, Console())


def _need(command: str, package: str, extra: str) -> None:
    if importlib.util.find_spec(package) is None:
        raise MissingExtra(
            f"hvac-rl {command}",
            f"needs the packages of the extra '{extra}', which are not installed",
            f"Install them with: pip install 'hvac-rl[{extra}]' (from a checkout: make install)",
        )
