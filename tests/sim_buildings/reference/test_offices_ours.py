"""A reference office in our simulator, held against EnergyPlus for a fortnight."""

from __future__ import annotations

import numpy as np
import pytest

from sim_buildings.reference import annual
from sim_buildings.reference.offices_energyplus import run_office
from sim_buildings.reference.offices_ours import run_ours
from sim_buildings.reference.simple_glazing import glass_resistance_m2_k_w, solar_transmittance

FIRST_DAY, DAYS = 14, 14

needs_energyplus = pytest.mark.skipif(
    not annual.available(), reason="EnergyPlus is not installed (extra: energyplus)"
)


def test_simple_glazing_of_the_offices() -> None:
    assert solar_transmittance(3.241, 0.391) == pytest.approx(0.305, abs=0.001)
    assert glass_resistance_m2_k_w(3.241) == pytest.approx(0.139, abs=0.001)


@needs_energyplus
def test_the_air_of_a_fortnight() -> None:
    """January in Denver: within 1.5 K (RMSE) in every conditioned zone."""
    denver = annual.weather_file("usa_co_denver")
    run = run_office("small_office", denver)
    ours = run_ours(run, denver, first_day=FIRST_DAY, days=DAYS)
    hours = slice(24 * FIRST_DAY, 24 * (FIRST_DAY + DAYS))
    for zone in run.data.conditioned:
        warmer_k = ours[zone.name].air_c - run.zones[zone.name].air_c[hours]
        assert float(np.sqrt((warmer_k**2).mean())) < 1.5, zone.name
    gains = [zone for zone in run.data.conditioned if ours[zone.name].heating_w.sum() == 0.0]
    assert not gains
