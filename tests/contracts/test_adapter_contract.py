"""The contract over every adapter kind of ours, on real sockets where there are any."""

from __future__ import annotations

from typing import cast

import pytest

from adapters.contract import AdapterContract, ParsingContract, Rig
from tests.contracts.rigs import BacnetRig, MemoryRig, ModbusRig


class TestMemory(AdapterContract):
    rig_type = MemoryRig


class TestBacnet(AdapterContract):
    rig_type = BacnetRig


class TestModbus(AdapterContract):
    rig_type = ModbusRig


class TestMemoryRows(ParsingContract):
    rig_type = MemoryRig


class TestBacnetRows(ParsingContract):
    rig_type = BacnetRig


class TestModbusRows(ParsingContract):
    rig_type = ModbusRig


@pytest.mark.parametrize("rig", [MemoryRig, BacnetRig, ModbusRig])
def test_the_rigs_are_rigs(rig: type) -> None:
    assert cast(Rig, rig()).kind
