"""``hvac-rl simulate`` as a user runs it: a process of its own, signals and exit codes."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from hvac_rl.errors import ConfigError
from hvac_rl.service.site_file import load_site
from sim_buildings.commands import register

PROGRAM = """
import sys, typer
from hvac_rl.errors import HvacRlError
from sim_buildings.commands import register
app = typer.Typer()
app.callback()(lambda: None)
register(app)
try:
    app()
except HvacRlError as error:
    print(error, file=sys.stderr)
    sys.exit(error.exit_code)
"""


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-c", PROGRAM, "simulate", *map(str, arguments)]


def run_here(*arguments: object) -> object:
    app = typer.Typer()
    app.callback()(lambda: None)
    register(app)
    return CliRunner().invoke(app, ["simulate", *map(str, arguments)])


def rows(path: Path) -> list[dict[str, str]]:
    with path.open() as file:
        return list(csv.DictReader(file))


def test_help_needs_no_simulator() -> None:
    probe = PROGRAM.replace("    app()", "    app(standalone_mode=False)") + (
        "\nprint(sorted(set(sys.modules) & {'numba', 'pvlib', 'bacpypes3', 'BAC0', 'numpy'}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe, "simulate", "--help"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.rstrip().endswith("[]")


def test_headless_is_the_baseline(tmp_path) -> None:
    done = run_here("--headless", "--days", 0.25, "--warm-up-days", 1, "--dir", tmp_path / "base")
    assert done.exit_code == 0, done.output
    truth = rows(tmp_path / "base" / "truth.csv")
    assert len(truth) == 360
    assert float(truth[0]["time_s"]) == 1_784_005_260.0
    assert 10.0 < float(truth[-1]["south.air_c"]) < 40.0
    assert float(truth[-1]["energy_j"]) > float(truth[0]["energy_j"]) > 0.0
    assert not (tmp_path / "base" / "clock.json").exists()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_serves_until_told_to_stop(tmp_path, how) -> None:
    folder = tmp_path / "site"
    with subprocess.Popen(
        command("--speed", 1000, "--warm-up-days", 1, "--dir", folder),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "COLUMNS": "200"},
    ) as process:
        try:
            wait_for(folder / "clock.json", process)
            assert json.loads((folder / "clock.json").read_text())["speed"] == 1000.0
            assert len(load_site(folder / "site.yaml").plant.zones) == 5
            process.send_signal(how)
            output, _ = process.communicate(timeout=90)
        finally:
            process.kill()
    assert process.returncode == 0, output
    assert "vav-south" in output
    assert f"hvac-rl run {folder}/site.yaml" in output
    assert not (folder / "clock.json").exists()


def test_served_alone_it_is_the_baseline_to_the_last_digit(tmp_path) -> None:
    options = ("--days", 0.05, "--warm-up-days", 1, "--seed", 3)
    served = subprocess.run(
        command(*options, "--speed", 1800, "--until-end", "--dir", tmp_path / "served"),
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert served.returncode == 0, served.stderr
    assert run_here(*options, "--headless", "--dir", tmp_path / "alone").exit_code == 0
    assert rows(tmp_path / "served" / "truth.csv") == rows(tmp_path / "alone" / "truth.csv")


def test_a_taken_port_is_said_in_one_sentence(tmp_path, network) -> None:
    taken = network.controllers[0].address.split(":")[1]
    done = subprocess.run(
        command("--bacnet-port", taken, "--warm-up-days", 1, "--dir", tmp_path),
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode == 2
    assert f"ahu: cannot listen on 127.0.0.1:{taken} (UDP): the port is taken" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--speed", 1900), "--speed: speed 1900 leaves 0.47 s"),
        (("--dt", 7), "--dt: must divide 300 s"),
        (("no_such_building",), "no_such_building: is not in the catalogue"),
        (("--weather", "no_such_file"), "no_such_file: is neither a file nor bundled weather"),
    ],
)
def test_wrong_options_say_what_to_do(tmp_path, arguments, message) -> None:
    done = run_here(*arguments, "--dir", tmp_path)
    assert isinstance(done.exception, ConfigError)
    assert str(done.exception).startswith(message)


def test_a_wrong_speed_is_refused_before_anything_is_prepared(tmp_path) -> None:
    run_here("--speed", 1900, "--dir", tmp_path / "site")
    assert not (tmp_path / "site").exists()


def test_a_policy_is_named_relative_to_the_site_file(tmp_path) -> None:
    from sim_buildings.field.launch import policy_choice

    choice = policy_choice(tmp_path / "bundles" / "dqn", ("ed25519:AAAA",), tmp_path / "site")
    assert choice is not None
    assert choice.bundle == "../bundles/dqn"
    assert choice.trusted_keys == ("ed25519:AAAA",)
    assert policy_choice(None, (), tmp_path) is None
    with pytest.raises(ConfigError, match="--policy: a site trusts no bundle without a key"):
        policy_choice(tmp_path / "bundle", (), tmp_path)


def test_a_missing_package_names_the_extra(tmp_path) -> None:
    without = "import sys; sys.modules['numba'] = None\n" + PROGRAM
    done = subprocess.run(
        [sys.executable, "-c", without, "simulate", "--headless", "--dir", tmp_path],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "hvac-rl simulate: needs the package numba, which is not installed" in done.stderr
    assert "pip install 'hvac-rl[sim]'" in done.stderr


def wait_for(path: Path, process: subprocess.Popen[str]) -> None:
    """The first start may compile for a while."""
    deadline = time.monotonic() + 100.0
    while not path.exists():
        assert process.poll() is None, process.stdout.read() if process.stdout else ""
        assert time.monotonic() < deadline
        time.sleep(0.05)
