"""Runs mutants in one process: a pytest plugin that forks for each one.

Tests are collected once. Then, for each mutant, a fork switches it on and runs the tests that go
through its function, quickest first, until one fails. Processor time is limited, not wall time:
how busy the machine is changes no fate.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest

NAMES, FATES, STATS = "HVAC_RL_MUTANT_NAMES", "HVAC_RL_MUTANT_FATES", "mutmut-stats.json"
CPU_S = 60
KILLED, SURVIVED, TIMEOUT, NO_TESTS = "killed", "survived", "timeout", "no tests"


def pytest_runtestloop(session: pytest.Session) -> bool:
    """In place of running the tests: every mutant's fate, one line each, to the file in FATES."""
    stats = json.loads(Path(STATS).read_text(encoding="utf-8"))
    names = Path(os.environ[NAMES]).read_text(encoding="utf-8").split()
    seconds: dict[str, float] = stats["duration_by_test"]
    items = {item.nodeid: item for item in session.items}
    if _fate(list(items.values()), "") != SURVIVED:
        raise pytest.UsageError("the tests fail without any mutant")
    gc.freeze()
    with Path(os.environ[FATES]).open("a", encoding="utf-8") as fates:
        for name in names:
            through = stats["tests_by_mangled_function_name"].get(name.rpartition("__mutmut_")[0])
            tests = sorted(through or (), key=lambda test: seconds.get(test, 0.0))
            fate = _fate([items[test] for test in tests if test in items], name)
            fates.write(f"{name}: {fate}\n")
            fates.flush()
    return True


def _fate(items: Sequence[pytest.Item], name: str) -> str:
    if not items:
        return NO_TESTS
    child = os.fork()
    if child == 0:
        _run(items, name)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return TIMEOUT if os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGKILL) else KILLED
    return KILLED if os.waitstatus_to_exitcode(status) else SURVIVED


def _run(items: Sequence[pytest.Item], name: str) -> None:
    """In the fork; does not return."""
    try:
        resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S + 1))
        os.environ["MUTANT_UNDER_TEST"] = name
        for item in items:
            if not _passes(item):
                os._exit(1)
        os._exit(0)
    except BaseException as error:
        print(f"{name}: {error!r}", file=sys.stderr)
        os._exit(2)


def _passes(item: pytest.Item) -> bool:
    """Runs one test without writing the report that nobody reads, most of a failure's time."""
    hooks = item.ihook
    try:
        hooks.pytest_runtest_setup(item=item)
        hooks.pytest_runtest_call(item=item)
    except Exception:
        return False
    # Some of pytest's own fixtures look for the report when they end.
    with suppress(Exception):
        hooks.pytest_runtest_teardown(item=item, nextitem=None)
    return True
