"""One year of an EnergyPlus model: started as a process of its own, read back as arrays.

Results come from the SQLite file that EnergyPlus writes (Output:SQLite; "Output Details and
Examples", chapter "eplusout.sql"), which holds full double precision, the units and, if asked
for, the tables of the summary report.
"""

from __future__ import annotations

import copy
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hvac_rl.errors import ConfigError, HvacRlError, MissingExtra

Floats = NDArray[np.float64]
Model = dict[str, dict[str, dict[str, Any]]]
"""An epJSON model: object type, object name, fields."""

HOURS_A_YEAR = 8760
# EnvironmentPeriods.EnvironmentType of a weather-file run period (1 and 2: design days).
_RUN_PERIOD = 3
# A year that is no leap year and begins on a Sunday, as the TMY3 files' DATA PERIODS line says.
_YEAR = 2017


class EnergyPlusFailed(HvacRlError):
    """EnergyPlus ended with an error; the message carries its severe and fatal lines."""


class Wanted(NamedTuple):
    """An output variable for one object, or for all that have it."""

    variable: str
    """As in the Input Output Reference, such as "Zone Mean Air Temperature"."""
    key: str = "*"


class TableCell(NamedTuple):
    report: str
    table: str
    row: str
    column: str
    units: str
    value: str


@dataclass(frozen=True)
class YearResult:
    """What a year gave. Index 0 is the step that ends after 00:00 on 1 January, standard time."""

    steps_per_hour: int
    variables: Mapping[tuple[str, str], Floats]
    """(variable, KEY in capitals) -> shape (8760 * steps_per_hour,), averages over the step in
    the unit of the Input Output Reference (energies: sums)."""
    meters: Mapping[str, Floats]
    """Meter -> shape (8760 * steps_per_hour,) [J]."""
    tables: tuple[TableCell, ...]
    """The summary report's cells; empty unless asked for."""

    def series(self, variable: str, key: str) -> Floats:
        """One variable of one object; a ConfigError names what there is instead."""
        found = self.variables.get((variable, key.upper()))
        if found is None:
            keys = sorted(k for name, k in self.variables if name == variable)
            raise ConfigError(
                f"EnergyPlus output: {variable}",
                f'nothing for "{key}"',
                f"There is: {', '.join(keys) or 'nothing of that name'}.",
            )
        return found


def available() -> bool:
    """Whether EnergyPlus's Python package can be imported here."""
    return find_spec("pyenergyplus") is not None


def require() -> None:
    """Raise MissingExtra unless EnergyPlus is installed."""
    if not available():
        raise MissingExtra(
            "sim_buildings.reference",
            "EnergyPlus is not installed",
            'Install the extra "energyplus": pip install "hvac-rl[energyplus]"',
        )


def weather_file(name: str) -> Path:
    """Path of an EPW file that the EnergyPlus package brings, by its key, or ``name`` as a path.

    Keys are those of ``pyenergyplus.dataset.weather_files``, such as "usa_co_denver".
    """
    require()
    from pyenergyplus.dataset import weather_files

    path = Path(weather_files.get(name, name))
    if not path.is_file():
        raise ConfigError(
            f"weather: {name}",
            "neither an EPW file nor a key of the EnergyPlus package",
            f"Keys: {', '.join(weather_files)}.",
        )
    return path


def convert(idf: Path) -> Model:
    """The epJSON form of an IDF file of the same EnergyPlus version."""
    require()
    with tempfile.TemporaryDirectory(prefix="energyplus-") as folder:
        _run_engine(["--convert-only", "-d", folder, str(idf)], Path(folder))
        text = (Path(folder) / f"{idf.stem}.epJSON").read_text(encoding="utf-8")
    model: Model = json.loads(text)
    return model


def run_year(
    model: Model,
    epw: Path,
    *,
    variables: Sequence[Wanted] = (),
    meters: Sequence[str] = (),
    per_timestep: bool = False,
    tables: bool = False,
) -> YearResult:
    """Simulate 1 January to 31 December and return what was asked for.

    The model's own run periods, output requests and daylight saving are replaced; everything else
    stays as it is. ``per_timestep`` gives the model's zone time steps instead of hours.

    Raises EnergyPlusFailed with the lines of eplusout.err, MissingExtra without EnergyPlus, and
    ConfigError when an output that was asked for does not exist in this model.
    """
    require()
    frequency = "Timestep" if per_timestep else "Hourly"
    steps_per_hour = _timesteps_per_hour(model) if per_timestep else 1
    prepared = _prepare(model, variables, meters, frequency, tables)
    with tempfile.TemporaryDirectory(prefix="energyplus-") as name:
        folder = Path(name)
        path = folder / "in.epJSON"
        path.write_text(json.dumps(prepared), encoding="utf-8")
        _run_engine(["-w", str(epw), "-d", name, str(path)], folder)
        with closing(sqlite3.connect(folder / "eplusout.sql")) as database:
            found, metered = _read_series(database, HOURS_A_YEAR * steps_per_hour)
            cells = _read_tables(database) if tables else ()
    result = YearResult(steps_per_hour, found, metered, cells)
    for variable, key in variables:
        if key != "*" or not any(name == variable for name, _ in found):
            result.series(variable, key)
    for meter in meters:
        if meter not in metered:
            raise ConfigError(f"EnergyPlus meter: {meter}", "not in this model")
    return result


