"""The league's figures of standing: intervals against the tuned rule, cost against discomfort."""

from __future__ import annotations

import statistics
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox

from agents.league.looks import (
    Controllers,
    Look,
    interval,
    known,
    looks,
    number,
    percent,
    rule_called,
)
from agents.league.svg import GOOD, INK, MUTED, PAPER, drawing, inline_svg, plain

FAR = 4.0
"""A controller so many times further off than the middle one is shown at the edge."""
WIDEST_LABEL = 26
PLACES = ((9, 0), (-9, 0), (0, 9), (0, -9), (8, 8), (8, -8), (-8, 8), (-8, -8))


def _point(axis: Axes, x: float, y: float, look: Look, **more: Any) -> None:
    axis.plot(
        [x], [y], look.marker, color=look.colour, markersize=7.5, markeredgewidth=1.6,
        markerfacecolor=look.colour if look.filled else PAPER, zorder=4, **more,
    )  # fmt: skip


def forest(building: Mapping[str, Any], name: str) -> str | None:
    """Paired cost against the tuned rule with its interval, the cheapest on top: an SVG, None
    where nobody was compared with it."""
    controllers: Controllers = building["controllers"]
    rows = [c for c in controllers if known(controllers[c]["vs_tuned"])]
    rows.sort(key=lambda c: float(controllers[c]["vs_tuned"]))
    if not rows:
        return None
    with drawing():
        figure, axis = plt.subplots(figsize=(7.6, 1.0 + 0.42 * len(rows)))
        _draw_forest(axis, controllers, rows)
        under = 0.62 / figure.get_figheight()
        figure.subplots_adjust(left=0.25, right=0.74, top=0.99, bottom=under)
        words = "; ".join(
            f"{controllers[c]['label']} {percent(controllers[c]['vs_tuned'])}"
            + (f" ({ci})" if (ci := interval(controllers[c].get("vs_tuned_ci95"))) else "")
            for c in rows
        )
        return inline_svg(figure, name, "Cost against the tuned rule, paired by week", words)


def _draw_forest(axis: Axes, controllers: Controllers, rows: Sequence[str]) -> None:
    look = looks(controllers)
    means = [100.0 * float(controllers[c]["vs_tuned"]) for c in rows]
    spans = [
        [100.0 * float(v) for v in controllers[c].get("vs_tuned_ci95") or ()] or [mean, mean]
        for c, mean in zip(rows, means, strict=True)
    ]
    near = _near([abs(mean) for mean in means])
    shown = [v for k, span in enumerate(spans) if near[k] for v in (*span, means[k])]
    low, high = min([*shown, -0.5]), max([*shown, 0.5])
    room = 0.08 * (high - low)
    axis.set_xlim(low - room, high + room)
    axis.set_ylim(len(rows) - 0.5, -0.5)
    axis.axvspan(low - room, 0.0, color=GOOD, alpha=0.08, linewidth=0)
    axis.axvline(0.0, color=INK, linewidth=1.1)
    axis.grid(False, axis="y")
    for k, (c, mean, span) in enumerate(zip(rows, means, spans, strict=True)):
        edge = min(max(mean, low), high)
        if near[k]:
            axis.plot(span, [k, k], color=look[c].colour, linewidth=2.4, zorder=3)
            _point(axis, mean, k, look[c])
        else:
            axis.plot([edge], [k], ">" if mean > 0 else "<", color=look[c].colour, markersize=8)
        beside = interval(controllers[c].get("vs_tuned_ci95"))
        axis.text(
            1.03, k, f"{percent(mean / 100.0)}  ({beside})" if beside else _bare(mean / 100.0),
            transform=axis.get_yaxis_transform(), va="center", fontsize=9.5, color=INK,
        )  # fmt: skip
    labels = [textwrap.fill(plain(controllers[c]["label"]), WIDEST_LABEL) for c in rows]
    axis.set_yticks(range(len(rows)), labels)
    axis.tick_params(axis="y", length=0, labelcolor=INK)
    axis.spines["left"].set_visible(False)
    axis.set_xlabel("cost against the tuned rule [%], cheaper to the left")


def _bare(mean: float) -> str:
    return percent(mean) if mean else "0"


def _near(distances: Sequence[float]) -> list[bool]:
    """Which are within reach of the middle one; the others would squeeze all to a dot."""
    some = [d for d in distances if d > 0.0]
    reach = FAR * statistics.median(some) if some else 1.0
    return [d <= max(reach, 1.0) for d in distances]


