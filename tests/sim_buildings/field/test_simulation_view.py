"""The real physics behind the devices: what goes over the wire arrives, and is released again."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

import numpy as np
import pytest
from bacpypes3.primitivedata import Null, Real, Unsigned
from pymodbus.client import AsyncModbusTcpClient

from sim_buildings import columns
from sim_buildings.building import catalogue, load_building
from sim_buildings.field.building_process import BuildingProcess
from sim_buildings.field.describe import describe
from sim_buildings.field.point_list import point_list
from sim_buildings.field.recorder import TruthRecorder
from sim_buildings.field.simulation_view import SimulationView
from sim_buildings.field.site_time import SiteClock
from sim_buildings.simulation import Simulation
from sim_buildings.world import make_world

NOON_S = float(calendar.timegm((2026, 7, 14, 12, 0, 0)))
UTC_S = NOON_S + 5 * 3600.0
HEATING, OURS = "analog-value,1", 13


@pytest.fixture(scope="module")
def office():
    building = load_building("small_office")
    return building, make_world(building, seed=1)


@pytest.fixture
def simulation(office) -> Simulation:
    building, world = office
    simulation = Simulation(building, world, start_s=NOON_S - 60.0, engine="plain")
    simulation.step()
    return simulation


@pytest.fixture
def view(simulation, office) -> SimulationView:
    return SimulationView(simulation, describe(*office))


@pytest.fixture
async def process(view, clock, tmp_path):
    site_clock = SiteClock(view.time_s, 60.0, clock)
    process = BuildingProcess(view, tmp_path, site_clock)
    await process.network.start("127.0.0.1")
    process._push()
    site_clock.start()
    yield process
    await process.network.stop()


@pytest.fixture
def pass_a_minute(process, view, clock, tmp_path):
    with TruthRecorder(tmp_path / "truth.csv", view.truth_columns()) as recorder:

        def step() -> None:
            clock.pass_s(1.001)
            process.advance(recorder)

        yield step


def zone_of(view: SimulationView, name: str) -> int:
    return [zone.name for zone in view.field.zones].index(name)


def test_local_noon_is_five_in_the_afternoon_utc(view) -> None:
    assert view.time_s == UTC_S
    assert view.field.timezone == "Etc/GMT+5"


def test_the_site_knows_the_prices_and_holidays_that_the_world_has(view, office) -> None:
    world = office[1]
    schedule, tariff = view.field.schedule, view.field.tariff
    workday, saturday = world.row(NOON_S), world.row(NOON_S + 4 * 86_400.0)
    for hours in (-11, 0, 5):
        hour = 12 + hours
        k = 12 * hours
        assert tariff.workday[hour] == world.rows.price_per_kwh[workday + k]
        assert tariff.other[hour] == world.rows.price_per_kwh[saturday + k]
        assert tariff.carbon_kg_per_kwh[hour] == world.rows.carbon_kg_per_kwh[workday + k]
    assert date(2026, 7, 3) in schedule.holidays  # Independence Day, observed on the Friday
    free = np.flatnonzero(world.rows.workday[::288] == 0.0)
    days = [date(2026, 1, 1) + timedelta(days=int(k)) for k in free]
    assert [day for day in days if day.weekday() < 5] == [
        day for day in schedule.holidays if day.weekday() < 5
    ]


async def test_a_setpoint_goes_over_the_wire_into_the_building_and_back(
    process, simulation, view, bacnet_client, pass_a_minute
) -> None:
    k = zone_of(view, "south")
    device = next(d for d in process.network.controllers if d.name == "vav-south")
    south = bacnet_client(device.address)
    own_c = float(simulation.bms_zone[k, columns.HEATING])
    assert await south.read(HEATING) == own_c
    await south.write("positive-integer-value,1", Unsigned(1))
    assert await south.write(HEATING, Real(22.5), OURS) == "ok"
    pass_a_minute()
    assert simulation.effective_zone[k, columns.HEATING] == 22.5
    assert simulation.effective_zone[k, columns.COOLING] == simulation.bms_zone[k, columns.COOLING]
    assert await south.slots(HEATING) == {13: 22.5, 16: own_c}
    assert await south.write(HEATING, Null(()), OURS) == "ok"
    pass_a_minute()
    assert simulation.effective_zone[k, columns.HEATING] == own_c
    assert await south.read(HEATING) == own_c


async def test_a_light_goes_over_the_wire_and_falls_back(
    process, simulation, view, clock, pass_a_minute
) -> None:
    k = zone_of(view, "east")
    point = next(p for p in process.network.points if p.name == "east.light")
    host, port = process.network.gateways[0].address.split(":")
    client = AsyncModbusTcpClient(host, port=int(port))
    await client.connect()
    await client.write_register(0, 1)
    await client.write_registers(point.place.register, [0x4200, 0x0000])  # 32.0 %
    await client.write_coil(point.place.coil, True)
    pass_a_minute()
    assert simulation.effective_zone[k, columns.LIGHT] == pytest.approx(0.32)
    clock.pass_s(6.0)  # six minutes at this speed without a heartbeat: the lease is five
    pass_a_minute()
    assert simulation.effective_zone[k, columns.LIGHT] == simulation.bms_zone[k, columns.LIGHT]
    client.close()


def test_every_command_lands_in_its_own_place(view, simulation) -> None:
    nobody = dict.fromkeys(view.scheduled())
    own = np.concatenate([simulation.bms_zone.ravel(), simulation.bms_handler.ravel()])
    # Values that no range moves: half of what the BMS wants, or the light and blind at 0.5.
    wanted = {
        name: 0.75 * value if value > 1.0 else 0.5 for name, value in view.scheduled().items()
    }
    for name, value in wanted.items():
        view.step({**nobody, name: value})
        effective = np.concatenate(
            [simulation.effective_zone.ravel(), simulation.effective_handler.ravel()]
        )
        bms = np.concatenate([simulation.bms_zone.ravel(), simulation.bms_handler.ravel()])
        assert np.count_nonzero(effective != bms) == 1, name
    view.step(nobody)
    assert own.size == len(wanted) + 1  # the core's blind is in the arrays, not on the network


def test_sensors_show_what_the_simulation_did(view, simulation) -> None:
    sensors = view.sensors()
    k = zone_of(view, "west")
    assert sensors["west.air_temperature"] == simulation.zone_out[k, columns.Z_AIR]
    assert sensors["west.daylight"] == simulation.zone_out[k, columns.Z_DAYLIGHT]
    assert sensors["west.facade_irradiance"] == simulation.zone_out[k, columns.Z_FACADE]
    assert sensors["site.power"] == simulation.building_out[columns.B_TOTAL]
    assert sensors["site.energy"] == simulation.building_out[columns.B_ENERGY]
    assert sensors["ahu.supply_air_flow"] == simulation.handler_out[0, columns.H_SUPPLY_FLOW]
    assert set(sensors) | set(view.scheduled()) == {p.name for p in point_list(view.field)}
    assert not set(sensors) & set(view.scheduled())


def test_presence_is_held_for_fifteen_minutes(office) -> None:
    building, world = office
    simulation = Simulation(building, world, start_s=NOON_S - 60.0, engine="plain")
    simulation.step()
    # People leave at a moment of our choosing: the sensor is told through the live array.
    simulation.zone_out[:, columns.Z_PEOPLE] = 1.0
    view = SimulationView(simulation, describe(building, world))
    simulation.zone_out[:, columns.Z_PEOPLE] = 0.0
    assert view.sensors()["core.occupancy"] == 1.0
    simulation.time_s += 899.0
    assert view.sensors()["core.occupancy"] == 1.0
    simulation.time_s += 1.0
    assert view.sensors()["core.occupancy"] == 0.0


def test_the_forecast_begins_with_the_present_hour(view, simulation, office) -> None:
    simulation.time_s += 1200.0
    hours = view.forecast()
    assert len(hours) >= 27
    assert hours[0].time_s == UTC_S
    outdoor_c, ghi_w_m2 = office[1].forecast(NOON_S, 2)
    assert [hours[0].outdoor_air_c, hours[1].outdoor_air_c] == pytest.approx(list(outdoor_c))
    assert hours[1].ghi_w_m2 == pytest.approx(ghi_w_m2[1])
    assert hours[1].time_s == UTC_S + 3600.0


def test_the_truth_has_a_name_for_every_number(view, simulation) -> None:
    view.step({**dict.fromkeys(view.scheduled()), "north.light": 0.35})
    row = dict(zip(view.truth_columns(), view.truth(), strict=True))
    k = zone_of(view, "north")
    assert row["north.people"] == simulation.zone_out[k, columns.Z_PEOPLE]
    assert row["north.light"] == 0.35
    assert row["north.heating_setpoint_c"] == simulation.effective_zone[k, columns.HEATING]
    own = simulation.effective_handler[0]
    assert row["ahu.static_pressure_pa"] == own[columns.STATIC_PRESSURE]
    assert row["ahu.supply_flow_m3_s"] == simulation.handler_out[0, columns.H_SUPPLY_FLOW]
    assert row["total_w"] == simulation.building_out[columns.B_TOTAL]
    assert row["energy_j"] == simulation.building_out[columns.B_ENERGY]


@pytest.mark.parametrize("name", catalogue())
def test_the_devices_take_what_the_bms_itself_wants(name) -> None:
    """A schedule outside an object's own range would be a device that lies about its range."""
    building = load_building(name)
    world = make_world(building, seed=1)
    spans = {
        p.name: p.meaning.write
        for p in point_list(describe(building, world))
        if p.meaning.write is not None
    }
    for month in (1, 7):
        start_s = float(calendar.timegm((2026, month, 12, 0, 0, 0)))
        simulation = Simulation(building, world, start_s=start_s, dt_s=300.0)
        view = SimulationView(simulation, describe(building, world))
        for _ in range(288):
            view.step(dict.fromkeys(view.scheduled()))
            for point, value in view.scheduled().items():
                scale = 100.0 if point.endswith((".blind", ".light")) else 1.0
                assert spans[point].minimum <= scale * value <= spans[point].maximum, point
