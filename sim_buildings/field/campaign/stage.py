"""The stage of a fault: a simulated building on real sockets, and the daemon in its own network."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine, Mapping
from math import nan
from pathlib import Path
from typing import IO

from hvac_rl.errors import HvacRlError
from hvac_rl.ports import Endpoint
from hvac_rl.service.enclosure import Enclosure
from hvac_rl.service.relay import Relay, Tamper, pass_on
from hvac_rl.service.site_file import Site, load_site
from sim_buildings.field.building_process import BuildingProcess
from sim_buildings.field.campaign.judge import LimitWatch, Witness
from sim_buildings.field.files import CLOCK
from sim_buildings.field.simulation_view import SimulationView
from sim_buildings.field.site_time import SiteClock

# One cycle of 15 minutes in 3 s of wall time; leases are then five seconds of wall time.
SPEED = 300.0
CYCLE_WALL_S = 900.0 / SPEED
LOOK_WALL_S = 0.1
JOURNAL_LOOK_WALL_S = 0.5
START_WALL_S = 240.0
END_WALL_S = 60.0
CLI = (sys.executable, "-m", "hvac_rl.cli")


class BrokenSensors(SimulationView):
    """The simulated building, with sensors that can be made to say NaN."""

    broken: frozenset[str] = frozenset()

    def sensors(self) -> Mapping[str, float]:
        found = dict(super().sensors())
        return found | dict.fromkeys(self.broken, nan)


class Stage:
    """Use as an async context manager. ``rng`` drives everything that is random."""

    def __init__(self, simulated: SimulationView, folder: Path, rng: random.Random) -> None:
        self.simulated = simulated
        self.folder = folder
        self.rng = rng
        self.process = BuildingProcess(simulated, folder, SiteClock(simulated.time_s, SPEED))
        self.journal = folder / "journal.db"
        self.state_dir = folder / "state"
        self.witness = Witness(self.journal)
        self._journal_due_s = 0.0
        self.enclosure: Enclosure | None = None
        self.relay: Relay | None = None
        self._log: IO[bytes] | None = None

    async def __aenter__(self) -> Stage:
        self.folder.mkdir(parents=True, exist_ok=True)
        self._log = (self.folder / "daemon.out").open("ab")
        self._building = asyncio.create_task(self.process.run())
        while not (self.folder / CLOCK).exists():
            if self._building.done():
                self._building.result()
            await asyncio.sleep(0.01)
        self.site: Site = load_site(self.process.site_file)
        self.limits = LimitWatch(self.site)
        self._lease_s = self.process.network.devices[0].lease.length_s
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.end_daemon(signal.SIGKILL)
        self.process.stop()
        await self._building
        assert self._log is not None
        self._log.close()

    @property
    def lease_wall_s(self) -> float:
        """How long a device waits for a heartbeat."""
        return self._lease_s / SPEED

    def endpoint(self, device: str) -> Endpoint:
        """Where a device of the site listens."""
        found = self.site.devices[device]
        kind = self.site.kinds[found.adapter]
        at: Endpoint = kind.endpoint(found.spec.options)  # type: ignore[attr-defined]
        return at

    async def start_daemon(self, environment: Mapping[str, str] | None = None) -> None:
        """The daemon, in command of the building before this returns. Raises HvacRlError."""
        assert self._log is not None
        endpoints = [self.endpoint(name) for name in self.site.devices]
        self.enclosure = await Enclosure.open(
            [*CLI, "run", str(self.site.path)],
            endpoints,
            [],
            self._log,
            {**os.environ, "COLUMNS": "200", **(environment or {})},
        )
        self.relay = Relay(self.enclosure.sockets)
        await self.relay.start()
        seen = len(self.witness.acknowledged)
        await self.until(
            lambda: len(self.witness.acknowledged) >= seen + 2 and self.in_command(),
            START_WALL_S,
            "the daemon did not come into command",
            while_alive=True,
        )

    async def end_daemon(self, number: int = signal.SIGTERM) -> int | None:
        """Its exit code; None without a daemon. What does not end is killed."""
        enclosure, relay = self.enclosure, self.relay
        self.enclosure = self.relay = None
        if enclosure is None or relay is None:
            return None
        if enclosure.returncode() is None:
            enclosure.signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            await self._looking(enclosure.wait(END_WALL_S))
        code = enclosure.returncode()
        await asyncio.to_thread(enclosure.close)
        await relay.stop()
        return code

    def tamper(self, how: Tamper = pass_on) -> None:
        """Change what the wire does; without an argument it is honest again."""
        assert self.relay is not None
        self.relay.tamper = how

    def set_leases(self, length_s: float | None) -> None:
        """How long devices wait for a heartbeat [s of site time]; None as they were made."""
        for device in self.process.network.devices:
            device.lease.length_s = self._lease_s if length_s is None else length_s

    def overrides(self) -> dict[str, float | None]:
        return self.process.network.overrides()

    def ours(self) -> set[str]:
        """Points that are not the BMS's own now."""
        return {name for name, value in self.overrides().items() if value is not None}

    def in_command(self) -> bool:
        """Every point is commanded."""
        return len(self.ours()) == len(self.site.plant.commandable())

    def look(self) -> None:
        """One look at limits and journal."""
        self.limits.look(self.overrides(), self.simulated.scheduled())
        # Less often: everything here shares one thread with the devices.
        if time.monotonic() >= self._journal_due_s:
            self._journal_due_s = time.monotonic() + JOURNAL_LOOK_WALL_S
            self.witness.look()

    async def until(
        self,
        what: Callable[[], bool],
        wall_s: float,
        otherwise: str,
        *,
        while_alive: bool = False,
    ) -> float:
        """Wall time that it took. Raises HvacRlError when it takes longer than ``wall_s``, or,
        with ``while_alive``, when the daemon ends first."""
        began_s = time.monotonic()
        while True:
            self.look()
            passed_s = time.monotonic() - began_s
            if what():
                return passed_s
            ended = self.enclosure is None or self.enclosure.returncode() is not None
            if passed_s > wall_s or (while_alive and ended):
                raise HvacRlError("campaign", otherwise, f"See {self.folder / 'daemon.out'}.")
            await asyncio.sleep(LOOK_WALL_S)

    async def for_a_while(self, wall_s: float) -> None:
        """Only look."""
        end_s = time.monotonic() + wall_s
        while time.monotonic() < end_s:
            self.look()
            await asyncio.sleep(LOOK_WALL_S)

    async def _looking(self, waited: Coroutine[None, None, int]) -> None:
        """Await something while looking on."""
        task = asyncio.create_task(waited)
        while not task.done():
            self.look()
            await asyncio.sleep(LOOK_WALL_S)
        task.result()
