"""The parts of docs/buildings.md that follow from the code, and their renewal.

``python -m sim_buildings.file_reference docs/buildings.md`` renews them; ``--figures`` runs each
building's year for the table of figures besides. A renewed part stands between
``<!-- begin NAME -->`` and ``<!-- end NAME -->``.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Callable
from dataclasses import MISSING, Field, fields
from functools import cache
from math import inf, isnan
from pathlib import Path
from typing import Any

from sim_buildings import building_parts
from sim_buildings.building import Building, catalogue, load_building
from sim_buildings.building_parts import AirHandler, Bms, Facade, Interface, Plant, Schedule, Zone
from sim_buildings.fault_columns import (
    HANDLER_FAULTS,
    NO_HANDLER_FAULT,
    NO_ZONE_FAULT,
    ZONE_FAULTS,
)
from sim_buildings.show import air_handlers_text, plant_text
from sim_buildings.storeys import FROM_PLAN, Partition, Plan, Storey
from sim_buildings.tariff import TARIFFS, Flat
from sim_buildings.variation import DEFAULT, Spread, Variation
from sim_buildings.weather_files import BUNDLED, ENERGYPLUS

# Fields that are no keys: they hold tables of their own, or where in the file something stood.
NO_KEYS: dict[type, tuple[str, ...]] = {
    Building: ("schedule", "plant", "bms", "air_handlers", "zones", "interfaces"),
    Zone: ("facades",),
    Plan: ("where", "rooms", "partitions"),
}
TABLES: tuple[tuple[str, type], ...] = (
    ("top of the file", Building),
    ("`[schedule]`", Schedule),
    ("`[[zones]]`, `[zone_defaults]`", Zone),
    ("`facades` of a zone", Facade),
    ("`[[interfaces]]`", Interface),
    ("`[[air_handlers]]`, `[air_handler_defaults]`", AirHandler),
    ("`[plant]`", Plant),
    ("`[bms]`", Bms),
    ("`[[storeys]]`", Storey),
    ("`[[plans]]`", Plan),
    ("`interfaces` of a plan", Partition),
)


def keys() -> str:
    """Every table of a building's file and its keys, as Markdown."""
    parts = []
    for title, cls in TABLES:
        lines = [f"### {title}", "", "| key | value | default | |", "|---|---|---|---|"]
        for f in fields(cls):
            if f.name not in NO_KEYS.get(cls, ()):
                note = _notes(cls).get(f.name, "")
                lines.append(f"| `{f.name}` | {_value(f)} | {_default(f)} | {note} |")
        if cls is Zone:
            lines.append("| `facades` | list of tables | | `[]` for a zone without outer wall |")
        if cls is Plan:
            kept = ", ".join(f"`{name}`" for name in FROM_PLAN)
            lines.append(
                "| `zones` | list of tables | | the keys of a zone but "
                f"{kept}; `names` in place of `name` for rooms that are alike |"
            )
            lines.append("| `interfaces` | list of tables | none | between rooms of the plan |")
        parts.append("\n".join(lines))
    return "\n\n".join(parts)


def _value(f: Field[Any]) -> str:
    limits = f.metadata
    if "known" in limits:
        return ", ".join(f"`{one}`" for one in limits["known"])
    if "low" not in limits:
        kind = str(f.type)
        return {"str": "text", "bool": "true or false"}.get(kind, "two names in a list")
    if limits["above"] is not None:
        return f"more than {limits['above']:g}"
    low, high = limits["low"], limits["high"]
    if high == inf:
        return "number" if low == -inf else f"{low:g} or more"
    return f"{low:g} to {high:g}"


def _default(f: Field[Any]) -> str:
    if f.default is MISSING:
        return "needed"
    if isinstance(f.default, bool):
        return str(f.default).lower()
    return f"{f.default:g}" if isinstance(f.default, float) else f"`{f.default}`"


