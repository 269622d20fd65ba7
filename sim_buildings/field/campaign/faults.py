"""The faults, one function each: break something for real, see what comes of it, mend it.

A fault begins with the daemon in command and says how long it took until the points that it
concerns were the BMS's own. None: it does not call for a hand-back.
"""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import sqlite3
import subprocess
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from hvac_rl.errors import HvacRlError
from hvac_rl.service.relay import Tamper
from hvac_rl.service.watchdog import PATIENCE_WALL_S
from sim_buildings.field.campaign import wire
from sim_buildings.field.campaign.stage import CLI, CYCLE_WALL_S, SPEED, BrokenSensors, Stage

Run = Callable[[Stage], Awaitable[float | None]]

SILENT_DELAY_S = 1.0
LOSS_SHARE = 0.2
LOCKED_WALL_S = 8.0
STEP_WALL_S = 5.0
# A device is looked at twice a second; the lease's own length is added by each fault.
SLACK_S = 10.0
FAKETIME = "/usr/lib/{}-linux-gnu/faketime/libfaketime.so.1"


@dataclass(frozen=True, slots=True)
class Fault:
    """``expected``: what stands behind the points. ``destroys``: it damages the journal itself,
    so that what is missing after it is counted apart."""

    name: str
    expected: str
    run: Run
    destroys: bool = False
    impossible: Callable[[], str] = lambda: ""


async def back(stage: Stage, points: Iterable[str], within_s: float) -> float:
    """Wall time until none of these points is ours any more."""
    concerned = set(points)
    if not concerned:
        raise HvacRlError("campaign", "there was nothing to give back: no fault was measured")
    return await stage.until(
        lambda: not concerned & stage.ours(), within_s, f"not given back: {concerned}"
    )


def points_of(stage: Stage, device: str) -> set[str]:
    return {p.name for p in stage.site.plant.commandable() if p.device == device}


def some_controller(stage: Stage) -> str:
    """A room controller: without an air handler, zones go on being judged."""
    return stage.rng.choice([c.name for c in stage.process.network.controllers][1:])


async def again_in_command(stage: Stage) -> None:
    """The daemon takes everything up again by itself."""
    wall_s = 60.0
    await stage.until(stage.in_command, wall_s, "the daemon did not take up its points again")


async def restarted(stage: Stage) -> None:
    """What a service manager does: start the daemon until it stands."""
    await stage.end_daemon(signal.SIGKILL)
    await stage.start_daemon()


async def _device_silent(stage: Stage) -> float | None:
    device = some_controller(stage)
    stage.tamper(wire.on_one(stage.endpoint(device), wire.silence))
    taken_s = await back(stage, points_of(stage, device), stage.lease_wall_s + SLACK_S)
    stage.tamper()
    await again_in_command(stage)
    return taken_s


async def _device_slow(stage: Stage) -> float | None:
    device = some_controller(stage)
    stage.tamper(wire.on_one(stage.endpoint(device), wire.slow(SILENT_DELAY_S)))
    await stage.for_a_while(8 * CYCLE_WALL_S)
    stage.tamper()
    await again_in_command(stage)
    return None


async def _device_restarting(stage: Stage) -> float | None:
    name = some_controller(stage)
    controllers = stage.process.network.controllers
    device = next(each for each in controllers if each.name == name)
    host, _, port = device.address.rpartition(":")
    began_s = time.monotonic()
    await device.stop()
    await asyncio.sleep(stage.rng.uniform(0.5, 3.0))
    await device.start(host, int(port))
    device.sense(stage.simulated.sensors())
    device.schedule(stage.simulated.scheduled())
    await back(stage, points_of(stage, name), SLACK_S)
    taken_s = time.monotonic() - began_s  # with the time that the device was away
    await again_in_command(stage)
    return taken_s


def _answering(make: Callable[[Stage], Tamper]) -> Run:
    """A device that answers nonsense: it is given up, and its lease gives its points back."""

    async def run(stage: Stage) -> float | None:
        device = some_controller(stage)
        stage.tamper(wire.on_one(stage.endpoint(device), make(stage)))
        taken_s = await back(stage, points_of(stage, device), stage.lease_wall_s + 4 * SLACK_S)
        stage.tamper()
        await again_in_command(stage)
        return taken_s

    return run


