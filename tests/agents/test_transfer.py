"""A policy in EnergyPlus: the rule's numbers and the policy's modes reach it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from rich.console import Console

from agents.transfer import Result, difference, in_energyplus, print_transfer
from hvac_rl.control.base_rule import RuleParameters
from hvac_rl.control.encoding import FEATURE_NAMES, MODE_NAMES

pytest.importorskip("pyenergyplus")


class Off:
    """Lets every room go."""

    name = "off"
    features = FEATURE_NAMES

    def choose(self, observations: Sequence[Sequence[float]]) -> list[int]:
        assert len(observations) == 5
        return [MODE_NAMES.index("off")] * len(observations)


def test_rule_and_policy_reach_energyplus() -> None:
    weeks = [4]
    strong = in_energyplus("small_office", "usa_il_chicago", weeks, "strong", None, None)
    warmer = RuleParameters(setback_heating_c=20.5)
    tuned = in_energyplus("small_office", "usa_il_chicago", weeks, "warmer", None, warmer)
    off = in_energyplus("small_office", "usa_il_chicago", weeks, "off", Off(), None)
    assert tuned.cost[0] > strong.cost[0]
    assert off.cost[0] < strong.cost[0]
    assert off.discomfort_kh[0] > strong.discomfort_kh[0]


def test_the_table_says_what_is_left_of_a_gain() -> None:
    cost = np.linspace(100.0, 200.0, 13)
    strong = Result("strong rule", cost, np.full(13, 1.0))
    base = Result("rule under it", 0.98 * cost, np.full(13, 1.0))
    mine = Result("fast DQN", 0.97 * cost, np.full(13, 1.3))
    mean, low, high = difference(mine, strong)
    assert mean == pytest.approx(low) == pytest.approx(high) == pytest.approx(-0.03)
    console = Console(record=True, width=100)
    print_transfer([strong, base, mine], -0.02, console)
    text = console.export_text()
    assert "Against the rule under it: -1.02%" in text
    assert "with 0.30 K·h a zone and week more discomfort" in text
    assert "In the simulator it was trained in: -2.00%" in text
