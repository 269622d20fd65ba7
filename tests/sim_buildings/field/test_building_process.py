"""The process behind the devices: clock, steps, leases, files, and how it ends."""

from __future__ import annotations

import asyncio
import csv
import json
import logging

import pytest

from hvac_rl.control.forecasts import FileForecast
from hvac_rl.errors import ConfigError, DeviceError
from hvac_rl.service.clocks import read_published
from hvac_rl.service.site_file import load_site
from sim_buildings.field.building_process import BuildingProcess, FieldOptions
from sim_buildings.field.headless import run_headless
from sim_buildings.field.recorder import TruthRecorder
from sim_buildings.field.site_time import SiteClock

SPEED = 600.0


@pytest.fixture
async def process(simulated, clock, tmp_path):
    """Listening on a wall clock that tests turn by hand; ``advance`` is called by them."""
    site_clock = SiteClock(simulated.time_s, SPEED, clock)
    process = BuildingProcess(simulated, tmp_path, site_clock)
    await process.network.start("127.0.0.1")
    process.network.push(simulated.sensors(), simulated.scheduled())
    site_clock.start()
    yield process
    await process.network.stop()


@pytest.fixture
def recorder(simulated, tmp_path):
    with TruthRecorder(tmp_path / "truth.csv", simulated.truth_columns()) as recorder:
        yield recorder


def rows(path) -> list[dict[str, str]]:
    with path.open() as file:
        return list(csv.DictReader(file))


async def test_steps_as_the_clock_allows(process, simulated, clock, recorder) -> None:
    process.advance(recorder)
    assert simulated.orders == []
    clock.pass_s(0.11)  # 66 s of site time
    process.advance(recorder)
    assert len(simulated.orders) == 1
    clock.pass_s(0.3)  # 246 s of site time in all
    process.advance(recorder)
    assert len(simulated.orders) == 4
    assert process.network.controllers[1]._objects["south.air_temperature"].presentValue == 4.0


async def test_a_reader_may_follow_the_truth(process, simulated, clock, recorder) -> None:
    start_s = simulated.time_s
    clock.pass_s(0.35)
    process.advance(recorder)
    assert rows(recorder.path) == [
        {"time_s": f"{start_s + 60 * k:.0f}", "steps": f"{k}"} for k in (1, 2, 3)
    ]


async def test_commands_reach_the_building_and_go_again(
    process, simulated, clock, recorder
) -> None:
    process.network.operate("south.heating_setpoint", 22.0)
    process.network.operate("core.light", 0.3)
    clock.pass_s(0.11)
    process.advance(recorder)
    assert simulated.orders[-1]["south.heating_setpoint"] == 22.0
    assert simulated.orders[-1]["core.light"] == pytest.approx(0.3)
    assert simulated.orders[-1]["south.blind"] is None
    process.network.operate("south.heating_setpoint", None)
    clock.pass_s(0.11)
    process.advance(recorder)
    assert simulated.orders[-1]["south.heating_setpoint"] is None


async def test_a_lapsed_lease_is_taken_back_before_the_step(
    process, simulated, clock, recorder, caplog
) -> None:
    south = process.network.controllers[1]
    south.lease.beat(1, simulated.time_s)
    south._written(south._objects["south.heating_setpoint"], 13, 23.0)
    clock.pass_s(4.9)
    process.advance(recorder)
    assert simulated.orders[-1]["south.heating_setpoint"] == 23.0
    clock.pass_s(0.2)  # a fast simulation's lease is five seconds of wall time
    process.advance(recorder)
    assert simulated.orders[-1]["south.heating_setpoint"] is None
    assert "vav-south: the heartbeat stands still" in caplog.text


async def test_a_long_pause_is_caught_up_in_portions(process, simulated, clock, recorder) -> None:
    clock.pass_s(5.0)  # 50 steps
    process.advance(recorder)
    assert len(simulated.orders) == 30
    process.advance(recorder)
    assert len(simulated.orders) == 50


