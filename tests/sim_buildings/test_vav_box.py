"""The box: airflow and reheat against hand calculations, at and beyond their limits."""

from __future__ import annotations

import pytest

from sim_buildings.air import AIR_HEAT_J_M3_K
from sim_buildings.vav_box import (
    cooling_airflow_m3_s,
    heating_airflow_and_reheat,
    largest_airflow_m3_s,
)

C = AIR_HEAT_J_M3_K


@pytest.mark.parametrize(
    ("free_c", "supply_c", "expected"),
    [
        (23.0, 13.0, 0.01),  # below the setpoint: least flow
        (24.0, 13.0, 0.01),
        (24.5, 13.0, 0.5 * 1200.0 / (C * 11.0)),
        (40.0, 13.0, 0.5),  # largest flow
        (40.0, 23.91, 0.01),  # less than 0.1 K cooler is not yet cooler
        (40.0, 25.0, 0.01),  # supply air no cooler than the room helps nothing
    ],
)
def test_the_cooling_box(free_c: float, supply_c: float, expected: float) -> None:
    flow = cooling_airflow_m3_s(free_c, 1200.0, 24.0, supply_c, 24.0, 0.01, 0.5, C)
    assert flow == pytest.approx(expected)


def heating(
    needed_w: float, capacity_w: float = 1e6, supply_c: float = 15.0, air_c: float = 20.0
) -> tuple[float, float]:
    """A zone at 20 °C that falls short of 21 °C by ``needed_w``; boxes of 0.1 to 0.4 m3/s."""
    free_c = 21.0 - needed_w / 1000.0
    return heating_airflow_and_reheat(
        free_c, 1000.0, air_c, supply_c, 21.0, 0.1, 0.4, capacity_w, 35.0, C
    )


def test_the_heating_box_warms_least_air_first_then_more_air() -> None:
    assert heating(-1e4) == (0.1, 0.0)
    # The least air itself chills by C x 0.1 x 5 K.
    assert heating(-C * 0.5) == (0.1, 0.0)
    assert heating(500.0) == (0.1, pytest.approx(500.0 + C * 0.1 * 5.0))
    flow, reheat_w = heating(3000.0)
    assert flow == pytest.approx(3000.0 / (C * 15.0))
    assert reheat_w == pytest.approx(C * flow * 20.0)
    assert heating(1e6) == (0.4, pytest.approx(C * 0.4 * 20.0))


def test_a_heating_box_never_passes_its_coils_capacity() -> None:
    assert heating(1e6, 4000.0) == (pytest.approx(4000.0 / (C * 20.0)), pytest.approx(4000.0))
    assert heating(1e6, 100.0) == (0.1, 100.0)
    assert heating(1e6, 0.0) == (0.1, 0.0)


def test_supply_air_as_warm_as_the_discharge_limit_needs_no_coil() -> None:
    assert heating(1e4, supply_c=35.0) == (0.1, 0.0)
    assert heating(1e4, supply_c=40.0) == (0.1, 0.0)


def test_a_room_warmer_than_the_discharge_limit_gets_no_more_air() -> None:
    flow, reheat_w = heating(1e4, air_c=36.0)
    assert flow == 0.1
    assert reheat_w == pytest.approx(C * 0.1 * 20.0)


@pytest.mark.parametrize(
    ("pascal", "expected"), [(0.0, 0.0), (62.5, 0.3), (250.0, 0.6), (400.0, 0.6)]
)
def test_an_open_damper_follows_the_root_of_the_pressure(pascal: float, expected: float) -> None:
    assert largest_airflow_m3_s(0.6, pascal, 250.0) == pytest.approx(expected)
