"""The environments as a user of Gymnasium and stable-baselines3 meets them."""

from __future__ import annotations

import subprocess
import sys
import warnings
from itertools import combinations
from typing import Any

import gymnasium
import numpy as np
import pytest
from envs.hour import T_COST
from gymnasium.utils.env_checker import check_env
from stable_baselines3 import PPO
from stable_baselines3.common.env_checker import check_env as sb3_check_env

from envs.batch import Batch, make_setting, make_worlds
from envs.building_env import BuildingEnv
from envs.calendar_split import Part
from envs.zone_vec_env import ZoneVecEnv
from hvac_rl.control.encoding import FEATURE_NAMES, MODE_NAMES, N_FEATURES
from hvac_rl.control.kpis import Kpis
from sim_buildings.building import load_building
from sim_buildings.world import make_world


@pytest.fixture(scope="module")
def env() -> BuildingEnv:
    return BuildingEnv(days=2)


@pytest.mark.parametrize(
    "make",
    [
        "import envs; env = gymnasium.make('hvac_rl/SmallOffice-v0')",
        "env = gymnasium.make('envs:hvac_rl/SmallOffice-v0')",
    ],
)
def test_make_works_from_a_fresh_interpreter(make: str) -> None:
    script = (
        f"import gymnasium; {make}; env.reset(seed=1); "
        "print(env.step(env.action_space.sample())[1])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert np.isfinite(float(done.stdout))


def test_gymnasiums_checker_is_content() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        check_env(gymnasium.make("envs:hvac_rl/SmallOffice-v0", days=1).unwrapped)


def test_stable_baselines3s_checker_is_content() -> None:
    sb3_check_env(BuildingEnv(days=1))


def test_a_users_ppo_script_runs_unchanged() -> None:
    model = PPO("MlpPolicy", BuildingEnv(days=1), n_steps=24, batch_size=24, n_epochs=1)
    model.learn(24)


def run(env: BuildingEnv, modes: list[int], seed: int, **options: Any) -> tuple[Any, float]:
    observation, _ = env.reset(seed=seed, options=options)
    rewards = 0.0
    for _ in range(24):
        observation, reward, terminated, _, _ = env.step(np.array(modes))
        assert not terminated
        rewards += reward
    return observation, rewards


def test_a_seed_gives_bitwise_the_same_episode(env: BuildingEnv) -> None:
    first, reward = run(env, [0, 1, 2, 3, 4], 7)
    again, same = run(env, [0, 1, 2, 3, 4], 7)
    other, _ = run(env, [0, 1, 2, 3, 4], 8)
    assert (first == again).all()
    assert reward == same
    assert (first != other).any()


def test_an_episode_is_truncated_after_its_days(env: BuildingEnv) -> None:
    env.reset(seed=1)
    flags = [env.step(np.zeros(5, dtype=np.int64))[3] for _ in range(48)]
    assert flags == [False] * 47 + [True]


def test_modes_change_the_building_and_kpis_add_up(env: BuildingEnv) -> None:
    env.reset(seed=3, options={"week": 2})
    costs = 0.0
    for _ in range(24):
        *_, info = env.step(np.full(5, MODE_NAMES.index("comfort")))
        costs += info["kpis"].cost
    assert info["totals"].cost == pytest.approx(costs)
    assert info["totals"].hours == 24
    comfort = info["totals"].energy_kwh
    env.reset(seed=3, options={"week": 2})
    for _ in range(24):
        *_, info = env.step(np.full(5, MODE_NAMES.index("off")))
    assert info["totals"].energy_kwh < comfort


def test_reward_and_observations_are_arguments() -> None:
    chosen = BuildingEnv(days=1, observations=["air", "price"], reward_weights={"energy_kwh": 2.0})
    assert chosen.observation_space.shape == (10,)
    chosen.reset(seed=1)
    _, reward, _, _, info = chosen.step(np.zeros(5, dtype=np.int64))
    assert reward == pytest.approx(-2.0 * info["kpis"].energy_kwh)

    def own(kpis: Kpis) -> float:
        return kpis.hours * 42.0

    mine = BuildingEnv(days=1, reward=own)
    mine.reset(seed=1)
    assert mine.step(np.zeros(5, dtype=np.int64))[1] == 42.0


@pytest.mark.parametrize(
    "arguments",
    [
        {"observations": ["weather"]},
        {"reward_weights": {"fame": 1.0}},
        {"reward_weights": {"cost": 1.0}, "reward": lambda kpis: 0.0},
        {"days": 0},
        {"render_mode": "human"},
    ],
)
def test_wrong_arguments_are_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"there is no|not both|at least one day"):
        BuildingEnv(**arguments)


