"""Numbers in registers, against the values that other Modbus tools show for them."""

from __future__ import annotations

import math
import struct
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.answers import RefusedError
from adapters.modbus_blocks import BlockRules, plan
from adapters.modbus_decode import BlockDecoder, Value
from adapters.modbus_wire import FORMATS, Register, decode, encode, heartbeat


def register(type_: str, **more: Any) -> Register:
    return Register("holding", 0, type_, **more)


@pytest.mark.parametrize(
    ("kind", "number", "words"),
    [
        (register("bool"), 1.0, [1]),
        (register("int16"), -2.0, [0xFFFE]),
        (register("uint16"), 65535.0, [0xFFFF]),
        (register("int32"), -2.0, [0xFFFF, 0xFFFE]),
        (register("uint32"), 65538.0, [1, 2]),
        (register("uint32", word_order="little"), 65538.0, [2, 1]),
        (register("float32"), 22.75, [0x41B6, 0]),
        (register("float32", word_order="little"), 22.75, [0, 0x41B6]),
        (register("float64"), 22.75, [0x4036, 0xC000, 0, 0]),
        (register("float64", word_order="little"), 22.75, [0, 0, 0xC000, 0x4036]),
        (register("int16", scale=0.1), 21.4, [214]),
        (register("int16", scale=0.5, offset=-10.0), 5.0, [30]),
    ],
)
def test_encoding_both_ways(kind: Register, number: float, words: list[int]) -> None:
    assert encode(kind, number) == words
    assert decode(kind, words) == pytest.approx(number)
    assert kind.count == len(words)


@given(
    st.sampled_from(sorted(set(FORMATS) - {"bool"})),
    st.sampled_from(["big", "little"]),
    st.integers(-32768, 32767),
)
def test_whole_numbers_come_back_unchanged(type_: str, word_order: str, number: int) -> None:
    kind = register(type_, word_order=word_order)
    if type_.startswith("u"):
        number = abs(number)
    assert decode(kind, encode(kind, number)) == number


@given(st.floats(-1e6, 1e6), st.floats(0.001, 10.0))
def test_a_scaled_register_is_right_to_half_a_step(number: float, scale: float) -> None:
    kind = register("int32", scale=scale)
    if abs(number / scale) < 2**31 - 1:
        assert abs(decode(kind, encode(kind, number)) - number) <= scale / 2 * (1 + 1e-6) + 1e-9


@pytest.mark.parametrize(
    ("type_", "number"),
    [
        ("bool", 2.0),
        ("int16", 32768.0),
        ("uint16", -1.0),
        ("int32", 2.0**31),
        ("uint32", -1.0),
        ("float32", 1e39),
    ],
)
def test_what_does_not_fit_is_refused(type_: str, number: float) -> None:
    with pytest.raises(RefusedError, match=f"does not fit {type_}; nothing was sent"):
        encode(register(type_), number)


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_what_is_not_a_number_is_no_reading(number: float) -> None:
    kind = register("float32")
    with pytest.raises(ValueError, match="is not a number"):
        decode(kind, encode(kind, number))


@pytest.mark.parametrize(
    ("type_", "counter", "beat"),
    [
        ("uint16", 65535.0, 65535.0),
        ("uint16", 65536.0, 0.0),
        ("int16", 32768.0, 0.0),
        ("uint32", 2.0**32 + 7, 7.0),
        ("bool", 3.0, 1.0),
    ],
)
def test_heartbeats_wrap_around(type_: str, counter: float, beat: float) -> None:
    assert heartbeat(register(type_), counter) == beat


@pytest.mark.parametrize(
    ("kind", "number", "words"),
    [
        (register("int64"), -2.0, [0xFFFF, 0xFFFF, 0xFFFF, 0xFFFE]),
        (register("uint64", word_order="little"), 65538.0, [2, 1, 0, 0]),
        (register("float32", byte_order="little"), 22.75, [0xB641, 0]),
        (register("float32", byte_order="little", word_order="little"), 22.75, [0, 0xB641]),
        (register("uint16", byte_order="little"), 1.0, [0x0100]),
        (register("uint16", states=((7, 0.0), (9, 1.0))), 1.0, [9]),
    ],
)
def test_other_layouts_both_ways(kind: Register, number: float, words: list[int]) -> None:
    assert encode(kind, number) == words
    assert decode(kind, words) == number


def test_bits_codes_and_absent_values() -> None:
    assert decode(register("uint16", bit=3), [0b1000]) == 1.0
    assert decode(register("uint16", bit=3), [0b0111]) == 0.0
    assert decode(register("uint16", bit=0, byte_order="little"), [0x0100]) == 1.0
    with pytest.raises(ValueError, match="5 is not one of its states"):
        decode(register("uint16", states=((7, 0.0), (9, 1.0))), [5])
    with pytest.raises(ValueError, match="32767 means that there is no value"):
        decode(register("int16", absent=(32767.0,), scale=0.1), [32767])
    with pytest.raises(RefusedError, match="2 is not one of its states; nothing was sent"):
        encode(register("uint16", states=((7, 0.0),)), 2.0)


def any_register() -> st.SearchStrategy[Register]:
    orders = st.sampled_from(["big", "little"])

    def build(at: int, type_: str, word: str, byte: str, scale: float, bit: int | None) -> Register:
        one_bit = bit if type_ == "uint16" else None
        return Register("holding", at, type_, word, scale, 0.5, byte, one_bit)

    return st.builds(
        build,
        st.integers(0, 60),
        st.sampled_from(sorted(FORMATS)),
        orders,
        orders,
        st.sampled_from([1.0, 0.1]),
        st.one_of(st.none(), st.integers(0, 15)),
    )


@given(
    st.lists(any_register(), min_size=1, max_size=20),
    st.lists(st.integers(0, 65535), min_size=70, max_size=70),
)
def test_a_block_decodes_to_what_each_value_alone_would(
    wanted: list[Register], words: list[int]
) -> None:
    places = {one: place for place, one in enumerate(dict.fromkeys(wanted))}
    values: list[Value] = [None] * len(places)
    for block in plan(places, BlockRules(longest_words=30)):
        inside = words[block.start : block.start + block.count]
        BlockDecoder(block, places).decode(struct.pack(f">{len(inside)}H", *inside), values)
    for one, place in places.items():
        found = values[place]
        try:
            expected = decode(one, words[one.register : one.register + one.count])
        except ValueError:
            assert isinstance(found, ValueError) or not math.isfinite(cast(float, found))
        else:
            assert found == expected
