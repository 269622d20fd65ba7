"""Mutation testing of hvac_rl/safety: every survivor is explained, or the command fails.

``python -m tests.hvac_rl.safety.mutants [NAME ...]`` runs mutmut (settings in pyproject.toml) over
the whole package or the mutants so named (globs, as ``hvac_rl.safety.freeze*``).
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

REVIEWED = Path(__file__).with_name("equivalent_mutants.txt")
BAD = ("survived", "no tests", "timeout", "suspicious")


def explained(lines: Iterable[str]) -> set[str]:
    """Names of the mutants that the reviewed list explains."""
    rows = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    return {name.strip() for name, _, why in (row.partition(":") for row in rows) if why.strip()}


def survivors(results: str) -> list[tuple[str, str]]:
    """(name, what became of it) of every mutant that no test killed, from mutmut's results."""
    rows = [line.strip().rpartition(": ") for line in results.splitlines() if ": " in line]
    return [(name, fate) for name, _, fate in rows if fate in BAD]


def main(names: Sequence[str]) -> int:
    """Run, then hold the survivors against the reviewed list."""
    environment = {**os.environ, "HVAC_RL_MUTATING": "1"}
    subprocess.run([sys.executable, "-m", "mutmut", "run", *names], check=False, env=environment)
    answer = subprocess.run(
        [sys.executable, "-m", "mutmut", "results"], check=True, capture_output=True, text=True
    )
    known = explained(REVIEWED.read_text(encoding="utf-8").splitlines())
    left = [(name, fate) for name, fate in survivors(answer.stdout) if name not in known]
    for name, fate in left:
        print(f"{name}: {fate}; kill it with a test, or explain it in {REVIEWED.name}")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
