"""Sun on facades and through clear glass, worked out once for a year of weather with pvlib."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
import pvlib
from numpy.typing import NDArray

from sim_buildings.exposure import CLEAR, Exposure, beam_gain, diffuse_gain

Floats = NDArray[np.float64]

# Ground reflectance of grass and concrete around a building, EnergyPlus's default.
GROUND_ALBEDO = 0.2
# Of a sun 84° above the normal: beyond it the beam does not pass slats.
MOST_PROFILE_TAN = 10.0


class FacadeSun(NamedTuple):
    """Irradiance on a facade or another surface [W/m2], one value a row.

    ``window_...``: as far as the facade's glass passes it at its angle, relative to the beam that
    strikes it square: times SHGC it is the heat gain.
    """

    incident: Floats
    """What a pyranometer on the surface reads: beam + diffuse."""
    window: Floats
    """window_beam + window_diffuse."""
    beam: Floats
    diffuse: Floats
    """Sky, circumsolar and ground-reflected."""
    window_beam: Floats
    window_diffuse: Floats
    profile_tan: Floats
    """Tangent of the solar profile angle, 0 .. 10; 0 when the sun is behind or down."""
    wall: Floats
    """Incident on the opaque part: an overhang hides another share of it than of the windows."""


def on_facade(
    azimuth_deg: float,
    position: pd.DataFrame,
    dni_w_m2: Floats,
    ghi_w_m2: Floats,
    dhi_w_m2: Floats,
    dni_extra_w_m2: Floats,
) -> FacadeSun:
    """Sun on a vertical facade facing ``azimuth_deg`` (clockwise from north)."""
    return on_surface(90.0, azimuth_deg, position, dni_w_m2, ghi_w_m2, dhi_w_m2, dni_extra_w_m2)


def on_exposure(
    exposure: Exposure,
    position: pd.DataFrame,
    dni_w_m2: Floats,
    ghi_w_m2: Floats,
    dhi_w_m2: Floats,
    dni_extra_w_m2: Floats,
) -> FacadeSun:
    """Sun on a facade with its glass, beneath its overhang."""
    rows = position, dni_w_m2, ghi_w_m2, dhi_w_m2, dni_extra_w_m2
    sun = on_surface(90.0, exposure.azimuth_deg, *rows, glass=exposure.glass)
    over = exposure.overhang
    if over.depth_m == 0.0:
        return sun
    zenith = position["apparent_zenith"].to_numpy()
    sky = pvlib.irradiance.perez(
        90.0,
        exposure.azimuth_deg,
        dhi_w_m2,
        dni_w_m2,
        dni_extra_w_m2,
        zenith,
        position["azimuth"].to_numpy(),
        pvlib.atmosphere.get_relative_airmass(zenith),
        return_components=True,
    )
    even, round_sun = (
        # pvlib changed its columns' prefix.
        _whole(next(part for name, part in sky.items() if name.endswith(kind)))
        for kind in ("isotropic", "circumsolar")
    )

    def left(lit: Floats, seen: float) -> Floats:
        hidden = (1.0 - seen) * even + (1.0 - lit) * round_sun
        return np.maximum(sun.diffuse - hidden, 0.0)

    lit, wall_lit = over.lit_window(sun.profile_tan), over.lit_wall(sun.profile_tan)
    beam, diffuse = lit * sun.beam, left(lit, over.open_window)
    window_beam, window_diffuse = lit * sun.window_beam, diffuse * diffuse_gain(exposure.glass)
    wall = wall_lit * sun.beam + left(wall_lit, over.open_wall)
    return _summed(beam, diffuse, window_beam, window_diffuse, sun.profile_tan, wall)


def on_surface(
    tilt_deg: float,
    azimuth_deg: float,
    position: pd.DataFrame,
    dni_w_m2: Floats,
    ghi_w_m2: Floats,
    dhi_w_m2: Floats,
    dni_extra_w_m2: Floats,
    glass: str = CLEAR,
) -> FacadeSun:
    """Sun on a surface; ``tilt_deg``: 0 faces the sky, 90 is a wall.

    Transposition: Perez et al. 1990, as in pvlib. ``glass``: of :mod:`sim_buildings.exposure`.
    """
    zenith = position["apparent_zenith"].to_numpy()
    azimuth = position["azimuth"].to_numpy()
    parts = pvlib.irradiance.get_total_irradiance(
        tilt_deg,
        azimuth_deg,
        zenith,
        azimuth,
        dni_w_m2,
        ghi_w_m2,
        dhi_w_m2,
        dni_extra=dni_extra_w_m2,
        airmass=pvlib.atmosphere.get_relative_airmass(zenith),
        albedo=GROUND_ALBEDO,
        model="perez",
    )
    beam = _whole(parts["poa_direct"])
    diffuse = _whole(parts["poa_diffuse"])
    angle = pvlib.irradiance.aoi(tilt_deg, azimuth_deg, zenith, azimuth)
    window_beam = beam * beam_gain(glass, np.asarray(angle, dtype=np.float64))
    window_diffuse = diffuse * diffuse_gain(glass)
    tangent = profile_tan(tilt_deg, azimuth_deg, zenith, azimuth)
    return _summed(beam, diffuse, window_beam, window_diffuse, tangent, beam + diffuse)


def _summed(
    beam: Floats,
    diffuse: Floats,
    window_beam: Floats,
    window_diffuse: Floats,
    tangent: Floats,
    wall: Floats,
) -> FacadeSun:
    return FacadeSun(
        incident=beam + diffuse,
        window=window_beam + window_diffuse,
        beam=beam,
        diffuse=diffuse,
        window_beam=window_beam,
        window_diffuse=window_diffuse,
        profile_tan=tangent,
        wall=wall,
    )


def profile_tan(
    tilt_deg: float, azimuth_deg: float, zenith_deg: Floats, sun_azimuth_deg: Floats
) -> Floats:
    """Tangent of the sun's profile angle on a surface, 0 .. MOST_PROFILE_TAN.

    The angle between the surface's normal and the sun, seen along horizontal slats: for a wall
    tan(height) / cos(sun's azimuth - wall's) (ASHRAE Handbook Fundamentals, chapter 15).
    """
    tilt = np.radians(tilt_deg)
    zenith = np.radians(zenith_deg)
    ahead = np.sin(zenith) * np.cos(np.radians(sun_azimuth_deg - azimuth_deg))
    up = np.cos(zenith)
    normal = ahead * np.sin(tilt) + up * np.cos(tilt)
    along = up * np.sin(tilt) - ahead * np.cos(tilt)
    seen = (normal > 0.0) & (up > 0.0)
    tangent = np.divide(along, normal, out=np.zeros_like(normal), where=seen)
    clipped: Floats = np.clip(tangent, 0.0, MOST_PROFILE_TAN)
    return clipped


def _whole(values: object) -> Floats:
    return np.ascontiguousarray(np.maximum(np.nan_to_num(np.asarray(values, np.float64)), 0.0))
