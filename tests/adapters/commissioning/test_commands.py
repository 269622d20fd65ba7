"""The commands as typed: scan over real sockets, lists, watch, and no Linux needed."""

from __future__ import annotations

import asyncio
import csv
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from hvac_rl.cli import app
from hvac_rl.errors import ConfigError
from tests.adapters.devices.bacnet_device import (
    BacnetDevice,
    analog_input,
    analog_value,
    binary_input,
)
from tests.adapters.devices.free_ports import free_udp_port
from tests.hvac_rl.conftest import site_document

ROOT = Path(__file__).parents[3]


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["points", *arguments])


def named(built: Any, name: str) -> Any:
    built.objectName = name
    return built


@pytest.fixture
def controller() -> Iterator[str]:
    """A VAV controller's address; it lives in a thread of its own, as it does on a network."""
    port = free_udp_port()
    ready, done = threading.Event(), threading.Event()

    async def live() -> None:
        device = await BacnetDevice.start(
            port, 2013,
            named(analog_input(1, 71.5, "degrees-fahrenheit"), "VAV-2-13.ZN-T"),
            named(analog_value(1, 68.0, "degrees-fahrenheit"), "VAV-2-13.HTGOCC-SP"),
            named(analog_value(2, 75.0, "degrees-fahrenheit"), "VAV-2-13.CLGOCC-SP"),
            named(analog_value(3, 1.5, commandable=False), "VAV-2-13.CLG-PB"),
            named(binary_input(1, True), "VAV-2-13.OCC-S"),
        )  # fmt: skip
        ready.set()
        while not done.is_set():
            await asyncio.sleep(0.02)
        device.close()

    thread = threading.Thread(target=asyncio.run, args=(live(),))
    thread.start()
    assert ready.wait(20)
    yield f"127.0.0.1:{port}"
    done.set()
    thread.join()


def test_scan_drafts_a_list_that_goes_all_the_way(controller: str, tmp_path: Path) -> None:
    table, ede = tmp_path / "scan.csv", tmp_path / "scan_EDE.csv"
    ran = invoke("scan", "--target", controller, "--out", str(table))
    assert ran.exit_code == 0, ran.output
    assert "4 of 5 points are mapped" in ran.output
    assert "2 are proposed to be commanded" in " ".join(ran.output.split())
    with table.open(encoding="utf-8-sig", newline="") as file:
        rows = {row["name"]: row for row in csv.DictReader(file, delimiter=";")}
    heating = rows["VAV-2-13.HTGOCC-SP"]
    assert heating["brick"] == "Heating_Zone_Air_Temperature_Setpoint"
    assert (heating["of"], heating["unit"], heating["writable"]) == ("VAV-2-13", "degF", "Y")
    assert heating["list.device_instance"] == "2013"
    assert rows["VAV-2-13.CLG-PB"]["brick"] == ""

    assert invoke("export", str(table), "-o", str(ede), "--format", "ede").exit_code == 0
    again = invoke("import", str(ede), "--out", str(tmp_path / "points.yaml"))
    assert again.exit_code == 0, again.output
    raw = yaml.safe_load((tmp_path / "points.yaml").read_text("utf-8"))
    assert [point["name"] for point in raw["points"] if "write" in point] == [
        "VAV-2-13.HTGOCC-SP", "VAV-2-13.CLGOCC-SP",
    ]  # fmt: skip

    template, units = tmp_path / "vav.yaml", tmp_path / "units.csv"
    made = invoke("template", str(table), "--unit", "VAV-2-13", "--pattern", "VAV-{floor}-{n}",
                  "-o", str(template))  # fmt: skip
    assert made.exit_code == 0, made.output
    applied = invoke("apply", str(template), "--range", "floor=1-2", "--range", "n=1-30",
                     "--device-instance", "{floor}{n:03}", "-o", str(units))  # fmt: skip
    assert applied.exit_code == 0, applied.output
    assert "60 units, 240 points" in applied.output


def test_scan_finds_nobody(tmp_path: Path) -> None:
    ran = invoke("scan", "--target", f"127.0.0.1:{free_udp_port()}", "--wait", "0.3")
    assert isinstance(ran.exception, ConfigError)
    assert "no BACnet device answered" in str(ran.exception)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["scan"], "needs --address"),
        (["scan", "--target", "here"], '"10.0.0.7:47808"'),
        (["scan", "--address", "127.0.0.1", "--instance", "9-1"], '"1000-1999"'),
        (["import", "x.csv", "--addressing", "2"], "must be one of 0, 1, 4xxxx"),
        (["apply", "x.yaml", "-o", "y.csv"], "cannot be read"),
        (["watch", "SITE", "--zone", "moon"], "has no points; there are: "),
    ],
)
def test_mistakes_are_said(tmp_path: Path, arguments: list[str], said: str) -> None:
    site = tmp_path / "site.yaml"
    site.write_text(yaml.safe_dump(site_document(), sort_keys=False))
    ran = invoke(*[str(site) if each == "SITE" else each for each in arguments])
    assert isinstance(ran.exception, ConfigError), ran.output
    assert said in str(ran.exception)


def test_a_site_alone_means_show(tmp_path: Path) -> None:
    site = tmp_path / "site.yaml"
    site.write_text(yaml.safe_dump(site_document(), sort_keys=False))
    shown = invoke(str(site), "--commandable")
    assert shown.exit_code == 0, shown.output
    assert "0 of 12 commandable points are held" in shown.output
    assert "south.air" not in shown.output
    assert invoke("show", str(site)).output.count("south.") == 8


def test_watch_reads_and_ends(tmp_path: Path) -> None:
    site = tmp_path / "site.yaml"
    site.write_text(yaml.safe_dump(site_document(), sort_keys=False))
    ran = invoke("watch", str(site), "--zone", "south", "--rounds", "2", "--every", "0.5")
    assert ran.exit_code == 0, ran.output
    assert "21.5 degC" in ran.output
    assert "north.air" not in ran.output


WITHOUT_LINUX = """
import sys
NOT_ON_WINDOWS = {"fcntl", "resource", "grp", "pwd", "termios", "tty", "pty", "syslog", "readline",
                  "curses", "_curses", "posix_ipc", "uvloop", "crypt", "spwd", "nis"}
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name in NOT_ON_WINDOWS:
            raise ModuleNotFoundError(f"No module named {name!r}, as on Windows", name=name)
for name in NOT_ON_WINDOWS:
    sys.modules.pop(name, None)
sys.meta_path.insert(0, Blocked())
import pkgutil, importlib, adapters.commissioning as package
for module in pkgutil.iter_modules(package.__path__):
    importlib.import_module(f"adapters.commissioning.{module.name}")
import typer
from adapters.commands import register
from adapters.bacnet_stack import _import_bac0
_import_bac0()
app = typer.Typer()
register(app)
for line in sys.stdin:
    app(line.split(), standalone_mode=False)
    print("ENDED")
"""


def test_the_points_commands_need_nothing_that_only_linux_has(tmp_path: Path) -> None:
    site = tmp_path / "site.yaml"
    site.write_text(yaml.safe_dump(site_document(), sort_keys=False))
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "160"}
    commands = (
        f"points check {site}",
        f"points write-test {site} south.blind --yes",
        f"points watch {site} --rounds 1",
        f"points export {site} -o {tmp_path / 'out.csv'}",
        f"points import {tmp_path / 'out.csv'}",
    )
    ran = subprocess.run(
        [sys.executable, "-c", WITHOUT_LINUX], input="\n".join(commands), capture_output=True,
        text=True, env=environment, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.count("ENDED") == len(commands), ran.stdout
