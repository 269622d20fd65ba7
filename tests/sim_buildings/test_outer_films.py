"""Outer films against hand calculations."""

from __future__ import annotations

import numpy as np
import pytest

from sim_buildings.outer_films import outer_films, seen_sky, sky_loss_w_m2
from sim_buildings.thermal import WINDOW_FILM_M2_K_W, window_share

SIGMA = 5.67e-8


def films(
    outdoor_c: float = 0.0, sky_c: float = -20.0, wind_m_s: float = 3.0, sun_w_m2: float = 0.0
) -> tuple[float, float, float]:
    """(wall, roof, window) [m2 K/W]."""
    air, sky = np.array([outdoor_c]), np.array([sky_c])
    sun = np.array([[sun_w_m2]])
    found = outer_films(air, sky_loss_w_m2(air, sky), np.array([wind_m_s]), sun, sun[:, 0])
    return (
        float(found.wall_m2_k_w[0, 0]),
        float(found.roof_m2_k_w[0]),
        float(found.window_m2_k_w[0]),
    )


def test_the_sky_takes_by_fourth_powers() -> None:
    loss = float(sky_loss_w_m2(np.array([0.0]), np.array([-20.0]))[0])
    assert loss == pytest.approx(SIGMA * (273.15**4 - 253.15**4), rel=1e-3)
    # A winter sky 20 K colder takes less than a summer's.
    assert loss < float(sky_loss_w_m2(np.array([30.0]), np.array([10.0]))[0])
    assert seen_sky(0.5) == pytest.approx(0.3536, abs=1e-4)


def test_a_wall_at_rest_balances_sun_sky_wind_and_room() -> None:
    """The film is that of the temperature where all flows cancel, with fourth powers."""
    outdoor_c, sky_c, wind, sun = 5.0, -10.0, 2.0, 400.0
    wall, _, _ = films(outdoor_c, sky_c, wind, sun)

    def left_w_m2(surface_c: float) -> float:
        natural = 1.31 * abs(surface_c - outdoor_c) ** (1.0 / 3.0)
        forced = 0.5 * (3.26 * wind**0.89 + 3.55 * wind**0.617)
        smooth = (natural**2 + forced**2) ** 0.5
        convection = natural + 1.67 * (smooth - natural)
        surface, air, sky = (t + 273.15 for t in (surface_c, outdoor_c, sky_c))
        radiation = 0.9 * SIGMA * ((surface**4 - air**4) + 0.3536 * (air**4 - sky**4))
        inwards = 0.5 * (surface_c - 21.0)
        return 0.7 * sun - convection * (surface_c - outdoor_c) - radiation - inwards

    low, high = outdoor_c, 60.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if left_w_m2(middle) > 0.0 else (low, middle)
    loss = float(sky_loss_w_m2(np.array([outdoor_c]), np.array([sky_c]))[0])
    driven = 0.7 * sun - 0.9 * 0.3536 * loss - 0.5 * (low - 21.0)
    assert wall == pytest.approx((low - outdoor_c) / driven, rel=0.01)


def test_wind_cools_and_calm_insulates() -> None:
    calm, storm = films(wind_m_s=0.0), films(wind_m_s=12.0)
    assert all(a > 2.5 * b for a, b in zip(calm, storm, strict=True))
    assert 0.13 < calm[2] < 0.25


def test_a_roof_that_is_warmer_than_the_air_sheds_more() -> None:
    """Air rises from it freely; at night it lies in layers."""
    _, day, _ = films(outdoor_c=20.0, sky_c=10.0, wind_m_s=0.5, sun_w_m2=800.0)
    _, night, _ = films(outdoor_c=20.0, sky_c=0.0, wind_m_s=0.5)
    assert day < 0.7 * night


@pytest.mark.parametrize("film", [0.034, 0.08, 0.17])
def test_another_film_is_another_resistance_in_series(film: float) -> None:
    u = 2.75
    exact = 1.0 / (1.0 + u * (film - WINDOW_FILM_M2_K_W))
    assert window_share(u, film) == pytest.approx(exact, rel=0.02)