def _timesteps_per_hour(model: Model) -> int:
    steps = [int(fields["number_of_timesteps_per_hour"]) for fields in model["Timestep"].values()]
    return steps[0]


def _prepare(
    model: Model,
    variables: Sequence[Wanted],
    meters: Sequence[str],
    frequency: str,
    tables: bool,
) -> Model:
    replaced = ("RunPeriod", "RunPeriodControl:DaylightSavingTime")
    prepared = {
        kind: copy.deepcopy(objects)
        for kind, objects in model.items()
        if kind not in replaced and not kind.startswith(("Output:", "OutputControl:"))
    }
    control = prepared.setdefault("SimulationControl", {"Control": {}})
    for fields in control.values():
        fields["run_simulation_for_sizing_periods"] = "No"
        fields["run_simulation_for_weather_file_run_periods"] = "Yes"
    prepared["RunPeriod"] = {
        "Year": {
            "begin_month": 1,
            "begin_day_of_month": 1,
            "begin_year": _YEAR,
            "end_month": 12,
            "end_day_of_month": 31,
            "end_year": _YEAR,
            "day_of_week_for_start_day": "Sunday",
            "use_weather_file_daylight_saving_period": "No",
            "use_weather_file_holidays_and_special_days": "No",
        }
    }
    prepared["Output:Variable"] = {
        f"Variable {i}": {
            "key_value": wanted.key,
            "variable_name": wanted.variable,
            "reporting_frequency": frequency,
        }
        for i, wanted in enumerate(variables)
    }
    prepared["Output:Meter"] = {
        f"Meter {i}": {"key_name": meter, "reporting_frequency": frequency}
        for i, meter in enumerate(meters)
    }
    prepared["Output:SQLite"] = {
        "SQLite": {"option_type": "SimpleAndTabular" if tables else "Simple"}
    }
    if tables:
        prepared["Output:Table:SummaryReports"] = {
            "Summary": {
                "reports": [
                    {"report_name": "EnvelopeSummary"},
                    {"report_name": "InputVerificationandResultsSummary"},
                ]
            }
        }
    return prepared


def _run_engine(arguments: list[str], folder: Path) -> None:
    root = str(Path(__file__).resolve().parents[2])
    search = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    done = subprocess.run(
        [sys.executable, "-m", "sim_buildings.reference.engine", *arguments],
        capture_output=True,
        text=True,
        errors="replace",
        env={**os.environ, "PYTHONPATH": os.pathsep.join(search)},
        check=False,
    )
    if done.returncode == 0:
        return
    report = folder / "eplusout.err"
    lines = report.read_text(errors="replace").splitlines() if report.is_file() else []
    bad = _severe_lines(lines) or done.stderr.splitlines()[-5:] or ["no message"]
    raise EnergyPlusFailed(
        "EnergyPlus", f"ended with code {done.returncode}:\n  " + "\n  ".join(bad)
    )


def _severe_lines(lines: Sequence[str]) -> list[str]:
    """The severe and fatal messages of eplusout.err, with their continuation lines."""
    kept: list[str] = []
    inside = False
    for line in lines:
        text = line.strip()
        if not text.startswith("**   ~~~   **"):
            inside = text.startswith(("** Severe  **", "**  Fatal  **"))
        if inside:
            kept.append(text)
    return kept


def _read_series(
    database: sqlite3.Connection, steps: int
) -> tuple[dict[tuple[str, str], Floats], dict[str, Floats]]:
    rows = database.execute(
        "SELECT d.ReportDataDictionaryIndex, d.IsMeter, d.Name, d.KeyValue"
        " FROM ReportDataDictionary d"
    ).fetchall()
    columns = {index: position for position, (index, *_) in enumerate(rows)}
    values = np.fromiter(
        database.execute(
            "SELECT r.ReportDataDictionaryIndex, r.Value FROM ReportData r"
            " JOIN Time t ON t.TimeIndex = r.TimeIndex"
            " JOIN EnvironmentPeriods e ON e.EnvironmentPeriodIndex = t.EnvironmentPeriodIndex"
            " WHERE e.EnvironmentType = ? AND COALESCE(t.WarmupFlag, 0) = 0"
            " ORDER BY r.ReportDataDictionaryIndex, r.TimeIndex",
            (_RUN_PERIOD,),
        ),
        dtype=[("index", np.int64), ("value", np.float64)],
    )
    variables: dict[tuple[str, str], Floats] = {}
    meters: dict[str, Floats] = {}
    for index, position in columns.items():
        _, is_meter, name, key = rows[position]
        first, last = np.searchsorted(values["index"], [index, index + 1])
        series = values["value"][first:last].copy()
        if len(series) != steps:
            raise EnergyPlusFailed(
                "EnergyPlus output", f"{name} {key or ''}: {len(series)} values, {steps} expected"
            )
        if is_meter:
            meters[name] = series
        else:
            variables[name, (key or "").upper()] = series
    return variables, meters


def _read_tables(database: sqlite3.Connection) -> tuple[TableCell, ...]:
    return tuple(
        TableCell(*(str(part or "").strip() for part in row))
        for row in database.execute(
            "SELECT ReportName, TableName, RowName, ColumnName, Units, Value"
            " FROM TabularDataWithStrings"
        )
    )
