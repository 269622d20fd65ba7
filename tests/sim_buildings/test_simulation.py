"""The simulation as somebody uses it: engines agree, time is kept, nothing breaks it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim_buildings.building import Building
from sim_buildings.columns import (
    B_FAN,
    B_OUTDOOR_FLOW,
    B_SUPPLY_FLOW,
    COOLING,
    ENABLE,
    HEATING,
    Z_AIR,
    Z_AIRFLOW,
    Z_REHEAT,
)
from sim_buildings.simulation import Simulation
from sim_buildings.world import World

DAY_S = 86_400.0
JULY_S = 195 * DAY_S


def a_day(simulation: Simulation) -> list[bytes]:
    """Bytes of everything, quarter-hourly, under overrides that wander."""
    random = np.random.default_rng(3)
    zone = np.full((len(simulation.building.zones), 4), np.nan)
    handler = np.full(4, np.nan)
    seen = []
    for k in range(96):
        if k % 8 == 0:
            zone[:] = random.uniform([15, 20, 0, 0], [24, 30, 1, 1], zone.shape)
            handler[:] = random.uniform([0, 10, 50, 0], [1, 20, 400, 1], 4)
            zone[random.random(zone.shape) < 0.4] = np.nan
            handler[random.random(4) < 0.4] = np.nan
        simulation.step(zone, handler, steps=3)
        seen.append(b"".join(array.tobytes() for array in simulation.buffers))
    return seen


@pytest.mark.parametrize("start_s", [10 * DAY_S, JULY_S], ids=["winter", "summer"])
def test_plain_and_compiled_agree_to_the_last_bit(
    building: Building, world: World, start_s: float
) -> None:
    days = [
        a_day(
            Simulation(building, world, start_s=world.start_s + start_s, dt_s=300.0, engine=engine)
        )
        for engine in ("plain", "compiled")
    ]
    assert days[0] == days[1]


def test_several_steps_at_once_are_the_same_steps(building: Building, world: World) -> None:
    one, many = (Simulation(building, world, start_s=world.start_s + JULY_S) for _ in range(2))
    for _ in range(40):
        one.step()
    many.step(steps=40)
    assert one.time_s == many.time_s
    assert all(a.tobytes() == b.tobytes() for a, b in zip(one.buffers, many.buffers, strict=True))


def test_warm_up_ends_at_the_start_and_leaves_the_meter(building: Building, world: World) -> None:
    simulation = Simulation(building, world, start_s=world.start_s)
    simulation.warm_up(2)
    assert simulation.time_s == world.start_s
    assert simulation.energy_j == 0.0
    assert np.ptp(simulation.zone_state) > 1.0


def test_a_snapshot_brings_everything_back(building: Building, world: World) -> None:
    simulation = Simulation(building, world, start_s=world.start_s + JULY_S)
    simulation.step(steps=100)
    moment = simulation.snapshot()
    first = a_day(simulation)
    simulation.restore(moment)
    assert simulation.time_s == moment.time_s
    assert a_day(simulation) == first


def test_the_handler_switched_off_moves_no_air(building: Building, world: World) -> None:
    simulation = Simulation(building, world, start_s=world.start_s + JULY_S + 10 * 3600)
    handler = np.full(4, np.nan)
    handler[ENABLE] = 0.0
    simulation.step(ahu_override=handler)
    assert simulation.bms_ahu[ENABLE] == 1.0
    assert simulation.effective_ahu[ENABLE] == 0.0
    assert not simulation.zone_out[:, [Z_AIRFLOW, Z_REHEAT]].any()
    assert not simulation.building_out[[B_SUPPLY_FLOW, B_OUTDOOR_FLOW, B_FAN]].any()


wild = st.floats(allow_nan=True, allow_infinity=True, width=64)


@settings(max_examples=60, deadline=None)
@given(zone=st.lists(wild, min_size=4, max_size=4), handler=st.lists(wild, min_size=4, max_size=4))
def test_no_override_breaks_it(
    building: Building, world: World, zone: list[float], handler: list[float]
) -> None:
    simulation = Simulation(building, world, start_s=world.start_s + JULY_S, dt_s=300.0)
    override = np.tile(zone, (len(building.zones), 1))
    simulation.step(override, np.array(handler), steps=288)
    for array in (simulation.zone_state, simulation.zone_out, simulation.building_out):
        assert np.isfinite(array).all()
    assert simulation.zone_out[:, Z_AIR].min() > -30.0
    assert simulation.zone_out[:, Z_AIR].max() < 70.0


def test_crossed_setpoints_hold_the_cooling_setpoint(building: Building, world: World) -> None:
    simulation = Simulation(building, world, start_s=world.start_s + 10 * DAY_S)
    override = np.full((len(building.zones), 4), np.nan)
    override[:, HEATING], override[:, COOLING] = 26.0, 22.0
    handler = np.array([1.0, np.nan, np.nan, 0.0])
    simulation.step(override, handler, steps=2880)
    assert simulation.zone_out[:, Z_AIR] == pytest.approx(22.0, abs=0.3)


def test_the_occupied_setpoints_are_held(building: Building, world: World) -> None:
    for day in (14, 195):
        simulation = Simulation(building, world, start_s=world.start_s + (day + 0.5) * DAY_S)
        simulation.warm_up(5.5)
        assert (simulation.zone_out[:, Z_AIR] > 20.9).all()
        assert (simulation.zone_out[:, Z_AIR] < 24.1).all()


@pytest.mark.parametrize("dt_s", [0.0, 7.0, 600.0, -60.0])
def test_a_substep_divides_a_row(building: Building, world: World, dt_s: float) -> None:
    with pytest.raises(ValueError, match="dt_s must divide"):
        Simulation(building, world, start_s=world.start_s, dt_s=dt_s)


def test_time_beyond_the_year_meets_the_year_again(building: Building, world: World) -> None:
    assert world.row(world.end_s) == 0
    assert world.row(world.start_s - 1.0) == world.n_rows - 1
    simulation = Simulation(building, world, start_s=world.end_s - 300.0, dt_s=300.0)
    simulation.step(steps=3)
    assert simulation.building_out[0] == world.rows.outdoor_c[1]
