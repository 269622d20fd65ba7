"""The tables of the league's page: who stands where, and every indicator."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any, NamedTuple

from agents.league.looks import (
    NARROW,
    NOTHING,
    Controllers,
    Look,
    duration,
    interval,
    known,
    looks,
    number,
    percent,
)
from agents.league.svg import VARIABLES, plain

Row = Mapping[str, Any]
SIGNS = {"o": "○●", "s": "□■", "D": "◇◆", "^": "△▲"}
"""Marks of the figures, empty and filled."""


class Column(NamedTuple):
    """A column: what stands over it, its unit, and a cell's HTML."""

    title: str
    unit: str
    cell: Callable[[Row], str]


class Group(NamedTuple):
    """Columns that belong together."""

    title: str
    columns: tuple[Column, ...]


def text(value: object) -> str:
    """Escaped, and without characters that no page may hold."""
    return escape(plain(value), quote=True)


def against(row: Row, key: str) -> str:
    """A paired difference and its interval; an arrow and a colour where zero is excluded."""
    value, pair = row.get(key), row.get(f"{key}_ci95")
    if not known(value):
        return NOTHING
    between = interval(pair)
    if value == 0.0 and not between:
        return "0"
    mark, kind = "", ""
    low, high = pair if between and pair else (value, value)
    if between and high < 0.0:
        mark, kind = "▼ ", "good"
    elif between and low > 0.0:
        mark, kind = "▲ ", "bad"
    below = f"<small>{between}</small>" if between else ""
    return f'<span class="first {kind}">{mark}{percent(value)}</span>{below}'


def _number(key: str, digits: int) -> Callable[[Row], str]:
    return lambda row: number(row.get(key), digits)


def _share(key: str) -> Callable[[Row], str]:
    return lambda row: percent(row.get(key), 0, signed=False)


def _decision(row: Row) -> str:
    value = row.get("decision_us")
    if not known(value):
        return NOTHING
    return f"{number(value, 0)}{NARROW}µs" if value < 1e4 else duration(value / 1e6)


STANDING = (
    Group(
        "paired cost",
        (
            Column("against the tuned rule", "95 % interval", lambda row: against(row, "vs_tuned")),
            Column(
                "against the strong rule", "95 % interval", lambda row: against(row, "vs_strong")
            ),
        ),
    ),
    Group(
        "how far",
        (
            Column("of the planner's gain", "over the tuned rule", _share("planner_share")),
            Column("of the gap to the bound", "closed", _share("gap_closed")),
        ),
    ),
    Group(
        "mean of a week",
        (
            Column("cost", "$", _number("cost", 2)),
            Column("HVAC", "$", _number("cost_hvac", 2)),
            Column("lighting", "$", _number("cost_lighting", 2)),
            Column("discomfort", "K·h a zone", _number("discomfort_kh_per_zone_week", 2)),
        ),
    ),
    Group(
        "to make it",
        (
            Column("seeds", "", _number("seeds", 0)),
            Column("training", "time", lambda row: duration(row.get("train_s"))),
        ),
    ),
)
INDICATORS = (
    Group(
        "mean of a week",
        (
            Column("peak", "kW", _number("peak_kw", 1)),
            Column("energy", "kWh/m²", _number("energy_kwh_m2", 2)),
            Column("emissions", "kg CO₂/m²", _number("emissions_kg_m2", 2)),
            Column("discomfort", "K·h a zone", _number("discomfort_kh_per_zone_week", 2)),
            Column("stale air", "ppm·h a zone", _number("air_quality_ppmh_per_zone_week", 0)),
        ),
    ),
    Group(
        "a day",
        (
            Column("wishes that the guard changed", "", _number("guard_changes_per_day", 1)),
            Column("setpoint moves", "a zone", _number("setpoint_moves_per_zone_day", 1)),
            Column("blind moves", "a zone", _number("blind_moves_per_zone_day", 1)),
        ),
    ),
    Group("each time", (Column("a decision takes", "", _decision),)),
)


def in_order(controllers: Controllers) -> list[str]:
    """Cheapest against the tuned rule first; those without a figure last."""

    def key(name: str) -> tuple[int, float]:
        one = controllers[name]
        for k, value in enumerate((one.get("vs_tuned"), one.get("cost"))):
            if known(value):
                return k, float(value)
        return 2, 0.0

    return sorted(controllers, key=key)


def mark(look: Look) -> str:
    """The controller's mark in the figures, as HTML."""
    sign = SIGNS[look.marker][look.filled]
    colour = VARIABLES[look.colour]
    return f'<span class="mark" aria-hidden="true" style="color: var({colour})">{sign}</span>'


def table(controllers: Controllers, groups: Sequence[Group], caption: str) -> str:
    """One row a controller."""
    look = looks(controllers)
    over = "".join(
        f'<th scope="colgroup" class="begins" colspan="{len(group.columns)}">{text(group.title)}'
        "</th>"
        for group in groups
    )
    heads, cells = [], []
    for g, group in enumerate(groups):
        for k, column in enumerate(group.columns):
            begins = ' class="begins"' if k == 0 else ""
            sorts = ' aria-sort="ascending"' if groups is STANDING and g == k == 0 else ""
            unit = f"<small>{text(column.unit)}</small>" if column.unit else ""
            heads.append(f'<th scope="col"{begins}{sorts}>{text(column.title)}{unit}</th>')
            cells.append((begins, column.cell))
    rows = "".join(
        f'<tr><th scope="row">{mark(look[name])}{text(controllers[name]["label"])}</th>'
        + "".join(f"<td{begins}>{cell(controllers[name])}</td>" for begins, cell in cells)
        + "</tr>\n"
        for name in in_order(controllers)
    )
    return (
        f'<div class="table" tabindex="0" role="region" aria-label="{text(caption)}">'
        f"<table><caption>{text(caption)}</caption>\n"
        f'<thead><tr class="groups"><td></td>{over}</tr>\n'
        f'<tr><th scope="col">controller</th>{"".join(heads)}</tr></thead>\n'
        f"<tbody>{rows}</tbody></table></div>"
    )


def overview(buildings: Mapping[str, Mapping[str, Any]]) -> str:
    """Cost against the tuned rule, one row a building, one column a controller."""
    labels: dict[str, str] = {}
    for building in buildings.values():
        for name, one in building["controllers"].items():
            labels.setdefault(name, str(one["label"]))
    heads = "".join(f'<th scope="col">{text(label)}</th>' for label in labels.values())
    rows = ""
    for k, (title, building) in enumerate(buildings.items()):
        cells = "".join(
            f"<td>{against(building['controllers'].get(name, {}), 'vs_tuned')}</td>"
            for name in labels
        )
        rows += (
            f'<tr><th scope="row"><a href="#building-{k}">{text(title)}</a>'
            f"<small> {text(building['climate'])}</small></th>{cells}</tr>\n"
        )
    caption = "Paired cost against the tuned rule of the same building"
    return (
        f'<div class="table" tabindex="0" role="region" aria-label="{caption}">'
        f"<table><caption>{caption}</caption>\n"
        f'<thead><tr><th scope="col">building</th>{heads}</tr></thead>\n'
        f"<tbody>{rows}</tbody></table></div>"
    )
