"""The picture of a reference office: both simulators, two weeks and the months."""

from __future__ import annotations

from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np

from sim_buildings.reference.bestest_picture import OWN, REFERENCE, WEEK_H, WEEKS
from sim_buildings.reference.guideline14 import monthly_sums
from sim_buildings.reference.offices_energyplus import OfficeRun, ZoneHours
from sim_buildings.reference.offices_ours import OwnHours


def draw(path: Path, run: OfficeRun, ours: dict[str, OwnHours]) -> None:
    """Loads of all zones and mean air of the conditioned ones; monthly heating and cooling."""
    names = [zone.name for zone in run.data.conditioned]
    areas = np.array([zone.floor_m2 for zone in run.data.conditioned])
    pairs: tuple[tuple[str, str, list[ZoneHours] | list[OwnHours]], ...] = (
        ("EnergyPlus", REFERENCE, [run.zones[name] for name in names]),
        ("ours", OWN, [ours[name] for name in names]),
    )
    figure, axes = plt.subplots(3, 2, figsize=(12, 7.5), layout="constrained")
    for column, (week, first) in enumerate(WEEKS):
        hours, days = slice(first, first + WEEK_H), np.arange(WEEK_H) / 24.0
        for label, colour, zones in pairs:
            load_w = sum(zone.heating_w[hours] - zone.cooling_w[hours] for zone in zones)
            air_c = areas @ np.stack([zone.air_c[hours] for zone in zones]) / areas.sum()
            axes[0, column].plot(days, np.asarray(load_w) / 1e3, color=colour, label=label)
            axes[1, column].plot(days, air_c, color=colour)
        axes[0, column].set_title(f"{run.data.name}, {week}", fontsize=9)
        axes[0, column].set_ylabel("heat - cold [kW]", fontsize=8)
        axes[1, column].set_ylabel("mean air [°C]", fontsize=8)
        axes[1, column].set_xlabel("day", fontsize=8)
    months = np.arange(12)
    for column, what in enumerate(("heating", "cooling")):
        for shift, (_, colour, zones) in zip((-0.2, 0.2), pairs, strict=True):
            mwh = sum(monthly_sums(getattr(zone, f"{what}_w")) for zone in zones)
            axes[2, column].bar(months + 1 + shift, np.asarray(mwh) / 1e6, 0.38, color=colour)
        axes[2, column].set_title(f"{what} [MWh a month]", fontsize=9)
    figure.legend(
        *axes[0, 0].get_legend_handles_labels(), loc="outside upper right", ncols=2, frameon=False
    )
    for axis in axes.flat:
        axis.grid(alpha=0.25)
        axis.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=75)
    plt.close(figure)
