"""The main job as people run it: two processes, real sockets, a fast clock."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

CLI = (sys.executable, "-m", "hvac_rl.cli")
SPEED = 1000.0
BUNDLE = Path(__file__).resolve().parents[2] / "agents" / "bundles" / "small_office_fast_dqn"

Start = Callable[..., subprocess.Popen[str]]


def wait_until(what: Callable[[], bool], seconds: float, message: str) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, message
        time.sleep(0.02)


@pytest.fixture
def start() -> Iterator[Start]:
    """Start ``hvac-rl ARGUMENTS`` as a process; whatever still runs at the end is ended."""
    processes: list[subprocess.Popen[str]] = []

    def launch(*arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [*CLI, *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env={**os.environ, "COLUMNS": "200"},
        )  # fmt: skip
        processes.append(process)
        return process

    yield launch
    for process in processes:
        if process.poll() is None:
            process.send_signal(signal.SIGCONT)
            process.kill()
        process.communicate()


@pytest.fixture
def building(start: Start, tmp_path: Path) -> Callable[..., Path]:
    """Start a simulated building; answers with its folder once it listens."""

    def launch(*options: str, name: str = "small_office", speed: float = SPEED) -> Path:
        folder = tmp_path / "site"
        process = start(
            "simulate", name, "--start=2026-07-14T06:00", f"--speed={speed:g}",
            f"--dir={folder}", "--warm-up-days=1", *options,
        )  # fmt: skip

        def ready() -> bool:
            assert process.poll() is None, process.communicate()[0]
            return (folder / "clock.json").exists()

        wait_until(ready, 120, "the simulated building did not start")
        return folder

    return launch


def run_cli(*arguments: str, timeout_s: float = 120) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*CLI, *arguments], capture_output=True, text=True, timeout=timeout_s, check=False,
        env={**os.environ, "COLUMNS": "200"},
    )  # fmt: skip
