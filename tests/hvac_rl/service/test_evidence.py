"""What Watch shows: figures from the journal that can be worked out by hand, and their words."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from sqlmodel import Session

from hvac_rl.service.evidence_report import print_evidence
from hvac_rl.service.site_file import Site, load_site
from hvac_rl.service.store import CommandRow, ControlRow, CycleRow, ReadingRow, Store
from hvac_rl.service.watch_figures import WatchFigures, watch_figures
from tests.hvac_rl.conftest import point

CYCLES = 60
LIGHT_W = 4000.0


@pytest.fixture
def site(document: dict[str, Any], write_site: Callable[[dict[str, Any]], Path]) -> Site:
    document["evidence"] = {"watch_h": 24, "band_h": 24}
    power = point("power", "site", "Electric_Power_Sensor", "W", "power", device="ctl-ahu")
    document["points"].append(power)
    document["devices"][2]["objects"]["power"] = 0.0
    return load_site(write_site(document))


@pytest.fixture
def store(site: Site) -> Iterator[Store]:
    opened = Store(site.store_url)
    yield opened
    opened.close()


def watched(store: Store, cycle: int, light: float, *, missed: bool = False) -> None:
    """The BMS lights at ``light``, we would at half; power follows light and the cold outside."""
    outdoor_c = float(cycle % 12)
    power_w = 1000.0 + LIGHT_W * light + 50.0 * (20.0 - outdoor_c)
    with Session(store.engine) as session:
        session.add(
            CycleRow(number=cycle, time_s=900.0 * cycle, wall_s=0.0, chosen_by="rule",
                     duration_s=0.5 if cycle < CYCLES - 5 else 2.0, notes="[]")
        )  # fmt: skip
        session.flush()
        values = {"outdoor": outdoor_c, "power": power_w}
        for name, value in values.items():
            session.add(
                ReadingRow(cycle=cycle, point=name, value=value, quality="good", commanded_by=None)
            )
        by = "bms: south.air: no answer" if missed else "bms: watched by rule"
        session.add(ControlRow(cycle=cycle, of="south", by=by, mode=""))
        rows = [] if missed else [
            ("south.light", 0.5 * light, light, "write budget" if cycle % 2 else ""),
            ("south.heating", 20.0, 20.0, ""),
        ]  # fmt: skip
        for k, (name, ours, theirs, rule) in enumerate(rows):
            session.add(
                CommandRow(cycle=cycle, sequence=k, point=name, kind="set", wish=ours, value=ours,
                           rule=rule, outcome="watched", effective=theirs, detail="")
            )  # fmt: skip
        session.commit()


def figures(site: Site, store: Store, since_s: float = 0.0) -> WatchFigures:
    return watch_figures(site, store, since_s)


def words(site: Site) -> str:
    console = Console(file=io.StringIO(), width=120)
    print_evidence(site, 1e9, console)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_agreement_changes_missed_data_and_latency(site: Site, store: Store) -> None:
    for cycle in range(CYCLES):
        watched(store, cycle, light=0.4, missed=cycle % 6 == 5)
    found = figures(site, store)
    assert found.cycles == 50
    assert found.missed_share == pytest.approx(10 / 60)
    assert found.guard_changes == {"write budget": 20}
    heating, light = found.agreement["heating"], found.agreement["light"]
    assert (heating.same_share, heating.mean_distance, heating.count) == (1.0, 0.0, 50)
    assert (light.same_share, light.count) == (0.0, 50)
    assert light.mean_distance == pytest.approx(0.2)
    assert found.latency_median_s == 0.5
    assert found.latency_p95_s == pytest.approx(2.0, abs=0.1)
    assert figures(site, store, 900.0 * (CYCLES - 3)).cycles == 2, "older cycles do not count"


def test_a_prediction_finds_what_half_the_light_takes(site: Site, store: Store) -> None:
    for cycle in range(CYCLES):
        watched(store, cycle, light=(cycle % 5) / 5.0)
    prediction = figures(site, store).prediction
    assert prediction is not None
    assert prediction.r2 > 0.99
    less_w = prediction.measured_w - prediction.predicted_w
    assert less_w == pytest.approx(0.5 * 0.4 * LIGHT_W, rel=0.02)
    assert "not a saving" in words(site)


def test_without_enough_cycles_nothing_is_predicted(site: Site, store: Store) -> None:
    for cycle in range(47):
        watched(store, cycle, light=(cycle % 5) / 5.0)
    assert figures(site, store).prediction is None
    assert "No prediction: it takes 48 watched cycles" in words(site)


def test_power_that_follows_nothing_predicts_nothing(site: Site, store: Store) -> None:
    for cycle in range(CYCLES):
        watched(store, cycle, light=0.4)
    with Session(store.engine) as session:
        for cycle in range(CYCLES):
            row = session.get(ReadingRow, (cycle, "power"))
            assert row is not None
            row.value = 1000.0 + (cycle * 7919) % 101
        session.commit()
    assert figures(site, store).prediction is None


def test_the_report_names_what_is_still_needed(site: Site, store: Store) -> None:
    assert "Nothing was watched" in words(site)
    for cycle in range(8):
        watched(store, cycle, light=0.4)
    text = words(site)
    assert "2.0" in text, "eight quarter hours"
    assert "24" in text
    assert "Drill: none yet" in text
    assert "write budget 4" in text
