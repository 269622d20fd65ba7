"""The guard's memory outlives the process; a latch stays shut until a person opens it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hvac_rl.errors import HvacRlError
from hvac_rl.records import Reading, Snapshot
from hvac_rl.service.assembly import site_guard
from hvac_rl.service.guard_memory import FILE, MemoryNotKept, keep, recall
from hvac_rl.service.operating import reset_latch, site_status
from hvac_rl.service.site_file import Site, load_site


@pytest.fixture
def site(document: dict[str, Any], write_site: Callable[[dict[str, Any]], Path]) -> Site:
    document["points"].append(
        {"name": "smoke", "device": "ctl-ahu", "of": "site", "brick": "Smoke_Alarm",
         "unit": "bool", "object": "smoke"}
    )  # fmt: skip
    site = load_site(write_site(document))
    site.state_dir.mkdir()
    return site


async def test_a_latch_outlives_the_process_until_a_person_opens_it(site: Site) -> None:
    guard = site_guard(site)
    smoke = {"smoke": Reading(point="smoke", time_s=0.0, value=1.0)}
    verdict = guard.judge(Snapshot(time_s=0.0, readings=smoke), None, set(), killed="a switch")
    assert [alarm.level for alarm in verdict.alarms] == [1]
    keep(site.state_dir, guard)
    assert set((await site_status(site))["latches"]) == {"life safety"}
    with pytest.raises(HvacRlError, match="a person and a reason"):
        await reset_latch(site, "life safety", " ", 1.0)
    with pytest.raises(HvacRlError, match="shut are: life safety"):
        await reset_latch(site, "freeze: ahu", "looked", 1.0)
    assert "looked at it" in await reset_latch(site, "life safety", "looked at it", 1.0)
    assert (await site_status(site))["latches"] == {}


def test_a_damaged_memory_is_never_guessed_and_a_full_disk_says_so(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    (site.state_dir / FILE).write_text('{"version": 1}')
    with pytest.raises(HvacRlError, match="cannot be read"):
        recall(site.state_dir, site_guard(site))

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("hvac_rl.service.guard_memory.replace_text", full)
    with pytest.raises(MemoryNotKept, match="No space left"):
        keep(site.state_dir, site_guard(site))
