"""The picture of a building's year under its own BMS schedule, on one page."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import cast

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.figure import Figure, SubFigure
from numpy.typing import NDArray

from sim_buildings.picture_energy import carpet, draw_peak_day, hourly_kw, monthly, signature
from sim_buildings.picture_zones import draw_plan, durations, extreme_week, week, zones_of
from sim_buildings.show_plan import INSIDE, SIDES
from sim_buildings.year import END_USES, YearRecord


def draw_year(path: Path, record: YearRecord) -> None:
    """Write the page as PNG."""
    sides = [side for side in (*SIDES, INSIDE) if zones_of(record, side)]
    figure = plt.figure(figsize=(17, 23), layout="constrained")
    _title(figure, record)
    made = figure.subfigures(6, 1, height_ratios=(1.0, 0.95, 0.9, 0.85, 0.85, 0.95))
    rows: list[SubFigure] = list(cast("NDArray[np.object_]", made))
    plan, by_month = rows[0].subplots(1, 2, width_ratios=(1, 1.25))
    draw_plan(plan, record)
    monthly(by_month, record)
    power, air = rows[1].subplots(1, 2)
    carpet(power, record, hourly_kw(record), "Electric power [kW]", "inferno")
    carpet(air, record, record.mean_air_c, "Zone temperature, mean by area [°C]", "RdYlBu_r")
    temperature, co2, humidity = rows[2].subplots(1, 3)
    durations(temperature, co2, humidity, record)
    for row, sign, what in ((rows[3], -1.0, "Coldest week"), (rows[4], 1.0, "Warmest week")):
        first_day = extreme_week(record, sign)
        begin = date(record.world.year, 1, 1) + timedelta(days=first_day)
        axes = row.subplots(1, len(sides), sharey=True, squeeze=False)[0]
        for axis, side in zip(axes, sides, strict=True):
            week(axis, record, side, first_day)
        axes[0].set_ylabel("zone air [°C]")
        row.suptitle(f"{what}, from {begin.day} {begin:%B}", fontsize=10)
        row.legend(
            *axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4,
            fontsize=8, frameon=False,
        )  # fmt: skip
    peak, of_days = rows[5].subplots(1, 2)
    draw_peak_day(peak, record)
    signature(of_days, record)
    figure.savefig(path, dpi=90)
    plt.close(figure)


def _title(figure: Figure, record: YearRecord) -> None:
    building, world = record.building, record.world
    area = building.area_m2
    electric = sum(record.kwh(name) for name in END_USES if "gas" not in name) / area
    gas = record.kwh("heating (gas)") / area
    parts = [f"{electric:.0f} kWh/m² electricity"] + ([f"{gas:.0f} kWh/m² gas"] if gas else [])
    figure.suptitle(
        f"{building.title}: {area:,.0f} m², {len(building.zones)} zones.  {world.name} "
        f"{world.year}, people of seed {world.seed}, BMS schedule alone: {', '.join(parts)}, "
        f"peak {hourly_kw(record).max():,.1f} kW",
        fontsize=15,
    )
