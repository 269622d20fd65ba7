"""Variants: valid, the same for a seed, spread, and of one shape."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from hvac_rl.errors import ConfigError
from sim_buildings.building import Building, check_building, load_building
from sim_buildings.parameters import parameters
from sim_buildings.variants import side_by_side
from sim_buildings.variation import Spread, Variation, vary

STILL = Variation(
    turns_deg=(0.0,),
    **{name: Spread(0.0, 1.0, 1.0) for name in Variation._fields[1:14]},
    setpoint_k=0.0,
    setback_k=0.0,
    hours=0.0,
)


@pytest.mark.parametrize("name", ["small_office", "medium_office", "retail", "house"])
def test_200_variants_are_valid_and_of_one_shape(name: str) -> None:
    building = load_building(name)
    for seed in range(200):
        variant = vary(building, seed)
        check_building(variant, name)
        assert variant.zone_names == building.zone_names
        assert len(variant.azimuths_deg) == len(building.azimuths_deg)
        assert [len(z.facades) for z in variant.zones] == [len(z.facades) for z in building.zones]
        assert all(azimuth % 15.0 == 0.0 and azimuth < 360.0 for azimuth in variant.azimuths_deg)
        assert [h.name for h in variant.air_handlers] == [h.name for h in building.air_handlers]
        assert variant.interfaces == building.interfaces


def test_variants_step_side_by_side_whichever_way_they_face(building: Building) -> None:
    variants = [vary(building, seed) for seed in range(4)]
    together = side_by_side([parameters(one) for one in variants])
    alone = parameters(variants[2])
    assert together.zones.shape == (alone.zones.shape[0], alone.zones.shape[1] * 4)
    assert np.array_equal(together.zones[:, 2::4], alone.zones)


def test_a_large_office_varies_too() -> None:
    building = load_building("large_office")
    assert vary(building, 1).zone_names == building.zone_names


def test_the_same_seed_gives_the_same_building(building: Building) -> None:
    assert vary(building, 5) == vary(building, 5)
    assert vary(building, 5) == vary(building, np.random.default_rng(5))
    assert vary(building, 5) != vary(building, 6)
    random = np.random.default_rng(5)
    assert vary(building, random) != vary(building, random)


def test_without_spread_nothing_changes(building: Building) -> None:
    assert vary(building, 3, STILL) == building


def test_one_spread_moves_only_what_it_names(building: Building) -> None:
    turned = vary(building, 3, STILL._replace(turns_deg=(30.0,)))
    assert turned.azimuths_deg == (30.0, 120.0, 210.0, 300.0)
    assert turned.zones[0] == building.zones[0]
    dense = vary(building, 3, STILL._replace(insulation=Spread(0.5, 0.5, 0.5)))
    for new, old in zip(dense.zones, building.zones, strict=True):
        assert new.wall_u_w_m2_k == pytest.approx(0.5 * old.wall_u_w_m2_k)
        assert replace(
            new,
            wall_u_w_m2_k=old.wall_u_w_m2_k,
            roof_u_w_m2_k=old.roof_u_w_m2_k,
            ground_u_w_m2_k=old.ground_u_w_m2_k,
            slab_edge_w_m_k=old.slab_edge_w_m_k,
        ) == old  # fmt: skip
    assert dense.plant == building.plant


def test_glass_changes_sun_light_and_heat_together(building: Building) -> None:
    for seed in range(20):
        pane, old = vary(building, seed).zones[1], building.zones[1]
        light = pane.window_visible / old.window_visible
        assert pane.window_shgc / old.window_shgc == pytest.approx(light)
        assert pane.window_visible <= 0.9
    less = vary(building, 0, STILL._replace(glass_sun=Spread(1.0, 0.64, 0.64))).zones[1]
    assert less.window_u_w_m2_k == pytest.approx(0.8 * old.window_u_w_m2_k)


def test_factors_reach_across_their_range_and_no_further(building: Building) -> None:
    variants = [vary(building, seed) for seed in range(300)]
    leaks = np.array([v.zones[1].infiltration_m3_s_m2 for v in variants])
    leaks /= building.zones[1].infiltration_m3_s_m2
    assert leaks.min() >= 0.3 - 1e-12
    assert leaks.max() <= 3.0 + 1e-12
    # Log-normal about the file's value: half of them below, two thirds within a sigma.
    assert 0.4 < np.mean(leaks < 1.0) < 0.6
    assert 0.6 < np.mean(np.abs(np.log(leaks)) < 0.5) < 0.76
    assert {v.zones[1].azimuth_deg for v in variants} == {15.0 * k for k in range(24)}
    starts = {v.bms.occupied_start_h for v in variants}
    assert starts == {5.0, 5.5, 6.0, 6.5, 7.0}


def test_a_house_stays_open_all_day_and_heats_its_floors_gently() -> None:
    house = load_building("house")
    warm = Variation(heating_size=Spread(0.0, 10.0, 10.0))
    for seed in range(20):
        variant = vary(house, seed, warm)
        assert (variant.bms.occupied_start_h, variant.bms.occupied_end_h) == (0.0, 24.0)
        assert all(z.reheat_capacity_w <= 175.0 * z.area_m2 for z in variant.zones)


def test_a_boiler_never_gives_more_than_it_burns() -> None:
    office = load_building("medium_office")
    better = STILL._replace(efficiency=Spread(0.0, 1.9, 1.9))
    assert vary(office, 0, better).plant.heating_cop == 1.0


def test_a_spread_beyond_all_bounds_is_refused(building: Building) -> None:
    with pytest.raises(ConfigError, match=r"small_office: zones\[0\].lights_w_m2: must lie in"):
        vary(building, 0, STILL._replace(lights=Spread(0.0, -1.0, -1.0)))
    with pytest.raises(ConfigError, match=r"small_office: bms.occupied_heating_c"):
        vary(building, 0, STILL._replace(setpoint_k=500.0))
