"""Double glazing from its panes: U-value, sun that passes, heat gain."""

from __future__ import annotations

from typing import NamedTuple

from sim_buildings.reference.bestest_cases import Glass

# Air at 10 °C and 4 sigma T^3 there (EN 673:2011, tables 1 and 6).
_AIR_W_M_K = 0.02496
_BLACK_W_M2_K = 5.14


class Glazing(NamedTuple):
    u_w_m2_k: float
    solar_transmittance: float
    shgc: float
    absorptance: float


def glazing(glass: Glass, inner_film: float, outer_film: float) -> Glazing:
    """Two equal panes with these films [W/(m2 K)].

    Gap: radiation between panes and conduction of still air, as EN 673 has it for gaps up to
    about 15 mm, where its Nusselt number is 1. Sun: reflection back and forth between two panes;
    each pane's absorbed heat flows inwards by the share of resistance that lies outside of it
    (EN 410:2011, 5.4.6).
    """
    gap = _BLACK_W_M2_K / (2.0 / glass.emissivity - 1.0) + _AIR_W_M_K / glass.gap_m
    pane = glass.pane_thickness_m / glass.pane_conductivity_w_m_k
    resistance = 1.0 / inner_film + 1.0 / outer_film + 2.0 * pane + 1.0 / gap
    t, r = glass.solar_transmittance, glass.solar_reflectance
    a = 1.0 - t - r
    back = 1.0 / (1.0 - r * r)
    outer, inner = a * (1.0 + t * r * back), a * t * back
    outside_outer = 1.0 / outer_film + pane / 2.0
    outside_inner = outside_outer + pane + 1.0 / gap
    passes = t * t * back
    gain = passes + (outer * outside_outer + inner * outside_inner) / resistance
    return Glazing(1.0 / resistance, passes, gain, outer + inner)
