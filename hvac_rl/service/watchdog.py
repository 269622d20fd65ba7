"""``hvac-rl watchdog``: a process of its own that gives the building back when the daemon cannot.

It never commands, only releases. Order matters: fence first (the epoch, so that a daemon that
wakes up writes nothing, then SIGKILL of the very process that left the pulse), and only then
release, verify, and sweep again. It covers our own death and stall on this host; not a host
without power nor a cut cable.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from rich.console import Console

from hvac_rl.errors import HvacRlError
from hvac_rl.ports import Adapter
from hvac_rl.service.assembly import (
    close_adapters,
    make_writer,
    open_adapters,
    site_clock,
    site_guard,
)
from hvac_rl.service.handback import HandedBack, sweep
from hvac_rl.service.lock import site_lock
from hvac_rl.service.pulse import (
    Process,
    Pulse,
    lives,
    raise_epoch,
    read_pulse,
    remove_pulse,
)
from hvac_rl.service.quarantine import open_ledger
from hvac_rl.service.site_file import Site

log = logging.getLogger(__name__)

# The pulse comes every second; a loop that is blocked this long is stalled. A journal on a locked
# database blocks for five.
PATIENCE_WALL_S = 15.0
LOOK_WALL_S = 1.0
DEATH_WALL_S = 10.0
# A datagram of the fenced process may still be on its way when we sweep first.
SECOND_SWEEP_WALL_S = 2.0
# A device that did not answer is asked again after this.
AGAIN_WALL_S = 10.0


class Verdict(StrEnum):
    IDLE = "no daemon, nothing to watch over"
    WELL = "the daemon is well"
    DEAD = "the daemon is dead"
    STALLED = "the daemon is stalled"


@dataclass(frozen=True, slots=True)
class Fence:
    """What fencing needs of the system, for tests to stand in."""

    lives: Callable[[Process], bool] = lives
    kill: Callable[[int, int], None] = os.kill
    now_s: Callable[[], float] = time.monotonic
    sleep_s: Callable[[float], None] = time.sleep


def judge(pulse: Pulse | None, fence: Fence) -> Verdict:
    """What the pulse says now."""
    if pulse is None:
        return Verdict.IDLE
    if not fence.lives(pulse.process):
        return Verdict.DEAD
    return Verdict.STALLED if fence.now_s() - pulse.beat_s > PATIENCE_WALL_S else Verdict.WELL


def put_down(site: Site, pulse: Pulse, fence: Fence) -> None:
    """Fence a daemon. Raises HvacRlError when its process does not end: then nothing is swept, as
    it might still write."""
    raise_epoch(site.state_dir)
    deadline_s = fence.now_s() + DEATH_WALL_S
    while fence.lives(pulse.process):
        if fence.now_s() > deadline_s:
            raise HvacRlError(
                f"process {pulse.process.pid}",
                f"did not end within {DEATH_WALL_S:g} s of SIGKILL",
                "It may wait for a dead disk. Its writes are fenced; release at the devices.",
            )
        try:
            fence.kill(pulse.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        fence.sleep_s(0.05)


async def give_back(site: Site, reason: str) -> list[HandedBack]:
    """Connect, release, verify, sweep again; under the site's lock."""
    adapters = await open_adapters(site, to_give_back=True)
    try:
        return await sweep_twice(site, adapters, reason)
    finally:
        await close_adapters(site, adapters)


async def sweep_twice(site: Site, adapters: Mapping[str, Adapter], reason: str) -> list[HandedBack]:
    """Release and verify, and once more what may have arrived in between."""
    ledger, _ = open_ledger(site.state_dir / "ledger.db")
    try:
        guard, writer = site_guard(site), make_writer(adapters, ledger)
        points, clock = site.plant.commandable(), site_clock(site)
        first = await sweep(adapters, guard, writer, points, clock.now_s(), reason)
        log.warning("%d of %d points given back", sum(r.back for r in first), len(first))
        await asyncio.sleep(SECOND_SWEEP_WALL_S)
        return await sweep(adapters, guard, writer, points, clock.now_s(), reason)
    finally:
        ledger.close()


async def watch(site: Site, console: Console, *, once: bool = False) -> bool:
    """Watch until cancelled; with ``once`` look once. False when ``once`` left a point ours."""
    fence = Fence()
    told = ""
    while True:
        pulse = read_pulse(site.state_dir)
        verdict = judge(pulse, fence)
        if verdict.value != told:
            told = verdict.value
            console.print(verdict.value, highlight=False)
        done = True
        if pulse is not None and verdict in (Verdict.DEAD, Verdict.STALLED):
            done = await _act(site, pulse, verdict, fence)
        if once:
            return done
        await asyncio.sleep(LOOK_WALL_S if done else AGAIN_WALL_S)


async def _act(site: Site, pulse: Pulse, verdict: Verdict, fence: Fence) -> bool:
    """Whether everything is the BMS's again, by us or by a daemon that was started meanwhile."""
    log.error("%s (process %d): giving the building back", verdict.value, pulse.process.pid)
    put_down(site, pulse, fence)
    try:
        with site_lock(site.state_dir):
            # A service manager may have started the next daemon in between, and it may have ended.
            now = read_pulse(site.state_dir)
            if now is None or now.process != pulse.process:
                return True
            handed = await give_back(site, f"watchdog: {verdict.value}")
            missing = [row for row in handed if not row.back]
            for row in missing:
                log.error("%s is not back: %s", row.point.name, row.detail)
            if not missing:
                remove_pulse(site.state_dir)
                log.warning("all %d points are the BMS's again", len(handed))
            return not missing
    except HvacRlError as error:
        # A new daemon holds the site, and sweeps it itself; or a device does not answer yet.
        log.error("not given back yet: %s", error)
        return False
