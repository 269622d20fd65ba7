"""The engine's process: what is said when something breaks, and that nothing stays behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from sim_buildings.energyplus.errors import EnergyPlusError
from sim_buildings.energyplus.exchange import Actuator, Internal, Run, Variable
from sim_buildings.energyplus.models import ELECTRICITY, prepare, with_period
from sim_buildings.energyplus.objects import Table, load_model
from sim_buildings.energyplus.package import weather_path
from sim_buildings.energyplus.plant import write_model
from sim_buildings.energyplus.worker import Worker

HEATING = Actuator("Zone Temperature Control", "Heating Setpoint", "Core_ZN")
AIR = Variable("Zone Mean Air Temperature", "Core_ZN")


@pytest.fixture(scope="module")
def table(worker: Worker) -> Table:
    return with_period(prepare(load_model("small_office", worker), None), date(2026, 1, 13), 1, ())


@pytest.fixture(scope="module")
def order(table: Table, tmp_path_factory: pytest.TempPathFactory) -> Run:
    path = write_model(table, tmp_path_factory.mktemp("model"))
    return Run(
        path, str(weather_path("usa_il_chicago")), (AIR,), (ELECTRICITY,), actuators=(HEATING,)
    )


@pytest.fixture
def fresh(engine: None) -> Iterator[Worker]:
    made = Worker(runs_a_process=2, start_timeout_s=60.0, step_timeout_s=20.0)
    yield made
    made.close()


def gone(pid: int) -> bool:
    """Whether a process has ended, given a moment."""
    for _ in range(500):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.01)
    return False


def test_a_run_ends_after_its_period(worker: Worker, order: Run) -> None:
    internals, first = worker.start(order._replace(internals=(
        Internal("Zone Floor Area", "Core_ZN"), Internal("Zone Floor Area", "Nowhere"),
    )), "office")  # fmt: skip
    assert internals[0] == pytest.approx(149.66, abs=0.1)
    assert internals[1] != internals[1]
    assert len(first) == 2
    for _ in range(96):
        air_c, joules = worker.step((21.0,))
    assert 15.0 < air_c < 30.0
    assert joules > 0.0
    with pytest.raises(EnergyPlusError, match="run period has ended"):
        worker.step((21.0,))
    with pytest.raises(RuntimeError, match="no run"):
        worker.step((21.0,))


def test_a_process_serves_so_many_runs(fresh: Worker, order: Run) -> None:
    pids = []
    for _ in range(3):
        fresh.start(order, "office")
        pids.append(fresh.pid)
    assert pids[0] == pids[1] != pids[2]
    assert pids[0] is not None
    assert gone(pids[0])


def test_unknown_names_are_listed_with_what_is_near(worker: Worker, order: Run) -> None:
    wrong = order._replace(actuators=(HEATING, HEATING._replace(key="Core_NZ")))
    with pytest.raises(EnergyPlusError, match="no such actuator") as caught:
        worker.start(wrong, "office.idf")
    assert "office.idf" in str(caught.value)
    assert "Heating Setpoint / Core_NZ (near: " in str(caught.value)
    assert "HEATING SETPOINT / CORE_ZN" in str(caught.value)
    with pytest.raises(EnergyPlusError, match="no such output variable"):
        worker.start(order._replace(variables=(AIR._replace(name="Zone Air"),)), "office")


def test_a_fatal_error_brings_the_engines_own_lines(
    worker: Worker, order: Run, table: Table, tmp_path: Path
) -> None:
    broken = {**table, "Construction": {}}
    run = order._replace(model=write_model(broken, tmp_path))
    with pytest.raises(EnergyPlusError, match=r"\*\* Severe") as caught:
        worker.start(run, "broken.idf")
    assert "**  Fatal" in str(caught.value)
    with pytest.raises(EnergyPlusError, match="engine stopped with 1"):
        worker.start(order._replace(weather="/nowhere.epw"), "office")


def test_an_exception_in_a_callback_is_carried_over(worker: Worker, order: Run) -> None:
    worker.start(order, "office")
    with pytest.raises(EnergyPlusError, match=r"(?s)time step 1: an exception .* takes 1 values"):
        worker.step((21.0, 22.0))
    worker.start(order, "office")
    worker.step((21.0,))


def test_what_hangs_is_named_and_ended(engine: None, order: Run) -> None:
    worker = Worker(step_timeout_s=0.5)
    worker.start(order, "office")
    worker.step((21.0,))
    pid = worker.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    with pytest.raises(EnergyPlusError, match=r"office: the engine hung in time step 2: .* 0.5 s"):
        worker.step((21.0,))
    assert gone(pid)
    worker.start(order, "office")
    worker.close()


def test_a_process_that_dies_is_an_error(fresh: Worker, order: Run) -> None:
    fresh.start(order, "office")
    assert fresh.pid is not None
    os.kill(fresh.pid, signal.SIGKILL)
    with pytest.raises(EnergyPlusError, match=r"ended \(-9\) in time step 1"):
        fresh.step((21.0,))
    fresh.start(order, "office")


@pytest.mark.parametrize("end", ["os.kill(os.getpid(), 9)", "pass"])  # fmt: skip
def test_nothing_stays_behind(engine: None, order: Run, end: str, tmp_path: Path) -> None:
    script = f"""
import os, sys
from sim_buildings.energyplus.exchange import *
from sim_buildings.energyplus.worker import Worker
worker = Worker()
worker.start({order!r}, "office")
print(worker.pid, flush=True)
{end}
"""
    env = {**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=env, timeout=60
    )
    assert gone(int(done.stdout)), done.stderr
    for _ in range(500):
        if not list(tmp_path.glob("hvac-rl-*")):
            break
        time.sleep(0.01)
    assert not list(tmp_path.glob("hvac-rl-*"))
