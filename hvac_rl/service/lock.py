"""One process at a time commands a site."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from hvac_rl.errors import HvacRlError


@contextmanager
def site_lock(state_dir: Path, wait_s: float = 0.0) -> Iterator[None]:
    """Hold the site; raises HvacRlError while another process does, after ``wait_s``."""
    state_dir.mkdir(parents=True, exist_ok=True)
    lock = FileLock(state_dir / "daemon.lock")
    try:
        lock.acquire(timeout=wait_s)
    except Timeout as error:
        raise HvacRlError(
            str(state_dir),
            "another process of hvac-rl commands this site",
            "Ask it instead (hvac-rl points, hvac-rl release), or stop it first.",
        ) from error
    try:
        yield
    finally:
        lock.release()
