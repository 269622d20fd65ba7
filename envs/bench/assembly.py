"""Which instructions the compiler made of the engine: on several buildings at once, or on one.

Compiled code that was read from the cache cannot be looked at, so that it is compiled once more,
in a process and a cache of its own.
"""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass

from envs.batch import Batch
from envs.bench.stages import Spread, scene
from envs.decision import decide_batch
from hvac_rl.errors import HvacRlError
from sim_buildings.building import load_building
from sim_buildings.compiled import compiled

# x86-64, SSE and AVX: ps and pd work on a register full, ss and sd on its first number.
ARITHMETIC = re.compile(
    r"^\s*v?(?:add|sub|mul|div|sqrt|min|max|fn?m(?:add|sub)\d*)([ps])([sd])\b", re.MULTILINE
)
X86 = ("x86_64", "AMD64")


@dataclass(frozen=True, slots=True)
class Instructions:
    """Floating-point arithmetic in the text of a compiled function, each place counted once."""

    packed: int
    scalar: int


def instructions_of(assembly: str) -> Instructions:
    """Count in x86-64 assembly."""
    width = [found.group(1) for found in ARITHMETIC.finditer(assembly)]
    return Instructions(width.count("p"), width.count("s"))


def decision_instructions() -> Instructions | None:
    """Of a batch's decision, freshly compiled: a minute or two. None on another processor.

    Raises HvacRlError where it does not compile.
    """
    if platform.machine() not in X86:
        return None
    with tempfile.TemporaryDirectory(prefix="hvac-rl-bench-") as folder:
        done = subprocess.run(
            [sys.executable, "-c", "from envs.bench.assembly import main; main()"],
            env={
                **os.environ,
                "HVAC_RL_CACHE_DIR": folder,
                "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            },
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise HvacRlError("hvac-rl bench sim", "the engine does not compile", done.stderr)
    packed, scalar = done.stdout.split()
    return Instructions(int(packed), int(scalar))


def main() -> None:
    """Print the numbers of packed and of scalar instructions."""
    batch = Batch(scene(load_building("small_office"), Spread(worlds=1, weeks=1)), 2, threads=1)
    batch.step([[0] * batch.zones] * 2)  # type: ignore[arg-type]
    twin = compiled(decide_batch, batch.form)
    found = instructions_of("\n".join(twin.inspect_asm().values()))  # type: ignore[attr-defined]
    print(found.packed, found.scalar)


if __name__ == "__main__":
    main()
