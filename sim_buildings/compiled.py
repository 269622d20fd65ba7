"""Plain functions, compiled: the numba loader.

numba does not follow a plain Python function that calls another, and its cache on disk does not
notice that a callee changed. :func:`compiled` rebuilds a function so that every plain function of
ours that it names is its compiled twin, leaves first; the cache lies in a directory named by a
hash of all our sources, so nothing stale can be found there.

A function may be compiled in several forms (:class:`Form`): how many buildings lie side by side,
and in double or single precision. In single precision every number in the source is a single too,
else numba would compute in doubles.

``python -m sim_buildings.compiled [NAME ...]`` fills the cache ahead of time, on all processors.
"""

from __future__ import annotations

import dis
import hashlib
import importlib.util
import os
import platform
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any, NamedTuple, TypeVar

import llvmlite.binding  # type: ignore[import-untyped]
import numba
import numpy as np

from sim_buildings.single_precision import single, single_precision

F = TypeVar("F", bound=Callable[..., Any])

OUR_PACKAGES = ("hvac_rl", "sim_buildings", "envs", "agents")
# Where compiled functions of ours live; the sources in them make up the cache's name.
HASHED_FOLDERS = ("hvac_rl.control", "hvac_rl.safety", "sim_buildings", "envs")
KEPT_CACHES = 3
# Another process may still be compiling into a directory younger than this.
YOUNG_S = 86_400.0
WARMERS = "hvac_rl.warm"


class Form(NamedTuple):
    """What the compiler puts in the place of :mod:`sim_buildings.lanes`' values."""

    lanes: int = 1
    varied: bool = False
    """Each lane has parameters of its own."""
    faulty: bool = True
    single: bool = False
    """Single precision."""

    @property
    def real(self) -> type:
        """The type of its numbers."""
        return np.float32 if self.single else np.float64

    @property
    def constants(self) -> dict[str, int]:
        """The names of :mod:`sim_buildings.lanes` and their values."""
        return {
            "LANES": self.lanes,
            "PARAM_LANES": self.lanes if self.varied else 1,
            "VARIED": int(self.varied),
            "FAULTY": int(self.faulty),
        }

    @property
    def name(self) -> str:
        """A folder's name."""
        kind = "single" if self.single else "double"
        return f"{kind}-{self.lanes}{'-varied' * self.varied}{'-faulty' * self.faulty}"


ONE = Form()

_twins: dict[tuple[Callable[..., Any], Form], Any] = {}
_under_way: list[FunctionType] = []
_array_makers: set[Callable[..., Any]] = set()


def makes_arrays(function: F) -> F:
    """Mark a function that makes arrays of memory it is told of: it needs numba's runtime."""
    _array_makers.add(function)
    return function


class NotCompilable(TypeError):
    """A plain function that the loader refuses, with the reason."""


def compiled(function: F, form: Form = ONE) -> F:
    """The compiled twin of a plain function in some form; the same twin every time.

    Functions of ours that it names are compiled too. NamedTuple classes, numbers, tuples and
    numpy pass through. Arithmetic is IEEE double precision without reordering, so plain and
    compiled agree to the last bit and NaN stays NaN. Compiled functions work on the arrays they
    are given; they can neither allocate nor return one (numba refuses: "NRT required"). The twin
    releases the interpreter's lock: :func:`in_threads` runs it on several processors.
    """
    if (function, form) not in _twins:
        if not isinstance(function, FunctionType):
            raise NotCompilable(f"{function!r} is not a plain Python function")
        _twins[function, form] = _compile(function, form)
    twin: F = _twins[function, form]
    return twin


