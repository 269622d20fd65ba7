"""Connects to all devices of a site side by side, and says of each what is wrong."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence

from hvac_rl.errors import DeviceError
from hvac_rl.points import Point
from hvac_rl.ports import Adapter, DeviceHealth, Prior
from hvac_rl.records import Command, Outcome, Quality, Reading, Receipt

log = logging.getLogger(__name__)

AT_ONCE = 16
"""Devices connected to at a time. What one network behind a router bears is limited beneath."""

Progress = Callable[[int, int], None]
"""Told how many of how many devices have been tried."""


def unseen(done: int, total: int) -> None:
    """Nobody looks."""


class Absent:
    """Stands in for a device that could not be connected to: nothing is sent to whoever may be
    at its address."""

    def __init__(self, device: str, why: str, adapter: Adapter) -> None:
        self._device = device
        self._why = why
        self._adapter = adapter

    async def connect(self) -> None:
        raise DeviceError(self._device, self._why)

    async def check(self, points: Sequence[Point]) -> None:
        raise DeviceError(self._device, self._why)

    async def read(self, points: Sequence[Point], time_s: float) -> list[Reading]:
        return [
            Reading(
                point=point.name, time_s=time_s, value=None,
                quality=Quality.NO_ANSWER, detail=self._why,
            )
            for point in points
        ]  # fmt: skip

    async def write(self, commands: Sequence[Command]) -> list[Receipt]:
        return [
            Receipt(command=command, outcome=Outcome.NO_ANSWER, detail=self._why)
            for command in commands
        ]

    async def release(
        self, commands: Sequence[Command], priors: Mapping[str, Prior] | None = None
    ) -> list[Receipt]:
        return await self.write(commands)

    def health(self) -> DeviceHealth:
        return DeviceHealth(self._device, reachable=False, detail=self._why)

    async def close(self) -> None:
        await self._adapter.close()


async def prove(
    adapters: Mapping[str, Adapter],
    points: Callable[[str], list[Point]],
    progress: Progress = unseen,
) -> None:
    """Connect to every device and prove its points, read-only.

    Raises DeviceError: a single device's own, or one that names them all.
    """
    failed = await _side_by_side(
        adapters, lambda device, adapter: _proved(adapter, points(device)), progress
    )
    if not failed:
        return
    first = next(iter(failed.values()))
    if len(failed) == 1:
        raise first
    raise DeviceError(
        f"{len(failed)} of {len(adapters)} devices",
        "\n  ".join(["cannot be used as listed:", *(str(error) for error in failed.values())]),
    ) from first


async def reach(adapters: Mapping[str, Adapter], progress: Progress = unseen) -> dict[str, Adapter]:
    """Connect to whatever can be reached; for the rest an :class:`Absent`, and a line in the log.

    For giving back: one dead device must not keep what the others hold.
    """
    failed = await _side_by_side(adapters, lambda _, adapter: adapter.connect(), progress)
    for error in failed.values():
        log.error("%s", error)
    return {
        device: Absent(device, failed[device].message, adapter) if device in failed else adapter
        for device, adapter in adapters.items()
    }


async def _proved(adapter: Adapter, points: Sequence[Point]) -> None:
    await adapter.connect()
    await adapter.check(points)


async def _side_by_side(
    adapters: Mapping[str, Adapter],
    act: Callable[[str, Adapter], Awaitable[None]],
    progress: Progress,
) -> dict[str, DeviceError]:
    """What each device that failed had to say, in the order of the site file."""
    room = asyncio.Semaphore(AT_ONCE)
    failed: dict[str, DeviceError] = {}
    done = 0

    async def one(device: str, adapter: Adapter) -> None:
        nonlocal done
        async with room:
            try:
                await act(device, adapter)
            except DeviceError as error:
                failed[device] = error
        done += 1
        progress(done, len(adapters))

    progress(0, len(adapters))
    tasks = [asyncio.create_task(one(*item)) for item in adapters.items()]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return {device: failed[device] for device in adapters if device in failed}
