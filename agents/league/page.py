"""The league as one HTML file that needs nothing else: tables, words and figures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from agents.league.course_plots import learning, savings
from agents.league.looks import Controllers, known, looks, number, rule_called
from agents.league.page_style import STYLE
from agents.league.page_table import INDICATORS, STANDING, in_order, overview, table, text
from agents.league.plots import forest, scatter
from agents.league.week_plot import week
from hvac_rl.errors import HvacRlError

TITLE = "The league: who runs a building most cheaply"


def write_page(result: Mapping[str, Any], path: Path) -> None:
    """Write the league's result as a self-contained page.

    ``result``: what ``hvac-rl league --json`` writes. Rules whose name holds "tuned" and "strong"
    are drawn as the lines that others are measured against.

    Raises HvacRlError when the file cannot be written.
    """
    document = page(result)
    try:
        path.write_text(document, encoding="utf-8")
    except OSError as error:
        raise HvacRlError(
            str(path), f"cannot be written: {error.strerror}", "Name a file in a folder of yours."
        ) from error


def page(result: Mapping[str, Any]) -> str:
    """The page as HTML."""
    buildings: Mapping[str, Mapping[str, Any]] = result["buildings"]
    several = len(buildings) > 1
    parts = [
        _head(),
        "<body><header>",
        f"<h1>{TITLE}</h1>",
        '<p class="lede">Rules, agents and what lies beyond them, on weeks whose weather and '
        "people none of them has met.</p>",
        f'<p class="meta">hvac-rl {text(result["version"])}, {text(result["generated"])}</p>',
        "</header><main>",
        _how(result["test"]),
    ]
    if several:
        parts += ["<h3>All buildings</h3>", overview(buildings)]
    for k, (name, building) in enumerate(buildings.items()):
        parts.append(_building(k, name, building, result["test"]["weeks_per_year"]))
    parts += [
        "</main>",
        "<footer><p>This file holds no script and loads nothing. The same figures as data: "
        "<code>hvac-rl league --json FILE</code>.</p></footer>",
        "</body></html>\n",
    ]
    return "\n".join(parts)


def _head() -> str:
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{TITLE}</title>\n<style>{STYLE}</style></head>"
    )


def _how(test: Mapping[str, Any]) -> str:
    years = list(test["climate_years"])
    seeds = test["seeds"]
    each = list(map(str, seeds)) if isinstance(seeds, list | tuple) else []
    trained = f"{len(each)} seeds ({', '.join(each)})" if each else f"{seeds} seeds"
    return f"""<section class="how"><h3>How they were compared</h3><ul>
