"""Many buildings as one vector environment: Gymnasium's conventions, and the single one's MDP."""

from __future__ import annotations

from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from gymnasium.wrappers.vector import RecordEpisodeStatistics

import envs
from envs.building_env import BuildingEnv
from envs.building_vector_env import BuildingVectorEnv
from envs.calendar_split import Part
from envs.control_columns import TOTALS
from envs.rewards import DEFAULT_WEIGHTS, kpis_of
from hvac_rl.control.encoding import FEATURE_NAMES, N_FEATURES
from hvac_rl.control.kpis import Kpis
from hvac_rl.errors import ConfigError

ZONES = {"SmallOffice": 5, "MediumOffice": 15, "LargeOffice": 200, "Retail": 5, "House": 5}
SEEDS = (1000, 1001)


def small(num_envs: int = 3, **arguments: Any) -> BuildingVectorEnv:
    return BuildingVectorEnv(num_envs, **{"days": 1, "seeds": SEEDS, **arguments})


def actions(env: BuildingVectorEnv, steps: int, seed: int = 0) -> list[np.ndarray]:
    env.action_space.seed(seed)
    return [env.action_space.sample() for _ in range(steps)]


@pytest.fixture(scope="module")
def env() -> BuildingVectorEnv:
    return small()


@pytest.mark.parametrize(("name", "zones"), ZONES.items())
def test_make_vec_knows_every_building(name: str, zones: int) -> None:
    assert envs.__doc__
    made = gymnasium.make_vec(f"hvac_rl/{name}-v0", num_envs=2, days=1, seeds=(1000,))
    assert isinstance(made.unwrapped, BuildingVectorEnv)
    assert made.num_envs == 2
    assert made.single_observation_space.shape == (zones * N_FEATURES,)
    assert made.observation_space == batch_space(made.single_observation_space, 2)
    assert made.action_space == batch_space(made.single_action_space, 2)
    seen, info = made.reset(seed=1)
    assert made.observation_space.contains(seen)
    assert info == {}
    made.action_space.seed(1)
    seen, rewards, terminated, truncated, info = made.step(made.action_space.sample())
    assert made.observation_space.contains(seen)
    assert rewards.shape == terminated.shape == truncated.shape == (2,)
    assert rewards.dtype == np.float64
    assert terminated.dtype == truncated.dtype == np.bool_
    assert (rewards < 0.0).all()
    assert not terminated.any()
    assert not truncated.any()
    assert (info["totals"]["energy_kwh"] > 0.0).all()
    made.close()


@pytest.mark.parametrize("action", ["modes", "discrete", "continuous"])
def test_spaces_are_those_of_one_environment(action: str) -> None:
    many = small(2, action=action, observations=["air", "price"])
    one = BuildingEnv(days=1, seeds=SEEDS, action=action, observations=["air", "price"])
    assert many.single_action_space == one.action_space
    assert many.single_observation_space == one.observation_space
    many.reset(seed=1)
    seen, *_ = many.step(actions(many, 1)[0])
    assert many.observation_space.contains(seen)
    assert seen.shape == (2, 10)


def test_it_is_a_vector_environment_that_resets_in_the_same_step(env: BuildingVectorEnv) -> None:
    assert isinstance(env, VectorEnv)
    assert env.metadata["autoreset_mode"] is AutoresetMode.SAME_STEP


def test_an_ended_episode_begins_anew_in_the_same_step(env: BuildingVectorEnv) -> None:
    env.reset(seed=1)
    chosen = actions(env, 24)
    for k, action in enumerate(chosen):
        seen, _, terminated, truncated, info = env.step(action)
        assert not terminated.any()
        assert truncated.tolist() == [k == 23] * 3
        assert ("final_obs" in info) == (k == 23)
    assert info["_final_obs"].tolist() == [True] * 3
    # Midnight both times: before the last step's end, and of a new week.
    hour = FEATURE_NAMES.index("hour_cos")
    for b in range(3):
        last = info["final_obs"][b]
        assert env.single_observation_space.contains(last)
        assert last[hour] == seen[b, hour] == 1.0
        assert (last != seen[b]).any()
    seen, *_ = env.step(chosen[0])
    assert env.observation_space.contains(seen)


