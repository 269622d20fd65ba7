"""One mapped unit turned into many."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from adapters.commissioning.listed import Drafted, Listed
from adapters.commissioning.proposing import draft
from adapters.commissioning.templates import (
    apply_to_list,
    generate,
    make_template,
    parse_range,
    read_template,
    write_template,
)
from hvac_rl.errors import ConfigError

OBJECTS = (
    ("ZN-T", "analog-input", 1, "degrees-celsius"),
    ("QX7", "analog-value", 1, "degrees-celsius"),
    ("QX8", "analog-value", 2, "degrees-celsius"),
    ("DPR-O", "analog-output", 1, "percent"),
)


def unit(name: str, *, gateway: str = "", missing: str = "", array: bool = True) -> list[Listed]:
    return [
        Listed(
            device=gateway or name,
            name=f"{name}.{obj}",
            object_type=kind,
            instance=number,
            unit=units,
            settable=kind != "analog-input",
            priority_array=None if kind == "analog-input" else array,
        )
        for obj, kind, number, units in OBJECTS
        if obj != missing
    ]


def mapped(rows: list[Drafted], name: str) -> list[Drafted]:
    """As a person would correct the draft: QX7 and QX8 mean nothing to the rules."""
    partner = draft(
        [
            Listed(
                device="X", name=f"VAV-0.{word}-SP", object_type="analog-value", instance=k,
                unit="degC", settable=True,
            )
            for k, word in enumerate(("HTG", "CLG"))
        ]
    )  # fmt: skip
    meant = {f"{name}.QX7": partner[0], f"{name}.QX8": partner[1]}
    return [
        replace(row, brick=meant[row.name].brick, write=meant[row.name].write)
        if row.name in meant
        else row
        for row in rows
    ]


def scanned(*, gateway: str = "") -> list[Drafted]:
    names = [f"VAV-{floor}-{n}" for floor in range(1, 6) for n in range(1, 41)]
    listed = [row for name in names for row in unit(name, gateway=gateway)]
    return mapped(draft(listed), "VAV-1-1")


@pytest.mark.parametrize("gateway", ["", "gateway"])
def test_one_unit_becomes_two_hundred(tmp_path: Path, gateway: str) -> None:
    rows = scanned(gateway=gateway)
    before = sum(bool(row.write) for row in rows)
    assert before == 2
    path = tmp_path / "vav.yaml"
    write_template(path, make_template(rows, "VAV-1-1", "VAV-{floor}-{n}"))
    template = read_template(path)
    assert template.own_device is (gateway == "")
    applied = apply_to_list(template, rows)
    assert len(applied.units) == 200
    assert applied.missing == []
    assert sum(bool(row.write) for row in applied.rows) == 400
    seven = next(row for row in applied.rows if row.name == "VAV-3-17.QX7")
    assert seven.brick == "Heating_Zone_Air_Temperature_Setpoint"
    assert (seven.of, seven.device) == ("VAV-3-17", gateway or "VAV-3-17")
    assert len({row.name for row in applied.rows}) == len(applied.rows)


def test_what_a_unit_lacks_is_said_and_what_it_cannot_do_is_not_claimed() -> None:
    good = mapped(draft(unit("VAV-1-1")), "VAV-1-1")
    template = make_template(good, "VAV-1-1", "VAV-{floor}-{n}")
    others = draft([*unit("VAV-1-2", missing="ZN-T"), *unit("VAV-1-3", array=False)])
    applied = apply_to_list(template, [*good, *others])
    assert applied.missing == [("VAV-1-2", "VAV-1-2.ZN-T")]
    third = [row for row in applied.rows if row.of == "VAV-1-3" and row.brick]
    assert [row.write for row in third] == [None] * 4
    assert any("cannot be commanded" in note for row in third for note in row.notes)


def test_units_without_a_list_are_generated_and_marked_unseen() -> None:
    rows = mapped(draft(unit("VAV-1-1")), "VAV-1-1")
    template = make_template(rows, "VAV-1-1", "VAV-{floor}-{n}")
    made = generate(template, dict(map(parse_range, ("floor=1-5", "n=1-40"))), "{floor}{n:02}")
    assert len(made) == 800
    last = made[-1]
    assert (last.device, last.of, last.listed.device_instance) == ("VAV-5-40", "VAV-5-40", 540)
    assert "nobody has seen" in last.notes[0]


def test_mistakes_are_said(tmp_path: Path) -> None:
    rows = draft([*unit("VAV-1-1"), *unit("FCU-9")])
    with pytest.raises(ConfigError, match="no mapped point"):
        make_template(rows, "VAV-9-9", "VAV-{floor}-{n}")
    with pytest.raises(ConfigError, match="does not fit VAV-1-1"):
        make_template(rows, "VAV-1-1", "VAV-{n}")
    template = make_template(rows, "VAV-1-1", "VAV-{floor}-{n}")
    with pytest.raises(ConfigError, match="fits no unit"):
        apply_to_list(template, draft(unit("FCU-9")))
    with pytest.raises(ConfigError, match="needs a --range for each of floor, n"):
        generate(template, dict([parse_range("n=1-3")]), None)
    with pytest.raises(ConfigError, match='as "floor=1-5"'):
        parse_range("floor=5-1")
    shared = make_template(draft([*unit("VAV-1-1", gateway="g"), *unit("FCU-9", gateway="g")]),
                           "VAV-1-1", "VAV-{floor}-{n}")  # fmt: skip
    with pytest.raises(ConfigError, match="share a device"):
        generate(shared, dict(map(parse_range, ("floor=1", "n=1"))), None)
    broken = tmp_path / "t.yaml"
    broken.write_text("template: x\n")
    with pytest.raises(ConfigError, match="is not a template"):
        read_template(broken)
