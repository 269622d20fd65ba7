"""Live values on the terminal, until q or Ctrl-C."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.table import Table

from hvac_rl.points import Point
from hvac_rl.records import Quality, Reading

Read = Callable[[], Awaitable[tuple[str, dict[str, Reading]]]]
"""Where the values come from, in words, and the readings by point name."""
KEY_POLL_S = 0.1


async def watch(
    console: Console,
    points: Sequence[Point],
    read: Read,
    commander: Callable[[Reading], str],
    *,
    every_s: float,
    rounds: int | None,
) -> None:
    """Reads again ``every_s`` [s]; ends after ``rounds``, or when q is pressed."""
    done = 0
    before: dict[str, Reading] = {}
    with _keys() as pressed, Live(console=console, auto_refresh=False) as live:
        while True:
            source, readings = await read()
            live.update(_table(source, points, readings, before, commander), refresh=True)
            before = readings
            done += 1
            if rounds is not None and done >= rounds:
                return
            if await _wait(every_s, pressed):
                return


async def _wait(seconds: float, pressed: Callable[[], str]) -> bool:
    """Whether q was pressed meanwhile."""
    loop = asyncio.get_running_loop()
    end_s = loop.time() + seconds
    while loop.time() < end_s:
        if pressed() in ("q", "Q"):
            return True
        await asyncio.sleep(min(KEY_POLL_S, max(0.0, end_s - loop.time())))
    return pressed() in ("q", "Q")


def _table(
    source: str,
    points: Sequence[Point],
    readings: dict[str, Reading],
    before: dict[str, Reading],
    commander: Callable[[Reading], str],
) -> Table:
    table = Table(title=source, title_justify="left", pad_edge=False, caption="q ends")
    table.add_column("point", no_wrap=True)
    table.add_column("value", justify="right", no_wrap=True)
    for name in ("by", "device"):
        table.add_column(name, no_wrap=True)
    for point in points:
        reading = readings.get(point.name)
        last = before.get(point.name)
        changed = last is not None and reading is not None and last.value != reading.value
        style = "bold cyan" if changed else ""
        by = commander(reading) if reading is not None and point.writable else ""
        table.add_row(point.name, _shown(point, reading), by, point.device, style=style)
    return table


def _shown(point: Point, reading: Reading | None) -> str:
    if reading is None:
        return "not read yet"
    if reading.quality is not Quality.GOOD or reading.value is None:
        return f"[red]{reading.detail or reading.quality.value.replace('_', ' ')}[/]"
    raw = point.unit.from_si(reading.value)
    if point.unit.name == "bool":
        return "on" if raw > 0.5 else "off"
    return f"{raw:.4g} {point.unit.name}"


@contextmanager
def _keys() -> Iterator[Callable[[], str]]:
    """What was pressed since last asked; always "" without a keyboard."""
    if not sys.stdin.isatty():
        yield lambda: ""
    elif sys.platform == "win32":
        import msvcrt

        yield lambda: msvcrt.getwch() if msvcrt.kbhit() else ""
    else:
        with _cbreak(sys.stdin) as pressed:
            yield pressed


@contextmanager
def _cbreak(stdin: Any) -> Iterator[Callable[[], str]]:
    # Imported here: Windows has neither.
    import select
    import termios
    import tty

    descriptor = stdin.fileno()
    before = termios.tcgetattr(descriptor)
    try:
        tty.setcbreak(descriptor)
        yield lambda: stdin.read(1) if select.select([stdin], [], [], 0)[0] else ""
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