def scatter(building: Mapping[str, Any], name: str) -> str | None:
    """Cost of a week against discomfort: an SVG, None where neither is known."""
    controllers: Controllers = building["controllers"]
    at = {
        c: (float(one["discomfort_kh_per_zone_week"]), float(one["cost"]))
        for c, one in controllers.items()
        if known(one["cost"]) and known(one["discomfort_kh_per_zone_week"])
    }
    if not at:
        return None
    with drawing():
        figure, axis = plt.subplots(figsize=(7.6, 4.6), layout="constrained")
        _draw_scatter(figure, axis, building, at)
        words = "; ".join(
            f"{controllers[c]['label']} {number(y)} $, {number(x)} K·h" for c, (x, y) in at.items()
        )
        return inline_svg(figure, name, "Cost of a week against discomfort", words)


def _draw_scatter(
    figure: Figure, axis: Axes, building: Mapping[str, Any], at: Mapping[str, tuple[float, float]]
) -> None:
    controllers: Controllers = building["controllers"]
    look = looks(controllers)
    tuned = rule_called(controllers, "tuned")
    centre = (
        at[tuned]
        if tuned is not None and tuned in at
        else tuple(np.median(list(at.values()), axis=0))
    )
    off = [[abs(p[k] - centre[k]) for p in at.values()] for k in (0, 1)]
    near = [x and y for x, y in zip(_near_to(off[0]), _near_to(off[1]), strict=True)]
    inside = np.array([p for p, n in zip(at.values(), near, strict=True) if n])
    bound = building["bound"]["cost_per_week"]
    floor = [float(bound)] if known(bound) else []
    (x0, x1), (y0, y1) = (
        _room([*inside[:, k], *(floor if k == 1 else [])], at_least=0.05 * (centre[k] or 1.0))
        for k in (0, 1)
    )
    axis.set(xlim=(x0, x1), ylim=(y0, y1))
    if tuned in at:
        axis.fill_between([x0, centre[0]], y0, centre[1], color=GOOD, alpha=0.08, linewidth=0)
        axis.text(
            0.01, 0.015, "cheaper than the tuned rule, and no less comfortable",
            transform=axis.transAxes, fontsize=8.5, color=MUTED,
        )  # fmt: skip
    if floor:
        axis.axhline(floor[0], color=INK, linewidth=1.0, linestyle=(0, (5, 3)))
        axis.annotate(
            "bound: no controller can cost less", (x1, floor[0]), (0, 3), fontsize=8.5,
            textcoords="offset points", ha="right", color=MUTED,
        )  # fmt: skip
    labels: list[tuple[str, float, float]] = []
    for (c, (x, y)), inside_it in zip(at.items(), near, strict=True):
        label = plain(controllers[c]["label"])
        if not inside_it:
            label += f"\n{number(y)} $, {number(x)} K·h, off the scale"
            x, y = min(max(x, x0), x1), min(max(y, y0), y1)
        _point(axis, x, y, look[c], clip_on=False)
        labels.append((label, x, y))
    axis.set_xlabel("thermal discomfort [K·h a zone and week]")
    axis.set_ylabel("cost [$ a week]")
    _place_labels(figure, axis, labels)


def _near_to(off: Sequence[float]) -> list[bool]:
    some = [d for d in off if d > 0.0]
    return [d <= FAR * statistics.median(some) if some else True for d in off]


def _room(values: Sequence[float], at_least: float) -> tuple[float, float]:
    low, high = min(values), max(values)
    room = max(0.13 * (high - low), at_least)
    return low - room, high + room


def _place_labels(figure: Figure, axis: Axes, labels: Sequence[tuple[str, float, float]]) -> None:
    """Each label where it covers the fewest labels and points, and stays inside."""
    figure.draw_without_rendering()
    frame = axis.get_window_extent()
    points = [axis.transData.transform((x, y)) for _, x, y in labels]
    taken = [Bbox.from_bounds(px - 5, py - 5, 10, 10) for px, py in points]
    for own, (label, x, y) in enumerate(labels):
        best, least = None, np.inf
        for dx, dy in PLACES:
            text = axis.annotate(
                label, (x, y), (dx, dy), textcoords="offset points", fontsize=9, color=INK,
                ha="left" if dx > 0 else "right" if dx < 0 else "center",
                va="bottom" if dy > 0 else "top" if dy < 0 else "center",
            )  # fmt: skip
            box = text.get_window_extent()
            cut = Bbox.intersection(box, frame)
            outside = box.width * box.height - (cut.width * cut.height if cut is not None else 0.0)
            covered = 3.0 * outside
            for k, other in enumerate(taken):
                shared = Bbox.intersection(box, other) if k != own else None
                covered += shared.width * shared.height if shared is not None else 0.0
            if covered < least:
                if best is not None:
                    best.remove()
                best, least = text, covered
            else:
                text.remove()
        if best is not None:
            taken.append(best.get_window_extent())
