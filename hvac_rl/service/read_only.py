"""``hvac-rl run --read-only``: reads, decides, shows and records; no writer is even loaded."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from hvac_rl.control.modes import EVERYTHING
from hvac_rl.service.assembly import (
    assemble,
    close_adapters,
    open_adapters,
    site_bundle,
    site_clock,
)
from hvac_rl.service.connecting import Progress, unseen
from hvac_rl.service.lock import site_lock
from hvac_rl.service.site_file import Site
from hvac_rl.service.store import Store

log = logging.getLogger(__name__)


async def run_read_only(
    site: Site,
    show: Callable[..., None],
    stopped: asyncio.Event,
    *,
    for_s: float | None = None,
    until_s: float | None = None,
    roll_back: str | None = None,
    connecting: Progress = unseen,
) -> int:
    """Watch until ``stopped`` or the time is over; the number of cycles watched.

    Raises HvacRlError for everything that a start of the daemon would refuse, and PolicyHangs.
    """
    with site_lock(site.state_dir):
        clock = site_clock(site)
        store = Store(site.store_url)
        try:
            bundle = site_bundle(site, store, roll_back)
            adapters = await open_adapters(site, progress=connecting)
            try:
                controls = assemble(site, adapters, bundle, None, lambda: EVERYTHING)
                store.audit(clock.now_s(), "started", "read-only")
                first = number = store.next_cycle()
                due_s = (clock.now_s() // site.cycle_s + 1) * site.cycle_s
                end_s = until_s if until_s is not None else due_s + (for_s or float("inf"))
                while due_s < end_s:
                    if await _stopped_before((due_s - clock.now_s()) / clock.speed, stopped):
                        break
                    record = await controls.cycle.run(number, clock.now_s())
                    store.add_cycle(record)
                    show(record)
                    number += 1
                    due_s = (clock.now_s() // site.cycle_s + 1) * site.cycle_s
                store.audit(clock.now_s(), "stopped", "read-only; nothing was written")
                return number - first
            finally:
                await close_adapters(site, adapters)
        finally:
            store.close()


async def _stopped_before(wall_s: float, stopped: asyncio.Event) -> bool:
    try:
        await asyncio.wait_for(stopped.wait(), max(0.0, wall_s))
    except TimeoutError:
        return False
    return True
