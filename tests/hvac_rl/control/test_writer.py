"""On change only, the ledger first, and taken up again when our slot is lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from hvac_rl.control.writer import Writer
from hvac_rl.errors import HvacRlError
from hvac_rl.points import Point, WriteAccess
from hvac_rl.ports import DeviceHealth, Prior
from hvac_rl.records import Command, CommandKind, Outcome, Reading, Receipt, Snapshot
from hvac_rl.units import UNITS

POINT = Point(
    name="south.light", device="gateway", of="south", brick="Lighting_Level_Command",
    unit=UNITS["fraction"], address="1",
    write=WriteAccess(minimum=0, maximum=1, deadband=0, daily_writes=99),
)  # fmt: skip


class RoundingDevice:
    """Keeps what it is told in steps of 0.005, as a scaled register does."""

    def __init__(self, log: list[str]) -> None:
        self.log = log
        self.ours: float | None = None
        self.answer = Outcome.OK

    async def connect(self) -> None: ...
    async def check(self, points: Sequence[Point]) -> None: ...
    async def close(self) -> None: ...

    def health(self) -> DeviceHealth:
        return DeviceHealth("gateway", reachable=True)

    async def read(self, points: Sequence[Point], time_s: float) -> list[Reading]:
        return [Reading(point=p.name, time_s=time_s, value=1.0, ours=self.ours) for p in points]

    async def write(self, commands: Sequence[Command]) -> list[Receipt]:
        self.log.append("write")
        assert commands[0].value is not None
        self.ours = round(commands[0].value * 200) / 200
        return [Receipt(command=c, outcome=self.answer, effective=self.ours) for c in commands]

    async def release(
        self, commands: Sequence[Command], priors: Mapping[str, Prior] | None = None
    ) -> list[Receipt]:
        self.log.append("release")
        self.priors = dict(priors or {})
        self.ours = None
        return [Receipt(command=c, outcome=self.answer) for c in commands]


class LoggedLedger:
    def __init__(self, log: list[str]) -> None:
        self.log = log
        self.points: set[str] = set()
        self.written: list[dict[str, float]] = []

    def hold(self, point: str, found: float | None, time_s: float) -> None:
        self.log.append(f"hold, found {found}")
        self.points.add(point)

    def writing(self, values: Mapping[str, float]) -> None:
        if values:
            self.written += [dict(values)]

    def prior(self, point: str) -> Prior:
        return Prior(0.5, tuple(values[point] for values in self.written[-2:]))

    def forget(self, point: str) -> None:
        self.log.append("forget")
        self.points.discard(point)

    def held(self) -> set[str]:
        return set(self.points)


def command(value: float | None) -> Command:
    kind = CommandKind.RELEASE if value is None else CommandKind.SET
    return Command(kind=kind, point=POINT, priority=13, value=value)


@pytest.fixture
def log() -> list[str]:
    return []


async def cycle(writer: Writer, device: RoundingDevice, value: float | None) -> Outcome:
    readings = {r.point: r for r in await device.read([POINT], 0.0)}
    receipts = await writer.apply([command(value)], Snapshot(time_s=0.0, readings=readings))
    return receipts[0].outcome


async def test_the_ledger_is_written_before_the_wire(log: list[str]) -> None:
    device = RoundingDevice(log)
    writer = Writer({"gateway": device}, LoggedLedger(log))
    assert await cycle(writer, device, 0.5) is Outcome.OK
    assert await cycle(writer, device, None) is Outcome.OK
    assert log == ["hold, found 1.0", "write", "release", "forget"]


async def test_a_value_that_the_device_rounds_is_written_once(log: list[str]) -> None:
    device = RoundingDevice(log)
    writer = Writer({"gateway": device}, LoggedLedger(log))
    outcomes = [await cycle(writer, device, 0.333) for _ in range(3)]
    assert outcomes == [Outcome.OK, Outcome.UNCHANGED, Outcome.UNCHANGED]
    assert await cycle(writer, device, 0.4) is Outcome.OK
    assert log.count("write") == 2


async def test_a_lost_slot_is_taken_up_again(log: list[str]) -> None:
    device = RoundingDevice(log)
    writer = Writer({"gateway": device}, LoggedLedger(log))
    await cycle(writer, device, 0.5)
    device.ours = None
    assert await cycle(writer, device, 0.5) is Outcome.OK
    assert log.count("write") == 2
    assert log.count("hold, found 1.0") == 1


async def test_what_was_not_verified_is_written_again_and_stays_in_the_ledger(
    log: list[str],
) -> None:
    device = RoundingDevice(log)
    ledger = LoggedLedger(log)
    writer = Writer({"gateway": device}, ledger)
    device.answer = Outcome.MISMATCH
    await cycle(writer, device, 0.5)
    await cycle(writer, device, 0.5)
    assert log.count("write") == 2
    device.answer = Outcome.NO_ANSWER
    await cycle(writer, device, None)
    assert ledger.held() == {"south.light"}


async def test_what_is_about_to_be_written_is_recorded_and_helps_to_give_it_back(
    log: list[str],
) -> None:
    device = RoundingDevice(log)
    ledger = LoggedLedger(log)
    writer = Writer({"gateway": device}, ledger)
    for value in (0.5, 0.5, 0.7, None):
        await cycle(writer, device, value)
    # The value that stood there already was not sent, so it is not recorded either.
    assert ledger.written == [{"south.light": 0.5}, {"south.light": 0.7}]
    assert device.priors == {"south.light": Prior(0.5, (0.5, 0.7))}


class SwitchGate:
    """A gate that can be closed, also between the first look and the wire."""

    def __init__(self) -> None:
        self.answers: list[str] = []
        self.why = ""

    def closed(self, point: Point) -> str:
        return self.answers.pop(0) if self.answers else self.why

    def silent(self) -> str:
        return self.why


async def test_a_closed_gate_lets_releases_through_and_nothing_else(log: list[str]) -> None:
    device, gate = RoundingDevice(log), SwitchGate()
    writer = Writer({"gateway": device}, LoggedLedger(log), gate)
    await cycle(writer, device, 0.5)
    gate.why = "kill switch"
    assert await cycle(writer, device, 0.7) is Outcome.BLOCKED
    assert not await writer.beat([command(1.0)])
    assert await cycle(writer, device, None) is Outcome.OK
    assert log == ["hold, found 1.0", "write", "release", "forget"]


async def test_a_switch_thrown_after_the_ledger_still_stops_the_write(log: list[str]) -> None:
    device, gate = RoundingDevice(log), SwitchGate()
    writer = Writer({"gateway": device}, LoggedLedger(log), gate)
    gate.answers, gate.why = [""], "kill switch"
    assert await cycle(writer, device, 0.5) is Outcome.BLOCKED
    assert log == ["hold, found 1.0"]


async def test_changes_within_the_deadband_and_beyond_the_budget_are_not_sent(
    log: list[str],
) -> None:
    assert POINT.write is not None
    point = replace(POINT, write=replace(POINT.write, deadband=0.1, daily_writes=2))

    def to(value: float, rule: str = "") -> Command:
        return Command(
            kind=CommandKind.SET, point=point, priority=13, value=value, rule=rule
        )  # fmt: skip

    device = RoundingDevice(log)
    writer = Writer({"gateway": device}, LoggedLedger(log))

    async def send(wanted: Command, time_s: float = 0.0) -> Outcome:
        readings = {r.point: r for r in await device.read([point], time_s)}
        receipts = await writer.apply([wanted], Snapshot(time_s=time_s, readings=readings))
        return receipts[0].outcome

    assert await send(to(0.5)) is Outcome.OK
    assert await send(to(0.55)) is Outcome.UNCHANGED
    assert await send(to(0.7)) is Outcome.OK
    assert await send(to(0.3)) is Outcome.BUDGET
    assert device.ours == 0.7
    assert await send(to(0.75, "CO2")) is Outcome.OK, "protection knows no budget"
    assert await send(to(0.3), 86_400.0) is Outcome.OK, "a new day"


class TwoSlots(RoundingDevice):
    """A device with a slot for each point."""

    def __init__(self, log: list[str]) -> None:
        super().__init__(log)
        self.slots: dict[str, float] = {}

    async def write(self, commands: Sequence[Command]) -> list[Receipt]:
        self.slots |= {c.point.name: c.value for c in commands if c.value is not None}
        return [Receipt(command=c, outcome=Outcome.OK, effective=c.value) for c in commands]


async def test_a_spent_budget_keeps_the_pair_together(log: list[str]) -> None:
    """Heating has one write a day, cooling many: neither end is ever written alone."""
    heating = replace(
        POINT, name="south.heating", brick="Heating_Zone_Air_Temperature_Setpoint",
        write=WriteAccess(minimum=0, maximum=40, deadband=0, daily_writes=1),
    )  # fmt: skip
    cooling = replace(
        heating, name="south.cooling", brick="Cooling_Zone_Air_Temperature_Setpoint",
        write=WriteAccess(minimum=0, maximum=40, deadband=0, daily_writes=99),
    )  # fmt: skip
    device = TwoSlots(log)
    writer = Writer({"gateway": device}, LoggedLedger(log))

    async def send(low_c: float, high_c: float, rule: str = "") -> list[Outcome]:
        readings = {
            p.name: Reading(point=p.name, time_s=0.0, value=1.0, ours=device.slots.get(p.name))
            for p in (heating, cooling)
        }
        commands = [
            Command(kind=CommandKind.SET, point=p, priority=13, value=v, rule=r)
            for p, v, r in ((heating, low_c, ""), (cooling, high_c, rule))
        ]
        return [
            r.outcome for r in await writer.apply(commands, Snapshot(time_s=0.0, readings=readings))
        ]

    assert await send(20.0, 25.0) == [Outcome.OK, Outcome.OK]
    assert await send(22.0, 23.5) == [Outcome.BUDGET, Outcome.BUDGET]
    assert device.slots == {"south.heating": 20.0, "south.cooling": 25.0}
    # The end that alone moves is not held up by the other that stands.
    assert await send(20.0, 24.0) == [Outcome.UNCHANGED, Outcome.OK]
    # What safety moves takes the other end along, whatever that has spent.
    assert await send(22.0, 23.5, "condensation") == [Outcome.OK, Outcome.OK]
    assert device.slots == {"south.heating": 22.0, "south.cooling": 23.5}


async def test_a_ledger_that_cannot_forget_does_not_stop_a_release(log: list[str]) -> None:
    device, ledger = RoundingDevice(log), LoggedLedger(log)
    writer = Writer({"gateway": device}, ledger)
    await cycle(writer, device, 0.5)

    def full(point: str) -> None:
        raise HvacRlError("ledger", "disk full")

    ledger.forget = full  # type: ignore[method-assign]
    assert await cycle(writer, device, None) is Outcome.OK
    assert device.ours is None
    assert writer.held == {"south.light"}


@pytest.mark.parametrize(("eeprom", "writes"), [(False, 5), (True, 3)])
async def test_a_device_that_loses_a_value_is_not_worn_out(
    log: list[str], eeprom: bool, writes: int
) -> None:
    """Even a protective value: a new one goes out at once, the same one within the budget."""
    assert POINT.write is not None
    point = replace(POINT, write=replace(POINT.write, daily_writes=2, eeprom=eeprom))
    device = RoundingDevice(log)
    device.answer = Outcome.MISMATCH
    writer = Writer({"gateway": device}, LoggedLedger(log))
    for value in (0.5, 0.5, 0.5, 0.5, 0.7):
        wanted = Command(
            kind=CommandKind.SET, point=point, priority=13, value=value, rule="CO2"
        )  # fmt: skip
        readings = {r.point: r for r in await device.read([point], 0.0)}
        receipts = await writer.apply([wanted], Snapshot(time_s=0.0, readings=readings))
        assert receipts[0].outcome in (Outcome.MISMATCH, Outcome.BUDGET)
    assert log.count("write") == writes
    assert device.ours == 0.7
