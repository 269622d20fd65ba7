"""Lease, site time, ports, recorder, register tables: without devices or sleeps."""

from __future__ import annotations

import socket

import pytest

from hvac_rl.errors import DeviceError
from sim_buildings.field.forecast_file import ForecastFile
from sim_buildings.field.lease import Lease
from sim_buildings.field.modbus_registers import Cell, IllegalAddressError, RegisterTable
from sim_buildings.field.ports import bacnet_ports, modbus_ports
from sim_buildings.field.recorder import TruthRecorder
from sim_buildings.field.simulated_building import ForecastHour
from sim_buildings.field.site_time import SiteClock, StandardTime, lease_s

HOST = "127.0.0.1"


@pytest.mark.parametrize(
    ("beats", "now_s", "holds"),
    [
        ([], 0.0, False),
        ([(0, 0.0)], 0.0, False),  # it stood at 0 from the start: nothing moved
        ([(1, 0.0)], 180.0, True),
        ([(1, 0.0)], 180.001, False),
        ([(1, 0.0), (1, 100.0)], 181.0, False),
        ([(1, 0.0), (2, 100.0)], 280.0, True),
        ([(1, 0.0), (0, 100.0)], 280.0, True),  # a counter that wraps moves too
        ([(1, 0.0), (2, 500.0)], 600.0, True),  # back after a lapse
    ],
)
def test_lease(beats, now_s, holds) -> None:
    lease = Lease(180.0)
    for value, when in beats:
        lease.beat(value, when)
    assert lease.holds(now_s) is holds


@pytest.mark.parametrize(("speed", "length"), [(1, 180), (36, 180), (37, 185), (1000, 5000)])
def test_a_lease_is_never_shorter_than_five_seconds_of_wall_time(speed, length) -> None:
    assert lease_s(speed) == length


def test_site_clock_stands_until_started(clock) -> None:
    site = SiteClock(1000.0, 60.0, clock)
    clock.pass_s(5.0)
    assert site.now_s() == 1000.0
    site.start()
    clock.pass_s(2.0)
    assert site.now_s() == pytest.approx(1120.0)
    assert site.wall_until_s(1180.0) == pytest.approx(1.0)
    assert site.wall_until_s(1060.0) == pytest.approx(-1.0)


def test_midnight_in_greensboro_is_five_in_the_morning_utc() -> None:
    local = StandardTime(-5.0)
    assert local.to_site(0.0) == 5 * 3600.0
    assert local.to_local(5 * 3600.0) == 0.0


def test_free_ports_are_all_different() -> None:
    ports = bacnet_ports(HOST, ["a", "b", "c"], None)
    assert len(set(ports)) == 3
    assert 0 < modbus_ports(HOST, ["g"], None)[0] < 65536


def test_a_base_port_gives_consecutive_ones() -> None:
    base = bacnet_ports(HOST, ["probe"], None)[0]
    if base > 65_000:
        base = 61_000
    assert bacnet_ports(HOST, ["a", "b", "c"], base) == [base, base + 1, base + 2]


def test_a_port_shared_by_others_counts_as_taken() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        other.bind((HOST, 0))
        port = other.getsockname()[1]
        with pytest.raises(DeviceError, match=rf"b: cannot listen on 127.0.0.1:{port}"):
            bacnet_ports(HOST, ["a", "b"], port - 1)


def test_ports_end_at_65535() -> None:
    with pytest.raises(DeviceError, match="65536"):
        bacnet_ports(HOST, ["a", "b", "c"], 65_534)


def test_recorder_refuses_a_row_of_another_width(tmp_path) -> None:
    with TruthRecorder(tmp_path / "t.csv", ["a", "b"]) as recorder:
        recorder.add(60.0, [1.0, 1_754_453_120.0])  # a day of energy in joules
        with pytest.raises(ValueError, match="1 values for 2 columns"):
            recorder.add(120.0, [1.0])
    assert (tmp_path / "t.csv").read_text() == "time_s,a,b\n60,1,1.75445312e+09\n"


def test_a_forecast_that_misses_the_present_hour_is_refused(tmp_path) -> None:
    file = ForecastFile(tmp_path / "forecast.csv")
    late = [ForecastHour(3600.0 * h, 20.0, 0.0) for h in range(1, 40)]
    with pytest.raises(ValueError, match="covers the present hour"):
        file.write(3599.0, late)
    with pytest.raises(ValueError, match="covers the present hour"):
        file.write(3600.0, late[:26])
    file.write(3600.0, late)
    assert not file.is_due(7199.0)
    assert file.is_due(7200.0)


def test_two_values_in_one_register_are_refused() -> None:
    with pytest.raises(ValueError, match="share a register"):
        RegisterTable([Cell(0, "float32", lambda: 0.0), Cell(1, "uint16", lambda: 0.0)])


def test_a_value_that_nobody_may_write_refuses() -> None:
    table = RegisterTable([Cell(0, "uint16", lambda: 7.0)])
    with pytest.raises(IllegalAddressError):
        table.write(0, [8])


def test_part_of_a_value_can_be_read() -> None:
    table = RegisterTable([Cell(10, "float64", lambda: 1.0), Cell(14, "uint16", lambda: 7.0)])
    assert table.read(10, 5) == [0x3FF0, 0, 0, 0, 7]
    assert table.read(11, 2) == [0, 0]
    assert table.read(13, 2) == [0, 7]
