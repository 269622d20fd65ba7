"""Every commanded point by its effect on the building, and readings that repeat."""

from __future__ import annotations

from datetime import date
from math import nan

import numpy as np
import pytest

from hvac_rl.safety.values import AirHandlerWish, ZoneWish
from sim_buildings.energyplus.plant import EnergyPlusPlant, PlantReadings

WINTER, SUMMER, HOT = date(2026, 1, 13), date(2026, 7, 14), date(2026, 7, 20)
FREE = ZoneWish(nan, nan, nan, nan)
FREE_HANDLER = AirHandlerWish(nan, nan, nan, nan)
SOUTH, EAST = 1, 2
NOON, NIGHT = 48, 8

# How the small office's further variables are called here.
LIGHTS_W, SUN_W, FAN_W, NEXT_FAN_W, OUTDOOR_AIR_KG_S = range(5)


def run(
    plant: EnergyPlusPlant,
    day: date,
    zone: ZoneWish = FREE,
    handler: AirHandlerWish = FREE_HANDLER,
    *,
    only: int | None = None,
    steps: int = 96,
) -> list[PlantReadings]:
    """A day under one command for all zones and handlers, or for one of each only."""
    zones = [zone if only in (None, k) else FREE for k in range(len(plant.mapping.zones))]
    handlers = [
        handler if only in (None, k) else FREE_HANDLER
        for k in range(len(plant.mapping.air_handlers))
    ]
    plant.start(day, 1)
    return [plant.step(zones, handlers) for _ in range(steps)]


def one_more(
    plant: EnergyPlusPlant, zone: ZoneWish, only: int, handler: AirHandlerWish = FREE_HANDLER
) -> PlantReadings:
    """A further quarter hour under a command for one zone and one handler only."""
    zones = [zone if k == only else FREE for k in range(len(plant.mapping.zones))]
    handlers = [
        handler if k == only else FREE_HANDLER for k in range(len(plant.mapping.air_handlers))
    ]
    return plant.step(zones, handlers)


def test_a_setpoint_moves_the_air(small_office: EnergyPlusPlant) -> None:
    cool = run(small_office, WINTER, FREE._replace(heating_c=17.0, cooling_c=27.0))
    warm = run(small_office, WINTER, FREE._replace(heating_c=23.0, cooling_c=27.0))
    assert warm[NOON].zones[0].air_c == pytest.approx(23.0, abs=0.3)
    assert warm[NIGHT].zones[0].air_c > cool[NIGHT].zones[0].air_c + 2.0
    gas = [sum(r.gas_power_w for r in day) for day in (cool, warm)]
    assert gas[1] > 1.5 * gas[0]


def test_setpoints_that_cross_are_parted(small_office: EnergyPlusPlant) -> None:
    """The engine would stop for good."""
    day = run(small_office, SUMMER, FREE._replace(heating_c=25.0, cooling_c=22.0), steps=NOON)
    assert day[-1].zones[0].air_c == pytest.approx(22.0, abs=0.3)


def test_the_light_level_is_the_lights_power(small_office: EnergyPlusPlant) -> None:
    full_w = 10.76 * small_office.mapping.zones[SOUTH].area_m2
    before = run(small_office, SUMMER, only=SOUTH, steps=NIGHT)[-1]
    dark, half, full = (
        one_more(small_office, FREE._replace(light=level), SOUTH) for level in (0.0, 0.5, 1.0)
    )
    assert [reading.extra[LIGHTS_W] for reading in (dark, half, full)] == pytest.approx(
        [0.0, 0.5 * full_w, full_w], rel=1e-3
    )
    assert full.electric_power_w - dark.electric_power_w == pytest.approx(full_w, rel=0.1)
    free = one_more(small_office, FREE, SOUTH)
    assert free.extra[LIGHTS_W] == before.extra[LIGHTS_W] != full.extra[LIGHTS_W]


def test_blinds_keep_sun_and_daylight_out(small_office: EnergyPlusPlant) -> None:
    run(small_office, SUMMER, steps=4 * 8)
    sun, lux = [], []
    # Twice, so that the sun's own course cannot feign it.
    for blind in (0.0, 0.5, 1.0, 0.0):
        reading = one_more(small_office, FREE._replace(blind=blind), EAST)
        sun.append(reading.extra[SUN_W])
        lux.append(reading.zones[EAST].daylight_lux)
    for values in (sun, lux):
        opened = min(values[0], values[3])
        assert 0.45 * opened < values[1] < 0.75 * opened
        assert 0.05 * opened < values[2] < 0.4 * opened


def test_a_packaged_unit_runs_and_rests(small_office: EnergyPlusPlant) -> None:
    on, off = FREE_HANDLER._replace(enable=1.0), FREE_HANDLER._replace(enable=0.0)
    night = run(small_office, SUMMER, handler=on, only=SOUTH, steps=NIGHT)
    # The neighbour's unit is left to the model, which rests at night.
    assert all(r.extra[FAN_W] > 0.0 == r.extra[NEXT_FAN_W] for r in night)
    noon = [one_more(small_office, FREE, SOUTH, off) for _ in range(NOON - NIGHT)]
    assert all(r.extra[FAN_W] == 0.0 for r in noon)
    assert noon[-1].extra[NEXT_FAN_W] > 0.0
    own = one_more(small_office, FREE, SOUTH)
    assert own.extra[FAN_W] > 0.0


