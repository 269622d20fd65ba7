"""A serial cable between two pseudo-terminals, for as long as the block lasts."""

from __future__ import annotations

import os
import select
import threading
import tty
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def serial_line() -> Iterator[tuple[str, str]]:
    """The names of its two ends; what goes in at one comes out at the other."""
    masters, slaves = zip(os.openpty(), os.openpty(), strict=True)
    for slave in slaves:
        tty.setraw(slave)
    stop_reading, stop = os.pipe()
    thread = threading.Thread(target=_carry, args=(*masters, stop_reading), daemon=True)
    thread.start()
    try:
        yield os.ttyname(slaves[0]), os.ttyname(slaves[1])
    finally:
        os.write(stop, b"x")
        thread.join(5.0)
        for end in (*masters, *slaves, stop_reading, stop):
            os.close(end)


def _carry(one: int, other: int, stop: int) -> None:
    across = {one: other, other: one}
    while True:
        ready, _, _ = select.select([one, other, stop], [], [])
        if stop in ready:
            return
        for end in ready:
            os.write(across[end], os.read(end, 1024))
