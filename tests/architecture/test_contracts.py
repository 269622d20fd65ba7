"""What must stay true of the whole: who makes commands, what the daemon loads, what is shipped."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("hvac_rl", "adapters", "sim_buildings", "envs", "agents")
HEAVY = ("torch", "gymnasium", "numba", "stable_baselines3", "pandas", "matplotlib")


def python_files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def test_only_the_guard_makes_commands() -> None:
    makers = set()
    for path in python_files(*PACKAGES):
        if path.is_relative_to(ROOT / "adapters/contract"):
            continue  # Tests for adapters from outside; nothing of ours imports them.
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                called = node.func
                name = called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")
                if name == "Command":
                    makers.add(path.relative_to(ROOT).as_posix())
    assert makers == {"hvac_rl/safety/guard.py"}


def test_nothing_is_unpickled_where_the_daemon_runs() -> None:
    for path in python_files("hvac_rl", "adapters"):
        imported = {
            name.split(".")[0]
            for node in ast.walk(ast.parse(path.read_text()))
            for name in (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
        }
        assert not imported & {"pickle", "cloudpickle", "joblib", "shelve", "marshal"}, path


@pytest.mark.parametrize("command", ["run", "points", "release"])
def test_the_daemon_loads_no_training_or_simulation_packages(command: str) -> None:
    """In a fresh interpreter: the command line, the daemon and both adapters."""
    script = (
        "import sys, hvac_rl.cli, hvac_rl.service.daemon, hvac_rl.service.site_file, "
        "hvac_rl.control.policy, adapters.bacnet, adapters.modbus, onnxruntime\n"
        f"found = [name for name in {HEAVY!r} if name in sys.modules]\n"
        "assert not found, found"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_wheel_holds_the_five_packages_only() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    listed = project["tool"]["setuptools"]["packages"]
    assert {name.split(".")[0] for name in listed} == set(PACKAGES)
    on_disk = {
        path.parent.relative_to(ROOT).as_posix().replace("/", ".")
        for path in python_files(*PACKAGES)
    }
    assert on_disk == set(listed), "every package folder is listed, and nothing else"


def test_no_module_of_physics_is_left_out_of_its_contract() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    contract = next(
        one
        for one in project["tool"]["importlinter"]["contracts"]
        if one["name"] == "Physics knows no protocol"
    )
    # The field speaks protocols, commands starts it, catalog is data.
    physics = {
        f"sim_buildings.{path.stem}"
        for path in (ROOT / "sim_buildings").iterdir()
        if path.suffix == ".py" or (path / "__init__.py").exists()
    } - {f"sim_buildings.{name}" for name in ("__init__", "field", "commands", "catalog")}
    assert set(contract["source_modules"]) == physics


def test_no_test_folder_is_a_package() -> None:
    assert not list((ROOT / "tests").rglob("__init__.py"))


def test_files_stay_small() -> None:
    long = {
        path.relative_to(ROOT).as_posix(): lines
        for path in python_files(*PACKAGES)
        if (lines := len(path.read_text().splitlines())) > 450
    }
    assert not long


@pytest.fixture(scope="module")
def compose() -> dict[str, object]:
    document = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    assert isinstance(document, dict)
    return document


def _cli(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "hvac_rl.cli", *arguments],
        capture_output=True, text=True, env={"COLUMNS": "200", "TERM": "dumb", "PATH": ""},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_compose_names_real_commands_options_ports_and_files(compose: dict) -> None:  # type: ignore[type-arg]
    services = compose["services"]
    for name in ("building", "daemon"):
        command, *arguments = services[name]["command"]
        text = _cli(command, "--help")
        for argument in arguments:
            if argument.startswith("--"):
                option = argument.split("=", 1)[0]
                assert re.search(rf"{option}\b", text), f"{command} has no {option}"
                value = argument.partition("=")[2]
                if value.startswith("/app/"):
                    assert (ROOT / value.removeprefix("/app/")).exists(), value
    assert services["daemon"]["network_mode"] == "service:building"
    password = "${POSTGRES_PASSWORD:?set POSTGRES_PASSWORD}"
    assert services["journal"]["environment"]["POSTGRES_PASSWORD"] == password


def test_compose_targets_exist_in_the_dockerfile(compose: dict) -> None:  # type: ignore[type-arg]
    stages = re.findall(r"^FROM \S+ AS (\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    built = {
        service["build"]["target"] for service in compose["services"].values() if "build" in service
    }
    assert built <= set(stages)
    copied = re.findall(r"^COPY (\S+) ", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert all((ROOT / name).exists() for name in copied)


def test_every_command_is_in_the_readme_and_has_help() -> None:
    readme = (ROOT / "README.md").read_text()
    listed = re.findall(r"^│ ([a-z][a-z-]+) +", _cli("--help"), re.MULTILINE)
    assert {"run", "simulate", "train", "evaluate", "points", "release", "demo"} <= set(listed)
    for command in listed:
        assert f"hvac-rl {command}" in readme, f"README does not tell of {command}"
        assert len(_cli(command, "--help").splitlines()) > 8
