"""What EnergyPlus makes of a window that is given by U-value and SHGC alone.

EnergyPlus Engineering Reference, "Simple Window Model" (Arasteh, Kohler and Griffith 2009, Modeling
Windows in EnergyPlus with Simple Performance Indices, LBNL-2804E).
"""

from __future__ import annotations

from math import log

from hvac_rl.errors import ConfigError


def glass_resistance_m2_k_w(u_w_m2_k: float) -> float:
    """Of the glazing without the films of its winter rating; ``u_w_m2_k`` below 5.85."""
    inner = 1.0 / (0.359073 * log(u_w_m2_k) + 6.949915)
    outer = 1.0 / (0.025342 * u_w_m2_k + 29.163853)
    return 1.0 / u_w_m2_k - inner - outer


def solar_transmittance(u_w_m2_k: float, shgc: float) -> float:
    """At normal incidence, for U below 3.4 W/(m2 K)."""
    if u_w_m2_k >= 3.4:
        raise ConfigError(
            "simple glazing", f"U {u_w_m2_k:g} W/(m2 K): only below 3.4 is known here"
        )
    if shgc <= 0.15:
        return 0.41040 * shgc
    return 0.085775 * shgc**2 + 0.963954 * shgc - 0.084958


def solar_absorptance(u_w_m2_k: float, shgc: float) -> float:
    """Of the glass at normal incidence, for U below 3.4 W/(m2 K): what makes the gain of its summer
    rating, where heat flows inwards by the share of resistance outside of the glass's middle."""
    passes = solar_transmittance(u_w_m2_k, shgc)
    d = shgc - passes
    inner = 1.0 / (29.436546 * d**3 - 21.943415 * d**2 + 9.945872 * d + 7.426151)
    outer = 1.0 / (2.225824 * d + 20.57708)
    glass = glass_resistance_m2_k_w(u_w_m2_k)
    return d * (inner + glass + outer) / (outer + glass / 2.0)
