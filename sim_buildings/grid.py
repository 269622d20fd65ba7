"""What the generation of electricity emits, by named grids.

All figures are assumptions, not those of a particular grid.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hvac_rl.errors import ConfigError
from sim_buildings.series import autoregressive
from sim_buildings.streams import STREAM_CARBON, stream
from sim_buildings.sun_course import ROWS_PER_DAY, ROWS_PER_HOUR
from sim_buildings.tariff import CARBON, TariffFacts, net_load

Floats = NDArray[np.float64]

# Of the varying grid, kg CO2/kWh.
SUNNY_DROP = 0.12
"""Less at 1000 W/m2 than under a mean sky at that hour."""
LOAD_RISE = 0.02
"""More for each standard deviation of net load: the dirtier plants run last."""
DAY_SPREAD = 0.03
DAY_PERSISTENCE = 0.7
"""Wind and imports: the same direction for days."""
LEAST, MOST = 0.05, 0.8


def daily_profile(facts: TariffFacts) -> Floats:
    """The same 24 hours every day, (R,)."""
    return np.repeat(np.tile(CARBON, facts.workday.size), ROWS_PER_HOUR)


def varying(facts: TariffFacts) -> Floats:
    """The profile, moved by the weather's sun, the net load and wind elsewhere, (R,)."""
    days = facts.workday.size
    sun = facts.ghi_w_m2.reshape(days, ROWS_PER_DAY)
    sunny = (sun - sun.mean(axis=0)) / 1000.0
    load = np.repeat(net_load(facts), ROWS_PER_HOUR).reshape(days, ROWS_PER_DAY)
    load = load - load.mean(axis=0)
    shocks = stream(facts.seed, STREAM_CARBON).standard_normal(days)
    wind = DAY_SPREAD * autoregressive(shocks, DAY_PERSISTENCE)
    moved = (
        daily_profile(facts).reshape(days, ROWS_PER_DAY)
        - SUNNY_DROP * sunny
        + LOAD_RISE * load
        + wind[:, None]
    )
    clipped: Floats = np.clip(moved, LEAST, MOST).ravel()
    return clipped


GRIDS: dict[str, Callable[[TariffFacts], Floats]] = {
    "daily_profile": daily_profile,
    "varying": varying,
}


def carbon_kg_per_kwh(grid: str, facts: TariffFacts) -> Floats:
    """Emissions by row, (R,). Raises ConfigError that lists the known grids."""
    if grid not in GRIDS:
        raise ConfigError("grid", f"unknown: {grid!r}", f"Known: {', '.join(GRIDS)}")
    return GRIDS[grid](facts)
