"""``python -m sim_buildings.reference.bestest``: BESTEST in our simulator and in EnergyPlus.

The published ranges are printed beside; they hold for the standard's own weather file alone
(:mod:`bestest_ranges`), so nothing is judged by them on another year.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from hvac_rl.errors import ConfigError, HvacRlError
from sim_buildings.reference.annual import weather_file
from sim_buildings.reference.bestest_cases import CASES, Case
from sim_buildings.reference.bestest_energyplus import run_case
from sim_buildings.reference.bestest_ours import run_case as run_ours
from sim_buildings.reference.bestest_ranges import PUBLISHED, Published, Span, is_standard_weather
from sim_buildings.reference.bestest_result import CaseResult, Extreme

DEFAULT_WEATHER = "usa_co_denver"
Simulator = Callable[[Case], CaseResult]


@dataclass(frozen=True)
class Row:
    """One case in EnergyPlus and in our simulator; one of them may be missing."""

    case: str
    energyplus: CaseResult | None
    ours: CaseResult | None


OUTPUTS = (
    ("heating_mwh", "heating", "MWh", 3),
    ("cooling_mwh", "cooling", "MWh", 3),
    ("peak_heating_kw", "peak heating", "kW", 3),
    ("peak_cooling_kw", "peak cooling", "kW", 3),
    ("max_air_c", "highest air", "°C", 1),
    ("min_air_c", "lowest air", "°C", 1),
    ("mean_air_c", "mean air", "°C", 1),
)


def compare(
    cases: Iterable[Case], energyplus: Simulator | None, ours: Simulator | None = None
) -> tuple[Row, ...]:
    """Run every case in both simulators; either may be left out."""
    return tuple(
        Row(
            case.name,
            None if energyplus is None else energyplus(case),
            None if ours is None else ours(case),
        )
        for case in cases
    )


def outputs_of(case: Case) -> tuple[tuple[str, str, str, int], ...]:
    """The rows of :data:`OUTPUTS` that the standard reports for this case."""
    if case.free_float:
        wanted = {"max_air_c", "min_air_c", "mean_air_c"}
    else:
        wanted = {"cooling_mwh", "peak_cooling_kw"}
        if case.heating_c is not None:
            wanted |= {"heating_mwh", "peak_heating_kw"}
    return tuple(output for output in OUTPUTS if output[0] in wanted)


def table(rows: Iterable[Row], weather: str, *, standard_weather: bool) -> Table:
    """A rich table, one line an output."""
    note = (
        "the published figures hold for this weather"
        if standard_weather
        else "the published figures are for Denver International (WMO 725650): not comparable"
    )
    made = Table(title=f"BESTEST, {weather}", caption=note)
    columns = ("case", "output", "EnergyPlus", "hour", "ours", "hour", "difference")
    for i, name in enumerate((*columns, "std 140-2020", "accepted")):
        made.add_column(name, justify="left" if i < 2 else "right")
    for row in rows:
        published = PUBLISHED.get(row.case, Published())
        for field, label, unit, digits in outputs_of(CASES[row.case]):
            line = [row.case, escape(f"{label} [{unit}]")]
            line += [*_cells(row.energyplus, field, digits), *_cells(row.ours, field, digits)]
            line.append(_difference(row, field, unit))
            span: Span | None = getattr(published, field)
            line += [_span(span, digits), _limits(span)]
            made.add_row(*line)
        made.add_section()
    return made


def as_json(rows: Iterable[Row], weather: Path, *, series: bool = False) -> dict[str, Any]:
    """Plain data of :func:`compare`'s result; ``series`` adds the hourly values."""
    return {
        "weather": weather.name,
        "standard_weather": is_standard_weather(weather),
        "cases": {
            row.case: {
                "energyplus": None if row.energyplus is None else _plain(row.energyplus, series),
                "ours": None if row.ours is None else _plain(row.ours, series),
                "published": asdict(PUBLISHED[row.case]) if row.case in PUBLISHED else None,
            }
            for row in rows
        },
    }


