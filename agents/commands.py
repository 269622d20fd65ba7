"""``hvac-rl train``, ``evaluate`` and ``demo``; ``policy`` has a file of its own."""

from __future__ import annotations

import importlib.util
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from agents import policy_commands
from hvac_rl.errors import ConfigError, MissingExtra

BUNDLES = Path(__file__).parent / "bundles"


class Agent(StrEnum):
    TUNED_RULE = "tuned-rule"
    FAST_DQN = "fast-dqn"
    DQN = "dqn"
    Q_LEARNING = "q-learning"


BuildingArgument = Annotated[
    str, typer.Argument(help="A building of the catalogue, or the path of a TOML file.")
]


def register(app: typer.Typer) -> None:
    """Entry point ``hvac_rl.commands``."""
    app.command()(train)
    app.command()(evaluate)
    from agents.league_commands import league
    from agents.sweep_command import sweep
    from agents.transfer_command import transfer

    app.command()(sweep)
    app.command()(league)
    app.command()(transfer)
    app.command()(demo)
    policy_commands.register(app)


ClimateOption = Annotated[
    str, typer.Option(help="Weather: a name, or an EPW, TMY3 or TM2 file; years are drawn from it.")
]
TariffOption = Annotated[str, typer.Option(help="What energy costs.")]
ThreadsOption = Annotated[int, typer.Option(min=1, help="Threads; the same number repeats a run.")]


def train(
    building: BuildingArgument = "small_office",
    agent: Annotated[Agent, typer.Option(help="Which agent.")] = Agent.FAST_DQN,
    minutes: Annotated[
        float | None,
        typer.Option(min=0.05, help="Budget, the rule under the agent included. Default: 10."),
    ] = None,
    cycles: Annotated[
        int | None,
        typer.Option(
            min=1,
            help="In place of minutes: exactly so many cycles (generations of a tuned rule, hourly "
            "decisions of dqn and q-learning). Repeats a run to the bit on the same machine.",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of everything random.")] = 1,
    base: Annotated[
        str,
        typer.Option(
            help="The rule that the agent continues from: strong, tuned (fitted first, in a "
            "quarter of the minutes), or a bundle's folder."
        ),
    ] = "tuned",
    also: Annotated[
        list[str] | None,
        typer.Option(help="fast-dqn: a further building that the same policy learns on; repeat."),
    ] = None,
    variants: Annotated[
        int, typer.Option(min=0, help="fast-dqn: so many random variants of the building as well.")
    ] = 0,
    start: Annotated[
        Path | None,
        typer.Option(help="fast-dqn: fine-tune the network of this checkpoint (a run's folder)."),
    ] = None,
    climate: ClimateOption = "greensboro",
    tariff: TariffOption = "time_of_use",
    threads: ThreadsOption = 2,
    out: Annotated[Path, typer.Option(help="Folder of the bundle to write.")] = Path("policy"),
    run: Annotated[
        Path | None,
        typer.Option(help="Folder of logs and checkpoints. Default: runs/BUILDING-AGENT-SEED."),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on where a killed run's last checkpoint stands.")
    ] = False,
    key: Annotated[
        Path | None, typer.Option(help="ed25519 private key (PEM) that signs the bundle.")
    ] = None,
    sign_with_demo_key: Annotated[
        bool,
        typer.Option("--sign-with-demo-key", help="Sign with the published key: loopback only."),
    ] = False,
) -> None:
    """Train an agent on a simulated building and write it as a signed bundle.

    Shows while it learns how its cost stands against the rules on validation weeks. Ctrl-C ends
    with the best so far. Then measures on weeks of other years, which it never met; the result
    stands in the bundle. Curves: tensorboard --logdir runs
    """
    need("train", "stable_baselines3", "train")
    if (key is None) == (not sign_with_demo_key):
        raise ConfigError(
            "hvac-rl train",
            "give either --key FILE or --sign-with-demo-key",
            "A daemon runs signed bundles only. Make a key with: "
            "openssl genpkey -algorithm ed25519 -out key.pem",
        )
    if minutes is not None and cycles is not None:
        raise ConfigError("hvac-rl train", "give either --minutes or --cycles")
    from agents.training import TrainOptions
    from agents.training import train as run_training

    run_training(
        TrainOptions(
            building=building,
            agent=agent.value,
            climate=climate,
            tariff=tariff,
            seed=seed,
            minutes=10.0 if minutes is None and cycles is None else minutes,
            cycles=cycles,
            base=base,
            also=tuple(also or ()),
            variants=variants,
            start=start,
            threads=threads,
            out=out,
            run=run or Path("runs") / f"{Path(building).stem}-{agent.value}-{seed}",
            resume=resume,
            key=key,
        )
    )


def evaluate(
    building: BuildingArgument = "small_office",
    bundle: Annotated[Path, typer.Argument(help="The bundle to judge.")] = BUNDLES
    / "small_office_fast_dqn",
    climate: ClimateOption = "greensboro",
    tariff: TariffOption = "time_of_use",
    threads: ThreadsOption = 2,
    trusted_key: Annotated[
        list[str] | None,
        typer.Option(help="ed25519:BASE64 of the signer; the demonstration key is always known."),
    ] = None,
) -> None:
    """Judge a bundle on weeks it has never met, against the strong rule and the BMS's schedule."""
    need("evaluate", "numba", "sim")
    from agents.training import evaluate_bundle
    from agents.years import Place
    from sim_buildings.building import load_building

    place = Place(load_building(building), climate, tariff)
    evaluate_bundle(place, bundle, tuple(trusted_key or ()), threads)


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
    ] = BUNDLES / "small_office_fast_dqn",
    folder: Annotated[
        Path,
        typer.Option("--dir", help="Where everything lands; an earlier demonstration is replaced."),
    ] = Path("demo"),
) -> None:
    """Show the main job: a trained agent runs a simulated office over BACnet and Modbus.

    Starts the building and the daemon as processes of their own, runs two simulated days in about
    three minutes, and compares with the BMS's own schedule over the same weather and people.
    """
    need("demo", "numba", "sim")
    from rich.console import Console

    from agents.demo import run_demo

    run_demo(folder, "small_office", start, days, speed, seed, bundle, Console())


def need(command: str, package: str, extra: str) -> None:
    if importlib.util.find_spec(package) is None:
        raise MissingExtra(
            f"hvac-rl {command}",
            f"needs the packages of the extra '{extra}', which are not installed",
            f"Install them with: pip install 'hvac-rl[{extra}]' (from a checkout: make install)",
        )