async def _sensor_nan(stage: Stage) -> float | None:
    assert isinstance(stage.simulated, BrokenSensors)
    zone = stage.rng.choice(stage.site.plant.zones)
    stage.simulated.broken = frozenset({zone.sensors["air_temperature"].name})
    points = {point.name for point in zone.commands.values()}
    taken_s = await back(stage, points, 4 * CYCLE_WALL_S + SLACK_S)
    stage.simulated.broken = frozenset()
    await again_in_command(stage)
    return taken_s


async def _network_cut(stage: Stage) -> float | None:
    assert stage.enclosure is not None
    await asyncio.to_thread(stage.enclosure.cut)
    taken_s = await back(stage, stage.ours(), stage.lease_wall_s + SLACK_S)
    await asyncio.to_thread(stage.enclosure.join)
    await again_in_command(stage)
    return taken_s


async def _network_lossy(stage: Stage) -> float | None:
    stage.tamper(wire.lossy(LOSS_SHARE, stage.rng))
    await stage.for_a_while(10 * CYCLE_WALL_S)
    stage.tamper()
    await again_in_command(stage)
    return None


async def _killed(stage: Stage) -> float | None:
    assert stage.enclosure is not None
    await stage.for_a_while(stage.rng.uniform(0.0, 2 * CYCLE_WALL_S))
    stage.enclosure.signal(signal.SIGKILL)
    taken_s = await back(stage, stage.ours(), stage.lease_wall_s + SLACK_S)
    await restarted(stage)
    return taken_s


async def _killed_in_write(stage: Stage) -> float | None:
    """SIGKILL as one of the first writes of a new daemon passes, before or after it arrives."""
    await stage.end_daemon()
    left, swallow = stage.rng.randint(1, 30), stage.rng.random() < 0.5
    killed_s: list[float] = []

    def seen() -> bool:
        nonlocal left
        if not stage.ours():
            return False  # the first beats: nothing stands in the building yet
        left -= 1
        if left == 0 and stage.enclosure is not None:
            stage.enclosure.signal(signal.SIGKILL)
            killed_s.append(time.monotonic())
            return swallow
        return False

    async def kill_soon() -> None:
        while stage.relay is None:
            await asyncio.sleep(0.01)
        stage.tamper(wire.watching_writes(seen))

    arming = asyncio.create_task(kill_soon())
    try:
        await stage.start_daemon()
    except HvacRlError:
        if not killed_s:
            raise
    finally:
        arming.cancel()
    if not killed_s:
        raise HvacRlError("campaign", "no write was seen on the wire")
    await back(stage, stage.ours(), stage.lease_wall_s + SLACK_S)
    taken_s = time.monotonic() - killed_s[0]
    await restarted(stage)
    return taken_s


async def _stalled(stage: Stage) -> float | None:
    assert stage.enclosure is not None
    await stage.for_a_while(stage.rng.uniform(0.0, 2 * CYCLE_WALL_S))
    stage.enclosure.signal(signal.SIGSTOP)
    taken_s = await back(stage, stage.ours(), stage.lease_wall_s + SLACK_S)
    stage.enclosure.signal(signal.SIGCONT)
    await again_in_command(stage)
    return taken_s


async def _stalled_watchdog(stage: Stage) -> float | None:
    """No device has a lease: our watchdog alone stands behind the points."""
    assert stage.enclosure is not None
    stage.set_leases(float("inf"))
    log = (stage.folder / "watchdog.out").open("ab")
    watchdog = subprocess.Popen(
        [*CLI, "watchdog", str(stage.site.path)], stdout=log, stderr=log, stdin=subprocess.DEVNULL
    )
    try:
        await stage.for_a_while(2.0)
        stage.enclosure.signal(signal.SIGSTOP)
        # Fence, connect to every device, release, verify.
        return await back(stage, stage.ours(), PATIENCE_WALL_S + 45.0)
    finally:
        watchdog.terminate()
        await asyncio.to_thread(watchdog.wait)
        log.close()
        stage.set_leases(None)
        await restarted(stage)


