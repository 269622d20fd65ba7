"""Zones without a blind or a light to command: decided and guarded like the others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from hvac_rl.control.base_rule import RuleParameters
from hvac_rl.control.decide import Decider
from hvac_rl.control.encoding import FEATURE_NAMES, MODE_NAMES, N_MODES
from hvac_rl.records import CommandKind, Reading, Snapshot
from hvac_rl.service.assembly import site_guard
from hvac_rl.service.site_file import Site, load_site

NOW_S = 1_784_041_200.0  # 10:00 on a Tuesday at UTC-5
GOOD = {
    "air": 22.0, "co2": 600.0, "occupancy": 1.0, "daylight": 100.0, "heating": 20.0,
    "cooling": 26.0, "blind": 0.0, "light": 1.0, "supply": 14.0, "enable": 1.0,
    "supply_air": 13.0, "static": 200.0, "outdoor_air": 0.1, "outdoor": 10.0, "wind": 2.0,
    "ghi": 100.0,
}  # fmt: skip
MISSING = {"south": ("blind",), "north": ("blind", "light")}


@pytest.fixture
def site(document: dict[str, Any], write_site: Callable[[dict[str, Any]], Path]) -> Site:
    gone = {f"{zone}.{role}" for zone, roles in MISSING.items() for role in roles}
    document["points"] = [p for p in document["points"] if p["name"] not in gone]
    return load_site(write_site(document))


class _Always:
    name = "always"
    features = FEATURE_NAMES

    def __init__(self, mode: int) -> None:
        self._mode = mode

    def choose(self, observations: Sequence[Sequence[float]]) -> list[int]:
        return [self._mode] * len(observations)


class _Still:
    def observe(self, now_s: float, outdoor_c: float, ghi_w_m2: float) -> None:
        """Nothing to learn."""

    def hourly(self, now_s: float) -> tuple[list[float], list[float]]:
        return [10.0] * 24, [100.0] * 24


@pytest.mark.parametrize("mode", range(N_MODES), ids=MODE_NAMES)
def test_every_mode_reaches_what_there_is(site: Site, mode: int) -> None:
    decider = Decider(
        site.plant, site.calendar, site.tariff, _Still(), _Always(mode), RuleParameters(),
        dict(site.air_handler_limits), 3600.0,
    )  # fmt: skip
    readings = {
        point.name: Reading(
            point=point.name, time_s=NOW_S, value=GOOD[point.name.rpartition(".")[2]]
        )
        for point in site.plant.points()
    }
    snapshot = Snapshot(time_s=NOW_S, readings=readings)
    decision = decider.decide(snapshot)
    assert decision is not None
    commandable = {point.name for point in site.plant.commandable()}
    assert commandable & {"south.blind", "north.blind", "north.light"} == set()
    assert set(decision.wishes) == commandable
    assert decision.modes == dict.fromkeys(("south", "north"), MODE_NAMES[mode])
    verdict = site_guard(site).judge(snapshot, decision, set())
    assert {c.point.name for c in verdict.commands} == commandable
    assert {c.kind for c in verdict.commands} == {CommandKind.SET}
    assert verdict.control == {"south": "always", "north": "always", "ahu": "rule"}
    commands = {c.point.name: c for c in verdict.commands}
    # An occupied room is lit where we may light it: the guard's least light, or the rule's.
    assert commands["south.light"].value == pytest.approx((500.0 - 100.0) / 550.0, abs=0.05)
    for zone in ("south", "north"):
        heating, cooling = (commands[f"{zone}.{role}"].value for role in ("heating", "cooling"))
        assert heating is not None
        assert cooling is not None
        assert cooling - heating >= 1.0
