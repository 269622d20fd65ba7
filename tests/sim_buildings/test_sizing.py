"""The rule of sizing, against loads worked out by hand and against what the files hold."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim_buildings.air import AIR_HEAT_J_M3_K
from sim_buildings.building import Building, Schedule, catalogue, load_building
from sim_buildings.columns import Z_IDEAL_HEAT
from sim_buildings.design_days import (
    DesignWeather,
    cooling_loads_w,
    design_weather,
    heating_loads_w,
)
from sim_buildings.glass import DIFFUSE_MODIFIER
from sim_buildings.simulation import Simulation
from sim_buildings.sizing import COOLING_MARGIN, Sizing, main, size
from sim_buildings.weather import load_weather

SHAPE = (12, 24)


def steady(outdoor_c: float, sun_w_m2: float = 0.0) -> DesignWeather:
    """Every hour of every month alike."""
    sun = {azimuth: np.full(SHAPE, sun_w_m2) for azimuth in (0.0, 90.0, 180.0, 270.0)}
    return DesignWeather(
        heating_outdoor_c=outdoor_c,
        heating_sky_loss_w_m2=0.0,
        ground_c=outdoor_c,
        wind_m_s=4.0,
        outdoor_c=np.full(SHAPE, outdoor_c),
        sky_loss_w_m2=np.zeros(SHAPE),
        humidity_kg_kg=np.zeros(SHAPE),
        ghi_w_m2=np.zeros(SHAPE),
        wall_w_m2=sun,
        window_w_m2=sun,
    )


@pytest.fixture(scope="module")
def greensboro() -> DesignWeather:
    return design_weather(load_weather(), (0.0, 90.0, 180.0, 270.0))


def sized(name: str, weather: DesignWeather) -> tuple[Building, Sizing]:
    building = load_building(name)
    return building, size(building, weather)


def test_a_steady_day_is_the_sum_of_its_gains(empty_building: Building) -> None:
    """At the setpoint outdoors, under as warm a sky and without sun only people are left."""
    quiet = replace(empty_building, schedule=Schedule(start_h=0.0, end_h=24.0))
    load = cooling_loads_w(quiet, steady(quiet.bms.occupied_cooling_c))["south"]
    # Radiation that walls take partly leaves through them; people are the only gain.
    zone = quiet.zones[1]
    people_w = zone.design_people * zone.person_sensible_w
    assert 0.9 * people_w < load[5, 12] < people_w
    # To what is left of settling after ten days.
    assert load == pytest.approx(np.full(SHAPE, load[0, 0]), rel=1e-4)


def test_sun_through_the_glass_all_day_is_taken_out_again(empty_building: Building) -> None:
    zones = tuple(replace(zone, absorptance=0.0) for zone in empty_building.zones)
    nobody = replace(empty_building, zones=zones, schedule=Schedule(start_h=0.0, end_h=0.001))
    load = cooling_loads_w(nobody, steady(nobody.bms.occupied_cooling_c, 100.0))["south"]
    sun_w = 100.0 * zones[1].window_area_m2 * zones[1].window_shgc
    # Some is reflected out through the glass, some warms walls and glass and leaves there.
    assert 0.8 * sun_w < load[0, 0] < 0.9 * sun_w


def test_a_cold_sky_takes_heat(empty_building: Building) -> None:
    """By U A of what sees it and the film of each; surfaces indoors cool with it."""
    clear = steady(2.0)
    cold = replace(clear, heating_sky_loss_w_m2=50.0)
    zone = empty_building.zones[1]
    under = zone.facades[0].overhang
    walls_w_k = zone.wall_u_w_m2_k * zone.wall_area_m2 * under.open_wall
    glass_w_k = zone.window_u_w_m2_k * 20.64 * under.open_window
    roof_w_k = zone.roof_u_w_m2_k * zone.roof_area_m2
    more_w = (
        heating_loads_w(empty_building, cold)["south"]
        - heating_loads_w(empty_building, clear)["south"]
    )
    third = 0.5 * 0.5**0.5
    opaque_w = 0.9 * (roof_w_k + third * walls_w_k) / 17.0 * 50.0
    expected_w = opaque_w + 0.84 * third * glass_w_k / 29.2 * 50.0
    assert 0.9 * expected_w < more_w < expected_w


def test_heating_is_u_times_a_times_the_difference(building: Building) -> None:
    """A little less: outer surfaces see one another and are all colder than the air."""
    ua = (
        20.64 * 3.24 + 63.81 * 0.704 + 113.45 * 0.193 + 27.69 * 1.264
        + AIR_HEAT_J_M3_K * 0.000569 * (63.81 + 20.64) * 0.25 * 0.224 * 0.5 * 4.0
    )  # fmt: skip
    calm = tuple(replace(handler, local_wind=0.5) for handler in building.air_handlers)
    windy = replace(building, air_handlers=calm)
    assert 0.9 * 30.0 * ua < heating_loads_w(windy, steady(-9.0))["south"] < 30.0 * ua
    assert heating_loads_w(windy, steady(25.0))["south"] == 0.0


@pytest.mark.parametrize(("outdoor_c", "sun_w_m2"), [(32.0, 150.0), (-9.0, 0.0)])
def test_loads_are_those_of_the_simulation(
    empty_building: Building, constant_world, outdoor_c: float, sun_w_m2: float
) -> None:
    """The same zone in the same weather without end: what ideal services give or take."""
    weather = replace(steady(outdoor_c, sun_w_m2), wind_m_s=4.0)
    light = replace(
        empty_building,
        schedule=Schedule(start_h=0.0, end_h=0.001),
        zones=tuple(replace(z, mass_capacity_j_k_m2=5000.0) for z in empty_building.zones),
    )
    world = constant_world(
        outdoor_c=outdoor_c, wind_m_s=4.0, sky_c=outdoor_c, ground_c=outdoor_c,
        facade_w_m2=sun_w_m2 / DIFFUSE_MODIFIER,
    )  # fmt: skip
    bms = light.bms
    held_c = bms.occupied_cooling_c if sun_w_m2 else bms.occupied_heating_c
    simulation = Simulation(light, world, start_s=world.start_s, dt_s=300.0, ideal=True)
    override = np.array([[1.0, 35.0, np.nan, 0.0]])
    simulation.step(np.tile([held_c, held_c, 0.0, 0.0], (5, 1)), override, steps=288 * 9)
    given_w = simulation.zone_out[:, Z_IDEAL_HEAT]
    if sun_w_m2:
        weather = replace(
            weather, wall_w_m2={a: sun / DIFFUSE_MODIFIER for a, sun in weather.wall_w_m2.items()}
        )
        expected = [-load[0, 0] for load in cooling_loads_w(light, weather).values()]
    else:
        expected = list(heating_loads_w(light, weather).values())
    assert given_w == pytest.approx(expected, rel=0.005)


def test_design_weather_of_greensboro(greensboro: DesignWeather) -> None:
    # ASHRAE Fundamentals has -7 to -9 °C and 32 to 34 °C for Greensboro.
    assert -12.0 < greensboro.heating_outdoor_c < -5.0
    assert 30.0 < greensboro.outdoor_c.max() < 36.0
    assert greensboro.outdoor_c.argmax() // 24 in (5, 6, 7)
    south, north = greensboro.window_w_m2[180.0], greensboro.window_w_m2[0.0]
    assert south[11].max() > south[5].max() > north[5].max()
    assert greensboro.window_w_m2[90.0][6].argmax() < 12 < greensboro.window_w_m2[270.0][6].argmax()


def test_airflow_carries_the_peak_with_its_margin(greensboro: DesignWeather) -> None:
    building, sizing = sized("small_office", greensboro)
    south = sizing.zones["south"]
    drop_k = building.bms.occupied_cooling_c - building.bms.supply_air_c
    carried_w = AIR_HEAT_J_M3_K * south.airflow_max_m3_s * drop_k
    assert carried_w == pytest.approx(COOLING_MARGIN * south.cooling_w)
    assert south.airflow_min_m3_s <= south.airflow_heating_m3_s <= south.airflow_max_m3_s


def test_coils_dry_the_air_that_comes_in(building: Building) -> None:
    dry = steady(30.0)
    wet = replace(dry, humidity_kg_kg=np.full(SHAPE, 0.018))
    (handler,) = building.air_handlers
    more_w = size(building, wet).cooling_coil_w["ahu"] - size(building, dry).cooling_coil_w["ahu"]
    # Saturated at 12.8 °C: 9.2 g/kg (ASHRAE Fundamentals, chapter 1, table 2).
    dried_w = 2465.0 * 1.204 * building.design_outdoor_air_m3_s(handler) * (18.0 - 9.2)
    assert more_w == pytest.approx(COOLING_MARGIN * dried_w, rel=0.02)


@pytest.mark.parametrize("name", catalogue())
def test_the_files_hold_what_the_rule_suggests(name: str, greensboro: DesignWeather) -> None:
    building, sizing = sized(name, greensboro)
    largest: dict[str, float] = {}
    for zone in building.zones:
        one = sizing.zones[zone.name]
        # Rooms of a plan are alike on every storey: sized for the hardest.
        assert zone.airflow_max_m3_s >= one.airflow_max_m3_s * (1.0 - 1e-9)
        assert zone.airflow_min_m3_s >= one.airflow_min_m3_s * (1.0 - 1e-9)
        assert zone.reheat_capacity_w >= one.reheat_capacity_w
        share = one.airflow_max_m3_s / zone.airflow_max_m3_s
        room = zone.name.split("_", 1)[-1]
        largest[room] = max(largest.get(room, 0.0), share)
    # A table shared by the rooms of both ends takes the larger one.
    assert min(largest.values()) > 0.85
    plant = building.plant
    assert 1.0 <= plant.heating_capacity_w / sizing.heating_capacity_w < 1.1
    if plant.cooling_capacity_w > 0.0:
        assert 1.0 <= plant.cooling_capacity_w / sizing.cooling_capacity_w < 1.1
        for handler in building.air_handlers:
            assert handler.cooling_coil_w >= sizing.cooling_coil_w[handler.name]
    else:
        assert sizing.cooling_capacity_w == 0.0


def test_the_command_prints_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["small_office"]) == 0
    assert "south" in capsys.readouterr().out
    assert main(["castle"]) == 2
    assert "not in the catalogue" in capsys.readouterr().err
