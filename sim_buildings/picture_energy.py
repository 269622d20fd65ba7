"""The picture's panels of energy: by month, by hour, the peak day, what the weather asks for."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from sim_buildings.weather import HOURS_PER_DAY, ROWS_PER_DAY, ROWS_PER_HOUR
from sim_buildings.year import END_USES, OUTDOOR, YearRecord, hourly

Floats = NDArray[np.float64]

# Tol's colours: told apart with a colour-blind eye and in print.
USE_COLOURS = dict(
    zip(
        END_USES,
        ("#cc3311", "#ee7733", "#0077bb", "#33bbee", "#009988", "#ddcc77", "#bbbbbb"),
        strict=True,
    )
)
MONTHS = "JFMAMJJASOND"


def hourly_kw(record: YearRecord) -> Floats:
    """Electric power, hourly means, (T,)."""
    return hourly(record.total_w) / 1000.0


def peak_day(record: YearRecord) -> int:
    """The day of the year's highest power of an hour."""
    return int(hourly_kw(record).argmax()) // HOURS_PER_DAY


def monthly(axis: Axes, record: YearRecord) -> None:
    """Energy by end use, stacked, month by month."""
    first = date(record.world.year, 1, 1)
    month = np.array([(first + timedelta(days=d)).month - 1 for d in range(record.days)])
    area = record.building.area_m2
    bottom = np.zeros(12)
    for name, colour in USE_COLOURS.items():
        daily = record.end_use_w(name).reshape(record.days, -1).mean(axis=1) * 0.024 / area
        if not daily.any():
            continue
        of_month = np.bincount(month, weights=daily, minlength=12)
        axis.bar(
            range(12), of_month, 0.8, bottom=bottom, color=colour,
            label=f"{name}: {daily.sum():.1f}",
        )  # fmt: skip
        bottom += of_month
    axis.set_xticks(range(12), list(MONTHS))
    axis.set_ylabel("kWh/m² a month")
    axis.set_title(f"Energy by end use; in the year {bottom.sum():.0f} kWh/m²", fontsize=10)
    handles, labels = axis.get_legend_handles_labels()
    axis.legend(
        handles[::-1], labels[::-1], fontsize=8, frameon=False, loc="center left",
        bbox_to_anchor=(1.0, 0.5), title="kWh/m² a year", title_fontsize=8,
    )  # fmt: skip
    plain(axis)


def carpet(axis: Axes, record: YearRecord, hours: Floats, title: str, colours: str) -> None:
    """The hours of the year, (T,), days from left to right and hours upwards."""
    low, high = (float(v) for v in np.percentile(hours, (0.2, 99.8)))
    image = axis.imshow(
        hours.reshape(-1, HOURS_PER_DAY).T, aspect="auto", origin="lower", cmap=colours,
        vmin=low, vmax=high, extent=(0.0, record.days, 0.0, 24.0), interpolation="nearest",
    )  # fmt: skip
    first = date(record.world.year, 1, 1)
    starts = [(date(first.year, m, 1) - first).days for m in range(1, 13)]
    axis.set_xticks(starts, list(MONTHS), ha="left")
    axis.set_yticks(range(0, 25, 6))
    axis.set_ylabel("hour of the day")
    axis.set_title(title, fontsize=10)
    axis.figure.colorbar(image, ax=axis, pad=0.01)


def draw_peak_day(axis: Axes, record: YearRecord) -> None:
    """The day of the highest power, end uses stacked."""
    day = peak_day(record)
    when = date(record.world.year, 1, 1) + timedelta(days=day)
    rows = slice(day * ROWS_PER_DAY, (day + 1) * ROWS_PER_DAY)
    x = np.arange(ROWS_PER_DAY) / ROWS_PER_HOUR
    used = [
        name for name in reversed(END_USES)
        if "gas" not in name and record.end_use_w(name).any()
    ]  # fmt: skip
    axis.stackplot(
        x, [record.end_use_w(name)[rows] / 1000.0 for name in used], labels=used,
        colors=[USE_COLOURS[name] for name in used], lw=0,
    )  # fmt: skip
    gas = record.end_use_w("heating (gas)")[rows] / 1000.0
    if gas.any():
        axis.plot(x, gas, color=USE_COLOURS["heating (gas)"], lw=1.2, label="heating (gas)")
    axis.set_xlim(0, 24)
    axis.set_xticks(range(0, 25, 3))
    # Room for the legend above.
    axis.set_ylim(0, 1.3 * max(axis.get_ylim()[1], float(gas.max())))
    axis.set_ylabel("power [kW]")
    twin = axis.twinx()
    twin.plot(x, record.rows[rows, OUTDOOR], color="black", lw=1, ls=":")
    low, high = twin.get_ylim()
    twin.set_ylim(low, high + 0.3 * (high - low))
    twin.set_ylabel("outdoors, dotted [°C]")
    twin.spines[["top"]].set_visible(False)
    axis.set_title(f"Peak day, {when:%A} {when.day} {when:%B}, by five minutes", fontsize=10)
    axis.legend(fontsize=8, frameon=False, loc="upper left", ncols=4)
    plain(axis)


def signature(axis: Axes, record: YearRecord) -> None:
    """Each day's energy of heating and cooling over its outdoor air."""
    daily_c = record.outdoor_c.reshape(-1, HOURS_PER_DAY).mean(axis=1)
    area = record.building.area_m2
    workday = record.world.rows.workday.reshape(record.days, -1)[:, 0] > 0.0
    groups = {
        "heating": ("heating (electricity)", "heating (gas)"),
        "cooling and fans": ("cooling", "fans", "pumps"),
    }
    for (label, names), colour in zip(groups.items(), ("#cc3311", "#0077bb"), strict=True):
        rows = np.sum([record.end_use_w(name) for name in names], axis=0)
        daily = rows.reshape(record.days, -1).mean(axis=1) * 24.0 / area
        for open_day, marker, face in ((True, "o", colour), (False, "o", "none")):
            which = workday == open_day
            if which.any():
                axis.scatter(
                    daily_c[which], daily[which], s=14, marker=marker, facecolors=face,
                    edgecolors=colour, lw=0.7, alpha=0.8,
                    label=f"{label}, {'open' if open_day else 'closed'} days",
                )  # fmt: skip
    axis.set_xlabel("outdoor air, mean of the day [°C]")
    axis.set_ylabel("Wh/m² a day")
    axis.set_title("Energy signature: what the weather asks for", fontsize=10)
    axis.set_ylim(bottom=0.0)
    axis.grid(alpha=0.25)
    axis.legend(fontsize=8, frameon=False)
    plain(axis)


def plain(axis: Axes) -> None:
    """Without the box."""
    axis.spines[["top", "right"]].set_visible(False)
