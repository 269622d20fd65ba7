"""Tariffs and grids: prices, gas and emissions."""

from __future__ import annotations

import numpy as np
import pytest

from hvac_rl.errors import ConfigError
from sim_buildings.building import Building
from sim_buildings.grid import LEAST, MOST, carbon_kg_per_kwh
from sim_buildings.tariff import (
    CARBON,
    GAS_PRICE_PER_KWH,
    OFF_PEAK,
    ON_PEAK,
    TARIFFS,
    WINTER_GAS_SHARE,
    TariffFacts,
    net_load,
    tariff_of,
)
from sim_buildings.weather import load_weather
from sim_buildings.world import make_world


@pytest.fixture(scope="module")
def facts() -> TariffFacts:
    weather = load_weather("greensboro", 2026)
    workday = np.arange(365) % 7 < 5
    return TariffFacts(workday, weather.outdoor_c, weather.ghi_w_m2, 1)


@pytest.mark.parametrize("name", list(TARIFFS))
def test_prices_are_positive_and_reproducible(name: str, facts: TariffFacts) -> None:
    tariff = tariff_of(name)
    prices = tariff.prices(facts)
    assert prices.shape == facts.outdoor_c.shape
    assert 0.0 < prices.min() <= prices.max() <= 3.0
    assert np.array_equal(prices, tariff.prices(facts))


def test_flat_and_time_of_use(facts: TariffFacts) -> None:
    assert np.ptp(tariff_of("flat").prices(facts)) == 0.0
    prices = tariff_of("time_of_use").prices(facts).reshape(365, 288)
    assert (prices[~facts.workday] == OFF_PEAK).all()
    assert (prices[facts.workday, 14 * 12] == ON_PEAK).all()


def test_real_time_follows_the_net_load_and_its_seed(facts: TariffFacts) -> None:
    tariff = tariff_of("real_time")
    hourly = tariff.prices(facts)[::12]
    assert np.corrcoef(hourly, net_load(facts))[0, 1] > 0.4
    calm = hourly < np.percentile(hourly, 98)
    assert np.corrcoef(hourly[:-1][calm[:-1]], hourly[1:][calm[:-1]])[0, 1] > 0.4
    assert hourly.max() > 4.0 * np.median(hourly)  # spikes
    assert 0.1 < hourly.mean() < 0.3
    assert not np.array_equal(hourly, tariff.prices(facts._replace(seed=2))[::12])
    # A hot afternoon is dear, a sunny noon cheap.
    hot = facts._replace(outdoor_c=facts.outdoor_c + np.where(facts.outdoor_c > 25.0, 8.0, 0.0))
    summer = slice(4500, 5000)
    cloudy = facts._replace(ghi_w_m2=0.0 * facts.ghi_w_m2)
    for_sun, without = (net_load(one).reshape(365, 24)[:, 12].mean() for one in (facts, cloudy))
    assert for_sun < without - 0.3
    assert net_load(hot)[summer].max() > net_load(facts)[summer].max()


def test_only_the_demand_charge_charges_demand() -> None:
    charged = {name for name, tariff in TARIFFS.items() if tariff.demand_charge_per_kw > 0.0}
    assert charged == {"demand_charge"}


def test_gas_is_dearest_in_the_cold(facts: TariffFacts) -> None:
    gas = tariff_of("flat").gas_prices(facts)
    assert gas.mean() == pytest.approx(GAS_PRICE_PER_KWH, rel=0.01)
    assert np.ptp(gas) == pytest.approx(2.0 * WINTER_GAS_SHARE * GAS_PRICE_PER_KWH, rel=0.01)
    assert gas.argmax() // 288 < 45
    # In the south winter is in July.
    south = facts._replace(outdoor_c=np.roll(facts.outdoor_c, facts.outdoor_c.size // 2))
    assert 150 < tariff_of("flat").gas_prices(south).argmax() // 288 < 240


def test_grids(facts: TariffFacts) -> None:
    assert (carbon_kg_per_kwh("daily_profile", facts)[::12].reshape(365, 24) == CARBON).all()
    varying = carbon_kg_per_kwh("varying", facts)
    assert LEAST <= varying.min() < varying.max() <= MOST
    assert varying.mean() == pytest.approx(np.mean(CARBON), abs=0.02)
    noon = varying.reshape(365, 288)[:, 144]
    sun = facts.ghi_w_m2.reshape(365, 288)[:, 144]
    assert np.corrcoef(noon, sun)[0, 1] < -0.4
    assert not np.array_equal(varying, carbon_kg_per_kwh("varying", facts._replace(seed=2)))


def test_unknown_names_list_the_known(building: Building) -> None:
    with pytest.raises(ConfigError, match=r"tariff: unknown: 'free'\n.*flat, time_of_use"):
        make_world(building, tariff="free")
    with pytest.raises(ConfigError, match=r"grid: unknown: 'dark'\n.*daily_profile"):
        make_world(building, grid="dark")


def test_a_world_carries_its_tariff(building: Building) -> None:
    world = make_world(building, tariff="demand_charge")
    assert (world.tariff, world.demand_charge_per_kw) == ("demand_charge", 15.0)
    assert world.rows.gas_price_per_kwh.shape == world.rows.price_per_kwh.shape
