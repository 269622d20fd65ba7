"""Outdoor air against the tables of the handbook."""

from __future__ import annotations

import numpy as np
import pytest

from sim_buildings.air import AIR_HEAT_J_M3_K
from sim_buildings.outdoor_moisture import (
    air_heat_j_m3_k,
    dew_point_c,
    humidity_ratio_kg_kg,
    saturation_pressure_pa,
    standard_pressure_pa,
)


def test_saturation_pressure() -> None:
    """ASHRAE Handbook Fundamentals 2017, chapter 1, table 3."""
    air_c = np.array([-20.0, 0.0, 20.0, 40.0])
    table_pa = [103.24, 611.2, 2339.0, 7384.0]
    assert saturation_pressure_pa(air_c) == pytest.approx(table_pa, rel=5e-4)


def test_humidity_ratio_by_hand() -> None:
    # 0.621945 x 1169.4 / (101325 - 1169.4)
    ratio = humidity_ratio_kg_kg(np.array([20.0]), np.array([0.5]), np.array([101_325.0]))
    assert ratio[0] == pytest.approx(0.007262, rel=1e-3)
    thin = humidity_ratio_kg_kg(np.array([20.0]), np.array([0.5]), np.array([80_000.0]))
    assert thin[0] > ratio[0]


def test_the_dew_point_is_where_the_air_is_saturated() -> None:
    air_c, humidity = np.array([30.0, 20.0, 5.0, -10.0]), np.array([0.9, 0.5, 0.3, 0.6])
    dew_c = dew_point_c(air_c, humidity)
    assert saturation_pressure_pa(dew_c) == pytest.approx(
        humidity * saturation_pressure_pa(air_c), rel=1e-3
    )
    assert dew_point_c(air_c, np.ones(4)) == pytest.approx(air_c, abs=0.01)
    assert np.isfinite(dew_point_c(air_c, np.zeros(4))).all()


def test_air_is_thinner_higher_up() -> None:
    assert standard_pressure_pa(0.0) == 101_325.0
    assert standard_pressure_pa(1000.0) == pytest.approx(89_875.0, rel=1e-4)  # table 1
    assert air_heat_j_m3_k(101_325.0) == AIR_HEAT_J_M3_K
    assert air_heat_j_m3_k(80_000.0) == pytest.approx(0.79 * AIR_HEAT_J_M3_K, rel=1e-3)
