"""Reading again and again, ours and the bare library in turns: both meet the same machine."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from time import perf_counter, process_time

Read = Callable[[], Awaitable[int]]
"""Reads a batch, and says how many points came back good."""


@dataclass(slots=True)
class Tally:
    """Batches that were read: points in each, and how long each took [s]."""

    points: int = 0
    took_s: list[float] = field(default_factory=list)
    cpu_s: float = 0.0
    """Of this process: what a busy machine cannot distort much."""

    @property
    def points_per_s(self) -> float:
        return self.points / sum(self.took_s)

    @property
    def points_per_cpu_s(self) -> float:
        return self.points / self.cpu_s

    def percentile_ms(self, percent: float) -> float:
        ordered = sorted(self.took_s)
        return 1000.0 * ordered[min(len(ordered) - 1, int(percent / 100 * len(ordered)))]


async def in_turns(
    reads: Sequence[Read], rounds: int, round_s: float, tick: Callable[[], None]
) -> list[Tally]:
    """One tally a way of reading; a first batch of each is not counted."""
    tallies = [Tally() for _ in reads]
    for read in reads:
        await read()
    for number in range(rounds):
        # Who begins changes, so that nobody is always the one after the pause.
        order = list(zip(reads, tallies, strict=True))
        for read, tally in order if number % 2 == 0 else reversed(order):
            began = now = perf_counter()
            cpu_s = process_time()
            while now - began < round_s:
                before = now
                tally.points += await read()
                now = perf_counter()
                tally.took_s.append(now - before)
            tally.cpu_s += process_time() - cpu_s
        tick()
    return tallies
