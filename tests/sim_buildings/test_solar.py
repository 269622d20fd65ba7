"""Sun on surfaces of any tilt: parts, glass and the profile angle."""

from __future__ import annotations

import numpy as np
import pytest

from sim_buildings.solar import MOST_PROFILE_TAN, profile_tan
from sim_buildings.weather import Weather, load_weather


@pytest.fixture(scope="module")
def weather() -> Weather:
    return load_weather("greensboro", 2026)


@pytest.mark.parametrize("azimuth", [0.0, 90.0, 180.0, 270.0])
def test_the_parts_add_up_and_glass_passes_less(weather: Weather, azimuth: float) -> None:
    sun = weather.facade(azimuth)
    assert np.array_equal(sun.incident, sun.beam + sun.diffuse)
    assert np.array_equal(sun.window, sun.window_beam + sun.window_diffuse)
    for outer, inner in ((sun.beam, sun.window_beam), (sun.diffuse, sun.window_diffuse)):
        assert (inner <= outer).all()
        assert (outer >= 0.0).all()
        assert outer.max() > 100.0
    # The diffuse modifier is one number; the beam's falls with the angle.
    assert sun.window_diffuse.sum() / sun.diffuse.sum() == pytest.approx(0.89, abs=0.03)


def test_a_flat_roof_sees_the_global_irradiance(weather: Weather) -> None:
    roof = weather.on_surface(0.0, 180.0)
    high = weather.sun["elevation"].to_numpy() > 10.0
    assert roof.incident[high] == pytest.approx(weather.ghi_w_m2[high], rel=0.01, abs=1.0)
    assert not roof.profile_tan[~(weather.sun["apparent_elevation"].to_numpy() > 0.0)].any()


def test_a_tilted_window_gets_more_than_roof_or_wall(weather: Weather) -> None:
    yearly = [weather.on_surface(tilt, 180.0).incident.sum() for tilt in (0.0, 35.0, 90.0)]
    assert yearly[1] > yearly[0] > yearly[2]


def test_profile_angle_by_hand() -> None:
    """Sun 45° high: in front of a wall tan is 1, 60° aside tan 45° / cos 60° = 2."""
    zenith = np.full(4, 45.0)
    sun_azimuth = np.array([180.0, 240.0, 90.0, 0.0])
    tangent = profile_tan(90.0, 180.0, zenith, sun_azimuth)
    assert tangent[:2] == pytest.approx([1.0, 2.0])
    assert tangent[3] == 0.0  # behind
    assert tangent[2] in (0.0, MOST_PROFILE_TAN)  # along the wall
    assert profile_tan(90.0, 180.0, np.array([5.0]), np.array([180.0]))[0] == MOST_PROFILE_TAN
    assert profile_tan(90.0, 180.0, np.array([95.0]), np.array([180.0]))[0] == 0.0
    # A window tilted by 45° towards a sun 45° high sees it along its normal.
    assert profile_tan(45.0, 180.0, zenith[:1], sun_azimuth[:1])[0] == pytest.approx(0.0, abs=1e-12)


def test_profile_angle_of_a_year(weather: Weather) -> None:
    south, north = weather.facade(180.0).profile_tan, weather.facade(0.0).profile_tan
    night = weather.ghi_w_m2 == 0.0
    assert south.max() <= MOST_PROFILE_TAN
    assert not ((south > 0.0) & (north > 0.0)).any()
    assert not south[night & (weather.sun["apparent_elevation"].to_numpy() <= 0.0)].any()
    # No beam on a facade whose profile angle says that the sun is behind.
    behind = (south == 0.0) & (weather.sun["elevation"].to_numpy() > 3.0)
    assert weather.facade(180.0).beam[behind] == pytest.approx(0.0, abs=1.0)
