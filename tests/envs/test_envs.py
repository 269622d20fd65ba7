"""The environment of one building as a user of Gymnasium and stable-baselines3 meets it."""

from __future__ import annotations

import subprocess
import sys
import warnings
from itertools import combinations
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env
from stable_baselines3 import PPO
from stable_baselines3.common.env_checker import check_env as sb3_check_env

from envs.building_env import OBSERVED, BuildingEnv
from envs.calendar_split import Part
from envs.zone_vec_env import ZoneVecEnv
from hvac_rl.control.encoding import FEATURE_NAMES, MODE_NAMES, MODES, N_FEATURES
from hvac_rl.control.kpis import Kpis
from hvac_rl.errors import ConfigError
from sim_buildings.building import Building

IDS = {
    "SmallOffice": 5,
    "MediumOffice": 15,
    "LargeOffice": 200,
    "Retail": 5,
    "House": 5,
}
VIEWS = ("modes", "discrete", "continuous")


@pytest.fixture(scope="module")
def env() -> BuildingEnv:
    return BuildingEnv(days=2)


@pytest.mark.parametrize(
    "script",
    [
        "import envs; print(len(gymnasium.make('hvac_rl/SmallOffice-v0').unwrapped.zone_names))",
        "env = gymnasium.make('envs:hvac_rl/SmallOffice-v0'); env.reset(seed=1); "
        "print(env.step(env.action_space.sample())[1])",
    ],
)
def test_make_works_from_a_fresh_interpreter(script: str) -> None:
    command = [sys.executable, "-c", f"import gymnasium; {script}"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert np.isfinite(float(done.stdout))


@pytest.mark.parametrize("action", VIEWS)
def test_gymnasiums_checker_is_content(action: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        made = gymnasium.make("envs:hvac_rl/SmallOffice-v0", days=1, action=action)
        check_env(made.unwrapped)


@pytest.mark.parametrize("action", VIEWS)
def test_stable_baselines3s_checker_is_content(action: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        sb3_check_env(BuildingEnv(days=1, action=action))


@pytest.mark.parametrize(("name", "zones"), IDS.items())
def test_every_building_of_the_catalogue_runs(name: str, zones: int) -> None:
    made = gymnasium.make(f"envs:hvac_rl/{name}-v0", days=1, seeds=(1000,))
    observation, info = made.reset(seed=1)
    assert observation.shape == (zones * N_FEATURES,)
    assert len(info["day"]) == len("2026-01-01")
    made.action_space.seed(1)
    for _ in range(2):
        observation, reward, terminated, truncated, info = made.step(made.action_space.sample())
        assert made.observation_space.contains(observation)
        assert np.abs(observation).max() < OBSERVED
        assert reward < 0.0
        assert not terminated
        assert not truncated
        assert info["kpis"].energy_kwh > 0.0


def test_a_users_ppo_script_runs_unchanged() -> None:
    model = PPO("MlpPolicy", BuildingEnv(days=1), n_steps=24, batch_size=24, n_epochs=1)
    model.learn(24)


def run(
    env: BuildingEnv, modes: list[int], seed: int | None, hours: int = 24, **options: Any
) -> tuple[list[Any], list[float]]:
    """(observations, rewards) under the same modes."""
    seen = [env.reset(seed=seed, options=options)[0]]
    rewards = []
    for _ in range(hours):
        observation, reward, terminated, _, _ = env.step(np.array(modes))
        assert not terminated
        seen.append(observation)
        rewards.append(reward)
    return seen, rewards


def test_a_seed_gives_bitwise_the_same_episode(env: BuildingEnv) -> None:
    first, rewards = run(env, [0, 1, 2, 3, 4], 7)
    again, same = run(env, [0, 1, 2, 3, 4], 7)
    fresh, as_well = run(BuildingEnv(days=2), [0, 1, 2, 3, 4], 7)
    other, _ = run(env, [0, 1, 2, 3, 4], 8)
    assert np.array_equal(first, again)
    assert np.array_equal(first, fresh)
    assert rewards == same == as_well
    assert (first[0] != other[0]).any()
    # Without a seed the draw goes on, and so it does in another environment.
    assert np.array_equal(run(env, [0] * 5, 7)[0], run(env, [0] * 5, 7)[0])
    following = [env.reset()[1]["day"] for _ in range(4)]
    env.reset(seed=7)
    assert [env.reset()[1]["day"] for _ in range(4)] == following


def test_an_episode_is_truncated_after_its_days(env: BuildingEnv) -> None:
    env.reset(seed=1)
    flags = [env.step(np.zeros(5, dtype=np.int64))[3] for _ in range(48)]
    assert flags == [False] * 47 + [True]


def test_modes_change_the_building_and_kpis_add_up(env: BuildingEnv) -> None:
    energy = {}
    for mode in ("comfort", "off"):
        env.reset(seed=3, options={"week": 2})
        each = []
        for _ in range(24):
            *_, info = env.step(np.full(5, MODE_NAMES.index(mode)))
            each.append(info["kpis"])
        for name in Kpis._fields:
            values = [getattr(one, name) for one in each]
            total = max(values) if name == "peak_kw" else sum(values)
            assert getattr(info["totals"], name) == pytest.approx(total), name
        assert info["totals"].hours == 24
        energy[mode] = info["totals"].energy_kwh
    assert energy["off"] < 0.9 * energy["comfort"]


def test_four_quarters_are_an_hour() -> None:
    """The same modes held: the same building, and totals that add up."""
    hourly, quarterly = BuildingEnv(days=1), BuildingEnv(days=1, decision_h=0.25)
    modes = np.array([0, 1, 2, 3, 4])
    for one in (hourly, quarterly):
        one.reset(seed=5)
    for hour in range(24):
        observation, reward, _, over, info = hourly.step(modes)
        rewards = 0.0
        for quarter in range(4):
            seen, part, _, ended, so_far = quarterly.step(modes)
            rewards += part
            assert ended == (hour == 23 and quarter == 3)
        assert (seen == observation).all()
        assert rewards == pytest.approx(reward)
    assert over
    assert so_far["totals"].hours == info["totals"].hours == 24
    assert so_far["totals"] == pytest.approx(info["totals"])


def test_the_views_are_views_of_one_building() -> None:
    """One mode for all, a mode for each, and the setpoints that modes mean."""
    modes, one, free = (BuildingEnv(days=1, action=view) for view in VIEWS)
    assert modes.action_space == gymnasium.spaces.MultiDiscrete([len(MODES)] * 5)
    assert one.action_space == gymnasium.spaces.Discrete(len(MODES))
    assert free.action_space == gymnasium.spaces.Box(-1.0, 1.0, (20,), np.float32)
    for env in (modes, one, free):
        env.reset(seed=5, options={"week": 28})
    for mode in (9, 3, 2):
        seen, reward, *_ = modes.step(np.full(5, mode))
        alike, same, *_ = one.step(np.int64(mode))
        assert (seen == alike).all()
        assert reward == same
    # In midsummer the warmest of everything costs less than the coldest.
    energy = []
    for level in (-1.0, 1.0):
        free.reset(seed=5, options={"week": 28})
        action = np.resize(np.float32([-1.0, level, 0.0, -1.0]), 20)
        for _ in range(12):
            *_, info = free.step(action)
        energy.append(info["totals"].energy_kwh)
    assert energy[1] < 0.9 * energy[0]


def test_setpoints_span_their_ranges() -> None:
    """What the guard leaves of 26 °C against 12 °C: the first warms the rooms in midwinter."""
    free = BuildingEnv(days=1, action="continuous", observations=["air"])
    warm = []
    for heating in (-1.0, 1.0):
        free.reset(seed=5, options={"week": 1})
        for _ in range(12):
            seen, *_ = free.step(np.resize(np.float32([heating, 1.0, -1.0, -1.0]), 20))
        warm.append(5.0 * float(seen.mean()) + 22.5)
    assert warm[1] - warm[0] > 1.0


def test_reward_and_observations_are_arguments() -> None:
    chosen = BuildingEnv(days=1, observations=["price", "air"], reward_weights={"energy_kwh": 2.0})
    assert chosen.observation_space.shape == (10,)
    seen, _ = chosen.reset(seed=1)
    every, _ = BuildingEnv(days=1).reset(seed=1)
    columns = every.reshape(5, N_FEATURES)[:, [FEATURE_NAMES.index("price"), 0]]
    assert (seen.reshape(5, 2) == columns).all()
    _, reward, _, _, info = chosen.step(np.zeros(5, dtype=np.int64))
    assert reward == pytest.approx(-2.0 * info["kpis"].energy_kwh)

    def own(kpis: Kpis) -> float:
        return kpis.hours * 42.0

    mine = BuildingEnv(days=1, reward=own)
    mine.reset(seed=1)
    assert mine.step(np.zeros(5, dtype=np.int64))[1] == 42.0


def test_the_default_reward_is_cost_and_discomfort(env: BuildingEnv) -> None:
    env.reset(seed=1)
    for _ in range(12):
        _, reward, _, _, info = env.step(np.full(5, MODE_NAMES.index("off")))
        kpis = info["kpis"]
        burden = kpis.cost + 2.0 * kpis.thermal_discomfort_kh + 0.001 * kpis.air_quality_ppmh
        assert reward == pytest.approx(-burden)
    assert info["totals"].thermal_discomfort_kh > 0.0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"observations": ["weather"]}, "there is no observation 'weather'"),
        ({"reward_weights": {"fame": 1.0}}, "there is no KPI 'fame'"),
        ({"reward_weights": {"cost": 1.0}, "reward": lambda kpis: 0.0}, "not both"),
        ({"days": 0}, "at least one day"),
        ({"render_mode": "human"}, "there is no render mode"),
        ({"action": "valves"}, "there is no action view 'valves'; known are: modes"),
        ({"decision_h": 0.4}, r"multiple of 0.25"),
        ({"seeds": ()}, "at least one world"),
    ],
)
def test_wrong_arguments_are_refused(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        BuildingEnv(**arguments)


@pytest.mark.parametrize("name", ["building", "weather", "tariff"])
def test_names_that_there_are_not_are_refused(env: BuildingEnv, name: str) -> None:
    with pytest.raises(ConfigError, match="no_such"):
        BuildingEnv(**{name: "no_such"})  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="no_such"):
        env.reset(options={name: "no_such"})


