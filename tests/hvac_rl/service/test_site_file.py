"""Every wrong key ends in one message that names file, line, key and what to do."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hvac_rl.errors import ConfigError
from hvac_rl.service.site_file import load_site

WriteSite = Callable[[dict[str, Any]], Path]


def test_a_good_site_is_read_in_si(document: dict[str, Any], write_site: WriteSite) -> None:
    document["points"][0] |= {"unit": "degF", "low": 14, "high": 122}
    site = load_site(write_site(document))
    air = site.plant.zones[0].sensors["air_temperature"]
    assert air.low == pytest.approx(-10.0)
    assert air.high == pytest.approx(50.0)
    outdoor_air = site.plant.air_handlers[0].commands["outdoor_air"]
    assert outdoor_air.write is not None
    assert outdoor_air.write.maximum == pytest.approx(0.5)
    assert len(site.plant.commandable()) == 12
    assert site.store_url == f"sqlite:///{site.path.parent / 'journal.db'}"


def _drop(key: str) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        del document[key]

    return change


def _put(value: Any, *keys: Any) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        place = document
        for key in keys[:-1]:
            place = place[key]
        place[keys[-1]] = value

    return change


def _write(**keys: Any) -> Callable[[dict[str, Any]], None]:
    """Changes how the first writable point is written."""

    def change(document: dict[str, Any]) -> None:
        document["points"][4]["write"] |= keys

    return change


def _remove_point(index: int) -> Callable[[dict[str, Any]], None]:
    def change(document: dict[str, Any]) -> None:
        del document["points"][index]

    return change


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (_drop("tariff"), r"site.yaml:\d*:? ?tariff: is missing"),
        (_put(1, "speed"), r"speed: is not a key of a site file"),
        (_put(13.5, "priority"), r"priority: .*integer"),
        (_put(8, "priority"), r"priority: .*greater than or equal to 9"),
        (_put(16, "priority"), r"priority: .*less than or equal to 15"),
        (_put("Mars/Base", "timezone"), r"timezone: 'Mars/Base' is not an IANA time zone"),
        (_put("furlong", "points", 0, "unit"), r"points\[0\].unit: 'furlong' is not a known unit"),
        (_put("ppm", "points", 0, "unit"), r"points\[0\].unit: ppm is a concentration, but Zone"),
        (_put("delta_degC", "points", 0, "unit"), r"is a temperature_difference, but Zone_Air"),
        (_put("ctl-attic", "points", 0, "device"), r"points\[0\].device: there is no device"),
        (_put("attic", "points", 0, "of"), r"points\[0\].of: there is no zone or air handler"),
        (_put("co2", "points", 0, "object"), r"south.co2 and south.air are both at .*ctl-south"),
        (_put("south.air", "points", 1, "name"), r"points\[1\].name: 'south.air' is there twice"),
        (_put("x10", "devices", 0, "adapter"), r"devices\[0\].adapter: no adapter 'x10' is inst"),
        (_put({"object": 3}, "devices", 0, "heartbeat"), r"devices\[0\].heartbeat.object: must be"),
        (
            _put(None, "devices", 0, "heartbeat"),
            r"devices\[0\]: comes_back bms_lease needs a heart",
        ),
        (_put({"zone": {"warmth": 3}}, "limits"), r"limits.zone.warmth: is not a limit"),
        (
            _put({"zone": {"occupied_min_c": 2}}, "limits"),
            r"limits.zone.occupied_min_c: 2 is outside the absolute bounds 16 to 22",
        ),
        (
            _put({"zone": {"comfort_min_c": 23.5}}, "limits"),
            r"limits.zone.comfort_min_c: must lie below comfort_max_c by at least setpoint_dead",
        ),
        (_remove_point(0), r"zones\[0\]: south has no Zone_Air_Temperature_Sensor"),
        (_remove_point(4), r"zones\[0\]: south has one of the heating and cooling setpoints"),
        (_put(21, "points", 4, "write", "maximum"), r"south.heating accepts 8 to 21 .*Widen"),
        (_put(None, "points", 4, "write"), r"points\[4\]: south.heating is a Heating.* no write"),
        (_put([0.1] * 23, "tariff", "workday"), r"tariff.workday: .*at least 24"),
        (
            _put({"bundle": "b", "trusted_keys": ["ed25519:xyz"]}, "policy"),
            r"policy.trusted_keys\[0\]: not an ed25519 public key",
        ),
        (
            _write(eeprom=True, daily_writes=288),
            r"points\[4\].write.daily_writes: 288 writes a day wear EEPROM .* in 1.0 years.*54 a",
        ),
        (_write(eeprom=True, daily_writes=20, deadband=0), r"points\[4\].write.deadband: must be"),
        (_put({"kind": "published"}, "clock"), r"clock: a published clock has a path"),
        (_put({13: "equipment"}, "foreign"), r"foreign.13.: is not above our own priority 13"),
        (_put({14: "equipment"}, "foreign"), r"foreign.14.: is not above our own priority 13"),
        (_put({8: "operator"}, "foreign"), r"foreign.*8.*greater than or equal to 9"),
        (_put({10: 3}, "foreign"), r"foreign.*10.*string"),
        (_put(9, "occupancy", "end_h"), r""),
    ],
)
def test_a_wrong_key_is_named(
    document: dict[str, Any],
    write_site: WriteSite,
    change: Callable[[dict[str, Any]], None],
    expected: str,
) -> None:
    if not expected:
        document["occupancy"]["start_h"] = 10
        expected = "occupancy: start_h must lie before end_h"
    change(document)
    path = write_site(document)
    with pytest.raises(ConfigError) as caught:
        load_site(path)
    assert re.search(expected, str(caught.value), re.DOTALL), str(caught.value)
    assert str(path) in str(caught.value)


def test_foreign_levels_are_named(document: dict[str, Any], write_site: WriteSite) -> None:
    assert load_site(write_site(document)).foreign == {}
    document["foreign"] = {9: "equipment", 12: "the chiller plant"}
    assert load_site(write_site(document)).foreign == {9: "equipment", 12: "the chiller plant"}


def test_the_line_is_named(document: dict[str, Any], write_site: WriteSite) -> None:
    document["points"][3]["unit"] = "candles"
    path = write_site(document)
    with pytest.raises(ConfigError) as caught:
        load_site(path)
    line = int(str(caught.value).split(":")[1])
    assert "candles" in path.read_text().splitlines()[line - 1]


def test_a_missing_file_and_broken_yaml_are_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        load_site(tmp_path / "none.yaml")
    (tmp_path / "broken.yaml").write_text("site: [")
    with pytest.raises(ConfigError, match="is not YAML"):
        load_site(tmp_path / "broken.yaml")
