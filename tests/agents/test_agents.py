"""Training, export, judging and the report."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from agents import judging, trainers, tuned_rule
from agents.commands import BUNDLES
from agents.export import Trained, demo_key, key_text, to_onnx, write_bundle
from agents.report import Outcome, Service, print_summary, verdict, write_summary
from agents.weeks import Weeks, WeekTotals, paired_difference
from agents.years import Place, Years, scene_of_years
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


@pytest.mark.parametrize(
    "name", ["small_office_fast_dqn", "small_office_q_learning", "small_office_tuned_rule"]
)
def test_the_kept_bundles_serve(name: str) -> None:
    bundle = read_bundle(BUNDLES / name, [DEMO_PUBLIC_KEY])
    policy = load_policy(bundle)
    modes = policy.choose([[0.0] * len(policy.features)] * 3)
    assert all(0 <= mode < N_MODES for mode in modes)
    assert bundle.manifest.results["unseen_weeks"] == 52
    assert bundle.manifest.training["train_s"]


def test_onnx_says_what_torch_says() -> None:
    torch.manual_seed(0)
    network = torch.nn.Sequential(
        torch.nn.Linear(N_FEATURES, 64), torch.nn.ReLU(), torch.nn.Linear(64, N_MODES)
    )
    model = to_onnx(network, N_FEATURES)
    assert str(Path(__file__).parents[2]).encode() not in model, "no path of this machine"
    policy = OnnxPolicy("net", FEATURE_NAMES, model)
    states = np.random.default_rng(0).normal(size=(10_000, N_FEATURES)).astype(np.float32)
    with torch.no_grad():
        expected = network(torch.from_numpy(states)).numpy()
    np.testing.assert_allclose(policy.values(states.tolist()), expected, atol=1e-5)


@pytest.fixture
def short_years(monkeypatch: pytest.MonkeyPatch) -> None:
    """One year and a few weeks of each: what is tested is the way, not what comes of it."""
    few = Years((102,), every_weeks=26)
    monkeypatch.setattr(trainers, "TRAINING", Years((1,)))
    monkeypatch.setattr(trainers, "VALIDATION", few)
    monkeypatch.setattr(judging, "UNSEEN", few)
    monkeypatch.setattr(tuned_rule, "TUNING", Years((1,), every_weeks=51))


@pytest.mark.usefixtures("short_years")
@pytest.mark.parametrize(
    ("agent", "cycles", "payload"),
    [("q-learning", 100, "table.json"), ("dqn", 100, "policy.onnx"),
     ("fast-dqn", 9, "policy.onnx"), ("tuned-rule", 2, "rule.json")],
)  # fmt: skip
def test_train_writes_a_bundle_that_verifies(
    tmp_path: Path, agent: str, cycles: int, payload: str
) -> None:
    def arguments(name: str) -> list[str]:
        return ["train", "small_office", "--agent", agent, "--cycles", str(cycles), "--seed", "3",
                "--base", "strong", "--out", str(tmp_path / name), "--run",
                str(tmp_path / f"run {name}"), "--sign-with-demo-key"]  # fmt: skip

    result = runner.invoke(app, arguments("one"))
    assert result.exit_code == 0, result.output
    bundle = read_bundle(tmp_path / "one", [DEMO_PUBLIC_KEY])
    assert bundle.manifest.version == 1
    assert bundle.manifest.training["seed"] == 3
    assert f"--cycles {cycles}" in result.output
    assert bool(bundle.manifest.rule_parameters) == (agent == "tuned-rule")
    runner.invoke(app, arguments("two"))
    for file in (payload, "manifest.json"):
        one, two = ((tmp_path / name / file).read_bytes() for name in ("one", "two"))
        if file == payload:
            assert one == two, "the same seed and cycles, the same payload"
        else:
            rules = [json.loads(text)["rule_parameters"] for text in (one, two)]
            assert rules[0] == rules[1]
    again = runner.invoke(app, arguments("two"))
    assert "holds a run already" in str(again.exception)
    other = runner.invoke(app, [*arguments("two"), "--resume", "--seed", "4"])
    said = "that run had another seed" if agent == "fast-dqn" else "keeps no checkpoints"
    assert said in str(other.exception)


@pytest.mark.usefixtures("short_years")
def test_an_agent_continues_from_a_fitted_rule(tmp_path: Path) -> None:
    """``--base tuned`` fits the rule first; its numbers go into the bundle."""
    result = runner.invoke(
        app,
        ["train", "--agent", "fast-dqn", "--minutes", "0.05", "--out", str(tmp_path / "policy"),
         "--run", str(tmp_path / "run"), "--sign-with-demo-key"],
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    rule = json.loads((tmp_path / "run" / "base_rule.json").read_text())
    manifest = read_bundle(tmp_path / "policy", [DEMO_PUBLIC_KEY]).manifest
    assert manifest.rule_parameters == rule
    assert rule["light_target_lux"] == 500.0, "light is no saving"
    assert "rule under it" in result.output
    log = (tmp_path / "run" / "progress.csv").read_text().splitlines()
    assert log[0].startswith("seconds,cost_vs_strong,cost_vs_base,discomfort_kh,price,loss,labels")
    assert list((tmp_path / "run" / "tensorboard").iterdir())


def test_signing_needs_one_key(tmp_path: Path) -> None:
    result = runner.invoke(app, ["train", "--out", str(tmp_path)])
    assert "give either --key FILE or --sign-with-demo-key" in str(result.exception)
    (tmp_path / "key.pem").write_text("nonsense")
    key, run = str(tmp_path / "key.pem"), str(tmp_path / "run")
    result = runner.invoke(app, ["train", "--key", key, "--run", run])
    assert "is not a private key" in str(result.exception)


def test_a_new_bundle_in_the_same_folder_rises_in_version(tmp_path: Path) -> None:
    from agents.export import next_version

    assert next_version(tmp_path) == 1
    trained = Trained("rule", "rule", "small_office", (), b"{}", {}, {})
    write_bundle(tmp_path, trained, 1, demo_key())
    assert next_version(tmp_path) == 2
    assert key_text(demo_key()) == DEMO_PUBLIC_KEY


def test_the_rule_beats_the_schedule() -> None:
    few = Years((102,), every_weeks=8)
    weeks = Weeks(scene_of_years(Place(load_building("small_office")), few), few.weeks)
    bms = weeks.run("bms", supervised=False)
    rule = weeks.run("rule")
    mean, low, high = paired_difference([rule], bms, T_COST)
    assert low <= mean <= high < -0.1
    assert rule.discomfort_kh < bms.discomfort_kh
    assert (rule.moves[:, 0] > 0.0).all(), "setpoints were written"
    assert np.array_equal(weeks.run("rule").totals, rule.totals), "everybody begins the same"


@pytest.mark.parametrize("name", ["house", "medium_office", "retail", "small_office"])
def test_the_daemon_divides_prices_by_what_training_divided_by(name: str) -> None:
    building = load_building(name)
    world = make_world(building)
    tariff = describe(building, world).tariff
    mean = sum(tariff.workday) / 24  # hvac_rl.control.calendar.Tariff.mean
    assert make_scene(building, [world]).price_mean == pytest.approx(mean, rel=1e-9)


def test_the_demonstration_never_replaces_somebodys_folder(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    result = runner.invoke(app, ["demo", "--dir", str(tmp_path)])
    assert "was not made by a demonstration; nothing was touched" in str(result.exception)
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def totals(cost: float, discomfort: float) -> WeekTotals:
    made = np.zeros((20, N_TOTALS))
    made[:, T_COST] = cost * np.linspace(0.9, 1.1, 20)
    made[:, T_DISCOMFORT_KH] = discomfort
    return WeekTotals("x", made, 5, np.zeros((20, 2)))


@pytest.mark.parametrize(
    ("cost", "discomfort", "words"),
    [(95.0, 5.0, "beats the strong rule by 5.0%"), (95.0, 9.0, "NOT worth shipping"),
     (100.0, 5.0, "NOT worth shipping"), (101.0, 2.0, "spares each zone 0.60 K·h")],
)  # fmt: skip
def test_what_is_worth_shipping(cost: float, discomfort: float, words: str) -> None:
    assert words in judging.words(totals(cost, discomfort), totals(100.0, 5.0), "the strong rule")


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
