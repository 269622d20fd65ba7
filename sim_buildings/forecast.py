"""A weather forecast with a growing error, made from what will really come.

    T_k = mean of hour k from now + 1.5 K sqrt(h / 24 h) eta_T
    G_k = max(0, mean of hour k from now * (1 + 0.2 sqrt(h / 24 h) eta_G))

h is the middle of hour k. eta are standard normal first-order autoregressive sequences over the
hour of issue, drawn once a year from their own random stream.
"""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import NDArray

from sim_buildings.occupancy import STREAM_FORECAST
from sim_buildings.weather import ROWS_PER_HOUR

Floats = NDArray[np.float64]

# Assumed, the order of a public day-ahead forecast's error.
TEMPERATURE_ERROR_K = 1.5
GHI_ERROR = 0.2
# Of one hour's error in the next hour's issue.
PERSISTENCE = 0.95


def forecast_errors(hours: int, seed: int) -> tuple[Floats, Floats]:
    """(eta_T, eta_G) for each hour of issue, shape (hours,) each."""
    key = np.random.SeedSequence(seed, spawn_key=(STREAM_FORECAST,))
    shocks = np.random.Generator(np.random.PCG64(key)).standard_normal((2, hours))
    eta = np.empty((2, hours))
    eta[:, 0] = shocks[:, 0]
    fresh = sqrt(1.0 - PERSISTENCE * PERSISTENCE)
    for k in range(1, hours):
        eta[:, k] = PERSISTENCE * eta[:, k - 1] + fresh * shocks[:, k]
    return np.ascontiguousarray(eta[0]), np.ascontiguousarray(eta[1])


def next_hour_mean(rows: Floats) -> Floats:
    """For each row the mean of itself and the eleven that follow; the year closes on itself."""
    wrapped = np.concatenate([rows, rows[: ROWS_PER_HOUR - 1]])
    windows = np.lib.stride_tricks.sliding_window_view(wrapped, ROWS_PER_HOUR)
    return np.ascontiguousarray(windows.mean(axis=1))


def fill_forecast(
    row: int,
    outdoor_hour_c: Floats,
    ghi_hour_w_m2: Floats,
    temperature_eta: Floats,
    ghi_eta: Floats,
    outdoor_c: Floats,
    ghi_w_m2: Floats,
) -> None:
    """Fill ``outdoor_c`` and ``ghi_w_m2``, hourly means from ``row`` on, as far as they are long.

    ``outdoor_hour_c``, ``ghi_hour_w_m2``: :func:`next_hour_mean` of the truth.
    """
    n = outdoor_hour_c.shape[0]
    issue = row // ROWS_PER_HOUR
    for k in range(outdoor_c.shape[0]):
        at = (row + k * ROWS_PER_HOUR) % n
        growth = sqrt((k + 0.5) / 24.0)
        outdoor_c[k] = outdoor_hour_c[at] + TEMPERATURE_ERROR_K * growth * temperature_eta[issue]
        ghi = ghi_hour_w_m2[at] * (1.0 + GHI_ERROR * growth * ghi_eta[issue])
        ghi_w_m2[k] = ghi if ghi > 0.0 else 0.0
