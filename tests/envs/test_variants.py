"""What may differ from building to building in a batch: weather, faults, the building itself."""

from __future__ import annotations

import numpy as np
import pytest

from envs.batch import Batch
from envs.control_columns import (
    T_COST,
    T_ENERGY_KWH,
)
from envs.setting import Scene, make_scene
from hvac_rl.control.encoding import FEATURE_NAMES, N_FEATURES
from sim_buildings.building import Building, load_building
from sim_buildings.columns import STATE_AIR, Z_AIR
from sim_buildings.fault_columns import FZ_OFFSET, NO_ZONE_FAULT
from sim_buildings.variation import vary
from sim_buildings.world import make_world
from tests.envs.driving import begin, differing, random_modes, rule, whole

AIR = FEATURE_NAMES.index("air")
OUTDOOR = FEATURE_NAMES.index("outdoor")


def test_weathers_lie_beside_each_other(scene: Scene) -> None:
    batch = Batch(scene, 3)
    begin(batch, [4000] * 3, [0, 1, 2])
    outdoor = batch.observations[:, 0, OUTDOOR]
    assert outdoor[0] == outdoor[1] != outdoor[2]
    for b in range(3):
        alone = Batch(scene, 1)
        begin(alone, [4000], b)
        np.testing.assert_allclose(batch.observations[b], alone.observations[0], atol=5e-3)


def test_faults_are_one_buildings_own(scene: Scene) -> None:
    batch = Batch(scene, 2, faulty=True)
    begin(batch, [4000, 4000])
    well = Batch(scene, 2)
    begin(well, [4000, 4000])
    zones, handlers = batch.fault_rows(1)
    assert np.array_equal(
        zones, np.resize(NO_ZONE_FAULT, (5, 6)).astype(np.float32), equal_nan=True
    )
    assert handlers.shape == (1, 4)
    zones[2, FZ_OFFSET] = 2.0
    for both in (batch, well):
        for _ in range(3):
            both.step(rule(both))
    # A faulty batch is compiled apart: the same but for rounding.
    np.testing.assert_allclose(batch.observations[0], well.observations[0], atol=1e-3)
    rows = batch.buffers.zones.reshape(5, -1, 64)[..., :2]
    wrong_k = rows[:, Z_AIR] - rows[:, STATE_AIR]
    np.testing.assert_allclose(wrong_k, [[0, 0], [0, 0], [0, 2], [0, 0], [0, 0]], atol=1e-4)
    # A summer afternoon: the BMS cools what seems too warm.
    colder_k = rows[:, STATE_AIR, 0] - rows[:, STATE_AIR, 1]
    assert colder_k.argmax() == 2
    assert colder_k[2] > 0.2
    with pytest.raises(ValueError, match="faulty=True"):
        well.fault_rows(0)


@pytest.fixture(scope="module")
def variants(small_office: Building) -> list[Building]:
    """Turned, and of other hours."""
    made = [vary(small_office, seed) for seed in (1, 2)]
    assert made[0].azimuths_deg != made[1].azimuths_deg
    assert made[0].schedule != made[1].schedule
    return made


def test_variants_are_each_as_if_alone(variants: list[Building]) -> None:
    """Physics, hours and orientations, whichever place a variant takes."""
    worlds = [make_world(one, seed=4) for one in variants]
    both = Batch(make_scene(variants, worlds, variant_of=[0, 1]), 4)
    alone = [Batch(make_scene(b, [w]), 2) for b, w in zip(variants, worlds, strict=True)]
    hours = [4000, 4000, 700, 700]
    begin(both, hours, [0, 1])
    for batch in alone:
        begin(batch, [4000, 700])
    modes = random_modes(np.random.default_rng(0), alone[0])
    cost = np.zeros(4)
    alone_cost = np.zeros((2, 2))
    for _ in range(24):
        both.step(np.repeat(modes, 2, axis=0))
        cost += both.totals[:, T_COST]
        for v, batch in enumerate(alone):
            batch.step(modes)
            alone_cost[v] += batch.totals[:, T_COST]
    for v in range(2):
        # The daemon's price mean is of the first world.
        seen, expected = both.observations[v::2], alone[v].observations
        np.testing.assert_allclose(seen, expected, atol=2e-3)
        np.testing.assert_allclose(cost[v::2], alone_cost[v], rtol=1e-3)
    assert np.abs(both.observations[0] - both.observations[1]).max() > 0.1


def test_variants_and_worlds_must_fit(variants: list[Building]) -> None:
    worlds = [make_world(one, seed=4) for one in variants]
    scene = make_scene(variants, worlds, variant_of=[0, 1])
    with pytest.raises(ValueError, match="variants do not divide"):
        Batch(scene, 1)
    batch = Batch(scene, 2)
    with pytest.raises(ValueError, match="building 1 is variant 1; world 0 belongs to variant 0"):
        begin(batch, [0, 0], [0, 0])
    for wrong in ([0], [0, 2], [0, 1, 1]):
        with pytest.raises(ValueError, match="variant_of names one of 2 variants"):
            make_scene(variants, worlds, variant_of=wrong)


def test_a_large_office_in_company() -> None:
    building = load_building("large_office")
    batch = Batch(make_scene(building, [make_world(building)]), 2)
    begin(batch, [4000, 700])
    first = whole(batch)
    for _ in range(2):
        batch.step(rule(batch))
    assert batch.observations.shape == (2, len(building.zones), N_FEATURES)
    assert np.isfinite(batch.observations).all()
    assert np.abs(batch.observations).max() < 5.0
    assert (batch.totals[:, T_ENERGY_KWH] > 0.0).all()
    begin(batch, [4000, 700])
    assert not differing(whole(batch), first)
    assert batch.bytes_a_building < 1e6
