"""Surface films of the reference buildings, the same rules for all of them."""

from __future__ import annotations

from sim_buildings.thermal import LONGWAVE_W_M2_K, RADIANT_FILM_W_M2_K

# TARP's natural convection at a vertical surface, 1.31 |dT|^(1/3) (Walton 1983, NBSIR 83-2655; as
# in EnergyPlus), at a difference of 2.5 K, assumed typical between surfaces and still room air.
INNER_FILM_W_M2_K = float(RADIANT_FILM_W_M2_K + 1.31 * 2.5 ** (1.0 / 3.0))
# DOE-2's roughness factor of a rough surface over glass (EnergyPlus Engineering Reference).
ROUGH = 1.67
EMITTANCE, GLASS_EMITTANCE = 0.9, 0.84


# TARP at a difference of 3 K, assumed between outer surfaces and outdoor air.
NATURAL_W_M2_K = float(1.31 * 3.0 ** (1.0 / 3.0))


def glass_convection_w_m2_k(wind_m_s: float) -> float:
    """Convection at smooth glass outside: natural and forced, windward and leeward averaged.

    The MoWiTT measurements of Yazdanian and Klems 1994 (ASHRAE Transactions 100(1)), as in
    EnergyPlus Engineering Reference, outside convection, MoWiTT and DOE-2.
    """
    forced = 0.5 * (3.26 * wind_m_s**0.89 + 3.55 * wind_m_s**0.617)
    return float((NATURAL_W_M2_K**2 + forced**2) ** 0.5)


def wall_film_w_m2_k(wind_m_s: float) -> float:
    """Outer film of a rough wall: DOE-2's convection, and radiation."""
    forced = glass_convection_w_m2_k(wind_m_s) - NATURAL_W_M2_K
    return NATURAL_W_M2_K + ROUGH * forced + LONGWAVE_W_M2_K


def roof_film_w_m2_k(wind_m_s: float) -> float:
    """Outer film of a rough roof over a zone that is mostly roof: it matters in the sun.

    TARP upwards at 20 K, radiation at 30 °C; both assumed typical of a roof in the sun.
    """
    natural = 1.51 * 20.0 ** (1.0 / 3.0)
    smooth = glass_convection_w_m2_k(wind_m_s)
    forced = (smooth**2 - NATURAL_W_M2_K**2 + natural**2) ** 0.5 - natural
    return float(natural + ROUGH * forced + LONGWAVE_W_M2_K * (303.15 / 283.15) ** 3)


def glass_film_w_m2_k(wind_m_s: float) -> float:
    """Outer film of a window: convection and radiation."""
    return glass_convection_w_m2_k(wind_m_s) + LONGWAVE_W_M2_K * GLASS_EMITTANCE / EMITTANCE
