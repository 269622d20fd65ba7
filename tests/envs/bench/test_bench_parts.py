"""The parts of the benchmark that need no clock."""

from __future__ import annotations

import time

import numpy as np
import pytest

from envs.bench.assembly import Instructions, instructions_of
from envs.bench.engine import check_state
from envs.bench.stages import Spread, fifty_zones, scene, spread_out, steps_of
from envs.bench.timing import Repeats
from sim_buildings.building import load_building

ASSEMBLY = """
	vfmadd213ps	%ymm0, %ymm1, %ymm2
	vmulps	(%rax), %ymm0, %ymm0
	vaddss	%xmm0, %xmm1, %xmm2
	vmovaps	%ymm0, (%rax)
	vmovss	(%rax), %xmm0
	subsd	%xmm1, %xmm0
	vfnmadd231ss	%xmm0, %xmm1, %xmm2
	vmaxpd	%ymm0, %ymm1, %ymm2
	vaddsubps	%ymm0, %ymm1, %ymm2
	vpaddd	%ymm0, %ymm1, %ymm2
	# a comment: vmulps
"""


def test_arithmetic_is_told_from_moves_integers_and_comments() -> None:
    assert instructions_of(ASSEMBLY) == Instructions(packed=3, scalar=3)


def test_a_rate_is_units_times_calls_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = 0.0

    def run() -> None:
        nonlocal clock
        clock += 0.5

    monkeypatch.setattr(time, "perf_counter", lambda: clock)
    rate = Repeats(at_least_s=2.0, times=3).rate(run, units=10)
    assert (rate.best, rate.median) == (20.0, 20.0)


def test_two_storeys_have_fifty_zones_of_two_air_handlers() -> None:
    building = fifty_zones()
    assert len(building.zones) == 50
    assert {zone.air_handler for zone in building.zones} == {
        handler.name for handler in building.air_handlers
    }
    assert len(building.air_handlers) == 2
    stairs = [one for one in building.interfaces if len({n.split("_")[0] for n in one.between}) > 1]
    assert stairs, "heat flows between the storeys"


def test_buildings_are_spread_over_worlds_and_weeks() -> None:
    spread = Spread(worlds=2, weeks=3)
    batch = spread_out(scene(load_building("small_office"), spread), 64, 1, spread)
    assert len(np.unique(batch.world)) == 2
    assert len(np.unique(batch.cycle)) == 3
    steps_of(batch)()
    check_state(batch)


def test_a_batch_gone_wrong_is_no_figure() -> None:
    spread = Spread(worlds=1, weeks=2)
    batch = spread_out(scene(load_building("small_office"), spread), 64, 1, spread)
    batch.zone_features[3, 0, 0] = np.nan
    with pytest.raises(ArithmeticError, match="NaN"):
        check_state(batch)
    batch.zone_features[...] = 0.0
    with pytest.raises(ArithmeticError, match="the same"):
        check_state(batch)
