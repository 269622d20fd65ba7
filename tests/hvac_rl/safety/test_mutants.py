"""Survivors of mutation are read and held against the reviewed list."""

from __future__ import annotations

from tests.hvac_rl.safety.mutants import explained, survivors


def test_only_explained_names_count() -> None:
    assert explained(["# a comment", "", "x__mutmut_1: same bits", "y__mutmut_2:", "z"]) == {
        "x__mutmut_1"
    }


def test_survivors_are_what_no_test_killed() -> None:
    results = "    a.x__mutmut_1: survived\n    a.y__mutmut_2: killed\n    b.z: no tests\n"
    assert survivors(results) == [("a.x__mutmut_1", "survived"), ("b.z", "no tests")]
