"""The truth of a run as the simulator recorded it, and the KPIs of it.

Whoever controlled, the KPIs are counted from the same columns by the same functions.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from envs.count import GAS_KG_PER_KWH
from hvac_rl.control.kpis import (
    KpiLimits,
    Kpis,
    add_fuel,
    add_interval,
    co2_excess_ppm,
    thermal_discomfort_k,
)
from hvac_rl.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Truth:
    """Rows at the end of each step by ``time_s``; columns as the simulator names them."""

    rows: pd.DataFrame
    zones: tuple[str, ...]

    def between(self, start_s: float, end_s: float) -> Truth:
        """The steps that end after ``start_s`` and not after ``end_s``."""
        inside = (self.rows.index > start_s) & (self.rows.index <= end_s)
        return Truth(self.rows[inside], self.zones)


def read_truth(path: Path) -> Truth:
    """Raises ConfigError when the file is missing or no truth."""
    try:
        rows = pd.read_csv(path, index_col="time_s")
    except (OSError, ValueError) as error:
        raise ConfigError(str(path), f"is no record of a simulated building: {error}") from error
    zones = tuple(name.removesuffix(".air_c") for name in rows.columns if name.endswith(".air_c"))
    return Truth(rows, zones)


def kpis(truth: Truth, limits: KpiLimits) -> Kpis:
    """Totals over all rows; a room is occupied while people are in it."""
    rows = truth.rows
    times = rows.index.to_numpy(dtype=float)
    step_s = float(times[1] - times[0])
    power_w = rows["total_w"].to_numpy()
    gas_w = rows["gas_w"].to_numpy()
    price = rows["price_per_kwh"].to_numpy()
    gas_price = rows["gas_price_per_kwh"].to_numpy()
    carbon = rows["carbon_kg_per_kwh"].to_numpy()
    zones = [
        (
            rows[f"{zone}.air_c"].to_numpy(),
            rows[f"{zone}.co2_ppm"].to_numpy(),
            rows[f"{zone}.people"].to_numpy() > 0.0,
        )
        for zone in truth.zones
    ]
    total = Kpis()
    for i in range(len(rows)):
        discomfort_k = excess_ppm = 0.0
        for air_c, co2_ppm, occupied in zones:
            discomfort_k += thermal_discomfort_k(air_c[i], occupied[i], limits)
            excess_ppm += co2_excess_ppm(co2_ppm[i], occupied[i], limits)
        total = add_interval(
            total, discomfort_k, excess_ppm, power_w[i], price[i], carbon[i], step_s
        )
        total = add_fuel(total, gas_w[i], gas_price[i], GAS_KG_PER_KWH, step_s)
    return total
