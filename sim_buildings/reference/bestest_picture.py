"""The picture of BESTEST: both simulators, hour by hour in two weeks and year by year in bars."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from sim_buildings.reference.bestest_result import CaseResult

Pair = tuple[str, CaseResult, CaseResult]
"""Case, EnergyPlus, ours."""

# First hours of a winter and a summer week.
WEEKS = (("16 - 22 January", 15 * 24), ("13 - 19 July", 193 * 24))
WEEK_H = 7 * 24
REFERENCE, OWN = "#444444", "#c8401e"
SERIES_CASES = ("600", "900", "600FF", "900FF")
BARS = (
    ("heating_mwh", "heating [MWh/a]"),
    ("cooling_mwh", "cooling [MWh/a]"),
    ("peak_heating_kw", "peak heating [kW]"),
    ("peak_cooling_kw", "peak cooling [kW]"),
)


def draw(path: Path, pairs: Sequence[Pair]) -> None:
    """Loads and temperatures of up to four cases in two weeks; annual sums and peaks of all."""
    shown = [pair for pair in pairs if pair[0] in SERIES_CASES] or list(pairs[:2])
    rows = len(shown) + 2
    figure, axes = plt.subplots(
        rows, 2, figsize=(12, 2.2 * rows), layout="constrained", squeeze=False
    )
    for axis_row, (case, reference, own) in zip(axes, shown, strict=False):
        for axis, (week, first) in zip(axis_row, WEEKS, strict=True):
            hours = slice(first, first + WEEK_H)
            _week(axis, f"{case}, {week}", reference, own, hours)
    loaded = [pair for pair in pairs if not pair[0].endswith("FF")]
    for axis, (field, label) in zip(axes[-2:].flat, BARS, strict=True):
        _bars(axis, label, loaded, field)
    figure.legend(
        *axes[0, 0].get_legend_handles_labels(), loc="outside upper right", ncols=2, frameon=False
    )
    for axis in axes.flat:
        axis.grid(alpha=0.25)
        axis.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=75)
    plt.close(figure)


def _week(axis: Axes, title: str, reference: CaseResult, own: CaseResult, hours: slice) -> None:
    axis.set_title(title, fontsize=9)
    days = np.arange(WEEK_H) / 24.0
    free = reference.case.endswith("FF")
    for result, colour, label, width in (
        (reference, REFERENCE, "EnergyPlus", 1.6),
        (own, OWN, "ours", 1.0),
    ):
        of = result.hours
        shown = of.zone_air_c[hours] if free else (of.heating_w - of.cooling_w)[hours] / 1e3
        axis.plot(days, shown, color=colour, label=label, linewidth=width)
    axis.set_ylabel("air [°C]" if free else "heat - cold [kW]", fontsize=8)
    axis.set_xlabel("day", fontsize=8)


def _bars(axis: Axes, label: str, pairs: Sequence[Pair], field: str) -> None:
    def values(results: Sequence[CaseResult]) -> list[float]:
        found = [getattr(result, field) for result in results]
        return [float(getattr(value, "value", value)) for value in found]

    place = np.arange(len(pairs))
    axis.bar(place - 0.2, values([p[1] for p in pairs]), 0.38, color=REFERENCE)
    axis.bar(place + 0.2, values([p[2] for p in pairs]), 0.38, color=OWN)
    axis.set_xticks(place, [p[0] for p in pairs], fontsize=8)
    axis.set_title(label, fontsize=9)
