"""Heat in a zone: an air node, an envelope node and an internal-mass node.

    C_a dT_a/dt = K_o (T_out - T_a) + K_ae (T_e - T_a) + K_am (T_m - T_a) + K_aw (T_w - T_a) + q_a
    C_e dT_e/dt = K_eo (T_out - T_e) + K_ae (T_a - T_e) + K_em (T_m - T_e) + K_ew (T_w - T_e) + q_e
    C_m dT_m/dt = K_mo (T_out - T_m) + K_mg (T_ground - T_m)
                + K_am (T_a - T_m) + K_em (T_e - T_m) + K_mw (T_w - T_m) + q_m

K_o is infiltration, K_eo walls and roof, K_mo the slab's edge, K_mg the ground beneath; K_aw, K_ew
and K_mw end at the windows' outer side T_w, which a cold sky cools. They and K_ae, K_am, K_em come
from convection and radiation between the zone's surfaces (:mod:`sim_buildings.room`). q_a takes
convective gains, supply air and the neighbours; sun and radiant gains come to all three. A
resistance-capacitance zone in the manner of ISO 13790:2008, annex C, with two masses in place of
its one and air and radiation told apart.

Within a zone the substep is backward Euler, so it is stable at any length. Eliminating the two
masses leaves one equation for the air (:func:`coupled_nodes`). Supply air and the exchange between
zones are explicit, taken at the substep's start: what leaves one zone is to the last bit what
reaches the other.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Number = TypeVar("Number", float, NDArray[np.floating])

# Of an inner surface at 20 °C, emittance 0.9: ISO 6946:2017, annex C (0.9 x 5.7).
RADIANT_FILM_W_M2_K = 5.13
# Natural convection at inner surfaces, 1.31 |dT|^(1/3) W/(m2 K): TARP at vertical ones (Walton
# 1983, NBSIR 83-2655, as in EnergyPlus), in the form 1.31 (0.754 + 3.2 |s|),
# s = dT / (|dT| + 12 K), which needs no root and lies within 4 % of it from 1 to 30 K.
CONVECTION_K = 12.0
CONVECTION_RISE_W_M2_K = 1.31 * 3.2
# Where the film of a building's file holds: at a difference of 2.5 K.
TYPICAL_CONVECTION = 2.5 / (2.5 + CONVECTION_K)
# TARP at horizontal surfaces over that at vertical ones: 1.51 where air rises freely (a warm floor,
# a cold ceiling), 0.76 where it lies in layers.
FREE_CONVECTION, LAYERED_CONVECTION = 1.51 / 1.31, 0.76 / 1.31
# Of outer walls and roofs, for long-wave radiation.
EMITTANCE = 0.9
# Outer film of windows for which a zone's network is made: middling, between calm and storm
# (assumed). Another film changes their conductance by :func:`window_share`.
WINDOW_FILM_M2_K_W = 0.08


def convection(envelope_k: float, mass_k: float) -> tuple[float, float]:
    """s of CONVECTION_K, -1 .. 1, for masses whose surfaces are ``..._k`` warmer than the air."""
    envelope, mass = abs(envelope_k) + CONVECTION_K, abs(mass_k) + CONVECTION_K
    # One division for both: it is the dearest operation of a substep.
    one = 1.0 / (envelope * mass)
    return envelope_k * mass * one, mass_k * envelope * one


def above_roof_c(
    outdoor_c: float, sky_loss_w_m2: float, ghi_w_m2: float, absorptance: float, film_m2_k_w: float
) -> float:
    """Sol-air temperature of a roof [°C] (ASHRAE Fundamentals, chapter 18)."""
    return outdoor_c + film_m2_k_w * (absorptance * ghi_w_m2 - EMITTANCE * sky_loss_w_m2)


def window_share(u_w_m2_k: Number, film_m2_k_w: Number) -> Number:
    """Windows' conductance with this outer film over that with WINDOW_FILM_M2_K_W.

    1 / (1 + x), x = U (film - WINDOW_FILM), to its second order: within 2 % for |x| below 0.27.
    """
    x = u_w_m2_k * (film_m2_k_w - WINDOW_FILM_M2_K_W)
    return 1.0 - x * (1.0 - x)


def coupled_nodes(
    envelope_c: float,
    mass_c: float,
    envelope_j_per_k: float,
    mass_j_per_k: float,
    envelope_out_w_per_k: float,
    mass_out_w_per_k: float,
    envelope_air_w_per_k: float,
    mass_air_w_per_k: float,
    between_w_per_k: float,
    envelope_drive_w: float,
    mass_drive_w: float,
    dt_s: float,
) -> tuple[float, float, float, float]:
    """Both masses' end temperatures as (a_e, b_e, a_m, b_m) in T' = a + b T_air', backward Euler.

    a [°C], b [-]. ``..._drive_w``: sum of K T over what lies outside, and heat [W]. The two
    equations E T_e' - K T_m' = s_e + K_ae T_air' and M T_m' - K T_e' = s_m + K_am T_air', with
    E, M the sums of C/dt and all conductances of a node, are solved by Cramer's rule.
    """
    envelope_storage = envelope_j_per_k / dt_s
    mass_storage = mass_j_per_k / dt_s
    envelope = envelope_storage + envelope_out_w_per_k + envelope_air_w_per_k + between_w_per_k
    mass = mass_storage + mass_out_w_per_k + mass_air_w_per_k + between_w_per_k
    one = 1.0 / (envelope * mass - between_w_per_k * between_w_per_k)
    envelope_s = envelope_storage * envelope_c + envelope_drive_w
    mass_s = mass_storage * mass_c + mass_drive_w
    return (
        (mass * envelope_s + between_w_per_k * mass_s) * one,
        (mass * envelope_air_w_per_k + between_w_per_k * mass_air_w_per_k) * one,
        (envelope * mass_s + between_w_per_k * envelope_s) * one,
        (envelope * mass_air_w_per_k + between_w_per_k * envelope_air_w_per_k) * one,
    )


def air_equation(
    air_c: float,
    capacity_j_per_k: float,
    to_outdoor_w_per_k: float,
    outdoor_drive_w: float,
    envelope_w_per_k: float,
    envelope_a_c: float,
    envelope_b: float,
    mass_w_per_k: float,
    mass_a_c: float,
    mass_b: float,
    heat_w: float,
    dt_s: float,
) -> tuple[float, float]:
    """The air node's equation as (n [W], d [W/K]) in d T_air' = n + (heat of the supply air).

    ``outdoor_drive_w``: sum of K T over what ``to_outdoor_w_per_k`` leads to. The masses'
    responses (a, b) come from :func:`coupled_nodes`.
    """
    storage = capacity_j_per_k / dt_s
    n = (
        storage * air_c
        + outdoor_drive_w
        + envelope_w_per_k * envelope_a_c
        + mass_w_per_k * mass_a_c
        + heat_w
    )
    d = (
        storage
        + to_outdoor_w_per_k
        + envelope_w_per_k * (1.0 - envelope_b)
        + mass_w_per_k * (1.0 - mass_b)
    )
    return n, d