def test_a_building_that_ends_does_not_touch_the_others(env: BuildingVectorEnv) -> None:
    """One building's day is over ten hours before the others'."""
    chosen = actions(env, 24)
    env.reset(seed=1)
    undisturbed = [env.step(action) for action in chosen[:20]]
    env.reset(seed=1)
    env._left[1] = 14
    for k, action in enumerate(chosen[:20]):
        seen, rewards, _, truncated, info = env.step(action)
        others = [0, 2] if k >= 13 else [0, 1, 2]
        assert (seen[others] == undisturbed[k][0][others]).all()
        assert truncated.tolist() == [False, k == 13, False]
        if k == 13:
            assert info["_final_obs"].tolist() == [False, True, False]
            assert info["final_obs"][0] is info["final_obs"][2] is None
            assert (info["final_obs"][1] == undisturbed[k][0][1]).all()
            assert (seen[1] != info["final_obs"][1]).any()
        # The reward of the last step is the old episode's.
        counted = others if k > 13 else [0, 1, 2]
        assert (rewards[counted] == undisturbed[k][1][counted]).all()


def run(env: BuildingVectorEnv, seed: Any, steps: int = 30) -> list[np.ndarray]:
    seen = [env.reset(seed=seed)[0]]
    for action in actions(env, steps):
        observation, rewards, *_ = env.step(action)
        seen += [observation, rewards]
    return seen


def same(one: list[np.ndarray], other: list[np.ndarray]) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_seeds_reproduce_across_resets(env: BuildingVectorEnv) -> None:
    """30 hours of days: every building begins a second one."""
    first = run(env, 7)
    assert same(first, run(env, 7))
    assert same(first, run(small(), 7))
    assert not same(first, run(env, 8))
    assert same(run(env, [1, 2, 3]), run(env, [1, 2, 3]))
    assert not same(run(env, [1, 2, 3], 1), run(env, [1, 2, 4], 1))
    assert len({tuple(row) for row in first[0]}) == 3, "each building has a draw of its own"


def test_threads_do_not_change_the_results() -> None:
    one, many = small(130, threads=1), small(130, threads=3)
    assert (one.batch.threads, many.batch.threads) == (1, 3)
    assert same(run(one, 7), run(many, 7))


def test_a_snapshot_brings_back_every_bit(env: BuildingVectorEnv) -> None:
    env.reset(seed=3)
    chosen = actions(env, 20)
    for action in chosen[:5]:
        seen, *_ = env.step(action)
    kept = env.snapshot()
    ahead = [env.step(action) for action in chosen[5:]]
    assert (env.restore(kept) == seen).all()
    for action, before in zip(chosen[5:], ahead, strict=True):
        after = env.step(action)
        assert all(np.array_equal(a, b) for a, b in zip(after[:4], before[:4], strict=True))
        for name in TOTALS:
            assert np.array_equal(after[4]["totals"][name], before[4]["totals"][name])
    # And may be used more than once.
    assert (env.restore(kept) == seen).all()


def test_the_hours_left_are_part_of_a_snapshot(env: BuildingVectorEnv) -> None:
    env.reset(seed=3)
    chosen = actions(env, 24)
    kept = env.snapshot()
    for action in chosen[:10]:
        env.step(action)
    env.restore(kept)
    flags = [env.step(action)[3].any() for action in chosen]
    assert flags == [False] * 23 + [True]


@pytest.mark.parametrize(
    "weights",
    [
        None,
        {"energy_kwh": 2.0},
        dict(zip(Kpis._fields, (2.0, 0.001, 0.1, 1.0, 0.05, 0.3, 4.0), strict=True)),
    ],
)
def test_rewards_are_weights_on_totals(weights: dict[str, float] | None) -> None:
    env = small(2, reward_weights=weights, decision_h=0.5)
    env.reset(seed=1)
    for action in actions(env, 4):
        _, rewards, _, _, info = env.step(action)
        for b in range(2):
            kpis = kpis_of([info["totals"][name][b] for name in TOTALS], 0.5)
            expected = -sum(
                weight * getattr(kpis, name)
                for name, weight in (DEFAULT_WEIGHTS if weights is None else weights).items()
            )
            assert rewards[b] == pytest.approx(expected, rel=1e-9)


