"""Silence: one deadline, then nothing for a while; told once, and nobody else notices."""

from __future__ import annotations

import asyncio
from time import monotonic

import pytest

from adapters.contract.rig import (
    DEADLINE_S,
    LATITUDE_S,
    NOW_S,
    OverARig,
    Site,
    give_back,
    set_to,
)
from adapters.presence import QUIET_DEADLINES
from hvac_rl.errors import DeviceError
from hvac_rl.records import Outcome, Quality


@pytest.mark.asyncio
class SilenceContract(OverARig):
    async def test_a_silent_device_costs_one_deadline_and_then_nothing(self, site: Site) -> None:
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

    async def test_calls_into_silence_side_by_side_cost_one_deadline_too(self, site: Site) -> None:
        site.rig.silence("a")
        began = monotonic()
        await asyncio.gather(*(site.a.read([site.room, site.light], NOW_S) for _ in range(8)))
        assert monotonic() - began < 3 * DEADLINE_S + LATITUDE_S

    async def test_a_silent_device_leaves_writes_and_releases_unanswered(self, site: Site) -> None:
        site.rig.silence("a")
        (written,) = await site.a.write([set_to(site.setpoint, 21.0)])
        (released,) = await site.a.release([give_back(site.setpoint)])
        assert (written.outcome, released.outcome) == (Outcome.NO_ANSWER, Outcome.NO_ANSWER)

    async def test_a_release_is_tried_even_right_after_silence(self, site: Site) -> None:
        await site.a.write([set_to(site.setpoint, 23.0)])
        site.rig.silence("a")
        await site.a.read([site.room], NOW_S)
        site.rig.silence("a", False)
        (receipt,) = await site.a.release([give_back(site.setpoint)])
        assert receipt.outcome is Outcome.OK
        assert site.rig.our_setpoint() is None

    async def test_connect_and_check_raise_when_nobody_answers(self, site: Site) -> None:
        site.rig.silence("a")
        with pytest.raises(DeviceError, match=r"^a: "):
            await site.a.connect()
        with pytest.raises(DeviceError):
            await site.a.check([site.room])

    async def test_a_silent_device_does_not_delay_another(self, site: Site) -> None:
        site.rig.silence("a")

        async def timed() -> float:
            began = monotonic()
            (reading,) = await site.b.read([site.point("room", "degF", device="b")], NOW_S)
            assert reading.value == pytest.approx(18.0)
            return monotonic() - began

        _, took_s = await asyncio.gather(site.a.read([site.room, site.setpoint], NOW_S), timed())
        assert took_s < DEADLINE_S / 2

    async def test_two_devices_of_a_kind_answer_for_themselves(self, site: Site) -> None:
        (a,), (b,) = await asyncio.gather(
            site.a.read([site.room], NOW_S),
            site.b.read([site.point("room", "degF", device="b")], NOW_S),
        )
        assert [a.value, b.value] == pytest.approx([22.0, 18.0])

    async def test_a_device_that_comes_back_is_used_again_and_logged_once(
        self, site: Site, caplog: pytest.LogCaptureFixture
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

    async def test_a_restarted_device_is_reached_at_once(self, site: Site) -> None:
        site.needs(site.rig.on_sockets, "these devices cannot restart")
        await site.a.read([site.room], NOW_S)
        await site.rig.restart()
        (reading,) = await site.a.read([site.room], NOW_S)
        assert reading.quality is Quality.GOOD
        (receipt,) = await site.a.write([set_to(site.setpoint, 21.0)])
        assert receipt.outcome is Outcome.OK
