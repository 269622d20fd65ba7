"""What is broken shows its effect, balances stay closed, and repair undoes it."""

from __future__ import annotations

from math import isnan, nan

import numpy as np
import pytest

from sim_buildings.building import Building, load_building
from sim_buildings.columns import (
    B_FAN,
    BLIND,
    COOLING,
    ENABLE,
    H_COOLING_COIL,
    H_OUTDOOR_FLOW,
    H_SUPPLY_AIR,
    H_SUPPLY_FLOW,
    HEATING,
    STATE_AIR,
    Z_AIR,
    Z_AIRFLOW,
    Z_DISCHARGE_AIR,
    Z_EYE,
    Z_REHEAT,
    Z_SOLAR,
    ZONE_EFFECTIVE,
)
from sim_buildings.fault_columns import (
    HANDLER_FAULTS,
    NO_HANDLER_FAULT,
    NO_ZONE_FAULT,
    ZONE_FAULTS,
)
from sim_buildings.simulation import Simulation
from sim_buildings.world import World, make_world
from tests.sim_buildings.ledger import keep, open_books

DAY_S = 86_400.0
SOUTH = 1


def at_noon(building: Building, world: World, day: int = 195) -> Simulation:
    """A summer's day, warmed up to noon."""
    simulation = Simulation(building, world, start_s=world.start_s + (day + 0.5) * DAY_S)
    simulation.warm_up(1.5)
    return simulation


def overrides(**given: float) -> np.ndarray:
    """(5, 4): one value for all zones, or NaN."""
    columns = {"heating": HEATING, "cooling": COOLING, "blind": BLIND}
    values = np.full((5, 4), np.nan)
    for name, value in given.items():
        values[:, columns[name]] = value
    return values


def everything(simulation: Simulation) -> bytes:
    return b"".join(array.tobytes() for array in simulation.buffers)


def test_a_stuck_blind_ignores_its_command(building: Building, world: World) -> None:
    well, broken = at_noon(building, world), at_noon(building, world)
    broken.break_zone("south", blind_stuck=0.0)
    for simulation in (well, broken):
        simulation.step(overrides(blind=1.0))
    assert broken.zones[SOUTH, ZONE_EFFECTIVE + BLIND] == 1.0
    assert broken.zone_out[SOUTH, Z_SOLAR] > 2.0 * well.zone_out[SOUTH, Z_SOLAR]
    assert broken.zone_out[SOUTH, Z_EYE] > 2.0 * well.zone_out[SOUTH, Z_EYE]
    others = [0, 2, 3, 4]
    assert np.array_equal(broken.zone_out[others, Z_SOLAR], well.zone_out[others, Z_SOLAR])
    open_blind = at_noon(building, world)
    open_blind.step(overrides(blind=0.0))
    assert open_blind.zone_out[SOUTH, Z_SOLAR] == broken.zone_out[SOUTH, Z_SOLAR]


@pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
def test_a_stuck_damper_passes_its_share(building: Building, world: World, share: float) -> None:
    simulation = at_noon(building, world)
    simulation.break_zone("south", damper_stuck=share)
    for cooling_c in (18.0, 30.0):
        simulation.step(overrides(heating=15.0, cooling=cooling_c))
        most = building.zones[SOUTH].airflow_max_m3_s
        assert simulation.zone_out[SOUTH, Z_AIRFLOW] == pytest.approx(max(share * most, 1e-4))
        flows = simulation.zone_out[:, Z_AIRFLOW]
        assert simulation.handlers[0, H_SUPPLY_FLOW] == pytest.approx(flows.sum())
    # A fan that stands still moves nothing through it.
    simulation.step(handler_override=np.array([[0.0, nan, nan, nan]]))
    assert simulation.zone_out[SOUTH, Z_AIRFLOW] == 0.0


def test_a_shut_damper_lets_the_room_warm_up(building: Building, world: World) -> None:
    well, broken = at_noon(building, world), at_noon(building, world)
    broken.break_zone("south", damper_stuck=0.0)
    for simulation in (well, broken):
        simulation.step(steps=180)
    assert broken.zone_out[SOUTH, Z_AIR] > well.zone_out[SOUTH, Z_AIR] + 1.0


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_a_stuck_valve_heats_whatever_is_wanted(
    building: Building, world: World, share: float
) -> None:
    well, broken = at_noon(building, world), at_noon(building, world)
    broken.break_zone("south", valve_stuck=share)
    reheat_w = share * building.zones[SOUTH].reheat_capacity_w
    for simulation in (well, broken):
        simulation.step(overrides(cooling=20.0))
    assert well.zone_out[SOUTH, Z_REHEAT] == 0.0
    assert broken.zone_out[SOUTH, Z_REHEAT] == pytest.approx(reheat_w)
    flow = broken.zone_out[SOUTH, Z_AIRFLOW]
    warmer_k = broken.zone_out[SOUTH, Z_DISCHARGE_AIR] - broken.handlers[0, H_SUPPLY_AIR]
    assert warmer_k == pytest.approx(reheat_w / (broken.world.air_heat_j_m3_k * flow))
    # And it does not heat more in winter.
    cold = at_noon(building, world, day=14)
    cold.break_zone("south", valve_stuck=share)
    cold.step(overrides(heating=30.0, cooling=35.0))
    assert cold.zone_out[SOUTH, Z_REHEAT] == pytest.approx(reheat_w)


