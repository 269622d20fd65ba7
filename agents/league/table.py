"""The league in a terminal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table


def print_league(result: Mapping[str, Any], console: Console) -> None:
    """One table a building, and a sentence for each agent."""
    for name, one in result["buildings"].items():
        table = Table(
            title=f"{name}, {one['climate']}, {one['tariff']}: means over {one['weeks']} weeks of "
            "years that nothing was chosen on"
        )
        table.add_column("controller", no_wrap=True)
        for head in ("vs tuned rule", "vs strong rule", "cost $", "HVAC $", "K·h/zone", "to bound",
                     "moves", "train s", "seeds"):  # fmt: skip
            table.add_column(head, justify="right", no_wrap=True)
        for label, row in one["controllers"].items():
            table.add_row(
                label,
                relative(row["vs_tuned"], row["vs_tuned_ci95"]),
                relative(row["vs_strong"], None),
                f"{row['cost']:.1f}",
                f"{row['cost_hvac']:.1f}",
                f"{row['discomfort_kh_per_zone_week']:.2f}",
                "–" if row["gap_closed"] is None else f"{row['gap_closed']:.2f}",
                f"{row['setpoint_moves_per_zone_day']:.0f}+{row['blind_moves_per_zone_day']:.0f}",
                "–" if row["train_s"] is None else f"{row['train_s']:.0f}",
                str(row["seeds"]),
            )
        console.print(table)
        for label, row in one["controllers"].items():
            if row["kind"] == "agent":
                console.print(f"{label}: {row['worth_shipping']}", highlight=False, soft_wrap=True)
        if one["bound"]["note"]:
            console.print(f"bound: {one['bound']['note']}", highlight=False, soft_wrap=True)


def relative(mean: float | None, interval: list[float] | None) -> str:
    """A relative difference and its interval."""
    if mean is None:
        return "–"
    if interval is None:
        return f"{mean:+.2%}"
    return f"{mean:+.2%} ({interval[0]:+.2%} to {interval[1]:+.2%})"