async def test_says_once_that_it_cannot_keep_up(process, clock, recorder, caplog) -> None:
    caplog.set_level(logging.WARNING)
    clock.pass_s(60.0)
    process.advance(recorder)
    process.advance(recorder)
    assert caplog.text.count("behind its clock") == 1


async def test_the_forecast_is_renewed_every_hour(
    process, simulated, clock, recorder, tmp_path
) -> None:
    forecast = FileForecast(tmp_path / "forecast.csv")
    for hour in range(3):
        process._push()
        outdoor_c, _ghi = forecast.hourly(simulated.time_s)
        assert outdoor_c[0] == 20.0, hour
        for _ in range(6):
            clock.pass_s(1.0)  # 600 s of site time
            process.advance(recorder)


async def test_run_writes_its_files_once_it_listens_and_ends_by_itself(simulated, tmp_path) -> None:
    (tmp_path / "clock.json").write_text("from a run that is over")
    seen: dict[str, object] = {}
    start_s = simulated.time_s
    process = BuildingProcess(
        simulated, tmp_path, SiteClock(start_s, 1800.0), FieldOptions(end_s=start_s + 600.0)
    )

    def ready() -> None:
        seen["clock"] = read_published(tmp_path / "clock.json")
        seen["row"] = json.loads((tmp_path / "clock.json").read_text())
        seen["site"] = load_site(process.site_file)
        seen["forecast"] = FileForecast(tmp_path / "forecast.csv").hourly(start_s)

    await asyncio.wait_for(process.run(ready), 5.0)
    assert seen["row"]["start_s"] == start_s
    assert seen["clock"].speed == 1800.0
    assert len(seen["site"].devices) == 4
    assert simulated.time_s == start_s + 600.0
    assert len(rows(tmp_path / "truth.csv")) == 10
    assert not (tmp_path / "clock.json").exists()


async def test_run_stops_when_told(simulated, tmp_path) -> None:
    process = BuildingProcess(simulated, tmp_path, SiteClock(simulated.time_s, 1.0))
    await asyncio.wait_for(process.run(process.stop), 5.0)


@pytest.mark.parametrize("speed", [1801.0, 1e6])
def test_a_speed_that_leaves_no_time_for_a_cycle_is_refused(simulated, tmp_path, speed) -> None:
    with pytest.raises(ConfigError, match=r"--speed: speed .* leaves .* s of wall time"):
        BuildingProcess(simulated, tmp_path, SiteClock(simulated.time_s, speed))


async def test_a_taken_port_is_named(network, simulated, tmp_path) -> None:
    (tmp_path / "clock.json").write_text("from a run that was killed")
    taken = int(network.controllers[0].address.split(":")[1])
    process = BuildingProcess(
        simulated,
        tmp_path,
        SiteClock(simulated.time_s, 1.0),
        FieldOptions(bacnet_port=taken),
    )
    with pytest.raises(DeviceError, match=rf"ahu-1: cannot listen on 127.0.0.1:{taken} \(UDP\)"):
        await process.run()
    taken = int(network.gateways[0].address.split(":")[1])
    process = BuildingProcess(
        simulated,
        tmp_path,
        SiteClock(simulated.time_s, 1.0),
        FieldOptions(modbus_port=taken),
    )
    with pytest.raises(DeviceError, match=rf"room-gateway: .*{taken} \(TCP\)"):
        await process.run()
    assert not (tmp_path / "clock.json").exists()


def test_headless_records_the_same_truth(simulated, tmp_path) -> None:
    end_s = simulated.time_s + 7200.0
    heard: list[float] = []
    path = run_headless(simulated, tmp_path, end_s, heard.append)
    assert len(rows(path)) == 120
    assert rows(path)[-1] == {"time_s": f"{end_s:.0f}", "steps": "120"}
    assert heard == [end_s - 3600.0, end_s]
    assert all(value is None for order in simulated.orders for value in order.values())
