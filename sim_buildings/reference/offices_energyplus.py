"""``python -m sim_buildings.reference.offices_energyplus``: a reference office with ideal loads.

Ideal loads compare envelope, sun and gains: what heat each zone needs to hold the same setpoints,
with no plant in between.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from hvac_rl.errors import HvacRlError
from sim_buildings.reference.annual import Floats, Wanted, YearResult, run_year, weather_file
from sim_buildings.reference.guideline14 import monthly_sums
from sim_buildings.reference.office_data import OfficeData
from sim_buildings.reference.office_extract import SCHEDULES, extract
from sim_buildings.reference.office_models import OFFICES, load_office, with_ideal_loads

_AIR = Wanted("Zone Mean Air Temperature")
_RADIANT = Wanted("Zone Mean Radiant Temperature")
_HEATING = Wanted("Zone Air System Sensible Heating Rate")
_COOLING = Wanted("Zone Air System Sensible Cooling Rate")
_SUN = Wanted("Enclosure Windows Total Transmitted Solar Radiation Rate")
_PEOPLE = Wanted("Zone People Sensible Heating Rate")
_LIGHTS = Wanted("Zone Lights Electricity Rate")
_EQUIPMENT = Wanted("Zone Electric Equipment Electricity Rate")
_AIR_GAIN = Wanted("Zone Infiltration Sensible Heat Gain Energy")
_AIR_LOSS = Wanted("Zone Infiltration Sensible Heat Loss Energy")
_ALL = (
    _AIR,
    _RADIANT,
    _HEATING,
    _COOLING,
    _SUN,
    _PEOPLE,
    _LIGHTS,
    _EQUIPMENT,
    _AIR_GAIN,
    _AIR_LOSS,
    SCHEDULES,
)


@dataclass(frozen=True)
class ZoneHours:
    """Hourly averages of one zone, each of shape (8760,), local standard time."""

    air_c: Floats
    radiant_c: Floats
    """Mean radiant temperature."""
    heating_w: Floats
    """Sensible heat to the zone, never negative."""
    cooling_w: Floats
    """Sensible heat from the zone, never negative."""
    transmitted_solar_w: Floats
    people_sensible_w: Floats
    lights_w: Floats
    equipment_w: Floats
    infiltration_w: Floats
    """Heat that infiltration brings; negative where the air outside is colder."""


@dataclass(frozen=True)
class OfficeRun:
    """An office, its year, and what each zone needed."""

    data: OfficeData
    weather: str
    zones: Mapping[str, ZoneHours]

    def heating_kwh(self, zone: str) -> Floats:
        """Monthly sums, shape (12,)."""
        return monthly_sums(self.zones[zone].heating_w) / 1e3

    def cooling_kwh(self, zone: str) -> Floats:
        """Monthly sums, shape (12,)."""
        return monthly_sums(self.zones[zone].cooling_w) / 1e3


def run_office(name: str, epw: Path) -> OfficeRun:
    """A year of the office ``name`` (:data:`OFFICES`) with ideal loads and the weather ``epw``."""
    model = with_ideal_loads(load_office(name))
    year = run_year(model, epw, variables=_ALL, tables=True)
    data = extract(name, model, year)
    return OfficeRun(data, epw.stem, {zone.name: _hours(year, zone.name) for zone in data.zones})


def _hours(year: YearResult, zone: str) -> ZoneHours:
    def of(wanted: Wanted) -> Floats:
        """EnergyPlus has no series for what a zone does not have: then it is zero all year."""
        found = year.variables.get((wanted.variable, zone.upper()))
        return year.series(_AIR.variable, zone) * 0.0 if found is None else found

    return ZoneHours(
        air_c=year.series(_AIR.variable, zone),
        radiant_c=year.series(_RADIANT.variable, zone),
        heating_w=of(_HEATING),
        cooling_w=of(_COOLING),
        transmitted_solar_w=of(_SUN),
        people_sensible_w=of(_PEOPLE),
        lights_w=of(_LIGHTS),
        equipment_w=of(_EQUIPMENT),
        infiltration_w=(of(_AIR_GAIN) - of(_AIR_LOSS)) / 3600.0,
    )


def table(run: OfficeRun) -> Table:
    """A rich table: one line a zone."""
    made = Table(title=f"{run.data.name}, ideal loads, {run.weather}")
    columns = ("zone", "floor m2", "wall m2", "window m2", "heating MWh", "cooling MWh")
    for i, column in enumerate((*columns, "peak heat kW", "peak cool kW", "air °C")):
        made.add_column(column, justify="left" if i == 0 else "right")
    for zone in run.data.zones:
        hours = run.zones[zone.name]
        made.add_row(
            zone.name,
            f"{zone.floor_m2:.1f}",
            f"{sum(zone.wall_m2().values()):.1f}",
            f"{sum(zone.window_m2().values()):.1f}",
            f"{hours.heating_w.sum() / 1e6:.2f}",
            f"{hours.cooling_w.sum() / 1e6:.2f}",
            f"{hours.heating_w.max() / 1e3:.2f}",
            f"{hours.cooling_w.max() / 1e3:.2f}",
            f"{hours.air_c.min():.1f} - {hours.air_c.max():.1f}",
        )
    return made


def as_json(run: OfficeRun) -> dict[str, Any]:
    """Monthly figures of every zone as plain data."""
    return {
        "office": run.data.name,
        "weather": run.weather,
        "zones": {
            name: {
                "heating_kwh": run.heating_kwh(name).round(3).tolist(),
                "cooling_kwh": run.cooling_kwh(name).round(3).tolist(),
                "min_air_c": float(hours.air_c.min()),
                "mean_air_c": float(hours.air_c.mean()),
                "max_air_c": float(hours.air_c.max()),
            }
            for name, hours in run.zones.items()
        },
    }


def main(
    office: Annotated[str, typer.Argument(help=f"One of: {', '.join(OFFICES)}.")] = OFFICES[0],
    epw: Annotated[
        str, typer.Option(help="A key of the EnergyPlus package's weather, or an EPW file's path.")
    ] = "usa_co_denver",
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write the figures here.", metavar="FILE")
    ] = None,
) -> None:
    """Run a reference office in EnergyPlus with ideal loads and print what each zone needs."""
    run = run_office(office, weather_file(epw))
    if json_file is not None:
        json_file.write_text(json.dumps(as_json(run), indent=1) + "\n")
    Console(width=None if sys.stdout.isatty() else 150).print(table(run))


if __name__ == "__main__":
    try:
        typer.run(main)
    except HvacRlError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)
