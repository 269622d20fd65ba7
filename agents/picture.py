"""The picture of a run: temperatures with the comfort band, what was done, power and price."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.dates as dates
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes

from agents.truth import Truth

COLOURS = ("#4053d3", "#ddb310", "#b51d14", "#00beff", "#00b25d", "#fb49b0", "#7e4794", "#cacaca")


def draw_run(
    path: Path,
    title: str,
    agent: Truth,
    schedule: Truth,
    comfort_c: tuple[float, float],
    timezone: tzinfo,
) -> None:
    """``schedule``: the BMS's own run over the same time, drawn for comparison."""
    moments = [datetime.fromtimestamp(t, UTC).astimezone(timezone) for t in agent.rows.index]
    x = dates.date2num(moments)
    figure, axes = plt.subplots(
        4, 1, figsize=(13, 13), sharex=True, height_ratios=(3, 2.2, 2.2, 2.4), layout="constrained"
    )
    figure.suptitle(title, fontsize=13)
    _temperatures(axes[0], x, agent, comfort_c)
    _setpoints(axes[1], x, agent)
    _blinds_and_lights(axes[2], x, agent)
    _power(axes[3], x, agent, schedule)
    axes[3].xaxis.set_major_locator(dates.HourLocator(byhour=range(0, 24, 6), tz=timezone))
    axes[3].xaxis.set_major_formatter(dates.DateFormatter("%a %H:%M", tz=timezone))
    axes[3].set_xlim(x[0], x[-1])
    for axis in axes:
        axis.grid(alpha=0.25)
        axis.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def _shade_occupied(axis: Axes, x: np.ndarray, truth: Truth) -> None:
    people = sum(truth.rows[f"{zone}.people"].to_numpy() for zone in truth.zones)
    axis.fill_between(
        x, 0, 1, where=np.asarray(people) > 0, transform=axis.get_xaxis_transform(),
        color="#888888", alpha=0.10, linewidth=0, label="people in",
    )  # fmt: skip


def _temperatures(axis: Axes, x: np.ndarray, truth: Truth, comfort_c: tuple[float, float]) -> None:
    _shade_occupied(axis, x, truth)
    axis.axhspan(*comfort_c, color="#00b25d", alpha=0.13, linewidth=0, label="comfort band")
    for zone, colour in zip(truth.zones, COLOURS, strict=False):
        axis.plot(x, truth.rows[f"{zone}.air_c"], color=colour, linewidth=1.3, label=zone)
    axis.plot(
        x, truth.rows["outdoor_c"], color="black", linewidth=1, linestyle=":", label="outdoors"
    )
    axis.set_ylabel("air temperature [°C]")
    axis.legend(ncols=8, loc="upper left", fontsize=8, frameon=False)


def _setpoints(axis: Axes, x: np.ndarray, truth: Truth) -> None:
    for zone, colour in zip(truth.zones, COLOURS, strict=False):
        for name in ("heating_setpoint_c", "cooling_setpoint_c"):
            axis.step(x, truth.rows[f"{zone}.{name}"], color=colour, linewidth=1, where="post")
    axis.set_ylabel("setpoints in force [°C]\nheating below, cooling above")


def _blinds_and_lights(axis: Axes, x: np.ndarray, truth: Truth) -> None:
    for zone, colour in zip(truth.zones, COLOURS, strict=False):
        blind = 100.0 * truth.rows[f"{zone}.blind"]
        axis.step(x, blind, color=colour, linewidth=1.2, where="post")
        light = 100.0 * truth.rows[f"{zone}.light"]
        axis.step(x, light, color=colour, linewidth=1, linestyle=":", where="post")
    axis.set_ylabel("blind closed (solid),\nlight (dotted) [%]")
    axis.set_ylim(-3, 103)


def _power(axis: Axes, x: np.ndarray, agent: Truth, schedule: Truth) -> None:
    axis.plot(
        x, schedule.rows["total_w"] / 1000.0, color="#999999", linewidth=1, label="BMS schedule"
    )
    axis.plot(x, agent.rows["total_w"] / 1000.0, color="#4053d3", linewidth=1.2, label="this run")
    axis.set_ylabel("electric power [kW]")
    axis.set_ylim(bottom=0)
    axis.legend(loc="upper left", fontsize=8, frameon=False)
    price = axis.twinx()
    price.step(
        x, agent.rows["price_per_kwh"], color="#b51d14", linewidth=0.8, alpha=0.6, where="post"
    )
    price.set_ylabel("price [$/kWh]", color="#b51d14")
    price.set_ylim(bottom=0)
    price.spines[["top"]].set_visible(False)