def test_it_agrees_with_one_environment(env: BuildingVectorEnv) -> None:
    """The same week, people and modes: single precision's tolerance, through a day."""
    weeks, worlds = [2, 16, 28], [0, 1, 0]
    chosen = actions(env, 23)
    many = [env.reset(seed=1, options={"weeks": weeks, "worlds": worlds})[0]]
    rewards = np.zeros(3)
    for action in chosen:
        seen, reward, *_ = env.step(action)
        many.append(seen)
        rewards += reward
    for b in range(3):
        one = BuildingEnv(days=1, seeds=SEEDS)
        alone = [one.reset(seed=1, options={"week": weeks[b], "world": worlds[b]})[0]]
        total = 0.0
        for action in chosen:
            seen, reward, *_ = one.step(action[b])
            alone.append(seen)
            total += reward
        # Where a decision at a threshold flips, a command may differ for a while.
        apart = np.abs(np.array(alone) - np.array(many)[:, b])
        assert np.mean(apart > 0.005) < 0.01
        assert rewards[b] == pytest.approx(total, rel=0.01)


def test_episodes_begin_in_training_weeks(env: BuildingVectorEnv) -> None:
    first = set(Part.TRAINING.first_days.tolist())
    seen = set()
    for seed in range(10):
        env.reset(seed=seed)
        days = env.batch.cycle // 96 % 365
        assert set(days.tolist()) <= first
        seen |= set(days.tolist())
    assert len(seen) > 10


def test_weeks_and_worlds_may_be_given(env: BuildingVectorEnv) -> None:
    env.reset(options={"weeks": np.array([1, 0, 51]), "worlds": [1, 1, 0]})
    assert (env.batch.cycle // 96 % 365).tolist() == [7, 0, 357]
    assert env.batch.world[:3].tolist() == [1, 1, 0]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"week": 1}, "there is no reset option 'week'; known are: weeks, worlds"),
        ({"weeks": [0, 0, 52]}, "there is no week 52"),
        ({"weeks": [0, -1, 0]}, "there is no week -1"),
        ({"worlds": [0, 0, 2]}, "there is no world 2"),
        ({"worlds": [0, -1, 0]}, "there is no world -1"),
        ({"weeks": [0, 1]}, "each of 3 buildings"),
        ({"weeks": 3}, "each of 3 buildings"),
        ({"worlds": [0.5, 0.0, 0.0]}, "a whole number for each"),
    ],
)
def test_wrong_options_are_refused(
    env: BuildingVectorEnv, options: dict[str, Any], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        env.reset(seed=1, options=options)


def test_a_seed_for_each_or_one_for_all(env: BuildingVectorEnv) -> None:
    with pytest.raises(ValueError, match="2 seeds for 3 environments"):
        env.reset(seed=[1, 2])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"num_envs": 1}, "at least two; use BuildingEnv"),
        ({"render_mode": "human"}, "there is no render mode"),
        ({"days": 0}, "at least one day"),
        ({"observations": ["weather"]}, "there is no observation 'weather'"),
        ({"reward_weights": {"fame": 1.0}}, "there is no KPI 'fame'"),
        ({"action": "valves"}, "there is no action view 'valves'"),
        ({"decision_h": 0.4}, r"multiple of 0.25"),
    ],
)
def test_wrong_arguments_are_refused(arguments: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        small(**arguments)


def test_names_that_there_are_not_are_refused() -> None:
    for name in ("building", "weather", "tariff"):
        with pytest.raises(ConfigError, match="no_such"):
            small(**{name: "no_such"})


def test_wrong_actions_are_refused(env: BuildingVectorEnv) -> None:
    env.reset(seed=1)
    with pytest.raises(ValueError, match="a mode is 0 to 35"):
        env.step(np.full((3, 5), 36))
    with pytest.raises(ValueError, match="reshape"):
        env.step(np.zeros((2, 5), dtype=np.int64))


def test_gymnasiums_statistics_count_it() -> None:
    env = RecordEpisodeStatistics(small(3))
    env.reset(seed=1)
    rewards = np.zeros(3)
    for action in actions(env.unwrapped, 25):  # type: ignore[arg-type]
        _, reward, _, truncated, info = env.step(action)
        if "episode" not in info:
            rewards += reward
            continue
        rewards += reward
        assert truncated.all()
        assert info["_episode"].all()
        assert info["episode"]["l"].tolist() == [24] * 3
        np.testing.assert_allclose(info["episode"]["r"], rewards, rtol=1e-6)
    assert env.episode_count == 3
