"""Mutation testing of hvac_rl/safety: every survivor is explained, or the command fails.

``python -m tests.hvac_rl.safety.mutants [NAME ...]``: mutmut (settings in pyproject.toml) makes
the mutants and finds which tests go through which function; then all of them are tried, or those
so named (globs, as ``hvac_rl.safety.freeze*``), in one process that forks for each
(:mod:`tests.hvac_rl.safety.mutant_runner`).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from fnmatch import fnmatch
from pathlib import Path

from tests.hvac_rl.safety.mutant_runner import FATES, KILLED, NAMES

REVIEWED = Path(__file__).with_name("equivalent_mutants.txt")
WHERE = Path("mutants")
# Any one: mutmut prepares all for it.
QUICK = ("-p", "no:cacheprovider", "--assert=plain")
FIRST = "hvac_rl.safety.intervals.x_named__mutmut_1"


def explained(lines: Iterable[str]) -> set[str]:
    """Names of the mutants that the reviewed list explains."""
    rows = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    return {name.strip() for name, _, why in (row.partition(":") for row in rows) if why.strip()}


def survivors(fates: str) -> list[tuple[str, str]]:
    """(name, what became of it) of every mutant that no test killed."""
    rows = [line.strip().rpartition(": ") for line in fates.splitlines() if ": " in line]
    return [(name, fate) for name, _, fate in rows if fate != KILLED]


def mutants(patterns: Sequence[str]) -> list[str]:
    """Names of the mutants that mutmut has made."""
    names = [
        name
        for meta in sorted(WHERE.glob("hvac_rl/safety/*.py.meta"))
        for name in json.loads(meta.read_text(encoding="utf-8"))["exit_code_by_key"]
    ]
    return [name for name in names if not patterns or any(fnmatch(name, p) for p in patterns)]


def main(patterns: Sequence[str]) -> int:
    """Try them, then hold the survivors against the reviewed list."""
    environment = {**os.environ, "HVAC_RL_MUTATING": "1"}
    subprocess.run([sys.executable, "-m", "mutmut", "run", FIRST], check=True, env=environment)
    wanted, fates = WHERE / "names.txt", WHERE / "fates.txt"
    names = mutants(patterns)
    wanted.write_text("\n".join(names), encoding="utf-8")
    fates.unlink(missing_ok=True)
    print(f"{len(names)} mutants; their fates one by one in {fates}", flush=True)
    where = {NAMES: wanted.name, FATES: fates.name, "PYTHONUNBUFFERED": "1"}
    plugin = [
        "-p",
        "tests.hvac_rl.safety.mutant_runner",
        "-p",
        "no:cacheprovider",
        "--assert=plain",
    ]
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *plugin, *QUICK, "tests/hvac_rl/safety"],
        check=True, cwd=WHERE, env={**environment, **where},
    )  # fmt: skip
    text = fates.read_text(encoding="utf-8")
    known = explained(REVIEWED.read_text(encoding="utf-8").splitlines())
    found = survivors(text)
    left = [(name, fate) for name, fate in found if name not in known]
    for name, fate in left:
        print(f"{name}: {fate}; kill it with a test, or explain it in {REVIEWED.name}")
    counted = ", ".join(f"{n} {fate}" for fate, n in Counter(f for _, f in found).items())
    print(f"{len(names)} mutants; not killed: {counted or 'none'}; unexplained: {len(left)}")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
