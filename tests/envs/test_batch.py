"""Batches: sizes, blocks and threads, resets and copies, variants, faults, many weathers."""

from __future__ import annotations

import numpy as np
import pytest

from envs.batch import KEPT_STARTS, WARM_UP_HOURS, Batch
from envs.control_columns import (
    S_COST,
    T_COST,
    T_COST_HVAC,
    T_DISCOMFORT_KH,
    T_ENERGY_KWH,
    T_GUARD_CHANGES,
)
from envs.setting import Scene, make_scene
from hvac_rl.control.encoding import FEATURE_NAMES, MODE_NAMES, MODES, N_BLINDS, N_FEATURES
from sim_buildings.columns import HANDLER_OVERRIDE, STATE_AIR, Z_AIR, ZONE_OVERRIDE
from tests.envs.driving import begin, differing, random_modes, rule, same_bits, state, whole

AIR = FEATURE_NAMES.index("air")
OUTDOOR = FEATURE_NAMES.index("outdoor")
NAN = float("nan")
# Midwinter to midsummer.
HOURS = [240 + 97 * k for k in range(130)]


@pytest.fixture(scope="module")
def reference(scene: Scene) -> list[list[np.ndarray]]:
    """130 buildings, six hours under modes of their own."""
    batch = Batch(scene, 130, threads=1)
    begin(batch, HOURS, [0, 1, 2])
    drive(batch)
    return whole(batch)


def drive(batch: Batch) -> None:
    modes = random_modes(np.random.default_rng(0), Batch130(batch))[: batch.size]
    for k in range(6):
        batch.step(np.roll(modes, k, axis=1))


class Batch130:
    """A batch's zones and 130 buildings: the first ones draw the same whatever the size."""

    def __init__(self, batch: Batch) -> None:
        self.size, self.zones = 130, batch.zones


@pytest.mark.parametrize("size", [2, 63, 64, 65, 130])
def test_a_building_does_not_feel_how_many_there_are(
    scene: Scene, reference: list[list[np.ndarray]], size: int
) -> None:
    """Any size, any number of threads: the same bits."""
    batch = Batch(scene, size)
    begin(batch, HOURS[:size], [0, 1, 2])
    drive(batch)
    assert batch.observations.shape == (size, 5, N_FEATURES)
    assert batch.observations.dtype == np.float32
    assert batch.totals.shape[0] == batch.shares.shape[0] == batch.cycle.shape[0] == size
    assert not differing(whole(batch), reference[:size])


def test_one_building_in_double_precision_is_near(
    scene: Scene, reference: list[list[np.ndarray]]
) -> None:
    one = Batch(scene, 1)
    assert one.form.real is np.float64
    begin(one, HOURS[:1])
    drive(one)
    air_c = one.buffers.zones[0, :, STATE_AIR]
    np.testing.assert_allclose(reference[0][0][:, STATE_AIR], air_c, atol=0.02)


def test_observations_join_what_zones_and_their_site_show(scene: Scene) -> None:
    batch = Batch(scene, 65)
    begin(batch, HOURS[:65])
    batch.step(rule(batch))
    zones = batch.buffers.zones.reshape(2, 5, -1, 64)
    air = (zones[1, :, Z_AIR, 0] - np.float32(22.5)) / np.float32(5.0)
    np.testing.assert_allclose(batch.observations[64, :, AIR], air, atol=1e-6)
    assert (batch.observations[:, :, OUTDOOR] == batch.observations[:, :1, OUTDOOR]).all()
    assert len(set(batch.observations[:, 0, OUTDOOR].tolist())) > 50
    live = batch.zone_features
    before = live.copy()
    kept = batch.observations
    batch.step(rule(batch))
    assert (live != before).any()
    assert (kept[:, :, AIR] == before[:, :, AIR]).all(), "observations are a new array"


# Resets.


def test_the_same_start_is_the_same_to_the_bit(scene: Scene) -> None:
    """Whether it was worked out alone, in company, or remembered, and after whatever happened."""
    batch = Batch(scene, 2)
    begin(batch, [1000, 5000], [0, 2])
    first = whole(batch)
    for _ in range(3):
        batch.step(random_modes(np.random.default_rng(1), batch))
    assert len(differing(whole(batch), first)) == 2
    begin(batch, [1000, 5000], [0, 2])
    assert not differing(whole(batch), first)
    # In the other place.
    begin(batch, [5000, 1000], [2, 0])
    assert not differing(whole(batch)[::-1], first)
    fresh = Batch(scene, 64)
    begin(fresh, [1000, *HOURS[:62], 5000], [0, *[1] * 62, 2])
    assert same_bits(state(fresh, 0), first[0])
    assert same_bits(state(fresh, 63), first[1])


