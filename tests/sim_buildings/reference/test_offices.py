"""The reference small office: what is extracted agrees with what EnergyPlus simulated."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from hvac_rl.errors import ConfigError
from sim_buildings.reference import annual
from sim_buildings.reference.annual import weather_file
from sim_buildings.reference.office_data import Gain
from sim_buildings.reference.office_extract import _gain, _infiltration
from sim_buildings.reference.office_models import load_office, thermostat_zones, with_ideal_loads
from sim_buildings.reference.offices_energyplus import OfficeRun, as_json, run_office, table

needs_energyplus = pytest.mark.skipif(
    not annual.available(), reason="EnergyPlus is not installed (extra: energyplus)"
)
SCHEDULES: annual.Model = {"Schedule:Compact": {"Always": {}}}
HOURS_OF_JANUARY = 31 * 24


@pytest.fixture(scope="module")
def epw() -> Path:
    return weather_file("usa_co_denver")


@pytest.fixture(scope="module")
def run(epw: Path) -> OfficeRun:
    return run_office("small_office", epw)


def lamp(**changes: object) -> dict[str, object]:
    fields: dict[str, object] = {
        "design_level_calculation_method": "Watts/Area",
        "watts_per_floor_area": 10.0,
        "fraction_radiant": 0.7,
        "fraction_visible": 0.2,
        "schedule_name": "ALWAYS",
    }
    return fields | changes


def test_power_by_area_and_by_level_in_the_spelling_of_the_schedule() -> None:
    by_area = _gain(SCHEDULES, "Lamp", lamp(), 50.0, "lighting_level")
    assert by_area == Gain(500.0, 0.7, 0.2, 0.0, 0.0, "Always")
    assert by_area.convective_fraction == pytest.approx(0.1)
    level = lamp(design_level_calculation_method="LightingLevel", lighting_level=80.0)
    assert _gain(SCHEDULES, "Lamp", level, 50.0, "lighting_level").power_w == 80.0


def test_a_form_that_is_not_read_is_refused() -> None:
    strange = lamp(design_level_calculation_method="Watts/Person")
    with pytest.raises(ConfigError, match="Lamp: Watts/Person"):
        _gain(SCHEDULES, "Lamp", strange, 50.0, "lighting_level")


def test_infiltration_by_each_method() -> None:
    def design(method: str, **fields: float) -> float:
        leak = {"design_flow_rate_calculation_method": method, "schedule_name": "Always"}
        return _infiltration(SCHEDULES, "Leak", leak | fields, 360.0, 20.0).design_m3_s

    assert design("AirChanges/Hour", air_changes_per_hour=0.5) == pytest.approx(0.05)
    assert design("Flow/ExteriorArea", flow_rate_per_exterior_surface_area=1e-3) == 0.02
    with pytest.raises(ConfigError, match="wind or temperature"):
        design("AirChanges/Hour", air_changes_per_hour=0.5, velocity_term_coefficient=0.2)


@needs_energyplus
def test_the_plant_is_gone_and_the_envelope_is_there() -> None:
    shipped = load_office("medium_office")
    ideal = with_ideal_loads(shipped)
    assert len(thermostat_zones(ideal)) == 15
    assert len(ideal["ZoneHVAC:IdealLoadsAirSystem"]) == 15
    assert not [kind for kind in ideal if kind.startswith(("AirLoop", "Plant", "Coil", "Fan"))]
    assert ideal["BuildingSurface:Detailed"] == shipped["BuildingSurface:Detailed"]
    assert shipped["Lights"]["Core_bottom_Lights"]["return_air_fraction"] == 0.4


@needs_energyplus
def test_an_unknown_office() -> None:
    with pytest.raises(ConfigError, match="medium_office"):
        load_office("palace")


@needs_energyplus
def test_geometry(run: OfficeRun) -> None:
    """Floor area as in the DOE's table of the reference buildings (511 m2)."""
    rooms = run.data.conditioned
    assert [zone.name for zone in rooms] == [
        "Core_ZN",
        *(f"Perimeter_ZN_{i}" for i in (1, 2, 3, 4)),
    ]
    assert sum(zone.floor_m2 for zone in rooms) == pytest.approx(511.0, abs=0.5)
    assert sum(zone.ground_m2 for zone in rooms) == pytest.approx(511.0, abs=0.5)
    assert all(zone.volume_m3 == pytest.approx(3.05 * zone.floor_m2, rel=1e-3) for zone in rooms)
    south = run.data.zone("Perimeter_ZN_1")
    assert list(south.window_m2()) == list(south.wall_m2()) == [180.0]
    assert south.wall_m2()[180.0] + south.window_m2()[180.0] == pytest.approx(
        27.69 * 3.05, abs=0.05
    )
    assert run.data.zone("Attic").roof_m2 > 511.0


