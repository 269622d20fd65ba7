"""Heat in a zone: an air node between an envelope node and an internal-mass node.

    C_a dT_a/dt = K_o (T_out - T_a) + K_e (T_e - T_a) + K_m (T_m - T_a) + q_a
    C_e dT_e/dt = K_eo (T_out - T_e) + K_e (T_a - T_e) + q_e
    C_m dT_m/dt = K_mo (T_out - T_m) + K_mg (T_ground - T_m) + K_m (T_a - T_m) + q_m

K_o holds windows and infiltration, K_eo walls and roof, K_mo the slab's edge, K_mg the ground
beneath. q_a takes convective gains, supply air and the neighbours; q_e and q_m take radiation. A
resistance-capacitance zone in the manner of ISO 13790:2008, annex C, with two masses in place of
its one.

Within a zone the substep is backward Euler, so it is stable at any length. The two masses meet
only the air, so eliminating them leaves one equation (:func:`coupled_node`). Supply air and the
exchange between zones are explicit, taken at the substep's start: what leaves one zone is to the
last bit what reaches the other.
"""

from __future__ import annotations

# Linearised radiation of an outer surface at 10 °C, emittance 0.9: 4 x 0.9 sigma T^3.
LONGWAVE_W_M2_K = 4.63
# EnergyPlus Engineering Reference, outside surface heat balance: a vertical wall sees the sky
# with F = 0.5, of which beta = sqrt(0.5) is as cold as the sky, the rest as the air.
WALL_SKY_VIEW = 0.354


def coupled_node(
    node_c: float,
    capacity_j_per_k: float,
    to_outside_w_per_k: float,
    to_air_w_per_k: float,
    drive_w: float,
    dt_s: float,
) -> tuple[float, float]:
    """A mass node's end temperature as (a, b) in T' = a + b T_air', backward Euler.

    a [°C]: (C/dt T + drive) / (C/dt + K_out + K_a); b [-]: K_a / (C/dt + K_out + K_a).
    ``drive_w``: sum of K T over what lies outside, and heat [W].
    """
    storage = capacity_j_per_k / dt_s
    # One division for both: it is the dearest operation of a substep.
    share = 1.0 / (storage + to_outside_w_per_k + to_air_w_per_k)
    return (storage * node_c + drive_w) * share, to_air_w_per_k * share


def air_equation(
    air_c: float,
    capacity_j_per_k: float,
    to_outdoor_w_per_k: float,
    outdoor_c: float,
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

    The masses' responses (a, b) come from :func:`coupled_node`.
    """
    storage = capacity_j_per_k / dt_s
    n = (
        storage * air_c
        + to_outdoor_w_per_k * outdoor_c
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


def beyond_film(u_w_m2_k: float, area_m2: float, film_w_m2_k: float) -> float:
    """The conductance [W/K] outside the inner film of an element with overall ``u_w_m2_k``.

    1/K = 1/(U A) - 1/(h A): with the film in series the element keeps its U-value.
    """
    return area_m2 / (1.0 / u_w_m2_k - 1.0 / film_w_m2_k)
