"""What the BMS does by itself, as a table, and how an override replaces it."""

from __future__ import annotations

import numpy as np
import pytest

from sim_buildings.bms import bms_values, merge, night_cycle
from sim_buildings.buffers import make_buffers
from sim_buildings.building import Building
from sim_buildings.columns import (
    BLIND,
    COOLING,
    ENABLE,
    HEATING,
    LIGHT,
    OUTDOOR_AIR,
    STATE_AIR,
    STATE_NIGHT_CYCLE,
    STATIC_PRESSURE,
    SUPPLY_AIR,
)
from sim_buildings.parameters import parameters


@pytest.mark.parametrize(
    ("hour", "workday", "heating_c", "cooling_c", "light", "enable", "outdoor"),
    [
        (5.99, True, 15.6, 29.4, 0.05, 0.0, False),
        (6.0, True, 21.0, 24.0, 0.05, 1.0, True),
        (7.0, True, 21.0, 24.0, 1.0, 1.0, True),
        (18.99, True, 21.0, 24.0, 1.0, 1.0, True),
        (19.0, True, 21.0, 24.0, 0.05, 1.0, True),
        (20.0, True, 15.6, 29.4, 0.05, 0.0, False),
        (12.0, False, 15.6, 29.4, 0.05, 0.0, False),
    ],
)
def test_the_week(
    building: Building, hour: float, workday: bool, heating_c: float, cooling_c: float,
    light: float, enable: float, outdoor: bool,
) -> None:  # fmt: skip
    params, b = parameters(building), make_buffers(len(building.zones))
    bms_values(hour, workday, b.zone_state, b.handler_state, params.bms, b.zone_bms, b.handler_bms)
    assert (b.zone_bms[:, HEATING] == heating_c).all()
    assert (b.zone_bms[:, COOLING] == cooling_c).all()
    assert (b.zone_bms[:, BLIND] == 0.0).all()
    assert (b.zone_bms[:, LIGHT] == light).all()
    assert b.handler_bms[ENABLE] == enable
    assert b.handler_bms[SUPPLY_AIR] == 12.8
    assert b.handler_bms[STATIC_PRESSURE] == 250.0
    design = building.design_outdoor_air_m3_s if outdoor else 0.0
    assert b.handler_bms[OUTDOOR_AIR] == design


def test_design_outdoor_air_is_62_1(building: Building) -> None:
    area_m2 = building.area_m2
    assert area_m2 == pytest.approx(27.69 * 18.46, rel=1e-3)
    assert building.design_outdoor_air_m3_s == pytest.approx(
        0.0025 * area_m2 / 18.58 + 0.0003 * area_m2
    )


@pytest.mark.parametrize(
    ("running", "coldest_c", "warmest_c", "expected"),
    [
        (0.0, 14.7, 20.0, (0.0, 0.0)),
        (0.0, 14.5, 20.0, (1.0, 1.0)),
        (1.0, 15.7, 20.0, (1.0, 1.0)),
        (1.0, 16.7, 20.0, (0.0, 0.0)),
        (0.0, 20.0, 30.3, (0.0, 0.0)),
        (0.0, 20.0, 30.5, (1.0, 0.0)),
        (1.0, 20.0, 28.5, (1.0, 0.0)),
        (1.0, 20.0, 28.3, (0.0, 0.0)),
    ],
)
def test_the_night_cycle_has_hysteresis(
    building: Building,
    running: float,
    coldest_c: float,
    warmest_c: float,
    expected: tuple[float, float],
) -> None:
    assert night_cycle(running, coldest_c, warmest_c, parameters(building).bms) == expected


def test_the_night_cycle_warms_with_warm_air_and_forgets_by_day(building: Building) -> None:
    params, b = parameters(building), make_buffers(len(building.zones))
    b.zone_state[0, STATE_AIR] = 13.0
    bms_values(3.0, True, b.zone_state, b.handler_state, params.bms, b.zone_bms, b.handler_bms)
    assert b.handler_bms[ENABLE] == 1.0
    assert b.handler_bms[SUPPLY_AIR] == 35.0
    assert b.handler_bms[OUTDOOR_AIR] == 0.0
    assert b.handler_state[STATE_NIGHT_CYCLE] == 1.0
    bms_values(8.0, True, b.zone_state, b.handler_state, params.bms, b.zone_bms, b.handler_bms)
    assert b.handler_bms[SUPPLY_AIR] == 12.8
    assert b.handler_state[STATE_NIGHT_CYCLE] == 0.0


def test_an_override_replaces_and_nan_leaves(building: Building) -> None:
    params, b = parameters(building), make_buffers(len(building.zones))
    b.zone_bms[:] = [21.0, 24.0, 0.0, 1.0]
    b.handler_bms[:] = [1.0, 12.8, 250.0, 0.2]
    b.zone_override[0] = [19.0, np.nan, 0.5, np.nan]
    b.zone_override[1] = [-99.0, 99.0, 2.0, -1.0]
    b.handler_override[:] = [np.nan, 16.0, 1e6, -1.0]
    merge(
        b.zone_bms,
        b.handler_bms,
        b.zone_override,
        b.handler_override,
        params.handler,
        b.zone_effective,
        b.handler_effective,
    )
    assert b.zone_effective[0].tolist() == [19.0, 24.0, 0.5, 1.0]
    assert b.zone_effective[1].tolist() == [5.0, 45.0, 1.0, 0.0]
    assert b.zone_effective[2].tolist() == [21.0, 24.0, 0.0, 1.0]
    assert b.handler_effective.tolist() == [1.0, 16.0, 500.0, 0.0]
