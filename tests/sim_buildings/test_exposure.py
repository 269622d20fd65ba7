"""Overhangs and the glass's angle, by hand, and in a building's file."""

from __future__ import annotations

from dataclasses import replace
from math import atan, sin

import numpy as np
import pytest

from hvac_rl.errors import ConfigError
from sim_buildings.building import load_building
from sim_buildings.building_checks import check_zone
from sim_buildings.coated_glass import gain_modifier, hemispherical_gain, transmittance_modifier
from sim_buildings.exposure import COATED, Exposure, Overhang
from sim_buildings.glass import DIFFUSE_MODIFIER
from sim_buildings.weather import load_weather
from sim_buildings.world import make_world

EAVES = Overhang(depth_m=0.6, height_m=3.05, sill_m=0.9, head_m=2.42)


def test_a_sun_at_45_degrees_throws_a_shadow_as_deep_as_the_overhang() -> None:
    tangents = np.array([0.0, 1.0, 10.0])
    assert EAVES.lit_wall(tangents) == pytest.approx([1.0, 2.45 / 3.05, 0.0])
    # Down to 2.45 m: the windows begin below.
    assert EAVES.lit_window(tangents) == pytest.approx([1.0, 1.0, 0.0])
    assert EAVES.lit_window(np.array([2.0])) == pytest.approx([(1.85 - 0.9) / 1.52])


def test_an_overhang_hides_the_sky_above_its_edge() -> None:
    below = np.linspace(3.05 - 2.42, 3.05 - 0.9, 2001)
    assert EAVES.open_window == pytest.approx(
        np.mean([sin(atan(s / 0.6)) for s in below]), abs=1e-3
    )
    assert EAVES.open_wall < EAVES.open_window < 1.0 == Overhang().open_window


def test_eaves_take_summer_sun_and_leave_the_winters() -> None:
    weather = load_weather()
    bare = weather.exposed(Exposure(180.0))
    under = weather.exposed(Exposure(180.0, overhang=EAVES))
    n = bare.beam.size
    winter, summer = slice(0, n // 12), slice(n // 2, n // 2 + n // 12)
    assert under.beam[summer].sum() < 0.45 * bare.beam[summer].sum()
    assert under.beam[winter].sum() > 0.9 * bare.beam[winter].sum()
    assert (under.wall <= bare.wall + 1e-9).all()
    assert (under.diffuse <= bare.diffuse + 1e-9).all()
    assert under.wall[winter].sum() < bare.wall[winter].sum()
    assert np.array_equal(bare.wall, bare.incident)


def test_coated_glass_at_an_angle() -> None:
    """Diffuse light passes 0.820 of what passes square in EnergyPlus 25.2's year of the medium
    office; heat that the glass absorbs makes its gain fall later."""
    angle_deg = np.arange(0.25, 90.0, 0.5)
    weight = np.sin(np.radians(2.0 * angle_deg))
    passes = transmittance_modifier(angle_deg)
    assert (passes * weight).sum() / weight.sum() == pytest.approx(0.820, abs=0.01)
    assert gain_modifier(np.array([0.0, 90.0])) == pytest.approx([1.0, 0.0])
    at_60 = np.array([60.0])
    assert transmittance_modifier(at_60)[0] < gain_modifier(at_60)[0] < 0.9
    assert 0.82 < hemispherical_gain() < DIFFUSE_MODIFIER + 0.03


def test_a_world_has_a_column_of_sun_for_each_exposure() -> None:
    house = load_building("small_office")
    zone = house.zones[1]
    deep = replace(
        zone.facades[0], overhang_m=2.0, overhang_height_m=3.0, window_sill_m=1.0, window_head_m=2.0
    )
    zones = [replace(zone, facades=(deep,)) if z is zone else z for z in house.zones]
    changed = replace(house, zones=tuple(zones))
    assert {e.glass for e in changed.exposures} == {COATED}
    before, after = (make_world(one).rows for one in (house, changed))
    k = changed.exposures.index(changed.zones[1].exposure(deep))
    j = house.exposures.index(zone.exposure(zone.facades[0]))
    assert after.window_beam_w_m2[:, k].sum() < 0.6 * before.window_beam_w_m2[:, j].sum()
    assert after.wall_sun_w_m2[:, k].sum() < before.wall_sun_w_m2[:, j].sum()


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"overhang_height_m": 0.0}, "overhang_height_m"),
        ({"window_sill_m": 2.5}, "window_sill_m"),
        ({"window_head_m": 3.5}, "window_head_m"),
    ],
)
def test_an_overhang_that_cannot_be_is_refused(change: dict[str, float], key: str) -> None:
    zone = load_building("small_office").zones[1]
    good = replace(
        zone.facades[0], overhang_m=0.6, overhang_height_m=3.0, window_sill_m=1.0, window_head_m=2.0
    )
    check_zone(replace(zone, facades=(good,)), "file.toml: zones[1]")
    with pytest.raises(ConfigError, match=rf"zones\[1\]\.facades\[0\]\.{key}"):
        check_zone(replace(zone, facades=(replace(good, **change),)), "file.toml: zones[1]")
