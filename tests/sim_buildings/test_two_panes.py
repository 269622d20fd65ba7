"""Clear double glass by the angle of the sun."""

from __future__ import annotations

import numpy as np
import pytest

from sim_buildings.two_panes import beam_modifier, hemispherical_modifier, transmittance


def test_two_panes_of_the_standard() -> None:
    """Two panes that pass 0.834 and reflect 0.075: 0.834^2 / (1 - 0.075^2)."""
    assert transmittance(np.zeros(1))[0] == pytest.approx(0.834**2 / (1 - 0.075**2), abs=0.003)


def test_it_falls_to_nothing() -> None:
    angles = np.array([0.0, 30.0, 50.0, 60.0, 70.0, 80.0, 89.0, 90.0, 120.0])
    modifier = beam_modifier(angles)
    assert modifier[0] == pytest.approx(1.0)
    assert np.all(np.diff(modifier) <= 0.0)
    assert modifier[-2:].tolist() == [0.0, 0.0]


def test_diffuse_light_passes_like_a_beam_near_60_degrees() -> None:
    """Duffie and Beckman, section 5.4: the equivalent angle of isotropic light is near 60°."""
    at_55, at_62 = beam_modifier(np.array([55.0, 62.0]))
    assert at_62 < hemispherical_modifier() < at_55
