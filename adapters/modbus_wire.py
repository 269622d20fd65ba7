"""Modbus values on the wire: one register or several, their type, and the number in them."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from adapters.answers import RefusedError

TABLES = ("coil", "discrete", "input", "holding")
BIT_TABLES = ("coil", "discrete")
ORDERS = ("big", "little")

FORMATS = {
    "bool": "H",
    "int16": "h",
    "uint16": "H",
    "int32": "i",
    "uint32": "I",
    "int64": "q",
    "uint64": "Q",
    "float32": "f",
    "float64": "d",
}
"""struct codes. The protocol says that bytes within a register are big-endian; devices differ."""
WHOLE = tuple(name for name in FORMATS if not name.startswith("float"))


@dataclass(frozen=True, slots=True)
class Register:
    """One value: ``number = encoded * scale + offset``; ``register`` is 0-based.

    ``bit`` (0 is the least significant) makes it one bit of its word. ``states`` translates the
    device's codes of an enumeration into numbers, ``absent`` are codes that mean "no value".
    """

    table: str
    register: int
    type: str
    word_order: str = "big"
    scale: float = 1.0
    offset: float = 0.0
    byte_order: str = "big"
    bit: int | None = None
    states: tuple[tuple[int, float], ...] = ()
    absent: tuple[float, ...] = ()

    @property
    def count(self) -> int:
        """How many registers, or bits in a bit table, the value takes."""
        return 1 if self.table in BIT_TABLES else struct.calcsize(FORMATS[self.type]) // 2

    @property
    def is_plain(self) -> bool:
        """The encoded number is the number."""
        return (
            self.scale == 1.0
            and self.offset == 0.0
            and self.bit is None
            and self.type != "bool"
            and not self.states
            and not self.absent
        )

    def __str__(self) -> str:
        return f"{self.table} {self.register}" + ("" if self.bit is None else f" bit {self.bit}")


def image(register: Register, packed: bytes) -> bytes:
    """Between the bytes on the wire and the big-endian number; the same in both directions."""
    if register.byte_order == "little":
        packed = swap_bytes(packed)
    if register.word_order == "little":
        packed = b"".join(packed[at : at + 2] for at in range(len(packed) - 2, -1, -2))
    return packed


def swap_bytes(packed: bytes) -> bytes:
    """The two bytes of every register exchanged."""
    swapped = bytearray(len(packed))
    swapped[0::2], swapped[1::2] = packed[1::2], packed[0::2]
    return bytes(swapped)


def encode(register: Register, number: float) -> list[int]:
    """The registers of the whole value, in the order in which they are sent.

    Raises RefusedError when the type cannot carry the number.
    """
    plain = _plain(register, number)
    try:
        packed = struct.pack(
            f">{FORMATS[register.type]}",
            _whole(register, plain) if register.type in WHOLE else plain,
        )
    except (struct.error, OverflowError) as error:
        raise RefusedError(
            f"{register}: {number:g} does not fit {register.type}; nothing was sent"
        ) from error
    sent = image(register, packed)
    return list(struct.unpack(f">{len(sent) // 2}H", sent))


def decode(register: Register, words: Sequence[int]) -> float:
    """The number in the registers. Raises ValueError when there is none, or it is not finite."""
    packed = image(register, struct.pack(f">{len(words)}H", *words))
    return number_of(register, struct.unpack(f">{FORMATS[register.type]}", packed)[0])


def number_of(register: Register, encoded: float) -> float:
    """What the encoded number means. Raises ValueError when it means nothing."""
    if encoded in register.absent:
        raise ValueError(f"{encoded:g} means that there is no value")
    if register.bit is not None:
        encoded = int(encoded) >> register.bit & 1
    elif register.type == "bool":
        encoded = encoded != 0
    if register.states:
        for code, number in register.states:
            if code == encoded:
                return number
        raise ValueError(f"{encoded:g} is not one of its states")
    number = encoded * register.scale + register.offset
    if not math.isfinite(number):
        raise ValueError(f"{number} is not a number")
    return number


def carried(register: Register, number: float) -> float:
    """What the register makes of a number: a scaled integer rounds. Raises RefusedError."""
    if register.bit is not None or register.states:
        return number
    return decode(register, encode(register, number))


def heartbeat(register: Register, counter: float) -> float:
    """The beat that the register's type can carry: counters wrap around."""
    if register.type == "bool":
        return float(int(counter) % 2)
    signed = 1 if register.type.startswith("int") else 0
    # A double holds whole numbers up to 2**53, a single up to 2**24.
    most = {"float32": 24, "float64": 53, "int64": 53, "uint64": 53}
    bits = most.get(register.type, 16 * register.count - signed)
    return float(int(counter) % 2**bits)


def _plain(register: Register, number: float) -> float:
    """The encoded number of a number. Raises RefusedError."""
    if register.states:
        for code, known in register.states:
            if abs(known - number) <= 1e-6:
                return float(code)
        raise RefusedError(f"{register}: {number:g} is not one of its states; nothing was sent")
    return (number - register.offset) / register.scale


def _whole(register: Register, plain: float) -> int:
    if register.type == "bool" and round(plain) not in (0, 1):
        raise OverflowError
    return round(plain)
