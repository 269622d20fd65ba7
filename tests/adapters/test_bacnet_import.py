"""What BAC0 does on import besides must not reach the daemon."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import asyncio, inspect, logging, os, sys
from adapters.bacnet import BacnetKind
assert "BAC0" not in sys.modules

def walk(context=1):
    raise AssertionError("the whole stack is read for a note that nobody sees")

inspect.stack = walk

async def main():
    kind = BacnetKind()
    await kind.open([], {"address": "127.0.0.1:0", "device_instance": 3990})
    await kind.close()

asyncio.run(main())
assert "BAC0" in sys.modules
assert "PLANTED" not in os.environ

class Ours(logging.Handler):
    def emit(self, record):
        heard.append(record.getMessage())

heard = []
logging.root.addHandler(Ours())
bac0 = [name for name in logging.root.manager.loggerDict if name.startswith("BAC0_Root.BAC0")]
for name in bac0:
    logging.getLogger(name).error("trouble")
assert heard == ["trouble"] * len(bac0) and heard

from BAC0.scripts.Lite import Lite
Lite.log(None, "more trouble", level="error")
assert heard[-1].endswith("| __main__ | more trouble"), heard[-1]
"""


def test_opening_the_stack_leaves_environment_and_terminal_alone(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PLANTED=1\n")
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=tmp_path,
        env={**os.environ, "HOME": str(tmp_path), "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(tmp_path.glob(".BAC0/*")) == []
