"""Plans repeated over storeys, and every wrong one refused with file and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from hvac_rl.errors import ConfigError
from sim_buildings.building import CATALOG, Building, load_building

TEXT = (CATALOG / "medium_office.toml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def office() -> Building:
    return load_building("medium_office")


def test_names_and_air_handlers(office: Building) -> None:
    rooms = ("core", "south", "east", "north", "west")
    assert office.zone_names == tuple(f"f{k}_{room}" for k in (1, 2, 3) for room in rooms)
    for handler, storey in zip(office.air_handlers, ("f1", "f2", "f3"), strict=True):
        assert [z.name.split("_")[0] for z in office.served_by(handler)] == [storey] * 5


def test_only_the_top_has_a_roof_and_only_the_bottom_a_slab(office: Building) -> None:
    for zone in office.zones:
        storey = zone.name[:2]
        assert zone.roof_area_m2 == (zone.area_m2 if storey == "f3" else 0.0)
        outer = zone.facades != ()
        assert (zone.slab_edge_m > 0.0) == (storey == "f1" and outer)
        assert zone.volume_m3 == pytest.approx(zone.area_m2 * 2.74)


def test_interfaces_beside_and_above(office: Building) -> None:
    found = {one.between: one for one in office.interfaces}
    assert len(found) == len(office.interfaces) == 3 * 8 + 2 * 5
    beside = found["f2_core", "f2_south"]
    assert beside.conductance_w_k == pytest.approx(1.8 * 40.77 * 2.74)
    assert beside.mixing_m3_s == 0.08
    above = found["f1_core", "f2_core"]
    assert above.conductance_w_k == pytest.approx(0.96 * 983.78)
    assert above.mixing_m3_s == 0.0


def test_rooms_that_are_alike_share_a_table() -> None:
    office = load_building("large_office")
    zones = {zone.name: zone for zone in office.zones}
    assert zones["f3_s2"].area_m2 == zones["f3_s4"].area_m2
    assert zones["f8_core"].roof_area_m2 == zones["f8_core"].area_m2
    assert zones["f1_meet_n1"].use == "meeting"
    assert {zone.use for zone in office.zones} == {"office", "meeting", "core"}
    # Every zone can be reached from every other: nothing was left out of the plan.
    reached, beyond = set(), {"f1_core"}
    while beyond:
        reached |= beyond
        touched = {n for i in office.interfaces if beyond & set(i.between) for n in i.between}
        beyond = touched - reached
    assert reached == set(zones)


def test_a_smaller_storey_leaves_a_roof_below(tmp_path: Path) -> None:
    plan = TEXT[TEXT.index("[[plans]]") : TEXT.index("[air_handler_defaults]")]
    tower = plan.replace('name = "office"', 'name = "tower"')
    tower = tower.replace("area_m2 = 983.78", "area_m2 = 500.0")
    text = TEXT.replace('"f3", plan = "office"', '"f3", plan = "tower"')
    path = tmp_path / "tower.toml"
    path.write_text(text.replace("[air_handler_defaults]", tower + "[air_handler_defaults]"))
    zones = {zone.name: zone for zone in load_building(path).zones}
    assert zones["f2_core"].roof_area_m2 == pytest.approx(983.78 - 500.0)
    assert zones["f3_core"].roof_area_m2 == 500.0
    assert zones["f2_south"].roof_area_m2 == 0.0


@pytest.mark.parametrize(
    ("old", "new", "where", "message"),
    [
        ('"f2", plan = "office"', '"f2", plan = "attic"', "storeys[1].plan", "has: office"),
        ('handler = "ahu2"', 'handler = "ahu9"', "storeys[1].air_handler", "has: ahu1"),
        ('name = "f2"', 'name = "f1"', "storeys[1].name", "twice"),
        ('name = "f2", ', "", "storeys[1].name", "missing"),
        ('name = "f2", ', 'name = "f2", lift = 3, ', "storeys[1].lift", "unknown key"),
        ("ceiling_height_m = 2.74", "ceiling_height_m = 0", "plans[0].ceiling_height_m", "0"),
        ("ceiling_height_m = 2.74", "height = 2", "plans[0].height", "unknown key"),
        ("area_m2 = 983.78", "area_m2 = -1", "plans[0].zones[0].area_m2", "more than 0"),
        ("area_m2 = 983.78", "", "plans[0].zones[0].area_m2", "missing"),
        ("area_m2 = 983.78", "area_m2 = 1\nsofas = 3", "plans[0].zones[0].sofas", "unknown key"),
        ("area_m2 = 983.78", "area_m2 = 9\nvolume_m3 = 9", "plans[0].zones[0].volume_m3", "leave"),
        ('name = "core"', "names = []", "plans[0].zones[0].name", "list of texts"),
        ('name = "core"', 'name = "west"', "plans[0].zones", "twice"),
        ('between = ["core", "south"]', 'between = ["core", "x"]', "plans[0].interfaces[0]", "x"),
        ('between = ["core", "south"]', 'between = "core"', "plans[0].interfaces[0]", "two zones"),
        ("length_m = 40.77", "length_m = 0", "plans[0].interfaces[0].length_m", "more than 0"),
        ("[[plans]]", "[[planes]]", "plans", "missing"),
        ("[[plans]]", '[[plans]]\nname = "x"\n[[plans]]', "plans[0].zones", "missing"),
        ("facades = []", "facades = [{}]", "plans[0].zones[0].facades[0].azimuth_deg", "missing"),
    ],
)
def test_a_wrong_plan_is_refused(
    tmp_path: Path, old: str, new: str, where: str, message: str
) -> None:
    assert old in TEXT
    path = tmp_path / "office.toml"
    path.write_text(TEXT.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError) as refused:
        load_building(path)
    assert refused.value.where.startswith(f"office.toml: {where}")
    assert message in str(refused.value)


def test_a_plan_that_nobody_uses_and_an_overhang_are_refused(tmp_path: Path) -> None:
    plan = TEXT[TEXT.index("[[plans]]") : TEXT.index("[air_handler_defaults]")]
    other = plan.replace('name = "office"', 'name = "other"').replace("983.78", "2000.0")
    text = TEXT.replace("[air_handler_defaults]", other + "[air_handler_defaults]")
    path = tmp_path / "office.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=r"plans\[1\].name: no storey"):
        load_building(path)
    path.write_text(text.replace('"f2", plan = "office"', '"f2", plan = "other"'))
    with pytest.raises(ConfigError, match=r"plans\[1\].zones\[0\].area_m2: is larger"):
        load_building(path)
