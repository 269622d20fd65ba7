"""Our end of the engine's process: start it, give orders, and never wait for ever."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
import tempfile
import weakref
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path

from sim_buildings.energyplus.engine import error_lines
from sim_buildings.energyplus.errors import EnergyPlusError
from sim_buildings.energyplus.exchange import (
    Answer,
    Convert,
    Converted,
    Ended,
    Failed,
    Order,
    Readings,
    Run,
    Started,
    Stop,
    Write,
)
from sim_buildings.energyplus.package import require_engine

# The engine keeps about 0.75 MB of every run: a fresh process now and then.
RUNS_A_PROCESS = 100
START_TIMEOUT_S = 180.0
STEP_TIMEOUT_S = 60.0
END_TIMEOUT_S = 10.0


class Worker:
    """One engine in a process of its own; one run at a time.

    ``start`` begins a run and answers its internal variables and first readings, ``step`` writes
    all actuators and simulates one time step, ``stop`` ends the run, ``close`` the process. Raises
    EnergyPlusError with the engine's own severe and fatal lines; after one, the next ``start``
    begins with a fresh process. POSIX only.
    """

    def __init__(
        self,
        *,
        runs_a_process: int = RUNS_A_PROCESS,
        start_timeout_s: float = START_TIMEOUT_S,
        step_timeout_s: float = STEP_TIMEOUT_S,
    ) -> None:
        require_engine()
        self._runs_a_process = runs_a_process
        self._start_timeout_s = start_timeout_s
        self._step_timeout_s = step_timeout_s
        self._process: subprocess.Popen[bytes] | None = None
        self._runs = 0
        self._running = False
        self._steps = 0
        self._model = ""

    @property
    def pid(self) -> int | None:
        """The process that runs the engine, if there is one."""
        return None if self._process is None else self._process.pid

    @property
    def running(self) -> bool:
        """Whether a run waits for ``step``."""
        return self._running

    def convert(self, model: Path) -> str:
        """An IDF as epJSON text, by the engine's own converter."""
        self._ready(str(model))
        answer = self._ask(Convert(str(model)), "converting", self._start_timeout_s)
        assert isinstance(answer, Converted), answer
        return answer.text

    def start(self, run: Run, name: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Begin a run; (internal variables, readings at its beginning). ``name`` is for errors."""
        self._ready(name)
        started = self._ask(run, "starting", self._start_timeout_s)
        assert isinstance(started, Started), started
        first = self._receive("starting", self._start_timeout_s)
        assert isinstance(first, Readings), first
        self._running = True
        self._steps = 0
        return started.internals, first.values

    def step(self, values: tuple[float, ...]) -> tuple[float, ...]:
        """Write all actuators, NaN to give one back, and simulate one time step."""
        if not self._running:
            raise RuntimeError("no run has been started")
        self._steps += 1
        answer = self._ask(Write(values), f"in time step {self._steps}", self._step_timeout_s)
        if isinstance(answer, Ended):
            self._running = False
            raise EnergyPlusError(self._model, "the run period has ended; start another run")
        assert isinstance(answer, Readings), answer
        return answer.values

    def stop(self) -> None:
        """End the run, if there is one."""
        if self._running:
            self._running = False
            ended = self._ask(Stop(), "stopping", self._step_timeout_s)
            assert isinstance(ended, Ended), ended

    def close(self) -> None:
        """End the process; what it wrote is removed."""
        self._running = False
        if self._process is not None:
            self._process = None
            self._finish()

    def _ready(self, name: str) -> None:
        """A process that runs nothing."""
        self._model = name
        self.stop()
        if self._process is not None and self._runs >= self._runs_a_process:
            self.close()
        if self._process is None:
            self._spawn()
        self._runs += 1

    def _spawn(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="hvac-rl-energyplus-"))
        ours: Connection[Order, Answer]
        ours, theirs = Pipe()
        paths = os.pathsep.join(path for path in sys.path if path)
        # Not multiprocessing: it would run the caller's script again in the new process.
        self._process = subprocess.Popen(
            [
                sys.executable,
                "-c",
                "from sim_buildings.energyplus.engine import main; "
                f"main({theirs.fileno()}, {str(self._folder)!r})",
            ],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": paths},
        )
        theirs.close()
        self._link = ours
        # The connection's own poll builds a selector at each call.
        self._poll = select.poll()
        self._poll.register(ours.fileno(), select.POLLIN)
        self._runs = 0
        self._finish = weakref.finalize(self, _finish, self._process, ours, self._folder)

    def _ask(self, order: Order, doing: str, timeout_s: float) -> Answer:
        try:
            self._link.send(order)
        except ConnectionError:
            raise self._died(doing) from None
        return self._receive(doing, timeout_s)

    def _receive(self, doing: str, timeout_s: float) -> Answer:
        try:
            if not self._poll.poll(timeout_s * 1000.0):
                self._kill()
                raise EnergyPlusError(
                    self._model, f"the engine hung {doing}: no answer within {timeout_s:g} s"
                )
            answer = self._link.recv()
        except (EOFError, ConnectionError):
            raise self._died(doing) from None
        if isinstance(answer, Failed):
            self.close()
            raise EnergyPlusError(self._model, f"{doing}: {answer.reason}")
        return answer

    def _died(self, doing: str) -> EnergyPlusError:
        process, lines = self._process, ""
        if process is not None:
            code = process.wait(END_TIMEOUT_S)
            for folder in sorted(self._folder.glob("run*")):
                lines = error_lines(folder)
            self.close()
            reason = f"the engine's process ended ({code}) {doing}{lines}"
            return EnergyPlusError(self._model, reason)
        return EnergyPlusError(self._model, f"the engine's process is gone, {doing}")

    def _kill(self) -> None:
        if self._process is not None:
            self._process.kill()
        self.close()


def _finish(
    process: subprocess.Popen[bytes], link: Connection[Order, Answer], folder: Path
) -> None:
    """Close the pipe, which ends the process; if it does not end, end it."""
    link.close()
    try:
        process.wait(END_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    shutil.rmtree(folder, ignore_errors=True)
