"""What is rewarded: KPIs by their weights, or whatever a user's function makes of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from envs.arguments import check_known
from envs.control_columns import T_PEAK_KW
from hvac_rl.control.kpis import Kpis

RewardFunction = Callable[[Kpis], float]

# Currency each unit of a KPI is worth; the reward is minus the sum.
DEFAULT_WEIGHTS: Mapping[str, float] = {
    "cost": 1.0,
    "thermal_discomfort_kh": 2.0,
    "air_quality_ppmh": 0.001,
}


def kpis_of(totals: list[float], hours: float) -> Kpis:
    """The KPIs of one decision of ``hours``, from a row of totals."""
    # A row of totals begins with the KPIs in their order.
    return Kpis._make([*totals[: T_PEAK_KW + 1], hours])


def add(total: Kpis, one: Kpis) -> Kpis:
    """KPIs so far and those of one decision more; the peak is the larger."""
    return Kpis(
        total.thermal_discomfort_kh + one.thermal_discomfort_kh,
        total.air_quality_ppmh + one.air_quality_ppmh,
        total.energy_kwh + one.energy_kwh,
        total.cost + one.cost,
        total.emissions_kg + one.emissions_kg,
        total.peak_kw if total.peak_kw > one.peak_kw else one.peak_kw,
        total.hours + one.hours,
    )


def reward_function(
    weights: Mapping[str, float] | None, reward: RewardFunction | None
) -> RewardFunction:
    """Minus the weighted sum of KPIs, or ``reward`` itself. Raises ValueError."""
    if reward is not None:
        if weights is not None:
            raise ValueError("give reward or reward_weights, not both")
        return reward
    chosen = dict(DEFAULT_WEIGHTS if weights is None else weights)
    check_known("KPI", chosen, Kpis._fields)
    terms = [(Kpis._fields.index(name), weight) for name, weight in chosen.items()]

    def weighted(kpis: Kpis) -> float:
        total = 0.0
        for column, weight in terms:
            total -= weight * kpis[column]
        return total

    return weighted
