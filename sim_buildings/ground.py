"""The undisturbed ground beside a building.

Kusuda and Achenbach 1965, Earth temperature and thermal diffusivity at selected stations in the
United States (ASHRAE Transactions 71(1)), with the air's yearly mean, amplitude and phase in place
of the surface's.
"""

from __future__ import annotations

from math import exp, pi, sqrt

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Assumed: shallow ground, as a slab's edge meets it, and a common moist soil (0.025 ft2/h).
DEPTH_M = 1.0
DIFFUSIVITY_M2_S = 6.45e-7
SECONDS_PER_DAY = 86_400.0


def ground_c(outdoor_c: Floats, rows_per_day: int, depth_m: float = DEPTH_M) -> Floats:
    """Ground temperature [°C] at ``depth_m`` in every row of a year of outdoor air.

    The wave of a year, damped and delayed: T = T_m + A exp(-z/d) cos(w t - phase - z/d), with the
    damping depth d = sqrt(2 diffusivity / w).
    """
    n = outdoor_c.size
    year_s = n / rows_per_day * SECONDS_PER_DAY
    turn = 2.0 * pi * (np.arange(n) + 0.5) / n
    mean = float(outdoor_c.mean())
    cosine = float(2.0 * np.mean((outdoor_c - mean) * np.cos(turn)))
    sine = float(2.0 * np.mean((outdoor_c - mean) * np.sin(turn)))
    delay = depth_m / sqrt(2.0 * DIFFUSIVITY_M2_S / (2.0 * pi / year_s))
    damped = exp(-delay)
    ground: Floats = mean + damped * (cosine * np.cos(turn - delay) + sine * np.sin(turn - delay))
    return ground
