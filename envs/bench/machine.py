"""What the machine can do at most: arithmetic in registers, and copying of memory."""

from __future__ import annotations

import os
import platform
from dataclasses import dataclass
from pathlib import Path

import llvmlite.binding  # type: ignore[import-untyped]
import numba
import numpy as np
from numpy.typing import NDArray

from envs.bench.timing import Repeats
from sim_buildings.compiled import in_threads

Singles = NDArray[np.float32]

# Found by trial: longer chains and a single row leave the units waiting for results.
CHAIN = 8
"""Multiply-adds between reading a number and writing it back."""
NUMBERS = 256
"""In each of two rows in the nearest cache: chains that do not wait for each other."""
ROUNDS = 5000
COPIED_BYTES = 128 * 2**20
"""Far beyond any cache but the largest servers'."""

_FACTOR = np.float32(0.999)
_ADDED = np.float32(0.001)


@dataclass(frozen=True, slots=True)
class Machine:
    """The machine and its measured limits."""

    cpu: str
    target: str
    """The processor as the compiler knows it."""
    cores: int
    python: str
    numba: str
    peak_gflops_one_thread: float
    """Single precision, a multiply-add counts as two."""
    peak_gflops: float
    copy_gb_per_s_one_thread: float
    """Read and written together."""
    copy_gb_per_s: float


@numba.njit(nogil=True, fastmath={"contract"})
def _multiply_add(one: Singles, other: Singles, rounds: int) -> None:
    for _ in range(rounds):
        for k in range(one.size):
            x, y = one[k], other[k]
            for _ in range(CHAIN):
                x = x * _FACTOR + _ADDED
                y = y * _FACTOR + _ADDED
            one[k], other[k] = x, y


def measure_machine(threads: int, repeats: Repeats) -> Machine:
    """Peaks with one thread and with ``threads``."""
    return Machine(
        cpu=_cpu(),
        target=str(llvmlite.binding.get_host_cpu_name()),
        cores=os.cpu_count() or 1,
        python=platform.python_version(),
        numba=numba.__version__,
        peak_gflops_one_thread=_gflops(1, repeats),
        peak_gflops=_gflops(threads, repeats),
        copy_gb_per_s_one_thread=_copy_gb_per_s(1, repeats),
        copy_gb_per_s=_copy_gb_per_s(threads, repeats),
    )


def _gflops(threads: int, repeats: Repeats) -> float:
    rows = np.ones((threads, 2, NUMBERS), dtype=np.float32)

    def share(first: int, end: int) -> None:
        for k in range(first, end):
            _multiply_add(rows[k, 0], rows[k, 1], ROUNDS)

    flops = 4.0 * CHAIN * NUMBERS * ROUNDS * threads
    return repeats.rate(lambda: in_threads(share, threads, threads), flops).best / 1e9


def _copy_gb_per_s(threads: int, repeats: Repeats) -> float:
    source = np.ones(COPIED_BYTES, dtype=np.uint8)
    target = np.empty_like(source)

    def share(first: int, end: int) -> None:
        np.copyto(target[first:end], source[first:end])

    moved = 2.0 * COPIED_BYTES
    return repeats.rate(lambda: in_threads(share, COPIED_BYTES, threads), moved).best / 1e9


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        # Not Linux.
        lines = []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or platform.machine()
