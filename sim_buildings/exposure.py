"""What of sun and sky a facade meets: its orientation, its glass, an overhang above it.

An overhang is taken to reach far past both ends of the facade, as eaves do; it hides sun and sky
and sends nothing of its own.
"""

from __future__ import annotations

from math import hypot
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim_buildings.coated_glass import gain_modifier, hemispherical_gain
from sim_buildings.glass import DIFFUSE_MODIFIER
from sim_buildings.two_panes import beam_modifier

Floats = NDArray[np.float64]

CLEAR, COATED = "clear_double", "coated_double"
GLASS = (CLEAR, COATED)
_COATED_DIFFUSE = hemispherical_gain()


class Overhang(NamedTuple):
    """Heights above the facade's foot [m]."""

    depth_m: float = 0.0
    height_m: float = 0.0
    sill_m: float = 0.0
    head_m: float = 0.0

    @property
    def open_window(self) -> float:
        """Share of an even sky's light that the windows still see."""
        return self._open(self.sill_m, self.head_m)

    @property
    def open_wall(self) -> float:
        return self._open(0.0, self.height_m)

    def lit_window(self, profile_tan: Floats) -> Floats:
        """Share of the windows in the sun, by the tangent of its profile angle."""
        return self._lit(self.sill_m, self.head_m, profile_tan)

    def lit_wall(self, profile_tan: Floats) -> Floats:
        return self._lit(0.0, self.height_m, profile_tan)

    def _open(self, low_m: float, high_m: float) -> float:
        """The mean over a strip of sin(atan(s / depth)), s below the overhang: the view factor of
        half a sky beneath an edge without end, over that of half a sky."""
        if self.depth_m == 0.0:
            return 1.0
        near, far = self.height_m - high_m, self.height_m - low_m
        return (hypot(far, self.depth_m) - hypot(near, self.depth_m)) / (far - near)

    def _lit(self, low_m: float, high_m: float, profile_tan: Floats) -> Floats:
        if self.depth_m == 0.0:
            return np.ones_like(profile_tan)
        edge_m = self.height_m - self.depth_m * profile_tan
        lit: Floats = np.clip((edge_m - low_m) / (high_m - low_m), 0.0, 1.0)
        return lit


class Exposure(NamedTuple):
    """Facades that agree in this meet the same sun."""

    azimuth_deg: float
    glass: str = CLEAR
    overhang: Overhang = Overhang()


def beam_gain(glass: str, angle_deg: Floats) -> Floats:
    """Gain of a beam at this angle over that of one that strikes the glass square."""
    return gain_modifier(angle_deg) if glass == COATED else beam_modifier(angle_deg)


def diffuse_gain(glass: str) -> float:
    """The same for a sky that is equally bright everywhere."""
    return _COATED_DIFFUSE if glass == COATED else DIFFUSE_MODIFIER
