"""One control cycle: read once, decide once, judge once, write once.

It neither sleeps nor opens a socket; adapters, decider, guard and writer come in from outside.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from math import nan
from time import perf_counter
from typing import Protocol

from hvac_rl.control.bands import Bands
from hvac_rl.control.beside import beside
from hvac_rl.control.decide import Decider
from hvac_rl.control.modes import EVERYTHING, Mode, Modes, Setting
from hvac_rl.points import Point
from hvac_rl.ports import Adapter
from hvac_rl.records import (
    Command,
    CommandKind,
    CycleRecord,
    Decision,
    Outcome,
    Receipt,
    Snapshot,
)
from hvac_rl.safety.guard import Guard, Verdict
from hvac_rl.zones import Plant

WATCHED_BY = "bms: watched by "
"""How a record says that the BMS controls and we would have been able to."""


class Writes(Protocol):
    """The writer as a cycle sees it; a read-only daemon has none."""

    @property
    def held(self) -> set[str]: ...

    async def apply(self, commands: Sequence[Command], snapshot: Snapshot) -> list[Receipt]: ...


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
    """``writer`` None writes nothing whatever the modes say. ``decision_s``: wall time within
    which a decision must come, beside the loop; None decides in place. ``killed``: why nothing may
    be written whatever the modes say, empty when it may. ``weather_c``: outdoor air by a weather
    service at a site time [°C], NaN without one. ``keep`` is called once the guard has judged and
    before anything is written; what it raises keeps everything from being written."""

    def __init__(
        self,
        plant: Plant,
        adapters: Mapping[str, Adapter],
        decider: Decider,
        guard: Guard,
        writer: Writes | None,
        *,
        modes: Callable[[], Modes] = lambda: EVERYTHING,
        decision_s: float | None = None,
        killed: Callable[[], str] = lambda: "",
        weather_c: Callable[[float], float] = lambda now_s: nan,
        keep: Callable[[], None] = lambda: None,
    ) -> None:
        self._plant = plant
        self._points = plant.points()
        self._adapters = adapters
        self._decider = decider
        self._guard = guard
        self._writer = writer
        self._modes = modes
        self._decision_s = decision_s
        self._killed = killed
        self._weather_c = weather_c
        self._keep = keep
        self._bands = Bands(plant.commandable(), guard.priority)

    async def run(self, number: int, now_s: float) -> CycleRecord:
        """Raises PolicyHangs when no decision comes in time, and what a full ledger raises."""
        began = perf_counter()
        snapshot = await read_all(self._adapters, self._points, now_s)
        settings = self._modes().by_owner(self._plant)
        if self._writer is None:
            settings = {of: _at_most_watch(setting) for of, setting in settings.items()}
        self._bands.observe(snapshot)
        decision = await self._decide(snapshot)
        notes: list[str] = []
        if decision is not None:
            decision, notes = self._bands.narrow(decision, settings)
        held = self._writer.held if self._writer else set()
        self._guard.follow(
            snapshot, {of for of, setting in settings.items() if setting.mode is not Mode.RUN}
        )
        killed = self._killed()
        verdict = self._guard.judge(
            snapshot, decision, held, killed=killed, weather_c=self._weather_c(now_s)
        )
        self._keep()
        commands = self._by_mode(verdict, settings, held, killed)
        receipts = await self._carry_out(commands, settings, snapshot)
        return CycleRecord(
            number=number,
            time_s=now_s,
            snapshot=snapshot,
            decision=decision,
            commands=tuple(commands),
            receipts=tuple(receipts),
            control=_in_words(verdict.control, settings, killed),
            notes=(*verdict.notes, *notes),
            duration_s=perf_counter() - began,
            alarms=tuple(verdict.alarms),
        )

    async def _decide(self, snapshot: Snapshot) -> Decision | None:
        if self._decision_s is None:
            return self._decider.decide(snapshot)
        return await beside(lambda: self._decider.decide(snapshot), self._decision_s)

    def _by_mode(
        self, verdict: Verdict, settings: Mapping[str, Setting], held: set[str], killed: str
    ) -> list[Command]:
        """What may be written in Run; what would have been in Watch; and everything that is
        still held where we are not in Run, given back."""
        commands = [
            command
            for command in verdict.commands
            if settings[command.point.of].mode is Mode.RUN
            or (settings[command.point.of].mode is Mode.WATCH and command.kind is CommandKind.SET)
        ]
        for point in self._plant.commandable():
            mode = settings[point.of].mode
            if point.name in held and mode is not Mode.RUN:
                commands += self._guard.release([point], killed or f"mode {mode.value}")
        return commands

    async def _carry_out(
        self, commands: Sequence[Command], settings: Mapping[str, Setting], snapshot: Snapshot
    ) -> list[Receipt]:
        """One receipt a command, in order. What is only watched never reaches the writer."""
        watched = {
            id(command)
            for command in commands
            if command.kind is CommandKind.SET and settings[command.point.of].mode is Mode.WATCH
        }
        due = [command for command in commands if id(command) not in watched]
        sent = iter(await self._writer.apply(due, snapshot) if self._writer and due else [])
        return [
            _watched(command, snapshot) if id(command) in watched else next(sent)
            for command in commands
        ]


def _watched(command: Command, snapshot: Snapshot) -> Receipt:
    """What was not written, beside what the building has in effect instead."""
    return Receipt(
        command=command,
        outcome=Outcome.WATCHED,
        effective=snapshot.readings[command.point.name].value,
    )


def _at_most_watch(setting: Setting) -> Setting:
    return setting._replace(mode=Mode.WATCH) if setting.mode is Mode.RUN else setting


def _in_words(
    control: Mapping[str, str], settings: Mapping[str, Setting], killed: str
) -> dict[str, str]:
    """Who controls what: in Watch and Off that is the BMS, whatever the guard would permit."""
    words = {}
    for of, by in control.items():
        mode = settings[of].mode
        if killed:
            words[of] = f"bms: {killed}"
        elif mode is Mode.OFF:
            words[of] = "bms: off"
        elif mode is Mode.WATCH:
            words[of] = by if by.startswith("bms:") else f"{WATCHED_BY}{by}"
        else:
            words[of] = by
    return words
