"""Proving writes on a live building: one small step a point, verified, released, verified again.

Every value is an operator's wish through the guard, every write is in the ledger before it goes
out and in the audit after. The first failure ends the test; whatever was written is released.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Protocol

from adapters.commissioning.write_plan import Batch, wishes
from hvac_rl.control.cycle import read_all
from hvac_rl.control.writer import Writer
from hvac_rl.errors import ConfigError, HvacRlError
from hvac_rl.points import Point
from hvac_rl.ports import Adapter, Clock
from hvac_rl.records import (
    Command,
    CommandKind,
    Decision,
    Outcome,
    Quality,
    Receipt,
    Snapshot,
)
from hvac_rl.safety.guard import Guard
from hvac_rl.service.handback import sweep
from hvac_rl.service.site_file import Site

OPERATOR = "operator (write test)"
LEAST_BEAT_WALL_S = 1.0


class Audit(Protocol):
    def audit(self, time_s: float, what: str, detail: str = "") -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One write or release and what the device showed afterwards; values in the point's unit."""

    point: str
    device: str
    place: str
    unit: str
    action: str
    wanted: float | None
    sent: float | None
    rule: str
    before: float | None
    after: float | None
    commanded_by: int | None
    outcome: str
    detail: str
    passed: bool
    wall: datetime


@dataclass(frozen=True, slots=True)
class Plan:
    """What the guard permits; ``refused`` says why nothing, empty when it permits."""

    commands: list[Command]
    snapshot: Snapshot
    wishes: Mapping[str, float]
    refused: str


@dataclass(slots=True)
class Result:
    """What a test did, in order; ``failure`` says why it stopped, empty when it did not."""

    steps: list[Step] = field(default_factory=list)
    failure: str = ""
    left_held: list[str] = field(default_factory=list)
    """Points that could not be given back in the end."""

    @property
    def passed(self) -> bool:
        return not self.failure and not self.left_held and bool(self.steps)


@dataclass(frozen=True, slots=True)
class Window:
    """Local time of day in which values may be written; it may run past midnight."""

    start: time
    end: time

    def holds(self, now: time) -> bool:
        if self.start <= self.end:
            return self.start <= now < self.end
        return now >= self.start or now < self.end

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"


def parse_window(text: str) -> Window:
    """ "06:00-07:30". Raises ConfigError."""
    try:
        start, end = (time.fromisoformat(part.strip()) for part in text.split("-"))
    except ValueError as error:
        raise ConfigError(f"--between {text}", 'must be as "06:00-07:30"') from error
    if start == end:
        raise ConfigError(f"--between {text}", "is empty")
    return Window(start, end)


