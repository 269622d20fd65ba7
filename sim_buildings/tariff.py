"""What electricity and gas cost, by named tariffs.

All prices are assumptions in US dollars, not those of a particular utility.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hvac_rl.errors import ConfigError
from sim_buildings.series import autoregressive
from sim_buildings.streams import STREAM_PRICE, stream
from sim_buildings.sun_course import ROWS_PER_DAY, ROWS_PER_HOUR

Floats = NDArray[np.float64]

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

FLAT_PRICE = 0.21
DEMAND_ENERGY_PRICE = 0.12
DEMAND_CHARGE_PER_KW = 15.0
GAS_PRICE_PER_KWH = 0.045
"""$/kWh of the fuel's higher heating value."""
WINTER_GAS_SHARE = 0.2
"""Gas costs so much more at the coldest time of the year than on average."""


class TariffFacts(NamedTuple):
    """What prices may depend on."""

    workday: NDArray[np.bool_]
    """(days,)"""
    outdoor_c: Floats
    """(R,)"""
    ghi_w_m2: Floats
    """(R,)"""
    seed: int
    """Of what neither calendar nor weather decide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tariff:
    """A tariff by name. ``demand_charge_per_kw``: $ for each kW of a month's peak."""

    name: str
    demand_charge_per_kw: float = 0.0

    def prices(self, facts: TariffFacts) -> Floats:
        """Electricity by row [$/kWh], (R,)."""
        raise NotImplementedError

    def gas_prices(self, facts: TariffFacts) -> Floats:
        """Gas by row [$/kWh], (R,): dearest at the coldest time of the weather's year."""
        days = facts.workday.size
        daily = facts.outdoor_c.reshape(days, ROWS_PER_DAY).mean(axis=1)
        turn = 2.0 * np.pi * (np.arange(days) + 0.5) / days
        warmest = np.arctan2(np.sum(daily * np.sin(turn)), np.sum(daily * np.cos(turn)))
        season = -np.cos(turn - warmest)
        return np.repeat(GAS_PRICE_PER_KWH * (1.0 + WINTER_GAS_SHARE * season), ROWS_PER_DAY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Flat(Tariff):
    """The same price at all times."""

    price_per_kwh: float

    def prices(self, facts: TariffFacts) -> Floats:
        return np.full(facts.outdoor_c.size, self.price_per_kwh)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeOfUse(Tariff):
    """24 hourly prices for workdays, 24 for other days."""

    workday: tuple[float, ...]
    other: tuple[float, ...]

    def prices(self, facts: TariffFacts) -> Floats:
        hourly = np.where(facts.workday[:, None], np.array(self.workday), np.array(self.other))
        return np.repeat(hourly.ravel(), ROWS_PER_HOUR)


@dataclass(frozen=True, slots=True, kw_only=True)
class RealTime(Tariff):
    """A stochastic hourly price, as of a wholesale market plus the network's charge.

    price = network + energy * exp(shape of the net load + spread * noise) + spikes. Net load: the
    hours of work, heating and cooling by outdoor temperature, less the sun's generation. Noise is
    autoregressive over hours. All figures assumed.
    """

    network_per_kwh: float = 0.07
    energy_per_kwh: float = 0.07
    spread: float = 0.25
    persistence: float = 0.9
    spike_chance: float = 0.03
    """For an hour with a high net load."""
    spike_per_kwh: float = 0.5
    """Mean height; heights are exponential."""
    most_per_kwh: float = 3.0

    def prices(self, facts: TariffFacts) -> Floats:
        random = stream(facts.seed, STREAM_PRICE)
        load = net_load(facts)
        hours = load.size
        noise = autoregressive(random.standard_normal(hours), self.persistence)
        spread = self.spread
        # exp of a normal variable has the mean exp(spread^2 / 2).
        factor = np.exp(0.5 * load + spread * noise) / exp(spread * spread / 2.0)
        chance = np.where(load > 1.0, self.spike_chance, 0.0)
        spikes = np.where(
            random.random(hours) < chance, self.spike_per_kwh * random.standard_exponential(hours),
            0.0,
        )  # fmt: skip
        hourly = self.network_per_kwh + self.energy_per_kwh * factor + spikes
        return np.repeat(np.minimum(hourly, self.most_per_kwh), ROWS_PER_HOUR)


def net_load(facts: TariffFacts) -> Floats:
    """The grid's load less its solar generation by hour, in standard deviations, (hours,)."""
    days = facts.workday.size
    hour = np.arange(24.0)
    # Two humps, morning and evening; other days are lower.
    shape = np.exp(-(((hour - 8.5) / 2.5) ** 2)) + 1.4 * np.exp(-(((hour - 18.5) / 3.0) ** 2))
    level = np.where(facts.workday, 0.3, 0.0)[:, None]
    outdoor = _hourly(facts.outdoor_c)
    weather = 0.06 * np.maximum(outdoor - 20.0, 0.0) + 0.04 * np.maximum(8.0 - outdoor, 0.0)
    sun = 1.2 * _hourly(facts.ghi_w_m2) / 1000.0
    load = (np.tile(shape, (days, 1)) + level).ravel() + weather - sun
    standard: Floats = (load - load.mean()) / load.std()
    return standard


def _hourly(rows: Floats) -> Floats:
    hourly: Floats = rows.reshape(-1, ROWS_PER_HOUR).mean(axis=1)
    return hourly


TARIFFS: dict[str, Tariff] = {
    tariff.name: tariff
    for tariff in (
        Flat(name="flat", price_per_kwh=FLAT_PRICE),
        TimeOfUse(name="time_of_use", workday=WORKDAY_PRICE, other=OTHER_PRICE),
        RealTime(name="real_time"),
        Flat(
            name="demand_charge",
            price_per_kwh=DEMAND_ENERGY_PRICE,
            demand_charge_per_kw=DEMAND_CHARGE_PER_KW,
        ),
    )
}


def tariff_of(name: str) -> Tariff:
    """A tariff by name. Raises ConfigError that lists the known ones."""
    if name not in TARIFFS:
        raise ConfigError("tariff", f"unknown: {name!r}", f"Known: {', '.join(TARIFFS)}")
    return TARIFFS[name]
