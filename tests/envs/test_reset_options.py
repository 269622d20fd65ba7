"""Every reset option by what it does, and every wrong value by its error."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from envs.building_env import BuildingEnv
from envs.calendar_split import Part
from hvac_rl.control.encoding import FEATURE_NAMES
from hvac_rl.errors import ConfigError

SEEDS = (1000, 1001)


@pytest.fixture
def env() -> BuildingEnv:
    return BuildingEnv(days=1, seeds=SEEDS)


def episode(env: BuildingEnv, hours: int = 12, **options: Any) -> np.ndarray:
    """Every observation from a reset on, (hours + 1, zones, features)."""
    seen = [env.reset(seed=3, options=options)[0]]
    seen += [env.step(np.zeros(5, dtype=np.int64))[0] for _ in range(hours)]
    return np.array(seen).reshape(hours + 1, 5, -1)


def feature(observations: np.ndarray, name: str) -> np.ndarray:
    column: np.ndarray = observations[..., FEATURE_NAMES.index(name)]
    return column


def test_a_week_or_a_date_begins_there(env: BuildingEnv) -> None:
    assert env.reset(options={"week": 0})[1]["day"] == "2026-01-01"
    assert env.reset(options={"week": 51})[1]["day"] == "2026-12-24"
    for start in ("2026-07-14", date(2026, 7, 14)):
        assert env.reset(options={"start": start})[1]["day"] == "2026-07-14"
    week = episode(env, week=28)
    assert np.array_equal(week, episode(env, start="2026-07-16"))
    assert feature(week, "hour_cos")[0, 0] == 1.0, "midnight"


def test_a_drawn_week_is_one_for_training(env: BuildingEnv) -> None:
    first = {(date(2026, 1, 1)).toordinal() + int(day) for day in Part.TRAINING.first_days}
    days = [date.fromisoformat(env.reset(seed=s)[1]["day"]).toordinal() for s in range(8)]
    assert set(days) <= first
    assert len(set(days)) > 3


def test_a_world_is_its_people(env: BuildingEnv) -> None:
    one, other = (episode(env, week=28, world=k) for k in (0, 1))
    assert (feature(one, "outdoor") == feature(other, "outdoor")).all()
    assert (feature(one, "occupied") != feature(other, "occupied")).any()
    assert np.array_equal(other, episode(env, week=28, occupancy_seed=SEEDS[1]))
    stranger = episode(env, week=28, occupancy_seed=77)
    assert (feature(stranger, "occupied") != feature(one, "occupied")).any()
    assert np.array_equal(stranger, episode(BuildingEnv(days=1, seeds=(77,)), week=28, world=0))


def test_days_are_this_episodes_alone(env: BuildingEnv) -> None:
    for options, hours in (({"days": 2}, 48), ({}, 24)):
        env.reset(seed=1, options=options)
        flags = [env.step(np.zeros(5, dtype=np.int64))[3] for _ in range(hours)]
        assert flags == [False] * (hours - 1) + [True]


def test_a_stage_holds_from_now_on(env: BuildingEnv) -> None:
    before = episode(env, week=28)
    for option in (
        {"weather": "denver"},
        {"weather_seed": 5},
        {"tariff": "flat"},
        {"building": "retail"},
    ):
        changed = episode(env, week=28, **option)
        assert not np.array_equal(changed, before), option
        assert np.array_equal(changed, episode(env, week=28)), option
        assert np.array_equal(changed, episode(BuildingEnv(days=1, seeds=SEEDS, **option), week=28))
        env = BuildingEnv(days=1, seeds=SEEDS)


def test_a_flat_tariff_is_flat(env: BuildingEnv) -> None:
    assert np.unique(feature(episode(env, start="2026-07-14", tariff="flat"), "price")).size == 1
    by_hour = episode(env, start="2026-07-14", tariff="time_of_use")
    assert np.unique(feature(by_hour, "price")).size > 1


def test_faults_break_what_they_name_for_one_episode(env: BuildingEnv) -> None:
    well = episode(env, start="2026-07-14")
    south = env.zone_names.index("south")
    offset = episode(env, start="2026-07-14", faults={"south": {"sensor_offset_k": 2.0}})
    difference_k = 5.0 * (feature(offset, "air") - feature(well, "air"))[2]
    assert difference_k[south] > 0.5
    assert np.abs(np.delete(difference_k, south)).max() < 0.5
    broken = episode(env, start="2026-07-14", faults={"ahu": {"fan_failed": 1.0}})
    assert (5.0 * (feature(broken, "air") - feature(well, "air")))[12].mean() > 0.5
    assert np.array_equal(episode(env, start="2026-07-14"), well), "repaired"


def test_options_do_not_change_what_a_seed_draws(env: BuildingEnv) -> None:
    """Whatever was asked before, the seed's week, people and what follows are its own."""
    plain = [env.reset(seed=9)[1]["day"], *(env.reset()[1]["day"] for _ in range(3))]
    observation, _ = env.reset(seed=9)
    for options in (
        {"week": 5},
        {"start": "2026-02-03"},
        {"world": 1},
        {"occupancy_seed": 77},
        {"days": 3},
        {"faults": {"south": {"blind_stuck": 1.0}}},
    ):
        env.reset(seed=9, options=options)
        assert [env.reset()[1]["day"] for _ in range(3)] == plain[1:], options
        again, info = env.reset(seed=9)
        assert info["day"] == plain[0]
        assert (again == observation).all(), options
    # The week that was not given is still the seed's.
    assert env.reset(seed=9, options={"world": 1})[1]["day"] == plain[0]
    assert env.reset(seed=9, options={"tariff": "flat"})[1]["day"] == plain[0]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"weak": 1}, "there is no reset option 'weak'; known are: week"),
        ({"week": 60}, "there is no week 60"),
        ({"week": -1}, "there is no week -1"),
        ({"world": 2}, "there is no world 2"),
        ({"world": -1}, "there is no world -1"),
        ({"start": "2025-07-14"}, "the world's year is 2026"),
        ({"start": "14 July"}, "14 July"),
        ({"start": "2026-07-14", "week": 3}, "week or start, not both"),
        ({"days": 0}, "at least one day"),
        ({"building": "medium_office"}, "15 zones, this environment 5"),
        ({"faults": {"cellar": {}}}, "there is no zone or air handler 'cellar'; known are: core"),
        ({"faults": {"south": {"coil_share": 0.5}}}, "there is no fault 'coil_share'"),
        ({"faults": {"ahu": {"blind_stuck": 0.5}}}, "there is no fault 'blind_stuck'"),
    ],
)
def test_wrong_options_are_refused(env: BuildingEnv, options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        env.reset(seed=1, options=options)


def test_a_refused_reset_changes_no_stage(env: BuildingEnv) -> None:
    before = episode(env, week=28)
    with pytest.raises(ConfigError):
        env.reset(options={"tariff": "no_such"})
    with pytest.raises(ValueError, match="15 zones"):
        env.reset(options={"building": "medium_office"})
    assert np.array_equal(episode(env, week=28), before)
