"""The key performance indicators, BOPTEST's, and the reward made of them.

Definitions: Blum et al. 2021, Building optimization testing framework (BOPTEST), J. Build.
Perform. Simul. 14(5), table 2: thermal discomfort [K h a zone], indoor air quality discomfort
[ppm h a zone], energy [kWh/m2], cost [1/m2], emissions [kg CO2/m2], peak power [kW/m2].
Plain arithmetic; the simulator compiles it.
"""

from __future__ import annotations

from typing import NamedTuple

JOULES_PER_KWH = 3.6e6


class KpiLimits(NamedTuple):
    """The comfort band [°C] and CO2 limit [ppm] that discomfort is counted against."""

    comfort_min_c: float = 21.0
    comfort_max_c: float = 24.0
    co2_ppm: float = 1000.0


class Kpis(NamedTuple):
    """Totals so far. Discomforts are summed over zones; divide by their number to report."""

    thermal_discomfort_kh: float = 0.0
    air_quality_ppmh: float = 0.0
    energy_kwh: float = 0.0
    cost: float = 0.0
    emissions_kg: float = 0.0
    peak_kw: float = 0.0
    hours: float = 0.0


def thermal_discomfort_k(air_c: float, occupied: bool, limits: KpiLimits) -> float:
    """How far an occupied room is outside the comfort band [K]."""
    if not occupied:
        return 0.0
    below = limits.comfort_min_c - air_c
    above = air_c - limits.comfort_max_c
    if below > 0.0:
        return below
    if above > 0.0:
        return above
    return 0.0


def co2_excess_ppm(co2_ppm: float, occupied: bool, limits: KpiLimits) -> float:
    """How far an occupied room's CO2 is above the limit [ppm]."""
    excess = co2_ppm - limits.co2_ppm
    return excess if occupied and excess > 0.0 else 0.0


def add_interval(
    total: Kpis,
    discomfort_k: float,
    co2_excess: float,
    power_w: float,
    price_per_kwh: float,
    carbon_kg_per_kwh: float,
    seconds: float,
) -> Kpis:
    """Totals after one interval of constant values. Discomforts: sums over the zones."""
    hours = seconds / 3600.0
    energy_kwh = power_w * seconds / JOULES_PER_KWH
    power_kw = power_w / 1000.0
    return Kpis(
        total.thermal_discomfort_kh + discomfort_k * hours,
        total.air_quality_ppmh + co2_excess * hours,
        total.energy_kwh + energy_kwh,
        total.cost + energy_kwh * price_per_kwh,
        total.emissions_kg + energy_kwh * carbon_kg_per_kwh,
        power_kw if power_kw > total.peak_kw else total.peak_kw,
        total.hours + hours,
    )


def add_fuel(
    total: Kpis, fuel_w: float, price_per_kwh: float, carbon_kg_per_kwh: float, seconds: float
) -> Kpis:
    """The same interval's fuel on top: it costs and emits; the peak is electric alone."""
    energy_kwh = fuel_w * seconds / JOULES_PER_KWH
    return total._replace(
        energy_kwh=total.energy_kwh + energy_kwh,
        cost=total.cost + energy_kwh * price_per_kwh,
        emissions_kg=total.emissions_kg + energy_kwh * carbon_kg_per_kwh,
    )