@needs_energyplus
def test_both_sides_of_a_partition_agree(run: OfficeRun) -> None:
    for zone in run.data.zones:
        for other in run.data.zones:
            ours = sum(s.area_m2 for s in zone.inner if s.other_zone == other.name)
            theirs = sum(s.area_m2 for s in other.inner if s.other_zone == zone.name)
            assert ours == pytest.approx(theirs, abs=0.05)


@needs_energyplus
def test_resistances_agree_with_energyplus_report(run: OfficeRun) -> None:
    for zone in run.data.zones:
        for surface in zone.outer:
            assembly = run.data.constructions[surface.construction]
            assert 1.0 / assembly.resistance_m2_k_w == pytest.approx(surface.u_w_m2_k, rel=0.01)


@needs_energyplus
def test_schedules_times_power_are_what_ran(run: OfficeRun) -> None:
    for zone in run.data.conditioned:
        hours = run.zones[zone.name]
        for gains, ran in ((zone.lights, hours.lights_w), (zone.equipment, hours.equipment_w)):
            ours = sum(gain.power_w * run.data.schedules[gain.schedule] for gain in gains)
            assert np.asarray(ours) == pytest.approx(ran, abs=0.5)


@needs_energyplus
def test_people_bring_what_their_activity_says(run: OfficeRun) -> None:
    """Sensible heat is about 60 % of 120 W a person in a room of 24 °C, so within 45 and 75 %."""
    zone = run.data.zone("Core_ZN")
    (people,) = zone.people
    presence, activity = (
        run.data.schedules[name] for name in (people.schedule, people.activity_schedule)
    )
    total = (people.people * presence * activity).sum()
    assert 0.45 < run.zones[zone.name].people_sensible_w.sum() / total < 0.75


@needs_energyplus
def test_infiltration_is_design_flow_times_schedule(run: OfficeRun, epw: Path) -> None:
    """Its heat over January from our own data: rho cp V (outdoors - room), within 3 %."""
    rows = [line.split(",") for line in epw.read_text(encoding="latin-1").splitlines()[8:]]
    outdoor_c = np.array([float(row[6]) for row in rows])
    pressure_pa = np.array([float(row[9]) for row in rows])
    density_kg_m3 = pressure_pa / (287.05 * (outdoor_c + 273.15))
    zone = run.data.zone("Perimeter_ZN_3")
    (leak,) = zone.infiltration
    flow_m3_s = leak.design_m3_s * run.data.schedules[leak.schedule]
    hours = run.zones[zone.name]
    ours_w = density_kg_m3 * 1006.0 * flow_m3_s * (outdoor_c - hours.air_c)
    ratio = ours_w[:HOURS_OF_JANUARY].sum() / hours.infiltration_w[:HOURS_OF_JANUARY].sum()
    assert ratio == pytest.approx(1.0, abs=0.03)


@needs_energyplus
def test_rooms_hold_their_setpoints(run: OfficeRun) -> None:
    for zone in run.data.conditioned:
        assert zone.heating_schedule is not None
        assert zone.cooling_schedule is not None
        heat_c = run.data.schedules[zone.heating_schedule]
        cool_c = run.data.schedules[zone.cooling_schedule]
        steady = (heat_c == np.roll(heat_c, 1)) & (cool_c == np.roll(cool_c, 1))
        air_c = run.zones[zone.name].air_c
        assert (air_c[steady] > heat_c[steady] - 0.1).all()
        assert (air_c[steady] < cool_c[steady] + 0.1).all()


@needs_energyplus
def test_monthly_sums_add_up_and_print(run: OfficeRun) -> None:
    north = "Perimeter_ZN_3"
    assert run.heating_kwh(north).sum() == pytest.approx(run.zones[north].heating_w.sum() / 1e3)
    assert run.heating_kwh(north)[0] > run.heating_kwh(north)[6]
    assert run.cooling_kwh(north)[6] > run.cooling_kwh(north)[0]
    assert table(run).row_count == 6
    assert as_json(run)["zones"][north]["heating_kwh"][0] > 0.0
