"""Parameter rows against hand sums over a building's file."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim_buildings.air import AIR_DENSITY_KG_M3, AIR_HEAT_J_M3_K, VAPORISATION_J_KG
from sim_buildings.building import Building, catalogue, load_building
from sim_buildings.parameter_columns import (
    BUILDING_PARAMS,
    EDGE_PARAMS,
    FACADE_PARAMS,
    HANDLER_PARAMS,
    PB_HEATING_GAS,
    PE_HEAT,
    PE_MIXING,
    PF_SHARE,
    PF_SOLAR,
    PH_AIRFLOW,
    PH_CONSTANT_FAN,
    PH_MODULATING_FAN,
    PH_OUTDOOR_AIR,
    PH_PLANT_SHARE,
    PH_ZONES,
    PZ_AIR_HEAT,
    PZ_CLOSED_LIGHT,
    PZ_CLOSED_SOLAR,
    PZ_ENVELOPE,
    PZ_ENVELOPE_AIR,
    PZ_ENVELOPE_OUTDOOR,
    PZ_EQUIPMENT_BASE,
    PZ_EQUIPMENT_PER_PERSON,
    PZ_FLOOR,
    PZ_MASS_GROUND,
    PZ_MASS_OUTDOOR,
    PZ_PERSON_VAPOUR,
    PZ_REHEAT,
    PZ_VOLUME,
    ZONE_PARAMS,
)
from sim_buildings.parameters import as_type, parameters


@pytest.mark.parametrize("name", catalogue())
def test_shapes_and_finite_numbers(name: str) -> None:
    building = load_building(name)
    params = parameters(building)
    facades = sum(len(zone.facades) for zone in building.zones)
    assert params.zones.shape == (len(building.zones), len(ZONE_PARAMS))
    assert params.handlers.shape == (len(building.air_handlers), len(HANDLER_PARAMS))
    assert params.building.shape == (len(BUILDING_PARAMS),)
    assert params.facades.shape == (facades, len(FACADE_PARAMS))
    assert params.edges.shape == (len(building.interfaces), len(EDGE_PARAMS))
    for array in params:
        assert np.isfinite(array).all()
    # Changes with convection go either way.
    plain = [k for k, column in enumerate(ZONE_PARAMS) if not column.endswith(("_rise", "_lean"))]
    assert (params.zones[:, plain] >= 0.0).all()


@pytest.mark.parametrize("name", catalogue())
def test_every_element_keeps_its_u_value(name: str) -> None:
    """In series with the film inside and what lies before the store: 1 / sum of 1 / K is U A."""
    building = load_building(name)
    bare = replace(building, zones=tuple(replace(z, roof_area_m2=0.0) for z in building.zones))
    rows = parameters(building).zones, parameters(bare).zones
    for zone, own, roofless in zip(building.zones, *rows, strict=True):
        wall_k = roofless[PZ_ENVELOPE_OUTDOOR]
        for k, u, area_m2, inside in (
            (wall_k, zone.wall_u_w_m2_k, zone.wall_area_m2, zone.wall_inside_m2_k_w),
            (
                own[PZ_ENVELOPE_OUTDOOR] - wall_k,
                zone.roof_u_w_m2_k,
                zone.roof_area_m2,
                zone.roof_inside_m2_k_w,
            ),
        ):
            if area_m2:
                before = (1.0 / zone.inner_film_w_m2_k + inside) / area_m2
                assert 1.0 / (1.0 / k + before) == pytest.approx(u * area_m2)
            else:
                assert k == 0.0
        if not zone.wall_area_m2 + zone.roof_area_m2:
            assert own[PZ_ENVELOPE_AIR] == pytest.approx(0.0, abs=1e-12)
            assert own[PZ_ENVELOPE] == 1.0
        for column, k in (
            (PZ_MASS_OUTDOOR, zone.slab_edge_w_m_k * zone.slab_edge_m),
            (PZ_MASS_GROUND, zone.ground_u_w_m2_k * zone.area_m2),
        ):
            if k:
                film = zone.mass_film_w_m2_k * zone.area_m2
                assert 1.0 / (1.0 / own[column] + 1.0 / film) == pytest.approx(k)
            else:
                assert own[column] == 0.0


@pytest.mark.parametrize("name", catalogue())
def test_who_belongs_to_whom(name: str) -> None:
    building = load_building(name)
    params = parameters(building)
    for z, zone in enumerate(building.zones):
        handler = building.air_handlers[params.handler_of[z]]
        assert handler.name == zone.air_handler
        mine = np.flatnonzero(params.facade_zone == z)
        assert mine.tolist() == list(range(params.facade_start[z], params.facade_start[z + 1]))
        azimuths = [building.azimuths_deg[params.facade_sun[e]] for e in mine]
        assert azimuths == [facade.azimuth_deg for facade in zone.facades]
        if zone.window_area_m2:
            assert params.facades[mine, PF_SHARE].sum() == pytest.approx(1.0)
        solar_m2 = zone.window_area_m2 * zone.window_shgc
        assert params.facades[mine, PF_SOLAR].sum() == pytest.approx(solar_m2)
        for k in range(params.link_start[z], params.link_start[z + 1]):
            edge = building.interfaces[params.link_edge[k]]
            other = building.zones[params.link_other[k]]
            assert {zone.name, other.name} == set(edge.between)
    for h, handler in enumerate(building.air_handlers):
        own = params.handlers[h]
        assert own[PH_ZONES] == len(building.served_by(handler))
        assert own[PH_AIRFLOW] == pytest.approx(building.design_airflow_m3_s(handler))
        assert own[PH_OUTDOOR_AIR] == pytest.approx(building.design_outdoor_air_m3_s(handler))
    assert params.handlers[:, PH_PLANT_SHARE].sum() == pytest.approx(1.0)
    for edge, own in zip(building.interfaces, params.edges, strict=True):
        assert own[PE_MIXING] == edge.mixing_m3_s
        assert own[PE_HEAT] == pytest.approx(edge.total_w_k)


def test_thin_air_carries_less(building: Building) -> None:
    params = parameters(building, 1000.0)
    assert (params.zones[:, PZ_AIR_HEAT] == 1000.0).all()
    edge = building.interfaces[0]
    expected = edge.conductance_w_k + 1000.0 * edge.mixing_m3_s
    assert params.edges[0, PE_HEAT] == pytest.approx(expected)
    assert parameters(building).zones[0, PZ_AIR_HEAT] == AIR_HEAT_J_M3_K


def test_equipment_at_design_occupancy_is_what_the_file_says(building: Building) -> None:
    for zone, own in zip(building.zones, parameters(building).zones, strict=True):
        full = own[PZ_EQUIPMENT_BASE] + zone.design_people * own[PZ_EQUIPMENT_PER_PERSON]
        assert full == pytest.approx(zone.equipment_w_m2 * zone.area_m2)


def test_vapour_carries_the_latent_heat(building: Building) -> None:
    """55 W over 2465 kJ/kg, as a flow of air of 1.204 kg/m3 times humidity ratio."""
    own = parameters(building).zones[0]
    watts = own[PZ_PERSON_VAPOUR] * AIR_DENSITY_KG_M3 * VAPORISATION_J_KG
    assert watts == pytest.approx(building.zones[0].person_latent_w)


def test_a_zone_without_blinds_lets_everything_in(building: Building) -> None:
    bare = replace(building.zones[1], blinds=False)
    own = parameters(replace(building, zones=(bare, *building.zones[2:], building.zones[0])))
    row = own.zones[0]
    assert row[PZ_CLOSED_SOLAR] == row[PZ_CLOSED_LIGHT] == 1.0


def test_heat_goes_into_floor_or_coil() -> None:
    for name, floors in (("house", True), ("small_office", False)):
        building = load_building(name)
        for zone, own in zip(building.zones, parameters(building).zones, strict=True):
            expected = (0.0, zone.reheat_capacity_w)
            assert (own[PZ_REHEAT], own[PZ_FLOOR]) == (expected if floors else expected[::-1])


def test_fans_and_burners() -> None:
    shop, office = (parameters(load_building(n)) for n in ("retail", "small_office"))
    assert (shop.handlers[:, PH_MODULATING_FAN] == 0.0).all()
    assert (shop.handlers[:, PH_CONSTANT_FAN] > 100.0).all()
    assert office.handlers[0, PH_MODULATING_FAN] == 1.0
    assert office.handlers[0, PH_CONSTANT_FAN] == 0.0
    assert shop.building[PB_HEATING_GAS] == 1.0
    assert office.building[PB_HEATING_GAS] == 0.0


def test_as_singles_only_numbers_change(building: Building) -> None:
    params = parameters(building)
    singles = as_type(params, np.float32)
    for name in params._fields:
        mine, other = getattr(params, name), getattr(singles, name)
        assert other.dtype == (np.float32 if mine.dtype == np.float64 else mine.dtype)
        assert np.array_equal(mine.astype(other.dtype), other)
    assert params.zones[0, PZ_VOLUME] == building.zones[0].volume_m3
