"""A dead device costs one deadline, then nothing for a while; the log tells it once."""

from __future__ import annotations

import asyncio

import pytest

from adapters.answers import SilentError
from adapters.limits import Lane, Limit, Route
from adapters.presence import QUIET_DEADLINES, Presence


class FakeTime:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def presence(time: FakeTime) -> Presence:
    return Presence("vav", 0.05, time)


async def silence(presence: Presence) -> None:
    async with presence.call():
        raise SilentError("no connection")


async def test_nothing_is_reachable_before_it_was_heard(presence: Presence) -> None:
    assert not presence.health().reachable
    assert presence.may_try


async def test_silence_closes_the_way_for_a_few_deadlines(
    presence: Presence, time: FakeTime
) -> None:
    await silence(presence)
    assert (presence.may_try, presence.detail) == (False, "no connection")
    time.now += QUIET_DEADLINES * 0.05 - 0.001
    assert not presence.may_try
    time.now += 0.002
    assert presence.may_try


async def test_an_answer_opens_it_at_once(presence: Presence) -> None:
    await silence(presence)
    presence.heard()
    assert presence.may_try
    assert presence.health().reachable
    assert presence.detail == ""


async def test_the_deadline_ends_the_call(presence: Presence) -> None:
    async with presence.call():
        await asyncio.Event().wait()
    assert presence.detail == "no answer within 0.05 s"


async def test_one_answer_in_a_call_is_enough(presence: Presence) -> None:
    async with presence.call():
        presence.heard()
        raise SilentError
    assert presence.health().reachable


async def test_silence_in_the_rest_of_a_call_is_not_held_against_it(presence: Presence) -> None:
    presence.heard()
    async with presence.call(0.01):
        await asyncio.Event().wait()
    assert presence.health().reachable


async def test_other_errors_pass_through(presence: Presence) -> None:
    with pytest.raises(KeyError):
        async with presence.call():
            raise KeyError("a bug stays a bug")
    assert presence.may_try


async def test_a_cancelled_call_says_nothing_of_the_device(presence: Presence) -> None:
    async def wait() -> None:
        async with presence.call():
            await asyncio.Event().wait()

    task = asyncio.create_task(wait())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert presence.may_try


async def test_one_line_on_loss_and_one_on_recovery(
    presence: Presence, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "adapters")
    presence.heard()
    await silence(presence)
    await silence(presence)
    presence.heard()
    presence.heard()
    assert [record.getMessage() for record in caplog.records] == [
        "vav does not answer: no connection",
        "vav answers again",
    ]


def on_trunk(trunk: Lane, name: str = "vav", deadline_s: float = 0.05) -> Presence:
    return Presence(name, deadline_s, route=Route([trunk]))


async def test_waiting_for_a_busy_trunk_is_not_silence() -> None:
    trunk = Lane(Limit(1))
    presence = on_trunk(trunk)
    await trunk.enter(1)
    asyncio.get_running_loop().call_later(0.12, trunk.leave)
    async with presence.call() as call, presence.turn():
        assert 0.0 < call.left_s <= 0.05
        presence.heard()
    assert presence.health().reachable


async def test_a_turn_that_never_comes_is_said_and_not_held_against_the_device(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("adapters.presence.PATIENCE_DEADLINES", 2.0)
    trunk = Lane(Limit(1))
    presence = on_trunk(trunk)
    await trunk.enter(1)
    async with presence.call():
        await asyncio.gather(*(wire(presence, 0.0) for _ in range(3)))
    assert presence.may_try
    assert presence.detail == "no turn on the network within 2 deadlines"


async def test_the_deadline_runs_while_anything_is_on_the_wire() -> None:
    trunk = Lane(Limit(1))
    presence = on_trunk(trunk)
    began_s = asyncio.get_running_loop().time()
    async with presence.call():
        await asyncio.gather(*(wire(presence, 60.0) for _ in range(3)))
    assert asyncio.get_running_loop().time() - began_s < 0.3
    assert (presence.may_try, trunk.inside) == (False, 0)


async def test_who_waited_behind_a_call_into_silence_is_spared_it() -> None:
    trunk = Lane(Limit(1))
    presence = on_trunk(trunk)
    began_s = asyncio.get_running_loop().time()

    async def call() -> None:
        async with presence.call():
            await wire(presence, 60.0)

    await asyncio.gather(*(call() for _ in range(4)))
    assert asyncio.get_running_loop().time() - began_s < 0.15
    assert presence.detail == "no answer within 0.05 s"


async def test_one_probe_at_a_time_at_growing_distances(presence: Presence, time: FakeTime) -> None:
    await silence(presence)
    for distance in (1.0, 2.0, 4.0, 8.0, 8.0):
        time.now += distance * QUIET_DEADLINES * 0.05 - 0.001
        assert not presence.may_try
        time.now += 0.002
        assert presence.may_try
        async with presence.call():
            assert not presence.may_try
    presence.heard()
    await silence(presence)
    time.now += QUIET_DEADLINES * 0.05 + 0.001
    assert presence.may_try


async def wire(presence: Presence, takes_s: float) -> None:
    async with presence.turn():
        await asyncio.sleep(takes_s)
