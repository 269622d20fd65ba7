"""The ledger on disk: what a later process needs to give a point back."""

from __future__ import annotations

from pathlib import Path

import pytest

from hvac_rl.ports import Prior
from hvac_rl.service.ledger import LedgerError, SqliteLedger


def test_a_later_process_knows_what_was_found_and_what_may_stand_there(tmp_path: Path) -> None:
    first = SqliteLedger(tmp_path / "ledger.db")
    first.hold("south.blind", 0.55, 100.0)
    for value in (0.1, 0.25, 0.65):
        first.writing({"south.blind": value})
    first.close()

    later = SqliteLedger(tmp_path / "ledger.db")
    assert later.held() == {"south.blind"}
    # The last may not have arrived: the one before it is ours too.
    assert later.prior("south.blind") == Prior(0.55, (0.25, 0.65))
    later.forget("south.blind")
    assert later.prior("south.blind") == Prior(None)
    later.close()


def test_nothing_is_known_of_a_point_that_was_never_written(tmp_path: Path) -> None:
    ledger = SqliteLedger(tmp_path / "ledger.db")
    assert ledger.prior("south.blind") == Prior(None, ())
    ledger.hold("south.blind", None, 0.0)
    ledger.writing({"south.blind": 0.5})
    assert ledger.prior("south.blind") == Prior(None, (0.5,))
    ledger.writing({})
    ledger.close()


def test_a_ledger_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    ledger = SqliteLedger(tmp_path / "ledger.db")
    ledger.close()
    with pytest.raises(LedgerError, match="cannot be written"):
        ledger.writing({"south.blind": 0.5})
