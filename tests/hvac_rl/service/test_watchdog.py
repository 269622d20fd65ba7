"""Fence first, then release: against a process that is really stopped, and a stopped clock."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from hvac_rl.errors import HvacRlError
from hvac_rl.service.ledger import SqliteLedger
from hvac_rl.service.pulse import (
    Process,
    Pulse,
    boot_id,
    lives,
    raise_epoch,
    read_epoch,
    read_pulse,
    start_of,
    this_process,
    write_pulse,
)
from hvac_rl.service.site_file import Site, load_site
from hvac_rl.service.watchdog import PATIENCE_WALL_S, Fence, Verdict, judge, put_down, watch


@pytest.fixture
def site(document: dict[str, Any], write_site: Callable[[dict[str, Any]], Path]) -> Site:
    loaded = load_site(write_site(document))
    loaded.state_dir.mkdir()
    return loaded


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    yield process
    process.kill()
    process.wait()


def of(process: subprocess.Popen[bytes]) -> Process:
    return Process(process.pid, start_of(process.pid), boot_id())


def test_what_the_pulse_says(sleeper: subprocess.Popen[bytes]) -> None:
    now_s = time.monotonic()
    fence = Fence(now_s=lambda: now_s)
    assert judge(None, fence) is Verdict.IDLE
    assert judge(Pulse(of(sleeper), 1, now_s - PATIENCE_WALL_S), fence) is Verdict.WELL
    assert judge(Pulse(of(sleeper), 1, now_s - PATIENCE_WALL_S - 1), fence) is Verdict.STALLED
    reused = Process(sleeper.pid, "an earlier start", boot_id())
    assert judge(Pulse(reused, 1, now_s), fence) is Verdict.DEAD
    assert judge(Pulse(Process(sleeper.pid, "1", "another boot"), 1, now_s), fence) is Verdict.DEAD


def test_a_stopped_process_is_fenced_before_it_is_killed(
    site: Site, sleeper: subprocess.Popen[bytes]
) -> None:
    own = raise_epoch(site.state_dir)
    sleeper.send_signal(signal.SIGSTOP)
    epochs: list[int] = []

    def kill(pid: int, number: int) -> None:
        epochs.append(read_epoch(site.state_dir))
        sleeper.send_signal(number)
        sleeper.wait()

    put_down(site, Pulse(of(sleeper), own, 0.0), Fence(kill=kill))
    assert epochs == [own + 1]
    assert not lives(of(sleeper))


def test_a_process_that_does_not_die_is_not_swept_behind(site: Site) -> None:
    clock = iter(range(1000))
    fence = Fence(
        lives=lambda process: True,
        kill=lambda pid, number: None,
        now_s=lambda: float(next(clock)),
        sleep_s=lambda seconds: None,
    )
    with pytest.raises(HvacRlError, match="did not end within"):
        put_down(site, Pulse(Process(1, "1", boot_id()), 1, 0.0), fence)


def test_after_a_death_everything_is_released_and_nothing_left_to_do(
    site: Site, sleeper: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hvac_rl.service.watchdog.SECOND_SWEEP_WALL_S", 0.0)
    write_pulse(site.state_dir, raise_epoch(site.state_dir), of(sleeper))
    sleeper.kill()
    sleeper.wait()
    ledger = SqliteLedger(site.state_dir / "ledger.db")
    ledger.hold("south.light", 0.0, 0.0)
    ledger.close()
    assert asyncio.run(watch(site, Console(quiet=True), once=True))
    ledger = SqliteLedger(site.state_dir / "ledger.db")
    assert ledger.held() == set()
    ledger.close()
    assert read_pulse(site.state_dir) is None


def test_a_daemon_that_is_well_is_left_alone(site: Site) -> None:
    write_pulse(site.state_dir, 1, this_process())
    assert asyncio.run(watch(site, Console(quiet=True), once=True))
    assert read_pulse(site.state_dir) is not None
