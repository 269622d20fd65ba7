"""Whole answers decoded at once: one ``struct`` call for all values of a block that lie alike.

A value's two byte orders and two word orders leave four layouts, and each is plain big- or
little-endian in either the answer or the answer with the bytes of every register swapped.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adapters.modbus_blocks import Block
from adapters.modbus_wire import FORMATS, Register, number_of, swap_bytes

Value = float | Exception | None
"""A number, why there is none (RefusedError, ValueError), or ``None``: not answered."""


@dataclass(frozen=True, slots=True)
class _Layer:
    """Values that follow each other without overlapping, all in one layout."""

    swapped: bool
    unpack: struct.Struct
    places: tuple[int, ...]
    """Where each goes in the list of values."""
    run: slice | None
    """The same where they are neighbours and need nothing more: copied in one go."""
    others: tuple[Register | None, ...]
    """For a value that is more than its encoded number, its register."""


class BlockDecoder:
    def __init__(self, block: Block, places: Mapping[Register, int]) -> None:
        self._layers = [
            _layer(block.start, swapped, endian, row, places)
            for (swapped, endian), members in _by_layout(block).items()
            for row in _rows(members)
        ]

    def decode(self, answer: bytes, values: list[Value]) -> None:
        """``answer`` is the registers as they came; fills the block's places in ``values``."""
        swapped = b""
        for layer in self._layers:
            if layer.swapped and not swapped:
                swapped = swap_bytes(answer)
            numbers = layer.unpack.unpack_from(swapped if layer.swapped else answer)
            if layer.run is not None:
                values[layer.run] = numbers
                continue
            for place, number, register in zip(layer.places, numbers, layer.others, strict=True):
                if register is None:
                    values[place] = float(number)
                    continue
                try:
                    values[place] = number_of(register, number)
                except ValueError as error:
                    values[place] = error


def _by_layout(block: Block) -> dict[tuple[bool, str], list[Register]]:
    layouts: dict[tuple[bool, str], list[Register]] = {}
    for member in block.members:
        if member.count == 1:
            layout = (member.byte_order == "little", ">")
        else:
            endian = ">" if member.word_order == "big" else "<"
            layout = (member.byte_order != member.word_order, endian)
        layouts.setdefault(layout, []).append(member)
    return layouts


def _rows(members: Sequence[Register]) -> list[list[Register]]:
    """Split so that within a row no two values overlap (two bits of a register do)."""
    rows: list[list[Register]] = []
    for member in sorted(members, key=lambda one: one.register):
        for row in rows:
            if row[-1].register + row[-1].count <= member.register:
                row.append(member)
                break
        else:
            rows.append([member])
    return rows


def _layer(
    start: int,
    swapped: bool,
    endian: str,
    row: Sequence[Register],
    places: Mapping[Register, int],
) -> _Layer:
    code, at = endian, start
    for member in row:
        gap = 2 * (member.register - at)
        code += (f"{gap}x" if gap else "") + FORMATS[member.type]
        at = member.register + member.count
    indices = tuple(places[member] for member in row)
    floats = all(member.is_plain and member.type.startswith("float") for member in row)
    neighbours = indices == tuple(range(indices[0], indices[0] + len(indices)))
    return _Layer(
        swapped,
        struct.Struct(code),
        indices,
        slice(indices[0], indices[0] + len(indices)) if floats and neighbours else None,
        tuple(None if member.is_plain else member for member in row),
    )
