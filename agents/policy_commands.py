"""``hvac-rl policy sign | verify | show | export``: a policy between training and service."""

from __future__ import annotations

import importlib.util
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from hvac_rl.errors import ConfigError, MissingExtra

if TYPE_CHECKING:
    from agents.situation import Seen
    from agents.years import Place
    from hvac_rl.control.bundle import Bundle
    from hvac_rl.control.policy import OnnxPolicy

WIDTH_WITHOUT_TERMINAL = 120

policy = typer.Typer(
    no_args_is_help=True,
    help="A policy between training and service: bring one from stable-baselines3, look at it, "
    "sign it, verify it.",
)

BundleArgument = Annotated[
    Path, typer.Argument(metavar="DIR", help="The bundle's folder, with manifest.json.")
]
KeyOption = Annotated[
    Path | None, typer.Option(metavar="FILE", help="ed25519 private key (PEM) that signs it.")
]
DemoKeyOption = Annotated[
    bool,
    typer.Option("--sign-with-demo-key", help="Sign with the published key: loopback only."),
]


class Algorithm(StrEnum):
    DQN = "dqn"
    QRDQN = "qrdqn"
    PPO = "ppo"
    A2C = "a2c"


def register(app: typer.Typer) -> None:
    """The group ``policy``."""
    app.add_typer(policy, name="policy")


@policy.command()
def sign(
    bundle: BundleArgument, key: KeyOption = None, sign_with_demo_key: DemoKeyOption = False
) -> None:
    """Sign a bundle, so that sites that trust the key run it.

    First everything is checked that a daemon checks; what it would refuse is not signed. A
    signature that is there already is replaced.
    """
    from agents.export import demo_key, key_text, read_key
    from agents.signing import called
    from agents.signing import sign as sign_bundle

    if (key is None) == (not sign_with_demo_key):
        raise ConfigError(
            "hvac-rl policy sign",
            "give either --key FILE or --sign-with-demo-key",
            "Make a key with: openssl genpkey -algorithm ed25519 -out key.pem",
        )
    signing_key = demo_key() if key is None else read_key(key)
    signed = sign_bundle(bundle, signing_key)
    _console().print(
        f"{bundle}: {signed.manifest.name}, version {signed.manifest.version}, is signed by "
        f"{called(key_text(signing_key))}. A site runs it that names this key in "
        "policy.trusted_keys.",
        soft_wrap=True,
        highlight=False,
    )


@policy.command()
def verify(
    bundle: BundleArgument,
    trusted_key: Annotated[
        list[str] | None,
        typer.Option(help="ed25519:BASE64 of the signer; the demonstration key is always known."),
    ] = None,
    checkpoint: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="checkpoint.pt of the fast DQN's run: its best network must say the same.",
        ),
    ] = None,
) -> None:
    """Check all that can be checked of a bundle: signature, hashes, schema, values, parity.

    Values must be finite over 10,000 states, and those of ONNX Runtime near those of torch, as
    recorded at export, and near those of ONNX's reference implementation, where it is installed.
    Ends with exit code 2 and the reason at the first fault.
    """
    from agents.signing import verify as verify_bundle
    from hvac_rl.control.bundle import public_key

    for text in trusted_key or ():
        try:
            public_key(text)
        except ValueError as error:
            raise ConfigError(f"--trusted-key {text}", str(error)) from error
    if checkpoint is not None:
        _need("hvac-rl policy verify --checkpoint", "torch")
    console = _console()
    for finding in verify_bundle(bundle, trusted_key or (), checkpoint):
        mark = "[green]✓[/]" if finding.fine else "[yellow]![/]"
        console.print(f"{mark} {finding.what}: {finding.words}", highlight=False, soft_wrap=True)


@policy.command()
def show(
    bundle: BundleArgument,
    situation: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KEY=VALUE",
            help="In engineering units, given as often as needed: --situation air=23.5 "
            "--situation hour=7. A name stands for many: summer-morning (the default), "
            "summer-afternoon, winter-morning, winter-night. A wrong key lists all.",
        ),
    ] = None,
    building: Annotated[
        str | None,
        typer.Option(help="A building of the catalogue, or a TOML file. Default: the bundle's."),
    ] = None,
    climate: Annotated[
        str | None, typer.Option(help="Weather of the tree's states. Default: the bundle's.")
    ] = None,
    tariff: Annotated[
        str | None, typer.Option(help="What energy costs. Default: the bundle's.")
    ] = None,
    depth: Annotated[int, typer.Option(min=1, max=10, help="Questions in a row, at most.")] = 5,
    tree: Annotated[
        bool,
        typer.Option(help="Run the simulator for the decision tree; a few seconds to minutes."),
    ] = True,
    all_modes: Annotated[
        bool, typer.Option("--all-modes", help="Every mode's value, not the best twelve alone.")
    ] = False,
    threads: Annotated[int, typer.Option(min=1, help="Threads of the simulator.")] = 2,
) -> None:
    """Explain a policy: who trained it, how it did, what it makes of a situation, and why.

    Of a network: a decision tree fitted to its choices in states that it visits in the simulator,
    with its fidelity in states of another year. Of a table: the table.
    """
    _need("hvac-rl policy show", "numba", "sim")
    from agents.show import print_manifest, print_rule, print_situation, print_table
    from agents.signing import read_any
    from agents.situation import observe, read_situation, tariff_hours
    from agents.years import Place
    from hvac_rl.control.policy import OnnxPolicy, TablePolicy, load_policy, rule_parameters
    from sim_buildings.building import load_building

    console = _console()
    given = read_situation(situation or ())
    read = read_any(bundle)
    loaded, rule = load_policy(read), rule_parameters(read)
    trained = read.manifest.training
    place = Place(
        load_building(building or read.manifest.building),
        climate or str(trained.get("climate", "greensboro")),
        tariff or str(trained.get("tariff", "time_of_use")),
    )
    seen = observe(given, place.building, place.tariff, rule)
    if tree and isinstance(loaded, OnnxPolicy):
        _need("hvac-rl policy show", "sklearn", hint="Or leave the tree out: --no-tree")
    print_manifest(read, console)
    print_rule(read, console)
    print_situation(read, loaded, seen, all_modes, console)
    if isinstance(loaded, TablePolicy):
        workday, _ = tariff_hours(place.tariff)
        print_table(read, loaded, sum(workday) / len(workday), console)
    elif tree and isinstance(loaded, OnnxPolicy):
        _show_tree(read, loaded, place, seen, depth, threads, console)


