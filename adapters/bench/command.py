"""``hvac-rl bench adapters``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from hvac_rl.errors import ConfigError


def adapters(
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write all figures as JSON.")
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="A few seconds: short and few repeats.")
    ] = False,
) -> None:
    """Measure how fast the adapters read, beside the bare libraries, on loopback.

    The devices run in processes of their own. BACnet and Modbus are each read again and again, the
    adapter and the bare library in turns; then a site of 2,000 points on 20 devices with one of
    them dead. Takes about half a minute; let nothing else run meanwhile.

        hvac-rl bench adapters --json figures.json
    """
    if json_file is not None and (json_file.is_dir() or not json_file.parent.is_dir()):
        raise ConfigError(str(json_file), "cannot be written: give a file in an existing folder")
    from adapters.bench.run import FULL, QUICK, run
    from adapters.bench.show import sentences, summary, table

    results = run(QUICK if quick else FULL, Console(stderr=True))
    console = Console()
    console.print(table(results))
    for sentence in sentences(results):
        console.print(sentence, highlight=False)
    if json_file is not None:
        text = json.dumps(summary(results) | {"quick": quick}, indent=2)
        json_file.write_text(text + "\n", encoding="utf-8")
