"""ADAPTERS.md: its commands, its examples and the messages it explains are those of the code."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from adapters.bacnet import BacnetKind
from adapters.bacnet_stack import parse_local
from adapters.commissioning import checking
from adapters.limits import parse_limits
from adapters.modbus import ModbusKind
from adapters.parsing import Row
from hvac_rl.cli import app
from hvac_rl.points import ComesBack
from hvac_rl.service.site_schema import DeviceRow, PointRow

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "ADAPTERS.md").read_text(encoding="utf-8")
KINDS = {"bacnet": BacnetKind(), "modbus": ModbusKind()}
FROM_THE_DEVICE = {
    "property: unknown-property", "object: unknown-object", "fault", "out of service",
}  # fmt: skip


def commands() -> Iterator[str]:
    for line in re.findall(r"^(hvac-rl .*)$", TEXT, re.MULTILINE):
        yield line.partition("#")[0].strip()
    yield from re.findall(r"`((?:hvac-rl|points|run) [^`.]*)`", TEXT)


@pytest.mark.parametrize("command", sorted(set(commands())))
def test_every_command_and_option_is_there(command: str) -> None:
    words = shlex.split(command.removeprefix("hvac-rl "))
    here: Any = get_command(app)
    while words and words[0] in getattr(here, "commands", ()):
        here = here.commands[words.pop(0)]
    assert not hasattr(here, "commands"), command
    known = {name for parameter in here.params for name in parameter.opts}
    asked = {word for word in words if word.startswith("--")}
    assert asked <= known, command


def test_the_rows_of_the_example_are_understood() -> None:
    (text,) = [block for block in blocks("yaml") if block.startswith("devices:")]
    example = yaml.safe_load(text)
    adapter_of = {}
    for row in example["devices"]:
        device = DeviceRow.model_validate(row)
        adapter_of[device.name] = KINDS[device.adapter]
        assert isinstance(device.comes_back, ComesBack)
        KINDS[device.adapter].parse_options(device.model_extra or {})
        assert device.heartbeat is not None
        KINDS[device.adapter].parse_address(device.heartbeat, writable=False)
    for row in example["points"]:
        point = PointRow.model_validate(row)
        kind = adapter_of[point.device]
        kind.parse_address(point.model_extra or {}, writable=point.write is not None)


def test_our_own_side_of_the_example_is_understood() -> None:
    (text,) = [block for block in blocks("yaml") if block.startswith("local:")]
    example = yaml.safe_load(text)["local"]
    local = parse_local(example["bacnet"])
    assert local.limits.networks["2001"].points_per_s == 40
    limits = parse_limits(Row(example["modbus"]).row("limits"))
    assert limits.networks["/dev/ttyUSB0"].outstanding == 1


def test_every_finding_of_the_check_is_explained() -> None:
    source = Path(checking.__file__).read_text("utf-8")
    named = set(re.findall(r"\| `([a-z-]+)`(?: \(warning\))? \|", section("`points check`")))
    for finding in named:
        assert (
            f'"{finding}"' in source + (ROOT / "adapters/commissioning/units_read.py").read_text()
        )
    made = set(re.findall(r'_finding\(\s*\w+, "([a-z-]+)"', source))
    assert made
    assert made <= named


def test_every_message_is_one_of_the_code() -> None:
    said = list(texts())
    first = re.findall(r"^\| (`[^|]+`) \|", section("Messages"), re.MULTILINE)
    assert len(first) > 35
    for cell in first:
        for message in re.findall(r"`([^`]+)`", cell):
            if message in FROM_THE_DEVICE:
                continue
            for part in re.split(r"\.\.\.", message):
                words = part.strip(" ,:")
                assert any(words in text for text in said), message


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)


def section(title: str) -> str:
    start = TEXT.index(f"## {title}")
    end = TEXT.find("\n## ", start)
    return TEXT[start:end]


def texts() -> Iterator[str]:
    """Every text of the code; what an f-string fills in is left out."""
    for folder in ("adapters", "hvac_rl/service"):
        for file in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.JoinedStr):
                    yield "…".join(
                        part.value
                        for part in node.values
                        if isinstance(part, ast.Constant) and isinstance(part.value, str)
                    )
                elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                    yield node.value
