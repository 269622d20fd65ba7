"""A week of one controller: its room, its blind, the building's power and the price."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from agents.league.looks import Look, number
from agents.league.svg import FAINT, INK, MUTED, drawing, inline_svg, plain

HOURS_PER_DAY = 24


def week(
    controller: Mapping[str, Any],
    look: Look,
    name: str,
    *,
    most_kw: float,
    other: Mapping[str, Any] | None,
    other_label: str,
) -> str:
    """An SVG. ``most_kw``: top of the power's scale, the same for all controllers;
    ``other``: the trace drawn in ink for comparison, None for none."""
    trace = controller["trace"]
    hours = np.append(trace["hour"], trace["hour"][-1] + 1)
    with drawing():
        figure, (air, blind, power) = plt.subplots(
            3, 1, figsize=(7.6, 3.9), sharex=True, height_ratios=(2.6, 0.35, 1.7)
        )
        figure.subplots_adjust(left=0.08, right=0.925, top=0.93, bottom=0.09, hspace=0.12)
        _air(air, hours, trace, look)
        blind.stairs(trace["blind"], hours, fill=True, color=MUTED, alpha=0.65, linewidth=0)
        blind.set(ylim=(0, 1), yticks=[])
        blind.set_ylabel("blind", rotation=0, ha="right", va="center", fontsize=9)
        price = _power(power, hours, trace, look, most_kw, other, other_label)
        for axis in (air, blind, power, price):
            axis.grid(False, axis="x")
            _days(axis, hours)
        words = (
            f"{controller['label']}, zone {trace['zone']}: air between "
            f"{number(min(trace['air_c']), 1)} and {number(max(trace['air_c']), 1)} °C, power up "
            f"to {number(max(trace['power_kw']), 1)} kW"
        )
        return inline_svg(figure, name, f"A week under {controller['label']}", words)


def _steps(values: Any) -> NDArray[np.float64]:
    """Values held over their hour: one more, for the end of the last."""
    held = np.asarray(values, dtype=np.float64)
    return np.append(held, held[-1])


def _air(axis: Axes, hours: NDArray[Any], trace: Mapping[str, Any], look: Look) -> None:
    axis.fill_between(
        hours, 0, 1, where=_steps(trace["occupied"]) > 0.5, step="post", color=MUTED, alpha=0.13,
        transform=axis.get_xaxis_transform(), linewidth=0, label="occupied",
    )  # fmt: skip
    low, high = _steps(trace["heating_c"]), _steps(trace["cooling_c"])
    axis.fill_between(
        hours, low, high, step="post", color=look.colour, alpha=0.13, linewidth=0,
        label="between the setpoints",
    )  # fmt: skip
    for edge in (low, high):
        axis.step(hours, edge, where="post", color=look.colour, linewidth=0.7, alpha=0.6)
    axis.plot(hours[:-1], trace["air_c"], color=look.colour, linewidth=1.6, label="room air")
    axis.plot(
        hours[:-1], trace["outdoor_c"], color=INK, linewidth=0.9, linestyle=":", label="outdoors"
    )
    inside = [*trace["air_c"], *low, *high]
    axis.set_ylim(min(inside) - 1.0, max(inside) + 1.0)
    axis.set_ylabel(plain(f"{trace['zone']} [°C]"))
    axis.legend(
        loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=4, fontsize=8.5, borderaxespad=0.2,
        handlelength=1.4,
    )  # fmt: skip


def _power(
    axis: Axes,
    hours: NDArray[Any],
    trace: Mapping[str, Any],
    look: Look,
    most_kw: float,
    other: Mapping[str, Any] | None,
    other_label: str,
) -> Axes:
    axis.stairs(trace["power_kw"], hours, fill=True, color=look.colour, alpha=0.35, linewidth=0)
    axis.stairs(trace["power_kw"], hours, color=look.colour, linewidth=1.1, label="power")
    if other is not None:
        axis.stairs(
            other["power_kw"], hours, color=INK, linewidth=0.8, alpha=0.75, label=plain(other_label)
        )
    axis.set_ylim(0.0, 1.3 * most_kw)
    axis.set_ylabel("power [kW]")
    price: Axes = axis.twinx()
    price.stairs(
        trace["price"], hours, color=MUTED, linewidth=1.0, linestyle=(0, (3, 2)), baseline=None
    )
    price.plot([], [], color=MUTED, linewidth=1.0, linestyle=(0, (3, 2)), label="price")
    price.set_ylim(0.0, 1.3 * max(trace["price"]))
    price.set_ylabel("price [$/kWh]")
    price.grid(False)
    handles, labels = axis.get_legend_handles_labels()
    more, names = price.get_legend_handles_labels()
    price.legend(
        handles + more, labels + names, loc="upper left", ncols=3, fontsize=8.5,
        borderaxespad=0.1, handlelength=1.4,
    )  # fmt: skip
    return price


def _days(axis: Axes, hours: NDArray[Any]) -> None:
    begin, end = int(hours[0]), int(hours[-1])
    middays = range(begin + HOURS_PER_DAY // 2, end, HOURS_PER_DAY)
    axis.set_xlim(begin, end)
    axis.set_xticks(list(middays), [f"day {k + 1}" for k in range(len(middays))])
    axis.tick_params(axis="x", length=0)
    for midnight in range(begin + HOURS_PER_DAY, end, HOURS_PER_DAY):
        axis.axvline(midnight, color=FAINT, linewidth=0.6, zorder=0)
