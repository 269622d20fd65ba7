"""Writes: within limits, at our priority alone, read back, given back, and nothing pretended."""

from __future__ import annotations

import asyncio
import math
from dataclasses import replace
from time import monotonic

import pytest

from adapters.contract.rig import (
    NOW_S,
    PRIORITY,
    SETPOINT,
    OverARig,
    Site,
    beat,
    give_back,
    set_to,
)
from hvac_rl.records import Command, CommandKind, Outcome, Quality


@pytest.mark.asyncio
class WritingContract(OverARig):
    async def test_a_write_takes_effect_and_a_release_gives_it_back(self, site: Site) -> None:
        (written,) = await site.a.write([set_to(site.setpoint, 23.5)])
        assert (written.outcome, written.detail) == (Outcome.OK, "")
        assert written.effective == pytest.approx(23.5, abs=1e-4)
        assert site.rig.our_setpoint() == pytest.approx(74.3, abs=1e-4)

        (reading,) = await site.a.read([site.setpoint], NOW_S)
        assert reading.value == pytest.approx(23.5, abs=1e-4)
        assert reading.ours == pytest.approx(23.5, abs=1e-4)
        assert reading.commanded_by == (PRIORITY if site.rig.has_levels else None)

        (released,) = await site.a.release([give_back(site.setpoint)])
        assert released.outcome is Outcome.OK
        assert site.rig.our_setpoint() is None
        (after,) = await site.a.read([site.setpoint], NOW_S)
        assert after.value == pytest.approx(20.0)
        assert (after.ours, after.commanded_by) == (None, None)

    async def test_receipts_come_one_a_command_in_order(self, site: Site) -> None:
        commands = [
            set_to(site.light, 0.8),
            set_to(site.setpoint, 99.0),
            beat(site.heartbeat, 7.0),
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

    async def test_releasing_what_is_not_held_is_fine(self, site: Site) -> None:
        (receipt,) = await site.a.release([give_back(site.setpoint)])
        assert receipt.outcome is Outcome.OK
        assert receipt.effective == pytest.approx(20.0)

    async def test_heartbeats_are_plain_writes_that_wrap_around(self, site: Site) -> None:
        (first,) = await site.a.write([beat(site.heartbeat, 41.0)])
        (later,) = await site.a.write([beat(site.heartbeat, 2.0**24 + 3)])
        assert (first.outcome, first.effective) == (Outcome.OK, 41.0)
        assert later.outcome is Outcome.OK

    @pytest.mark.parametrize("value", [9.9, 28.1, -1e9])
    async def test_a_value_outside_the_limits_never_reaches_the_wire(
        self, site: Site, value: float
    ) -> None:
        (receipt,) = await site.a.write([set_to(site.setpoint, value)])
        assert receipt.outcome is Outcome.REFUSED
        assert "nothing was sent" in receipt.detail
        assert site.rig.our_setpoint() is None

    @pytest.mark.parametrize("value", [math.nan, math.inf])
    async def test_what_is_not_a_number_never_reaches_the_wire(
        self, site: Site, value: float
    ) -> None:
        receipts = await site.a.write([set_to(site.setpoint, value), beat(site.heartbeat, value)])
        assert [receipt.outcome for receipt in receipts] == [Outcome.REFUSED] * 2
        assert site.rig.our_setpoint() is None

    async def test_a_sensor_is_not_written(self, site: Site) -> None:
        (receipt,) = await site.a.write([set_to(site.room, 22.0)])
        assert receipt.outcome is Outcome.REFUSED
        assert "not a writable point" in receipt.detail

    @pytest.mark.parametrize("priority", [1, 8, 16])
    async def test_priorities_that_are_not_ours_are_refused_in_code(
        self, site: Site, priority: int
    ) -> None:
        with pytest.raises(ValueError, match=f"priority {priority} is not ours"):
            await site.a.write([set_to(site.setpoint, 21.0, priority)])
        with pytest.raises(ValueError, match=f"priority {priority} is not ours"):
            await site.a.release([give_back(site.setpoint, priority)])
        assert site.rig.our_setpoint() is None

    async def test_a_command_without_a_value_is_refused_in_code(self, site: Site) -> None:
        empty = Command(kind=CommandKind.SET, point=site.setpoint, priority=PRIORITY)
        with pytest.raises(ValueError, match="needs a value"):
            await site.a.write([empty])

    async def test_what_the_device_refuses_is_said_in_its_words(self, site: Site) -> None:
        site.rig.refuse_writes()
        (receipt,) = await site.a.write([set_to(site.setpoint, 21.0)])
        assert receipt.outcome is Outcome.REFUSED
        assert receipt.detail in site.rig.refusals
        assert site.rig.our_setpoint() is None

    async def test_another_value_in_force_is_a_mismatch_and_named(self, site: Site) -> None:
        site.rig.clamp(71.6)
        (receipt,) = await site.a.write([set_to(site.setpoint, 25.0)])
        assert receipt.outcome is Outcome.MISMATCH
        assert "71.6" in receipt.detail
        assert receipt.effective == pytest.approx(22.0, abs=1e-4)

    async def test_an_operator_at_8_wins_and_is_seen(self, site: Site) -> None:
        site.needs(site.rig.has_levels, "this protocol knows no levels")
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

    async def test_a_release_that_releases_nothing_is_found_out(self, site: Site) -> None:
        await site.a.write([set_to(site.setpoint, 23.0)])
        site.rig.keep_slots()
        (receipt,) = await site.a.release([give_back(site.setpoint)])
        assert receipt.outcome is Outcome.MISMATCH
        assert "still" in receipt.detail

    async def test_closing_gives_back_what_is_still_held(self, site: Site) -> None:
        await site.a.write([set_to(site.setpoint, 23.0), set_to(site.light, 0.8)])
        await site.a.release([give_back(site.light)])
        assert site.rig.our_setpoint() is not None
        await site.a.close()
        assert site.rig.our_setpoint() is None
        await site.a.close()

    async def test_calls_side_by_side_do_not_disturb_each_other(self, site: Site) -> None:
        readings, beats, written = await asyncio.gather(
            site.a.read([site.room, site.light], NOW_S),
            site.a.write([beat(site.heartbeat, 3.0)]),
            site.a.write([set_to(site.setpoint, 22.0)]),
        )
        assert {reading.quality for reading in readings} == {Quality.GOOD}
        assert [receipt.outcome for receipt in beats + written] == [Outcome.OK, Outcome.OK]

    async def test_settling_time_passes_before_the_read_back(self, site: Site) -> None:
        point = replace(site.setpoint, write=replace(SETPOINT, settle_s=0.2))
        began = monotonic()
        (receipt,) = await site.a.write([set_to(point, 21.0)])
        assert monotonic() - began >= 0.2
        assert receipt.outcome is Outcome.OK
