"""The commissioning record of a write test: a page to print and sign, and a CSV."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path

import hvac_rl
from adapters.commissioning.csv_text import shown, write_lines
from adapters.commissioning.write_test import Result, Step
from hvac_rl.errors import ConfigError

COLUMNS = (
    "time", "point", "device", "place", "action", "before", "wanted", "sent", "read back", "unit",
    "commanded by", "result", "detail",
)  # fmt: skip
_STYLE = """
body{font:14px/1.4 system-ui,sans-serif;margin:2rem;color:#1a1a1a}
h1{font-size:1.4rem;margin:0 0 .3rem}
table{border-collapse:collapse;margin:1rem 0;width:100%}
th,td{border:1px solid #bbb;padding:.25rem .5rem;text-align:left;vertical-align:top}
th{background:#eee}td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
tr.failed td{background:#fde2e0}.pass{color:#17692f}.fail{color:#a3180e}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem}dt{color:#555}dd{margin:0}
.sign{margin-top:3rem;display:flex;gap:4rem}.sign div{border-top:1px solid #333;width:16rem}
@media print{body{margin:0}thead{display:table-header-group}tr{break-inside:avoid}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """Who tested what, where and when."""

    site: str
    site_file: str
    target: str
    by: str
    priority: int
    window: str
    began: datetime
    ended: datetime


def write_record(folder: Path, heading: Heading, result: Result) -> tuple[Path, Path]:
    """Writes the page and the CSV, named after the start; answers where they are."""
    stem = f"write-test-{heading.began:%Y%m%d-%H%M%S}"
    page, table = folder / f"{stem}.html", folder / f"{stem}.csv"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        page.write_text(_page(heading, result), encoding="utf-8")
    except OSError as error:
        raise ConfigError(str(folder), f"cannot be written: {error.strerror}") from error
    write_lines(table, [COLUMNS, *(_cells(step) for step in result.steps)], ";", "utf-8-sig")
    return page, table


def _cells(step: Step) -> Sequence[str]:
    said = "passed" if step.passed else step.outcome
    detail = "; ".join(part for part in (step.rule, step.detail) if part)
    return (
        f"{step.wall:%Y-%m-%d %H:%M:%S %z}",
        step.point,
        step.device,
        step.place,
        step.action,
        shown(step.before),
        shown(step.wanted),
        shown(step.sent),
        shown(step.after),
        step.unit,
        "" if step.commanded_by is None else str(step.commanded_by),
        said,
        detail,
    )


def _page(heading: Heading, result: Result) -> str:
    verdict = '<b class="pass">passed</b>' if result.passed else '<b class="fail">not passed</b>'
    facts = {
        "Site": f"{heading.site} ({heading.site_file})",
        "Tested": heading.target,
        "By": heading.by,
        "Began": f"{heading.began:%Y-%m-%d %H:%M:%S %z}",
        "Ended": f"{heading.ended:%Y-%m-%d %H:%M:%S %z}",
        "Level": f"priority {heading.priority}",
        "Window": heading.window or "none asked for",
        "Program": f"hvac-rl {hvac_rl.__version__}",
    }
    rows = "\n".join(_row(step) for step in result.steps)
    listed = "".join(f"<dt>{escape(k)}</dt><dd>{escape(v)}</dd>" for k, v in facts.items())
    trouble = [result.failure] if result.failure else []
    trouble += [f"NOT GIVEN BACK: {each}" for each in result.left_held]
    troubles = "".join(f'<p class="fail">{escape(each)}</p>' for each in trouble)
    heads = "".join(f"<th>{escape(name)}</th>" for name in COLUMNS)
    title = f"Write test, {escape(heading.site)}"
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{title}: {verdict}</h1><dl>{listed}</dl>"
        f"{troubles}<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
        "<p>Each value went through the guard as an operator's wish, was read back, released, "
        "and the release read back.</p>"
        '<div class="sign"><div>Tested</div><div>Accepted</div></div></body></html>\n'
    )


def _row(step: Step) -> str:
    numeric = {"before", "wanted", "sent", "read back"}
    cells = "".join(
        f'<td class="n">{escape(text)}</td>' if name in numeric else f"<td>{escape(text)}</td>"
        for name, text in zip(COLUMNS, _cells(step), strict=True)
    )
    return f"<tr>{cells}</tr>" if step.passed else f'<tr class="failed">{cells}</tr>'