def test_a_start_is_three_days_under_the_rule(scene: Scene) -> None:
    late, early = Batch(scene, 1), Batch(scene, 1)
    begin(late, [2000])
    # As the batch does, but seen from outside: at rest, three days before.
    early.places.weather[:], early.places.people[:] = late.places.weather, late.places.people
    early.places.cycle[:] = late.cycle - 4 * WARM_UP_HOURS
    early.look()
    for _ in range(WARM_UP_HOURS):
        early.step(rule(early))
    assert same_bits(state(early, 0), state(late, 0))


def test_the_years_first_hour_has_a_start_too(scene: Scene) -> None:
    """The three days before lie at the end of the same year."""
    batch = Batch(scene, 1)
    begin(batch, [0])
    assert batch.places.row[0, 0] == 0
    for _ in range(4):
        batch.step(rule(batch))
    assert batch.places.row[0, 0] == 48
    assert np.isfinite(batch.observations).all()


def test_the_year_closes_on_itself(scene: Scene) -> None:
    batch = Batch(scene, 1)
    begin(batch, [8759])
    cycle = batch.cycle[0]
    batch.step(rule(batch))
    assert batch.cycle[0] == cycle + 4
    assert batch.places.row[0, 0] == 0
    midnight = FEATURE_NAMES.index("hour_cos")
    assert batch.observations[0, 0, midnight] == 1.0


def test_a_finished_building_restarts_without_touching_the_others(scene: Scene) -> None:
    batch = Batch(scene, 65)
    begin(batch, HOURS[:65])
    batch.step(rule(batch))
    before = whole(batch)
    which = np.zeros(65, dtype=np.bool_)
    which[[3, 64]] = True
    batch.reset(which, np.array([1, 0]), np.array([960, 4800]))
    assert differing(whole(batch), before) == [3, 64]
    assert batch.world[[3, 64]].tolist() == [1, 0]
    batch.reset(np.zeros(65, dtype=np.bool_), np.array([], dtype=int), np.array([], dtype=int))
    assert differing(whole(batch), before) == [3, 64]


