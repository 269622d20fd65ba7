"""``hvac-rl bench decisions``: how long a policy takes in the daemon's own path."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from agents.commands import BUNDLES
from hvac_rl.control.bundle import DEMO_PUBLIC_KEY, read_bundle
from hvac_rl.control.policy import load_policy
from hvac_rl.errors import ConfigError
from hvac_rl.ports import Policy

WARM_UP = 200
MICROSECONDS = 1e6
MILLISECONDS = 1e3


def decisions(
    bundle: Annotated[Path, typer.Argument(help="The bundle to time.")] = BUNDLES
    / "small_office_fast_dqn",
    repeats: Annotated[int, typer.Option(min=100, help="Decisions of each kind.")] = 5000,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write the figures as JSON.")
    ] = None,
) -> None:
    """Time decisions for one zone and for 500 zones, on one core."""
    if json_file is not None and not json_file.parent.exists():
        raise ConfigError(str(json_file), "its folder does not exist", "Make it first.")
    policy = load_policy(read_bundle(bundle, [DEMO_PUBLIC_KEY]))
    one = timed(policy, 1, repeats)
    many = timed(policy, 500, max(100, repeats // 20))
    figures = {
        "one_zone_median_us": MICROSECONDS * float(np.median(one)),
        "one_zone_p99_us": MICROSECONDS * float(np.quantile(one, 0.99)),
        "zones_500_median_ms": MILLISECONDS * float(np.median(many)),
        "zones_500_p99_ms": MILLISECONDS * float(np.quantile(many, 0.99)),
    }
    for name, value in figures.items():
        print(f"{name:20} {value:8.2f}")
    if json_file is not None:
        json_file.write_text(json.dumps(figures, indent=1) + "\n")


def timed(policy: Policy, zones: int, repeats: int) -> np.ndarray:
    """Seconds of each of ``repeats`` decisions for so many zones."""
    rng = np.random.default_rng(0)
    seen = [rng.normal(size=(zones, len(policy.features))).tolist() for _ in range(16)]
    for k in range(WARM_UP):
        policy.choose(seen[k % len(seen)])
    spent = np.empty(repeats)
    for k in range(repeats):
        rows = seen[k % len(seen)]
        began = time.perf_counter()
        policy.choose(rows)
        spent[k] = time.perf_counter() - began
    return spent
