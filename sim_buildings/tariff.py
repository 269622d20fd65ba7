"""What electricity costs and what its generation emits, hour by hour.

Both profiles are assumptions, not those of a particular utility or grid.
"""

from __future__ import annotations

# $/kWh by local hour. Assumed: a commercial time-of-use tariff with an afternoon and evening peak
# on workdays; nights and other days are off-peak.
OFF_PEAK, MID_PEAK, ON_PEAK = 0.14, 0.25, 0.45
WORKDAY_PRICE: tuple[float, ...] = (
    (OFF_PEAK,) * 7 + (MID_PEAK,) * 7 + (ON_PEAK,) * 6 + (MID_PEAK,) * 2 + (OFF_PEAK,) * 2
)
OTHER_PRICE: tuple[float, ...] = (OFF_PEAK,) * 24

# kg CO2/kWh by local hour. Assumed: a gas-led grid with solar at noon and its peak in the evening.
CARBON: tuple[float, ...] = (
    0.38, 0.37, 0.36, 0.36, 0.36, 0.37, 0.39, 0.39, 0.36, 0.33, 0.31, 0.30,
    0.29, 0.29, 0.30, 0.32, 0.35, 0.39, 0.43, 0.44, 0.43, 0.42, 0.40, 0.39,
)  # fmt: skip