def test_starts_are_forgotten_before_memory_fills(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert KEPT_STARTS >= 52 * 8, "a training year in eight worlds"
    monkeypatch.setattr("envs.batch.KEPT_STARTS", 3)
    batch = Batch(scene, 1)
    first = None
    for hour in (300, 301, 302, 303, 300):
        begin(batch, [hour])
        first = first or whole(batch)
        assert len(batch._starts) <= 3
    assert not differing(whole(batch), first or [])


def test_wrong_sizes_and_steps_are_refused(scene: Scene) -> None:
    for decision_h in (0.0, 0.1, 0.3, -1.0):
        with pytest.raises(ValueError, match=r"multiple of 0.25"):
            Batch(scene, 1, decision_h=decision_h)
    for dt_s in (0.0, 7.0, 600.0):
        with pytest.raises(ValueError, match="must divide 300"):
            Batch(scene, 1, dt_s=dt_s)
    with pytest.raises(ValueError, match="at least one world"):
        make_scene(scene.building, [])


# Steps.


def test_wishes_that_are_not_given_are_the_rules(scene: Scene) -> None:
    one, other = Batch(scene, 2), Batch(scene, 2)
    for batch in (one, other):
        begin(batch, [1000, 4000])
    for _ in range(5):
        one.step(rule(one))
        other.step_wishes(np.full((2, 5, 4), NAN))
    assert not differing(whole(one), whole(other))


def test_wishes_are_what_the_modes_mean(scene: Scene) -> None:
    """A mode's setpoints as wishes, blind and light left to the rule; each zone its own."""
    one, other = Batch(scene, 2), Batch(scene, 2)
    for batch in (one, other):
        begin(batch, [1000, 4000])
    modes = N_BLINDS * np.array([[1, 2, 3, 4, 5], [6, 7, 8, 0, 1]])
    wishes = np.array([[[MODES[m].heating_c, MODES[m].cooling_c, NAN, NAN] for m in row]
                       for row in modes])  # fmt: skip
    for _ in range(5):
        one.step(modes)
        other.step_wishes(wishes)
    assert not differing(whole(one), whole(other))
    other.step_wishes(wishes + np.array([0.0, 0.0, 0.6, 0.0]))
    one.step(modes)
    assert not differing(whole(one), whole(other)), "NaN and a number is NaN"
    wishes[0, 1, 2] = 1.0
    other.step_wishes(wishes)
    one.step(modes)
    assert differing(whole(one), whole(other)) == [0]


def test_the_guard_narrows_absurd_wishes(scene: Scene) -> None:
    batch = Batch(scene, 2)
    begin(batch, [1000, 4000])
    batch.step_wishes(np.resize([-1e9, 1e9, -5.0, 7.0], (2, 5, 4)))
    told = batch.buffers.zones.reshape(1, 5, -1, 64)[0, :, ZONE_OVERRIDE : ZONE_OVERRIDE + 4, :2]
    assert ((told[:, :2] > 5.0) & (told[:, :2] < 40.0)).all()
    assert ((told[:, 2:] >= 0.0) & (told[:, 2:] <= 1.0)).all()
    assert (batch.totals[:, T_GUARD_CHANGES] > 0).all()


def test_a_decision_of_an_hour_is_four_of_a_quarter(scene: Scene) -> None:
    hourly, quarterly = Batch(scene, 2), Batch(scene, 2, decision_h=0.25)
    for batch in (hourly, quarterly):
        begin(batch, [1000, 4000])
    modes = random_modes(np.random.default_rng(0), hourly)
    for _ in range(6):
        hourly.step(modes)
        parts = []
        for _ in range(4):
            quarterly.step(modes)
            parts.append(quarterly.totals)
        assert (hourly.observations == quarterly.observations).all()
        for column in (T_COST, T_ENERGY_KWH, T_DISCOMFORT_KH, T_COST_HVAC, T_GUARD_CHANGES):
            total = np.sum(parts, axis=0)[:, column]
            np.testing.assert_allclose(total, hourly.totals[:, column], rtol=1e-5)


def test_zones_share_their_buildings_hvac_and_light(scene: Scene) -> None:
    """Their shares of the cost are less than the whole, which has equipment too."""
    batch = Batch(scene, 2)
    begin(batch, [34, 4810])
    for _ in range(8):
        batch.step(rule(batch))
        shared = batch.shares[:, :, S_COST].sum(axis=1)
        assert (shared > 0.5 * batch.totals[:, T_COST_HVAC]).all()
        assert (shared < batch.totals[:, T_COST]).all()


def test_a_shorter_substep_changes_little(scene: Scene) -> None:
    one, other = Batch(scene, 2), Batch(scene, 2, dt_s=60.0)
    for batch in (one, other):
        begin(batch, [1000, 4000])
        batch.step(rule(batch))
    difference = one.observations[:, :, AIR] - other.observations[:, :, AIR]
    assert 0.0 < np.abs(5.0 * difference).max() < 0.5


def test_the_bms_alone(scene: Scene) -> None:
    """Given back, or never taken: modes change nothing, and overrides are gone."""
    free, given_back = Batch(scene, 2, supervised=False), Batch(scene, 2)
    for batch in (free, given_back):
        begin(batch, [1000, 4000])
        batch.unsupervise()
    for mode in ("comfort", "off"):
        free.step(rule(free))
        given_back.step(np.full((2, 5), MODE_NAMES.index(mode)))
    assert not differing(whole(free), whole(given_back))
    zones = given_back.buffers.zones.reshape(5, -1, 64)[..., :2]
    handlers = given_back.buffers.handlers.reshape(1, -1, 64)[..., :2]
    assert np.isnan(zones[:, ZONE_OVERRIDE : ZONE_OVERRIDE + 4]).all()
    assert np.isnan(handlers[:, HANDLER_OVERRIDE : HANDLER_OVERRIDE + 4]).all()
    assert (given_back.totals[:, T_GUARD_CHANGES] == 0).all()
    assert (given_back.totals[:, T_ENERGY_KWH] > 0).all()


# Copies.


def test_a_snapshot_brings_back_every_bit(scene: Scene) -> None:
    batch = Batch(scene, 65)
    begin(batch, HOURS[:65])
    batch.step(rule(batch))
    snapshot, before = batch.snapshot(), whole(batch)
    modes = random_modes(np.random.default_rng(2), batch)
    runs = []
    for _ in range(2):
        for _ in range(3):
            batch.step(modes)
        runs.append((whole(batch), batch.totals))
        batch.restore(snapshot)
        assert not differing(whole(batch), before)
    assert not differing(runs[0][0], runs[1][0])
    assert (runs[0][1] == runs[1][1]).all()


def test_buildings_are_taken_over_from_another_batch(scene: Scene) -> None:
    one, other = Batch(scene, 65), Batch(scene, 65)
    begin(one, HOURS[:65])
    begin(other, HOURS[65:130], 2)
    mine, theirs = whole(one), whole(other)
    which = np.zeros(65, dtype=np.bool_)
    which[[0, 63, 64]] = True
    one.copy_from(other, which)
    assert differing(whole(one), mine) == [0, 63, 64]
    assert differing(whole(one), theirs) == [b for b in range(65) if not which[b]]
    assert one.world[64] == 2
    for batch in (one, other):
        batch.step(rule(batch))
    assert same_bits(state(one, 64), state(other, 64))
    assert not same_bits(state(one, 1), state(other, 1))
    one.copy_from(other, np.ones(65, dtype=np.bool_))
    assert not differing(whole(one), whole(other))
    assert not differing(whole(other), whole(one))
    other.step(rule(other))
    assert len(differing(whole(one), whole(other))) == 65, "a copy, not the same arrays"
