"""The kill switch is a file; what cannot be read is tripped; only a person resets it."""

from __future__ import annotations

from pathlib import Path

import pytest

from hvac_rl.service import kill_switch
from hvac_rl.service.kill_switch import KillSwitch


def test_it_trips_for_every_process_and_through_restarts(tmp_path: Path) -> None:
    switch = KillSwitch(tmp_path)
    assert switch.tripped() == ""
    switch.trip("gateway.kill[0]", "the point is on")
    switch.trip("somebody", "later")
    assert KillSwitch(tmp_path).tripped() == "gateway.kill[0]: the point is on"
    switch.reset()
    assert KillSwitch(tmp_path).tripped() == ""


def test_any_file_trips_it(tmp_path: Path) -> None:
    (tmp_path / "kill").touch()
    assert KillSwitch(tmp_path).tripped() == "the file kill is there"
    (tmp_path / "kill").write_bytes(b"\xff\xfe")
    assert "cannot be read" in KillSwitch(tmp_path).tripped()


def test_a_full_disk_does_not_keep_it_from_tripping(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, text: str) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(kill_switch, "replace_text", full)
    switch = KillSwitch(tmp_path)
    switch.trip("us", "why")
    assert switch.tripped().startswith("us: why (and the file cannot be written")
