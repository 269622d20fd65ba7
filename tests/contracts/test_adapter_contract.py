"""What every adapter owes the service: one suite over all kinds, on real sockets where any."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator
from dataclasses import replace
from time import monotonic

import pytest

from adapters.presence import QUIET_DEADLINES
from hvac_rl.errors import DeviceError
from hvac_rl.points import Point
from hvac_rl.records import Command, CommandKind, Outcome, Quality
from tests.contracts.rigs import (
    DEADLINE_S,
    PRIORITY,
    SETPOINT,
    BacnetRig,
    MemoryRig,
    ModbusRig,
    Site,
    close_site,
    open_site,
)

RIGS = {"memory": MemoryRig, "bacnet": BacnetRig, "modbus": ModbusRig}
ON_SOCKETS = ["bacnet", "modbus"]
WITH_LEVELS = ["memory", "bacnet"]
NOW_S = 1_767_225_600.0
LATITUDE_S = 0.35
"""What a busy machine may add to a deadline."""


@pytest.fixture(params=RIGS)
async def site(request: pytest.FixtureRequest) -> AsyncIterator[Site]:
    opened = await open_site(RIGS[request.param]())
    yield opened
    await close_site(opened)


def only(*kinds: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("site", kinds, indirect=True)


def set_to(point: Point, value: float, priority: int = PRIORITY) -> Command:
    return Command(kind=CommandKind.SET, point=point, priority=priority, value=value)


def give_back(point: Point, priority: int = PRIORITY) -> Command:
    return Command(kind=CommandKind.RELEASE, point=point, priority=priority)


def beat(point: Point, value: float) -> Command:
    return Command(kind=CommandKind.HEARTBEAT, point=point, priority=PRIORITY, value=value)


async def test_reads_good_values_in_si_in_the_order_asked(site: Site) -> None:
    points = [
        site.point("occupancy", "bool"),
        site.setpoint,
        site.room,
        site.light,
        site.point("humidity", "percent"),
    ]
    readings = await site.a.read(points, NOW_S)
    assert [reading.point for reading in readings] == [point.name for point in points]
    assert [reading.quality for reading in readings] == [Quality.GOOD] * 5
    assert [reading.value for reading in readings] == pytest.approx([1.0, 20.0, 22.0, 0.3, 0.4])
    assert {reading.time_s for reading in readings} == {NOW_S}
    assert {reading.ours for reading in readings} == {None}
    assert {reading.commanded_by for reading in readings} == {None}


async def test_check_passes_on_what_is_there_and_writes_nothing(site: Site) -> None:
    await site.a.connect()
    await site.a.check([site.room, site.setpoint, site.point("occupancy", "bool")])
    assert site.rig.our_setpoint() is None
    assert site.a.health().reachable


async def test_reading_no_points_is_no_call(site: Site) -> None:
    assert await site.a.read([], NOW_S) == []
    assert await site.a.write([]) == []
    assert await site.a.release([]) == []


async def test_a_write_takes_effect_and_a_release_gives_it_back(site: Site) -> None:
    (written,) = await site.a.write([set_to(site.setpoint, 23.5)])
    assert (written.outcome, written.detail) == (Outcome.OK, "")
    assert written.effective == pytest.approx(23.5, abs=1e-4)
    assert site.rig.our_setpoint() == pytest.approx(74.3, abs=1e-4)

    (reading,) = await site.a.read([site.setpoint], NOW_S)
    assert reading.value == pytest.approx(23.5, abs=1e-4)
    assert reading.ours == pytest.approx(23.5, abs=1e-4)
    assert reading.commanded_by == (PRIORITY if site.rig.has_levels else None)

    (released,) = await site.a.release([give_back(site.setpoint)])
    assert (released.outcome, released.detail) == (Outcome.OK, "")
    assert site.rig.our_setpoint() is None
    (after,) = await site.a.read([site.setpoint], NOW_S)
    assert after.value == pytest.approx(20.0)
    assert (after.ours, after.commanded_by) == (None, None)


async def test_receipts_come_one_a_command_in_order(site: Site) -> None:
    commands = [
        set_to(site.light, 0.8),
        set_to(site.setpoint, 99.0),
        beat(site.point("heartbeat", "count"), 7.0),
        set_to(site.setpoint, 21.0),
    ]
    receipts = await site.a.write(commands)
    assert [receipt.command for receipt in receipts] == commands
    assert [receipt.outcome for receipt in receipts] == [
        Outcome.OK,
        Outcome.REFUSED,
        Outcome.OK,
        Outcome.OK,
    ]


async def test_releasing_what_is_not_held_is_fine(site: Site) -> None:
    (receipt,) = await site.a.release([give_back(site.setpoint)])
    assert receipt.outcome is Outcome.OK
    assert receipt.effective == pytest.approx(20.0)


async def test_heartbeats_are_plain_writes_that_wrap_around(site: Site) -> None:
    point = site.point("heartbeat", "count")
    (first,) = await site.a.write([beat(point, 41.0)])
    (later,) = await site.a.write([beat(point, 2.0**24 + 3)])
    assert (first.outcome, first.effective) == (Outcome.OK, 41.0)
    assert later.outcome is Outcome.OK


@pytest.mark.parametrize("value", [9.9, 28.1, -1e9])
async def test_a_value_outside_the_limits_never_reaches_the_wire(site: Site, value: float) -> None:
    (receipt,) = await site.a.write([set_to(site.setpoint, value)])
    assert receipt.outcome is Outcome.REFUSED
    assert "nothing was sent" in receipt.detail
    assert site.rig.our_setpoint() is None


@pytest.mark.parametrize("value", [math.nan, math.inf])
async def test_what_is_not_a_number_never_reaches_the_wire(site: Site, value: float) -> None:
    commands = [set_to(site.setpoint, value), beat(site.point("heartbeat", "count"), value)]
    receipts = await site.a.write(commands)
    assert [receipt.outcome for receipt in receipts] == [Outcome.REFUSED] * 2
    assert site.rig.our_setpoint() is None


async def test_a_sensor_is_not_written(site: Site) -> None:
    (receipt,) = await site.a.write([set_to(site.room, 22.0)])
    assert receipt.outcome is Outcome.REFUSED
    assert "not a writable point" in receipt.detail


@pytest.mark.parametrize("priority", [1, 8, 16])
async def test_priorities_that_are_not_ours_are_refused_in_code(site: Site, priority: int) -> None:
    with pytest.raises(ValueError, match=f"priority {priority} is not ours"):
        await site.a.write([set_to(site.setpoint, 21.0, priority)])
    with pytest.raises(ValueError, match=f"priority {priority} is not ours"):
        await site.a.release([give_back(site.setpoint, priority)])
    assert site.rig.our_setpoint() is None


async def test_a_command_without_a_value_is_refused_in_code(site: Site) -> None:
    empty = Command(kind=CommandKind.SET, point=site.setpoint, priority=PRIORITY)
    with pytest.raises(ValueError, match="needs a value"):
        await site.a.write([empty])


async def test_what_the_device_refuses_is_said_in_its_words(site: Site) -> None:
    site.rig.refuse_writes()
    (receipt,) = await site.a.write([set_to(site.setpoint, 21.0)])
    assert receipt.outcome is Outcome.REFUSED
    assert receipt.detail in (
        "write access denied",
        "property: write-access-denied",
        "illegal value",
    )
    assert site.rig.our_setpoint() is None


@only(*WITH_LEVELS)
async def test_an_operator_at_8_wins_and_is_seen(site: Site) -> None:
    await site.rig.operator(64.4)
    (receipt,) = await site.a.write([set_to(site.setpoint, 23.0)])
    assert receipt.outcome is Outcome.OVERRIDDEN
    assert receipt.detail == "priority 8 commands it"
    assert receipt.effective == pytest.approx(18.0)

    (reading,) = await site.a.read([site.setpoint], NOW_S)
    assert (reading.commanded_by, reading.quality) == (8, Quality.GOOD)
    assert reading.ours == pytest.approx(23.0, abs=1e-4)

    (released,) = await site.a.release([give_back(site.setpoint)])
    assert released.outcome is Outcome.OK
    await site.rig.operator(None)
    (after,) = await site.a.read([site.setpoint], NOW_S)
    assert after.value == pytest.approx(20.0)


async def test_a_release_that_releases_nothing_is_found_out(site: Site) -> None:
    await site.a.write([set_to(site.setpoint, 23.0)])
    site.rig.keep_slots()
    (receipt,) = await site.a.release([give_back(site.setpoint)])
    assert receipt.outcome is Outcome.MISMATCH
    assert "still" in receipt.detail


async def test_not_a_number_is_invalid(site: Site) -> None:
    await site.rig.set_room(math.nan)
    room, setpoint = await site.a.read([site.room, site.setpoint], NOW_S)
    assert (room.quality, room.value) == (Quality.INVALID, None)
    assert setpoint.quality is Quality.GOOD


async def test_what_the_device_calls_faulty_is_a_fault(site: Site) -> None:
    await site.rig.set_fault()
    room, setpoint = await site.a.read([site.room, site.setpoint], NOW_S)
    assert (room.quality, room.value) == (Quality.FAULT, None)
    assert room.detail
    assert setpoint.quality is Quality.GOOD


async def test_one_missing_point_costs_only_itself(site: Site) -> None:
    missing = site.point("missing", "degF")
    gone, room = await site.a.read([missing, site.room], NOW_S)
    assert (gone.quality, gone.value) == (Quality.FAULT, None)
    assert room.value == pytest.approx(22.0)


async def test_check_names_device_and_point_that_are_missing(site: Site) -> None:
    with pytest.raises(DeviceError) as caught:
        await site.a.check([site.room, site.point("missing", "degF")])
    assert caught.value.where == "a a.missing"


async def test_a_silent_device_costs_one_deadline_and_then_nothing(site: Site) -> None:
    site.rig.silence("a")
    began = monotonic()
    room, setpoint = await site.a.read([site.room, site.setpoint], NOW_S)
    assert monotonic() - began < DEADLINE_S + LATITUDE_S
    assert {room.quality, setpoint.quality} == {Quality.NO_ANSWER}
    assert (room.value, bool(room.detail)) == (None, True)
    health = site.a.health()
    assert (health.device, health.reachable) == ("a", False)

    began = monotonic()
    (receipt,) = await site.a.write([set_to(site.setpoint, 21.0)])
    (again,) = await site.a.read([site.room], NOW_S)
    assert monotonic() - began < DEADLINE_S / 4
    assert receipt.outcome is Outcome.NO_ANSWER
    assert again.quality is Quality.NO_ANSWER


async def test_a_silent_device_leaves_writes_and_releases_unanswered(site: Site) -> None:
    site.rig.silence("a")
    (written,) = await site.a.write([set_to(site.setpoint, 21.0)])
    (released,) = await site.a.release([give_back(site.setpoint)])
    assert (written.outcome, released.outcome) == (Outcome.NO_ANSWER, Outcome.NO_ANSWER)


async def test_a_release_is_tried_even_right_after_silence(site: Site) -> None:
    await site.a.write([set_to(site.setpoint, 23.0)])
    site.rig.silence("a")
    await site.a.read([site.room], NOW_S)
    site.rig.silence("a", False)
    (receipt,) = await site.a.release([give_back(site.setpoint)])
    assert receipt.outcome is Outcome.OK
    assert site.rig.our_setpoint() is None


async def test_connect_and_check_raise_when_nobody_answers(site: Site) -> None:
    site.rig.silence("a")
    with pytest.raises(DeviceError, match=r"^a: "):
        await site.a.connect()
    with pytest.raises(DeviceError):
        await site.a.check([site.room])


async def test_a_silent_device_does_not_delay_another(site: Site) -> None:
    site.rig.silence("a")

    async def timed() -> float:
        began = monotonic()
        (reading,) = await site.b.read([site.point("room", "degF", device="b")], NOW_S)
        assert reading.value == pytest.approx(18.0)
        return monotonic() - began

    _, took_s = await asyncio.gather(site.a.read([site.room, site.setpoint], NOW_S), timed())
    assert took_s < DEADLINE_S / 2


async def test_two_devices_of_a_kind_answer_for_themselves(site: Site) -> None:
    (a,), (b,) = await asyncio.gather(
        site.a.read([site.room], NOW_S),
        site.b.read([site.point("room", "degF", device="b")], NOW_S),
    )
    assert (a.value, b.value) == (pytest.approx(22.0), pytest.approx(18.0))


async def test_a_device_that_comes_back_is_used_again_and_logged_once(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "adapters")
    await site.a.read([site.room], NOW_S)
    site.rig.silence("a")
    for _ in range(3):
        await site.a.read([site.room], NOW_S)
    site.rig.silence("a", False)
    await asyncio.sleep(QUIET_DEADLINES * DEADLINE_S)
    (reading,) = await site.a.read([site.room], NOW_S)
    assert reading.value == pytest.approx(22.0)
    assert site.a.health().reachable
    lost, found = [record.getMessage() for record in caplog.records]
    assert lost.startswith("a does not answer")
    assert found == "a answers again"


@only(*ON_SOCKETS)
async def test_a_restarted_device_is_reached_at_once(site: Site) -> None:
    await site.a.read([site.room], NOW_S)
    await site.rig.restart()
    (reading,) = await site.a.read(
        [
            site.room,
        ],
        NOW_S,
    )
    assert reading.quality is Quality.GOOD
    (receipt,) = await site.a.write([set_to(site.setpoint, 21.0)])
    assert receipt.outcome is Outcome.OK


async def test_calls_side_by_side_do_not_disturb_each_other(site: Site) -> None:
    heartbeat = site.point("heartbeat", "count")
    readings, beats, written = await asyncio.gather(
        site.a.read([site.room, site.light], NOW_S),
        site.a.write([beat(heartbeat, 3.0)]),
        site.a.write([set_to(site.setpoint, 22.0)]),
    )
    assert {reading.quality for reading in readings} == {Quality.GOOD}
    assert [receipt.outcome for receipt in beats + written] == [Outcome.OK, Outcome.OK]


async def test_settling_time_passes_before_the_read_back(site: Site) -> None:
    point = replace(site.setpoint, write=replace(SETPOINT, settle_s=0.2))
    began = monotonic()
    (receipt,) = await site.a.write([set_to(point, 21.0)])
    assert monotonic() - began >= 0.2
    assert receipt.outcome is Outcome.OK


@pytest.mark.parametrize("kind", RIGS)
def test_a_misspelt_key_is_named_with_the_right_one(kind: str) -> None:
    rig = RIGS[kind]()
    options = {**rig.options("a"), "objekts": 1}
    with pytest.raises(ValueError, match=r"^objekts: is not known here"):
        rig.kind.parse_options(options)
    with pytest.raises(ValueError, match=r"^colour: is not known here"):
        rig.kind.parse_address({**rig.addresses["room"], "colour": "red"}, writable=False)


@pytest.mark.parametrize("kind", RIGS)
def test_equal_rows_are_equal_addresses(kind: str) -> None:
    rig = RIGS[kind]()
    for raw in rig.addresses.values():
        writable = "effective" in raw
        one = rig.kind.parse_address(raw, writable=writable)
        other = rig.kind.parse_address(dict(raw), writable=writable)
        assert (one, hash(one)) == (other, hash(other))


@pytest.mark.parametrize("kind", RIGS)
def test_loopback_is_known(kind: str) -> None:
    rig = RIGS[kind]()
    assert rig.kind.is_loopback(rig.kind.parse_options(rig.options("a")))
