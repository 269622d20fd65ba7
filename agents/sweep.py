"""Many trainings side by side: buildings, climates and seeds, a process each, over all cores.

Each is an ordinary ``hvac-rl train`` with one thread, so any of them can be repeated or resumed by
hand. A bundle that is there already is not trained again: a sweep that was interrupted goes on.
"""

from __future__ import annotations

import csv
import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Literal

from hvac_rl.errors import ConfigError

State = Literal["waiting", "running", "done", "failed"]
LOOK_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepOptions:
    """What the command was told."""

    buildings: tuple[str, ...]
    climates: tuple[str, ...]
    seeds: tuple[int, ...]
    agent: str
    arguments: tuple[str, ...]
    """Of ``hvac-rl train``, the same for every training."""
    out: Path
    jobs: int


@dataclass(slots=True)
class Training:
    """One of them."""

    name: str
    command: tuple[str, ...]
    bundle: Path
    run: Path
    state: State = "waiting"
    seconds: float = 0.0
    process: subprocess.Popen[bytes] | None = None
    began: float = 0.0
    log: IO[bytes] | None = field(default=None, repr=False)

    @property
    def log_file(self) -> Path:
        return self.run.with_suffix(".log")

    def standing(self) -> dict[str, str]:
        """The last line of its ``progress.csv``; empty before there is one."""
        path = self.run / "progress.csv"
        if not path.exists():
            return {}
        with path.open(newline="") as file:
            rows = list(csv.DictReader(file))
        return rows[-1] if rows else {}

    def result(self) -> dict[str, Any] | None:
        """What its bundle's manifest says of unseen weeks; None before there is one."""
        path = self.bundle / "manifest.json"
        if not (self.bundle / "signature.json").exists():
            return None
        document: dict[str, Any] = json.loads(path.read_text())
        return {**document["results"], "train_s": document["training"].get("train_s")}

    def last_words(self) -> str:
        """What its log ends with."""
        lines = self.log_file.read_text(errors="replace").strip().splitlines()
        return "\n".join(lines[-3:])


def planned(options: SweepOptions) -> list[Training]:
    """All of them, those that are done marked so; raises ConfigError for two of one name."""
    made: list[Training] = []
    for building in options.buildings:
        for climate in options.climates:
            for seed in options.seeds:
                where = f"-{Path(climate).stem}" if len(options.climates) > 1 else ""
                name = f"{Path(building).stem}{where}-{options.agent}-{seed}"
                bundle, run = options.out / name, options.out / "runs" / name
                command = (
                    sys.executable, "-m", "hvac_rl.cli", "train", building,
                    "--agent", options.agent, "--climate", climate, "--seed", str(seed),
                    "--threads", "1", "--out", str(bundle), "--run", str(run),
                    *options.arguments,
                )  # fmt: skip
                one = Training(name, command, bundle, run)
                if one.result() is not None:
                    one.state = "done"
                made.append(one)
    names = [one.name for one in made]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ConfigError("hvac-rl sweep", f"two trainings would be called {twice[0]}")
    return made


def run_sweep(
    trainings: Sequence[Training],
    options: SweepOptions,
    look: Callable[[Sequence[Training]], None],
) -> None:
    """Run what is waiting, ``jobs`` at a time. Ctrl-C ends each with the best it has so far.

    ``look`` is called twice a second. A training that fails does not stop the others.
    """
    stop = _Stop()
    before = signal.signal(signal.SIGINT, stop.ask)
    try:
        while True:
            running = [one for one in trainings if one.state == "running"]
            for one in running:
                _follow(one)
            running = [one for one in running if one.state == "running"]
            if stop.asked > stop.passed_on:
                stop.passed_on = stop.asked
                for one in running:
                    assert one.process is not None
                    one.process.send_signal(signal.SIGINT)
            waiting = [] if stop.asked else [one for one in trainings if one.state == "waiting"]
            for one in waiting[: options.jobs - len(running)]:
                _start(one)
                running.append(one)
            look(trainings)
            if not running:
                return
            time.sleep(LOOK_S)
    finally:
        signal.signal(signal.SIGINT, before)
        for one in trainings:
            if one.process is not None and one.process.poll() is None:
                one.process.terminate()
                one.process.wait()


class _Stop:
    """Counts Ctrl-C."""

    def __init__(self) -> None:
        self.asked = 0
        self.passed_on = 0

    def ask(self, number: int, frame: object) -> None:
        self.asked += 1


def _start(one: Training) -> None:
    one.run.parent.mkdir(parents=True, exist_ok=True)
    command = one.command
    if (one.run / "checkpoint.pt").exists():
        command = (*command, "--resume")
    elif one.run.exists():
        # It was interrupted before there was anything to go on from.
        shutil.rmtree(one.run)
    one.log = one.log_file.open("ab")
    one.began = time.monotonic()
    one.process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=one.log,
        stderr=subprocess.STDOUT,
        # Ctrl-C in the terminal is ours to pass on.
        start_new_session=True,
    )
    one.state = "running"


def _follow(one: Training) -> None:
    assert one.process is not None
    assert one.log is not None
    one.seconds = time.monotonic() - one.began
    code = one.process.poll()
    if code is None:
        return
    one.log.close()
    one.state = "done" if code == 0 and one.result() is not None else "failed"
