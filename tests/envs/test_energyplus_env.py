"""The EnergyPlus environment: Gymnasium's checker, seeds, a kept policy, a user's own model."""

from __future__ import annotations

import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env

import envs
from envs.building_env import BuildingEnv
from hvac_rl.control.bundle import DEMO_PUBLIC_KEY, read_bundle
from hvac_rl.control.encoding import FEATURE_NAMES, MODE_NAMES, N_FEATURES
from hvac_rl.control.policy import load_policy
from hvac_rl.errors import ConfigError

BUNDLES = Path(__file__).resolve().parents[2] / "agents" / "bundles"
MIDSUMMER, MIDWINTER = 28, 2
pytest.importorskip("pyenergyplus", reason="the EnergyPlus engine is not installed")

from envs.energyplus_env import EnergyPlusEnv  # noqa: E402
from sim_buildings.energyplus.draft import draft_mapping  # noqa: E402
from sim_buildings.energyplus.errors import EnergyPlusError  # noqa: E402
from sim_buildings.energyplus.mapping import load_mapping, mapping_text  # noqa: E402
from sim_buildings.energyplus.package import reference_models  # noqa: E402


@pytest.fixture(scope="module")
def env() -> Iterator[EnergyPlusEnv]:
    made = EnergyPlusEnv(days=1)
    yield made
    made.close()


def day(
    env: EnergyPlusEnv, mode: str, seed: int = 1, **options: Any
) -> tuple[list[np.ndarray], list[float], dict[str, Any]]:
    """(observations, rewards, the last info) of a day under one mode."""
    observation, _ = env.reset(seed=seed, options=options)
    observations, rewards = [observation], []
    info: dict[str, Any] = {}
    for _ in range(24):
        action = np.full(len(env.zone_names), MODE_NAMES.index(mode))
        observation, reward, terminated, truncated, info = env.step(action)
        assert not terminated
        assert truncated == (len(rewards) == 23)
        observations.append(observation)
        rewards.append(reward)
    return observations, rewards, info


def test_gymnasiums_checker_is_content() -> None:
    assert envs.__doc__
    env = gymnasium.make("hvac_rl/EnergyPlus-v0", days=1)
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        check_env(env.unwrapped)
    env.close()