@pytest.mark.parametrize("offset_k", [0.8, -0.8])
def test_a_sensors_offset_moves_the_room_the_other_way(
    building: Building, world: World, offset_k: float
) -> None:
    """The loop holds what the sensor says; the room is colder by as much as it says too much."""
    well, broken = at_noon(building, world), at_noon(building, world)
    broken.break_zone("south", sensor_offset_k=offset_k)
    for simulation in (well, broken):
        simulation.step(overrides(heating=15.0, cooling=25.0), steps=240)
    sensed, state = broken.zone_out[:, Z_AIR], broken.zones[:, STATE_AIR]
    assert sensed[SOUTH] - state[SOUTH] == pytest.approx(offset_k)
    assert well.zones[SOUTH, STATE_AIR] == pytest.approx(25.0, abs=0.01)
    assert state[SOUTH] == pytest.approx(25.0 - offset_k, abs=0.01)
    assert np.array_equal(sensed[[0, 2, 3, 4]], state[[0, 2, 3, 4]])


def test_a_drift_grows_by_the_hour(building: Building, world: World) -> None:
    simulation = at_noon(building, world)
    simulation.break_zone("south", sensor_drift_k_per_h=0.25)
    for hours in (1, 2, 4):
        simulation.step(steps=60 if hours < 4 else 120)
        error_k = simulation.zone_out[SOUTH, Z_AIR] - simulation.zones[SOUTH, STATE_AIR]
        assert error_k == pytest.approx(0.25 * hours, rel=1e-9)


def test_a_frozen_sensor_says_one_thing(building: Building, world: World) -> None:
    simulation = at_noon(building, world)
    simulation.break_zone("south", sensor_frozen_c=30.0, sensor_offset_k=1.0)
    simulation.step(steps=240)
    assert simulation.zone_out[SOUTH, Z_AIR] == 30.0
    # The box believes it and cools at its best.
    most = building.zones[SOUTH].airflow_max_m3_s
    assert simulation.zone_out[SOUTH, Z_AIRFLOW] == pytest.approx(most)
    assert simulation.zones[SOUTH, STATE_AIR] < 23.5


def test_a_frozen_sensor_keeps_the_night_cycle_asleep(building: Building, constant_world) -> None:
    world = constant_world(outdoor_c=-20.0)
    runs = {}
    for frozen in (nan, 21.0):
        simulation = Simulation(building, world, start_s=world.start_s + 20 * 3600)
        for zone in building.zone_names:
            simulation.break_zone(zone, sensor_frozen_c=frozen)
        enabled = 0.0
        for _ in range(9 * 60):
            simulation.step()
            enabled += simulation.bms_handler[0, ENABLE]
        runs[isnan(frozen)] = enabled
        coldest_c = simulation.zones[:, STATE_AIR].min()
    assert runs[True] > 30.0
    assert runs[False] == 0.0
    assert coldest_c < 14.6


def test_a_fouled_coil_gives_its_share(building: Building, constant_world) -> None:
    world = constant_world(outdoor_c=36.0, people=6.0, humidity_kg_kg=0.016)
    found = []
    for share in (1.0, 0.2):
        simulation = Simulation(building, world, start_s=world.start_s + 12 * 3600)
        simulation.break_handler("ahu", coil_share=share)
        simulation.step(overrides(cooling=18.0), np.array([[1.0, 10.0, nan, nan]]), steps=30)
        found.append(simulation.handlers[0, [H_COOLING_COIL, H_SUPPLY_AIR]])
    (_, aimed_c), (fouled_w, supply_c) = found
    limit_w = min(
        building.air_handlers[0].cooling_coil_w,
        building.plant.cooling_capacity_w,
    )
    assert aimed_c == pytest.approx(10.0)
    assert supply_c > 15.0
    # The curve gives almost the rated capacity at 36 °C.
    assert fouled_w == pytest.approx(0.2 * limit_w, rel=0.02)


def test_a_failed_fan_stands_still(building: Building, world: World) -> None:
    simulation = at_noon(building, world)
    before_c = simulation.zones[SOUTH, STATE_AIR]
    simulation.break_handler("ahu", fan_failed=1.0)
    simulation.step(steps=180)
    assert simulation.effective_handler[0, ENABLE] == 1.0
    assert not simulation.handlers[0, [H_SUPPLY_FLOW, H_OUTDOOR_FLOW, H_COOLING_COIL]].any()
    assert simulation.building_out[B_FAN] == 0.0
    assert not simulation.zone_out[:, [Z_AIRFLOW, Z_REHEAT]].any()
    assert simulation.zones[SOUTH, STATE_AIR] > before_c + 1.0


