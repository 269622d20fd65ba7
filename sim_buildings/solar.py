"""Sun: on facades, through windows and blinds, and on opaque walls.

The part that depends on weather alone is worked out once a year with pvlib (:func:`on_facade`);
the scalar functions below run every substep.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
import pvlib
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Ground reflectance of grass and concrete around a building, EnergyPlus's default.
GROUND_ALBEDO = 0.2
# ASHRAE Handbook Fundamentals, chapter 18 (sol-air temperature): film 17 W/(m2 K); a horizontal
# surface sees a sky 4 K colder than the air, a vertical one no colder than air and ground.
OUTER_FILM_W_M2_K = 17.0
SKY_DEPRESSION_K = 4.0


class FacadeSun(NamedTuple):
    """Irradiance on a vertical facade [W/m2], one value a row."""

    incident: Floats
    """What a pyranometer on the facade reads."""
    window: Floats
    """Incident irradiance times the glass's angle modifier: times SHGC it is the heat gain."""


def on_facade(
    azimuth_deg: float,
    position: pd.DataFrame,
    dni_w_m2: Floats,
    ghi_w_m2: Floats,
    dhi_w_m2: Floats,
    dni_extra_w_m2: Floats,
) -> FacadeSun:
    """Sun on a vertical facade facing ``azimuth_deg`` (clockwise from north).

    Transposition: Hay & Davies 1980, as in pvlib. Glass: Fresnel and Bouguer for one pane
    (De Soto et al. 2006, pvlib.iam.physical), squared for two panes; the diffuse modifier is the
    beam's at 60°, the usual equivalent angle for isotropic radiation (Duffie & Beckman, Solar
    Engineering of Thermal Processes, section 5.4).
    """
    zenith = position["apparent_zenith"].to_numpy()
    azimuth = position["azimuth"].to_numpy()
    parts = pvlib.irradiance.get_total_irradiance(
        90.0,
        azimuth_deg,
        zenith,
        azimuth,
        dni_w_m2,
        ghi_w_m2,
        dhi_w_m2,
        dni_extra=dni_extra_w_m2,
        albedo=GROUND_ALBEDO,
        model="haydavies",
    )
    beam = np.nan_to_num(np.asarray(parts["poa_direct"], dtype=np.float64))
    diffuse = np.nan_to_num(np.asarray(parts["poa_diffuse"], dtype=np.float64))
    angle = pvlib.irradiance.aoi(90.0, azimuth_deg, zenith, azimuth)
    beam_modifier = np.nan_to_num(np.asarray(pvlib.iam.physical(angle))) ** 2
    diffuse_modifier = float(pvlib.iam.physical(60.0)) ** 2
    return FacadeSun(
        np.ascontiguousarray(np.maximum(beam + diffuse, 0.0)),
        np.ascontiguousarray(np.maximum(beam * beam_modifier + diffuse * diffuse_modifier, 0.0)),
    )


def blind_factor(position: float, closed_factor: float) -> float:
    """Share of radiation that an exterior blind lets pass [-].

    ``position``: 0 retracted .. 1 closed, the covered share of the window; ``closed_factor``: what
    a closed blind still passes (F_C of DIN 4108-2).
    """
    return 1.0 - position * (1.0 - closed_factor)


def wall_sun_m2(outer_w_per_k: float, absorptance: float) -> float:
    """Heat that sun drives into a wall [W per W/m2]: K_outer alpha / h_o, the sol-air method."""
    return outer_w_per_k * absorptance / OUTER_FILM_W_M2_K
