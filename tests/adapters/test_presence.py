"""A dead device costs one deadline, then nothing for a while; the log tells it once."""

from __future__ import annotations

import asyncio

import pytest

from adapters.answers import SilentError
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
