"""The league in a terminal of 80 columns; the page and the JSON hold the other columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

LARGE = 0.1
"""A difference of which nobody needs hundredths of a per cent."""


def print_league(result: Mapping[str, Any], console: Console) -> None:
    """One table a building, and a sentence for each agent."""
    for name, one in result["buildings"].items():
        table = Table(
            title=f"{name}, {one['climate']}, {one['tariff']}: {one['weeks']} test weeks",
            box=SIMPLE_HEAD,
            pad_edge=False,
        )
        table.add_column("controller", no_wrap=True)
        for head in ("vs tuned rule", "vs strong", "cost $", "K·h", "gap"):
            table.add_column(head, justify="right", no_wrap=True)
        for label, row in one["controllers"].items():
            table.add_row(
                label,
                relative(row["vs_tuned"], row["vs_tuned_ci95"]),
                relative(row["vs_strong"], None),
                f"{row['cost']:.1f}",
                f"{row['discomfort_kh_per_zone_week']:.2f}",
                "–" if row["gap_closed"] is None else f"{row['gap_closed']:.2f}",
            )
        console.print(table)
        for label, row in one["controllers"].items():
            if row["kind"] == "agent":
                console.print(f"{label}: {row['worth_shipping']}", highlight=False, soft_wrap=True)
        if one["bound"]["note"]:
            console.print(
                f"gap: the share of the way to the bound. Bound: {one['bound']['note']}",
                highlight=False,
                soft_wrap=True,
            )


def relative(mean: float | None, interval: list[float] | None) -> str:
    """A relative difference and its interval."""
    if mean is None:
        return "–"
    places = 2 if abs(mean) < LARGE else 1
    if interval is None:
        return f"{mean:+.{places}%}"
    low, high = (f"{100.0 * end:+.{places}f}" for end in interval)
    return f"{mean:+.{places}%} ({low} {high})"
