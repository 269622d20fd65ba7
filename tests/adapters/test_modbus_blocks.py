"""Blocks hold every value whole, never too many registers, and few requests do."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from adapters.modbus_blocks import LONGEST_BITS, LONGEST_WORDS, BlockRules, halves, plan
from adapters.modbus_wire import BIT_TABLES, FORMATS, TABLES, Register


def registers() -> st.SearchStrategy[Register]:
    def build(table: str, number: int, type_: str) -> Register:
        return Register(table, number, "bool" if table in BIT_TABLES else type_)

    return st.builds(
        build, st.sampled_from(TABLES), st.integers(0, 3000), st.sampled_from(sorted(FORMATS))
    )


@given(st.lists(registers(), max_size=60), st.integers(0, 8))
def test_every_value_lies_whole_in_one_block(wanted: list[Register], gap: int) -> None:
    blocks = plan(wanted, BlockRules(widest_gap=gap))
    members = [member for block in blocks for member in block.members]
    assert sorted(members, key=repr) == sorted(set(wanted), key=repr)
    for block in blocks:
        assert block.count <= (LONGEST_BITS if block.table in BIT_TABLES else LONGEST_WORDS)
        for member in block.members:
            assert member.table == block.table
            assert block.start <= member.register
            assert member.register + member.count <= block.start + block.count


def floats(*starts: int) -> list[Register]:
    return [Register("holding", start, "float32") for start in starts]


def spans(wanted: list[Register], gap: int = 8) -> list[tuple[int, int]]:
    return [(block.start, block.count) for block in plan(wanted, BlockRules(widest_gap=gap))]


def test_neighbours_and_small_gaps_are_one_request() -> None:
    assert spans(floats(100, 102, 104)) == [(100, 6)]
    assert spans(floats(100, 110)) == [(100, 12)]
    assert spans(floats(100, 111)) == [(100, 2), (111, 2)]
    assert spans(floats(100, 103), gap=0) == [(100, 2), (103, 2)]


def test_a_block_ends_before_the_value_that_would_not_fit_whole() -> None:
    assert spans(floats(*range(0, 128, 2))) == [(0, 124), (124, 4)]
    odd = [Register("holding", 0, "uint16"), *floats(*range(1, 125, 2))]
    assert spans(odd) == [(0, 123), (123, 2)]


def test_overlapping_values_are_read_once() -> None:
    assert spans([*floats(100), Register("holding", 101, "uint16")]) == [(100, 2)]


def test_gaps_are_known() -> None:
    (whole,) = plan(floats(100, 102))
    (holed,) = plan(floats(100, 104))
    assert (whole.has_gap, holed.has_gap) == (False, True)


def test_halving_keeps_every_value() -> None:
    (block,) = plan(floats(100, 102, 104))
    first, second = halves(block)
    assert (first.start, first.count, second.start, second.count) == (100, 2, 102, 4)
