"""``hvac-rl bench sim`` as a person calls it. No figure is judged: machines differ."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"
POSITIVE = (
    "batched_building_steps_per_s",
    "batched_joint_building_steps_per_s",
    "single_env_steps_per_s",
    "vector_env_building_steps_per_s",
    "vector_reset_known_start_s",
    "vector_reset_new_start_s",
    "memory_bytes_a_building",
    "memory_bytes_a_world",
    "memory_bytes_a_weather",
    "flops_a_zone_substep",
    "flops_a_zone_step",
    "buildings",
    "threads",
)


def bench(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hvac_rl.cli", "bench", "sim", *options],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], str]:
    folder = tmp_path_factory.mktemp("bench")
    figures, table = folder / "figures.json", folder / "figures.md"
    done = bench("--quick", "--json", str(figures), "--markdown", str(table))
    assert done.returncode == 0, done.stderr
    assert "EnergyPlusEnv" in done.stdout
    return json.loads(figures.read_text()), table.read_text()


def test_every_figure_is_there_and_positive(written: tuple[dict[str, Any], str]) -> None:
    figures, _ = written
    assert figures["zones"] == 5
    for name in POSITIVE:
        assert figures[name] > 0, name
    for name, value in figures["machine"].items():
        assert value, name
    for name in ("energyplus_steps_per_s", "energyplus_plant_steps_per_s"):
        assert figures[name] is None or figures[name] > 0.0
    assert [one["zones"] for one in figures["scaling"]] == [5, 15, 50, 200]
    for one in [*figures["batched"], *figures["scaling"], *figures["vector_env"]]:
        rate = one["building_steps_per_s"]
        assert 0.0 < rate["median"] <= rate["best"]
    assert all(value is None or value > 0.0 for value in figures["ratios"].values())


def test_quick_does_not_compile_the_engine_anew(written: tuple[dict[str, Any], str]) -> None:
    figures, _ = written
    assert figures["quick"] is True
    assert figures["packed_instructions"] is None
    assert figures["scalar_instructions"] is None


def test_the_document_has_the_same_figures(written: tuple[dict[str, Any], str]) -> None:
    figures, table = written
    assert f"{figures['single_env_steps_per_s']:,.0f}" in table
    assert figures["machine"]["cpu"] in table


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--json", "no_such_folder/figures.json"), "there is no folder no_such_folder"),
        (("--markdown", "/"), "is a folder"),
        (("--threads", "100000"), "--threads: is 100000, this machine has"),
        (("--threads", "0"), "Invalid value for '--threads'"),
        (("--buildings", "0"), "Invalid value for '--buildings'"),
    ],
)
def test_a_wrong_option_is_one_clear_error(options: tuple[str, ...], said: str) -> None:
    done = bench("--quick", *options)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_the_page_tells_of_every_figure(written: tuple[dict[str, Any], str]) -> None:
    figures, _ = written
    page = PAGE.read_text(encoding="utf-8")
    named = {name for name, value in figures.items() if isinstance(value, float | int | None)}
    missing = {name for name in named - {"zones", "quick"} if f"`{name}`" not in page}
    assert not missing
    peaks = {name for name, value in figures["machine"].items() if isinstance(value, float)}
    assert not {name for name in peaks if f"`machine.{name}`" not in page}
    assert "<!-- figures -->" in page
