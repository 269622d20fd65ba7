"""Runs the simulated building behind its devices, in step with the site's clock."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hvac_rl.service.clocks import check_speed
from sim_buildings.field.files import CLOCK, FORECAST, SITE_FILE, TRUTH
from sim_buildings.field.forecast_file import ForecastFile
from sim_buildings.field.network import FieldNetwork
from sim_buildings.field.recorder import TruthRecorder
from sim_buildings.field.simulated_building import SimulatedBuilding
from sim_buildings.field.site_time import SiteClock, lease_s
from sim_buildings.field.site_writer import CYCLE_S, DEFAULT_STORE, PolicyChoice, site_yaml

# Steps in one go before clients are served again; only a simulation that is behind needs many.
MOST_STEPS_AT_ONCE = 30
# Leases are checked at least this often [s of wall time], however long a step is.
LONGEST_NAP_S = 0.5
# Behind the clock by this much [s of wall time], the computer is too slow for the speed.
WORRYING_LAG_S = 5.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldOptions:
    host: str = "127.0.0.1"
    bacnet_port: int | None = None
    """First of the controllers' consecutive UDP ports; free ones when left out."""
    modbus_port: int | None = None
    """Of the gateway, or first of the gateways' consecutive TCP ports."""
    cycle_s: float = CYCLE_S
    policy: PolicyChoice | None = None
    store: str = DEFAULT_STORE
    """SQLModel URL of the daemon's journal, for the site file."""
    end_s: float = float("inf")
    """Site time at which the process ends by itself."""


class BuildingProcess:
    """Owns the simulated building and its devices.

    Each step takes the commands that stand in the devices as it ends, so what a client reads
    back from a device at once is in force in the building at most one step later.
    """

    def __init__(
        self,
        simulated: SimulatedBuilding,
        folder: Path,
        clock: SiteClock,
        options: FieldOptions | None = None,
    ) -> None:
        """Raises ConfigError for a speed that leaves no time for a control cycle."""
        self._options = options or FieldOptions()
        check_speed(clock.speed, self._options.cycle_s, "--speed")
        self._simulated = simulated
        self._folder = folder
        self._clock = clock
        self._stopping = asyncio.Event()
        self._forecast = ForecastFile(folder / FORECAST)
        self._lagging = False
        self.network = FieldNetwork(simulated.field, lease_s(clock.speed), clock.now_s)

    @property
    def site_file(self) -> Path:
        return self._folder / SITE_FILE

    def stop(self) -> None:
        self._stopping.set()

    async def run(self, on_ready: Callable[[], None] = lambda: None) -> None:
        """Listen, tell so, and live until stopped or the end time comes.

        Raises DeviceError when a port is taken.
        """
        # A clock that an earlier run left behind would send a daemon to devices that are gone.
        (self._folder / CLOCK).unlink(missing_ok=True)
        options = self._options
        await self.network.start(options.host, options.bacnet_port, options.modbus_port)
        try:
            self._push()
            site = site_yaml(
                self.network,
                cycle_s=options.cycle_s,
                policy=options.policy,
                store=options.store,
            )
            self.site_file.write_text(site, encoding="utf-8")
            with TruthRecorder(self._folder / TRUTH, self._simulated.truth_columns()) as recorder:
                self._clock.start()
                self._clock.publish(self._folder / CLOCK)
                on_ready()
                while not self._stopping.is_set() and self._simulated.time_s < options.end_s:
                    self.advance(recorder)
                    await self._nap()
        finally:
            (self._folder / CLOCK).unlink(missing_ok=True)
            await self.network.stop()

    def advance(self, recorder: TruthRecorder) -> None:
        """Whatever has come due by now: lapsed leases, steps, the forecast."""
        for device in self.network.lapsed():
            log.warning("%s: the heartbeat stands still; given back to the BMS", device)
        now_s = min(self._clock.now_s(), self._options.end_s)
        overrides = self.network.overrides()
        steps = 0
        while self._simulated.time_s + self._simulated.dt_s <= now_s and steps < MOST_STEPS_AT_ONCE:
            self._simulated.step(overrides)
            recorder.add(self._simulated.time_s, self._simulated.truth())
            steps += 1
        if steps:
            self._push()
            recorder.flush()
        self._note_lag((now_s - self._simulated.time_s - self._simulated.dt_s) / self._clock.speed)

    def _push(self) -> None:
        self.network.push(self._simulated.sensors(), self._simulated.scheduled())
        if self._forecast.is_due(self._simulated.time_s):
            self._forecast.write(self._simulated.time_s, self._simulated.forecast())

    async def _nap(self) -> None:
        due_s = self._clock.wall_until_s(self._simulated.time_s + self._simulated.dt_s)
        if due_s <= 0.0:
            await asyncio.sleep(0.0)  # behind, but the clients are served in between
            return
        try:
            await asyncio.wait_for(self._stopping.wait(), min(due_s, LONGEST_NAP_S))
        except TimeoutError:
            return

    def _note_lag(self, lag_s: float) -> None:
        lagging = lag_s > WORRYING_LAG_S
        if lagging and not self._lagging:
            log.warning(
                "the simulation is %.0f s of wall time behind its clock; this computer is too "
                "slow or too busy for speed %g",
                lag_s,
                self._clock.speed,
            )
        self._lagging = lagging
