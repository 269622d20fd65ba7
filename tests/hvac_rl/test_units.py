"""Units at the edge: known pairs, both ways; a difference is no temperature."""

from __future__ import annotations

import pytest

from hvac_rl.units import UNITS


@pytest.mark.parametrize(
    ("unit", "raw", "si"),
    [
        ("degF", 32.0, 0.0),
        ("degF", 212.0, 100.0),
        ("K", 273.15, 0.0),
        ("delta_degF", 9.0, 5.0),
        ("delta_degC", 9.0, 9.0),
        ("percent", 45.0, 0.45),
        ("cfm", 1000.0, 0.4719474),
        ("gpm", 100.0, 6.309020e-3),
        ("inH2O", 1.0, 249.0889),
        ("psi", 1.0, 6894.757),
        ("kBtu", 1.0, 1_055_055.85262),
        ("kBtu/h", 12.0, 3516.853),
        ("ton", 1.0, 3516.853),
        ("kWh", 1.0, 3.6e6),
        ("GJ", 1.0, 1e9),
        ("ft/min", 100.0, 0.508),
        ("footcandle", 50.0, 538.1955),
    ],
)
def test_known_pairs(unit: str, raw: float, si: float) -> None:
    assert UNITS[unit].to_si(raw) == pytest.approx(si, rel=1e-6, abs=1e-9)
    assert UNITS[unit].from_si(UNITS[unit].to_si(raw)) == pytest.approx(raw)


def test_every_unit_leads_to_an_si_unit_of_its_quantity() -> None:
    for unit in UNITS.values():
        si = UNITS[unit.si]
        assert (si.quantity, si.scale, si.offset) == (unit.quantity, 1.0, 0.0)


def test_a_difference_is_not_compared_with_a_temperature() -> None:
    assert UNITS["delta_degF"].quantity != UNITS["degF"].quantity
    assert UNITS["delta_degF"].to_si(0.0) == 0.0
