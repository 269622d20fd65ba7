"""What a person sees while an agent trains: a bar, how it stands against the rules, its curve."""

from __future__ import annotations

import csv
import signal
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, NamedTuple

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.text import Text

CURVE_HEIGHT = 8
CURVE_WIDTH = 60
_EIGHTHS = " ▁▂▃▄▅▆▇█"


class Standing(NamedTuple):
    """How an agent stands on the validation weeks."""

    seconds: float
    cost_vs_strong: float
    cost_vs_base: float
    """Against the rule under it: the tuned rule, if it continues from that."""
    discomfort_kh: float
    """A zone and week."""


class Watching:
    """Shows a run, writes ``progress.csv`` and TensorBoard's log, and hears Ctrl-C.

    The first Ctrl-C ends the run with the best so far (:attr:`stopped`), the second at once.
    """

    def __init__(self, console: Console, folder: Path | None, most_discomfort_kh: float) -> None:
        self._console = console
        self._most_kh = most_discomfort_kh
        self._folder = folder
        self.stopped = False
        self.seen: list[Standing] = []
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed:.0f}/{task.total:.0f}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=console,
        )
        self._task = self._progress.add_task("preparing", total=1)
        self._live = Live(self._picture(), console=console, refresh_per_second=4, transient=True)
        self._before: Any = None
        self._board: Any = None

    def __enter__(self) -> Watching:
        self._before = signal.signal(signal.SIGINT, self._interrupted)
        if self._folder is not None:
            from torch.utils.tensorboard import SummaryWriter

            self._folder.mkdir(parents=True, exist_ok=True)
            self._board = SummaryWriter(str(self._folder / "tensorboard"))
        self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        signal.signal(signal.SIGINT, self._before)
        self._live.stop()
        if self._board is not None:
            self._board.close()

    def _interrupted(self, number: int, frame: FrameType | None) -> None:
        if self.stopped:
            raise KeyboardInterrupt
        self.stopped = True
        self._console.print("Ending with the best so far; Ctrl-C again ends at once.")

    def at(self, done: float, total: float, what: str) -> bool:
        """Move the bar; False once Ctrl-C was pressed."""
        self._progress.update(self._task, completed=done, total=total, description=what)
        return not self.stopped

    def standing(self, one: Standing, **others: float) -> None:
        """A look at the validation weeks, and what else the agent logs."""
        self.seen.append(one)
        logged = {**one._asdict(), **others}
        if self._folder is not None:
            path = self._folder / "progress.csv"
            new = not path.exists()
            with path.open("a", newline="") as file:
                writer = csv.writer(file)
                if new:
                    writer.writerow(logged)
                writer.writerow(f"{value:.6g}" for value in logged.values())
        if self._board is not None:
            for name, value in logged.items():
                self._board.add_scalar(name, value, int(one.seconds))
        if self._console.is_terminal:
            self._live.update(self._picture())
        else:
            self._console.print(words_of(one, self._most_kh), soft_wrap=True)

    def _picture(self) -> RenderableType:
        if not self.seen:
            return Group(self._progress)
        curve = Text(curve_of([one.cost_vs_strong for one in self.seen]), style="cyan")
        return Group(self._progress, Text(words_of(self.seen[-1], self._most_kh)), curve)


def words_of(one: Standing, most_kh: float) -> str:
    """A line a person reads."""
    return (
        f"after {one.seconds:.0f} s: cost {one.cost_vs_strong:+.2%} against the strong rule, "
        f"{one.cost_vs_base:+.2%} against the rule under it; discomfort {one.discomfort_kh:.2f} "
        f"K·h a zone and week (at most {most_kh:.2f})"
    )


def curve_of(values: list[float]) -> str:
    """Cost against the strong rule over the looks so far, as lines of block characters."""
    shown = values[-CURVE_WIDTH:]
    low, high = min(*shown, 0.0), max(*shown, 0.0)
    span = (high - low) or 1.0
    rows = []
    for row in range(CURVE_HEIGHT, 0, -1):
        cells = []
        for value in shown:
            # How much of this row the column down from zero cost fills.
            filled = (value - low) / span * CURVE_HEIGHT - (row - 1)
            cells.append(_EIGHTHS[max(0, min(8, round(filled * 8)))])
        label = high if row == CURVE_HEIGHT else low if row == 1 else None
        rows.append(("        " if label is None else f"{label:+7.2%} ") + "".join(cells))
    return "\n".join(rows)
