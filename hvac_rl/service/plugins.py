"""What plugs in from above by entry point: adapter kinds and commands, ours as anybody's."""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points

import typer

from hvac_rl.errors import ConfigError
from hvac_rl.ports import AdapterKind

ADAPTERS = "hvac_rl.adapters"
COMMANDS = "hvac_rl.commands"
BENCH = "bench"


def load_adapter_kind(name: str, where: str) -> AdapterKind:
    """The adapter kind of this name; raises ConfigError listing those installed."""
    found: dict[str, EntryPoint] = {entry.name: entry for entry in entry_points(group=ADAPTERS)}
    if name not in found:
        raise ConfigError(
            where,
            f"no adapter {name!r} is installed; installed are: {', '.join(sorted(found))}",
        )
    kind: AdapterKind = found[name].load()()
    return kind


def register_commands(app: typer.Typer) -> None:
    """Let every installed package add its commands, in the order of their names."""
    for entry in sorted(entry_points(group=COMMANDS), key=lambda entry: entry.name):
        entry.load()(app)


def bench_app(app: typer.Typer) -> typer.Typer:
    """The group ``bench`` of an application, made at the first call: any package may add to it."""
    for group in app.registered_groups:
        if group.name == BENCH and group.typer_instance is not None:
            return group.typer_instance
    made = typer.Typer(no_args_is_help=True, help="Measure how fast something is on this machine.")
    app.add_typer(made, name=BENCH)
    return made
