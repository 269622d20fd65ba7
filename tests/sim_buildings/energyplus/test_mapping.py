"""The mapping table: what it refuses, and that it survives being written and read."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from typing import Any

import pytest

from hvac_rl.errors import ConfigError
from sim_buildings.energyplus.mapping import (
    Mapping,
    check_names,
    kept_mappings,
    load_mapping,
    mapping_text,
    parse_mapping,
)
from sim_buildings.energyplus.objects import Model

TEXT = """
title = "Shed"
[site]
start_h = 8.0
end_h = 18.0
[[air_handlers]]
name = "AHU"
design_outdoor_air_m3_s = 0.1
outdoor_air_controller = "AHU OA"
[[zones]]
zone = "Hall"
name = "hall"
area_m2 = 100.0
design_people = 5
full_light_lux = 500.0
azimuth_deg = 180.0
facade = "South wall"
air_handler = "AHU"
lights = ["Hall lights"]
windows = ["Window 1", "Window 2"]
"""

MODEL = Model(
    "shed.idf",
    {
        "Zone": {"HALL": {}},
        "AirLoopHVAC": {"AHU": {}},
        "Controller:OutdoorAir": {"AHU OA": {}},
        "Lights": {"Hall lights": {}},
        "BuildingSurface:Detailed": {"South wall": {}, "North wall": {}},
        "FenestrationSurface:Detailed": {"Window 1": {}, "Window 2": {}},
    },
)


def table() -> dict[str, Any]:
    return tomllib.loads(TEXT)


def shed() -> Mapping:
    return parse_mapping(table(), "shed.toml")


def test_a_table_is_read_written_and_read_again() -> None:
    mapping = shed()
    assert mapping.zone_names == ("hall",)
    assert mapping.zones[0].windows == ("Window 1", "Window 2")
    assert mapping.handler_zones(mapping.air_handlers[0]) == [0]
    assert parse_mapping(tomllib.loads(mapping_text(mapping)), "again") == mapping


def test_a_zone_without_facade_survives_too() -> None:
    odd = 'a "quoted" \\ name'
    inner = replace(shed().zones[0], name=odd, azimuth_deg=float("nan"), facade="", windows=())
    mapping = replace(shed(), zones=(inner,))
    again = parse_mapping(tomllib.loads(mapping_text(mapping)), "again")
    assert again.zones[0].azimuth_deg != again.zones[0].azimuth_deg
    assert again.zones[0].name == odd


@pytest.mark.parametrize("name", ["small_office", "medium_office"])
def test_kept_tables_are_whole(name: str) -> None:
    mapping = load_mapping(kept_mappings()[name])
    assert len(mapping.zones) == {"small_office": 5, "medium_office": 15}[name]
    assert all(zone.air_handler and zone.lights for zone in mapping.zones)
    assert sum(bool(zone.windows) for zone in mapping.zones) == len(mapping.zones) * 4 // 5


@pytest.mark.parametrize(
    ("part", "key", "value", "message"),
    [
        ("zones", "area", 3.0, r"shed.toml: zones\[0\].area: unknown key"),
        ("zones", "area_m2", -3.0, r"shed.toml: zones\[0\].area_m2: must be more than 0"),
        ("zones", "lights", "one", r"shed.toml: zones\[0\].lights: must be a list of names"),
        ("zones", "lights", [1], r"zones\[0\].lights: must be a list of names"),
        ("zones", "azimuth_deg", 400.0, r"zones\[0\].azimuth_deg: must lie in 0 to 360"),
        ("zones", "air_handler", "AUH", r"(?s)air_handler: 'AUH' is not among .* Near 'AUH': AHU"),
        ("air_handlers", "enable", 1, r"air_handlers\[0\].enable: must be true or false"),
        ("air_handlers", "design_outdoor_air_m3_s", None, r"design_outdoor_air_m3_s: missing"),
        ("site", "start_h", 19.0, r"shed.toml: site.start_h: must be less than end_h"),
        ("site", "workdays", [7], r"site.workdays: days are 0"),
        ("site", "workdays", ["Monday"], r"site.workdays: must be a list of numbers"),
        ("", "zones", [], r"shed.toml: zones: missing"),
        ("", "zones", 3, r"shed.toml: zones: must be \[\[zones\]\] tables"),
        ("", "colour", "red", r"shed.toml: colour: unknown key"),
        ("", "title", None, r"shed.toml: title: missing"),
    ],
)
def test_a_wrong_key_is_named(part: str, key: str, value: object, message: str) -> None:
    wrong = table()
    where = wrong if not part else wrong[part] if part == "site" else wrong[part][0]
    if value is None:
        del where[key]
    else:
        where[key] = value
    with pytest.raises(ConfigError, match=message):
        parse_mapping(wrong, "shed.toml")


def test_the_same_zone_twice_and_an_idle_handler_are_refused() -> None:
    twice = table()
    twice["zones"].append({**twice["zones"][0], "name": "other"})
    with pytest.raises(ConfigError, match=r"zones\[1\].zone: 'hall' is given twice"):
        parse_mapping(twice, "shed.toml")
    idle = table()
    idle["air_handlers"].append({"name": "AHU 2", "design_outdoor_air_m3_s": 1.0})
    with pytest.raises(ConfigError, match=r"air_handlers\[1\]: serves none"):
        parse_mapping(idle, "shed.toml")


def test_names_are_checked_without_regard_to_case() -> None:
    check_names(shed(), MODEL, "shed.toml")


@pytest.mark.parametrize(
    ("part", "change", "message"),
    [
        ("zones", {"zone": "Hal"}, r"(?s)zones\[0\].zone: not in the model: Hal.*: HALL\."),
        ("zones", {"windows": ("Window 1", "Window 3")}, "(?s)windows: .*: Window 3.*Window 2"),
        ("zones", {"facade": "Sout wall"}, "(?s)facade: .*Near 'Sout wall': South wall"),
        ("zones", {"lights": ("x",)}, "(?s)lights: not in the model: x.*It has: Hall lights"),
        ("air_handlers", {"outdoor_air_controller": "OA"}, "outdoor_air_controller: not in"),
        ("air_handlers", {"supply_air_manager": "SAT"}, "supply_air_manager: not in the model"),
    ],
)
def test_names_that_the_model_lacks_are_listed_with_what_is_near(
    part: str, change: dict[str, Any], message: str
) -> None:
    mapping = shed()
    if part == "zones":
        mapping = replace(mapping, zones=(replace(mapping.zones[0], **change),))
    else:
        mapping = replace(mapping, air_handlers=(replace(mapping.air_handlers[0], **change),))
    with pytest.raises(ConfigError, match=message):
        check_names(mapping, MODEL, "shed.toml")


def test_a_missing_or_broken_file_is_named(tmp_path: Any) -> None:
    with pytest.raises(ConfigError, match=r"none.toml: cannot be read"):
        load_mapping(tmp_path / "none.toml")
    broken = tmp_path / "broken.toml"
    broken.write_text("[[zones")
    with pytest.raises(ConfigError, match=r"broken.toml: is not TOML"):
        load_mapping(broken)