def test_envs_work_without_the_engine() -> None:
    script = (
        "import sys; sys.modules['pyenergyplus'] = None; import envs, gymnasium\n"
        "assert not [m for m in sys.modules if m.startswith('sim_buildings.energyplus')]\n"
        "try: gymnasium.make('hvac_rl/EnergyPlus-v0')\n"
        "except Exception as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert "pip install pyenergyplus-lbnl" in done.stdout, done.stderr


def test_spaces_are_those_of_our_own_simulator(env: EnergyPlusEnv) -> None:
    ours = BuildingEnv(days=1)
    assert env.action_space == ours.action_space
    assert env.observation_space == ours.observation_space


def test_a_seed_gives_bitwise_the_same_episode(env: EnergyPlusEnv) -> None:
    observations, rewards, info = day(env, "comfort", seed=5)
    again, same, repeated = day(env, "comfort", seed=5)
    assert (np.array(observations) == np.array(again)).all()
    assert rewards == same
    assert info["totals"] == repeated["totals"]
    assert info["totals"].hours == 24.0
    with pytest.raises(RuntimeError, match="reset"):
        env.step(np.zeros(5, dtype=np.int64))
    other, _ = env.reset(seed=6)
    assert (other != observations[0]).any()


def test_worlds_differ_in_the_forecast_alone(env: EnergyPlusEnv) -> None:
    first, _ = env.reset(seed=1, options={"week": MIDWINTER, "world": 0})
    second, _ = env.reset(seed=1, options={"week": MIDWINTER, "world": 1})
    differ = (first != second).reshape(5, -1).any(axis=0)
    forecast = [name.startswith(("outdoor_", "ghi_")) for name in FEATURE_NAMES]
    assert not differ[~np.array(forecast)].any()
    assert differ.any()


def test_modes_reach_the_building(env: EnergyPlusEnv) -> None:
    comfort = day(env, "comfort", week=MIDWINTER)
    off = day(env, "off", week=MIDWINTER)
    assert off[2]["totals"].energy_kwh < 0.97 * comfort[2]["totals"].energy_kwh
    air = FEATURE_NAMES.index("air")
    night = [run[0][4].reshape(5, -1)[:, air].mean() for run in (comfort, off)]
    assert night[0] > night[1] + 0.2
    assert comfort[2]["totals"].peak_kw > 5.0
    assert comfort[2]["totals"].cost > 0.0


def test_a_kept_policy_steps_a_day_unchanged(env: EnergyPlusEnv) -> None:
    """Trained in our simulator; nothing is adapted."""
    policy = load_policy(read_bundle(BUNDLES / "small_office_fast_dqn", [DEMO_PUBLIC_KEY]))
    columns = [FEATURE_NAMES.index(name) for name in policy.features]
    observation, _ = env.reset(seed=1, options={"week": MIDSUMMER})
    used = set()
    for _ in range(24):
        rows = observation.reshape(5, N_FEATURES)[:, columns]
        assert np.abs(rows).max() < 5.0, "outside what it was trained on"
        modes = policy.choose(rows.tolist())
        used |= set(modes)
        observation, _, _, _, info = env.step(np.array(modes))
    assert len(used) > 1
    assert set(info) == {"kpis", "totals", "guard_changes", "day"}
    assert info["day"] == "2026-07-17"
    assert 100.0 < info["totals"].energy_kwh < 1000.0
    assert info["totals"].thermal_discomfort_kh < 40.0


def test_the_medium_office_steps() -> None:
    env = EnergyPlusEnv("medium_office", days=1, observations=["air", "co2"])
    assert env.action_space.shape == (15,)
    observation, _ = env.reset(seed=1, options={"week": MIDSUMMER})
    for _ in range(12):
        observation, _, _, _, info = env.step(env.action_space.sample())
    assert observation.shape == (30,)
    assert np.abs(observation).max() < 2.0
    assert info["totals"].energy_kwh > 500.0
    env.close()


def test_a_users_own_model_with_an_edited_table(tmp_path: Path) -> None:
    """A warehouse: an IDF, a drafted table, two zones of three, other hours."""
    model = tmp_path / "own.idf"
    model.write_bytes(reference_models()["warehouse"].read_bytes())
    table = tmp_path / "own.toml"
    text = mapping_text(draft_mapping(model, "usa_co_denver"))
    head, first, rest = text.partition('[[zones]]\nzone = "BulkStorage"')
    rest = rest[rest.index("\n[[zones]]") :]
    assert first
    table.write_text((head + rest).replace("start_h = 7.0", "start_h = 8.0"))
    mapping = load_mapping(table)
    assert mapping.zone_names == ("FineStorage", "Office")
    assert mapping.site.start_h == 8.0
    env = EnergyPlusEnv(model=model, mapping=table, weather="usa_co_denver", days=1)
    observations, rewards, info = day(env, "rule", week=MIDWINTER)
    env.close()
    assert np.isfinite(observations).all()
    assert min(rewards) < 0.0
    office = observations[12].reshape(2, -1)[1]
    assert office[FEATURE_NAMES.index("occupied")] == 1.0
    assert office[FEATURE_NAMES.index("orientation_cos")] == pytest.approx(-1.0)
    assert abs(office[FEATURE_NAMES.index("air")]) < 0.6
    assert info["totals"].energy_kwh > 100.0


def test_a_wrong_table_is_refused_before_anything_runs(tmp_path: Path) -> None:
    table = tmp_path / "own.toml"
    text = mapping_text(load_mapping(Path(sys.modules["sim_buildings.energyplus.mapping"].__file__
                                          or "").with_name("small_office.toml")))  # fmt: skip
    table.write_text(text.replace('lights = ["Core_ZN_Lights"]', 'lights = ["Core_ZN_Light"]'))
    with pytest.raises(ConfigError, match=r"(?s)own.toml: zones\[0\].lights: .*: Core_ZN_Lights"):
        EnergyPlusEnv(model="small_office", mapping=table)
    table.write_text(text.replace('"PSZ-AC:1"', '"PSZ-AC:2"'))
    with pytest.raises(ConfigError, match="given twice"):
        EnergyPlusEnv(model="small_office", mapping=table)


def test_a_model_that_does_not_run_says_why(tmp_path: Path) -> None:
    model = tmp_path / "own.idf"
    model.write_text("Version,9.0;\nNonsense,;\n")
    with pytest.raises(EnergyPlusError, match=r"own.idf: .*\n.*\*\* Severe"):
        EnergyPlusEnv(model=model)


@pytest.mark.parametrize(
    "arguments",
    [
        {"building": "castle"},
        {"building": "small_office", "model": "small_office"},
        {"observations": ["weather"]},
        {"reward_weights": {"fame": 1.0}},
        {"reward_weights": {"cost": 1.0}, "reward": lambda kpis: 0.0},
        {"days": 0},
        {"days": 363},
        {"seeds": ()},
        {"render_mode": "human"},
    ],
)
def test_wrong_arguments_are_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"there is no|not both|an episode lasts"):
        EnergyPlusEnv(**arguments)


def test_wrong_options_and_actions_are_refused(env: EnergyPlusEnv) -> None:
    for options in ({"weak": 1}, {"week": 52}, {"world": 99}):
        with pytest.raises(ValueError, match="there is no"):
            env.reset(seed=1, options=options)
    env.reset(seed=1, options={"week": 0})
    for action in ([0] * 4, [0, 0, 0, 0, 36], [0, 0, 0, 0, -1]):
        with pytest.raises(ValueError, match="an action is a mode"):
            env.step(np.array(action))
