"""Rows of the site file: wrong keys are named, equal rows are equal addresses."""

from __future__ import annotations

from typing import Any, ClassVar

import pytest

COMMANDABLE = ("setpoint", "light")


class ParsingContract:
    rig_type: ClassVar[type[Any]]

    def test_a_misspelt_key_is_named(self) -> None:
        rig = self.rig_type()
        with pytest.raises(ValueError, match=r"^objekts: is not known here"):
            rig.kind.parse_options({**rig.options("a"), "objekts": 1})
        with pytest.raises(ValueError, match=r"^colour: is not known here"):
            rig.kind.parse_address({**rig.addresses["room"], "colour": "red"}, writable=False)

    def test_equal_rows_are_equal_addresses(self) -> None:
        rig = self.rig_type()
        for name, raw in rig.addresses.items():
            writable = name in COMMANDABLE
            one = rig.kind.parse_address(raw, writable=writable)
            other = rig.kind.parse_address(dict(raw), writable=writable)
            assert (one, hash(one)) == (other, hash(other))

    def test_loopback_is_known(self) -> None:
        """The demonstration's key signs for devices on this machine alone."""
        rig = self.rig_type()
        assert rig.kind.is_loopback(rig.kind.parse_options(rig.options("a")))
