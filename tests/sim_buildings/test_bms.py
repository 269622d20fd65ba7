"""What the BMS does by itself, as a table, and how an override replaces it."""

from __future__ import annotations

from math import inf, nan

import numpy as np
import pytest

from sim_buildings.bms import between, blend, bms_values, night_cycle, overridden
from sim_buildings.buffers import Buffers, make_buffers
from sim_buildings.building import Building, load_building
from sim_buildings.columns import (
    BLIND,
    COOLING,
    ENABLE,
    HANDLER_BMS,
    HANDLER_EFFECTIVE,
    HANDLER_OVERRIDE,
    HEATING,
    HW_ON,
    LIGHT,
    OUTDOOR_AIR,
    STATE_NIGHT_CYCLE,
    STATIC_PRESSURE,
    SUPPLY_AIR,
    X_HOUR,
    X_WORKDAY,
    Z_AIR,
    ZONE_BMS,
    ZONE_EFFECTIVE,
    ZONE_OVERRIDE,
)
from sim_buildings.parameters import parameters


def scan(
    building: Building, hour: float, workday: float, buffers: Buffers | None = None
) -> Buffers:
    """One scan of the BMS at this hour."""
    b = buffers or make_buffers(
        len(building.zones), len(building.air_handlers), len(building.azimuths_deg)
    )
    b.weather[0, X_HOUR], b.weather[0, X_WORKDAY] = hour, workday
    bms_values(parameters(building), b, b.weather[0])
    return b


@pytest.mark.parametrize(
    ("hour", "workday", "heating_c", "cooling_c", "light", "enable"),
    [
        (0.0, 1.0, 15.6, 29.4, 0.05, 0.0),
        (5.99, 1.0, 15.6, 29.4, 0.05, 0.0),
        (6.0, 1.0, 21.0, 24.0, 0.05, 1.0),
        (7.0, 1.0, 21.0, 24.0, 1.0, 1.0),
        (18.99, 1.0, 21.0, 24.0, 1.0, 1.0),
        (19.0, 1.0, 21.0, 24.0, 0.05, 1.0),
        (19.99, 1.0, 21.0, 24.0, 0.05, 1.0),
        (20.0, 1.0, 15.6, 29.4, 0.05, 0.0),
        (12.0, 0.0, 15.6, 29.4, 0.05, 0.0),
    ],
)
def test_the_week(
    building: Building, hour: float, workday: float, heating_c: float, cooling_c: float,
    light: float, enable: float,
) -> None:  # fmt: skip
    b = scan(building, hour, workday)
    zones, handler = b.zones, b.handlers[0]
    for first in (ZONE_BMS, ZONE_EFFECTIVE):
        assert (zones[:, first + HEATING] == heating_c).all()
        assert (zones[:, first + COOLING] == cooling_c).all()
        assert (zones[:, first + BLIND] == 0.0).all()
        assert (zones[:, first + LIGHT] == light).all()
    design = building.design_outdoor_air_m3_s(building.air_handlers[0])
    for first in (HANDLER_BMS, HANDLER_EFFECTIVE):
        assert handler[first + ENABLE] == enable
        assert handler[first + SUPPLY_AIR] == 12.8
        assert handler[first + STATIC_PRESSURE] == 250.0
        assert handler[first + OUTDOOR_AIR] == (design if enable else 0.0)
    assert handler[HW_ON] == enable


def test_a_day_that_is_always_open() -> None:
    house = load_building("house")
    for hour in (0.0, 3.0, 23.99):
        assert scan(house, hour, 1.0).handlers[0, HANDLER_BMS + ENABLE] == 1.0


def test_design_outdoor_air_is_62_1(building: Building) -> None:
    area_m2 = building.area_m2
    assert area_m2 == pytest.approx(27.69 * 18.46, rel=1e-3)
    assert building.design_outdoor_air_m3_s(building.air_handlers[0]) == pytest.approx(
        0.0025 * area_m2 / 18.58 + 0.0003 * area_m2
    )


@pytest.mark.parametrize(
    ("running", "coldest_c", "warmest_c", "expected"),
    [
        (0.0, 14.7, 20.0, (0.0, 0.0)),
        (0.0, 14.6, 20.0, (0.0, 0.0)),
        (0.0, 14.5, 20.0, (1.0, 1.0)),
        (1.0, 16.5, 20.0, (1.0, 1.0)),
        (1.0, 16.7, 20.0, (0.0, 0.0)),
        (0.0, 20.0, 30.3, (0.0, 0.0)),
        (0.0, 20.0, 30.5, (1.0, 0.0)),
        (1.0, 20.0, 28.5, (1.0, 0.0)),
        (1.0, 20.0, 28.3, (0.0, 0.0)),
        (0.0, 10.0, 35.0, (1.0, 1.0)),
    ],
)
def test_the_night_cycle_has_hysteresis(
    running: float, coldest_c: float, warmest_c: float, expected: tuple[float, float]
) -> None:
    assert night_cycle(running, coldest_c, warmest_c, 15.6, 29.4, 1.0) == expected


