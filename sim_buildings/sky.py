"""The sky as a radiator: its effective temperature."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim_buildings.outdoor_moisture import KELVIN, dew_point_c

Floats = NDArray[np.float64]

STEFAN_BOLTZMANN_W_M2_K4 = 5.6697e-8
"""As in EnergyPlus, whose converter made the files' infrared column."""


def sky_from_infrared_c(infrared_w_m2: Floats) -> Floats:
    """Temperature of the black sky that sends ``infrared_w_m2`` onto a horizontal surface [°C]."""
    sky: Floats = (infrared_w_m2 / STEFAN_BOLTZMANN_W_M2_K4) ** 0.25 - KELVIN
    return sky


def sky_from_clouds_c(
    outdoor_c: Floats, relative_humidity: Floats, opaque_tenths: Floats
) -> Floats:
    """Sky temperature from dew point and opaque cloud cover (0 .. 10) [°C].

    Clear sky: Clark and Allen 1978, The estimation of atmospheric radiation for clear and cloudy
    skies (Proc. 2nd National Passive Solar Conference, pp. 675-678). Clouds: Walton 1983, TARP
    Reference Manual, NBSIR 83-2655, p. 21. Both as in EnergyPlus's Engineering Reference, Sky
    Radiation Modeling.
    """
    dew_k = dew_point_c(outdoor_c, relative_humidity) + KELVIN
    n = opaque_tenths
    clear = 0.787 + 0.764 * np.log(dew_k / 273.0)
    emissivity = clear * (1.0 + n * (0.0224 + n * (-0.0035 + n * 0.00028)))
    sky: Floats = np.minimum(emissivity, 1.0) ** 0.25 * (outdoor_c + KELVIN) - KELVIN
    return sky
