"""The truth of a run as CSV: what really happened in the building, step by step.

Rows are written whole, so somebody may read along while the simulation runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType


class TruthRecorder:
    """``time_s`` is the site time at the end of a step; rates are means over that step."""

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self.path = path
        self._width = len(columns)
        self._pending: list[str] = []
        self._file = path.open("w", encoding="utf-8", newline="\n")
        self._file.write(",".join(("time_s", *columns)) + "\n")
        self._file.flush()

    def add(self, time_s: float, row: Sequence[float]) -> None:
        if len(row) != self._width:
            raise ValueError(f"{len(row)} values for {self._width} columns")
        self._pending.append(f"{time_s:.0f}," + ",".join([f"{value:.9g}" for value in row]) + "\n")

    def flush(self) -> None:
        if self._pending:
            self._file.write("".join(self._pending))
            self._file.flush()
            self._pending.clear()

    def __enter__(self) -> TruthRecorder:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.flush()
        self._file.close()