def test_the_night_cycle_warms_with_warm_air_and_forgets_by_day(building: Building) -> None:
    b = scan(building, 3.0, 1.0)
    assert b.handlers[0, STATE_NIGHT_CYCLE] == 0.0
    b.zones[0, Z_AIR] = 13.0
    scan(building, 3.0, 1.0, b)
    own = b.handlers[0, HANDLER_BMS : HANDLER_BMS + 4]
    assert own[ENABLE] == 1.0
    assert own[SUPPLY_AIR] == 35.0
    assert own[OUTDOOR_AIR] == 0.0
    assert b.handlers[0, STATE_NIGHT_CYCLE] == 1.0
    scan(building, 8.0, 1.0, b)
    assert own[SUPPLY_AIR] == 12.8
    assert b.handlers[0, STATE_NIGHT_CYCLE] == 0.0


def test_a_night_cycle_with_cold_and_warm_rooms_heats(building: Building) -> None:
    b = scan(building, 3.0, 1.0)
    b.zones[0, Z_AIR], b.zones[1, Z_AIR] = 13.0, 33.0
    scan(building, 3.0, 1.0, b)
    assert b.handlers[0, HANDLER_BMS + SUPPLY_AIR] == 35.0


def test_each_air_handler_looks_at_its_own_zones() -> None:
    office = load_building("medium_office")
    b = scan(office, 3.0, 1.0)
    cold = next(z for z, zone in enumerate(office.zones) if zone.air_handler == "ahu2")
    b.zones[cold, Z_AIR] = 12.0
    scan(office, 3.0, 1.0, b)
    assert b.handlers[:, HANDLER_BMS + ENABLE].tolist() == [0.0, 1.0, 0.0]
    assert b.handlers[:, STATE_NIGHT_CYCLE].tolist() == [0.0, 1.0, 0.0]


def test_an_override_replaces_and_nan_leaves(building: Building) -> None:
    b = scan(building, 12.0, 1.0)
    b.zones[:3, ZONE_OVERRIDE : ZONE_OVERRIDE + 4] = [
        [19.0, nan, 0.5, nan],
        [-99.0, 99.0, 2.0, -1.0],
        [inf, -inf, inf, -inf],
    ]
    b.handlers[0, HANDLER_OVERRIDE : HANDLER_OVERRIDE + 4] = [nan, 16.0, 1e6, -1.0]
    scan(building, 12.0, 1.0, b)
    in_force = b.zones[:, ZONE_EFFECTIVE : ZONE_EFFECTIVE + 4].tolist()
    assert in_force[0] == [19.0, 24.0, 0.5, 1.0]
    assert in_force[1] == [5.0, 45.0, 1.0, 0.0]
    assert in_force[2] == [45.0, 5.0, 1.0, 0.0]
    assert in_force[3] == [21.0, 24.0, 0.0, 1.0]
    assert b.zones[0, ZONE_BMS : ZONE_BMS + 4].tolist() == [21.0, 24.0, 0.0, 1.0]
    handler = b.handlers[0, HANDLER_EFFECTIVE : HANDLER_EFFECTIVE + 4].tolist()
    assert handler == [1.0, 16.0, 500.0, 0.0]
    b.handlers[0, HANDLER_OVERRIDE : HANDLER_OVERRIDE + 4] = [0.5, 99.0, -1.0, 1e6]
    scan(building, 12.0, 1.0, b)
    most_m3_s = building.design_airflow_m3_s(building.air_handlers[0])
    handler = b.handlers[0, HANDLER_EFFECTIVE : HANDLER_EFFECTIVE + 4].tolist()
    assert handler == [0.5, 45.0, 0.0, most_m3_s]
    # Half is off.
    assert b.handlers[0, HW_ON] == 0.0


def test_choices_are_exact() -> None:
    assert between(6.0, 6.0, 20.0) == 1.0
    assert between(20.0, 6.0, 20.0) == 0.0
    for one, other in ((0.1, 0.3), (1e-300, 1e300)):
        assert blend(1.0, one, other) == one
        assert blend(0.0, one, other) == other
    assert overridden(7.0, nan, 5.0, 45.0) == 7.0
    assert overridden(7.0, 5.0, 5.0, 45.0) == 5.0
    assert np.isnan(overridden(nan, nan, 0.0, 1.0))
