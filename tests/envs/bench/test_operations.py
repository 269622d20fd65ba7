"""Operations are counted where they happen, and counting changes no result."""

from __future__ import annotations

import numpy as np
import pytest

from envs.batch import Batch
from envs.bench.operations import Counted, Rows, count_operations, tally
from envs.bench.stages import Spread, scene
from envs.setting import Scene
from sim_buildings.building import load_building


@pytest.fixture(scope="module")
def small() -> Scene:
    return scene(load_building("small_office"), Spread(worlds=1, weeks=1))


def test_arithmetic_counts_wherever_the_counted_number_stands() -> None:
    x = Counted(3.0)
    with tally() as found:
        result = 2.0 * x + 1.0 - x / 4.0
    assert found == [4]
    assert result == 2.0 * 3.0 + 1.0 - 3.0 / 4.0
    assert type(result) is Counted


def test_what_is_no_arithmetic_on_numbers_does_not_count() -> None:
    with tally() as found:
        assert min(Counted(1.0), Counted(2.0)) == 1.0
        assert -Counted(1.0) < abs(Counted(-2.0))
    assert found == [0]


def test_rows_write_through_and_slices_count_too() -> None:
    values = np.array([[1.0, 2.0], [3.0, 4.0]])
    rows = Rows(values)
    with tally() as found:
        rows[0, 1] = rows[1][0] * rows[1:][0, 1]
    assert found == [1]
    assert values[0, 1] == 12.0


def test_a_step_takes_hundreds_of_operations_a_zone_and_more_with_control(small: Scene) -> None:
    found = count_operations(small, steps=1)
    assert found.a_zone_substep > 100.0
    # Three substeps, and rule, guard and observation besides.
    assert found.a_zone_step > 3.0 * found.a_zone_substep * 0.9


def test_counting_changes_nothing(small: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same modes in the compiled engine lead to the same state, to the bit."""
    import envs.bench.operations as operations

    kept: list[Batch] = []
    made = operations.spread_out

    def keep(*arguments: object) -> Batch:
        kept.append(made(*arguments))  # type: ignore[arg-type]
        return kept[-1]

    monkeypatch.setattr(operations, "spread_out", keep)
    count_operations(small, steps=2)
    other = made(small, 1, 1, Spread(worlds=1, weeks=1))
    random = np.random.default_rng(operations.SEED)
    for _ in range(2):
        other.step(random.integers(0, operations.N_MODES, (1, other.zones)))
    np.testing.assert_array_equal(kept[0].buffers.zones, other.buffers.zones)
    np.testing.assert_array_equal(kept[0].memory.building, other.memory.building)
