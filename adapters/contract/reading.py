"""Readings: SI, in order, each with its own quality; one bad point costs only itself."""

from __future__ import annotations

import math

import pytest

from adapters.contract.rig import NOW_S, OverARig, Site
from hvac_rl.errors import DeviceError
from hvac_rl.records import Quality


@pytest.mark.asyncio
class ReadingContract(OverARig):
    async def test_reads_good_values_in_si_in_the_order_asked(self, site: Site) -> None:
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

    async def test_check_passes_on_what_is_there_and_writes_nothing(self, site: Site) -> None:
        await site.a.connect()
        await site.a.check([site.room, site.setpoint, site.point("occupancy", "bool")])
        assert site.rig.our_setpoint() is None
        assert site.a.health().reachable

    async def test_no_points_are_no_call(self, site: Site) -> None:
        assert await site.a.read([], NOW_S) == []
        assert await site.a.write([]) == []
        assert await site.a.release([]) == []

    async def test_not_a_number_is_invalid(self, site: Site) -> None:
        await site.rig.set_room(math.nan)
        room, setpoint = await site.a.read([site.room, site.setpoint], NOW_S)
        assert (room.quality, room.value) == (Quality.INVALID, None)
        assert setpoint.quality is Quality.GOOD

    async def test_what_the_device_calls_faulty_is_a_fault(self, site: Site) -> None:
        await site.rig.set_fault()
        room, setpoint = await site.a.read([site.room, site.setpoint], NOW_S)
        assert (room.quality, room.value) == (Quality.FAULT, None)
        assert room.detail
        assert setpoint.quality is Quality.GOOD

    async def test_a_value_of_another_type_is_invalid_and_costs_only_itself(
        self, site: Site
    ) -> None:
        points = [site.room, site.point("garbled", "count"), site.setpoint]
        # Finding out which one spoils a batch may take the first reading's whole deadline.
        await site.a.read(points, NOW_S)
        readings = await site.a.read(points, NOW_S)
        assert [reading.quality for reading in readings] == [
            Quality.GOOD,
            Quality.INVALID,
            Quality.GOOD,
        ]
        assert readings[1].value is None
        assert readings[1].detail

    async def test_one_missing_point_costs_only_itself(self, site: Site) -> None:
        missing = site.point("missing", "degF")
        gone, room = await site.a.read([missing, site.room], NOW_S)
        assert (gone.quality, gone.value) == (Quality.FAULT, None)
        assert room.value == pytest.approx(22.0)

    async def test_check_names_device_and_point_that_are_missing(self, site: Site) -> None:
        with pytest.raises(DeviceError) as caught:
            await site.a.check([site.room, site.point("missing", "degF")])
        assert caught.value.where == "a a.missing"