def test_only_the_broken_handler_fails() -> None:
    office = load_building("medium_office")
    world = make_world(office)
    simulation = at_noon(office, world)
    simulation.break_handler("ahu2", fan_failed=1.0)
    simulation.step()
    assert (simulation.handlers[:, H_SUPPLY_FLOW] > 0.0).tolist() == [True, False, True]


@pytest.mark.parametrize("share", [0.0, 0.35, 1.0])
def test_a_stuck_outdoor_damper_passes_its_share(
    building: Building, world: World, share: float
) -> None:
    for day in (14, 110, 195):
        simulation = at_noon(building, world, day)
        simulation.break_handler("ahu", outdoor_damper_stuck=share)
        simulation.step()
        outdoor, flow = simulation.handlers[0, [H_OUTDOOR_FLOW, H_SUPPLY_FLOW]]
        assert flow > 0.0
        assert outdoor == pytest.approx(share * flow)


@pytest.mark.parametrize("offset_k", [2.0, -2.0])
def test_a_supply_sensors_offset_moves_the_supply_air(
    building: Building, world: World, offset_k: float
) -> None:
    """What it says too much the air leaves too cold."""
    simulation = at_noon(building, world)
    simulation.break_handler("ahu", supply_sensor_offset_k=offset_k)
    simulation.step(overrides(cooling=22.0), np.array([[1.0, 14.0, nan, nan]]), steps=10)
    assert simulation.handlers[0, H_SUPPLY_AIR] == pytest.approx(14.0 - offset_k)


ALL_ZONE = {
    "sensor_offset_k": 0.8,
    "sensor_drift_k_per_h": 0.01,
    "blind_stuck": 0.6,
    "damper_stuck": 0.5,
    "valve_stuck": 0.3,
}
ALL_HANDLER = {"coil_share": 0.5, "outdoor_damper_stuck": 0.4, "supply_sensor_offset_k": 1.0}


def test_repair_undoes_everything(building: Building, world: World) -> None:
    well, broken = at_noon(building, world), at_noon(building, world)
    assert everything(well) == everything(broken)
    broken.break_zone("south", **ALL_ZONE, sensor_frozen_c=20.0)
    broken.break_handler("ahu", **ALL_HANDLER, fan_failed=1.0)
    assert everything(well) != everything(broken)
    broken.repair()
    assert everything(well) == everything(broken)
    for simulation in (well, broken):
        simulation.step(steps=30)
    assert everything(well) == everything(broken)


def test_a_fault_that_is_none_changes_nothing(building: Building, world: World) -> None:
    well, told = at_noon(building, world), at_noon(building, world)
    told.break_zone("south", **dict(zip(ZONE_FAULTS, NO_ZONE_FAULT, strict=True)))
    told.break_handler("ahu", **dict(zip(HANDLER_FAULTS, NO_HANDLER_FAULT, strict=True)))
    for simulation in (well, told):
        simulation.step(steps=30)
    assert everything(well) == everything(told)


@pytest.mark.parametrize("name", ["small_office", "medium_office", "house", "retail"])
def test_broken_buildings_keep_their_balance(name: str) -> None:
    """Ten days in winter and summer, faults of every kind; measured: 2e-13 of all flows."""
    building = load_building(name)
    world = make_world(building)
    for day in (10, 190):
        start_s = world.start_s + day * DAY_S
        simulation = Simulation(building, world, start_s=start_s, dt_s=300.0)
        for zone in building.zone_names[::2]:
            simulation.break_zone(zone, **ALL_ZONE)
        simulation.break_zone(building.zone_names[1], sensor_frozen_c=26.0)
        for handler in building.air_handlers:
            simulation.break_handler(handler.name, **ALL_HANDLER)
        books = open_books(simulation)
        keep(simulation, books, 10 * 288)
        simulation.break_handler(building.air_handlers[0].name, fan_failed=1.0)
        keep(simulation, books, 2 * 288)
        left = books.worst
        assert max(left.values()) <= 1e-12, left


def test_unknown_faults_and_places_are_refused(building: Building, world: World) -> None:
    simulation = Simulation(building, world, start_s=world.start_s)
    with pytest.raises(KeyError, match="known are: core, south"):
        simulation.break_zone("attic", blind_stuck=1.0)
    with pytest.raises(KeyError, match=r"'bilnd'.*blind_stuck"):
        simulation.break_zone("south", bilnd=1.0)
    with pytest.raises(KeyError, match="known are: ahu"):
        simulation.break_handler("attic", fan_failed=1.0)
    with pytest.raises(KeyError, match="coil_share"):
        simulation.break_handler("ahu", fan=1.0)
