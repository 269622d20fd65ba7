"""Air handlers: fan, economiser, heat recovery and a coil that dries, against hand values."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim_buildings.air import (
    AIR_HEAT_J_KG_K,
    AIR_HEAT_J_M3_K,
    VAPORISATION_J_KG,
    saturation_humidity,
)
from sim_buildings.air_handler import Stream, cool, fan_power_w, outdoor_air_share
from sim_buildings.building import Building, load_building
from sim_buildings.columns import (
    COOLING,
    H_COOLING_COIL,
    H_FAN,
    H_LATENT,
    H_MIXED_AIR,
    H_OUTDOOR_FLOW,
    H_RETURN_AIR,
    H_SUPPLY_AIR,
    H_SUPPLY_CO2,
    H_SUPPLY_FLOW,
    H_SUPPLY_HUMIDITY,
    H_VENTILATION,
    HEATING,
    Z_AIRFLOW,
    Z_CO2,
)
from sim_buildings.simulation import Simulation

C = AIR_HEAT_J_M3_K
VAPOUR_J_M3 = C / AIR_HEAT_J_KG_K * VAPORISATION_J_KG


def test_the_fan_follows_flow_and_pressure() -> None:
    assert fan_power_w(2.0, 250.0, 2.0, 500.0, 0.5) == pytest.approx(2.0 * 750.0 / 0.5)
    assert fan_power_w(1.0, 250.0, 2.0, 500.0, 0.5) == pytest.approx(1.0 * (250.0 + 125.0) / 0.5)
    # Without a duct setpoint power falls with the cube of the flow.
    assert fan_power_w(1.0, 0.0, 2.0, 500.0, 0.5) == pytest.approx(
        fan_power_w(2.0, 0.0, 2.0, 500.0, 0.5) / 8.0
    )
    assert fan_power_w(0.0, 250.0, 2.0, 500.0, 0.5) == 0.0


@pytest.mark.parametrize(
    ("outdoor_c", "cooling", "share"),
    [
        (30.0, True, 0.1),  # warmer than return air: least outdoor air
        (24.0, True, 0.1),  # no cooler than return air
        (23.0, True, 1.0),  # cooler than return, warmer than wanted: all outdoor air
        (14.0, True, 1.0),
        (4.0, True, 0.5),  # (24 - 14) / (24 - 4)
        (4.0, False, 0.1),  # nobody calls for cooling
        (-176.0, True, 0.1),  # even the least share is colder than wanted
    ],
)
def test_the_economiser(outdoor_c: float, cooling: bool, share: float) -> None:
    assert outdoor_air_share(24.0, outdoor_c, 14.0, 0.1, cooling) == pytest.approx(share)


def test_a_dry_coil_reaches_its_aim_or_its_capacity() -> None:
    entering = Stream(26.0, 0.004)
    assert cool(entering, 1.0, 13.0, 1e6, C) == pytest.approx((13.0, 0.004, 13.0 * C, 0.0))
    assert cool(entering, 1.0, 13.0, 5000.0, C) == pytest.approx(
        (26.0 - 5000.0 / C, 0.004, 5000.0, 0.0)
    )
    assert cool(entering, 1.0, 13.0, 0.0, C) == (26.0, 0.004, 0.0, 0.0)
    # Colder than wanted already, however wet.
    assert cool(Stream(12.0, 0.02), 1.0, 13.0, 1e6, C) == (12.0, 0.02, 0.0, 0.0)
    assert cool(Stream(13.0, 0.02), 1.0, 13.0, 1e6, C) == (13.0, 0.02, 0.0, 0.0)


def test_a_wet_coil_leaves_air_near_saturation() -> None:
    coil = cool(Stream(26.0, 0.012), 1.0, 13.0, 1e6, C)
    # 0.95 of 9.35 g/kg at 13 °C (ASHRAE Fundamentals, chapter 1, table 2: 0.009370).
    assert coil.leaving_humidity == pytest.approx(0.95 * 0.00937, rel=5e-3)
    assert coil.leaving_humidity == 0.95 * saturation_humidity(13.0)
    dried = 0.012 - coil.leaving_humidity
    # 1.204 kg/s x 2465 kJ/kg x 3.1 g/kg, 9.2 kW.
    assert coil.latent_w == pytest.approx(VAPOUR_J_M3 * dried)
    assert coil.total_w == pytest.approx(13.0 * C + VAPOUR_J_M3 * dried)


def test_sensible_and_latent_heat_share_a_small_coil() -> None:
    whole = cool(Stream(26.0, 0.012), 1.0, 13.0, 1e6, C)
    half = cool(Stream(26.0, 0.012), 1.0, 13.0, whole.total_w / 2.0, C)
    assert half.total_w == pytest.approx(whole.total_w / 2.0)
    assert half.latent_w == pytest.approx(whole.latent_w / 2.0)
    assert half.leaving_c == pytest.approx(19.5)
    assert half.leaving_humidity == pytest.approx((0.012 + whole.leaving_humidity) / 2.0)
    # Exactly as much as is needed is enough.
    assert cool(Stream(26.0, 0.012), 1.0, 13.0, whole.total_w, C) == whole


def running(
    building: Building, world, cooling_c: float, outdoor_m3_s: float, setpoint_c: float = np.nan,
    heating_c: float = 5.0, steps: int = 1,
) -> Simulation:  # type: ignore[no-untyped-def]  # fmt: skip
    simulation = Simulation(building, world, start_s=world.start_s)
    override = np.full((len(building.zones), 4), np.nan)
    override[:, HEATING], override[:, COOLING] = heating_c, cooling_c
    handler = np.tile([1.0, setpoint_c, np.nan, outdoor_m3_s], (len(building.air_handlers), 1))
    simulation.step(override, handler, steps)
    return simulation


def test_supply_air_is_what_is_wanted_after_the_fan(building: Building, constant_world) -> None:
    world = constant_world(outdoor_c=32.0, humidity_kg_kg=0.014, people=5.0)
    simulation = running(building, world, 18.0, 0.3, 14.0)
    handler = simulation.handlers[0]
    flow = handler[H_SUPPLY_FLOW]
    assert flow == pytest.approx(simulation.zone_out[:, Z_AIRFLOW].sum())
    assert handler[H_OUTDOOR_FLOW] == pytest.approx(0.3)
    assert handler[H_SUPPLY_AIR] == pytest.approx(14.0)
    assert handler[H_RETURN_AIR] == pytest.approx(21.0)
    mixed_c = 21.0 + 0.3 / flow * 11.0
    assert handler[H_MIXED_AIR] == pytest.approx(mixed_c)
    assert handler[H_VENTILATION] == pytest.approx(C * 0.3 * 11.0)
    off_coil_c = 14.0 - handler[H_FAN] / (C * flow)
    mixed_humidity = 0.006 + 0.3 / flow * 0.008
    leaving = min(mixed_humidity, 0.95 * saturation_humidity(off_coil_c))
    assert handler[H_SUPPLY_HUMIDITY] == pytest.approx(leaving)
    latent_w = VAPOUR_J_M3 * flow * (mixed_humidity - leaving)
    assert handler[H_LATENT] == pytest.approx(latent_w, abs=1e-6)
    assert handler[H_COOLING_COIL] == pytest.approx(C * flow * (mixed_c - off_coil_c) + latent_w)
    # Everybody had outdoor air's CO2.
    assert handler[H_SUPPLY_CO2] == pytest.approx(420.0)
    assert simulation.zone_out[0, Z_CO2] > 420.0


def test_an_economiser_takes_what_reaches_the_setpoint(building: Building, constant_world) -> None:
    world = constant_world(outdoor_c=5.0, humidity_kg_kg=0.004)
    simulation = running(building, world, 18.0, 0.05, 14.0)
    handler = simulation.handlers[0]
    rise_k = handler[H_FAN] / (C * handler[H_SUPPLY_FLOW])
    share = handler[H_OUTDOOR_FLOW] / handler[H_SUPPLY_FLOW]
    assert share == pytest.approx((21.0 - (14.0 - rise_k)) / 16.0)
    assert handler[H_SUPPLY_AIR] == pytest.approx(14.0)
    assert handler[H_COOLING_COIL] == pytest.approx(0.0, abs=1e-6)
    without = replace(building, air_handlers=(replace(building.air_handlers[0], economiser=False),))
    closed = running(without, world, 18.0, 0.05, 14.0).handlers[0]
    assert closed[H_OUTDOOR_FLOW] == pytest.approx(0.05)
    assert closed[H_SUPPLY_AIR] == pytest.approx(14.0)
    assert closed[H_COOLING_COIL] > 1000.0


def test_outdoor_air_is_never_more_than_the_supply(building: Building, constant_world) -> None:
    simulation = running(building, constant_world(outdoor_c=10.0), 30.0, 1e6)
    handler = simulation.handlers[0]
    assert handler[H_OUTDOOR_FLOW] == pytest.approx(handler[H_SUPPLY_FLOW])
    assert handler[H_MIXED_AIR] == pytest.approx(10.0)


@pytest.mark.parametrize("outdoor_c", [-5.0, 35.0])
def test_heat_recovery_brings_back_four_fifths(constant_world, outdoor_c: float) -> None:
    house = load_building("house")
    assert house.air_handlers[0].heat_recovery == 0.8
    simulation = running(house, constant_world(outdoor_c=outdoor_c, of=house), 45.0, 0.03)
    handler = simulation.handlers[0]
    share = handler[H_OUTDOOR_FLOW] / handler[H_SUPPLY_FLOW]
    assert handler[H_OUTDOOR_FLOW] == pytest.approx(0.03)
    assert handler[H_MIXED_AIR] == pytest.approx(21.0 + share * 0.2 * (outdoor_c - 21.0))
    assert handler[H_VENTILATION] == pytest.approx(C * 0.03 * 0.2 * (outdoor_c - 21.0))


def test_heat_recovery_is_bypassed_while_outdoor_air_cools(constant_world) -> None:
    house = load_building("house")
    world = constant_world(outdoor_c=15.0, of=house)
    by_passed = running(house, world, 16.0, 0.03).handlers[0]
    assert by_passed[H_VENTILATION] == pytest.approx(C * by_passed[H_OUTDOOR_FLOW] * -6.0)
    kept = running(house, world, 45.0, 0.03).handlers[0]
    assert kept[H_VENTILATION] == pytest.approx(C * 0.03 * 0.2 * -6.0)


def test_a_constant_volume_fan_takes_its_design_power_whenever_it_runs(constant_world) -> None:
    shop = load_building("retail")
    for outdoor_c, cooling_c in ((30.0, 18.0), (10.0, 45.0)):
        world = constant_world(outdoor_c=outdoor_c, of=shop)
        simulation = running(shop, world, cooling_c, 0.0)
        for handler, row in zip(shop.air_handlers, simulation.handlers, strict=True):
            design = shop.design_airflow_m3_s(handler)
            pressure = handler.design_static_pressure_pa + handler.internal_pressure_pa
            assert row[H_FAN] == pytest.approx(design * pressure / handler.fan_efficiency)
            assert row[H_SUPPLY_FLOW] == pytest.approx(design)
    off = Simulation(shop, world, start_s=world.start_s)
    off.step(handler_override=np.tile([0.0, np.nan, np.nan, np.nan], (5, 1)))
    assert not off.handlers[:, [H_FAN, H_SUPPLY_FLOW, H_OUTDOOR_FLOW, H_VENTILATION]].any()


def test_nobody_calls_for_cooling_so_nothing_cools(building: Building, constant_world) -> None:
    world = constant_world(outdoor_c=32.0)
    handler = running(building, world, 45.0, 0.1, 14.0).handlers[0]
    assert handler[H_COOLING_COIL] == handler[H_LATENT] == 0.0
    rise_k = handler[H_FAN] / (C * handler[H_SUPPLY_FLOW])
    assert handler[H_SUPPLY_AIR] == pytest.approx(handler[H_MIXED_AIR] + rise_k)
