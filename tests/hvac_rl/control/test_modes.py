"""Modes bound each other from above; a band narrows wishes around the BMS's own value."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hvac_rl.control.bands import OWN_VALUE_LASTS_S, Bands, within
from hvac_rl.control.modes import Band, Mode, Modes, Setting, is_up
from hvac_rl.records import Decision, Reading, Snapshot
from hvac_rl.service.site_file import Site, load_site

HEATING, LIGHT, ENABLE = "south.heating", "south.light", "ahu.enable"
RUN_NARROW = Setting(Mode.RUN, Band.NARROW)


@pytest.fixture
def site(document: dict[str, Any], write_site: Callable[[dict[str, Any]], Path]) -> Site:
    return load_site(write_site(document))


def test_the_site_bounds_a_zone_and_the_most_careful_zone_its_air_handler(site: Site) -> None:
    full = Setting(Mode.RUN, Band.FULL)
    modes = Modes(full, {"south": Setting(Mode.WATCH)})
    settings = modes.by_owner(site.plant)
    assert settings["south"].mode is Mode.WATCH
    assert settings["north"] == full
    assert settings["ahu"].mode is Mode.WATCH, "it reaches a zone that is only watched"
    off = Modes(Setting(Mode.OFF), {"south": full}).by_owner(site.plant)
    assert {setting.mode for setting in off.values()} == {Mode.OFF}


@pytest.mark.parametrize(
    ("old", "new", "up"),
    [
        (Setting(Mode.OFF), Setting(Mode.WATCH), True),
        (RUN_NARROW, Setting(Mode.RUN, Band.MEDIUM), True),
        (Setting(Mode.RUN, Band.FULL), RUN_NARROW, False),
        (Setting(Mode.RUN, Band.FULL), Setting(Mode.WATCH, Band.FULL), False),
        (Setting(Mode.WATCH), Setting(Mode.WATCH, Band.FULL), False),
    ],
)
def test_what_goes_up(old: Setting, new: Setting, up: bool) -> None:
    assert is_up(old, new) is up


def reading(point: str, time_s: float, value: float, **more: Any) -> Reading:
    return Reading(point=point, time_s=time_s, value=value, **more)


def narrowed(
    bands: Bands, site: Site, time_s: float, band: Band, wishes: dict[str, float]
) -> tuple[dict[str, float], list[str]]:
    settings = Modes(Setting(Mode.RUN, band)).by_owner(site.plant)
    decision, notes = bands.narrow(
        Decision(time_s=time_s, wishes=wishes, chosen_by="test"), settings
    )
    return dict(decision.wishes), notes


def test_a_wish_stays_within_the_band_around_what_stands_beneath_our_slot(site: Site) -> None:
    bands = Bands(site.plant.commandable(), 13)
    seen = {
        HEATING: reading(HEATING, 0.0, 23.0, ours=23.0, beneath=20.0),
        LIGHT: reading(LIGHT, 0.0, 0.5),
        ENABLE: reading(ENABLE, 0.0, 1.0),
    }
    bands.observe(Snapshot(time_s=0.0, readings=seen))
    wishes = {HEATING: 24.0, LIGHT: 0.0, ENABLE: 0.0}
    narrow, notes = narrowed(bands, site, 0.0, Band.NARROW, wishes)
    assert notes == []
    assert narrow == {HEATING: 20.5, LIGHT: pytest.approx(0.4), ENABLE: 1.0}
    wide, _ = narrowed(bands, site, 0.0, Band.WIDE, wishes)
    assert wide[HEATING] == 22.0
    assert narrowed(bands, site, 0.0, Band.FULL, wishes)[0] == wishes


def test_without_a_fresh_own_value_the_zone_is_given_back_to_see_it(site: Site) -> None:
    bands = Bands(site.plant.commandable(), 13)
    own = {HEATING: reading(HEATING, 0.0, 20.0)}
    bands.observe(Snapshot(time_s=0.0, readings=own))
    # Ours and an operator's values are not the BMS's.
    later_s = OWN_VALUE_LASTS_S + 1.0
    for hides in (
        reading(HEATING, later_s, 25.0, ours=25.0),
        reading(HEATING, later_s, 25.0, commanded_by=8),
    ):
        bands.observe(Snapshot(time_s=later_s, readings={HEATING: hides}))
    wishes = {HEATING: 24.0, "north.heating": 24.0}
    left, notes = narrowed(bands, site, later_s, Band.NARROW, wishes)
    assert left == {}
    assert notes[0] == f"south is given back to see the BMS's own value of {HEATING}"


def test_what_is_not_a_number_is_left_to_the_gates() -> None:
    assert math.isnan(within(math.nan, 20.0, 0.5))
