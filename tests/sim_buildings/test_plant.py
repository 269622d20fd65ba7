"""Heat pump, air handler and boxes: curves, limits and the loops' aims."""

from __future__ import annotations

import numpy as np
import pytest

from sim_buildings.air import AIR_HEAT_J_M3_K
from sim_buildings.air_handler import condition_air, fan_power_w, outdoor_air_share
from sim_buildings.building import Building
from sim_buildings.columns import B_HEATING, B_REHEAT, HEATING
from sim_buildings.parameters import HandlerParams
from sim_buildings.plant import (
    PlantParams,
    cooling_capacity_w,
    cooling_cop,
    electric_w,
    heating_capacity_w,
    heating_cop,
)
from sim_buildings.simulation import Simulation
from sim_buildings.vav_box import (
    cooling_airflow_m3_s,
    heating_airflow_and_reheat,
    largest_airflow_m3_s,
)

PLANT = PlantParams(10_000.0, 4.0, 12_000.0, 3.0)
HANDLER = HandlerParams(2.0, 250.0, 500.0, 0.5, 35.0, 0.5)


def test_curves_are_one_at_their_rating() -> None:
    assert cooling_capacity_w(35.0, PLANT) == pytest.approx(10_000.0, rel=0.005)
    assert cooling_cop(35.0, PLANT) == pytest.approx(4.0, rel=0.005)
    assert heating_capacity_w(8.33, PLANT) == pytest.approx(12_000.0, rel=0.005)
    assert heating_cop(8.33, PLANT) == pytest.approx(3.0, rel=0.005)


def test_warm_outdoor_air_hurts_cooling_and_helps_heating() -> None:
    for curve, coldest_c, sign in (
        (cooling_cop, -30.0, -1.0),
        (cooling_capacity_w, 20.0, -1.0),  # the curve is flat from its end at 18 °C to there
        (heating_cop, -30.0, 1.0),
        (heating_capacity_w, -30.0, 1.0),
    ):
        values = np.array([curve(t, PLANT) for t in np.arange(coldest_c, 55.0, 0.5)])
        assert (sign * np.diff(values) >= 0.0).all(), curve.__name__
        assert values.min() > 0.0


def test_part_load_costs_efficiency() -> None:
    assert electric_w(0.0, 1000.0, 4.0) == 0.0
    assert electric_w(1000.0, 1000.0, 4.0) == pytest.approx(250.0)
    assert electric_w(500.0, 1000.0, 4.0) == pytest.approx(125.0 / 0.875)


def test_demand_beyond_capacity_is_shared(building: Building, constant_world) -> None:
    world = constant_world(outdoor_c=-25.0)
    simulation = Simulation(building, world, start_s=world.start_s)
    override = np.full((len(building.zones), 4), np.nan)
    override[:, HEATING] = 40.0
    simulation.step(override, np.array([1.0, 35.0, np.nan, 0.0]))
    limit_w = heating_capacity_w(-25.0, simulation.params.plant)
    assert sum(zone.reheat_capacity_w for zone in building.zones) > limit_w
    assert simulation.building_out[B_REHEAT] == pytest.approx(limit_w, rel=1e-12)
    full_w = electric_w(limit_w, limit_w, heating_cop(-25.0, simulation.params.plant))
    assert simulation.building_out[B_HEATING] == pytest.approx(full_w, rel=1e-12)


def test_the_fan_follows_flow_and_pressure() -> None:
    assert fan_power_w(2.0, 250.0, HANDLER) == pytest.approx(2.0 * 750.0 / 0.5)
    assert fan_power_w(1.0, 250.0, HANDLER) == pytest.approx(1.0 * (250.0 + 125.0) / 0.5)
    # Without a duct setpoint power falls with the cube of the flow.
    assert fan_power_w(1.0, 0.0, HANDLER) == pytest.approx(fan_power_w(2.0, 0.0, HANDLER) / 8.0)


