"""The loader: leaves first, one twin each, clear refusals, a cache that cannot be stale."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from importlib.metadata import EntryPoint
from pathlib import Path
from types import FunctionType, ModuleType
from typing import NamedTuple

import numpy as np
import pytest

import sim_buildings.compiled as loader
from hvac_rl.safety.rules import narrow
from sim_buildings import bounds
from sim_buildings.bounds import within
from sim_buildings.compiled import ONE, Form, NotCompilable, compiled, in_threads
from sim_buildings.lanes import LANES, VARIED, at, of
from sim_buildings.plant import cubic, input_w
from sim_buildings.plant_curves import HEATING

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


class Machine(NamedTuple):
    input_w: float


def attribute_like_a_global(machine: Machine) -> float:
    # input_w is both a global of ours and a field of the tuple.
    return machine.input_w + input_w(20.0, 100.0, 3.0, 0.25)


def lanes_and_places(column: int, lane: int) -> tuple[int, int, int, int]:
    return LANES, VARIED, at(column, lane), of(column, lane)


def test_twins_call_twins() -> None:
    twin = compiled(swapped)
    assert twin(Pair(1.0, 9.0)) == swapped(Pair(1.0, 9.0)) == (5.0, 1.0)
    assert twin is compiled(swapped)
    assert twin.__qualname__ == "swapped"  # type: ignore[attr-defined]
    machine = Machine(1000.0)
    assert compiled(attribute_like_a_global)(machine) == attribute_like_a_global(machine)


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        (ONE, (1, 0, 5, 5)),
        (Form(64), (64, 0, 5 * 64 + 3, 5)),
        (Form(64, varied=True), (64, 1, 5 * 64 + 3, 5 * 64 + 3)),
    ],
)
def test_a_form_puts_its_lanes_in_place(form: Form, expected: tuple[int, ...]) -> None:
    lane = 3 if form.lanes > 1 else 0
    assert compiled(lanes_and_places, form)(5, lane) == expected
    assert lanes_and_places(5, 0) == (1, 0, 5, 5)


def test_forms_are_other_twins_with_names_of_their_own() -> None:
    """Code from disk is found by module, name and types: forms must not share all three."""
    forms = [
        Form(lanes, varied, faulty, single)
        for lanes in (1, 8, 64)
        for varied in (False, True)
        for faulty in (False, True)
        for single in (False, True)
    ]
    twins = [compiled(within, form) for form in forms]
    assert len({id(twin) for twin in twins}) == len(forms)
    assert len({twin.__qualname__ for twin in twins}) == len(forms)
    assert len({form.name for form in forms}) == len(forms)
    assert compiled(within, Form()) is compiled(within)


def test_rules_of_the_service_compile_as_they_are() -> None:
    for case in ((0.0, 10.0, 3.0, 12.0), (0.0, 1.0, 5.0, 6.0), (1.0, 2.0, float("nan"), 1.5)):
        assert compiled(narrow)(*case) == narrow(*case)


def test_plain_and_compiled_curves_agree_to_the_bit() -> None:
    curve = HEATING["air_source_heat_pump"]
    for outdoor_c in np.linspace(-30.0, 50.0, 401):
        case = (outdoor_c, curve.low_c, curve.high_c, *curve.capacity)
        assert compiled(cubic)(*case) == cubic(*case)


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


def test_only_what_is_named_is_warmed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    warmed: list[str] = []

    class Entry(NamedTuple):
        name: str

        def load(self) -> Callable[[], None]:
            return lambda: warmed.append(self.name)

    monkeypatch.setattr(loader, "entry_points", lambda group: [Entry("envs"), Entry("physics")])
    monkeypatch.setattr(loader, "cache_directory", lambda: tmp_path)
    assert loader.main(["physics"]) == 0
    assert warmed == ["physics"]
    assert loader.main([]) == 0
    assert warmed == ["physics", "envs"], "what is warm already is left alone"
    assert loader.main(["nobody"]) == 2
    assert "known are: envs, physics" in capsys.readouterr().out


def test_several_are_warmed_side_by_side(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Two meet before they end, which they cannot one after the other; the third fails."""
    met, done = tmp_path / "met", tmp_path / "done"
    met.mkdir()
    done.mkdir()
    (folder / "warm.py").write_text(
        "import os, pathlib, time\n"
        f"MET = pathlib.Path({str(met)!r})\n"
        "def warm():\n"
        "    (MET / str(os.getpid())).touch()\n"
        "    deadline = time.monotonic() + 120\n"
        "    while len(list(MET.iterdir())) < 2:\n"
        "        assert time.monotonic() < deadline\n"
        "        time.sleep(0.01)\n"
        "def fail():\n"
        "    raise RuntimeError('this one cannot be compiled')\n"
    )
    made = [("one", "warm"), ("two", "warm"), ("three", "fail")]
    entries = [EntryPoint(name, f"pretend.warm:{function}", "test") for name, function in made]
    monkeypatch.setattr(loader, "entry_points", lambda group: entries)
    monkeypatch.setattr(loader, "cache_directory", lambda: done)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    with pytest.raises(RuntimeError, match="cannot be compiled"):
        loader.main([])
    assert len(list(met.iterdir())) == 2
    assert str(os.getpid()) not in {process.name for process in met.iterdir()}
    # What was done before the failure was seen is noted; what failed never is.
    assert {mark.name for mark in done.iterdir()} <= {"complete-one", "complete-two"}
    entries.pop()
    assert loader.main([]) == 0
    assert {mark.name for mark in done.iterdir()} == {"complete-one", "complete-two"}
