"""The picture's panels of zones: the plan, how warm, stuffy and dry it was, two weeks."""

from __future__ import annotations

from datetime import date, timedelta

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from hvac_rl.control.kpis import KpiLimits
from sim_buildings.picture_energy import plain
from sim_buildings.show_plan import INSIDE, SIDES, plan_of, side_of, storeys_of
from sim_buildings.weather import HOURS_PER_DAY
from sim_buildings.year import YearRecord

Floats = NDArray[np.float64]

SIDE_COLOURS = {
    "north": "#4477aa", "east": "#228833", "south": "#ee6677", "west": "#aa3377",
    INSIDE: "#666666",
}  # fmt: skip
BAND = "#00b25d"
# Relative humidity of occupied rooms, EN 16798-1:2019, annex B, category II.
HUMIDITY_BAND = (25.0, 60.0)
MANY = 8
"""More curves than this become a band."""
REDDEST_K = 1.5
"""Mean distance from the setpoints that has the strongest colour."""
MOST_DETAILED = 12
"""A plan of more rooms than this names them only."""


def extreme_week(record: YearRecord, sign: float) -> int:
    """The Monday, as a day of the year from 0, of the warmest week (1) or the coldest (-1)."""
    daily = record.outdoor_c.reshape(-1, HOURS_PER_DAY).mean(axis=1)
    first = (7 - date(record.world.year, 1, 1).weekday()) % 7
    mondays = range(first, record.days - 6, 7)
    return max(mondays, key=lambda day: sign * float(daily[day : day + 7].mean()))


def zones_of(record: YearRecord, side: str) -> list[int]:
    """The zones whose main facade looks to a side, or that lie inside."""
    return [k for k, zone in enumerate(record.building.zones) if side_of(zone.azimuth_deg) == side]


def draw_plan(axis: Axes, record: YearRecord) -> None:
    """The schematic plan, redder where people were further from the BMS's setpoints."""
    outside_kh = record.outside_kh
    occupied_h = record.occupied.sum(axis=0)
    tiles = plan_of(record.building)
    whole_m2 = sum(tile.width * tile.height for tile in tiles)
    colours = matplotlib.colormaps["YlOrRd"]
    for tile in tiles:
        members = list(tile.members)
        mean_kh = float(outside_kh[members].mean())
        mean_k = mean_kh / max(float(occupied_h[members].mean()), 1.0)
        # The root tells small differences apart.
        shade = 0.85 * min(mean_k / REDDEST_K, 1.0) ** 0.5
        axis.add_patch(
            Rectangle(
                (tile.x, tile.y), tile.width, tile.height,
                facecolor=colours(shade), edgecolor="#333333",
            )
        )  # fmt: skip
        area_m2 = record.building.zones[members[0]].area_m2
        flat = tile.height < 0.3 * tile.width
        parts = [tile.name, f"{area_m2:.0f} m²", f"{mean_kh:,.0f} K·h"]
        small = tile.width * tile.height < 0.01 * whole_m2
        if len(tiles) > MOST_DETAILED:
            del parts[1]
        elif small:
            del parts[1:]
        narrow = tile.width < 0.6 * tile.height and (small or len(tiles) > MOST_DETAILED)
        axis.text(
            tile.x + tile.width / 2, tile.y + tile.height / 2,
            ("  " if flat and len(tiles) <= MOST_DETAILED else "\n").join(parts),
            ha="center", va="center", rotation=90 if narrow else 0,
            fontsize=7 if small or len(tiles) > MOST_DETAILED else 10,
            color="white" if shade > 0.55 else "black",
        )  # fmt: skip
    axis.set_aspect("equal")
    axis.autoscale()
    axis.axis("off")
    storeys = storeys_of(record.building)
    bms = record.building.bms
    axis.set_title(
        "Zones by facade, areas to scale, north up"
        + (f"; means over {storeys} storeys" if storeys > 1 else "")
        + f"\nK·h outside {bms.occupied_heating_c:g}–{bms.occupied_cooling_c:g} °C while people "
        "are in",
        fontsize=10,
    )


def durations(temperature: Axes, co2: Axes, humidity: Axes, record: YearRecord) -> None:
    """Duration curves of the zones' occupied hours."""
    bms = record.building.bms
    panels = (
        (temperature, record.air_c, "Zone temperature [°C]"),
        (co2, record.co2_ppm, "CO2 [ppm]"),
        (humidity, 100.0 * record.relative_humidity, "Relative humidity [%]"),
    )
    for axis, values, title in panels:
        _duration(axis, record, values)
        axis.set_title(f"{title} in occupied hours", fontsize=10)
        axis.set_xlabel("share of occupied hours that are lower [%]")
        axis.set_xlim(0, 100)
        axis.grid(alpha=0.25)
        plain(axis)
    temperature.axhspan(
        bms.occupied_heating_c, bms.occupied_cooling_c, color=BAND, alpha=0.12, lw=0
    )
    co2.axhline(KpiLimits().co2_ppm, color="#b51d14", lw=0.8, ls="--")
    humidity.axhspan(*HUMIDITY_BAND, color=BAND, alpha=0.12, lw=0)
    temperature.legend(fontsize=8, frameon=False, loc="lower right")


