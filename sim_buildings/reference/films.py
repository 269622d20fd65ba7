"""Surface films of the reference buildings, the same rules for all of them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim_buildings.outer_films import outer_films, sky_loss_w_m2
from sim_buildings.thermal import RADIANT_FILM_W_M2_K, WINDOW_FILM_M2_K_W
from sim_buildings.weather import Weather

# TARP's natural convection at a vertical surface, 1.31 |dT|^(1/3) (Walton 1983, NBSIR 83-2655; as
# in EnergyPlus), at a difference of 2.5 K, assumed typical between surfaces and still room air.
INNER_FILM_W_M2_K = float(RADIANT_FILM_W_M2_K + 1.31 * 2.5 ** (1.0 / 3.0))
WINDOW_FILM_W_M2_K = 1.0 / WINDOW_FILM_M2_K_W
"""Outer film for which windows' U-values are stated here."""
_COMPASS_DEG = (0.0, 90.0, 180.0, 270.0)


class YearFilms(NamedTuple):
    """Outer films [W/(m2 K)] whose resistance is the year's mean: for U-values."""

    wall: float
    roof: float


def year_films(weather: Weather, local_wind: float) -> YearFilms:
    """Of walls that face all ways, and of a flat roof."""
    sun = np.stack([weather.facade(azimuth).incident for azimuth in _COMPASS_DEG], axis=1)
    films = outer_films(
        weather.outdoor_c,
        sky_loss_w_m2(weather.outdoor_c, weather.sky_c),
        local_wind * weather.wind_m_s,
        sun,
        weather.ghi_w_m2,
    )
    return YearFilms(1.0 / float(films.wall_m2_k_w.mean()), 1.0 / float(films.roof_m2_k_w.mean()))
