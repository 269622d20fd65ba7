"""One control cycle: read once, decide once, judge once, write once.

It neither sleeps nor opens a socket; adapters, decider, guard and writer come in from outside.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from time import perf_counter

from hvac_rl.control.decide import Decider
from hvac_rl.control.writer import Writer
from hvac_rl.points import Point
from hvac_rl.ports import Adapter
from hvac_rl.records import CycleRecord, Snapshot
from hvac_rl.safety.guard import Guard
from hvac_rl.zones import Plant


async def read_all(adapters: Mapping[str, Adapter], points: list[Point], now_s: float) -> Snapshot:
    """Every point once, all devices side by side; a silent device costs only its deadline."""
    by_device: dict[str, list[Point]] = {}
    for point in points:
        by_device.setdefault(point.device, []).append(point)
    answers = await asyncio.gather(
        *(adapters[device].read(rows, now_s) for device, rows in by_device.items())
    )
    return Snapshot(
        time_s=now_s,
        readings={reading.point: reading for answer in answers for reading in answer},
    )


class ControlCycle:
    def __init__(
        self,
        plant: Plant,
        adapters: Mapping[str, Adapter],
        decider: Decider,
        guard: Guard,
        writer: Writer,
    ) -> None:
        self._plant = plant
        self._points = plant.points()
        self._adapters = adapters
        self._decider = decider
        self._guard = guard
        self._writer = writer

    async def run(self, number: int, now_s: float) -> CycleRecord:
        began = perf_counter()
        snapshot = await read_all(self._adapters, self._points, now_s)
        decision = self._decider.decide(snapshot)
        verdict = self._guard.judge(snapshot, decision, self._writer.held)
        receipts = await self._writer.apply(verdict.commands, snapshot)
        return CycleRecord(
            number=number,
            time_s=now_s,
            snapshot=snapshot,
            decision=decision,
            commands=tuple(verdict.commands),
            receipts=tuple(receipts),
            control=verdict.control,
            notes=tuple(verdict.notes),
            duration_s=perf_counter() - began,
        )
