"""Modbus rows: conventional numbers, layouts, flags and the ways back; wrong ones are named."""

from __future__ import annotations

from typing import Any, cast

import pytest

from adapters.modbus import ModbusKind
from adapters.modbus_address import ModbusAddress

HOLDING = {"table": "holding", "register": 100, "type": "float32"}
EFFECTIVE = {"table": "input", "register": 100}


@pytest.mark.parametrize(
    ("row", "table", "register"),
    [
        ({"number": 40001, "type": "int16"}, "holding", 0),
        ({"number": 400123, "type": "int16"}, "holding", 122),
        ({"number": 30011, "type": "float32"}, "input", 10),
        ({"number": 10002}, "discrete", 1),
        ({"number": "00017"}, "coil", 16),
        ({"number": 465536, "type": "int16"}, "holding", 65535),
    ],
)
def test_conventional_numbers(row: dict[str, Any], table: str, register: int) -> None:
    address = cast(ModbusAddress, ModbusKind().parse_address(row, writable=False))
    assert (address.value.table, address.value.register) == (table, register)


RESTORED = {**HOLDING, "restore": "found"}


@pytest.mark.parametrize(
    ("row", "writable", "says"),
    [
        ({"number": 40000, "type": "int16"}, False, "number: must be 00001 and on"),
        ({"number": 50001, "type": "int16"}, False, "number: must be 00001 and on"),
        ({"number": 4001, "type": "int16"}, False, "number: must have 5 or 6 digits"),
        ({"number": 40001, "table": "holding", "type": "int16"}, False, "table: is already said"),
        ({**HOLDING, "type": "int64", "bit": 3}, False, "bit: is one of a uint16 register"),
        ({**HOLDING, "type": "uint16", "bit": 16}, False, "bit: must be a whole number 0 to 15"),
        ({**HOLDING, "type": "float32", "states": {1: 0}}, False, "states: are codes of a whole"),
        ({**HOLDING, "type": "uint16", "states": {1: 0, 2: 0}}, False, "states: 0 has two codes"),
        ({**HOLDING, "type": "uint16", "states": {"on": 0}}, False, "states: 'on' is not a whole"),
        ({**HOLDING, "byte_order": "middle"}, False, "byte_order: must be one of big, little"),
        ({**HOLDING, "absent": 3}, False, "absent: must be a list of numbers"),
        (
            {**HOLDING, "fault": {"table": "holding", "register": 1}},
            False,
            r"fault\.bit: is missing",
        ),
        ({**HOLDING, "register": 65533, "type": "float64"}, False, "register: a float64 at 65533"),
        ({**RESTORED, "release_value": 3}, True, "restore: is one way back too many"),
        ({**RESTORED, "restore": "it"}, True, "restore: must be one of found"),
        ({**HOLDING, "release_value": "low"}, True, "release_value: must be a number"),
        (
            {**HOLDING, "effective": EFFECTIVE, "mode": {**HOLDING, "ours": 1, "bms": 1}},
            True,
            r"mode\.bms: is 1 like ours",
        ),
        (
            {**HOLDING, "effective": EFFECTIVE, "time_out": {**HOLDING, "seconds": 0}},
            True,
            r"time_out\.seconds: must be a whole number 1 to 86400",
        ),
    ],
)
def test_wrong_modbus_rows_are_named(row: dict[str, Any], writable: bool, says: str) -> None:
    with pytest.raises(ValueError, match=f"^{says}"):
        ModbusKind().parse_address(row, writable=writable)
