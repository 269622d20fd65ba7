"""The league: its columns, its words, and a small cell from end to end."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from agents.export import Trained, demo_key, write_bundle
from agents.league import cell, test_years
from agents.league.compare import PLANNER, STRONG, TUNED, Entry, columns
from agents.weeks import WeekTotals
from agents.years import TRAINING, TUNING, VALIDATION, Years
from envs.control_columns import N_TOTALS, T_COST, T_DISCOMFORT_KH
from hvac_rl.cli import app
from hvac_rl.control.base_rule import RuleParameters

WEEKS = 20
ZONES = 5


def entry(name: str, kind: str, *costs: float, discomfort_kh: float = 1.0) -> Entry:
    runs = []
    for cost in costs:
        totals = np.zeros((WEEKS, N_TOTALS))
        totals[:, T_COST] = cost * np.linspace(0.5, 1.5, WEEKS)
        totals[:, T_DISCOMFORT_KH] = discomfort_kh * ZONES
        runs.append(WeekTotals(name, totals, ZONES, np.zeros((WEEKS, 2))))
    return Entry(name, kind, tuple(runs))


def test_the_first_figure_is_against_the_tuned_rule_paired_by_week() -> None:
    found = columns(
        [entry(STRONG, "rule", 100.0), entry(TUNED, "rule", 90.0),
         entry("agent", "agent", 81.0, 80.1), entry(PLANNER, "reference", 75.0)],
        area_m2=500.0, bounds=np.full(WEEKS, 60.0 + 2.0 * ZONES), price=2.0,
    )  # fmt: skip
    agent = found["agent"]
    assert agent["vs_tuned"] == pytest.approx(80.55 / 90.0 - 1.0)
    low, high = agent["vs_tuned_ci95"]
    # Every week differs by the same share: what is uncertain is the seed alone.
    assert low == pytest.approx(80.1 / 90.0 - 1.0, abs=1e-6)
    assert high == pytest.approx(81.0 / 90.0 - 1.0, abs=1e-6)
    assert agent["vs_strong"] == pytest.approx(80.55 / 100.0 - 1.0)
    assert agent["gap_closed"] == pytest.approx((100.0 - 80.55) / (100.0 - 60.0))
    assert agent["planner_share"] == pytest.approx((90.0 - 80.55) / (90.0 - 75.0))
    assert agent["seeds"] == 2
    assert agent["worth_shipping"].startswith("Worth shipping: 10.50% cheaper than the tuned rule")
    assert found[TUNED]["vs_tuned"] is None
    assert found[STRONG]["gap_closed"] == 0.0


@pytest.mark.parametrize(
    ("cost", "discomfort_kh", "words"),
    [(90.0, 1.0, "Not worth shipping: it does not beat the tuned rule"),
     (80.0, 1.5, "but with 0.50 K·h a zone and week more discomfort"),
     (80.0, 1.01, "Worth shipping")],
)  # fmt: skip
def test_words(cost: float, discomfort_kh: float, words: str) -> None:
    mine = entry("agent", "agent", cost, discomfort_kh=discomfort_kh)
    found = columns(
        [entry(STRONG, "rule", 100.0), entry(TUNED, "rule", 90.0), mine], 1.0, None, 2.0
    )
    assert words in found["agent"]["worth_shipping"]
    assert found["agent"]["gap_closed"] is None


def test_who_undercuts_the_bound_stops_the_league() -> None:
    bounds = np.full(WEEKS, 60.0)
    cell._hold([entry(STRONG, "rule", 200.0)], bounds)
    with pytest.raises(RuntimeError, match="agent undercuts the bound in week 0"):
        cell._hold([entry("agent", "agent", 81.0)], bounds)


def test_the_years_do_not_overlap() -> None:
    parts = [TRAINING, TUNING, VALIDATION, test_years.TEST]
    seeds = [seed for part in parts for seed in part.weather_seeds]
    assert len(seeds) == len(set(seeds))
    people = [one for part in parts for one in part.people_seeds]
    assert len(people) == len(set(people))


def test_a_small_league_from_end_to_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(test_years, "TEST", Years((102,), every_weeks=26))
    rule = RuleParameters(supply_air_warm_c=18.0, glare_blind=0.6)._asdict()
    training = {"agent": "tuned-rule", "train_s": 12.5, "curve": []}
    write_bundle(
        tmp_path / "bundles" / "tuned",
        Trained("rule", "tuned", "small_office", (), b"{}", training, {}, rule),
        1,
        demo_key(),
    )
    arguments = ["league", "small_office", "--bundles", str(tmp_path / "bundles"), "--quick",
                 "--dir", str(tmp_path / "league"), "--json", str(tmp_path / "l.json")]  # fmt: skip
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    controllers = json.loads((tmp_path / "l.json").read_text())["buildings"]["small_office"][
        "controllers"
    ]
    assert set(controllers) == {"typical practice", STRONG, TUNED}
    assert controllers[TUNED]["train_s"] == 12.5
    assert controllers[TUNED]["cost"] != controllers[STRONG]["cost"]
    assert controllers["typical practice"]["vs_strong"] > 0.1
    assert "typical practice" in (tmp_path / "league" / "league.html").read_text()
    again = CliRunner().invoke(app, arguments)
    assert "already done" in again.output
    empty = ["league", "small_office", "--bundles", str(tmp_path / "league"), "--dir",
             str(tmp_path / "other"), "--quick"]  # fmt: skip
    assert "holds no bundle" in str(CliRunner().invoke(app, empty).exception)
