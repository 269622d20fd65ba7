"""The simulation as somebody uses it: engines agree, time is kept, nothing breaks it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim_buildings.building import Building, load_building
from sim_buildings.columns import (
    B_FAN,
    COOLING,
    ENABLE,
    H_OUTDOOR_FLOW,
    H_SUPPLY_FLOW,
    HEATING,
    STATE_AIR,
    STATE_HUMIDITY,
    Z_AIR,
    Z_AIRFLOW,
    Z_CO2,
    Z_REHEAT,
    ZONE_STATE,
)
from sim_buildings.simulation import Simulation
from sim_buildings.world import World, make_world

DAY_S = 86_400.0
JULY_S = 195 * DAY_S


def some_hours(simulation: Simulation, hours: int) -> list[bytes]:
    """Bytes of everything, quarter-hourly, under overrides that wander."""
    random = np.random.default_rng(3)
    zone = np.full((len(simulation.building.zones), 4), np.nan)
    handler = np.full((len(simulation.building.air_handlers), 4), np.nan)
    seen = []
    for k in range(4 * hours):
        if k % 8 == 0:
            zone[:] = random.uniform([15, 20, 0, 0], [24, 30, 1, 1], zone.shape)
            handler[:] = random.uniform([0, 10, 50, 0], [1, 20, 400, 1], handler.shape)
            zone[random.random(zone.shape) < 0.4] = np.nan
            handler[random.random(handler.shape) < 0.4] = np.nan
        simulation.step(zone, handler, steps=3)
        seen.append(b"".join(array.tobytes() for array in simulation.buffers))
    return seen


@pytest.mark.parametrize("day", [10, 195], ids=["winter", "summer"])
@pytest.mark.parametrize(
    ("name", "hours"), [("small_office", 24), ("medium_office", 4), ("house", 12), ("retail", 8)]
)
def test_plain_and_compiled_agree_to_the_last_bit(name: str, hours: int, day: int) -> None:
    building = load_building(name)
    world = make_world(building, seed=7)
    start_s = world.start_s + day * DAY_S + 6 * 3600
    plain, quick = (
        Simulation(building, world, start_s=start_s, dt_s=300.0, engine=engine)
        for engine in ("plain", "compiled")
    )
    for simulation in (plain, quick):
        first = building.zone_names[0]
        simulation.break_zone(first, sensor_drift_k_per_h=0.01, blind_stuck=0.7)
        simulation.break_handler(building.air_handlers[-1].name, coil_share=0.6)
    assert some_hours(plain, hours) == some_hours(quick, hours)


def test_several_steps_at_once_are_the_same_steps(building: Building, world: World) -> None:
    one, many = (Simulation(building, world, start_s=world.start_s + JULY_S) for _ in range(2))
    for _ in range(40):
        one.step()
    many.step(steps=40)
    assert one.time_s == many.time_s
    assert all(a.tobytes() == b.tobytes() for a, b in zip(one.buffers, many.buffers, strict=True))


def test_warm_up_ends_at_the_start_and_leaves_the_meters() -> None:
    office = load_building("medium_office")
    world = make_world(office)
    simulation = Simulation(office, world, start_s=world.start_s + 14 * DAY_S)
    simulation.step(steps=1)
    metered = simulation.energy_j, simulation.gas_j
    assert metered[0] > 0.0
    simulation.warm_up(2)
    assert simulation.time_s == world.start_s + 14 * DAY_S + 60.0
    assert (simulation.energy_j, simulation.gas_j) == metered
    assert np.ptp(simulation.zones[:, STATE_AIR]) > 1.0


def test_a_snapshot_brings_everything_back(building: Building, world: World) -> None:
    simulation = Simulation(building, world, start_s=world.start_s + JULY_S)
    simulation.step(steps=100)
    simulation.break_zone("south", sensor_drift_k_per_h=0.1)
    moment = simulation.snapshot()
    first = some_hours(simulation, 24)
    simulation.repair()
    simulation.restore(moment)
    assert simulation.time_s == moment.time_s
    assert some_hours(simulation, 24) == first
    other = Simulation(building, world, start_s=world.start_s)
    other.restore(moment)
    assert some_hours(other, 24) == first


def test_the_handler_switched_off_moves_no_air(building: Building, world: World) -> None:
    simulation = Simulation(building, world, start_s=world.start_s + JULY_S + 10 * 3600)
    simulation.step(handler_override=np.array([[0.0, np.nan, np.nan, np.nan]]))
    assert simulation.bms_handler[0, ENABLE] == 1.0
    assert simulation.effective_handler[0, ENABLE] == 0.0
    assert not simulation.zone_out[:, [Z_AIRFLOW, Z_REHEAT]].any()
    assert not simulation.handler_out[0, [H_SUPPLY_FLOW, H_OUTDOOR_FLOW]].any()
    assert simulation.building_out[B_FAN] == 0.0


def test_one_of_three_handlers_switched_off() -> None:
    office = load_building("medium_office")
    world = make_world(office)
    simulation = Simulation(office, world, start_s=world.start_s + JULY_S + 10 * 3600)
    override = np.full((3, 4), np.nan)
    override[1, ENABLE] = 0.0
    simulation.step(handler_override=override)
    assert (simulation.handler_out[:, H_SUPPLY_FLOW] > 0.0).tolist() == [True, False, True]
    moved = {
        zone.air_handler
        for zone, row in zip(office.zones, simulation.zone_out, strict=True)
        if row[Z_AIRFLOW] > 0.0
    }
    assert moved == {"ahu1", "ahu3"}


wild = st.floats(allow_nan=True, allow_infinity=True, width=64)


@settings(max_examples=60, deadline=None)
@given(zone=st.lists(wild, min_size=4, max_size=4), handler=st.lists(wild, min_size=4, max_size=4))
def test_no_override_breaks_it(
    building: Building, world: World, zone: list[float], handler: list[float]
) -> None:
    simulation = Simulation(building, world, start_s=world.start_s + JULY_S, dt_s=300.0)
    override = np.tile(zone, (len(building.zones), 1))
    simulation.step(override, np.array([handler]), steps=288)
    states = simulation.zones[:, STATE_AIR : STATE_AIR + len(ZONE_STATE)]
    for array in (states, simulation.zone_out, simulation.handler_out, simulation.building_out):
        assert np.isfinite(array).all()
    assert simulation.zone_out[:, Z_AIR].min() > -30.0
    assert simulation.zone_out[:, Z_AIR].max() < 70.0
    assert simulation.zone_out[:, Z_CO2].min() >= 400.0
    assert simulation.zones[:, STATE_HUMIDITY].min() > 0.0


def test_crossed_setpoints_hold_the_cooling_setpoint(building: Building, world: World) -> None:
    simulation = Simulation(building, world, start_s=world.start_s + 10 * DAY_S)
    override = np.full((len(building.zones), 4), np.nan)
    override[:, HEATING], override[:, COOLING] = 26.0, 22.0
    simulation.step(override, np.array([[1.0, np.nan, np.nan, 0.0]]), steps=2880)
    assert simulation.zone_out[:, Z_AIR] == pytest.approx(22.0, abs=0.3)


def test_the_occupied_setpoints_are_held(building: Building, world: World) -> None:
    for day in (14, 195):
        simulation = Simulation(building, world, start_s=world.start_s + (day + 0.5) * DAY_S)
        simulation.warm_up(5.5)
        assert (simulation.zone_out[:, Z_AIR] > 20.9).all()
        assert (simulation.zone_out[:, Z_AIR] < 24.1).all()


def test_ideal_loads_hold_setpoints_without_any_plant(building: Building, world: World) -> None:
    simulation = Simulation(building, world, start_s=world.start_s, dt_s=300.0, ideal=True)
    override = np.tile([20.0, 22.0, np.nan, np.nan], (5, 1))
    for _ in range(300):
        simulation.step(override, steps=12)
        air_c = simulation.zone_out[:, Z_AIR]
        assert air_c.min() >= 20.0 - 1e-9
        assert air_c.max() <= 22.0 + 1e-9
    assert not simulation.building_out[B_FAN]


@pytest.mark.parametrize("dt_s", [0.0, 7.0, 600.0, -60.0])
def test_a_substep_divides_a_row(building: Building, world: World, dt_s: float) -> None:
    with pytest.raises(ValueError, match="dt_s must divide"):
        Simulation(building, world, start_s=world.start_s, dt_s=dt_s)


def test_a_wrong_start_or_world_is_refused(building: Building, world: World) -> None:
    with pytest.raises(ValueError, match="multiple of dt_s"):
        Simulation(building, world, start_s=world.start_s + 30.0)
    with pytest.raises(ValueError, match="another building than medium_office"):
        Simulation(load_building("medium_office"), world, start_s=world.start_s)


def test_time_beyond_the_year_meets_the_year_again(building: Building, world: World) -> None:
    assert world.row(world.end_s) == 0
    assert world.row(world.start_s - 1.0) == world.n_rows - 1
    simulation = Simulation(building, world, start_s=world.end_s - 300.0, dt_s=300.0)
    simulation.step(steps=3)
    assert simulation.building_out[0] == world.rows.outdoor_c[1]
