"""A weather forecast with a growing error, made from what will really come.

    T_k = mean of hour k from now + 1.5 K sqrt(h / 24 h) eta_T
    G_k = max(0, mean of hour k from now * (1 + 0.2 sqrt(h / 24 h) eta_G))

h is the middle of hour k. eta are standard normal first-order autoregressive sequences over the
hour of issue, drawn once a year from their own random stream. Within one issue all hours err the
same way: a front comes early or late.

What an agent sees are means over windows (:class:`ForecastWindows`). A window's forecast is

    T = mean of the window + 1.5 K g eta_T
    G = max(0, mean of the window * (1 + 0.2 g eta_G))

with g the mean of sqrt(h / 24 h) over the window's hours (WINDOW_GROWTH): for temperature exactly
the mean of the hours' forecasts, for irradiance close to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim_buildings.series import autoregressive
from sim_buildings.streams import STREAM_FORECAST, stream
from sim_buildings.sun_course import ROWS_PER_HOUR

Floats = NDArray[np.float64]

# Assumed, the order of a public day-ahead forecast's error.
TEMPERATURE_ERROR_K = 1.5
GHI_ERROR = 0.2
# Of one hour's error in the next hour's issue.
PERSISTENCE = 0.95
# Hours ahead, [from, to).
WINDOWS_H = ((0, 2), (2, 4), (4, 8), (8, 16), (16, 24))
PRICE_WINDOWS_H = ((0, 2), (2, 6))
WINDOW_GROWTH: tuple[float, ...] = tuple(
    sum(sqrt((k + 0.5) / 24.0) for k in range(start, end)) / (end - start)
    for start, end in WINDOWS_H
)


class ForecastWindows(NamedTuple):
    """True means over the windows ahead, from each row on."""

    outdoor_window_c: Floats
    """(R, 5), WINDOWS_H."""
    ghi_window_w_m2: Floats
    """(R, 5), WINDOWS_H."""


def forecast_windows(outdoor_c: Floats, ghi_w_m2: Floats) -> ForecastWindows:
    """The windows of a year of rows, (R,) each."""
    return ForecastWindows(
        window_means(outdoor_c, WINDOWS_H),
        # Differences of long sums leave a trace of dust at night.
        np.maximum(window_means(ghi_w_m2, WINDOWS_H), 0.0),
    )


def window_means(rows: Floats, windows_h: Sequence[tuple[int, int]]) -> Floats:
    """Means over [from, to) hours ahead of each row, (R, windows); the year closes on itself."""
    n = rows.size
    longest = max(end for _, end in windows_h) * ROWS_PER_HOUR
    total = np.concatenate([[0.0], np.cumsum(np.resize(rows, n + longest))])
    means = np.empty((n, len(windows_h)))
    for k, window in enumerate(windows_h):
        start, end = (hour * ROWS_PER_HOUR for hour in window)
        means[:, k] = (total[end : end + n] - total[start : start + n]) / (end - start)
    return means


def window_outdoor_c(truth_c: float, window: int, temperature_eta: float) -> float:
    """Forecast of a window's mean outdoor temperature [°C]; plain or compiled."""
    return truth_c + TEMPERATURE_ERROR_K * WINDOW_GROWTH[window] * temperature_eta


def window_ghi_w_m2(truth_w_m2: float, window: int, ghi_eta: float) -> float:
    """Forecast of a window's mean irradiance [W/m2]; plain or compiled."""
    return max(0.0, truth_w_m2 * (1.0 + GHI_ERROR * WINDOW_GROWTH[window] * ghi_eta))


def forecast_errors(hours: int, seed: int) -> tuple[Floats, Floats]:
    """(eta_T, eta_G) for each hour of issue, shape (hours,) each."""
    shocks = stream(seed, STREAM_FORECAST).standard_normal((2, hours))
    return autoregressive(shocks[0], PERSISTENCE), autoregressive(shocks[1], PERSISTENCE)


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