@pytest.mark.parametrize(
    ("outdoor_c", "cooling", "share"),
    [
        (30.0, True, 0.1),  # warmer than return air: least outdoor air
        (24.0, True, 0.1),  # no cooler than return air
        (23.0, True, 1.0),  # cooler than return, warmer than wanted: all outdoor air
        (4.0, True, 0.5),  # (24 - 14) / (24 - 4)
        (4.0, False, 0.1),  # nobody calls for cooling
        (-176.0, True, 0.1),  # even the least share is colder than wanted
    ],
)
def test_the_economiser(outdoor_c: float, cooling: bool, share: float) -> None:
    assert outdoor_air_share(24.0, outdoor_c, 14.0, 0.1, cooling) == pytest.approx(share)


def test_the_coil_reaches_the_setpoint_or_its_capacity() -> None:
    def air(capacity_w: float, cooling: bool = True):  # type: ignore[no-untyped-def]
        return condition_air(1.0, 24.0, 32.0, 0.25, 13.0, 250.0, cooling, capacity_w, HANDLER)

    rise_k = air(1e6).fan_w / AIR_HEAT_J_M3_K
    assert air(1e6).mixed_c == pytest.approx(26.0)
    assert air(1e6).supply_c == pytest.approx(13.0)
    assert air(1e6).coil_w == pytest.approx(AIR_HEAT_J_M3_K * (26.0 + rise_k - 13.0))
    assert air(5000.0).coil_w == 5000.0
    assert air(5000.0).supply_c == pytest.approx(26.0 + rise_k - 5000.0 / AIR_HEAT_J_M3_K)
    assert air(1e6, cooling=False).coil_w == 0.0


@pytest.mark.parametrize(
    ("free_c", "supply_c", "expected"),
    [
        (23.0, 13.0, 0.01),  # below the setpoint: least flow
        (24.5, 13.0, 0.5 * 1200.0 / (AIR_HEAT_J_M3_K * 11.0)),
        (40.0, 13.0, 0.5),  # largest flow
        (40.0, 25.0, 0.01),  # supply air no cooler than the room helps nothing
    ],
)
def test_the_cooling_box(free_c: float, supply_c: float, expected: float) -> None:
    flow = cooling_airflow_m3_s(free_c, 1200.0, 24.0, supply_c, 24.0, 0.01, 0.5)
    assert flow == pytest.approx(expected)


def test_the_heating_box_warms_least_air_first_then_more_air() -> None:
    def box(needed_w: float, capacity_w: float = 1e6) -> tuple[float, float]:
        # The zone is at 20 °C and falls short of 21 °C by needed_w.
        return heating_airflow_and_reheat(
            21.0 - needed_w / 1000.0, 1000.0, 20.0, 15.0, 21.0, 0.1, 0.4, capacity_w, 35.0
        )

    c = AIR_HEAT_J_M3_K
    assert box(-1e4) == (0.1, 0.0)
    assert box(500.0) == (0.1, pytest.approx(500.0 + c * 0.1 * 5.0))
    flow, reheat_w = box(3000.0)
    assert flow == pytest.approx(3000.0 / (c * 15.0))
    assert reheat_w == pytest.approx(c * flow * 20.0)
    assert box(1e6) == (0.4, pytest.approx(c * 0.4 * 20.0))
    assert box(1e6, 4000.0) == (pytest.approx(4000.0 / (c * 20.0)), pytest.approx(4000.0))
    assert box(1e6, 100.0) == (0.1, 100.0)


def test_an_open_damper_follows_the_root_of_the_pressure() -> None:
    assert largest_airflow_m3_s(0.6, 62.5, 250.0) == pytest.approx(0.3)
    assert largest_airflow_m3_s(0.6, 400.0, 250.0) == 0.6
    assert largest_airflow_m3_s(0.6, 0.0, 250.0) == 0.0
