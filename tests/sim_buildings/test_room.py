"""The network between a zone's surfaces: what must hold whatever the zone."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim_buildings.building import catalogue, load_building
from sim_buildings.columns import (
    STATE_AIR,
    STATE_ENVELOPE,
    STATE_MASS,
    Z_AIR_SUPPLY_HEAT,
    Z_EQUIPMENT,
    Z_IDEAL_HEAT,
    Z_INFILTRATION_HEAT,
    Z_INTERZONE_HEAT,
    Z_LIGHTS,
    Z_OPAQUE_HEAT,
    Z_PEOPLE_HEAT,
    Z_SLAB_HEAT,
    Z_SOLAR,
    Z_WINDOW_HEAT,
)
from sim_buildings.parameter_columns import PZ_AIR, PZ_ENVELOPE, PZ_MASS
from sim_buildings.room import eliminated_j_per_k, has_light_roof, room
from sim_buildings.simulation import Simulation
from sim_buildings.thermal import convection, coupled_nodes
from sim_buildings.world import make_world

ZONES = [(name, zone) for name in catalogue() for zone in load_building(name).zones]
ids = [f"{name}-{zone.name}" for name, zone in ZONES]


@pytest.mark.parametrize(("name", "zone"), ZONES, ids=ids)
def test_conductances_and_shares(name: str, zone) -> None:
    found = room(zone)
    assert min(found[2:6]) >= 0.0
    for convective in (found.envelope_air, found.mass_air):
        for s in (-1.0, 0.0, 1.0):
            assert convective.still + convective.rise * abs(s) + convective.lean * s >= 0.0
    for shares in (found.sun, found.radiant):
        assert min(shares) >= -1e-12
        assert sum(shares) <= 1.0 + 1e-9
    if zone.window_area_m2 == 0.0:
        assert sum(found.radiant) == pytest.approx(1.0)
        assert found.window_air == found.window_mass == pytest.approx(0.0, abs=1e-12)
    else:
        assert sum(found.sun) < 1.0


def test_a_wall_behind_insulation_has_a_surface_as_warm_as_the_room() -> None:
    """Its node is far away: natural convection sees the surface, by the resistances between."""
    zone = load_building("small_office").zones[1]
    before, behind = (
        room(replace(zone, roof_area_m2=0.0, wall_inside_m2_k_w=r, wall_u_w_m2_k=0.6))
        for r in (0.0, 1.2)
    )
    assert before.envelope_surface == pytest.approx(1.0, abs=1e-3)
    film = 1.0 / zone.inner_film_w_m2_k
    assert behind.envelope_surface == pytest.approx(film / (film + 1.2), abs=0.03)
    assert 0.0 < before.mass_surface < 1.0


def test_a_room_at_one_temperature_loses_about_u_times_area() -> None:
    """The star's radiation to a small surface is as strong as the film's, or a little stronger;
    what the room's surfaces have in series, as carpet, makes it a little weaker."""
    zone = load_building("small_office").zones[1]
    found = room(zone)
    total = found.window_air + found.window_envelope + found.window_mass
    assert total == pytest.approx(zone.window_u_w_m2_k * zone.window_area_m2, rel=0.15)


def test_more_insulated_glass_loses_less_sun() -> None:
    zone = load_building("small_office").zones[1]
    better = replace(zone, window_u_w_m2_k=1.0)
    assert sum(room(better).radiant) > sum(room(zone).radiant)


def test_convection_is_tarp_without_a_root() -> None:
    for difference_k in np.linspace(1.0, 30.0, 30):
        s, opposite = convection(difference_k, -difference_k)
        assert opposite == pytest.approx(-s)
        assert 0.754 + 3.2 * s == pytest.approx(difference_k ** (1 / 3), rel=0.04)


def test_two_nodes_against_a_solver() -> None:
    a_e, b_e, a_m, b_m = coupled_nodes(
        20.0, 25.0, 1e6, 3e6, 50.0, 10.0, 200.0, 90.0, 150.0, 400.0, 100.0, 300.0
    )
    air_c = 21.0
    matrix = np.array(
        [
            [1e6 / 300.0 + 50.0 + 200.0 + 150.0, -150.0],
            [-150.0, 3e6 / 300.0 + 10.0 + 90.0 + 150.0],
        ]
    )
    right = np.array(
        [
            1e6 / 300.0 * 20.0 + 400.0 + 200.0 * air_c,
            3e6 / 300.0 * 25.0 + 100.0 + 90.0 * air_c,
        ]
    )
    expected = np.linalg.solve(matrix, right)
    assert [a_e + b_e * air_c, a_m + b_m * air_c] == pytest.approx(expected.tolist())


@pytest.mark.parametrize("ideal", [False, True])
def test_no_heat_appears_or_vanishes(ideal: bool) -> None:
    building = load_building("small_office")
    world = make_world(building)
    simulation = Simulation(
        building, world, start_s=world.start_s + 20 * 86_400.0, dt_s=300.0, ideal=ideal
    )
    simulation.warm_up(1)
    params = simulation.params.zones

    def stored_j() -> np.ndarray:
        state = simulation.zones
        return (
            params[:, PZ_AIR] * state[:, STATE_AIR]
            + params[:, PZ_ENVELOPE] * state[:, STATE_ENVELOPE]
            + params[:, PZ_MASS] * state[:, STATE_MASS]
        )

    flows = [Z_PEOPLE_HEAT, Z_LIGHTS, Z_EQUIPMENT, Z_SOLAR, Z_WINDOW_HEAT, Z_INFILTRATION_HEAT]
    flows += [Z_OPAQUE_HEAT, Z_SLAB_HEAT, Z_AIR_SUPPLY_HEAT, Z_INTERZONE_HEAT, Z_IDEAL_HEAT]
    before, gained, gross = stored_j(), 0.0, 0.0
    for _ in range(2 * 288):
        simulation.step()
        gained = gained + 300.0 * simulation.zones[:, flows].sum(axis=1)
        gross = gross + 300.0 * np.abs(simulation.zones[:, flows]).sum(axis=1)
    assert np.abs(stored_j() - before - gained).max() <= 1e-9 * np.max(gross)


def test_a_light_roof_over_heavy_walls_has_a_boundary_of_its_own() -> None:
    zone = replace(
        load_building("small_office").zones[1],
        roof_area_m2=50.0,
        roof_capacity_j_k_m2=8_000.0,
        wall_capacity_j_k_m2=140_000.0,
    )
    found = room(zone)
    assert has_light_roof(zone)
    through = found.roof_air + found.roof_envelope + found.roof_mass
    assert through == pytest.approx(zone.roof_u_w_m2_k * zone.roof_area_m2, rel=0.1)
    # The board follows the room and little of outdoors: nearly all of its heat is kept.
    stored = sum(eliminated_j_per_k(zone, found))
    assert 0.8 * 50.0 * 8_000.0 < stored < 50.0 * 8_000.0
    heavy = replace(zone, roof_capacity_j_k_m2=140_000.0)
    assert not has_light_roof(heavy)
    assert room(heavy).roof_air == pytest.approx(0.0, abs=1e-12)
    assert sum(eliminated_j_per_k(heavy, room(heavy))) == 0.0


def test_partitions_that_meet_nothing_store_heat_in_the_air() -> None:
    zone = load_building("small_office").zones[0]
    hung = replace(zone, partition_capacity_j_k_m2=10_000.0, roof_area_m2=10.0 * zone.area_m2)
    assert eliminated_j_per_k(hung, room(hung)).air == pytest.approx(10_000.0 * zone.area_m2)
