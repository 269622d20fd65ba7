"""``hvac-rl transfer``: what a policy is worth in EnergyPlus."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agents.commands import BUNDLES, need
from hvac_rl.control.base_rule import RuleParameters
from hvac_rl.ports import Policy


def transfer(
    bundle: Annotated[Path, typer.Argument(help="The bundle to try.")] = BUNDLES
    / "small_office_fast_dqn",
    model: Annotated[
        str, typer.Option(help="small_office or medium_office, EnergyPlus's reference buildings.")
    ] = "small_office",
    weather: Annotated[
        str, typer.Option(help="A weather of the engine's package, or an EPW file.")
    ] = "usa_il_chicago",
    every_weeks: Annotated[
        int, typer.Option(min=1, max=52, help="Of each so many weeks one is run.")
    ] = 4,
    trusted_key: Annotated[
        list[str] | None,
        typer.Option(help="ed25519:BASE64 of the signer; the demonstration key is always known."),
    ] = None,
) -> None:
    """Step a policy unchanged in EnergyPlus, beside the strong rule and the rule under it.

    The buildings are not the same: reference buildings differ from ours of that name in geometry
    and plant, so what is left of a gain says what a policy is worth on a building that it was not
    made for. Needs the extra `energyplus`.
    """
    need("transfer", "pyenergyplus", "energyplus")
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from agents.transfer import in_energyplus, print_transfer
    from hvac_rl.control.bundle import DEMO_PUBLIC_KEY, read_bundle
    from hvac_rl.control.policy import load_policy, rule_parameters

    read = read_bundle(bundle, [DEMO_PUBLIC_KEY, *(trusted_key or ())])
    rule = rule_parameters(read) if read.manifest.rule_parameters else None
    policy = load_policy(read)
    weeks = list(range(0, 52, every_weeks))
    console = Console()
    runs: list[tuple[str, Policy | None, RuleParameters | None]] = [("strong rule", None, None)]
    if rule is not None:
        runs.append(("rule under it", None, rule))
    runs.append((policy.name, policy, rule))
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn(), console=console
    )
    results = []
    with bar:
        for name, chooser, base in runs:
            task = bar.add_task(name, total=len(weeks))

            def told(done: int, total: int, words: str, task: int = task) -> None:
                bar.update(task, completed=done)  # type: ignore[arg-type]

            results.append(in_energyplus(model, weather, weeks, name, chooser, base, told))
    curve = read.manifest.training.get("vs_base")
    print_transfer(results, float(curve) if isinstance(curve, int | float) else None, console)
