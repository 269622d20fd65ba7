"""Runs what may hang beside the loop, in a thread of its own, with a deadline."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

from hvac_rl.errors import StartAnew

T = TypeVar("T")


class PolicyHangs(StartAnew):
    """A decision that never came. Its thread cannot be ended: the process must be replaced."""


async def beside(work: Callable[[], T], deadline_s: float) -> T:
    """``work()`` from another thread; raises PolicyHangs after ``deadline_s`` of wall time.

    The thread is a daemon: unlike a pool's, it keeps no process from ending.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if answer.done():
            return
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(result)  # type: ignore[arg-type]

    def call() -> None:
        result: T | None = None
        failure: BaseException | None = None
        try:
            result = work()
        except BaseException as error:
            failure = error
        # The loop may be closed when a hung call comes back after all; nobody waits then.
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, result, failure)

    threading.Thread(target=call, name="decision", daemon=True).start()
    try:
        return await asyncio.wait_for(asyncio.shield(answer), deadline_s)
    except TimeoutError as error:
        answer.cancel()
        raise PolicyHangs(
            "policy",
            f"no decision within {deadline_s:g} s",
            "The building was given back. Look at the policy, or raise decision_s.",
        ) from error
