"""Rows of the site file: every wrong key is named, with what is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.bacnet import BacnetKind, BacnetOptions
from adapters.bacnet_address import Place
from adapters.bacnet_stack import parse_local
from adapters.modbus import ModbusKind
from adapters.parsing import Row, host_and_port
from hvac_rl.errors import ConfigError

HOLDING = {"table": "holding", "register": 100, "type": "float32"}
EFFECTIVE = {"table": "input", "register": 100}
REMOTE = {"table": "coil", "register": 0}


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({}, "device_instance: is needed"),
        ({"address": 47808}, "address: must be text"),
        ({"address": "10.0.0.7:port"}, 'address: must be "host:port"'),
        ({"address": "10.0.0.7:70000"}, 'address: must be "host:port"'),
        ({"address": "vav.local:47808"}, "address: must be an IPv4 address"),
        ({"address": "10.0.0.7", "device_instance": "7"}, "device_instance: must be a whole"),
        ({"address": "10.0.0.7", "device_instance": True}, "device_instance: must be a whole"),
        ({"address": "10.0.0.7", "device_instance": 4194303}, "device_instance: must be a whole"),
        ({"address": "10.0.0.7", "device_instanse": 7}, "did you mean 'device_instance'"),
    ],
)
def test_bacnet_device_rows(row: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        BacnetKind().parse_options(row)


def test_a_bacnet_port_may_be_left_out() -> None:
    assert BacnetKind().parse_options({"address": "10.0.0.7"}) == BacnetOptions(
        Place("10.0.0.7:47808"), None
    )


@pytest.mark.parametrize(
    ("object_", "writable", "says"),
    [
        (None, False, "object: must be text"),
        ("analog-value", False, 'must be "type,instance"'),
        ("analog-value,-1", False, 'must be "type,instance"'),
        ("analog-value,4194303", False, 'must be "type,instance"'),
        ("analogValue,1", False, "'analogValue' is not one of analog-input"),
        ("analog-input,1", True, "is an input: it cannot be commanded"),
        ("binary-input,1", True, "is an input: it cannot be commanded"),
    ],
)
def test_bacnet_addresses(object_: object, writable: bool, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        BacnetKind().parse_address({"object": object_}, writable=writable)


def test_spaces_in_a_bacnet_object_do_not_make_another_address() -> None:
    kind = BacnetKind()
    assert kind.parse_address({"object": "analog-value, 1"}, writable=True) == kind.parse_address(
        {"object": "analog-value,1"}, writable=True
    )


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({}, "address: is missing"),
        ({"address": "127.0.0.1:0"}, "device_instance: is missing"),
        ({"address": "here:0", "device_instance": 1}, "address: must be our IPv4 address"),
        ({"address": "10.0.0.5/40:0", "device_instance": 1}, "address: must be our IPv4 address"),
        ({"address": "10.0.0.5", "device_instance": 1, "bbmd": ":1"}, "bbmd: must be"),
        ({"address": "10.0.0.5", "device_instance": 1, "mask": 24}, "mask: is not known"),
    ],
)
def test_our_own_bacnet_row(row: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        parse_local(row)


def test_our_own_bacnet_address_takes_a_prefix() -> None:
    local = parse_local({"address": "10.0.0.5/16:47809", "device_instance": 3990})
    assert (local.host, local.prefix, local.port) == ("10.0.0.5", 16, 47809)
    assert parse_local({"address": "10.0.0.5:0", "device_instance": 1}).prefix == 24


@pytest.mark.parametrize(
    ("row", "writable", "says"),
    [
        ({}, False, "table: is missing"),
        ({**HOLDING, "table": "register"}, False, "table: must be one of coil"),
        ({**HOLDING, "table": ["holding"]}, False, "table: must be one of coil"),
        ({**HOLDING, "register": 40001.0}, False, "register: must be a whole number"),
        ({**HOLDING, "register": 65535}, False, "register: a float32 at 65535 runs past"),
        ({"table": "holding", "register": 1}, False, "type: is missing"),
        ({**HOLDING, "type": "float16"}, False, "type: must be one of bool"),
        ({**HOLDING, "word_order": "middle"}, False, "word_order: must be one of big, little"),
        ({**HOLDING, "scale": 0}, False, "scale: must not be 0"),
        ({**HOLDING, "scale": "0.1"}, False, "scale: must be a number"),
        ({"table": "coil", "register": 1, "type": "int16"}, False, "type: must be one of bool"),
        ({"table": "coil", "register": 1, "scale": 2}, False, "scale: is not known"),
        ({**HOLDING, "remote": REMOTE}, False, "remote: belongs to a point with write"),
        ({**HOLDING, "effective": EFFECTIVE}, False, "effective: belongs to a point with write"),
        ({**HOLDING, "table": "input"}, True, "table: input registers cannot be written"),
        ({**HOLDING, "remote": REMOTE}, True, "effective: is missing"),
        ({**HOLDING, "effective": EFFECTIVE}, True, "remote: is missing"),
        ({**HOLDING, "effective": 3, "remote": REMOTE}, True, "effective: must be a mapping"),
        (
            {**HOLDING, "effective": {**EFFECTIVE, "register": -1}, "remote": REMOTE},
            True,
            r"effective\.register: must be a whole number",
        ),
        (
            {**HOLDING, "effective": EFFECTIVE, "remote": {"table": "input", "register": 1}},
            True,
            r"remote\.table: must be one of coil, holding",
        ),
        (
            {**HOLDING, "effective": {**EFFECTIVE, "skale": 1}, "remote": REMOTE},
            True,
            r"effective\.skale: is not known here; did you mean 'scale'",
        ),
    ],
)
def test_modbus_addresses(row: dict[str, Any], writable: bool, says: str) -> None:
    with pytest.raises(ValueError, match=f"^{says}"):
        ModbusKind().parse_address(row, writable=writable)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({}, "host: is missing"),
        ({"host": ""}, "host: must be text"),
        ({"host": "10.0.0.9", "port": 0}, "port: must be a whole number"),
        ({"host": "10.0.0.9", "unit_id": 256}, "unit_id: must be a whole number"),
        ({"host": "10.0.0.9", "unit": 1}, "did you mean 'unit_id'"),
    ],
)
def test_modbus_device_rows(row: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        ModbusKind().parse_options(row)


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("localhost", True), ("127.0.0.2", True), ("10.0.0.9", False), ("gateway.local", False)],
)
def test_modbus_loopback(host: str, loopback: bool) -> None:
    kind = ModbusKind()
    assert kind.is_loopback(kind.parse_options({"host": host})) is loopback


def test_a_nested_row_names_its_parent() -> None:
    row = Row({"inner": {"x": "y"}}).row("inner")
    assert row is not None
    with pytest.raises(ValueError, match=r"^inner\.x: must be a number"):
        row.number("x")


def test_numbers_that_are_not_finite_are_refused() -> None:
    with pytest.raises(ValueError, match="must be a number"):
        Row({"x": float("inf")}).number("x")


@pytest.mark.parametrize("text", ["", ":1", "a:b", "a:-1", "a:"])
def test_addresses_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match="address: must be"):
        host_and_port(Row({"address": text}), "address", 1)
