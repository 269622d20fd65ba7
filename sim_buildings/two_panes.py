"""How sun at an angle passes clear double glass, relative to sun that strikes it square.

Fresnel's reflection at each face, Bouguer's absorption within each pane, and all reflections
between the faces and the panes, for both polarisations: Duffie & Beckman, Solar Engineering of
Thermal Processes, sections 5.1 to 5.3.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

REFRACTIVE_INDEX = 1.526
"""Of glass; Duffie & Beckman, section 5.1."""
EXTINCTION = 0.096
"""Absorption coefficient times thickness: 3 mm of ordinary clear float glass, which passes 0.834 of
the sun (the pane of ANSI/ASHRAE Standard 140-2020)."""


def transmittance(angle_deg: Floats) -> Floats:
    """Beam through two clear panes by its angle of incidence, same shape; 0 from 90° on."""
    angle = np.radians(np.clip(angle_deg, 0.01, 89.99))
    inside = np.arcsin(np.sin(angle) / REFRACTIVE_INDEX)
    left = np.exp(-EXTINCTION / np.cos(inside))
    across = (np.sin(inside - angle) / np.sin(inside + angle)) ** 2
    along = (np.tan(inside - angle) / np.tan(inside + angle)) ** 2
    through = np.zeros_like(angle)
    for face in (across, along):
        passed = left * (1.0 - face) ** 2 / (1.0 - (face * left) ** 2)
        reflected = face * (1.0 + left * passed)
        through += 0.5 * passed**2 / (1.0 - reflected**2)
    return np.where(np.asarray(angle_deg) < 90.0, through, 0.0)


def beam_modifier(angle_deg: Floats) -> Floats:
    """Transmittance over that at normal incidence."""
    modifier: Floats = transmittance(angle_deg) / transmittance(np.zeros(1))
    return modifier


def hemispherical_modifier() -> float:
    """The mean of :func:`beam_modifier` over a sky that is equally bright everywhere."""
    angle_deg = np.arange(0.25, 90.0, 0.5)
    weight = np.sin(np.radians(2.0 * angle_deg))
    return float((beam_modifier(angle_deg) * weight).sum() / weight.sum())
