"""Going down is free; going up asks for a reason, Watch, a drill, and one step at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hvac_rl.control.modes import Band, Mode, Setting
from hvac_rl.errors import ConfigError, HvacRlError
from hvac_rl.service.certificate import (
    Certificate,
    DrillCase,
    fingerprint,
    read_certificate,
    write_certificate,
)
from hvac_rl.service.mode_changes import Evidence, Wanted, check
from hvac_rl.service.mode_store import Chosen, ModeState, first_state, load_modes, save_modes
from hvac_rl.service.site_file import Site, load_site

HOUR_S = 3600.0
WATCHED = {"south": 24.0, "north": 24.0}


@pytest.fixture
def site(document: dict[str, Any], write_site: Callable[[dict[str, Any]], Path]) -> Site:
    document["evidence"] = {"watch_h": 24, "band_h": 12}
    return load_site(write_site(document))


def drilled(site: Site, **changes: Any) -> Certificate:
    back_s = {point.name: 4.0 for point in site.plant.commandable()}
    cases = tuple(
        DrillCase(fault=fault, measured=True, why_not="", back_s=back_s)
        for fault in ("killed", "stalled", "cut")
    )
    made = Certificate(
        site=site.name, fingerprint=fingerprint(site), wall_s=0.0, allowed_s=10.0, cases=cases,
        not_covered={},
    )  # fmt: skip
    return replace(made, **changes)


def up(band: Band | None = None, **more: Any) -> Wanted:
    return Wanted("site", Mode.RUN, band, more.pop("reason", "commissioned"), **more)


def refusal(site: Site, wanted: Wanted, evidence: Evidence, state: ModeState | None = None) -> str:
    with pytest.raises(HvacRlError) as error:
        check(site, state or first_state(False), wanted, evidence, 0.0)
    return str(error.value)


def test_run_asks_for_reason_watch_and_drill(site: Site) -> None:
    text = refusal(site, up(reason=" "), Evidence({"south": 25.0}, None))
    assert "a reason" in text
    assert "24 h in Watch" in text
    assert "north 0.0 h" in text
    assert "south" not in text.partition("so far")[2]
    assert "a passed drill" in text
    check(site, first_state(False), up(), Evidence(WATCHED, drilled(site)), 0.0)


def test_a_drill_must_be_passed_and_of_this_site(site: Site) -> None:
    late = {"south.light": 11.0}
    failed = replace(drilled(site).cases[0], back_s=late)
    assert "the last one failed" in refusal(
        site, up(), Evidence(WATCHED, drilled(site, cases=(failed, *drilled(site).cases[1:])))
    )
    only_cut = drilled(site, cases=drilled(site).cases[2:])
    assert "the last one failed" in refusal(site, up(), Evidence(WATCHED, only_cut))
    other = drilled(site, fingerprint="another")
    assert "have changed since" in refusal(site, up(), Evidence(WATCHED, other))


def test_what_is_not_covered_needs_acceptance(site: Site) -> None:
    evidence = Evidence(WATCHED, drilled(site, not_covered={"south.light": "a dead host"}))
    assert "south.light (a dead host)" in refusal(site, up(), evidence)
    check(site, first_state(False), up(accept_uncovered=True), evidence, 0.0)
    accepted = replace(first_state(False), accepted={"south.light": "by the FM"})
    check(site, accepted, up(), evidence, 0.0)
    # It does not concern the other zone.
    check(site, first_state(False), replace(up(), of="north"), evidence, 0.0)


def test_bands_widen_one_step_at_a_time_and_with_time(site: Site) -> None:
    evidence = Evidence(WATCHED, drilled(site))
    assert "narrow band" in refusal(site, up(Band.FULL), evidence)
    running = ModeState(Chosen(Setting(Mode.RUN, Band.NARROW), 0.0, "began"))
    text = refusal(site, up(Band.WIDE), evidence, running)
    assert "medium comes next" in text
    assert "12 h in the band narrow" in text
    check(site, running, up(Band.MEDIUM), evidence, 12 * HOUR_S)


def test_going_down_asks_for_nothing(site: Site) -> None:
    running = ModeState(Chosen(Setting(Mode.RUN, Band.FULL), 0.0, "began"))
    for mode, band in ((Mode.OFF, None), (Mode.WATCH, None), (Mode.RUN, Band.NARROW)):
        check(site, running, Wanted("site", mode, band, ""), Evidence({}, None), 0.0)


def test_an_unknown_zone_is_named(site: Site) -> None:
    assert "zone attic" in refusal(site, Wanted("attic", Mode.OFF, None, ""), Evidence({}, None))


def test_modes_and_certificate_survive_on_disk(site: Site, tmp_path: Path) -> None:
    state = first_state(False).with_setting(
        "south", Chosen(Setting(Mode.RUN, Band.MEDIUM), 5.0, "why")
    )
    save_modes(tmp_path, state)
    assert load_modes(tmp_path, False) == state
    write_certificate(tmp_path, drilled(site))
    assert read_certificate(tmp_path) == drilled(site)
    (tmp_path / "modes.json").write_text('{"site": {"mode": "go"}}')
    with pytest.raises(HvacRlError, match="does not say the modes"):
        load_modes(tmp_path, False)


def test_evidence_is_waived_on_loopback_alone(
    document: dict[str, Any],
    write_site: Callable[[dict[str, Any]], Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from adapters.memory import MemoryKind

    assert load_site(write_site(document)).evidence.waived
    monkeypatch.setattr(MemoryKind, "is_loopback", lambda self, options: False)
    with pytest.raises(ConfigError, match=r"evidence\.waived: .* is a real device"):
        load_site(write_site(document))