def in_threads(share: Callable[[int, int], None], count: int, threads: int) -> None:
    """Call ``share(first, end)`` for ``threads`` equal parts of range(count), at the same time.

    numba's own parallel loops do not take nested named tuples.
    """
    if threads <= 1:
        share(0, count)
        return
    edges = [count * k // threads for k in range(threads + 1)]
    own, *others = pairwise(edges)
    waiting = [_pool(threads - 1).submit(share, *part) for part in others]
    # This thread does its part itself: waking another takes longer than a small part.
    share(*own)
    for one in waiting:
        one.result()


@cache
def _pool(threads: int) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(threads, thread_name_prefix="simulator")


def _compile(function: FunctionType, form: Form) -> Any:
    if _is_ours(function.__module__) and not _is_hashed(function):
        raise NotCompilable(
            f"{_name(function)} lies outside {', '.join(HASHED_FOLDERS)}: a change to it would "
            "not renew the cache"
        )
    if function in _under_way:
        raise NotCompilable(f"{_name(function)} calls itself; recursion is not compiled")
    if function.__closure__:
        raise NotCompilable(f"{_name(function)} is a closure; pass its values as arguments")
    _under_way.append(function)
    try:
        names = _names(function.__code__) & function.__globals__.keys()
        known = {name: _global(function, name, form) for name in names}
    finally:
        _under_way.pop()
    known["__name__"] = function.__module__
    code = function.__code__
    if form.single:
        code, singles = single_precision(function)
        known |= singles
    twin = FunctionType(code, known, function.__name__, function.__defaults__)
    twin.__kwdefaults__ = function.__kwdefaults__
    twin.__module__ = function.__module__
    # A symbol's name is made of this, the types and a number that counts up in each process. Code
    # on disk keeps the number of the process that made it: two forms under one name would meet.
    suffix = "" if form == ONE else f"@{form.name}"
    twin.__qualname__ = f"{function.__qualname__}{suffix}"
    twin.__doc__ = function.__doc__
    with _cache_in(cache_directory() / form.name):
        options: dict[str, Any] = {
            # What is not ours, a test's function say, is compiled anew in every process.
            "cache": _is_hashed(function),
            "nogil": True,
            "error_model": "numpy",
            # Without numba's runtime arrays are not reference-counted: counting took sixteen of
            # every seventeen seconds, and the caller holds all arrays anyway.
            "_nrt": function in _array_makers,
            # A call inside a loop over lanes keeps it from running several at once.
            "forceinline": form.lanes > 1 and not _has_loop(code),
            # Singles may multiply and add in one rounding, and multiply by a reciprocal where many
            # are divided by one; doubles keep to the plain function's every rounding.
            "fastmath": {"contract", "arcp", "nsz"} if form.single else False,
        }
        return numba.njit(**options)(twin)


def _has_loop(code: CodeType) -> bool:
    return any(i.opname == "FOR_ITER" for i in dis.get_instructions(code))


def _global(function: FunctionType, name: str, form: Form) -> Any:
    value = function.__globals__[name]
    if name in form.constants:
        return form.constants[name]
    if isinstance(value, ModuleType) and _is_ours(value.__name__):
        raise NotCompilable(
            f"{_name(function)} uses the module {value.__name__} as {name!r}; "
            f"import the function itself: from {value.__name__} import ..."
        )
    if isinstance(value, FunctionType) and _is_ours(value.__module__):
        return compiled(value, form)
    if type(value) is tuple and len(value) > 1 and all(type(one) in (float, bool) for one in value):
        # As an array it is looked up by one load; a tuple would be a chain of comparisons.
        kind = form.real if all(type(one) is float for one in value) else np.bool_
        return np.array(value, dtype=kind)
    return single(value, function.__module__) if form.single else value


def _names(code: CodeType) -> set[str]:
    """Every global that ``code`` and the code nested in it load."""
    names = {i.argval for i in dis.get_instructions(code) if i.opname == "LOAD_GLOBAL"}
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            names |= _names(constant)
    return names


def _is_ours(module: str) -> bool:
    return module.split(".")[0] in OUR_PACKAGES


def _is_hashed(function: FunctionType) -> bool:
    return function.__module__.rpartition(".")[0] in HASHED_FOLDERS


def _name(function: FunctionType) -> str:
    return f"{function.__module__}.{function.__qualname__}"


@contextmanager
def _cache_in(directory: Path) -> Iterator[None]:
    """numba settles on a function's cache path while decorating; only then is its setting ours."""
    settings: Any = numba.config
    before = settings.CACHE_DIR
    settings.CACHE_DIR = str(directory)
    try:
        yield
    finally:
        settings.CACHE_DIR = before


def cache_root() -> Path:
    """Where compiled code is kept: $HVAC_RL_CACHE_DIR, or the user's cache directory."""
    chosen = os.environ.get("HVAC_RL_CACHE_DIR")
    if chosen:
        return Path(chosen) / "numba"
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "hvac-rl" / "numba"


@cache
def cache_directory() -> Path:
    """The directory of exactly these sources, versions and processor; old ones are removed."""
    root = cache_root()
    directory = root / _fingerprint()
    directory.mkdir(parents=True, exist_ok=True)
    os.utime(directory)
    _prune(root)
    return directory


def _fingerprint() -> str:
    digest = hashlib.sha256()
    cpu = llvmlite.binding.get_host_cpu_name()
    digest.update(f"{numba.__version__} {platform.python_version()} {cpu}".encode())
    for folder in HASHED_FOLDERS:
        try:
            spec = importlib.util.find_spec(folder)
        except ModuleNotFoundError:
            continue
        if spec is None or not spec.submodule_search_locations:
            continue
        for source in sorted(Path(spec.submodule_search_locations[0]).glob("*.py")):
            digest.update(f"\0{folder}/{source.name}\0".encode())
            digest.update(source.read_bytes())
    return digest.hexdigest()[:20]


def _prune(root: Path) -> None:
    def age_s(directory: Path) -> float:
        return time.time() - directory.stat().st_mtime

    directories = sorted((d for d in root.iterdir() if d.is_dir()), key=age_s)
    for directory in directories[KEPT_CACHES:]:
        if age_s(directory) > YOUNG_S:
            shutil.rmtree(directory, ignore_errors=True)


def main(names: Sequence[str]) -> int:
    """Compile what installed packages ask for: entry points ``hvac_rl.warm``, all or ``names``."""
    entries = {entry.name: entry for entry in entry_points(group=WARMERS)}
    for name in names:
        if name not in entries:
            print(f"nobody is called {name!r}; known are: {', '.join(sorted(entries))}")
            return 2
    wanted = [entries[name] for name in names or entries]
    missing = [one for one in wanted if not (cache_directory() / f"complete-{one.name}").exists()]
    if not missing:
        return 0
    print(f"Compiling the simulator into {cache_directory()} (once, up to two minutes) ...")
    began = time.monotonic()
    _warm_all(missing, os.cpu_count() or 1)
    print(f"Compiled in {time.monotonic() - began:.0f} s.")
    return 0


def _warm_all(entries: Sequence[EntryPoint], processors: int) -> None:
    """Call every entry and note which are done; side by side, at most ``processors`` at a time.

    numba compiles under a lock, so only processes compile side by side.
    """
    at_once = min(len(entries), processors)
    if at_once <= 1:
        for one in entries:
            _warm(one)
            _note_done(one)
        return
    with ProcessPoolExecutor(at_once, mp_context=get_context("spawn")) as pool:
        # A bare copy: as found, an entry drags its whole distribution along.
        under_way = {
            pool.submit(_warm, EntryPoint(one.name, one.value, one.group)): one for one in entries
        }
        for future in as_completed(under_way):
            future.result()
            _note_done(under_way[future])


def _warm(entry: EntryPoint) -> None:
    entry.load()()


def _note_done(entry: EntryPoint) -> None:
    (cache_directory() / f"complete-{entry.name}").touch()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
