"""Outdoor air: vapour, dew point, pressure and heat capacity.

ASHRAE Handbook Fundamentals 2017, chapter 1: equations 3 (standard atmosphere), 5 and 6 (saturation
pressure over ice and water, Hyland and Wexler 1983), 20 (humidity ratio).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim_buildings.air import AIR_HEAT_J_M3_K

Floats = NDArray[np.float64]

KELVIN = 273.15
STANDARD_PRESSURE_PA = 101_325.0
# Molar mass of water over that of dry air.
MASS_RATIO = 0.621945
# Of a reading of zero, whose logarithm has no dew point.
LEAST_RELATIVE_HUMIDITY = 0.01

_ICE = (-5.6745359e3, 6.3925247, -9.677843e-3, 6.2215701e-7, 2.0747825e-9, -9.484024e-13, 4.1635019)
_WATER = (-5.8002206e3, 1.3914993, -4.8640239e-2, 4.1764768e-5, -1.4452093e-8, 6.5459673)
_TABLE_C = np.arange(-100.0, 80.0, 0.05)


def saturation_pressure_pa(air_c: Floats) -> Floats:
    """Vapour pressure of saturated air [Pa], over ice below 0 °C."""
    t = np.asarray(air_c, dtype=np.float64) + KELVIN
    log_t = np.log(t)
    a, b, c, d, e, f, g = _ICE
    ice = a / t + b + t * (c + t * (d + t * (e + t * f))) + g * log_t
    a, b, c, d, e, g = _WATER
    water = a / t + b + t * (c + t * (d + t * e)) + g * log_t
    pressure: Floats = np.exp(np.where(t < KELVIN, ice, water))
    return pressure


def humidity_ratio_kg_kg(air_c: Floats, relative_humidity: Floats, pressure_pa: Floats) -> Floats:
    """Water over dry air [kg/kg]; ``relative_humidity`` 0 .. 1."""
    vapour_pa = relative_humidity * saturation_pressure_pa(air_c)
    ratio: Floats = MASS_RATIO * vapour_pa / (pressure_pa - vapour_pa)
    return ratio


def dew_point_c(air_c: Floats, relative_humidity: Floats) -> Floats:
    """Temperature at which the air's vapour would saturate it [°C], within 0.01 K."""
    humidity = np.maximum(relative_humidity, LEAST_RELATIVE_HUMIDITY)
    log_pa = np.log(humidity * saturation_pressure_pa(air_c))
    dew: Floats = np.interp(log_pa, np.log(saturation_pressure_pa(_TABLE_C)), _TABLE_C)
    return dew


def standard_pressure_pa(altitude_m: float) -> float:
    """Mean pressure at a height above the sea [Pa]."""
    return float(STANDARD_PRESSURE_PA * (1.0 - 2.25577e-5 * altitude_m) ** 5.2559)


def air_heat_j_m3_k(pressure_pa: float) -> float:
    """Heat capacity of a volume of air at 20 °C and ``pressure_pa`` [J/(m3 K)]."""
    return AIR_HEAT_J_M3_K * pressure_pa / STANDARD_PRESSURE_PA
