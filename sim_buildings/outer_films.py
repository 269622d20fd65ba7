"""Convection and long-wave radiation at outer surfaces, worked out once for a year of weather.

Long-wave, EnergyPlus Engineering Reference, "Outside Surface Heat Balance" (Walton 1983,
NBSIR 83-2655): a surface sees the sky with F = (1 + cos tilt) / 2, of which beta = sqrt(F) is as
cold as the sky; all the rest is as warm as the air. So it loses

    e sigma (T_s^4 - T_air^4) + e F beta sigma (T_air^4 - T_sky^4)

whose second part does not depend on the surface: :func:`sky_loss_w_m2`, exact. The first part is
linear with the coefficient at the mean of both temperatures.

Convection: DOE-2 and MoWiTT, same reference, outside convection. Natural convection and that
coefficient depend on the surface's own temperature, which is found here from what a surface of
usual absorptance and insulation would have; they are not sensitive to it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim_buildings.outdoor_moisture import KELVIN
from sim_buildings.sky import STEFAN_BOLTZMANN_W_M2_K4
from sim_buildings.thermal import EMITTANCE

Floats = NDArray[np.float64]

GLASS_EMITTANCE = 0.84
WALL_VIEW = 0.5
"""F of an upright wall; a roof's is 1."""
# DOE-2's roughness factor of a rough surface over glass (EnergyPlus Engineering Reference).
ROUGH = 1.67
# The surface that natural convection is reckoned for: assumed, see above.
USUAL_ABSORPTANCE, USUAL_OPAQUE_W_M2_K, USUAL_WINDOW_W_M2_K, ROOM_C = 0.7, 0.5, 3.0, 21.0
# Surface temperatures settle to 0.1 K in so many rounds.
ROUNDS = 6


class OuterFilms(NamedTuple):
    """Resistance between outer surfaces and their sol-air temperature, by row [m2 K/W]."""

    wall_m2_k_w: Floats
    """(R, F) by orientation."""
    roof_m2_k_w: Floats
    """(R,)"""
    window_m2_k_w: Floats
    """(R,)"""


def sky_loss_w_m2(outdoor_c: Floats, sky_c: Floats) -> Floats:
    """What a black roof as warm as the air loses to the sky [W/m2]."""
    black = (outdoor_c + KELVIN) ** 4 - (sky_c + KELVIN) ** 4
    loss: Floats = STEFAN_BOLTZMANN_W_M2_K4 * black
    return loss


def seen_sky(view: float) -> float:
    """F beta of a surface that sees the sky with F = ``view``.

    Where something hides part of the sky F falls and beta stays, as in EnergyPlus.
    """
    return float(view * view**0.5)


def outer_films(
    outdoor_c: Floats,
    loss_w_m2: Floats,
    wind_m_s: Floats,
    facade_w_m2: Floats,
    ghi_w_m2: Floats,
) -> OuterFilms:
    """The films of a building whose walls meet the wind ``wind_m_s``.

    Shapes (R,) but ``facade_w_m2``, the sun on each orientation: (R, F). ``loss_w_m2``:
    :func:`sky_loss_w_m2`.
    """
    forced = forced_w_m2_k(wind_m_s)
    windward = windward_w_m2_k(wind_m_s)

    def rough(natural: Floats, smooth: Floats) -> Floats:
        return natural + ROUGH * (np.hypot(natural, smooth) - natural)

    wall = [
        _film(
            outdoor_c,
            USUAL_ABSORPTANCE * sun - EMITTANCE * seen_sky(WALL_VIEW) * loss_w_m2,
            USUAL_OPAQUE_W_M2_K,
            EMITTANCE,
            lambda warmer_k: rough(upright_w_m2_k(warmer_k), forced),
        )
        for sun in facade_w_m2.T
    ]
    roof = _film(
        outdoor_c,
        USUAL_ABSORPTANCE * ghi_w_m2 - EMITTANCE * loss_w_m2,
        USUAL_OPAQUE_W_M2_K,
        EMITTANCE,
        lambda warmer_k: rough(upward_w_m2_k(warmer_k), windward),
    )
    window = _film(
        outdoor_c,
        -GLASS_EMITTANCE * seen_sky(WALL_VIEW) * loss_w_m2,
        USUAL_WINDOW_W_M2_K,
        GLASS_EMITTANCE,
        lambda warmer_k: np.hypot(upright_w_m2_k(warmer_k), forced),
    )
    walls = np.stack(wall, axis=1) if wall else np.zeros((outdoor_c.size, 0))
    return OuterFilms(np.ascontiguousarray(walls), roof, window)


def upright_w_m2_k(warmer_k: Floats) -> Floats:
    """Natural convection at a vertical surface (TARP, Walton 1983)."""
    natural: Floats = 1.31 * np.abs(warmer_k) ** (1.0 / 3.0)
    return natural


def upward_w_m2_k(warmer_k: Floats) -> Floats:
    """Natural convection at a surface that faces up: rising freely or lying in layers (TARP)."""
    natural: Floats = np.where(warmer_k > 0.0, 1.51, 0.76) * np.abs(warmer_k) ** (1.0 / 3.0)
    return natural


def windward_w_m2_k(wind_m_s: Floats) -> Floats:
    """Forced convection at smooth glass that faces the wind.

    The MoWiTT measurements of Yazdanian and Klems 1994 (ASHRAE Transactions 100(1)).
    """
    forced: Floats = 3.26 * wind_m_s**0.89
    return forced


def forced_w_m2_k(wind_m_s: Floats) -> Floats:
    """The same, windward and leeward averaged: where the wind comes from is not looked at."""
    forced: Floats = 0.5 * (windward_w_m2_k(wind_m_s) + 3.55 * wind_m_s**0.617)
    return forced


def _film(
    outdoor_c: Floats,
    absorbed_w_m2: Floats,
    inner_w_m2_k: float,
    emittance: float,
    convection: Callable[[Floats], Floats],
) -> Floats:
    """1 / (convection + radiation) where the surface comes to rest."""
    warmer_k = np.zeros_like(outdoor_c)
    driven = absorbed_w_m2 + inner_w_m2_k * (ROOM_C - outdoor_c)
    film = np.ones_like(outdoor_c)
    for _ in range(ROUNDS):
        mean_k = outdoor_c + KELVIN + warmer_k / 2.0
        film = convection(warmer_k) + 4.0 * emittance * STEFAN_BOLTZMANN_W_M2_K4 * mean_k**3
        warmer_k = 0.5 * (warmer_k + driven / (film + inner_w_m2_k))
    resistance: Floats = 1.0 / film
    return resistance
