"""A building's year under its own schedule as tables and as a picture."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table

from hvac_rl.control.kpis import KpiLimits
from sim_buildings.building import Building
from sim_buildings.show_plan import INSIDE, SIDES, side_of
from sim_buildings.simulation import warm
from sim_buildings.waiting import Bar
from sim_buildings.world import make_world
from sim_buildings.year import END_USES, YearRecord, hourly, record_year


def show_year(
    building: Building, weather: str, seed: int, year: int, out: Path | None, console: Console
) -> None:
    """Run the year with a bar, print its figures, draw the picture to ``out``.

    Raises ConfigError for wrong weather.
    """
    with console.status("Preparing the simulator (the first time compiles it) ..."):
        warm()
        world = make_world(building, weather, year, seed)
    with Bar(console, "a year under the BMS alone") as bar:
        record = record_year(building, world, bar.show)
    console.print(year_table(record))
    console.print(comfort_table(record))
    if out is not None:
        from sim_buildings.show_picture import draw_year

        with console.status("Drawing ..."):
            draw_year(out, record)
        console.print(f"picture: {out}", soft_wrap=True, highlight=False)


def year_table(record: YearRecord) -> Table:
    """Energy by end use, with peak and cost of energy."""
    area = record.building.area_m2
    table = Table(
        title="A year under the BMS's own schedule", title_justify="left", title_style="bold"
    )
    table.add_column("end use")
    for column in ("kWh", "kWh/m²", "share"):
        table.add_column(column, justify="right")
    uses = {name: record.kwh(name) for name in END_USES}
    whole = sum(uses.values())
    for name, kwh in uses.items():
        if kwh > 0.0:
            table.add_row(name, f"{kwh:,.0f}", f"{kwh / area:.1f}", f"{kwh / whole:.0%}")
    table.add_section()
    table.add_row("together", f"{whole:,.0f}", f"{whole / area:.1f}", "")
    kw = hourly(record.total_w) / 1000.0
    table.add_row(
        "peak of an hour, electric", f"{kw.max():,.1f} kW", f"{1000 * kw.max() / area:.0f} W/m²", ""
    )
    return table


def comfort_table(record: YearRecord) -> Table:
    """How warm, stuffy and humid it was while people were in, one row a side."""
    bms, limit_ppm = record.building.bms, KpiLimits().co2_ppm
    table = Table(title="Zones in occupied hours", title_justify="left", title_style="bold")
    table.add_column("side")
    for column in (
        "zones", "hours", f"K·h outside {bms.occupied_heating_c:g}–{bms.occupied_cooling_c:g} °C",
        "air °C", "CO2 at most ppm", f"h above {limit_ppm:.0f} ppm", "humidity %",
    ):  # fmt: skip
        table.add_column(column, justify="right", min_width=9 if column == "air °C" else None)
    outside_kh = record.outside_kh
    for side in (*SIDES, INSIDE):
        zones = [
            k for k, zone in enumerate(record.building.zones) if side_of(zone.azimuth_deg) == side
        ]
        occupied = record.occupied[:, zones]
        if not occupied.any():
            continue
        air = record.air_c[:, zones][occupied]
        co2 = record.co2_ppm[:, zones]
        humidity = 100.0 * record.relative_humidity[:, zones][occupied]
        above = ((co2 > limit_ppm) & occupied).sum(axis=0).mean()
        table.add_row(
            side, f"{len(zones)}", f"{occupied.sum(axis=0).mean():,.0f}",
            f"{outside_kh[zones].mean():,.0f}", f"{air.min():.1f}–{air.max():.1f}",
            f"{co2[occupied].max():,.0f}", f"{above:.0f}",
            f"{humidity.min():.0f}–{humidity.max():.0f}",
        )  # fmt: skip
    table.caption = "hours and K·h: means of the zones"
    return table