<li><b>The same weeks for everybody.</b> {text(test["weeks_per_year"])} weeks of each of
{len(years)} test years (weather seeds {text(", ".join(map(str, years)))}); weather, people, prices
and errors of forecasts are drawn beforehand and do not depend on who controls. Nothing was trained
on these years, and nothing chosen on them.</li>
<li><b>The first figure is the paired cost against the tuned rule:</b> what a controller costs more
or less than the strong rule with its numbers fitted to the building, over the same weeks. Below
zero is cheaper. The tuned rule is what ships if nothing beats it.</li>
<li><b>Intervals are 95 % bootstrap intervals.</b> Weeks are drawn in pairs; each agent was trained
with {text(trained)}, and these are drawn as well. ▼ the whole interval is cheaper, ▲ the whole
interval is dearer; without an arrow it may be either.</li>
<li><b>Comfort stands beside cost.</b> A controller is worth shipping only if it is cheaper at
equal or better comfort.</li>
<li><b>Two marks to measure by.</b> The planner simulates the coming day again and again before each
decision, with the forecast that agents get: how far one can get without seeing the future. The
bound knows the future and holds fewer rules: no controller can cost less at that comfort.</li>
</ul></section>"""


def _building(k: int, name: str, building: Mapping[str, Any], weeks_per_year: int) -> str:
    controllers: Controllers = building["controllers"]
    facts = (
        f"{text(building['climate'])}, tariff {text(building['tariff'])}, "
        f"{number(building['zones'], 0)} zones, {number(building['area_m2'], 0)} m², "
        f"{number(building['weeks'], 0)} test weeks"
    )
    standing = "Cheapest first; all figures on test weeks, means over seeds"
    parts = [
        f'<section id="building-{k}"><h2>{text(name)}</h2><p class="meta">{facts}</p>',
        _verdicts(controllers),
        table(controllers, STANDING, standing),
        _bound(building["bound"]),
        '<div class="figures">',
        _figure(
            "Cost against the tuned rule",
            "paired, with 95 % intervals; an arrow: beyond the scale",
            forest(building, f"b{k}-forest"),
        ),
        _figure(
            "Cost against discomfort",
            "to the left more comfortable, below cheaper",
            scatter(building, f"b{k}-scatter"),
        ),
        "</div>",
        "<h3>Indicators</h3>",
        table(controllers, INDICATORS, "After BOPTEST, and what occupants and devices notice"),
    ]
    course = []
    saved = savings(building, weeks_per_year, f"b{k}-savings")
    if saved is not None:
        course.append(
            _figure("Where in the year", "money saved, added up over the test weeks", saved)
        )
    for title, svg in zip(
        ("Cost while they learned", "Discomfort while they learned"),
        learning(building, f"b{k}-learning"),
        strict=False,
    ):
        course.append(_figure(title, "on validation weeks, which are not the test's", svg))
    if course:
        parts += ["<h3>Over time</h3>", '<div class="figures">', *course, "</div>"]
    parts += [_weeks(k, controllers), "</section>"]
    return "\n".join(parts)


def _verdicts(controllers: Controllers) -> str:
    names = [name for name in in_order(controllers) if controllers[name]["worth_shipping"]]
    # What may ship comes first.
    names.sort(key=lambda name: controllers[name]["kind"] not in {"agent", "rule"})
    said = "".join(
        f"<dt>{text(controllers[name]['label'])}</dt>"
        f"<dd>{text(controllers[name]['worth_shipping'])}</dd>\n"
        for name in names
    )
    return f'<h3>Worth shipping?</h3><dl class="verdicts">{said}</dl>' if said else ""


def _bound(bound: Mapping[str, Any]) -> str:
    cost = bound["cost_per_week"]
    value = f"{number(cost)} $ a week. " if known(cost) else "none for this building. "
    return f'<p class="note"><b>Bound:</b> {value}{text(bound["note"])}</p>'


def _figure(title: str, more: str, svg: str | None) -> str:
    if svg is None:
        return ""
    return (
        f"<figure><figcaption><b>{text(title)}</b> <span>{text(more)}</span>"
        f"</figcaption>\n{svg}</figure>"
    )


def _weeks(k: int, controllers: Controllers) -> str:
    """The same week of every controller that has one."""
    traced = [name for name in in_order(controllers) if controllers[name]["trace"]]
    if not traced:
        return ""
    look = looks(controllers)
    most_kw = max(max(controllers[name]["trace"]["power_kw"]) for name in traced)
    tuned = rule_called(controllers, "tuned")
    figures = []
    for j, name in enumerate(traced):
        compared = tuned if tuned in traced and tuned != name else None
        svg = week(
            controllers[name],
            look[name],
            f"b{k}-week{j}",
            most_kw=most_kw or 1.0,
            other=None if compared is None else controllers[compared]["trace"],
            other_label="" if compared is None else str(controllers[compared]["label"]),
        )
        more = "in ink: the power under the tuned rule" if compared else "air, blind, power, price"
        figures.append(_figure(str(controllers[name]["label"]), more, svg))
    return (
        '<h3>The same week under each of them</h3><div class="figures">'
        + "\n".join(figures)
        + "</div>"
    )
