"""A sweep: which trainings there are, which are run, and what becomes of those that end badly.

The processes are real; what they run is a script in place of a training of minutes.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from agents.sweep import SweepOptions, Training, planned, run_sweep
from agents.sweep_command import seeds_of, table_of
from hvac_rl.errors import ConfigError

TRAINS = """
import json, pathlib, sys
bundle = pathlib.Path(sys.argv[1])
bundle.mkdir(parents=True)
results = {"cost_vs_strong_rule": [-0.02, -0.03, -0.01],
           "discomfort_kh_per_zone_week": {"this": 1.25}}
(bundle / "manifest.json").write_text(json.dumps({"results": results, "training": {"train_s": 3}}))
(bundle / "signature.json").write_text("{}")
"""
UNTIL_INTERRUPTED = (
    """
import pathlib, signal, sys
signal.signal(signal.SIGINT, lambda number, frame: None)
pathlib.Path(sys.argv[2]).mkdir(parents=True)
pathlib.Path(sys.argv[2], "ready").touch()
signal.pause()
"""
    + TRAINS
)
FAILS = "print('diverged at cycle 7'); raise SystemExit(2)"


def options(out: Path, **changes: object) -> SweepOptions:
    told: dict[str, object] = {
        "buildings": ("small_office", "retail"),
        "climates": ("greensboro",),
        "seeds": (1, 2),
        "agent": "fast-dqn",
        "arguments": ("--minutes", "1"),
        "out": out,
        "jobs": 2,
    }
    return SweepOptions(**{**told, **changes})  # type: ignore[arg-type]


def script(out: Path, name: str, text: str) -> Training:
    bundle, run = out / name, out / "runs" / name
    return Training(name, (sys.executable, "-c", text, str(bundle), str(run)), bundle, run)


def quiet(trainings: Sequence[Training]) -> None:
    pass


def test_every_building_climate_and_seed_has_a_training(tmp_path: Path) -> None:
    made = planned(options(tmp_path, climates=("greensboro", "miami")))
    assert len({one.name for one in made}) == 8
    assert {one.state for one in made} == {"waiting"}
    first = made[0].command
    assert first[first.index("--seed") + 1] == "1"
    assert first[first.index("--threads") + 1] == "1"
    assert first[-2:] == ("--minutes", "1")


def test_two_of_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="retail-fast-dqn-1"):
        planned(options(tmp_path, buildings=("a/retail.toml", "b/retail.toml")))


def test_what_is_done_is_not_done_again(tmp_path: Path) -> None:
    bundle = tmp_path / "small_office-fast-dqn-2"
    one = script(tmp_path, bundle.name, TRAINS)
    run_sweep([one], options(tmp_path), quiet)
    made = planned(options(tmp_path))
    assert [one.state for one in made] == ["waiting", "done", "waiting", "waiting"]


def test_so_many_run_side_by_side_and_one_that_fails_stops_nobody(tmp_path: Path) -> None:
    trainings = [
        script(tmp_path, "first", TRAINS),
        script(tmp_path, "second", FAILS),
        script(tmp_path, "third", TRAINS),
    ]
    most = 0

    def look(all_of_them: Sequence[Training]) -> None:
        nonlocal most
        most = max(most, sum(one.state == "running" for one in all_of_them))

    run_sweep(trainings, options(tmp_path), look)
    assert most == 2
    assert [one.state for one in trainings] == ["done", "failed", "done"]
    assert trainings[1].last_words() == "diverged at cycle 7"
    assert table_of(trainings).row_count == 3


def test_ctrl_c_ends_what_runs_with_its_best_and_begins_nothing(tmp_path: Path) -> None:
    trainings = [script(tmp_path, name, UNTIL_INTERRUPTED) for name in ("first", "second")]
    asked = False

    def look(all_of_them: Sequence[Training]) -> None:
        nonlocal asked
        if not asked and (trainings[0].run / "ready").exists():
            asked = True
            os.kill(os.getpid(), signal.SIGINT)

    run_sweep(trainings, options(tmp_path, jobs=1), look)
    assert [one.state for one in trainings] == ["done", "waiting"]
    assert json.loads((trainings[0].bundle / "manifest.json").read_text())


def test_a_run_with_nothing_to_go_on_from_is_begun_anew(tmp_path: Path) -> None:
    one = script(tmp_path, "first", TRAINS)
    one.run.mkdir(parents=True)
    (one.run / "options.json").write_text("{}")
    run_sweep([one], options(tmp_path), quiet)
    assert one.state == "done"
    assert not (one.run / "options.json").exists()


def test_seeds_in_words() -> None:
    assert seeds_of("1-5") == (1, 2, 3, 4, 5)
    assert seeds_of("1,4, 7-8") == (1, 4, 7, 8)
    for wrong in ("", "x", "1-", "3-1", "1,1"):
        with pytest.raises(ConfigError):
            seeds_of(wrong)
