"""The register map of the gateway: typed values at addresses, rendered when somebody asks."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

_FORMAT = {"uint16": ">H", "float32": ">f", "float64": ">d"}
_WORDS = {"uint16": 1, "float32": 2, "float64": 4}


class IllegalAddressError(Exception):
    """No register here, one that cannot be written, or half of a value."""


class IllegalValueError(Exception):
    """A value that the device does not take."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One value in one or more registers, most significant word first."""

    address: int
    datatype: str
    get: Callable[[], float]
    put: Callable[[float], None] | None = None
    accepts: Callable[[float], bool] | None = None

    @property
    def words(self) -> int:
        return _WORDS[self.datatype]

    def encode(self) -> list[int]:
        value = int(self.get()) if self.datatype == "uint16" else self.get()
        packed = struct.pack(_FORMAT[self.datatype], value)
        return list(struct.unpack(f">{self.words}H", packed))

    def decode(self, words: Sequence[int]) -> float:
        packed = struct.pack(f">{self.words}H", *words)
        return float(struct.unpack(_FORMAT[self.datatype], packed)[0])


class RegisterTable:
    """One of the two tables of 16-bit registers."""

    def __init__(self, cells: Sequence[Cell]) -> None:
        self._cells = sorted(cells, key=lambda cell: cell.address)
        self._at: Mapping[int, Cell] = {
            cell.address + word: cell for cell in self._cells for word in range(cell.words)
        }
        if len(self._at) != sum(cell.words for cell in self._cells):
            raise ValueError("two values share a register")

    @property
    def size(self) -> int:
        """Registers up to the last one mapped."""
        return max(self._at) + 1

    def read(self, address: int, count: int) -> list[int]:
        """Raises IllegalAddressError when a register in the block is not mapped."""
        words: list[int] = []
        for cell in self._covering(address, count):
            encoded = cell.encode()
            first = max(address - cell.address, 0)
            words += encoded[first : address + count - cell.address]
        return words

    def write(self, address: int, words: Sequence[int]) -> None:
        """All of the block or nothing: every value is checked before the first is taken.

        Raises IllegalAddressError or IllegalValueError.
        """
        taken: list[tuple[Callable[[float], None], float]] = []
        for cell in self._covering(address, len(words)):
            first = cell.address - address
            part = words[max(first, 0) : first + cell.words]
            # Half a float is another number: neither the old value nor the wanted one.
            if cell.put is None or len(part) != cell.words:
                raise IllegalAddressError
            value = cell.decode(part)
            if cell.accepts is not None and not cell.accepts(value):
                raise IllegalValueError
            taken.append((cell.put, value))
        for put, value in taken:
            put(value)

    def _covering(self, address: int, count: int) -> list[Cell]:
        found: list[Cell] = []
        for register in range(address, address + count):
            cell = self._at.get(register)
            if cell is None:
                raise IllegalAddressError
            if not found or found[-1] is not cell:
                found.append(cell)
        return found


class CoilTable:
    """Single bits that can be read and written."""

    def __init__(self, bits: Mapping[int, tuple[Callable[[], bool], Callable[[bool], None]]]):
        self._bits = bits

    @property
    def size(self) -> int:
        return max(self._bits) + 1

    def render(self) -> list[bool]:
        """All coils from 0 on; False where none is mapped."""
        return [address in self._bits and self._bits[address][0]() for address in range(self.size)]

    def write(self, address: int, values: Sequence[bool]) -> None:
        """Raises IllegalAddressError, having taken nothing, when a coil is not mapped."""
        wanted = range(address, address + len(values))
        if any(coil not in self._bits for coil in wanted):
            raise IllegalAddressError
        for coil, value in zip(wanted, values, strict=True):
            self._bits[coil][1](bool(value))
