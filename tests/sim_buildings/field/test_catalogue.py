"""Every building of the catalogue in the field: its points, its site file, its prices."""

from __future__ import annotations

import calendar
from collections import Counter
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from bacpypes3.apdu import ErrorRejectAbortNack
from bacpypes3.primitivedata import Null, Real, Unsigned
from pymodbus.client import AsyncModbusTcpClient

from hvac_rl.errors import ConfigError
from sim_buildings import columns
from sim_buildings.building import Building, catalogue, load_building
from sim_buildings.field.building_process import BuildingProcess
from sim_buildings.field.describe import describe
from sim_buildings.field.network import FieldNetwork
from sim_buildings.field.point_list import ZONES_A_GATEWAY, BacnetPlace, gateways, point_list
from sim_buildings.field.recorder import TruthRecorder
from sim_buildings.field.simulation_view import SimulationView
from sim_buildings.field.site_time import SiteClock
from sim_buildings.simulation import Simulation
from sim_buildings.world import World, make_world

SERVED = ("house", "medium_office", "retail", "small_office")
JANUARY_S = float(calendar.timegm((2026, 1, 13, 9, 0, 0)))
UTC_OFFSET_S = -5 * 3600.0
OURS = 13


@cache
def building_and_world(name: str) -> tuple[Building, World]:
    building = load_building(name)
    return building, make_world(building, seed=1)


def begun(name: str) -> tuple[Simulation, SimulationView]:
    building, world = building_and_world(name)
    simulation = Simulation(building, world, start_s=JANUARY_S - 60.0, engine="plain")
    simulation.step()
    return simulation, SimulationView(simulation, describe(building, world))


@pytest.mark.parametrize("name", catalogue())
def test_every_part_has_its_points(name) -> None:
    building, world = building_and_world(name)
    points = point_list(describe(building, world))
    assert len({p.name for p in points}) == len(points)
    places = [(p.device, isinstance(p.place, BacnetPlace), str(p.place)) for p in points]
    assert len(set(places)) == len(places)
    of = Counter((p.of, p.meaning.write is not None) for p in points)
    assert all(of[handler.name, True] == 4 for handler in building.air_handlers)
    assert all(of[handler.name, False] == 3 for handler in building.air_handlers)
    for zone in building.zones:
        blind = zone.blinds and zone.window_area_m2 > 0.0
        assert of[zone.name, True] == 3 + blind, zone.name
        assert of[zone.name, False] == 4 + bool(zone.facades), zone.name
    assert of["site", False] == 5 + building.plant.heating.startswith("gas")


