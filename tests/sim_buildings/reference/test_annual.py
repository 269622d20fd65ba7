"""A year of EnergyPlus: what comes back, and what is said when it does not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from hvac_rl.errors import ConfigError, MissingExtra
from sim_buildings.reference import annual
from sim_buildings.reference.annual import EnergyPlusFailed, Model, Wanted, run_year, weather_file
from sim_buildings.reference.bestest_cases import CASES
from sim_buildings.reference.bestest_energyplus import build

needs_energyplus = pytest.mark.skipif(
    not annual.available(), reason="EnergyPlus is not installed (extra: energyplus)"
)
AIR = Wanted("Zone Mean Air Temperature")
GAIN = Wanted("Zone Other Equipment Total Heating Rate", "Zone")
ERR = """\
   ** Warning ** Something harmless
   **   ~~~   ** and more of it
   ** Severe  ** Something is missing
   **   ~~~   ** it is called X
   ************* Beginning
   **  Fatal  ** Errors occurred
"""


@pytest.fixture
def model() -> Model:
    return build(CASES["600FF"])


def test_severe_lines_keep_their_continuation() -> None:
    assert annual._severe_lines(ERR.splitlines()) == [
        "** Severe  ** Something is missing",
        "**   ~~~   ** it is called X",
        "**  Fatal  ** Errors occurred",
    ]


def test_without_the_package_the_extra_is_named(
    monkeypatch: pytest.MonkeyPatch, model: Model
) -> None:
    monkeypatch.setattr(annual, "available", lambda: False)
    with pytest.raises(MissingExtra, match="energyplus"):
        run_year(model, Path("some.epw"))


def test_the_engine_stays_out_of_the_callers_process() -> None:
    """Importing all of the package loads no EnergyPlus."""
    code = (
        "import sys, sim_buildings.reference.bestest, sim_buildings.reference.annual\n"
        "sys.exit('pyenergyplus.api' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@needs_energyplus
def test_a_year_hourly_and_by_time_step(model: Model) -> None:
    epw = weather_file("usa_co_denver")
    hourly = run_year(model, epw, variables=(AIR, GAIN), tables=True)
    stepped = run_year(model, epw, variables=(AIR,), per_timestep=True)
    air = hourly.series(AIR.variable, "zone")
    assert air.shape == (8760,)
    assert hourly.series(*GAIN) == pytest.approx(np.full(8760, 200.0))
    assert stepped.steps_per_hour == 6
    by_step = stepped.series(AIR.variable, "Zone")
    assert by_step.shape == (6 * 8760,)
    assert by_step.reshape(8760, 6).mean(axis=1) == pytest.approx(air, abs=1e-9)
    assert any(cell.table == "Opaque Exterior" for cell in hourly.tables)
    with pytest.raises(ConfigError, match="There is: ZONE"):
        hourly.series(AIR.variable, "Attic")


@needs_energyplus
def test_a_meter_counts_the_joules_of_its_variable() -> None:
    rate = Wanted("Zone Air System Sensible Heating Rate", "Zone")
    meter = "Heating:EnergyTransfer"
    epw = weather_file("usa_co_denver")
    year = run_year(build(CASES["900"]), epw, variables=(rate,), meters=(meter,))
    assert year.meters[meter].shape == (8760,)
    assert year.meters[meter].sum() == pytest.approx(3600.0 * year.series(*rate).sum(), rel=1e-3)
    with pytest.raises(ConfigError, match="Moonlight"):
        run_year(build(CASES["900"]), epw, meters=("Moonlight",))


@needs_energyplus
def test_a_bad_model_is_reported_with_energyplus_own_words(model: Model) -> None:
    model["BuildingSurface:Detailed"]["south"]["construction_name"] = "Straw"
    with pytest.raises(EnergyPlusFailed, match=r"(?is)straw.*fatal"):
        run_year(model, weather_file("usa_co_denver"), variables=(AIR,))


@needs_energyplus
def test_an_output_that_does_not_exist(model: Model) -> None:
    with pytest.raises(ConfigError, match="Zone Happiness"):
        run_year(model, weather_file("usa_co_denver"), variables=(Wanted("Zone Happiness"),))


@needs_energyplus
def test_a_weather_file_that_does_not_exist() -> None:
    with pytest.raises(ConfigError, match="usa_co_golden"):
        weather_file("nowhere")
