"""How sun at an angle passes coated or tinted double glazing, relative to sun that strikes square.

Arasteh, Kohler and Griffith 2009, Modeling Windows in EnergyPlus with Simple Performance Indices,
LBNL-2804E, step 7, as in EnergyPlus Engineering Reference, "Simple Window Model": of glazings with
a U-value of 1.7 to 3.4 W/(m2 K) and an SHGC of 0.3 to 0.5 the mean of curves F, G, H and I. They
shape transmittance and reflectance; what is left is absorbed and comes in partly.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Polynomials of the cosine, lowest power first: F, G, H, I.
_TRANSMITTANCE = (
    (0.0, 1.21, 3.14, -6.37, 3.03),
    (0.0, 1.09, 3.54, -6.84, 3.23),
    (0.0, 0.98, 3.83, -7.13, 3.33),
    (0.0, 0.79, 3.93, -6.86, 3.15),
)
_REFLECTANCE = (
    (1.0, -3.15, 10.98, -13.14, 5.32),
    (1.0, -3.25, 11.32, -13.54, 5.49),
    (1.0, -3.39, 11.70, -13.94, 5.64),
    (1.0, -4.06, 13.55, -15.74, 6.27),
)
# Of the DOE reference offices' glass (U 3.24, SHGC 0.39) at normal incidence by the same model, and
# what comes in of the heat that it absorbs, behind thermal.WINDOW_FILM_M2_K_W.
_PASSES, _REFLECTS, _INWARDS = 0.304, 0.469, 0.41


def transmittance_modifier(angle_deg: Floats) -> Floats:
    """Transmittance over that at normal incidence; 0 from 90° on."""
    return _curve(_TRANSMITTANCE, angle_deg)


def gain_modifier(angle_deg: Floats) -> Floats:
    """Heat gain over that at normal incidence; 0 from 90° on."""
    passes = _curve(_TRANSMITTANCE, angle_deg)
    grazing = _curve(_REFLECTANCE, angle_deg) - passes
    reflects = _REFLECTS * (1.0 - grazing) + grazing
    gain = _gain(_PASSES * passes, reflects)
    modifier: Floats = gain / _gain(np.array(_PASSES), np.array(_REFLECTS))
    return np.where(np.asarray(angle_deg) < 90.0, np.maximum(modifier, 0.0), 0.0)


def hemispherical_gain() -> float:
    """The mean of :func:`gain_modifier` over a sky that is equally bright everywhere."""
    angle_deg = np.arange(0.25, 90.0, 0.5)
    weight = np.sin(np.radians(2.0 * angle_deg))
    return float((gain_modifier(angle_deg) * weight).sum() / weight.sum())


def _gain(passes: Floats, reflects: Floats) -> Floats:
    gain: Floats = passes + _INWARDS * (1.0 - passes - reflects)
    return gain


def _curve(polynomials: tuple[tuple[float, ...], ...], angle_deg: Floats) -> Floats:
    cosine = np.cos(np.radians(np.clip(angle_deg, 0.0, 90.0)))
    mean = np.mean(polynomials, axis=0)
    # Rounded coefficients do not quite add up to 1.
    curve = np.polynomial.polynomial.polyval(cosine, mean) / mean.sum()
    return np.where(np.asarray(angle_deg) < 90.0, np.clip(curve, 0.0, 1.0), 0.0)
