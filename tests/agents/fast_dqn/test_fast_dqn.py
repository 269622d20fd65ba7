"""Branched targets, the network over buildings, and a run that can be repeated and resumed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from agents.fast_dqn import checkpoint
from agents.fast_dqn.branches import N_BRANCHES, VALUE_SCALE, Branches
from agents.fast_dqn.network import Modes, QNetwork, greedy
from agents.fast_dqn.settings import FastDqnSettings
from agents.fast_dqn.train import Check, FastDqn, Ground
from agents.weeks import Weeks
from agents.years import Place, Years, scene_of_years
from envs.batch import Batch
from envs.control_columns import T_COST, T_DISCOMFORT_KH
from envs.setting import Scene
from hvac_rl.control.encoding import BLINDS, N_BLINDS, N_MODES, N_SETPOINTS
from hvac_rl.errors import ConfigError, HvacRlError
from sim_buildings.building import load_building

YEARS = Years((1,))
SMALL = FastDqnSettings(actors=64, most_branches=4 * 64, gradient_steps=5, check_every=2)


@pytest.fixture(scope="module")
def scene() -> Scene:
    return scene_of_years(Place(load_building("small_office")), YEARS)


@pytest.fixture(scope="module")
def goal(scene: Scene) -> Ground:
    weeks = Weeks(scene, [3, 29], threads=1)
    return Ground(scene, weeks, 3.0, 250.0, weeks.run("rule").mean(T_COST))


def opinionated(seed: int = 0) -> QNetwork:
    network = QNetwork(16, seed, 0.3)
    torch.manual_seed(seed)
    torch.nn.init.normal_(network.heads.weight)
    return network


def started(scene: Scene, size: int = 64) -> Batch:
    batch = Batch(scene, size, threads=1)
    hours = np.arange(size) * 137 % 8700
    batch.reset(np.ones(size, dtype=np.bool_), np.zeros(size, dtype=np.int64), hours)
    return batch


def test_a_beginner_follows_the_rule(scene: Scene) -> None:
    assert (greedy(QNetwork(16, 1, 0.3), started(scene)) == 0).all()


def test_the_network_sees_a_building_as_it_sees_its_zones(scene: Scene) -> None:
    network, batch = opinionated(), started(scene)
    modes = greedy(network, batch)
    with torch.no_grad():
        flat = torch.from_numpy(batch.observations.reshape(64 * 5, -1))
        values = Modes(network)(flat)
        heads = network.values(network(flat))
    assert values.shape == (320, N_MODES)
    chosen = values.argmax(dim=1).numpy().reshape(64, 5)
    assert (chosen == modes).mean() > 0.99, "rounding may turn a tie"
    assert len(np.unique(modes)) > 5
    assert values[7, 4 * N_BLINDS + BLINDS.index("closed")] == pytest.approx(
        float(heads[7, 4] + heads[7, N_SETPOINTS + BLINDS.index("closed")]), rel=1e-5
    )


def test_a_label_is_what_the_branch_costs_less(scene: Scene) -> None:
    """Against one building after the other, without merging branches that are the same."""
    network, actors = opinionated(), started(scene)
    branches = Branches(scene, 4 * N_BRANCHES, horizon_h=6, threads=1)
    building, zone = np.array([3, 17, 41, 60]), np.array([0, 4, 2, 1])
    modes = greedy(network, actors)[building]
    labels = branches.label(actors, network, building, zone, modes)
    assert labels.values.shape == (4, 2, N_BRANCHES)
    assert (labels.values[:, :, [0, N_SETPOINTS]] == 0.0).all()
    assert np.abs(labels.values).max() > 1.0

    def burden(k: int, mode: int) -> np.ndarray:
        alone = Batch(scene, 64, threads=1)
        alone.copy_buildings(actors, np.array([building[k]]), np.array([0]))
        first = modes[k].copy()
        first[zone[k]] = mode
        alone.step(first[None, :])
        total = alone.totals[0, [T_COST, T_DISCOMFORT_KH]].copy()
        for _ in range(5):
            alone.step(greedy(network, alone, 1))
            total += alone.totals[0, [T_COST, T_DISCOMFORT_KH]]
        return total

    for k, choice in ((0, 4), (1, 9), (2, 1), (3, N_SETPOINTS + 2)):
        setpoint, blind = divmod(int(modes[k, zone[k]]), N_BLINDS)
        if choice < N_SETPOINTS:
            base, other = blind, choice * N_BLINDS + blind
        else:
            base, other = setpoint * N_BLINDS, setpoint * N_BLINDS + choice - N_SETPOINTS
        saved = VALUE_SCALE * (burden(k, base) - burden(k, other))
        assert labels.values[k, :, choice] == pytest.approx(saved, abs=2e-3)


def fingerprint(network: QNetwork) -> list[float]:
    return [float(p.detach().abs().sum()) for p in network.parameters()]


def trained(scene: Scene, goal: Ground, cycles: int) -> FastDqn:
    run = FastDqn([goal], SMALL, threads=1)
    run.run(cycles=cycles, minutes=None, watch=lambda run, check: True)
    return run


def test_equal_settings_give_equal_networks_and_a_killed_run_goes_on(
    scene: Scene, goal: Ground, tmp_path: Path
) -> None:
    whole = trained(scene, goal, 8)
    path = tmp_path / "checkpoint.pt"

    def killed(run: FastDqn, check: Check | None) -> bool:
        if run.cycles == 5:
            checkpoint.save(run, path)
            raise KeyboardInterrupt
        return True

    with pytest.raises(KeyboardInterrupt):
        FastDqn([goal], SMALL, threads=1).run(cycles=8, minutes=None, watch=killed)
    resumed = FastDqn([goal], SMALL, threads=1)
    checkpoint.load(resumed, path)
    resumed.run(cycles=8, minutes=None, watch=lambda run, check: True)
    assert fingerprint(resumed.learner.network) == fingerprint(whole.learner.network)
    assert fingerprint(resumed.best) == fingerprint(whole.best)
    assert [c.cost_vs_base for c in resumed.checks] == [c.cost_vs_base for c in whole.checks]
    other = FastDqn([goal], FastDqnSettings(seed=2), threads=1)
    with pytest.raises(ConfigError, match="other settings"):
        checkpoint.load(other, path)
    path.write_bytes(b"nonsense")
    with pytest.raises(ConfigError, match="is not a checkpoint"):
        checkpoint.load(resumed, path)


def test_a_budget_of_minutes_becomes_cycles(scene: Scene, goal: Ground) -> None:
    run = FastDqn([goal], SMALL, threads=1)
    seen: list[int] = []

    def watch(run: FastDqn, check: Check | None) -> bool:
        seen.append(run.cycles_planned)
        return run.cycles < 5

    run.run(cycles=None, minutes=5.0, watch=watch)
    assert run.cycles == 5
    assert seen[-1] > 5
    assert run.cycles_planned == seen[-1]


def test_what_diverges_ends_in_words_and_a_full_disk_keeps_the_last_checkpoint(
    scene: Scene, goal: Ground, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = trained(scene, goal, 2)
    path = tmp_path / "checkpoint.pt"
    checkpoint.save(run, path)
    before = path.read_bytes()

    def full(document: object, file: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(HvacRlError, match="No space left"):
        checkpoint.save(run, path)
    assert path.read_bytes() == before
    with torch.no_grad():
        run.learner.network.heads.bias.fill_(float("nan"))
    with pytest.raises(HvacRlError, match="no longer finite"):
        run.run(cycles=4, minutes=None, watch=lambda run, check: True)


def test_one_policy_learns_on_several_buildings_and_is_tuned_further(
    goal: Ground, tmp_path: Path
) -> None:
    place = Place(load_building("medium_office"))
    other = scene_of_years(place, YEARS)
    weeks = Weeks(other, [29], threads=1)
    second = Ground(other, weeks, 3.0, 900.0, weeks.run("rule").mean(T_COST))
    run = FastDqn([goal, second], SMALL, threads=1)
    run.run(cycles=4, minutes=None, watch=lambda run, check: True)
    assert len(run.actors) == 2
    assert run.learner.labels == 2 * (4 * 64 // N_BRANCHES) * 2
    path = tmp_path / "checkpoint.pt"
    checkpoint.save(run, path)
    finer = FastDqn([second], SMALL, threads=1)
    checkpoint.begin_from(finer, path)
    assert fingerprint(finer.learner.network) == fingerprint(run.best)
    assert finer.learner.network.price == run.best.price
    with pytest.raises(ConfigError, match="there is no such checkpoint"):
        checkpoint.begin_from(finer, tmp_path / "nothing.pt")