def test_outdoor_air_of_a_packaged_unit(small_office: EnergyPlusPlant) -> None:
    design_m3_s = small_office.mapping.air_handlers[SOUTH].design_outdoor_air_m3_s
    none, half = (
        run(
            small_office,
            SUMMER,
            handler=AirHandlerWish(1.0, nan, nan, share * design_m3_s),
            only=SOUTH,
            steps=60,
        )
        for share in (0.0, 0.5)
    )
    flows = [day[-1].extra[OUTDOOR_AIR_KG_S] for day in (none, half)]
    assert flows == pytest.approx([0.0, 0.6 * design_m3_s], rel=0.05)
    co2 = [day[-1].zones[SOUTH].co2_ppm for day in (none, half)]
    assert co2[0] > co2[1] + 200.0


def test_supply_air_and_outdoor_air_of_one_vav_loop(medium_office: EnergyPlusPlant) -> None:
    design_m3_s = medium_office.mapping.air_handlers[0].design_outdoor_air_m3_s
    low = AirHandlerWish(1.0, 12.5, nan, 0.0)
    high = AirHandlerWish(1.0, 17.0, nan, design_m3_s)
    # Warmer than the air that returns: the economiser rests.
    cold = run(medium_office, HOT, handler=low, only=0, steps=4 * 15)[-1]
    mild = run(medium_office, HOT, handler=high, only=0, steps=4 * 15)[-1]
    assert cold.outdoor_c > 28.0
    supply_c, flow_kg_s = (cold.extra[0], mild.extra[0]), (cold.extra[2], mild.extra[2])
    assert supply_c == pytest.approx((12.5, 17.0), abs=0.3)
    assert flow_kg_s == pytest.approx((0.0, 1.2 * design_m3_s), rel=0.05)
    assert cold.zones[0].co2_ppm > mild.zones[0].co2_ppm + 200.0
    # The second loop shared a schedule with the first one in the model, and is left alone.
    assert cold.extra[1] == pytest.approx(12.8, abs=0.3)
    assert cold.extra[1] == pytest.approx(mild.extra[1], abs=0.2)
    assert cold.extra[3] > 0.5 * design_m3_s


def test_a_vav_loop_runs_and_rests(medium_office: EnergyPlusPlant) -> None:
    on, off = FREE_HANDLER._replace(enable=1.0), FREE_HANDLER._replace(enable=0.0)
    night = run(medium_office, SUMMER, handler=on, only=1, steps=NIGHT)[-1]
    assert night.extra[4] > 0.0 == night.extra[5]
    noon = [one_more(medium_office, FREE, 1, off) for _ in range(NOON - NIGHT)][-1]
    assert noon.extra[4] == 0.0 < noon.extra[5]


def test_readings_are_those_of_a_day(small_office: EnergyPlusPlant) -> None:
    day = run(small_office, SUMMER)
    noon, night = day[NOON], day[NIGHT]
    assert [z.people > 0.0 for z in noon.zones] == [True] * 5
    assert [z.people for z in night.zones] == [0.0] * 5
    assert noon.ghi_w_m2 > 300.0
    assert night.ghi_w_m2 == 0.0
    assert noon.zones[0].daylight_lux == noon.zones[0].facade_w_m2 == 0.0
    assert all(z.facade_w_m2 > 50.0 and z.daylight_lux > 10.0 for z in noon.zones[1:])
    morning, evening = day[4 * 9].zones, day[4 * 17].zones
    west = 4
    assert morning[EAST].facade_w_m2 > morning[west].facade_w_m2
    assert evening[west].facade_w_m2 > evening[EAST].facade_w_m2
    assert noon.electric_power_w > night.electric_power_w > 1000.0


def test_a_run_repeats_bitwise(small_office: EnergyPlusPlant) -> None:
    """Also after a run that was stopped half way; and over the turn of the year."""
    first = date(2025, 12, 31)
    wish = ZoneWish(21.0, 24.0, 0.75, 0.5)
    zones, handlers = [wish] * 5, [AirHandlerWish(1.0, nan, nan, 0.05)] * 5

    def readings_of(steps: int) -> list[PlantReadings]:
        return [small_office.start(first, 2)] + [
            small_office.step(zones, handlers) for _ in range(steps)
        ]

    whole = readings_of(192)
    assert readings_of(50) == whole[:51]
    assert readings_of(192) == whole
    assert np.isfinite([z for reading in whole for z in reading.zones]).all()


def test_the_models_holidays_are_the_mappings(small_office: EnergyPlusPlant) -> None:
    # Juneteenth, a Friday in 2026, was no holiday to the model.
    small_office.start(date(2026, 6, 18), 2)
    day = [one_more(small_office, FREE, SOUTH) for _ in range(96 + NOON)]
    assert sum(zone.people for zone in day[NOON].zones) > 10.0
    assert sum(zone.people for zone in day[96 + NOON - 1].zones) < 2.0
