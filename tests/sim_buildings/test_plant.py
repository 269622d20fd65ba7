"""Plant: curves of every kind, part load, gas and pumps, and how its limits are shared out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim_buildings.building import Building, load_building
from sim_buildings.columns import (
    B_COOLING,
    B_COOLING_COIL,
    B_EQUIPMENT,
    B_FAN,
    B_GAS,
    B_HEATING,
    B_LIGHTS,
    B_PUMPS,
    B_REHEAT,
    B_TOTAL,
    BW_COOLING_CAPACITY,
    BW_HEATING_CAPACITY,
    H_COOLING_COIL,
    HEATING,
    STATE_ENVELOPE,
    STATE_MASS,
    W_MASS_AIR,
    Z_AIR,
    Z_FLOOR_HEAT,
    Z_REHEAT,
)
from sim_buildings.parameter_columns import (
    PH_PLANT_SHARE,
    PZ_ENVELOPE_MASS,
    PZ_FLOOR,
    PZ_MASS,
    PZ_MASS_GROUND,
    PZ_REHEAT,
    PZ_WINDOW_MASS,
    PZ_WINDOW_U,
)
from sim_buildings.plant import cubic, input_w
from sim_buildings.plant_curves import COOLING, Curve
from sim_buildings.plant_curves import HEATING as HEATERS
from sim_buildings.simulation import Simulation
from sim_buildings.thermal import window_share
from sim_buildings.zone_step import floor_wish_w

RATED = [(name, curve, 35.0) for name, curve in COOLING.items()]
RATED += [(name, curve, 8.33) for name, curve in HEATERS.items()]


def capacity(curve: Curve, outdoor_c: float) -> float:
    return cubic(outdoor_c, curve.low_c, curve.high_c, *curve.capacity)


def input_ratio(curve: Curve, outdoor_c: float) -> float:
    return cubic(outdoor_c, curve.low_c, curve.high_c, *curve.input_ratio)


def test_a_cubic_by_hand_and_at_its_ends() -> None:
    # 1 + 2 x 3 + 3 x 9 + 4 x 27
    assert cubic(3.0, 0.0, 10.0, 1.0, 2.0, 3.0, 4.0) == 142.0
    assert cubic(-5.0, 0.0, 10.0, 1.0, 2.0, 3.0, 4.0) == 1.0
    assert cubic(99.0, 0.0, 10.0, 1.0, 2.0, 3.0, 4.0) == 4321.0


@pytest.mark.parametrize(("name", "curve", "rated_c"), RATED)
def test_curves_are_one_at_their_rating(name: str, curve: Curve, rated_c: float) -> None:
    assert capacity(curve, rated_c) == pytest.approx(1.0, rel=0.005), name
    assert input_ratio(curve, rated_c) == pytest.approx(1.0, rel=0.005), name


@pytest.mark.parametrize(("name", "curve", "rated_c"), RATED)
def test_warm_outdoor_air_hurts_cooling_and_helps_heating(
    name: str, curve: Curve, rated_c: float
) -> None:
    # The DX curve's capacity has its top just above its end at 18 °C.
    weather = np.arange(20.0 if rated_c == 35.0 else -50.0, 55.0, 0.5)
    sign = 1.0 if rated_c == 35.0 else -1.0
    inputs = np.array([input_ratio(curve, t) for t in weather])
    capacities = np.array([capacity(curve, t) for t in weather])
    assert (sign * np.diff(inputs) >= 0.0).all(), name
    assert (sign * np.diff(capacities) <= 0.0).all(), name
    for values in (inputs, capacities):
        assert values.min() > 0.0
    for outdoor_c in (-60.0, 60.0):
        assert capacity(curve, outdoor_c) > 0.0
        assert input_ratio(curve, outdoor_c) > 0.0


def test_only_burners_burn() -> None:
    assert {name for name, curve in HEATERS.items() if curve.gas} == {"gas_boiler", "gas_furnace"}
    assert not any(curve.gas for curve in COOLING.values())


def test_part_load_costs_efficiency() -> None:
    assert input_w(0.0, 1000.0, 4.0, 0.25) == 0.0
    assert input_w(1000.0, 1000.0, 4.0, 0.25) == 250.0
    assert input_w(500.0, 1000.0, 4.0, 0.25) == pytest.approx(125.0 / 0.875)
    assert input_w(1e-9, 1000.0, 4.0, 0.25) == pytest.approx(1e-9 / 4.0 / 0.75)
    assert input_w(500.0, 1000.0, 4.0, 0.0) == 125.0
    # Nothing to give, nothing given; and never more than full load.
    assert input_w(0.0, 0.0, 4.0, 0.25) == 0.0
    assert input_w(2000.0, 1000.0, 4.0, 0.25) == 500.0


def everything_on(
    building: Building, world, heating_c: float, outdoor_m3_s: float = 0.0, steps: int = 1
) -> Simulation:  # type: ignore[no-untyped-def]
    simulation = Simulation(building, world, start_s=world.start_s)
    override = np.full((len(building.zones), 4), np.nan)
    override[:, HEATING] = heating_c
    handlers = len(building.air_handlers)
    simulation.step(override, np.tile([1.0, np.nan, np.nan, outdoor_m3_s], (handlers, 1)), steps)
    return simulation


def test_demand_beyond_capacity_is_shared(building: Building, constant_world) -> None:
    world = constant_world(outdoor_c=-25.0)
    short = everything_on(building, world, 40.0)
    plenty = replace(building, plant=replace(building.plant, heating_capacity_w=1e9))
    wanted = everything_on(plenty, world, 40.0)
    limit_w = building.plant.heating_capacity_w * capacity(HEATERS["air_source_heat_pump"], -25.0)
    assert short.buffers.building[BW_HEATING_CAPACITY] == pytest.approx(limit_w, rel=1e-12)
    assert wanted.building_out[B_REHEAT] > limit_w
    assert short.building_out[B_REHEAT] == pytest.approx(limit_w, rel=1e-12)
    assert short.zone_out[:, Z_REHEAT].sum() == pytest.approx(limit_w, rel=1e-12)
    # Each gets the same share of its wish.
    shares = short.zone_out[:, Z_REHEAT] / wanted.zone_out[:, Z_REHEAT]
    assert np.ptp(shares) < 1e-12
    ratio = input_ratio(HEATERS["air_source_heat_pump"], -25.0)
    full_w = limit_w * ratio / building.plant.heating_cop
    assert short.building_out[B_HEATING] == pytest.approx(full_w, rel=1e-12)
    assert short.building_out[B_GAS] == 0.0


def test_a_boiler_burns_gas_and_meters_it(constant_world) -> None:
    office = load_building("medium_office")
    simulation = everything_on(office, constant_world(outdoor_c=0.0, of=office), 24.0, steps=30)
    out = simulation.building_out
    heat_w, limit_w = out[B_REHEAT], office.plant.heating_capacity_w
    assert 0.0 < heat_w < limit_w
    burnt_w = heat_w / 0.8 / (1.0 - 0.05 * (1.0 - heat_w / limit_w))
    assert out[B_GAS] == pytest.approx(burnt_w, rel=1e-12)
    assert out[B_HEATING] == 0.0
    parts = out[[B_FAN, B_COOLING, B_PUMPS, B_LIGHTS, B_EQUIPMENT]].sum()
    assert out[B_TOTAL] == pytest.approx(parts, rel=1e-12)
    part_load = max(heat_w / limit_w, out[B_COOLING_COIL] / office.plant.cooling_capacity_w)
    assert out[B_PUMPS] == pytest.approx(office.plant.pump_w * part_load, rel=1e-9)
    gas_j, energy_j = simulation.gas_j, simulation.energy_j
    simulation.step()
    assert simulation.gas_j - gas_j == pytest.approx(60.0 * out[B_GAS], rel=1e-9)
    assert simulation.energy_j - energy_j == pytest.approx(60.0 * out[B_TOTAL], rel=1e-9)


@pytest.mark.parametrize(
    ("sensed_c", "expected"),
    [(20.0, 1000.0), (20.5, 1000.0), (20.75, 750.0), (21.0, 500.0), (21.5, 0.0), (23.0, 0.0)],
)
def test_a_floors_thermostat_is_proportional(sensed_c: float, expected: float) -> None:
    assert floor_wish_w(1000.0, 21.0, sensed_c) == pytest.approx(expected)


def test_a_heated_floor_warms_the_mass(constant_world) -> None:
    house = load_building("house")
    world = constant_world(outdoor_c=0.0, of=house)
    warm, cold = (everything_on(house, world, setpoint, 0.0) for setpoint in (30.0, 5.0))
    for z, own in enumerate(warm.params.zones):
        assert warm.zone_out[z, Z_FLOOR_HEAT] == own[PZ_FLOOR] > 0.0
        assert cold.zone_out[z, Z_FLOOR_HEAT] == 0.0
        assert own[PZ_REHEAT] == warm.zone_out[z, Z_REHEAT] == 0.0
        # All of it goes into the mass, which gives some on to air and walls: implicit, by hand.
        mass_air, between = warm.zones[z, W_MASS_AIR], own[PZ_ENVELOPE_MASS]
        assert mass_air == cold.zones[z, W_MASS_AIR]
        glass = window_share(own[PZ_WINDOW_U], 1.0 / 29.2) * own[PZ_WINDOW_MASS]
        away = own[PZ_MASS_GROUND] + glass + mass_air + between
        warmer_air_k = warm.zone_out[z, Z_AIR] - cold.zone_out[z, Z_AIR]
        warmer_walls_k = warm.zones[z, STATE_ENVELOPE] - cold.zones[z, STATE_ENVELOPE]
        given_w = own[PZ_FLOOR] + mass_air * warmer_air_k + between * warmer_walls_k
        rise_k = given_w / (own[PZ_MASS] / 60.0 + away)
        found_k = warm.zones[z, STATE_MASS] - cold.zones[z, STATE_MASS]
        assert found_k == pytest.approx(rise_k, rel=1e-9)
        assert 0.0 < warmer_air_k < 0.1 * found_k
    assert warm.building_out[B_REHEAT] == pytest.approx(warm.zone_out[:, Z_FLOOR_HEAT].sum())
    assert warm.building_out[B_HEATING] > 0.0


def test_floors_share_a_small_heat_pump(constant_world) -> None:
    house = load_building("house")
    small = replace(house, plant=replace(house.plant, heating_capacity_w=4000.0))
    simulation = everything_on(small, constant_world(outdoor_c=0.0, of=house), 30.0)
    limit_w = simulation.buffers.building[BW_HEATING_CAPACITY]
    assert limit_w == pytest.approx(4000.0 * 0.758746, rel=1e-9)
    floors_w = simulation.zone_out[:, Z_FLOOR_HEAT]
    assert floors_w.sum() == pytest.approx(limit_w, rel=1e-12)
    shares = floors_w / simulation.params.zones[:, PZ_FLOOR]
    assert np.ptp(shares) < 1e-12


def test_floors_come_before_coils(constant_world) -> None:
    """One zone with a heated floor among zones with coils: the coils get what is left."""
    office = load_building("small_office")
    zones = (replace(office.zones[0], floor_heating=True, reheat_capacity_w=4000.0),)
    mixed = replace(
        office,
        zones=zones + office.zones[1:],
        plant=replace(office.plant, heating_capacity_w=10_000.0),
    )
    simulation = everything_on(mixed, constant_world(outdoor_c=0.0), 40.0)
    limit_w = simulation.buffers.building[BW_HEATING_CAPACITY]
    assert simulation.zone_out[0, Z_FLOOR_HEAT] == 4000.0
    assert simulation.zone_out[:, Z_REHEAT].sum() == pytest.approx(limit_w - 4000.0, rel=1e-12)
    assert simulation.building_out[B_REHEAT] == pytest.approx(limit_w, rel=1e-12)


def test_air_handlers_share_a_small_chiller_by_their_airflow(constant_world) -> None:
    office = load_building("medium_office")
    small = replace(office, plant=replace(office.plant, cooling_capacity_w=20_000.0))
    world = constant_world(outdoor_c=36.0, people=8.0, humidity_kg_kg=0.015, of=office)
    simulation = Simulation(small, world, start_s=world.start_s + 12 * 3600)
    simulation.step(steps=600)
    limit_w = simulation.buffers.building[BW_COOLING_CAPACITY]
    shares = simulation.params.handlers[:, PH_PLANT_SHARE]
    assert shares.sum() == pytest.approx(1.0)
    assert simulation.handlers[:, H_COOLING_COIL] == pytest.approx(shares * limit_w, rel=1e-12)
    assert simulation.building_out[B_COOLING_COIL] == pytest.approx(limit_w, rel=1e-12)
    # At full load nothing is lost to cycling.
    ratio = input_ratio(COOLING["rooftop_dx"], 36.0)
    expected = limit_w * ratio / office.plant.cooling_cop
    assert simulation.building_out[B_COOLING] == pytest.approx(expected, rel=1e-12)


def test_a_coil_has_a_limit_of_its_own(constant_world) -> None:
    office = load_building("medium_office")
    first, *rest = office.air_handlers
    small = replace(office, air_handlers=(replace(first, cooling_coil_w=5000.0), *rest))
    world = constant_world(outdoor_c=36.0, people=8.0, of=office)
    simulation = Simulation(small, world, start_s=world.start_s + 12 * 3600)
    simulation.step(steps=360)
    assert simulation.handlers[0, H_COOLING_COIL] == pytest.approx(5000.0, rel=1e-12)
    assert (simulation.handlers[1:, H_COOLING_COIL] > 10_000.0).all()


def test_without_cooling_plant_nothing_is_cooled(constant_world) -> None:
    house = load_building("house")
    world = constant_world(outdoor_c=33.0, people=1.0, of=house)
    simulation = Simulation(house, world, start_s=world.start_s)
    simulation.step(steps=2000)
    assert simulation.zone_out[:, Z_AIR].min() > house.bms.occupied_cooling_c
    assert not simulation.building_out[[B_COOLING, B_COOLING_COIL]].any()
