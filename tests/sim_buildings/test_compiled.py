"""The loader: leaves first, one twin each, clear refusals, a cache that cannot be stale."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from types import FunctionType, ModuleType
from typing import NamedTuple

import numpy as np
import pytest

import sim_buildings.compiled as loader
from hvac_rl.safety.rules import narrow
from sim_buildings import bounds
from sim_buildings.bounds import within
from sim_buildings.compiled import NotCompilable, compiled, in_threads
from sim_buildings.plant import PlantParams, cooling_capacity_w, heating_cop

LOW, HIGH = 2.0, 5.0


class Pair(NamedTuple):
    a: float
    b: float


def swapped(pair: Pair) -> Pair:
    return Pair(within(pair.b, LOW, HIGH), pair.a)


def by_module(value: float) -> float:
    return bounds.within(value, LOW, HIGH)


def forever(value: float) -> float:
    return value


def attribute_like_a_global(plant: PlantParams) -> float:
    # cooling_capacity_w is both a global of ours and a field of the tuple.
    return plant.cooling_capacity_w + cooling_capacity_w(20.0, plant)


def test_twins_call_twins() -> None:
    twin = compiled(swapped)
    assert twin(Pair(1.0, 9.0)) == swapped(Pair(1.0, 9.0)) == (5.0, 1.0)
    assert twin is compiled(swapped)
    assert twin.__qualname__ == "swapped"  # type: ignore[attr-defined]
    plant = PlantParams(1000.0, 3.0, 1000.0, 3.0)
    assert compiled(attribute_like_a_global)(plant) == attribute_like_a_global(plant)


def test_rules_of_the_service_compile_as_they_are() -> None:
    for case in ((0.0, 10.0, 3.0, 12.0), (0.0, 1.0, 5.0, 6.0), (1.0, 2.0, float("nan"), 1.5)):
        assert compiled(narrow)(*case) == narrow(*case)


def test_plain_and_compiled_curves_agree_to_the_bit() -> None:
    plant = PlantParams(10_000.0, 3.7, 12_000.0, 3.3)
    for outdoor_c in np.linspace(-30.0, 50.0, 401):
        assert compiled(heating_cop)(outdoor_c, plant) == heating_cop(outdoor_c, plant)


def test_nan_stays_nan() -> None:
    assert np.isnan(compiled(within)(float("nan"), 0.0, 1.0))


def test_a_module_of_ours_is_refused_by_name() -> None:
    with pytest.raises(NotCompilable, match=r"by_module uses the module sim_buildings\.bounds"):
        compiled(by_module)


def test_recursion_closures_and_others_are_refused() -> None:
    recursive = FunctionType(
        compile("def f(x):\n return f(x)", "f.py", "exec").co_consts[0], {"__name__": "envs.x"}, "f"
    )
    recursive.__globals__["f"] = recursive
    recursive.__module__ = "envs.x"
    with pytest.raises(NotCompilable, match="recursion"):
        compiled(recursive)

    outside = 3.0

    def closure(value: float) -> float:
        return value + outside

    with pytest.raises(NotCompilable, match="closure"):
        compiled(closure)
    with pytest.raises(NotCompilable, match="not a plain Python function"):
        compiled(len)


def test_a_function_that_no_hash_covers_is_refused() -> None:
    stray = FunctionType(forever.__code__, {}, "stray")
    stray.__module__ = "hvac_rl.service.somewhere"
    with pytest.raises(NotCompilable, match="lies outside"):
        compiled(stray)


def test_threads_share_the_work() -> None:
    done = np.zeros(10)

    def share(first: int, end: int) -> None:
        done[first:end] += 1.0

    for threads in (1, 2, 3, 16):
        done[:] = 0.0
        in_threads(share, done.size, threads)
        assert (done == 1.0).all()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An importable package whose sources make up the cache's name."""
    package = tmp_path / "pretend"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "leaf.py").write_text("X = 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(loader, "HASHED_FOLDERS", ("pretend", "not_there"))
    monkeypatch.setenv("HVAC_RL_CACHE_DIR", str(tmp_path / "cache"))
    yield package
    sys.modules.pop("pretend", None)


def test_any_changed_source_has_another_cache(folder: Path) -> None:
    before = loader._fingerprint()
    assert loader._fingerprint() == before
    (folder / "leaf.py").write_text("X = 2\n")
    changed = loader._fingerprint()
    assert changed != before
    (folder / "new.py").write_text("")
    assert loader._fingerprint() not in (before, changed)


def test_old_caches_go_young_ones_stay(tmp_path: Path) -> None:
    for days in range(6):
        directory = tmp_path / f"d{days}"
        directory.mkdir()
        at = time.time() - days * 0.4 * 86_400.0
        os.utime(directory, (at, at))
    loader._prune(tmp_path)
    assert sorted(d.name for d in tmp_path.iterdir()) == ["d0", "d1", "d2"]
    for directory in tmp_path.iterdir():
        os.utime(directory, (0.0, 0.0))
    loader._prune(tmp_path)
    assert len(list(tmp_path.iterdir())) == 3


def test_where_the_cache_lies(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HVAC_RL_CACHE_DIR", str(tmp_path))
    assert loader.cache_root() == tmp_path / "numba"
    monkeypatch.delenv("HVAC_RL_CACHE_DIR")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert loader.cache_root() == tmp_path / "hvac-rl" / "numba"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert loader.cache_root() == Path.home() / ".cache" / "hvac-rl" / "numba"


def test_numbas_own_setting_is_left_alone() -> None:
    import numba

    before = numba.config.CACHE_DIR
    compiled(within)
    assert before == numba.config.CACHE_DIR
    assert isinstance(bounds, ModuleType)