def _show_tree(
    read: Bundle,
    loaded: OnnxPolicy,
    place: Place,
    seen: Seen,
    depth: int,
    threads: int,
    console: Console,
) -> None:
    from rich.progress import Progress

    from agents import visits
    from agents.explain import explain
    from agents.show import print_path, print_tree
    from hvac_rl.control.policy import rule_parameters

    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("preparing the simulator", total=None)

        def progress(done: int, total: int, name: str) -> None:
            words = "running it in the simulator, hour"
            bar.update(task, completed=done, total=total, description=words)

        fit, held_out, price_mean = visits.visited(
            place,
            loaded,
            rule_parameters(read),
            threads,
            logits=read.manifest.training.get("values") == "logits",
            progress=progress,
        )
    node, fidelity = explain(fit, held_out, price_mean, depth)
    print_tree(node, fidelity, console)
    print_path(node, loaded, seen, price_mean, console)


@policy.command()
def export(
    archive: Annotated[
        Path, typer.Argument(metavar="ARCHIVE.zip", help="What model.save() wrote.")
    ],
    algorithm: Annotated[Algorithm, typer.Option(help="What trained it.")],
    building: Annotated[
        str, typer.Option(help="What it was trained for: of the catalogue, or a TOML file.")
    ],
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder of the bundle to write.")],
    modes: Annotated[
        str,
        typer.Option(
            help="What its actions stand for, as the environment was given them: all, few (those "
            "of dqn and q-learning), or numbers in order: 0,3,6-8."
        ),
    ] = "all",
    base: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Bundle whose rule ran under it in training. Default: strong rule."
        ),
    ] = None,
    normalizer: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="What VecNormalize.save() wrote, where training was wrapped in one; without it "
            "such a model chooses nonsense. Loading it executes code as well.",
        ),
    ] = None,
    name: Annotated[
        str | None, typer.Option(help="What the daemon calls it. Default: building and algorithm.")
    ] = None,
    i_trust_this_archive: Annotated[
        bool,
        typer.Option(
            "--i-trust-this-archive",
            help="Loading the archive EXECUTES CODE that is in it. Say so only of one that you "
            "made, or whose maker you trust.",
        ),
    ] = False,
) -> None:
    """Make a stable-baselines3 model an UNSIGNED bundle; signing is a step apart.

    LOADING THE ARCHIVE EXECUTES CODE: it holds pickled Python objects, which may do anything that
    you may do. Do it offline, away from the building's network, with archives that you trust. What
    comes out is an ONNX file, which is data.

    The model must have been trained on the view in which every zone is a learner
    (envs.zone_vec_env.ZoneVecEnv). That ONNX Runtime says what torch says is checked over 10,000
    states. Then: hvac-rl policy show DIR, hvac-rl policy sign DIR, hvac-rl evaluate.
    """
    console = _console()
    if not i_trust_this_archive:
        raise ConfigError(
            str(archive),
            "is not loaded: loading it executes code that is in it",
            "If you made it, or trust who did, say so with --i-trust-this-archive.",
        )
    for file in (archive, *(() if normalizer is None else (normalizer,))):
        if not file.is_file():
            raise ConfigError(str(file), "there is no such file")
    _need("hvac-rl policy export", "stable_baselines3")
    from agents.export import next_version, write_bundle
    from agents.export_sb3 import ExportOptions, modes_of, trained_of_archive
    from agents.signing import read_any
    from hvac_rl.control.policy import rule_parameters
    from sim_buildings.building import load_building

    options = ExportOptions(
        archive=archive,
        algorithm=algorithm.value,
        building=load_building(building).name,
        modes=modes_of(modes),
        rule=None if base is None else rule_parameters(read_any(base)),
        normaliser=normalizer,
        name=name,
    )
    version = next_version(out)
    console.print(
        f"[yellow]Loading {archive} executes code that is in it.[/]",
        soft_wrap=True,
        highlight=False,
    )
    trained = trained_of_archive(options)
    write_bundle(out, trained, version, key=None)
    console.print(
        f"{out}: {trained.name}, version {version}; ONNX Runtime and torch are at most "
        f"{trained.training['parity_max_abs']:.1e} apart over 10,000 states. It is not signed: no "
        f"daemon runs it. Look at it with 'hvac-rl policy show {out}', then sign it with "
        f"'hvac-rl policy sign {out} --key FILE'.",
        soft_wrap=True,
        highlight=False,
    )


def _console() -> Console:
    """Wide where nobody looks: tables in a file are not folded at 80 characters."""
    return Console(width=None if sys.stdout.isatty() else WIDTH_WITHOUT_TERMINAL)


def _need(command: str, package: str, extra: str = "train", hint: str = "") -> None:
    if importlib.util.find_spec(package) is None:
        raise MissingExtra(
            command,
            f"needs the packages of the extra '{extra}', which are not installed",
            f"Install them with: pip install 'hvac-rl[{extra}]' (from a checkout: make install)"
            + (f"\n  {hint}" if hint else ""),
        )