def _duration(axis: Axes, record: YearRecord, values: Floats) -> None:
    """Sorted values of each zone's own occupied hours; many zones as a band for each side."""
    shares = np.linspace(0.0, 100.0, 401)
    occupied = record.occupied
    few = len(record.building.zones) <= MANY
    for side in (*SIDES, INSIDE):
        zones = [z for z in zones_of(record, side) if occupied[:, z].any()]
        if not zones:
            continue
        curves = np.stack([np.percentile(values[occupied[:, z], z], shares) for z in zones])
        colour = SIDE_COLOURS[side]
        if few:
            styles = ("-", "--", ":", "-.")
            for k, z in enumerate(zones):
                name = record.building.zones[z].name
                axis.plot(shares, curves[k], color=colour, lw=1.4, ls=styles[k % 4], label=name)
        else:
            axis.fill_between(
                shares, curves.min(axis=0), curves.max(axis=0), color=colour, alpha=0.13, lw=0
            )
            axis.plot(
                shares, np.median(curves, axis=0), color=colour, lw=1.5,
                label=f"{side} ({len(zones)} zones): median, all",
            )  # fmt: skip


def week(axis: Axes, record: YearRecord, side: str, day: int) -> None:
    """A week of the zones of one side: their mean, from the coolest to the warmest."""
    outdoor_c = record.outdoor_c
    bms = record.building.bms
    zones = zones_of(record, side)
    hours = slice(day * HOURS_PER_DAY, (day + 7) * HOURS_PER_DAY)
    x = np.arange(7 * HOURS_PER_DAY) / HOURS_PER_DAY
    air = record.air_c[hours][:, zones]
    colour = SIDE_COLOURS[side]
    heating = record.heating_c[hours][:, zones].mean(axis=1)
    cooling = record.cooling_c[hours][:, zones].mean(axis=1)
    axis.fill_between(
        x, heating, cooling, color=BAND, alpha=0.13, lw=0, step="post", label="between setpoints"
    )
    for setpoint in (heating, cooling):
        axis.step(x, setpoint, color=BAND, lw=0.6, alpha=0.7, where="post")
    in_share = record.occupied[hours][:, zones].mean(axis=1)
    axis.fill_between(
        x, 0.0, 0.04, where=in_share > 0.0, transform=axis.get_xaxis_transform(),
        color="#444444", alpha=0.5, lw=0, label="people in",
    )  # fmt: skip
    if len(zones) > 1:
        axis.fill_between(x, air.min(axis=1), air.max(axis=1), color=colour, alpha=0.2, lw=0)
    axis.plot(
        x, air.mean(axis=1), color=colour, lw=1.4, label="zone air (of several: mean and range)"
    )
    axis.plot([], [], color="#777777", lw=0.8, ls=":", label="outdoors, scale on the right")
    twin = axis.twinx()
    twin.plot(x, outdoor_c[hours], color="#777777", lw=0.8, ls=":")
    least, most = float(outdoor_c[hours].min()), float(outdoor_c[hours].max())
    span = max(most - least, 0.1)
    twin.set_ylim(least - 3.5 * span, most + 0.1 * span)
    twin.set_yticks([least, most], [f"{least:.0f}°", f"{most:.0f}°"], fontsize=7, color="#777777")
    twin.spines[["top", "right"]].set_visible(False)
    names = record.building.zones[zones[0]].name if len(zones) == 1 else f"{len(zones)} zones"
    axis.set_title(f"{side}: {names}" if names != side else names, fontsize=9, color=colour)
    begin = date(record.world.year, 1, 1) + timedelta(days=day)
    axis.set_xticks(
        np.arange(7) + 0.5, [f"{begin + timedelta(days=k):%a}"[:2] for k in range(7)], fontsize=8
    )
    axis.tick_params(axis="x", length=0)
    axis.set_xlim(0, 7)
    every = record.air_c[hours]
    low = min(float(every.min()), bms.occupied_heating_c) - 1.0
    high = max(float(every.max()), bms.occupied_cooling_c) + 1.0
    # Outdoor air has the upper quarter.
    axis.set_ylim(low, high + 0.33 * (high - low))
    for k in range(1, 7):
        axis.axvline(k, color="#dddddd", lw=0.5, zorder=0)
    plain(axis)
