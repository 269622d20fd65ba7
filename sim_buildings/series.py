"""Random series that remember."""

from __future__ import annotations

from math import sqrt

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def autoregressive(shocks: Floats, persistence: float) -> Floats:
    """First order: standard normal ``shocks`` (n,) to a standard normal series with memory.

    ``persistence``: correlation of an element with the next, -1 .. 1.
    """
    values = shocks.copy()
    fresh = sqrt(1.0 - persistence * persistence)
    for k in range(1, values.size):
        values[k] = persistence * values[k - 1] + fresh * shocks[k]
    return values
