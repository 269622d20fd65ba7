"""Slats, blinds and glass against geometry, and what they do in a zone."""

from __future__ import annotations

from math import cos, radians, sin, sqrt, tan

import numpy as np
import pytest

from sim_buildings.building import Building
from sim_buildings.columns import Z_DAYLIGHT, Z_FACADE, Z_SOLAR, Z_TRANSMITTED
from sim_buildings.glass import (
    CLOSED_SLAT_SINE,
    DIFFUSE_MODIFIER,
    beam_between_slats,
    slats,
    through_blind,
)
from sim_buildings.simulation import Simulation
from sim_buildings.world import World


@pytest.mark.parametrize(
    ("position", "covered", "sine"),
    [
        (0.0, 0.0, 0.0),
        (0.25, 0.5, 0.0),
        (0.5, 1.0, 0.0),
        (0.75, 1.0, 0.4925),
        (1.0, 1.0, 0.985),
        (-1.0, 0.0, 0.0),
        (7.0, 1.0, 0.985),
    ],
)
def test_a_blind_comes_down_and_then_turns(position: float, covered: float, sine: float) -> None:
    blind = slats(position)
    assert blind.covered == pytest.approx(covered)
    assert blind.sine == pytest.approx(sine)


def test_diffuse_light_by_crossed_strings() -> None:
    """Horizontal slats a unit apart and wide: the square's opposite sides, sqrt 2 - 1."""
    assert slats(0.5).diffuse == pytest.approx(sqrt(2.0) - 1.0)
    # 30° down: diagonals sqrt 3 and 1.
    at_30 = 0.5 + 0.5 * 0.5 / CLOSED_SLAT_SINE
    assert slats(at_30).sine == pytest.approx(0.5)
    assert slats(at_30).diffuse == pytest.approx((sqrt(3.0) + 1.0) / 2.0 - 1.0)
    # Closed: (sqrt 3.97 + sqrt 0.03) / 2 - 1.
    assert slats(1.0).diffuse == pytest.approx(0.08284, abs=1e-5)


@pytest.mark.parametrize(
    ("slat_deg", "profile_deg", "expected"),
    [
        (0.0, 0.0, 1.0),  # straight through between open slats
        (0.0, 30.0, 1.0 - tan(radians(30.0))),
        (0.0, 45.0, 0.0),  # cut off where slats are as wide as they are apart
        (0.0, 60.0, 0.0),
        (30.0, 0.0, 0.5),
        (30.0, 20.0, 1.0 - sin(radians(30.0)) - cos(radians(30.0)) * tan(radians(20.0))),
        (30.0, 30.0, 0.0),
        (80.0, 0.0, 1.0 - sin(radians(80.0))),
    ],
)
def test_the_beam_between_slats(slat_deg: float, profile_deg: float, expected: float) -> None:
    share = beam_between_slats(sin(radians(slat_deg)), tan(radians(profile_deg)))
    assert share == pytest.approx(expected, abs=1e-12)


def test_closing_slats_never_lets_more_through() -> None:
    positions = np.linspace(0.0, 1.0, 41)
    for profile in (0.0, 0.3, 1.0, 10.0):
        shares = []
        for position in positions:
            blind = slats(float(position))
            between = beam_between_slats(blind.sine, profile)
            shares.append(through_blind(blind.covered, between, 0.25))
        assert shares[0] == 1.0
        assert (np.diff(shares) <= 1e-15).all()
        assert min(shares) >= 0.25


def test_window_and_blind_by_hand() -> None:
    assert through_blind(0.0, 0.0, 0.25) == 1.0
    assert through_blind(1.0, 0.0, 0.25) == 0.25
    assert through_blind(1.0, 1.0, 0.25) == 1.0
    assert through_blind(0.5, 0.2, 0.25) == pytest.approx(1.0 - 0.5 * 0.75 * 0.8)


def test_the_diffuse_modifier_is_that_of_double_clear_glass() -> None:
    assert 0.85 < DIFFUSE_MODIFIER < 0.93


@pytest.mark.parametrize("position", [0.0, 0.3, 0.5, 0.8, 1.0])
def test_diffuse_sun_through_a_zones_blind(
    building: Building, constant_world, position: float
) -> None:
    """200 W/m2 of diffuse sun on every facade."""
    world = constant_world(facade_w_m2=200.0)
    simulation = Simulation(building, world, start_s=world.start_s)
    simulation.step(np.tile([np.nan, np.nan, position, 0.0], (5, 1)))
    blind = slats(position)
    for zone, row in zip(building.zones, simulation.zones, strict=True):
        if not zone.facades:
            assert not row[[Z_FACADE, Z_SOLAR, Z_DAYLIGHT, Z_TRANSMITTED]].any()
            continue
        heat = through_blind(blind.covered, blind.diffuse, zone.blind_closed_solar)
        light = through_blind(blind.covered, blind.diffuse, zone.blind_closed_light)
        glass = zone.window_area_m2
        assert row[Z_FACADE] == pytest.approx(200.0)
        solar_w = glass * zone.window_shgc * zone.diffuse_gain * 200.0 * heat
        assert row[Z_SOLAR] == pytest.approx(solar_w)
        assert row[Z_TRANSMITTED] == pytest.approx(200.0 * zone.window_visible * light)
        lux = 110.0 * 200.0 * zone.window_visible * light * glass * 0.4 / zone.area_m2
        assert row[Z_DAYLIGHT] == pytest.approx(lux)


def test_open_slats_keep_out_a_high_sun_and_let_a_low_one_in(
    building: Building, world: World
) -> None:
    """An east facade in the morning: lowered slats take more from a high beam than a low one."""
    east = building.zone_names.index("east")
    index = building.azimuths_deg.index(90.0)
    rows = world.rows
    shares = {}
    morning = slice(170 * 288, 190 * 288)
    strong = np.flatnonzero(rows.facade_beam_w_m2[morning, index] > 200.0) + morning.start
    high = rows.profile_tan[strong, index] > 1.0
    for name, row in (("low", strong[~high][0]), ("high", strong[high][0])):
        sun = []
        for position in (0.0, 0.5):
            start_s = world.start_s + row * 300.0
            simulation = Simulation(building, world, start_s=start_s, dt_s=300.0)
            simulation.step(np.tile([np.nan, np.nan, position, 0.0], (5, 1)))
            sun.append(simulation.zone_out[east, Z_SOLAR])
        shares[name] = sun[1] / sun[0]
    assert shares["high"] < 0.5 < shares["low"] < 1.0
