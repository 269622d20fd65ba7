"""What a person sees while a command works."""

from __future__ import annotations

import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

# A bar for what is over sooner than this would only flicker.
PATIENCE_S = 2.0


class Bar:
    """A progress bar that appears only when its work takes longer than a moment."""

    def __init__(self, console: Console, what: str) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
        )
        self._task = self._progress.add_task(what, total=1.0)
        self._began = time.monotonic()
        self._visible = False

    def __enter__(self) -> Bar:
        return self

    def show(self, share: float) -> None:
        """``share`` of the work, 0 to 1, is done."""
        if not self._visible and time.monotonic() - self._began > PATIENCE_S:
            self._progress.start()
            self._visible = True
        self._progress.update(self._task, completed=share)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._visible:
            self._progress.stop()
