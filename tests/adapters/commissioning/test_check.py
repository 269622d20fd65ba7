"""points check: every point read, each fault named with what to do."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from adapters.commissioning.checking import Checked, Severity, check_site_points, judge
from hvac_rl.cli import app
from hvac_rl.errors import HvacRlError
from hvac_rl.records import Reading
from hvac_rl.service.control_socket import ControlServer
from hvac_rl.service.site_file import Site, load_site
from tests.adapters.devices.bacnet_device import (
    BacnetDevice,
    analog_input,
    analog_value,
    held_by_hand,
)
from tests.adapters.devices.free_ports import free_udp_port
from tests.hvac_rl.conftest import site_document

NOBODY: frozenset[str] = frozenset()
Checking = Callable[..., Awaitable[Checked]]


def kinds(checked: Checked) -> dict[str, str]:
    return {finding.point or finding.device: finding.kind for finding in checked.findings}


def write(folder: Path, document: dict[str, Any]) -> Path:
    path = folder / "site.yaml"
    path.write_text(yaml.safe_dump(document, sort_keys=False))
    return path


async def check(site: Site, held: frozenset[str] = NOBODY) -> Checked:
    return await check_site_points(site, held, lambda more: None, 0.0)


@pytest.fixture
def site(tmp_path: Path) -> Site:
    document = site_document()
    for each in document["points"]:
        if each["name"] == "south.air":
            each["object"] = "nowhere"
    north = document["devices"][1]
    north["objects"] = {**north["objects"], "heating": 20.0, "air": 71.0}
    north["commandable"] = {k: v for k, v in north["commandable"].items() if k != "heating"}
    return load_site(write(tmp_path, document))


async def test_each_fault_is_found_once_and_the_rest_is_read(site: Site) -> None:
    checked = await check(site)
    assert kinds(checked) == {
        "south.air": "missing",
        "north.heating": "no-priority-array",
        "north.air": "implausible",
    }
    assert checked.errors == 3
    assert all(finding.to_do for finding in checked.findings)
    fahrenheit = next(f for f in checked.findings if f.point == "north.air")
    assert "As degF it would be 21.7 degC" in fahrenheit.to_do
    assert checked.readings["north.co2"].value == 600.0


@pytest.fixture
async def bacnet(tmp_path: Path) -> AsyncIterator[Checking]:
    """Checks the site with its zone "south" on a BACnet device made of the objects given."""
    devices: list[BacnetDevice] = []

    async def run(play: Callable[[BacnetDevice], None], deadline_s: float = 20.0) -> Checked:
        port = free_udp_port()
        device = await BacnetDevice.start(
            port, 1001, analog_input(1, 21.5, "degrees-fahrenheit"), analog_input(2, 600.0),
            analog_value(1, 20.0, "degrees-celsius"), analog_value(2, 26.0, "pascals"),
            analog_value(3, 0.0, commandable=False), held_by_hand(4, 50.0),
        )  # fmt: skip
        devices.append(device)
        play(device)
        document = site_document()
        document["devices"].append(
            {"name": "real", "adapter": "bacnet", "address": f"127.0.0.1:{port}",
             "device_instance": 1001, "comes_back": "watchdog", "deadline_s": deadline_s}
        )  # fmt: skip
        document["local"] = {"bacnet": {"address": "127.0.0.1:0", "device_instance": 3990}}
        places = {
            "air": "analog-input,1", "co2": "analog-input,2", "heating": "analog-value,1",
            "cooling": "analog-value,2", "blind": "analog-value,3", "light": "analog-value,4",
        }  # fmt: skip
        for each in document["points"]:
            zone, _, role = each["name"].partition(".")
            if zone == "south" and role in places:
                each |= {"device": "real", "object": places[role]}
        return await check(load_site(write(tmp_path, document)))

    yield run
    for device in devices:
        device.close()


async def test_bacnet_objects_say_what_is_wrong_with_them(bacnet: Checking) -> None:
    def play(device: BacnetDevice) -> None:
        device.command("analog-value,1", 25.0, 8)
        device.command("analog-value,4", 30.0, 13)
        device.at("analog-input,2").outOfService = True
        device.at("analog-input,2").statusFlags = [0, 0, 0, 1]

    checked = await bacnet(play)
    found = {(f.point, f.kind): f for f in checked.findings}
    assert set(found) == {
        ("south.air", "wrong-unit"),
        ("south.co2", "out-of-service"),
        ("south.heating", "overridden"),
        ("south.cooling", "wrong-unit"),
        ("south.blind", "no-priority-array"),
        ("south.light", "overridden"),
        ("south.light", "level-in-use"),
    }
    assert "degrees-fahrenheit" in found["south.air", "wrong-unit"].what
    assert "priority 8" in found["south.heating", "overridden"].what
    assert found["south.heating", "overridden"].severity is Severity.WARNING
    assert checked.errors == 5


async def test_a_silent_device_is_one_finding(bacnet: Checking) -> None:
    def play(device: BacnetDevice) -> None:
        device.silent = True

    checked = await bacnet(play, 0.5)
    assert kinds(checked) == {"real": "device"}
    assert "does not answer" in checked.findings[0].what
    assert checked.readings["north.air"].value == 21.5


def test_exit_code_and_json(tmp_path: Path, site: Site) -> None:
    out = tmp_path / "findings.json"
    run = CliRunner().invoke(app, ["points", "check", str(site.path), "--json", str(out)])
    assert run.exit_code == 1, run.output
    assert "3 errors, 0 warnings" in run.output
    assert "Nothing was written" in run.output
    document = json.loads(out.read_text())
    assert document["errors"] == 3
    assert {each["kind"] for each in document["findings"]} == {
        "missing", "no-priority-array", "implausible",
    }  # fmt: skip
    readings = {each["point"]: each for each in document["readings"]}
    assert readings["north.co2"]["value"] == 600.0
    good = write(tmp_path, site_document())
    fine = CliRunner().invoke(app, ["points", "check", str(good), "--json", "-"])
    assert fine.exit_code == 0
    assert json.loads(fine.stdout)["findings"] == []


def test_what_we_hold_by_the_ledger_is_ours_to_hold(site: Site) -> None:
    heating = next(p for p in site.plant.points() if p.name == "south.heating")
    reading = Reading(point=heating.name, time_s=0.0, value=21.0, commanded_by=13, ours=21.0)
    assert judge(heating, reading, 13, frozenset({heating.name})) == []
    (foreign,) = judge(heating, reading, 13, NOBODY)
    assert foreign.kind == "level-in-use"


async def test_a_daemon_that_has_read_nothing_yet_proves_nothing(site: Site) -> None:
    site.state_dir.mkdir(parents=True)

    async def answer(request: dict[str, Any]) -> dict[str, Any]:
        return {"points": [], "control": {}}

    server = ControlServer(site.state_dir, answer)
    await server.start()
    try:
        run = await asyncio.to_thread(CliRunner().invoke, app, ["points", "check", str(site.path)])
    finally:
        await server.stop()
    assert isinstance(run.exception, HvacRlError)
    assert "has read nothing yet" in str(run.exception)
