"""The sky's and the ground's temperatures."""

from __future__ import annotations

from math import exp, pi, sqrt

import numpy as np
import pytest

from sim_buildings.ground import DIFFUSIVITY_M2_S, ground_c
from sim_buildings.outdoor_moisture import saturation_pressure_pa
from sim_buildings.sky import STEFAN_BOLTZMANN_W_M2_K4, sky_from_clouds_c, sky_from_infrared_c


def test_the_worked_example_of_a_clear_sky() -> None:
    """Air of 293 K with a dew point of 283 K under a clear sky: 340.6 W/m2 (EnergyPlus's authors'
    example for their formula).
    """
    humidity = saturation_pressure_pa(np.array([9.85])) / saturation_pressure_pa(np.array([19.85]))
    sky_c = sky_from_clouds_c(np.array([19.85]), humidity, np.zeros(1))
    infrared = STEFAN_BOLTZMANN_W_M2_K4 * (sky_c + 273.15) ** 4
    assert infrared[0] == pytest.approx(340.6, abs=0.5)
    assert sky_from_infrared_c(infrared) == pytest.approx(sky_c)


def test_clouds_warm_the_sky() -> None:
    air_c, humidity = np.full(11, 10.0), np.full(11, 0.7)
    sky_c = sky_from_clouds_c(air_c, humidity, np.arange(11.0))
    assert (np.diff(sky_c) > 0.0).all()
    assert sky_c[0] < -5.0
    assert 3.0 < sky_c[10] <= 10.0


def test_the_ground_is_a_damped_and_late_copy_of_the_year() -> None:
    days = 365
    turn = 2.0 * pi * (np.arange(days * 24) + 0.5) / (days * 24)
    outdoor = 12.0 - 10.0 * np.cos(turn - 0.3)
    depth_m = 1.5
    wave = depth_m / sqrt(2.0 * DIFFUSIVITY_M2_S * days * 86_400.0 / (2.0 * pi))
    ground = ground_c(outdoor, 24, depth_m)
    assert ground == pytest.approx(12.0 - 10.0 * exp(-wave) * np.cos(turn - 0.3 - wave), abs=1e-6)
    assert ground_c(outdoor, 24, 0.0) == pytest.approx(outdoor, abs=1e-6)
    assert ground_c(outdoor, 24, 30.0) == pytest.approx(12.0, abs=1e-3)
