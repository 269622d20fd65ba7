"""One building and its world for all tests, and worlds in which nothing changes."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from sim_buildings.air import AIR_HEAT_J_M3_K
from sim_buildings.building import Building, load_building
from sim_buildings.outdoor_moisture import STANDARD_PRESSURE_PA
from sim_buildings.outer_films import sky_loss_w_m2
from sim_buildings.world import World, WorldRows, make_world

ConstantWorld = Callable[..., World]


@pytest.fixture(scope="session")
def building() -> Building:
    return load_building("small_office")


@pytest.fixture(scope="session")
def world(building: Building) -> World:
    return make_world(building, seed=7)


@pytest.fixture(scope="session")
def empty_building(building: Building) -> Building:
    """The same walls and services without light and equipment."""
    bare = (replace(zone, lights_w_m2=0.0, equipment_w_m2=0.0) for zone in building.zones)
    return replace(building, zones=tuple(bare))


@pytest.fixture(scope="session")
def constant_world(building: Building) -> ConstantWorld:
    """Ten workdays of one weather: ``constant_world(outdoor_c=0.0, people=1.0, ...)``.

    All sun is diffuse; sky and ground are as warm as the air unless given. ``of``: for another
    building than the small office.
    """

    def make(
        outdoor_c: float = 10.0, wind_m_s: float = 3.0, ghi_w_m2: float = 0.0,
        facade_w_m2: float = 0.0, people: float = 0.0, humidity_kg_kg: float = 0.005,
        sky_c: float | None = None, ground_c: float | None = None, of: Building = building,
    ) -> World:  # fmt: skip
        n, facades = 2880, len(of.azimuths_deg)

        def row(value: float, *more: int) -> np.ndarray:
            return np.full((n, *more), value)

        return World(
            name="constant", year=2026, seed=0, utc_offset_h=-5.0, latitude_deg=36.0,
            longitude_deg=-80.0, start_s=float(calendar.timegm((2026, 1, 5, 0, 0, 0))),
            air_heat_j_m3_k=AIR_HEAT_J_M3_K, tariff="flat", demand_charge_per_kw=0.0,
            rows=WorldRows(
                outdoor_c=row(outdoor_c), wind_m_s=row(wind_m_s), ghi_w_m2=row(ghi_w_m2),
                facade_w_m2=row(facade_w_m2, facades), window_w_m2=row(facade_w_m2, facades),
                people=row(people, len(of.zones)), price_per_kwh=row(0.2),
                carbon_kg_per_kwh=row(0.4), workday=row(1.0), outdoor_hour_c=row(outdoor_c),
                ghi_hour_w_m2=row(ghi_w_m2), temperature_eta=np.zeros(n // 12),
                ghi_eta=np.zeros(n // 12), humidity_kg_kg=row(humidity_kg_kg),
                pressure_pa=row(STANDARD_PRESSURE_PA),
                sky_c=row(outdoor_c if sky_c is None else sky_c),
                ground_c=row(outdoor_c if ground_c is None else ground_c),
                facade_beam_w_m2=row(0.0, facades), facade_diffuse_w_m2=row(facade_w_m2, facades),
                window_beam_w_m2=row(0.0, facades), window_diffuse_w_m2=row(facade_w_m2, facades),
                profile_tan=row(0.0, facades), outdoor_window_c=row(outdoor_c, 5),
                ghi_window_w_m2=row(ghi_w_m2, 5), price_window=row(0.2, 2),
                gas_price_per_kwh=row(0.045),
                sky_loss_w_m2=sky_loss_w_m2(
                    row(outdoor_c), row(outdoor_c if sky_c is None else sky_c)
                ),
                wall_sun_w_m2=row(facade_w_m2, facades), wall_m2_k_w=row(1.0 / 17.0, facades),
                roof_m2_k_w=row(1.0 / 17.0), window_m2_k_w=row(1.0 / 29.2),
            ),
        )  # fmt: skip

    return make
