"""The box: airflow and reheat against hand calculations, at and beyond their limits."""

from __future__ import annotations

import pytest

from sim_buildings.air import AIR_HEAT_J_M3_K
from sim_buildings.vav_box import box_action, open_damper

C = AIR_HEAT_J_M3_K


def box(
    free_c: float,
    supply_c: float,
    *,
    air_c: float = 24.0,
    response: float = 1200.0,
    least: float = 0.01,
    largest: float = 0.5,
    heating_most: float = 0.4,
    capacity_w: float = 1e6,
) -> tuple[float, float]:
    """Between 21 and 24 °C, discharge air up to 35 °C."""
    rise_k = 35.0 - supply_c
    flow_per_w = 1.0 / (C * rise_k) if rise_k > 0.0 else 0.0
    return box_action(
        free_c, response, air_c, supply_c, 21.0, 24.0, least, largest, heating_most, capacity_w,
        35.0, flow_per_w, C,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("free_c", "supply_c", "expected"),
    [
        (23.0, 13.0, 0.01),  # below the setpoint: least flow
        (24.0, 13.0, 0.01),
        (24.5, 13.0, 0.5 * 1200.0 / (C * 11.0)),
        (40.0, 13.0, 0.5),  # largest flow
        (40.0, 23.91, 0.01),  # less than 0.1 K cooler is not yet cooler
        (40.0, 23.85, 0.5),
        (40.0, 25.0, 0.01),  # supply air no cooler than the room helps nothing
    ],
)
def test_the_cooling_box(free_c: float, supply_c: float, expected: float) -> None:
    flow, reheat_w = box(free_c, supply_c)
    assert flow == pytest.approx(expected)
    assert reheat_w == 0.0


def test_a_box_passes_no_less_than_its_least() -> None:
    assert box(40.0, 13.0, least=0.3, largest=0.1)[0] == 0.3
    assert heating(1e6, heating_most=0.05)[0] == 0.1


def heating(
    needed_w: float,
    capacity_w: float = 1e6,
    supply_c: float = 15.0,
    air_c: float = 20.0,
    **limits: float,
) -> tuple[float, float]:
    """A zone at 20 °C that falls short of 21 °C by ``needed_w``; boxes of 0.1 to 0.4 m3/s."""
    free_c = 21.0 - needed_w / 1000.0
    return box(
        free_c, supply_c, air_c=air_c, response=1000.0, least=0.1, capacity_w=capacity_w, **limits
    )


def test_the_heating_box_warms_least_air_first_then_more_air() -> None:
    assert heating(-1e3) == (0.1, 0.0)
    # The least air itself chills by C x 0.1 x 5 K.
    assert heating(-C * 0.5) == (0.1, pytest.approx(0.0, abs=1e-9))
    assert heating(500.0) == (0.1, pytest.approx(500.0 + C * 0.1 * 5.0))
    flow, reheat_w = heating(3000.0)
    assert flow == pytest.approx(3000.0 / (C * 15.0))
    assert reheat_w == pytest.approx(C * flow * 20.0)
    assert heating(1e6) == (0.4, pytest.approx(C * 0.4 * 20.0))
    assert heating(1e6, largest=0.3) == (0.3, pytest.approx(C * 0.3 * 20.0))


def test_a_heating_box_never_passes_its_coils_capacity() -> None:
    assert heating(1e6, 4000.0) == (pytest.approx(4000.0 / (C * 20.0)), pytest.approx(4000.0))
    assert heating(1e6, 100.0) == (0.1, 100.0)
    assert heating(1e6, 0.0) == (0.1, 0.0)


def test_supply_air_as_warm_as_the_discharge_limit_needs_no_coil() -> None:
    for supply_c in (34.95, 35.0, 40.0):
        assert heating(1e4, supply_c=supply_c) == (0.1, 0.0)


def test_a_room_warmer_than_the_discharge_limit_gets_no_more_air() -> None:
    flow, reheat_w = heating(1e4, air_c=36.0)
    assert flow == 0.1
    assert reheat_w == pytest.approx(C * 0.1 * 20.0)


def test_a_zone_ends_at_its_setpoint() -> None:
    """d (T - T_free) = rho c V (T_supply - T_air) + Q, which the box solved."""
    for needed_w in (0.0, 400.0, 3000.0, 5500.0):
        flow, reheat_w = heating(needed_w)
        heat_w = C * flow * (15.0 - 20.0) + reheat_w
        assert 21.0 - needed_w / 1000.0 + heat_w / 1000.0 == pytest.approx(21.0)
    for free_c in (24.3, 27.0):
        flow, _ = box(free_c, 13.0)
        assert free_c - C * flow * 11.0 / 1200.0 == pytest.approx(24.0)


@pytest.mark.parametrize(("pascal", "expected"), [(0.0, 0.0), (62.5, 0.5), (250.0, 1), (400.0, 1)])
def test_an_open_damper_follows_the_root_of_the_pressure(pascal: float, expected: float) -> None:
    assert open_damper(pascal, 250.0) == pytest.approx(expected)