def _plain(result: CaseResult, series: bool) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for field, *_ in OUTPUTS:
        value = getattr(result, field)
        plain[field] = (
            {"value": value.value, "hour": value.hour, "when": value.when()}
            if isinstance(value, Extreme)
            else value
        )
    plain["transmitted_solar_mwh"] = result.transmitted_solar_mwh
    if series:
        hours: Mapping[str, Any] = vars(result.hours)
        plain["hours"] = {name: values.round(3).tolist() for name, values in hours.items()}
    return plain


def _value(result: CaseResult, field: str) -> tuple[float, str]:
    value = getattr(result, field)
    if isinstance(value, Extreme):
        return value.value, value.when()
    return float(value), ""


def _cells(result: CaseResult | None, field: str, digits: int) -> tuple[str, str]:
    if result is None:
        return "", ""
    value, hour = _value(result, field)
    return f"{value:.{digits}f}", hour


def _difference(row: Row, field: str, unit: str) -> str:
    if row.ours is None or row.energyplus is None:
        return ""
    (own, _), (reference, _) = _value(row.ours, field), _value(row.energyplus, field)
    if unit == "°C":
        return f"{own - reference:+.1f} K"
    return f"{(own / reference - 1.0) * 100.0:+.1f} %" if reference else ""


def _span(span: Span | None, digits: int) -> str:
    return "" if span is None else f"{span.low:.{digits}f} - {span.high:.{digits}f}"


def _limits(span: Span | None) -> str:
    if span is None or span.accept_low is None or span.accept_high is None:
        return ""
    return f"{span.accept_low:.2f} - {span.accept_high:.2f}"


def main(
    case: Annotated[
        list[str] | None, typer.Option(help="A case, such as 600FF; repeat. Without: all twelve.")
    ] = None,
    epw: Annotated[
        str, typer.Option(help="A key of the EnergyPlus package's weather, or an EPW file's path.")
    ] = DEFAULT_WEATHER,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write the figures here.", metavar="FILE")
    ] = None,
    series: Annotated[bool, typer.Option(help="With --json: hourly series as well.")] = False,
    picture: Annotated[
        Path | None, typer.Option(help="Draw both simulators here (PNG).", metavar="FILE")
    ] = None,
    energyplus: Annotated[bool, typer.Option(help="Run EnergyPlus as well.")] = True,
    ours: Annotated[bool, typer.Option(help="Run our simulator.")] = True,
) -> None:
    """Run BESTEST cases in our simulator and in EnergyPlus, and print the figures."""
    weather = weather_file(epw)
    cases = _chosen(case)
    if picture is not None and not (energyplus and ours):
        raise ConfigError("--picture", "needs both simulators")
    rows = compare(
        cases,
        (lambda chosen: run_case(chosen, weather)) if energyplus else None,
        (lambda chosen: run_ours(chosen, weather)) if ours else None,
    )
    if json_file is not None:
        json_file.write_text(json.dumps(as_json(rows, weather, series=series), indent=1) + "\n")
    if picture is not None:
        # matplotlib is slow to import.
        from sim_buildings.reference.bestest_picture import draw

        draw(picture, [(r.case, r.energyplus, r.ours) for r in rows if r.energyplus and r.ours])
    Console(width=None if sys.stdout.isatty() else 150).print(
        table(rows, weather.stem, standard_weather=is_standard_weather(weather))
    )


def _chosen(names: list[str] | None) -> list[Case]:
    if not names:
        return list(CASES.values())
    unknown = [name for name in names if name not in CASES]
    if unknown:
        raise ConfigError(
            f"--case {unknown[0]}", "no such BESTEST case here", f"There are: {', '.join(CASES)}."
        )
    return [CASES[name] for name in names]


if __name__ == "__main__":
    try:
        typer.run(main)
    except HvacRlError as error:
        print(error, file=sys.stderr)
        sys.exit(error.exit_code)