@pytest.mark.parametrize("name", catalogue())
def test_the_daemon_reads_the_site_of_every_building(name, load_unwired) -> None:
    building, world = building_and_world(name)
    field = describe(building, world)
    site = load_unwired(field)
    assert {p.name for p in site.plant.points()} == {p.name for p in point_list(field)}
    assert [z.served_by for z in site.plant.zones] == [z.air_handler for z in building.zones]
    assert [h.name for h in site.plant.air_handlers] == [h.name for h in building.air_handlers]
    for mine, theirs in zip(site.plant.air_handlers, building.air_handlers, strict=True):
        assert mine.design_outdoor_air_m3_s == pytest.approx(
            building.design_outdoor_air_m3_s(theirs), abs=1e-4
        )
    assert len(site.devices) == (
        len(building.air_handlers) + len(building.zones) + -(-len(building.zones) // 48)
    )
    assert ("gas" in site.plant.sensors) == building.plant.heating.startswith("gas")


@pytest.mark.parametrize("tariff", ["flat", "time_of_use", "demand_charge"])
@pytest.mark.parametrize("name", SERVED)
def test_the_daemon_knows_every_hour_s_price_and_schedule(name, tariff, load_unwired) -> None:
    building = load_building(name)
    world = make_world(building, seed=1, tariff=tariff)
    site = load_unwired(describe(building, world))
    for hour in range(0, 8760, 7):  # every day, at changing hours
        time_s = world.start_s + hour * 3600.0
        row = world.row(time_s)
        assert site.tariff.price(time_s - UTC_OFFSET_S) == world.rows.price_per_kwh[row], hour
        facts = site.calendar.time_facts(time_s - UTC_OFFSET_S)
        assert facts.workday == (world.rows.workday[row] == 1.0), hour
        assert (building.schedule.start_h, building.schedule.end_h) == (
            site.calendar.start_h,
            site.calendar.end_h,
        )


def test_prices_that_change_from_day_to_day_are_refused() -> None:
    building = load_building("small_office")
    world = make_world(building, tariff="real_time")
    with pytest.raises(ConfigError, match="tariff real_time: changes from day to day"):
        describe(building, world)


def test_emissions_that_vary_are_said_by_their_mean() -> None:
    building = load_building("small_office")
    world = make_world(building, grid="varying")
    hourly = world.rows.carbon_kg_per_kwh.reshape(365, 24, 12)
    assert describe(building, world).tariff.carbon_kg_per_kwh == pytest.approx(
        tuple(hourly.mean(axis=(0, 2))), abs=1e-4
    )


def test_a_large_building_has_gateways_of_their_own_registers(building) -> None:
    zones = [replace(building.zones[0], name=f"z{k}") for k in range(ZONES_A_GATEWAY + 2)]
    large = replace(building, zones=tuple(zones), burns_gas=True)
    first, second = gateways(large).items()
    assert (first[0], len(first[1])) == ("room-gateway-1", ZONES_A_GATEWAY)
    assert (second[0], [z.name for z in second[1]]) == ("room-gateway-2", ["z48", "z49"])
    on_second = {p.name: p.place for p in point_list(large) if p.device == "room-gateway-2"}
    assert on_second["z48.blind"].register == 100
    assert on_second["z49.light"].coil == 65
    assert {p.device for p in point_list(large) if p.of == "site"} == {"ahu-1", "room-gateway-1"}


async def test_two_gateways_listen_and_keep_their_own_leases(building, clock) -> None:
    zones = [replace(building.zones[1], name=f"z{k}") for k in range(ZONES_A_GATEWAY + 1)]
    network = FieldNetwork(replace(building, zones=tuple(zones)), 180.0, clock)
    # Without the controllers, which are tested elsewhere: the gateways alone.
    network.controllers = []
    await network.start("127.0.0.1")
    clients = []
    for gateway in network.gateways:
        host, port = gateway.address.split(":")
        client = AsyncModbusTcpClient(host, port=int(port))
        await client.connect()
        clients.append(client)
    places = {p.name: p.place for p in network.points}
    for name, client in (("z0.light", clients[0]), ("z48.light", clients[1])):
        await client.write_register(0, 1)
        await client.write_registers(places[name].register, [0x4200, 0x0000])  # 32.0 %
        await client.write_coil(places[name].coil, True)
    assert network.overrides()["z0.light"] == pytest.approx(0.32)
    assert network.overrides()["z48.light"] == pytest.approx(0.32)
    clock.pass_s(100.0)
    await clients[1].write_register(0, 2)
    clock.pass_s(100.0)
    assert network.lapsed() == ["room-gateway-1"]
    assert network.overrides()["z0.light"] is None
    assert network.overrides()["z48.light"] == pytest.approx(0.32)
    for client in clients:
        client.close()
    await network.stop()


@pytest.mark.parametrize("name", SERVED)
def test_every_command_lands_in_its_own_place(name) -> None:
    simulation, view = begun(name)
    nobody = dict.fromkeys(view.scheduled())
    for point, value in view.scheduled().items():
        # What no range moves: a flow stays below the fan's, shares and switches are a half.
        below = value > 1.0 or point.endswith(".outdoor_air_setpoint")
        wanted = 0.75 * value if below else 0.5
        view.step({**nobody, point: wanted})
        differs = [
            (int(row), int(column), float(effective[row, column]))
            for effective, bms in (
                (simulation.effective_zone, simulation.bms_zone),
                (simulation.effective_handler, simulation.bms_handler),
            )
            for row, column in np.argwhere(effective != bms)
        ]
        assert len(differs) == 1, point
        row, _, held = differs[0]
        part = point.split(".")[0]
        names = [*(h.name for h in view.field.air_handlers), *(z.name for z in view.field.zones)]
        count = len(view.field.air_handlers)
        place = names.index(part)
        assert row == (place if place < count else place - count), point
        assert held == wanted, point


def test_sensors_of_each_air_handler_are_its_own() -> None:
    simulation, view = begun("medium_office")
    simulation.handler_out[:, columns.H_SUPPLY_FLOW] = [1.0, 2.0, 3.0]
    simulation.building_out[columns.B_GAS_ENERGY] = 7.2e6
    sensors = view.sensors()
    assert [sensors[f"ahu{k}.supply_air_flow"] for k in (1, 2, 3)] == [1.0, 2.0, 3.0]
    assert sensors["site.gas"] == 7.2e6
    row = dict(zip(view.truth_columns(), view.truth(), strict=True))
    assert [row[f"ahu{k}.supply_flow_m3_s"] for k in (1, 2, 3)] == [1.0, 2.0, 3.0]
    assert row["gas_j"] == 7.2e6


async def test_three_air_handlers_are_three_controllers_on_the_wire(
    clock, tmp_path, bacnet_client
) -> None:
    simulation, view = begun("medium_office")
    site_clock = SiteClock(view.time_s, 60.0, clock)
    process = BuildingProcess(view, tmp_path, site_clock)
    await process.network.start("127.0.0.1")
    process._push()
    site_clock.start()
    names = [controller.name for controller in process.network.controllers]
    assert names[:3] == ["ahu1", "ahu2", "ahu3"]
    assert len(names) == 3 + 15
    second, third = (bacnet_client(process.network.controllers[k].address) for k in (1, 2))
    own_c = float(simulation.bms_handler[1, columns.SUPPLY_AIR])
    assert await second.read("analog-value,1") == pytest.approx(own_c)
    # The weather station is on the first alone.
    with pytest.raises(ErrorRejectAbortNack, match="unknown-object"):
        await third.read("analog-input,4")
    await second.write("positive-integer-value,1", Unsigned(1))
    assert await second.write("analog-value,1", Real(15.5), OURS) == "ok"
    with TruthRecorder(tmp_path / "truth.csv", view.truth_columns()) as recorder:
        clock.pass_s(1.001)
        process.advance(recorder)
        assert simulation.effective_handler[:, columns.SUPPLY_AIR].tolist() == [
            simulation.bms_handler[0, columns.SUPPLY_AIR],
            15.5,
            simulation.bms_handler[2, columns.SUPPLY_AIR],
        ]
        assert await second.write("analog-value,1", Null(()), OURS) == "ok"
        clock.pass_s(1.001)
        process.advance(recorder)
    assert simulation.effective_handler[1, columns.SUPPLY_AIR] == own_c
    host, port = process.network.gateways[0].address.split(":")
    client = AsyncModbusTcpClient(host, port=int(port))
    await client.connect()
    gas = next(p.place for p in process.network.points if p.name == "site.gas")
    read = await client.read_input_registers(gas.register, count=4)
    burnt_kwh = client.convert_from_registers(read.registers, client.DATATYPE.FLOAT64)
    assert burnt_kwh == pytest.approx(simulation.gas_j / 3.6e6)
    assert burnt_kwh > 0.0, "a January morning burns gas"
    client.close()
    await process.network.stop()