class WriteTest:
    """One test on open adapters; the caller holds the site's lock."""

    def __init__(
        self,
        site: Site,
        adapters: Mapping[str, Adapter],
        make_guard: Callable[[], Guard],
        writer: Writer,
        audit: Audit,
        clock: Clock,
        forget: Callable[[str], None],
        *,
        window: Window | None = None,
        keep_s: float = 0.0,
    ) -> None:
        """``make_guard``: the site's guard; plans are judged by one that then is thrown away.
        ``forget`` takes a point off the ledger. ``keep_s``: wall time that each value stays.
        """
        self._site = site
        self._adapters = adapters
        self._make_guard = make_guard
        self._guard = make_guard()
        self._writer = writer
        self._audit = audit
        self._clock = clock
        self._forget = forget
        self._window = window
        self._keep_s = keep_s

    async def plan(self, batch: Batch, asked: Mapping[str, float]) -> Plan:
        """What the guard would permit for this batch now. Reads only."""
        snapshot = await read_all(self._adapters, batch.needs(self._site), self._clock.now_s())
        values, unread = wishes(batch, snapshot, asked)
        if unread:
            return Plan([], snapshot, values, f"cannot be read: {unread[0]}")
        first = self._judged(self._make_guard(), batch, snapshot, values)
        # Where the guard lets a point not move one way, it may let it the other way.
        bound = [
            command.point.name
            for command in first.commands
            if command.value == snapshot.readings[command.point.name].value
        ]
        if not bound:
            return first
        values, _ = wishes(batch, snapshot, asked, bound)
        second = self._judged(self._make_guard(), batch, snapshot, values)
        return second if not second.refused else first

    def _judged(
        self, guard: Guard, batch: Batch, snapshot: Snapshot, values: Mapping[str, float]
    ) -> Plan:
        decision = Decision(time_s=snapshot.time_s, wishes=values, chosen_by=OPERATOR)
        verdict = guard.judge(snapshot, decision, set())
        names = {point.name for point in batch.points}
        commands = [
            command
            for command in verdict.commands
            if command.kind is CommandKind.SET and command.point.name in names
        ]
        missing = names - {command.point.name for command in commands}
        if not missing:
            return Plan(commands, snapshot, values, "")
        own = [note for note in verdict.notes if any(name in note for name in missing)]
        why = own[0] if own else verdict.control.get(batch.holder.name, "it says no more")
        return Plan([], snapshot, values, f"the guard permits no write: {why}")

    async def run(
        self,
        batches: Sequence[Batch],
        asked: Mapping[str, float],
        progress: Callable[[], None] = lambda: None,
    ) -> Result:
        """Every batch in order until one fails; all that was written is released in the end."""
        result = Result()
        touched: list[Point] = []
        try:
            async with self._beating():
                for batch in batches:
                    touched += batch.points
                    result.failure = await self._one(batch, asked, result)
                    progress()
                    if result.failure:
                        break
        finally:
            handed = await sweep(
                self._adapters, self._guard, self._writer, touched, self._clock.now_s(),
                "write test over",
            )  # fmt: skip
            result.left_held = [
                f"{row.point.name}: {row.detail}"
                for row in handed
                if not row.back and not await self._never_taken(row.point, result)
            ]
        return result

    async def _one(self, batch: Batch, asked: Mapping[str, float], result: Result) -> str:
        """Why the batch failed; empty when it passed."""
        if self._window is not None and not self._window.holds(self._local_time()):
            return (
                f"{batch.points[0].name}: it is {self._local_time():%H:%M} at the site, outside "
                f"the window {self._window}"
            )
        plan = await self.plan(batch, asked)
        if not plan.refused:
            plan = self._judged(self._guard, batch, plan.snapshot, plan.wishes)
        if plan.refused:
            return f"{batch.points[0].name}: {plan.refused}"
        snapshot = plan.snapshot
        receipts = await self._writer.apply(plan.commands, snapshot)
        seen = await read_all(self._adapters, list(batch.points), self._clock.now_s())
        failure = self._note("write", receipts, snapshot, seen, result)
        if not failure and self._keep_s:
            await asyncio.sleep(self._keep_s)
        released = await self._writer.apply(
            self._guard.release(batch.points, "write test"), snapshot
        )
        back = await read_all(self._adapters, list(batch.points), self._clock.now_s())
        stuck = self._note("release", released, snapshot, back, result)
        return failure or stuck

    async def _never_taken(self, point: Point, result: Result) -> bool:
        """Whether the device refused all that we sent and holds nothing of ours, as it says now.

        It refuses the release too, so the ledger would hold the point for ever: it is forgotten.
        """
        writes = [s for s in result.steps if s.point == point.name and s.action == "write"]
        if not writes or any(step.outcome != Outcome.REFUSED.value for step in writes):
            return False
        seen = await read_all(self._adapters, [point], self._clock.now_s())
        reading = seen.readings[point.name]
        if reading.quality is not Quality.GOOD or reading.ours is not None:
            return False
        self._forget(point.name)
        return True

    def _note(
        self,
        action: str,
        receipts: Sequence[Receipt],
        before: Snapshot,
        after: Snapshot,
        result: Result,
    ) -> str:
        failure = ""
        for receipt in receipts:
            step = _step(action, receipt, before, after, self._site.priority)
            result.steps.append(step)
            self._audit.audit(
                self._clock.now_s(),
                f"write test {action}",
                f"{step.point}: {step.outcome}"
                + ("" if step.sent is None else f", {step.sent:g} {step.unit}")
                + (f" ({step.detail})" if step.detail else ""),
            )
            if not step.passed and not failure:
                failure = f"{step.point}: {action}: {step.outcome}" + (
                    f" ({step.detail})" if step.detail else ""
                )
        return failure

    def _local_time(self) -> time:
        zone = self._site.calendar.timezone
        return datetime.fromtimestamp(self._clock.now_s(), zone).time()

    @asynccontextmanager
    async def _beating(self) -> AsyncIterator[None]:
        """Leases are kept while we test: without a heartbeat the BMS would ignore our slot."""
        points = [each.heartbeat for each in self._site.devices.values() if each.heartbeat]
        here = [point for point in points if point.device in self._adapters]
        beats = 0

        async def beat() -> None:
            nonlocal beats
            beats += 1
            await self._writer.beat(self._guard.heartbeat(here, beats))

        async def keep_beating() -> None:
            period_s = max(LEAST_BEAT_WALL_S, self._site.heartbeat_s / self._clock.speed)
            while True:
                await asyncio.sleep(period_s)
                await beat()

        if not here:
            yield
            return
        await beat()
        task = asyncio.create_task(keep_beating())
        try:
            yield
        finally:
            task.cancel()
            ended = (await asyncio.gather(task, return_exceptions=True))[0]
            if isinstance(ended, Exception):
                raise ended