def test_wrong_reset_options_are_refused(env: BuildingEnv) -> None:
    for options in ({"weak": 1}, {"week": 60}, {"world": 99}):
        with pytest.raises(ValueError, match="there is no"):
            env.reset(seed=1, options=options)


def test_training_validation_and_test_do_not_overlap() -> None:
    for one, other in combinations(Part, 2):
        assert not set(one.seeds) & set(other.seeds)
        assert not set(one.first_days) & set(other.first_days)
    assert sum(len(part.first_days) for part in Part) == 52


def test_the_base_rule_earns_nothing_against_itself() -> None:
    env = ZoneVecEnv(load_building("small_office"), buildings=2, seeds=[1000], seed=1)
    assert env.reset().shape == (10, N_FEATURES)
    for _ in range(30):
        _, rewards, _, _ = env.step(np.zeros(10, dtype=np.int64))
        assert (rewards == 0.0).all()
    _, rewards, _, _ = env.step(np.full(10, MODE_NAMES.index("preheat more")))
    assert (rewards != 0.0).any()


def test_a_finished_building_restarts_without_touching_the_others() -> None:
    building = load_building("small_office")
    worlds = make_worlds([make_world(building, seed=1)])
    batch = Batch(make_setting(building), worlds, 2)
    batch.reset(np.ones(2, dtype=np.bool_), np.zeros(2, dtype=int), np.array([240, 4800]))
    before = [array[1].copy() for array in (*batch.buffers, *batch.memory)]
    batch.reset(np.array([True, False]), np.zeros(1, dtype=int), np.array([960]))
    after = [array[1] for array in (*batch.buffers, *batch.memory)]
    assert all(np.array_equal(a, b, equal_nan=True) for a, b in zip(before, after, strict=True))


def test_threads_do_not_change_the_result() -> None:
    building = load_building("small_office")
    worlds = make_worlds([make_world(building, seed=1)])
    hours = np.arange(20) * 240
    many = Batch(make_setting(building), worlds, 20)
    many.reset(np.ones(20, dtype=np.bool_), np.zeros(20, dtype=int), hours)
    many.step(np.full((20, 5), 3))
    one = Batch(make_setting(building), worlds, 1)
    one.reset(np.ones(1, dtype=np.bool_), np.zeros(1, dtype=int), hours[13:14])
    one.step(np.full((1, 5), 3))
    assert (one.observations[0] == many.observations[13]).all()
    assert one.totals[0, T_COST] == many.totals[13, T_COST]


def test_features_are_moderate_over_a_year() -> None:
    building = load_building("small_office")
    worlds = make_worlds([make_world(building, seed=1)])
    batch = Batch(make_setting(building), worlds, 52)
    batch.reset(np.ones(52, dtype=np.bool_), np.zeros(52, dtype=int), np.arange(52) * 168)
    for _ in range(48):
        batch.step(np.zeros((52, 5), dtype=np.int64))
        assert np.isfinite(batch.observations).all()
        worst = FEATURE_NAMES[int(np.abs(batch.observations).max(axis=(0, 1)).argmax())]
        assert np.abs(batch.observations).max() < 5.0, worst
