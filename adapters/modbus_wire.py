"""Modbus values on the wire: which registers, which type, and the numbers in them."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from adapters.answers import RefusedError
from adapters.parsing import Row

TABLES = ("coil", "discrete", "input", "holding")
BIT_TABLES = ("coil", "discrete")
WORD_ORDERS = ("big", "little")

FORMATS = {
    "bool": "H",
    "int16": "h",
    "uint16": "H",
    "int32": "i",
    "uint32": "I",
    "float32": "f",
    "float64": "d",
}
"""struct codes. Bytes within a register are big-endian, as the protocol says."""
WHOLE = ("bool", "int16", "uint16", "int32", "uint32")


@dataclass(frozen=True, slots=True)
class Register:
    """One value: ``number = encoded * scale + offset``; ``register`` is 0-based."""

    table: str
    register: int
    type: str
    word_order: str = "big"
    scale: float = 1.0
    offset: float = 0.0

    @property
    def count(self) -> int:
        """How many registers, or bits in a bit table, the value takes."""
        return 1 if self.table in BIT_TABLES else struct.calcsize(FORMATS[self.type]) // 2

    def __str__(self) -> str:
        return f"{self.table} {self.register}"


@dataclass(frozen=True, slots=True)
class ModbusAddress:
    """A point's register; for a writable one also where its effect is read (``effective``), and
    the coil that says whether our value is wanted (``remote``)."""

    value: Register
    effective: Register | None = None
    remote: Register | None = None


def parse_address(row: Row, *, writable: bool) -> ModbusAddress:
    """Raises ValueError("key: what is wrong")."""
    value = _register(row)
    effective_row = row.row("effective")
    remote_row = row.row("remote")
    row.done()
    if not writable:
        for key, found in (("effective", effective_row), ("remote", remote_row)):
            if found is not None:
                raise row.wrong(key, "belongs to a point with write: only")
        return ModbusAddress(value)
    if value.table not in ("holding", "coil"):
        raise row.wrong("table", f"{value.table} registers cannot be written")
    if effective_row is None:
        raise row.wrong("effective", "is missing: where is the value in force read?")
    if remote_row is None:
        raise row.wrong(
            "remote",
            "is missing: Modbus has no release, so without a coil that says whether our value "
            "is wanted the point could never be given back",
        )
    effective = _register(effective_row, like=value)
    effective_row.done()
    remote = Register(remote_row.choice("table", ("coil",)), _number(remote_row), "bool")
    remote_row.done()
    return ModbusAddress(value, effective, remote)


def encode(register: Register, number: float) -> list[int]:
    """The registers of the whole value, in the order in which they are sent.

    Raises RefusedError when the type cannot carry the number.
    """
    plain = (number - register.offset) / register.scale
    try:
        packed = struct.pack(
            f">{FORMATS[register.type]}",
            _whole(register, plain) if register.type in WHOLE else plain,
        )
    except (struct.error, OverflowError) as error:
        raise RefusedError(
            f"{register}: {number:g} does not fit {register.type}; nothing was sent"
        ) from error
    words = list(struct.unpack(f">{len(packed) // 2}H", packed))
    return words[::-1] if register.word_order == "little" else words


def decode(register: Register, words: Sequence[int]) -> float:
    """The number in the registers. Raises ValueError when it is not finite."""
    if register.type == "bool":
        plain = float(any(words))
    else:
        ordered = words[::-1] if register.word_order == "little" else words
        packed = struct.pack(f">{len(ordered)}H", *ordered)
        plain = float(struct.unpack(f">{FORMATS[register.type]}", packed)[0])
    number = plain * register.scale + register.offset
    if not math.isfinite(number):
        raise ValueError(f"{number} is not a number")
    return number


def heartbeat(register: Register, counter: float) -> float:
    """The beat that the register's type can carry: counters wrap around."""
    if register.type == "bool":
        return float(int(counter) % 2)
    bits = 16 * register.count - (1 if register.type.startswith("int") else 0)
    return float(int(counter) % 2**bits)


def _whole(register: Register, plain: float) -> int:
    if register.type == "bool" and round(plain) not in (0, 1):
        raise OverflowError
    return round(plain)


def _register(row: Row, like: Register | None = None) -> Register:
    """A row's register; an ``effective`` row takes what it leaves out from its point."""
    table = row.choice("table", TABLES)
    number = _number(row)
    if table in BIT_TABLES:
        return Register(table, number, row.choice("type", ("bool",), "bool"))
    same = like if like and like.table not in BIT_TABLES else None
    kind = row.choice("type", tuple(FORMATS), *((same.type,) if same else ()))
    scale = row.number("scale", same.scale if same else 1.0)
    if scale == 0:
        raise row.wrong("scale", "must not be 0")
    register = Register(
        table,
        number,
        kind,
        row.choice("word_order", WORD_ORDERS, same.word_order if same else "big"),
        scale,
        row.number("offset", same.offset if same else 0.0),
    )
    if number + register.count > 65536:
        raise row.wrong("register", f"a {kind} at {number} runs past the last register")
    return register


def _number(row: Row) -> int:
    return row.whole("register", 0, 65535)
