"""The league's figures over time: how agents learned, and where in the year they save."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullFormatter, NullLocator

from agents.league.looks import Controllers, duration, known, looks, number, percent, rule_called
from agents.league.svg import FAINT, INK, drawing, inline_svg, plain

TICKS_S = (1.0, 3.0, 10.0, 30.0, 60.0, 180.0, 600.0, 1800.0, 3600.0, 10800.0, 36000.0)
SIZE = (7.6, 4.2)
AXES = {1: "cost against the strong rule [%]", 2: "discomfort [K·h a zone and week]"}
RULES = {"strong": "-", "tuned": (0, (5, 3))}


def learning(building: Mapping[str, Any], name: str) -> list[str]:
    """Cost, then discomfort on the validation weeks over training time: SVGs, none without
    curves."""
    controllers: Controllers = building["controllers"]
    curves = {c: one["learning_curve"] for c, one in controllers.items() if one["learning_curve"]}
    if not curves:
        return []
    cost = "; ".join(
        f"{controllers[c]['label']} ends at {percent(curve[-1][1])} after {duration(curve[-1][0])}"
        for c, curve in curves.items()
    )
    discomfort = "; ".join(
        f"{controllers[c]['label']} ends at {number(curve[-1][2])} K·h"
        for c, curve in curves.items()
    )
    return [
        _curves(controllers, curves, f"{name}-cost", 1, "Cost while they learned", cost),
        _curves(
            controllers, curves, f"{name}-comfort", 2, "Discomfort while they learned", discomfort
        ),
    ]


def _curves(
    controllers: Controllers,
    curves: Mapping[str, Any],
    name: str,
    column: int,
    title: str,
    words: str,
) -> str:
    look = looks(controllers)
    scale = 100.0 if column == 1 else 1.0
    with drawing():
        figure, axis = plt.subplots(figsize=SIZE, layout="constrained")
        for c, curve in curves.items():
            at = np.asarray(curve, dtype=np.float64)
            axis.plot(
                np.maximum(at[:, 0], 1.0), scale * at[:, column], color=look[c].colour,
                linewidth=1.7, marker=look[c].marker, markersize=3.0,
                label=plain(controllers[c]["label"]),
            )  # fmt: skip
        for word, style in RULES.items():
            rule = rule_called(controllers, word)
            if rule is None:
                continue
            one = controllers[rule]
            height = one["discomfort_kh_per_zone_week"]
            if column == 1:
                height = 0.0 if word == "strong" else one["vs_strong"]
            if known(height):
                axis.axhline(
                    scale * height, color=INK, linewidth=1.0, linestyle=style,
                    label=f"{plain(one['label'])} (test weeks)",
                )  # fmt: skip
        axis.set_ylabel(AXES[column])
        _time_axis(axis)
        figure.legend(loc="outside upper left", ncols=3, fontsize=8.5)
        return inline_svg(figure, name, title, words)


def _time_axis(axis: Axes) -> None:
    axis.set_xscale("log")
    low, high = axis.get_xlim()
    axis.set_xticks([t for t in TICKS_S if low <= t <= high])
    axis.xaxis.set_major_formatter(FuncFormatter(lambda t, _: _short(t)))
    axis.xaxis.set_minor_locator(NullLocator())
    axis.xaxis.set_minor_formatter(NullFormatter())
    axis.set_xlabel("training time")


def _short(seconds: float) -> str:
    if seconds < 60.0:
        return f"{seconds:.0f} s"
    return f"{seconds / 60.0:.0f} min" if seconds < 3600.0 else f"{seconds / 3600.0:.0f} h"


def savings(building: Mapping[str, Any], weeks_per_year: int, name: str) -> str | None:
    """Money saved against the tuned rule, added up over the test weeks: an SVG.

    None without a tuned rule, or where nobody else has its weeks.
    """
    controllers: Controllers = building["controllers"]
    tuned = rule_called(controllers, "tuned")
    if tuned is None:
        return None
    theirs = np.asarray(controllers[tuned]["week_cost"], dtype=np.float64)
    saved = {
        c: np.cumsum(theirs - np.asarray(one["week_cost"], dtype=np.float64))
        for c, one in controllers.items()
        if one["kind"] in {"agent", "reference"} and len(one["week_cost"]) == len(theirs) > 1
    }
    if not saved:
        return None
    look = looks(controllers)
    x = np.arange(len(theirs) + 1)
    with drawing():
        figure, axis = plt.subplots(figsize=SIZE, layout="constrained")
        for c, sums in saved.items():
            axis.plot(
                x, np.concatenate([[0.0], sums]), color=look[c].colour, linewidth=1.7,
                label=plain(controllers[c]["label"]),
            )  # fmt: skip
        axis.axhline(0.0, color=INK, linewidth=1.0, linestyle=RULES["tuned"], label="tuned rule")
        for begin in range(weeks_per_year, len(theirs), weeks_per_year):
            axis.axvline(begin, color=FAINT, linewidth=1.4)
        axis.set_xlim(0, len(theirs))
        axis.xaxis.set_major_locator(MaxNLocator(integer=True))
        axis.grid(False, axis="x")
        axis.set_xlabel("test weeks, year after year")
        axis.set_ylabel("saved against the tuned rule [$]")
        figure.legend(loc="outside upper left", ncols=3, fontsize=8.5)
        words = "; ".join(
            f"{controllers[c]['label']} {number(sums[-1], 0)} $" for c, sums in saved.items()
        )
        return inline_svg(figure, name, "Saved against the tuned rule, added up", words)
