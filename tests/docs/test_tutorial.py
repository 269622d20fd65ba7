"""The tutorial runs from end to end, in its time, and says what it promises."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from time import perf_counter

import pytest

from envs.warm import warm_block, warm_one
from sim_buildings.simulation import warm as warm_simulation

ROOT = Path(__file__).resolve().parents[2]
LONGEST_S = 90.0


@pytest.fixture(scope="module")
def compiled() -> None:
    """The tutorial's time is that of a compiled simulator."""
    warm_block()
    warm_one()
    warm_simulation()


@pytest.mark.timeout(600)
def test_the_tutorial(compiled: None, tmp_path: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if key != "HVAC_RL_TUTORIAL"}
    begun = perf_counter()
    done = subprocess.run(
        [sys.executable, ROOT / "docs" / "tutorial.py", tmp_path / "pictures"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**environment, "PYTHONPATH": str(ROOT)},
    )
    took_s = perf_counter() - begun
    assert done.returncode == 0, done.stderr
    assert took_s < LONGEST_S
    made = {path.stem: path.stat().st_size for path in (tmp_path / "pictures").glob("*.png")}
    assert set(made) == {"week", "look_ahead", "variants", "fault"}
    assert min(made.values()) > 10_000

    def cost(name: str) -> float:
        found = re.search(rf"^{name} +([\d.]+)", done.stdout, re.MULTILINE)
        assert found, done.stdout
        return float(found[1])

    assert cost("base rule") < cost("BMS schedule")
    rule, ahead = re.findall(r"(?:rule|ahead) ([\d.]+)", done.stdout)
    assert float(ahead) <= float(rule)
    assert "0.0 K before, 2.0 K after" in done.stdout
