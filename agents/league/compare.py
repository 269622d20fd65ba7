"""From what controllers came to in each week to the league's columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agents.judging import EQUAL_COMFORT_KH
from agents.weeks import WeekTotals, paired_difference
from envs.control_columns import (
    T_AIR_QUALITY_PPMH,
    T_COST,
    T_COST_HVAC,
    T_COST_LIGHTING,
    T_DISCOMFORT_KH,
    T_EMISSIONS_KG,
    T_ENERGY_KWH,
    T_GUARD_CHANGES,
    T_PEAK_KW,
)

Floats = NDArray[np.float64]

STRONG = "strong rule"
TUNED = "tuned rule"
PLANNER = "planner"
DAYS_PER_WEEK = 7


@dataclass(frozen=True, slots=True)
class Entry:
    """One controller, with each of its training seeds on the same weeks."""

    name: str
    kind: str
    """"rule", "agent" or "reference"."""
    runs: tuple[WeekTotals, ...]
    train_s: float | None = None
    decision_us: float | None = None
    """A zone's decision in the daemon's own path."""
    curve: list[list[float]] = field(default_factory=list)
    trace: dict[str, Any] | None = None

    def mean(self, column: int) -> float:
        return float(np.mean([one.mean(column) for one in self.runs]))

    @property
    def discomfort_kh(self) -> float:
        return float(np.mean([one.discomfort_kh for one in self.runs]))

    def priced(self, price: float) -> Floats:
        """Cost and priced discomfort of each week, the mean of all seeds, (weeks,)."""
        each = [one.totals[:, T_COST] + price * one.totals[:, T_DISCOMFORT_KH] for one in self.runs]
        return np.asarray(np.mean(each, axis=0))


def columns(
    entries: Sequence[Entry], area_m2: float, bounds: Floats | None, price: float
) -> dict[str, dict[str, Any]]:
    """{controller: its columns}. ``bounds``: of each week's cost + ``price`` x discomfort."""
    by_name = {one.name: one for one in entries}
    strong, tuned = by_name[STRONG], by_name.get(TUNED)
    planner = by_name.get(PLANNER)
    return {
        one.name: {
            "label": one.name,
            "kind": one.kind,
            "seeds": len(one.runs),
            "cost": one.mean(T_COST),
            "cost_hvac": one.mean(T_COST_HVAC),
            "cost_lighting": one.mean(T_COST_LIGHTING),
            "peak_kw": one.mean(T_PEAK_KW),
            "energy_kwh_m2": one.mean(T_ENERGY_KWH) / area_m2,
            "emissions_kg_m2": one.mean(T_EMISSIONS_KG) / area_m2,
            "discomfort_kh_per_zone_week": one.discomfort_kh,
            "air_quality_ppmh_per_zone_week": one.mean(T_AIR_QUALITY_PPMH) / one.runs[0].zones,
            **_against("vs_tuned", one, tuned),
            **_against("vs_strong", one, strong),
            "gap_closed": _share(one, strong, bounds, price),
            "planner_share": None
            if planner is None or tuned is None or one.kind != "agent"
            else _share(one, tuned, planner.priced(price), price),
            "guard_changes_per_day": one.mean(T_GUARD_CHANGES) / DAYS_PER_WEEK,
            "setpoint_moves_per_zone_day": _moves(one, 0),
            "blind_moves_per_zone_day": _moves(one, 1),
            "train_s": one.train_s,
            "decision_us": one.decision_us,
            "worth_shipping": worth(one, strong, tuned),
            "week_cost": np.mean([r.totals[:, T_COST] for r in one.runs], axis=0).tolist(),
            "learning_curve": one.curve,
            "trace": one.trace,
        }
        for one in entries
    }


def _moves(one: Entry, column: int) -> float:
    return float(np.mean([run.moves[:, column].mean() for run in one.runs]))


def _against(key: str, one: Entry, other: Entry | None) -> dict[str, Any]:
    if other is None or other is one:
        return {key: None, f"{key}_ci95": None}
    # The opponent's own seeds are averaged; the agent's are drawn.
    theirs = WeekTotals(
        other.name,
        np.mean([run.totals for run in other.runs], axis=0),
        other.runs[0].zones,
        other.runs[0].moves,
    )
    mean, low, high = paired_difference(one.runs, theirs, T_COST)
    return {key: mean, f"{key}_ci95": [low, high]}


def _share(one: Entry, rule: Entry, best: Floats | None, price: float) -> float | None:
    """Which share of what lies between the rule and the best the controller gained."""
    if best is None:
        return None
    between = float((rule.priced(price) - best).sum())
    if between <= 0.0:
        return None
    return float((rule.priced(price) - one.priced(price)).sum()) / between


def worth(one: Entry, strong: Entry, tuned: Entry | None) -> str:
    """In words, whether it should ship."""
    if one.kind != "agent":
        return {"rule": "a rule", "reference": "for comparison only"}.get(one.kind, one.kind)
    opponent = strong if tuned is None else tuned
    against = _against("x", one, opponent)
    mean, (low, high) = against["x"], against["x_ci95"]
    worse_kh = one.discomfort_kh - opponent.discomfort_kh
    interval = f"{low:+.2%} to {high:+.2%}"
    if high < 0.0 and worse_kh <= EQUAL_COMFORT_KH:
        return (
            f"Worth shipping: {-mean:.2%} cheaper than the {opponent.name} ({interval}) at equal "
            "or better comfort."
        )
    if high < 0.0:
        return (
            f"Not worth shipping: {-mean:.2%} cheaper than the {opponent.name} ({interval}), but "
            f"with {worse_kh:.2f} K·h a zone and week more discomfort."
        )
    return f"Not worth shipping: it does not beat the {opponent.name} ({mean:+.2%}, {interval})."