def _step(action: str, receipt: Receipt, before: Snapshot, after: Snapshot, priority: int) -> Step:
    command, point = receipt.command, receipt.command.point
    reading = after.readings[point.name]
    detail, passed = receipt.detail, receipt.outcome is Outcome.OK
    if action == "release" and passed and reading.ours is not None:
        passed, detail = False, f"level {priority} still holds a value when read again"

    def raw(value: float | None) -> float | None:
        return None if value is None else round(point.unit.from_si(value), 6)

    return Step(
        point=point.name,
        device=point.device,
        place=str(point.address),
        unit=point.unit.name,
        action=action,
        wanted=raw(command.wish),
        sent=raw(command.value),
        rule=command.rule if action == "write" else "",
        before=raw(before.readings[point.name].value),
        after=raw(reading.value),
        commanded_by=reading.commanded_by,
        outcome=receipt.outcome.value,
        detail=detail,
        passed=passed,
        wall=datetime.now().astimezone(),
    )


async def open_for(site: Site, batches: Sequence[Batch]) -> dict[str, Adapter]:
    """The devices that the test reads or writes, proven as a start would prove them.

    Raises DeviceError. The caller closes them with ``close_adapters``.
    """
    from hvac_rl.service.assembly import close_adapters, device_points

    needed = {point.device for batch in batches for point in batch.needs(site)}
    adapters: dict[str, Adapter] = {}
    try:
        for name, kind in site.kinds.items():
            specs = [
                device.spec
                for device in site.devices.values()
                if device.adapter == name and device.spec.name in needed
            ]
            adapters.update(await kind.open(specs, site.local.get(name, {})))
        for device, adapter in adapters.items():
            await adapter.connect()
            await adapter.check(device_points(site, device))
    except BaseException:
        await close_adapters(site, adapters)
        raise
    return adapters


async def refuse_beside_daemon(site: Site) -> None:
    """Raises HvacRlError while a daemon lives: two hands on one building prove nothing."""
    from hvac_rl.service.control_socket import ask_daemon

    if await ask_daemon(site.state_dir, {"ask": "points"}) is not None:
        raise HvacRlError(
            str(site.path),
            "the daemon commands this site, so a write test would meet its values, not the BMS's",
            "End it first, hvac-rl release SITE, run the test, then start it again.",
        )