@pytest.mark.parametrize("action", [np.full(5, 36), np.array([0, 0, -1, 0, 0])])
def test_modes_that_there_are_not_are_refused(env: BuildingEnv, action: np.ndarray) -> None:
    env.reset(seed=1)
    with pytest.raises(ValueError, match="a mode is 0 to 35"):
        env.step(action)
    with pytest.raises(ValueError, match="a mode is 0 to 35"):
        BuildingEnv(days=1, action="discrete").step(action[2])


def test_training_validation_and_test_do_not_overlap() -> None:
    for one, other in combinations(Part, 2):
        assert not set(one.seeds) & set(other.seeds)
        assert not set(one.first_days) & set(other.first_days)
    assert sum(len(part.first_days) for part in Part) == 52


def test_the_base_rule_earns_nothing_against_itself(small_office: Building) -> None:
    env = ZoneVecEnv(small_office, buildings=2, seeds=[1000], seed=1)
    assert env.reset().shape == (10, N_FEATURES)
    for _ in range(30):
        _, rewards, _, _ = env.step(np.zeros(10, dtype=np.int64))
        assert (rewards == 0.0).all()
    _, rewards, _, _ = env.step(np.full(10, MODE_NAMES.index("preheat more")))
    assert (rewards != 0.0).any()


def test_zones_whose_week_is_over_begin_anew(small_office: Building) -> None:
    env = ZoneVecEnv(small_office, buildings=2, seeds=[1000], seed=1)
    env.reset()
    for _ in range(168):
        seen, _, dones, infos = env.step(np.zeros(10, dtype=np.int64))
        assert (dones[:5] == dones[0]).all()
        assert (dones[5:] == dones[5]).all()
        for i in np.flatnonzero(dones):
            assert infos[i]["TimeLimit.truncated"]
            assert (infos[i]["terminal_observation"] != seen[i]).any()
        if dones.any():
            break
    else:
        pytest.fail("within a week every building ends one")
