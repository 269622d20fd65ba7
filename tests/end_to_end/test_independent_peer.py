"""A Modbus client that shares no code with ours reads and writes the simulated gateway."""

from __future__ import annotations

import itertools
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.end_to_end.conftest import wait_until

Building = Callable[..., Path]


@pytest.fixture
def gateway(building: Building) -> dict[str, Any]:
    if shutil.which("mbpoll") is None:
        pytest.skip("mbpoll is not installed (Debian: apt-get install mbpoll)")
    document = yaml.safe_load((building() / "site.yaml").read_text())
    row = next(device for device in document["devices"] if device["adapter"] == "modbus")
    return {**row, "points": {point["name"]: point for point in document["points"]}}


def mbpoll(gateway: dict[str, Any], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Zero-based addresses, big-endian words, one poll."""
    return subprocess.run(
        ["mbpoll", "-m", "tcp", "-p", str(gateway["port"]), "-a", str(gateway["unit_id"]), "-0",
         "-B", "-1", "-o", "2", *arguments[:-1], gateway["host"],
         *([arguments[-1]] if arguments[-1] else [])],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def value(output: str) -> float:
    found = re.search(r"\[\d+\]:\s+(\S+)", output)
    assert found is not None, output
    return float(found[1])


def test_mbpoll_reads_the_meter_and_commands_a_blind_until_its_heartbeat_stops(
    gateway: dict[str, Any],
) -> None:
    points = gateway["points"]
    power = mbpoll(gateway, "-r", str(points["site.power"]["register"]), "-t", "3:float", "")
    assert 1000.0 < value(power.stdout) < 40_000.0, power.stdout

    blind = points["south.blind"]
    register, coil = str(blind["register"]), str(blind["remote"]["register"])
    effective = str(blind["effective"]["register"])
    beats = itertools.count(7)

    def beat() -> None:
        """Without a moved heartbeat the gateway drops every remote value."""
        heartbeat = str(gateway["heartbeat"]["register"])
        done = mbpoll(gateway, "-r", heartbeat, "-t", "4", str(next(beats)))
        assert done.returncode == 0, done.stdout + done.stderr

    beat()
    written = mbpoll(gateway, "-r", register, "-t", "4:float", "42.5")
    assert written.returncode == 0, written.stdout + written.stderr
    assert mbpoll(gateway, "-r", coil, "-t", "0", "1").returncode == 0

    def closed() -> bool:
        return value(mbpoll(gateway, "-r", effective, "-t", "3:float", "").stdout) == 42.5

    def closed_while_it_beats() -> bool:
        beat()
        return closed()

    wait_until(closed_while_it_beats, 60, "the remote value did not come into force")
    wait_until(lambda: not closed(), 60, "the gateway kept a value whose heartbeat stands still")

    refused = mbpoll(gateway, "-r", register, "-t", "4:float", "101")
    assert refused.returncode != 0
    assert "Illegal data value" in refused.stderr + refused.stdout