async def _disk_full(stage: Stage) -> float | None:
    """No file of the daemon's may grow any more (RLIMIT_FSIZE): every commit fails."""
    assert stage.enclosure is not None
    resource.prlimit(stage.enclosure.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    taken_s = await back(stage, stage.ours(), 3 * CYCLE_WALL_S + stage.lease_wall_s + SLACK_S)
    await restarted(stage)
    return taken_s


async def _clock_stepped(stage: Stage) -> float | None:
    await stage.end_daemon()
    steps = stage.folder / "clock.step"
    steps.write_text("+0")
    await stage.start_daemon(
        {
            "LD_PRELOAD": str(_libfaketime()),
            "FAKETIME_TIMESTAMP_FILE": str(steps),
            "FAKETIME_NO_CACHE": "1",
            "DONT_FAKE_MONOTONIC": "1",
        }
    )
    for step_s in (STEP_WALL_S, -STEP_WALL_S, 0.0):
        steps.write_text(f"{step_s:+g}")
        seen = len(stage.witness.acknowledged)
        await stage.until(
            lambda seen=seen: len(stage.witness.acknowledged) >= seen + 2,  # type: ignore[misc]
            8 * CYCLE_WALL_S + SLACK_S,
            f"no cycles after the clock was set by {step_s:+g} s",
        )
    await again_in_command(stage)
    await stage.end_daemon()
    await stage.start_daemon()
    return None


async def _journal_locked(stage: Stage) -> float | None:
    with closing(sqlite3.connect(stage.journal, isolation_level=None, timeout=10)) as database:
        database.execute("BEGIN IMMEDIATE")
        taken_s = await back(stage, stage.ours(), LOCKED_WALL_S + 3 * SLACK_S)
        database.execute("ROLLBACK")
    await restarted(stage)
    return taken_s


def _killed_and(damage: Callable[[Stage], None]) -> Run:
    """The daemon dies, and a file of its breaks meanwhile; the next one must cope."""

    async def run(stage: Stage) -> float | None:
        assert stage.enclosure is not None
        stage.set_leases(float("inf"))  # what stands in the devices, the next daemon must release
        held = stage.ours()
        stage.enclosure.signal(signal.SIGKILL)
        began_s = time.monotonic()
        await stage.end_daemon()
        damage(stage)
        stage.set_leases(None)
        await back(stage, held, stage.lease_wall_s + SLACK_S)
        taken_s = time.monotonic() - began_s
        await restarted(stage)
        return taken_s

    return run


def _truncate(path: Path, rng_share: float) -> None:
    size = path.stat().st_size
    os.truncate(path, int(size * rng_share))


def _truncate_journal(stage: Stage) -> None:
    _checkpoint(stage.journal)
    _truncate(stage.journal, stage.rng.uniform(0.2, 0.8))


def _truncate_ledger(stage: Stage) -> None:
    ledger = stage.state_dir / "ledger.db"
    _checkpoint(ledger)
    _truncate(ledger, stage.rng.uniform(0.2, 0.8))


def _checkpoint(path: Path) -> None:
    """Everything into the main file, so that truncating it hurts."""
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _libfaketime() -> Path:
    return Path(FAKETIME.format(os.uname().machine))


def _no_faketime() -> str:
    if _libfaketime().exists():
        return ""
    return f"{_libfaketime()} is missing (Debian: apt-get install libfaketime)"


LEASE = f"the devices' own lease of {max(180.0 / SPEED, 5.0):g} s of wall time"
GUARD = "the guard, within a cycle; behind it the devices' lease"

FAULTS = (
    Fault("device_silent", LEASE, _device_silent),
    Fault("device_slow", "none needed: the answers come within the deadline", _device_slow),
    Fault("device_restarting", "the restart empties the slots", _device_restarting),
    Fault("device_errors", LEASE, _answering(lambda stage: wire.errors)),
    Fault("device_garbage", LEASE, _answering(lambda stage: wire.garbage(stage.rng))),
    Fault("sensor_nan", GUARD, _sensor_nan),
    Fault("network_cut", LEASE, _network_cut),
    Fault("network_lossy", "none needed: what is lost is asked for again", _network_lossy),
    Fault("killed", LEASE, _killed),
    Fault("killed_in_write", LEASE, _killed_in_write),
    Fault("stalled", LEASE, _stalled),
    Fault(
        "stalled_watchdog",
        f"our watchdog alone: {PATIENCE_WALL_S:g} s without a pulse, then fence and release",
        _stalled_watchdog,
    ),
    Fault("disk_full", "the daemon itself releases and ends; behind it the lease", _disk_full),
    Fault(
        "clock_stepped",
        "none needed: cycles go on by the new time",
        _clock_stepped,
        impossible=_no_faketime,
    ),
    Fault(
        "journal_locked",
        "the daemon itself, after SQLite's five seconds of waiting; behind it the lease",
        _journal_locked,
    ),
    Fault("journal_truncated", LEASE, _killed_and(_truncate_journal), destroys=True),
    Fault("ledger_truncated", LEASE, _killed_and(_truncate_ledger)),
)
