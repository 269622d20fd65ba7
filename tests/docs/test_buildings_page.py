"""docs/buildings.md says what the code says."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from sim_buildings.building import catalogue, load_building
from sim_buildings.building_parts import AirHandler, Bms, Plant, Zone
from sim_buildings.file_reference import PARTS, renewed
from sim_buildings.world import make_world
from sim_buildings.year import END_USES, record_year

PAGE = Path(__file__).resolve().parents[2] / "docs" / "buildings.md"
TEXT = PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("part", PARTS)
def test_the_page_is_as_the_code_has_it(part: str) -> None:
    assert renewed(TEXT, {part: PARTS[part]}) == TEXT, (
        "renew it: python -m sim_buildings.file_reference docs/buildings.md"
    )


def test_every_key_is_there() -> None:
    for cls in (Zone, AirHandler, Plant, Bms):
        for field in fields(cls):
            assert f"| `{field.name}` |" in TEXT


def test_a_page_without_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="begin keys"):
        renewed("nothing", {"keys": PARTS["keys"]})


def test_the_figures_are_those_of_the_year() -> None:
    rows = re.findall(r"^\| `(\w+)` \|((?: [\d.]+ \|){9})$", TEXT, re.MULTILINE)
    assert [name for name, _ in rows] == list(catalogue())
    office = load_building("small_office")
    record = record_year(office, make_world(office, seed=1))
    figures = [float(cell) for cell in dict(rows)["small_office"].split("|")[:-1]]
    for name, figure in zip(END_USES, figures, strict=False):
        assert record.kwh(name) / office.area_m2 == pytest.approx(figure, rel=0.03, abs=0.1), name
