"""Training, export, judging and the report."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from agents.commands import BUNDLES
from agents.evaluation import Exam, WeekTotals, paired_difference
from agents.export import Trained, demo_key, key_text, to_onnx, write_bundle
from agents.report import Outcome, Service, print_summary, verdict, write_summary
from agents.training import verdict as training_verdict
from envs.calendar_split import Part
from envs.control_columns import N_TOTALS, T_COST, T_DISCOMFORT_KH
from envs.setting import make_scene
from hvac_rl.cli import app
from hvac_rl.control.bundle import DEMO_PUBLIC_KEY, read_bundle
from hvac_rl.control.encoding import FEATURE_NAMES, N_FEATURES, N_MODES
from hvac_rl.control.kpis import Kpis
from hvac_rl.control.policy import OnnxPolicy, load_policy
from sim_buildings.building import load_building
from sim_buildings.field.describe import describe
from sim_buildings.world import make_world

runner = CliRunner()


@pytest.mark.parametrize("name", ["small_office_dqn", "small_office_q_learning"])
def test_the_kept_bundles_serve(name: str) -> None:
    bundle = read_bundle(BUNDLES / name, [DEMO_PUBLIC_KEY])
    policy = load_policy(bundle)
    modes = policy.choose([[0.0] * len(policy.features)] * 3)
    assert all(0 <= mode < N_MODES for mode in modes)
    assert bundle.manifest.results["test_weeks"] == 52
    assert bundle.manifest.training["train_s"]


def test_onnx_says_what_torch_says() -> None:
    torch.manual_seed(0)
    network = torch.nn.Sequential(
        torch.nn.Linear(N_FEATURES, 64), torch.nn.ReLU(), torch.nn.Linear(64, N_MODES)
    )
    policy = OnnxPolicy("net", FEATURE_NAMES, to_onnx(network, N_FEATURES))
    states = np.random.default_rng(0).normal(size=(10_000, N_FEATURES)).astype(np.float32)
    with torch.no_grad():
        expected = network(torch.from_numpy(states)).numpy()
    np.testing.assert_allclose(policy.values(states.tolist()), expected, atol=1e-5)


@pytest.mark.parametrize(
    ("agent", "payload"), [("q-learning", "table.json"), ("dqn", "policy.onnx")]
)
def test_train_writes_a_bundle_that_verifies(tmp_path: Path, agent: str, payload: str) -> None:
    arguments = ["train", "small_office", "--agent", agent, "--steps", "100", "--seed", "3",
                 "--out", str(tmp_path / "one"), "--sign-with-demo-key"]  # fmt: skip
    result = runner.invoke(app, arguments)
    assert result.exit_code == 0, result.output
    bundle = read_bundle(tmp_path / "one", [DEMO_PUBLIC_KEY])
    assert bundle.manifest.version == 1
    assert bundle.manifest.training["seed"] == 3
    arguments[arguments.index(str(tmp_path / "one"))] = str(tmp_path / "two")
    runner.invoke(app, arguments)
    again = (tmp_path / "two" / payload).read_bytes()
    assert again == (tmp_path / "one" / payload).read_bytes(), "the same seed, the same bundle"


def test_signing_needs_one_key(tmp_path: Path) -> None:
    result = runner.invoke(app, ["train", "--out", str(tmp_path)])
    assert "give either --key FILE or --sign-with-demo-key" in str(result.exception)
    (tmp_path / "key.pem").write_text("nonsense")
    result = runner.invoke(app, ["train", "--key", str(tmp_path / "key.pem")])
    assert "is not a private key" in str(result.exception)


def test_a_new_bundle_in_the_same_folder_rises_in_version(tmp_path: Path) -> None:
    from agents.export import next_version

    assert next_version(tmp_path) == 1
    trained = Trained("rule", "rule", "small_office", (), b"{}", {}, {})
    write_bundle(tmp_path, trained, 1, demo_key())
    assert next_version(tmp_path) == 2
    assert key_text(demo_key()) == DEMO_PUBLIC_KEY


def test_the_rule_beats_the_schedule_on_test_weeks() -> None:
    building = load_building("small_office")
    exam = Exam(building, seeds=[3000])
    bms = exam.run(None, name="bms", supervised=False)
    rule = exam.run(None, name="rule")
    mean, low, high = paired_difference(rule, bms, T_COST)
    assert low <= mean <= high < -0.1
    assert rule.mean(T_DISCOMFORT_KH) < bms.mean(T_DISCOMFORT_KH)


@pytest.mark.parametrize("name", ["house", "medium_office", "retail", "small_office"])
def test_the_daemon_divides_prices_by_what_training_divided_by(name: str) -> None:
    building = load_building(name)
    world = make_world(building)
    tariff = describe(building, world).tariff
    mean = sum(tariff.workday) / 24  # hvac_rl.control.calendar.Tariff.mean
    assert make_scene(building, [world]).price_mean == pytest.approx(mean, rel=1e-9)


def test_an_exam_begins_the_same_for_everybody() -> None:
    exam = Exam(load_building("small_office"), Part.VALIDATION, seeds=[2000])
    first = exam.run(None, name="rule")
    exam.run(None, name="bms", supervised=False)
    assert np.array_equal(exam.run(None, name="rule").totals, first.totals)


def test_the_demonstration_never_replaces_somebodys_folder(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    result = runner.invoke(app, ["demo", "--dir", str(tmp_path)])
    assert "was not made by a demonstration; nothing was touched" in str(result.exception)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def weeks(cost: float, discomfort: float) -> WeekTotals:
    totals = np.zeros((20, N_TOTALS))
    totals[:, T_COST] = cost * np.linspace(0.9, 1.1, 20)
    totals[:, T_DISCOMFORT_KH] = discomfort
    return WeekTotals("x", totals, 5)


@pytest.mark.parametrize(
    ("cost", "discomfort", "words"),
    [(95.0, 5.0, "beats the base rule by 5.0%"), (95.0, 9.0, "NOT worth shipping"),
     (100.0, 5.0, "NOT worth shipping"), (101.0, 2.0, "spares each zone 0.60 K·h")],
)  # fmt: skip
def test_what_is_worth_shipping(cost: float, discomfort: float, words: str) -> None:
    assert words in training_verdict(weeks(cost, discomfort), weeks(100.0, 5.0))


def outcome(name: str, cost: float, discomfort: float = 1.0) -> Outcome:
    return Outcome(name, Kpis(discomfort * 5, 10.0, cost * 4, cost, cost, 9.0, 48.0), 5, 511.0)


def test_the_summary_says_when_nothing_was_saved(tmp_path: Path) -> None:
    from rich.console import Console

    rule = outcome("rule", 100.0)
    assert "10.0% less cost, 10.0% less energy, at equal comfort" in verdict(
        outcome("agent", 90.0), rule
    )
    assert "it did NOT save: 5.0% more cost" in verdict(outcome("agent", 105.0), rule)
    assert "it did NOT save: the cost is the same" in verdict(outcome("agent", 100.0), rule)
    assert "0.50 K·h a zone more discomfort" in verdict(outcome("agent", 90.0, 1.5), rule)
    service = Service(192, {"comfort": 7}, 300, 0, 400.0)
    console = Console(record=True, width=300)
    print_summary(outcome("agent", 90.0), [rule], service, console)
    assert "The guard changed 7 wishes (comfort 7)" in console.export_text()
    write_summary(tmp_path / "summary.json", outcome("agent", 90.0), [rule], service)
    document = json.loads((tmp_path / "summary.json").read_text())
    assert document["outcomes"][1]["thermal_discomfort_kh_per_zone"] == 1.0
