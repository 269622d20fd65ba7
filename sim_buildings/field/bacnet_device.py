"""One BACnet/IP controller of the simulated building, on a UDP port of its own."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from hvac_rl.units import UNITS
from sim_buildings.field.bacnet_controller import Controller, hang_up, listen
from sim_buildings.field.bacnet_faults import BacnetFaults
from sim_buildings.field.bacnet_objects import (
    SCHEDULE_PRIORITY,
    Heartbeat,
    build_heartbeat,
    build_object,
    override_of,
    put,
)
from sim_buildings.field.lease import Lease
from sim_buildings.field.point_list import FieldPoint

SUPERVISOR_PRIORITY = 13
"""The slot that is bound to the lease."""
OPERATOR_PRIORITY = 8

log = logging.getLogger(__name__)


class BacnetDevice:
    """Sensors and setpoints by point name, in SI, towards the simulation; BACnet on the wire."""

    def __init__(
        self,
        name: str,
        instance: int,
        points: Iterable[FieldPoint],
        lease: Lease,
        now_s: Callable[[], float],
    ) -> None:
        self.name = name
        self.instance = instance
        self.lease = lease
        self.address = ""
        self.faults = BacnetFaults()
        """Switches for what may go wrong; see ``BacnetFaults``."""
        self._now_s = now_s
        self._points = list(points)
        self._app: Controller | None = None
        self._objects: dict[str, Any] = {}
        self._at = ("", 0)

    async def start(self, host: str, port: int) -> None:
        """Listen. bacpypes3 waits for a port that is taken, so it must be known to be free."""
        # Objects are made here, not earlier: bacpypes3 starts a task for each.
        self._objects = {point.name: build_object(point) for point in self._points}
        heartbeat = build_heartbeat(self.name)
        self._app = await listen(
            self.name,
            self.instance,
            [heartbeat, *self._objects.values()],
            host,
            port,
            self.faults,
            self._written,
        )
        self._at = (host, port)
        self.address = f"{host}:{port}"

    async def stop(self) -> None:
        if self._app is not None:
            app, self._app = self._app, None
            await hang_up(app)

    async def restart(self, down_s: float = 0.0) -> None:
        """Power lost for ``down_s`` [s of wall time]: commands and the lease are forgotten, and
        every setpoint stands at its relinquish default until the schedule speaks again."""
        await self.stop()
        await asyncio.sleep(down_s)
        self.lease.forget()
        await self.start(*self._at)

    def sense(self, values: Mapping[str, float]) -> None:
        """New sensor values (SI), by point name."""
        for point in self._points:
            if point.meaning.write is None:
                raw = UNITS[point.meaning.unit].from_si(values[point.name])
                is_state = point.meaning.unit == "bool"
                self._objects[point.name].presentValue = int(raw) if is_state else raw

    def schedule(self, values: Mapping[str, float]) -> None:
        """What the BMS's own schedules want (SI), by point name: the lowest priority."""
        for point in self._commands():
            raw = UNITS[point.meaning.unit].from_si(values[point.name])
            put(self._objects[point.name], SCHEDULE_PRIORITY, raw)

    def overrides(self) -> dict[str, float | None]:
        """What is commanded above the schedule (SI), by point name."""
        found = {}
        for point in self._commands():
            raw = override_of(self._objects[point.name])
            found[point.name] = None if raw is None else UNITS[point.meaning.unit].to_si(raw)
        return found

    def check_lease(self) -> bool:
        """Take the supervisor's slot back once its heartbeat stands still; True if any was held."""
        if self.lease.holds(self._now_s()):
            return False
        held = [p for p in self._commands() if self.commanded(p.name, SUPERVISOR_PRIORITY)]
        for point in held:
            put(self._objects[point.name], SUPERVISOR_PRIORITY, None)
        return bool(held)

    def operate(self, point: str, value: float | None) -> None:
        """An operator commands a point (SI) at the BMS's own workstation, or lets it go."""
        unit = UNITS[next(p for p in self._points if p.name == point).meaning.unit]
        raw = None if value is None else unit.from_si(value)
        put(self._objects[point], OPERATOR_PRIORITY, raw)

    def commanded(self, point: str, priority: int) -> bool:
        return bool(self._objects[point].priorityArray[priority - 1]._choice != "null")

    def fail_sensor(self, point: str, reliability: str = "no-sensor") -> None:
        """Let an object report a fault; ``no-fault-detected`` heals it."""
        self._objects[point].reliability = reliability

    def _commands(self) -> list[FieldPoint]:
        return [point for point in self._points if point.meaning.write is not None]

    def _written(self, target: Any, priority: int | None, value: float | int | None) -> None:
        if isinstance(target, Heartbeat):
            target.presentValue = value
            self.lease.beat(int(value or 0), self._now_s())
        elif priority is not None:
            put(target, priority, value)
