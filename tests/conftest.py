"""Settings for the whole suite: who runs what, side by side, and that nothing may be skipped."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from xdist.scheduler import LoadFileScheduling

# Processes against a fast clock. Two such tests at once would take each other's time.
REAL_TIME = "tests/end_to_end/"

# What a protocol does not have (adapters.contract.rig) is no peer or server that is missing.
NOT_APPLICABLE = "does not apply: "

_skipped: list[str] = []

if "PYTEST_XDIST_WORKER" in os.environ:
    # Every processor has a worker already; threads that wait for each other only heat it.
    os.environ.setdefault("OMP_NUM_THREADS", "1")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LoadFileScheduling:
    """A file is run by one worker, and all that needs real time by one, one after the other."""
    from xdist.scheduler import LoadFileScheduling

    class ByFile(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return REAL_TIME if nodeid.startswith(REAL_TIME) else super()._split_scope(nodeid)

    config.option.loadscopereorder = False
    return ByFile(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What mostly waits comes first, so that another worker computes meanwhile."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=lambda item: not item.nodeid.startswith(REAL_TIME))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    applies = NOT_APPLICABLE not in str(report.longrepr)
    if report.skipped and applies and not hasattr(report, "wasxfail"):
        _skipped.append(report.nodeid)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where every peer and server is installed (CI), a skipped test is a failure."""
    if _skipped and os.environ.get("HVAC_RL_FAIL_ON_SKIP"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        reporter = session.config.pluginmanager.get_plugin("terminalreporter")
        if reporter is not None:
            reporter.write_line(f"skipped where nothing may be: {', '.join(_skipped)}", red=True)
