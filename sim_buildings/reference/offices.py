"""``python -m sim_buildings.reference.offices``: a reference office, ours against EnergyPlus.

Judged by ASHRAE Guideline 14 (:mod:`guideline14`), for the building and for each zone.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from hvac_rl.errors import HvacRlError
from sim_buildings.reference.annual import Floats, weather_file
from sim_buildings.reference.bestest import DEFAULT_WEATHER
from sim_buildings.reference.guideline14 import Verdict, judge_year
from sim_buildings.reference.office_models import OFFICES
from sim_buildings.reference.offices_energyplus import OfficeRun, run_office
from sim_buildings.reference.offices_ours import OwnHours, run_ours

# Monthly and hourly indices mean nothing for a load that hardly occurs.
LEAST_MWH = 0.05


@dataclass(frozen=True)
class Compared:
    """One load, or the air, of a zone or of all zones together."""

    where: str
    what: str
    energyplus_mwh: float
    ours_mwh: float
    monthly: Verdict | None
    """None where EnergyPlus has (almost) no such load."""
    hourly: Verdict | None


@dataclass(frozen=True)
class Air:
    zone: str
    rmse_k: float
    bias_k: float
    """Ours over EnergyPlus's."""


def loads(run: OfficeRun, ours: dict[str, OwnHours]) -> list[Compared]:
    """Heating and cooling of all zones together, then of each zone."""
    names = [zone.name for zone in run.data.conditioned]
    found = []
    for where, zones in [("all zones", names), *((name, [name]) for name in names)]:
        for what in ("heating", "cooling"):
            theirs = sum((getattr(run.zones[z], f"{what}_w") for z in zones), np.zeros(8760))
            own = sum((getattr(ours[z], f"{what}_w") for z in zones), np.zeros(8760))
            found.append(_compared(where, what, theirs, own))
    return found


def air(run: OfficeRun, ours: dict[str, OwnHours]) -> list[Air]:
    """How far the zones' air temperatures lie apart, hour by hour."""
    found = []
    for name, own in ours.items():
        warmer_k = own.air_c - run.zones[name].air_c
        found.append(Air(name, float(np.sqrt((warmer_k**2).mean())), float(warmer_k.mean())))
    return found


def _compared(where: str, what: str, theirs: Floats, own: Floats) -> Compared:
    theirs_mwh, own_mwh = float(theirs.sum()) / 1e6, float(own.sum()) / 1e6
    monthly, hourly = judge_year(theirs, own) if theirs_mwh > LEAST_MWH else (None, None)
    return Compared(where, what, theirs_mwh, own_mwh, monthly, hourly)


def table(name: str, compared: list[Compared], airs: list[Air]) -> Table:
    """A rich table, one line a load."""
    made = Table(title=f"{name}, ideal loads: ours against EnergyPlus, ASHRAE Guideline 14")
    columns = ("zone", "load", "EnergyPlus MWh", "ours MWh", "monthly NMBE", "CV(RMSE)", "")
    for i, column in enumerate((*columns, "hourly NMBE", "CV(RMSE)", "", "air RMSE K")):
        made.add_column(column, justify="left" if i < 2 else "right")
    of = {one.zone: one.rmse_k for one in airs}
    for one in compared:
        line = [one.where, one.what, f"{one.energyplus_mwh:.2f}", f"{one.ours_mwh:.2f}"]
        for verdict in (one.monthly, one.hourly):
            line += (
                ["", "", ""]
                if verdict is None
                else [
                    f"{verdict.nmbe_pct:+.1f} %",
                    f"{verdict.cv_rmse_pct:.1f} %",
                    "passed" if verdict.passed else "failed",
                ]
            )
        made.add_row(*line, f"{of[one.where]:.2f}" if one.where in of else "")
    for one_air in airs:
        if all(one.where != one_air.zone for one in compared):
            made.add_row(one_air.zone, "none", *[""] * 8, f"{one_air.rmse_k:.2f}")
    return made


def as_json(run: OfficeRun, compared: list[Compared], airs: list[Air]) -> dict[str, Any]:
    """All figures as plain data."""

    def plain(verdict: Verdict | None) -> dict[str, Any] | None:
        if verdict is None:
            return None
        return {
            "nmbe_pct": verdict.nmbe_pct,
            "cv_rmse_pct": verdict.cv_rmse_pct,
            "passed": verdict.passed,
        }

    return {
        "office": run.data.name,
        "weather": run.weather,
        "loads": [
            {**asdict(one), "monthly": plain(one.monthly), "hourly": plain(one.hourly)}
            for one in compared
        ],
        "air": [asdict(one) for one in airs],
    }


def main(
    office: Annotated[str, typer.Argument(help=f"One of: {', '.join(OFFICES)}.")] = OFFICES[0],
    epw: Annotated[
        str, typer.Option(help="A key of the EnergyPlus package's weather, or an EPW file's path.")
    ] = DEFAULT_WEATHER,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write the figures here.", metavar="FILE")
    ] = None,
    picture: Annotated[
        Path | None, typer.Option(help="Draw both simulators here (PNG).", metavar="FILE")
    ] = None,
) -> None:
    """Run a reference office in both simulators and judge ours by Guideline 14."""
    weather = weather_file(epw)
    run = run_office(office, weather)
    ours = run_ours(run, weather)
    compared, airs = loads(run, ours), air(run, ours)
    if json_file is not None:
        json_file.write_text(json.dumps(as_json(run, compared, airs), indent=1) + "\n")
    if picture is not None:
        # matplotlib is slow to import.
        from sim_buildings.reference.offices_picture import draw

        draw(picture, run, ours)
    Console(width=None if sys.stdout.isatty() else 170).print(table(run.data.name, compared, airs))


if __name__ == "__main__":
    try:
        typer.run(main)
    except HvacRlError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)
