"""The contract that every adapter keeps, over ours."""

from __future__ import annotations

from rig import LinesRig

from adapters.contract import AdapterContract, ParsingContract


class TestLines(AdapterContract):
    rig_type = LinesRig


class TestRows(ParsingContract):
    rig_type = LinesRig
