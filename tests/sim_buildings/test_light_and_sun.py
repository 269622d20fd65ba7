"""Sun on facades, blinds, daylight and electric light."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pvlib
import pytest

from sim_buildings.building import Building
from sim_buildings.columns import (
    BLIND,
    LIGHT,
    Z_DAYLIGHT,
    Z_EQUIPMENT,
    Z_EYE,
    Z_FACADE,
    Z_ILLUMINANCE,
    Z_LIGHTS,
    Z_PEOPLE_HEAT,
    Z_SOLAR,
    Z_TRANSMITTED,
)
from sim_buildings.glass import slats
from sim_buildings.lighting import (
    daylight_lux_per_w_m2,
    electric_light,
    eye_lux,
    glare_probability,
    glares,
)
from sim_buildings.simulation import Simulation
from sim_buildings.weather import BUNDLED, load_weather
from sim_buildings.world import World

NORTH, EAST, SOUTH, WEST = range(4)


def hourly(values: np.ndarray) -> np.ndarray:
    return values.reshape(-1, 12, *values.shape[1:]).mean(axis=1)


def test_rows_keep_the_files_irradiance() -> None:
    weather = load_weather("greensboro", 2026)
    path = pvlib.__path__[0] + "/data/" + BUNDLED["greensboro"]
    table, _ = pvlib.iotools.read_tmy3(path, map_variables=True)
    ghi = hourly(weather.ghi_w_m2)
    assert ghi.sum() == pytest.approx(table["ghi"].sum(), rel=0.01)
    # Interpolation between hours moves some of a broken sky's light to its neighbours.
    assert np.abs(ghi - table["ghi"].to_numpy()).mean() < 0.07 * table["ghi"].mean()
    assert np.corrcoef(hourly(weather.dni_w_m2), table["dni"])[0, 1] > 0.95
    noon = weather.ghi_w_m2.reshape(365, 288)
    assert noon[:, :48].max() == 0.0
    assert (weather.dhi_w_m2 <= weather.ghi_w_m2 + 1e-9).all()


def test_facades_see_the_sun_where_it_is(building: Building, world: World) -> None:
    assert building.azimuths_deg == (0.0, 90.0, 180.0, 270.0)
    by_hour = hourly(world.rows.facade_w_m2).reshape(365, 24, 4).mean(axis=0)
    assert by_hour[:, EAST].argmax() < 11
    assert by_hour[:, SOUTH].argmax() in (11, 12)
    assert by_hour[:, WEST].argmax() > 13
    yearly = world.rows.facade_w_m2.mean(axis=0)
    assert yearly[SOUTH] > yearly[EAST] > yearly[NORTH]
    assert yearly[EAST] == pytest.approx(yearly[WEST], rel=0.1)
    # A high summer sun strikes a south facade flat: glass reflects most, walls get less.
    january, july = (
        world.rows.facade_w_m2[k * 288 : (k + 31) * 288].mean(axis=0) for k in (0, 181)
    )
    assert january[SOUTH] > july[SOUTH]
    assert (world.rows.window_w_m2 <= world.rows.facade_w_m2 + 1e-9).all()


def test_closed_blinds_keep_out_sun_and_daylight(building: Building, world: World) -> None:
    outs = []
    for position in (0.0, 0.25, 0.5, 0.75, 1.0):
        # In winter: the eaves keep the summer's beam out.
        simulation = Simulation(building, world, start_s=world.start_s + (20 * 24 + 12) * 3600)
        override = np.full((len(building.zones), 4), np.nan)
        override[:, BLIND], override[:, LIGHT] = position, 0.0
        simulation.step(override)
        outs.append(simulation.zone_out.copy())
    south = building.zone_names.index("south")
    zone = building.zones[south]
    # The beam stops at the slats; of diffuse light a twelfth still passes between them.
    between = slats(1.0).diffuse
    for column, closed in (
        (Z_SOLAR, zone.blind_closed_solar),
        (Z_DAYLIGHT, zone.blind_closed_light),
        (Z_TRANSMITTED, zone.blind_closed_light),
    ):
        values = np.array([out[south, column] for out in outs])
        assert (np.diff(values) < 0.0).all()
        assert closed < values[-1] / values[0] < closed + between * (1.0 - closed)
    assert outs[0][south, Z_FACADE] == outs[-1][south, Z_FACADE] > 0.0
    core = building.zone_names.index("core")
    assert not outs[0][core, [Z_FACADE, Z_SOLAR, Z_DAYLIGHT, Z_EYE]].any()


def test_electric_light_adds_to_daylight(building: Building, world: World) -> None:
    simulation = Simulation(building, world, start_s=world.start_s + 12 * 3600)
    override = np.full((len(building.zones), 4), np.nan)
    override[:, LIGHT] = 0.4
    simulation.step(override)
    out = simulation.zone_out
    for z, zone in enumerate(building.zones):
        assert out[z, Z_LIGHTS] == pytest.approx(0.4 * zone.lights_w_m2 * zone.area_m2)
        added = out[z, Z_ILLUMINANCE] - out[z, Z_DAYLIGHT]
        assert added == pytest.approx(0.4 * zone.full_light_lux)


def test_light_by_hand() -> None:
    assert electric_light(0.5, 100.0, 500.0) == (50.0, 250.0)
    assert electric_light(0.0, 100.0, 500.0) == (0.0, 0.0)
    # 110 lm/W x 0.5 x 10 m2 x 0.4 / 50 m2
    assert daylight_lux_per_w_m2(10.0, 0.5, 50.0) == pytest.approx(4.4)
    # 110 lm/W x a quarter of the view
    assert eye_lux(100.0) == pytest.approx(2750.0)


def test_glare_by_wienolds_formula() -> None:
    assert glare_probability(0.0) == 0.184
    assert glare_probability(2000.0) == pytest.approx(0.3084)
    # (0.40 - 0.184) / 6.22e-5
    assert not glares(3472.6)
    assert glares(3472.7)


def test_the_eye_sees_what_glass_and_blind_pass(building: Building, world: World) -> None:
    simulation = Simulation(building, world, start_s=world.start_s + (180 * 24 + 12) * 3600)
    simulation.step()
    out = simulation.zone_out
    assert out[:, Z_EYE] == pytest.approx(110.0 * 0.25 * out[:, Z_TRANSMITTED])
    assert out[1:, Z_EYE].min() > 0.0


def test_people_and_equipment_by_hand(building: Building, constant_world) -> None:
    world = constant_world(people=3.0)
    simulation = Simulation(building, world, start_s=world.start_s)
    simulation.step()
    for zone, row in zip(building.zones, simulation.zone_out, strict=True):
        assert row[Z_PEOPLE_HEAT] == pytest.approx(3.0 * zone.person_sensible_w)
        full_w = zone.equipment_w_m2 * zone.area_m2
        used = 3.0 / zone.design_people
        share = zone.equipment_base + (1.0 - zone.equipment_base) * used
        assert row[Z_EQUIPMENT] == pytest.approx(full_w * share)


def test_the_sun_stands_where_it_should() -> None:
    """Solar noon of Greensboro, 21 June: 90° - 36.1° + 23.4° = 77.3° high, in the south."""
    weather = load_weather("greensboro", 2026)
    day = weather.sun.loc["2026-06-21"]
    assert isinstance(day, pd.DataFrame)
    assert day["elevation"].max() == pytest.approx(77.3, abs=0.1)
    assert day["azimuth"][day["elevation"].idxmax()] == pytest.approx(180.0, abs=3.0)