@cache
def _notes(cls: type) -> dict[str, str]:
    """What stands under a field in the source, by its name."""
    tree = ast.parse(inspect.getsource(cls))
    body = tree.body[0]
    assert isinstance(body, ast.ClassDef)
    notes = {}
    for field, below in zip(body.body, body.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(below, ast.Expr):
            if isinstance(below.value, ast.Constant) and isinstance(below.value.value, str):
                assert isinstance(field.target, ast.Name)
                text = " ".join(below.value.value.split())
                notes[field.target.id] = re.sub(r":mod:`([^`]*)`", r"`\1`", text)
    return notes


def catalogue_rows() -> str:
    """The catalogue's buildings, as Markdown."""
    lines = ["| name | zones | area m² | air handlers | plant | use |", "|---|---|---|---|---|---|"]
    for name in catalogue():
        one = load_building(name)
        uses = ", ".join(dict.fromkeys(zone.use for zone in one.zones))
        lines.append(
            f"| `{name}` | {len(one.zones)} | {one.area_m2:,.0f} | {air_handlers_text(one)} | "
            f"{plant_text(one)} | {uses} |"
        )
    return "\n".join(lines)


def figures() -> str:
    """What every building takes in its year, as Markdown; runs the years."""
    from sim_buildings.world import make_world
    from sim_buildings.year import END_USES, hourly, record_year

    lines = [
        f"| kWh/m² a year | {' | '.join(END_USES)} | together | peak W/m² |",
        f"|---|{'---|' * (len(END_USES) + 2)}",
    ]
    for name in catalogue():
        one = load_building(name)
        record = record_year(one, make_world(one, seed=1))
        uses = [record.kwh(use) / one.area_m2 for use in END_USES]
        peak = hourly(record.total_w).max() / one.area_m2
        cells = " | ".join(f"{use:.1f}" for use in uses)
        lines.append(f"| `{name}` | {cells} | {sum(uses):.1f} | {peak:.0f} |")
    return "\n".join(lines)


def faults() -> str:
    """What can be broken, and the value that means it is not."""
    lines = ["| of | fault | not broken |", "|---|---|---|"]
    for of, names, values in (
        ("zone", ZONE_FAULTS, NO_ZONE_FAULT),
        ("air handler", HANDLER_FAULTS, NO_HANDLER_FAULT),
    ):
        for name, value in zip(names, values, strict=True):
            lines.append(f"| {of} | `{name}` | {'NaN' if isnan(value) else f'{value:g}'} |")
    return "\n".join(lines)


def weather() -> str:
    """Weather by name."""

    def names(known: dict[str, str]) -> str:
        return ", ".join(f"`{name}`" for name in known)

    return f"Bundled: {names(BUNDLED)}.\n\nWith the extra `energyplus`: {names(ENERGYPLUS)}."


def tariffs() -> str:
    """Tariffs by name."""
    lines = ["| tariff | $/kWh | $ a kW of a month's peak |", "|---|---|---|"]
    for name, tariff in TARIFFS.items():
        price = f"{tariff.price_per_kwh:g}" if isinstance(tariff, Flat) else "by the hour"
        lines.append(f"| `{name}` | {price} | {tariff.demand_charge_per_kw:g} |")
    return "\n".join(lines)


def spreads() -> str:
    """What `vary` draws, and how far."""
    lines = ["| factor | sigma of its logarithm | range | |", "|---|---|---|---|"]
    for name in Variation._fields:
        spread = getattr(DEFAULT, name)
        note = _notes(Variation).get(name, "")
        if isinstance(spread, Spread):
            lines.append(
                f"| `{name}` | {spread.sigma:g} | {spread.low:g} to {spread.high:g} | {note} |"
            )
        elif isinstance(spread, float):
            lines.append(f"| `{name}` | | ± {spread:g} | {note} |")
        else:
            lines.append(f"| `{name}` | | {len(spread)} directions | {note} |")
    return "\n".join(lines)


def uses() -> str:
    """The uses of a zone."""
    return ", ".join(f"`{use}`" for use in building_parts.USES)


PARTS: dict[str, Callable[[], str]] = {
    "catalogue": catalogue_rows,
    "keys": keys,
    "uses": uses,
    "weather": weather,
    "tariffs": tariffs,
    "variation": spreads,
    "faults": faults,
}
FIGURES = {"figures": figures}


def renewed(text: str, parts: dict[str, Callable[[], str]]) -> str:
    """``text`` with what stands between the marks of each part made anew.

    Raises ValueError for a part whose marks are missing.
    """
    for name, make in parts.items():
        begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
        if text.count(begin) != 1 or text.count(end) != 1:
            raise ValueError(f"needs one {begin} and one {end}")
        before, rest = text.split(begin)
        text = f"{before}{begin}\n{make()}\n{end}{rest.split(end)[1]}"
    return text


def main(arguments: list[str]) -> None:
    with_figures = "--figures" in arguments
    (path,) = (Path(one) for one in arguments if one != "--figures")
    parts = PARTS | FIGURES if with_figures else PARTS
    path.write_text(renewed(path.read_text(encoding="utf-8"), parts), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
