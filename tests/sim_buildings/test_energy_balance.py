"""No heat, air or moisture appears or vanishes: what is stored is what flowed, to rounding.

:mod:`tests.sim_buildings.ledger` adds up what every balance of every substep leaves over, taken
absolutely. Measured over a year in double precision at 300 s, every building of the catalogue,
relative to all flows: zone heat at most 1.4e-13, zone CO2 1.4e-14, zone moisture 1.1e-13, air
handlers 4e-16, the meter 4e-17, the whole building's heat 4e-14.
"""

from __future__ import annotations

import numpy as np
import pytest

from sim_buildings.building import Building, catalogue, load_building
from sim_buildings.columns import (
    B_ENERGY,
    B_GAS,
    B_GAS_ENERGY,
    B_TOTAL,
    Z_AIR,
    Z_CO2,
    Z_HUMIDITY,
    Z_INTERZONE_HEAT,
    ZONE_OVERRIDE,
)
from sim_buildings.simulation import Simulation
from sim_buildings.world import World, make_world
from tests.sim_buildings.ledger import (
    BUILDING_CO2,
    BUILDING_MOISTURE,
    Books,
    keep,
    open_books,
)

DAY_S = 86_400.0
CLOSED = 1e-12


def somebody_plays(simulation: Simulation, random: np.random.Generator) -> None:
    """Setpoints, blinds and light of all zones anywhere, or nothing overridden."""
    override = random.uniform([15, 20, 0, 0], [24, 30, 1, 1], (len(simulation.zones), 4))
    override[random.random(override.shape) < 0.5] = np.nan
    simulation.zones[:, ZONE_OVERRIDE : ZONE_OVERRIDE + 4] = override


def days(simulation: Simulation, number: int) -> Books:
    """The books of some days, with somebody at the controls on every other."""
    books, random = open_books(simulation), np.random.default_rng(5)
    per_day = round(DAY_S / simulation.dt_s)
    for day in range(number):
        if day % 2:
            somebody_plays(simulation, random)
        else:
            simulation.zones[:, ZONE_OVERRIDE : ZONE_OVERRIDE + 4] = np.nan
        keep(simulation, books, per_day)
        out = simulation.zone_out
        assert 5.0 < out[:, Z_AIR].min() <= out[:, Z_AIR].max() < 50.0
        assert 400.0 < out[:, Z_CO2].min() <= out[:, Z_CO2].max() < 6000.0
        assert 0.0 < out[:, Z_HUMIDITY].min() <= out[:, Z_HUMIDITY].max() < 0.03
    return books


def assert_closed(books: Books) -> None:
    left = books.worst
    assert max(left.values()) <= CLOSED, f"left over of all flows: {left}"


@pytest.mark.parametrize("name", catalogue())
def test_a_year_closes(name: str) -> None:
    building = load_building(name)
    world = make_world(building, seed=7)
    simulation = Simulation(building, world, start_s=world.start_s, dt_s=300.0)
    simulation.warm_up(3)
    books = days(simulation, 365)
    assert_closed(books)
    # Every account saw something.
    assert (books.zones[:, :, 1] > 0.0).all()
    assert (books.handlers[:, :, 1] > 0.0).all()
    # Zones take supply air implicitly, return air is that of a substep's start: while flows
    # change, a little of what air carries is lost or found between them, less the shorter the
    # substep. Measured: CO2 0.65 % (retail), 0.62 % (small office), moisture 0.13 %.
    assert abs(books.drift(BUILDING_CO2)) < 8e-3
    assert abs(books.drift(BUILDING_MOISTURE)) < 2e-3


def test_what_the_air_loses_halves_with_the_substep(building: Building, world: World) -> None:
    """Measured over 60 days: about 0.6, 0.3 and 0.15 % of the CO2."""
    lost = []
    for dt_s in (300.0, 150.0, 75.0):
        simulation = Simulation(building, world, start_s=world.start_s, dt_s=dt_s)
        simulation.warm_up(3)
        books = open_books(simulation)
        keep(simulation, books, round(60 * DAY_S / dt_s))
        lost.append(abs(books.drift(BUILDING_CO2)))
    assert lost[1] == pytest.approx(lost[0] / 2.0, rel=0.15)
    assert lost[2] == pytest.approx(lost[1] / 2.0, rel=0.15)


@pytest.mark.parametrize("first_day", [10, 190], ids=["winter", "summer"])
def test_a_plain_week_closes(building: Building, world: World, first_day: int) -> None:
    simulation = Simulation(
        building, world, start_s=world.start_s + first_day * DAY_S, dt_s=300.0, engine="plain"
    )
    assert_closed(days(simulation, 7))


@pytest.mark.parametrize("name", ["medium_office", "house", "retail"])
def test_a_plain_day_of_other_plants_closes(name: str) -> None:
    building = load_building(name)
    world = make_world(building)
    start_s = world.start_s + 14 * DAY_S
    simulation = Simulation(building, world, start_s=start_s, dt_s=300.0, engine="plain")
    assert_closed(days(simulation, 1))


def test_ideal_loads_close(building: Building, world: World) -> None:
    simulation = Simulation(building, world, start_s=world.start_s, dt_s=300.0, ideal=True)
    books = days(simulation, 30)
    left = {k: v for k, v in books.worst.items() if k.startswith("zone")}
    assert max(left.values()) <= CLOSED, left


@pytest.mark.parametrize("name", ["small_office", "medium_office"])
def test_meters_add_up_power(name: str) -> None:
    building = load_building(name)
    world = make_world(building)
    simulation = Simulation(building, world, start_s=world.start_s + 10 * DAY_S, dt_s=300.0)
    energy_j = gas_j = 0.0
    for _ in range(3 * 288):
        simulation.step()
        energy_j += 300.0 * simulation.building_out[B_TOTAL]
        gas_j += 300.0 * simulation.building_out[B_GAS]
    assert simulation.building_out[B_ENERGY] == pytest.approx(energy_j, rel=1e-12)
    assert simulation.building_out[B_GAS_ENERGY] == pytest.approx(gas_j, rel=1e-12)
    assert (gas_j > 0.0) == (name == "medium_office")


def test_what_one_zone_gives_the_others_get(building: Building, world: World) -> None:
    simulation = Simulation(building, world, start_s=world.start_s + 20 * DAY_S)
    simulation.warm_up(1)
    for _ in range(600):
        simulation.step()
        flows = simulation.zone_out[:, Z_INTERZONE_HEAT]
        assert abs(flows.sum()) <= 1e-12 * np.abs(flows).sum()
        assert np.abs(flows).max() > 0.0
