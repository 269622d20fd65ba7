"""The daemon's own cycle on each building of the catalogue, in this process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from agents.rehearsal import rehearse
from agents.truth import Truth, kpis
from envs.count import GAS_KG_PER_KWH
from hvac_rl.control.encoding import FEATURE_NAMES, MODE_NAMES
from hvac_rl.control.kpis import KpiLimits
from hvac_rl.service.site_file import Site, load_site
from sim_buildings.field.building import FieldBuilding
from sim_buildings.field.network import FieldNetwork
from sim_buildings.field.ready import ready_building
from sim_buildings.field.site_writer import site_yaml

HOUR_S = 3600.0
IN_FORCE = {
    "supply_air": "supply_air_setpoint_c",
    "static_pressure": "static_pressure_pa",
    "outdoor_air": "outdoor_air_m3_s",
}


class _Flip:
    name = "flip"
    features = FEATURE_NAMES

    def choose(self, observations: Sequence[Sequence[float]]) -> list[int]:
        assert all(len(row) == len(FEATURE_NAMES) for row in observations)
        return [MODE_NAMES.index("rule, blind closed")] * len(observations)


@pytest.fixture
def load(tmp_path: Path) -> Callable[[FieldBuilding], Site]:
    def site_of(building: FieldBuilding) -> Site:
        network = FieldNetwork(building, 180.0, lambda: 0.0)
        for port, device in enumerate(network.devices, 40_000):
            device.address = f"127.0.0.1:{port}"
        (tmp_path / "site.yaml").write_text(site_yaml(network))
        return load_site(tmp_path / "site.yaml")

    return site_of


@pytest.mark.parametrize("name", ["house", "medium_office", "retail", "small_office"])
@pytest.mark.parametrize("policy", [None, _Flip()], ids=["rule", "flip"])
def test_every_building_is_controlled(
    name: str, policy: _Flip | None, load: Callable[[FieldBuilding], Site]
) -> None:
    ready = ready_building(name, start=datetime(2026, 7, 14, 9), seed=1, warm_up_days=1)
    site = load(ready.field)
    truth = rehearse(site, ready, ready.time_s + 2 * HOUR_S, policy)
    last = truth.rows.iloc[-1]
    for zone in site.plant.zones:
        # The guard keeps every room's setpoints apart and inside what people bear.
        assert 15.0 <= last[f"{zone.name}.heating_setpoint_c"] <= 24.0
        assert last[f"{zone.name}.cooling_setpoint_c"] <= 30.0
        if policy is not None and "blind" in zone.commands:
            assert truth.rows[f"{zone.name}.blind"].max() > 0.0, zone.name
    own = ready.scheduled()
    for handler in site.plant.air_handlers:
        held = {role: last[f"{handler.name}.{column}"] for role, column in IN_FORCE.items()}
        assert 10.0 <= held["supply_air"] <= 20.0
        assert any(held[role] != own[handler.commands[role].name] for role in held), handler.name


def test_gas_is_in_cost_and_emissions() -> None:
    ready = ready_building("medium_office", start=datetime(2026, 1, 13, 5), seed=1, warm_up_days=1)
    rows = []
    for _ in range(240):
        ready.step(dict.fromkeys(ready.scheduled()))
        rows.append([ready.time_s, *ready.truth()])
    frame = pd.DataFrame(rows, columns=["time_s", *ready.truth_columns()]).set_index("time_s")
    total = kpis(Truth(frame, tuple(zone.name for zone in ready.field.zones)), KpiLimits())
    gas_kwh = float(frame["gas_w"].sum()) / 60_000.0
    electric_kwh = float(frame["total_w"].sum()) / 60_000.0
    assert gas_kwh > 50.0
    assert total.energy_kwh == pytest.approx(electric_kwh + gas_kwh)
    assert total.energy_kwh == pytest.approx(
        (frame["energy_j"].iloc[-1] + frame["gas_j"].iloc[-1]) / 3.6e6
    )
    by_hand = (
        frame["total_w"] * frame["price_per_kwh"] + frame["gas_w"] * frame["gas_price_per_kwh"]
    )
    assert total.cost == pytest.approx(float(by_hand.sum()) / 60_000.0)
    electric_kg = float((frame["total_w"] * frame["carbon_kg_per_kwh"]).sum()) / 60_000.0
    assert total.emissions_kg == pytest.approx(electric_kg + gas_kwh * GAS_KG_PER_KWH)
    assert total.peak_kw == pytest.approx(float(np.max(frame["total_w"])) / 1000.0)
